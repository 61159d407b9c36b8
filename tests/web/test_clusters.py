from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import Handling
from incidents.core.report import Report
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.bulk import Bulk
from incidents.db.database import Database
from incidents.services import moderation
from incidents.services.clusters import Listed
from incidents.web.desk.listing import read, written
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

COPY = "Затворите ову канцеларију одмах, доста је било лажи и превара у овој земљи."
REAL = "Газда нас је избацио усред зиме јер смо Роми."
ALL = "/desk/clusters/"


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    return a_desk(app, database, settings, {Role.MODERATOR}, {Role.MODERATOR})


def arrive(database: Database, settings: Settings, *reports: Report, held: bool = True) -> list[UUID]:
    with database.unit_of_work() as session:
        before = set(session.scalars(sa.select(stored.Report.id)))
        for report in reports:
            builders.send(session, report, settings, now=NOW, trap_is_filled=held)
        return sorted(set(session.scalars(sa.select(stored.Report.id))) - before)


@pytest.fixture
def flood(two: list[AtDesk], database: Database, settings: Settings) -> list[UUID]:
    """Thirty copies and one that is real."""
    arrive(database, settings, a_report(words=REAL))
    return arrive(database, settings, *(a_report(words=f"{COPY} {number}") for number in range(30)))


def opened(who: AtDesk) -> str:
    answer = who.press(ALL, "/clusters/")
    assert answer.status_code == 200
    return answer.text


def group(who: AtDesk) -> str:
    """The page of the first group."""
    form = next(
        pages.PageForm(element.get("action") or "", list(pages._fields(element)))
        for element in pages.parsed(opened(who)).iter("form")
        if "/clusters/" in (element.get("action") or "") and (element.get("action") or "").count("-") == 4
    )
    answer = who.client.post(form.action, data=form.sent())
    assert answer.status_code == 200
    return answer.text


def act(who: AtDesk, page: str, **changes: str):
    form = pages.form(page, "/clusters/act")
    return who.client.post(form.action, data=form.sent(**{"comment": "Исти текст, тридесет пута.", **changes}))


def handlings(database: Database) -> Counter[Handling]:
    with database.reader() as session:
        return Counter(session.scalars(sa.select(stored.Report.handling)))


def actions(database: Database) -> Counter[str]:
    with database.reader() as session:
        return Counter(session.scalars(sa.select(AuditEntry.action)))


def test_the_page_is_shut_until_it_is_opened_on_purpose_and_that_is_in_the_audit_trail(two, flood, database) -> None:
    assert "канцеларију" not in two[0].open(ALL)
    assert actions(database)["open_clusters"] == 0
    assert "канцеларију" in opened(two[0])
    assert actions(database)["open_clusters"] == 1


def test_what_is_like_no_other_comes_first_and_its_words_stay_shut(two, flood, database) -> None:
    page = opened(two[0])
    text = pages.text_of(page)
    assert "избацио" not in text
    [single] = [row for row in pages.parsed(page).iterfind(".//section/ol/li/a") if row.get("href")]
    assert UUID(single.get("href").rsplit("/", 1)[1]) not in flood
    assert text.index("Прво прочитајте ове") < text.index("30 пријава")


def test_a_group_shows_its_exact_count_samples_and_what_it_shares(two, flood) -> None:
    text = " ".join(pages.text_of(group(two[0])).split())
    assert "30 пријава у овој групи" in text
    assert "Уради то са 30 пријава" in text
    assert COPY.split()[0] in text
    assert pages.points(group(two[0]))["Место"] == "у Суботици"


def test_a_group_is_set_aside_with_a_result_and_undone(two, flood, database) -> None:
    answer = act(two[0], group(two[0]), act="set_aside", reason="abuse")
    assert answer.status_code == 303
    assert handlings(database) == {Handling.SET_ASIDE: 30, Handling.QUARANTINED: 1}
    result = two[0].open(answer.location)
    assert pages.points(result)["Урађено"] == "30"
    assert pages.points(result)["Зашто"] == "Исти текст, тридесет пута."
    assert two[1].press(answer.location, "/undo").status_code == 303
    assert handlings(database) == {Handling.QUARANTINED: 31}
    assert pages.points(two[0].open(answer.location))["Поништено"] == "30"
    assert actions(database)["bulk_set_aside"] == 31
    assert actions(database)["undo_bulk_set_aside"] == 30


def test_a_group_is_let_go_into_the_ordinary_queue(two, flood, database) -> None:
    assert act(two[0], group(two[0]), act="release").status_code == 303
    assert handlings(database) == {Handling.RECEIVED: 30, Handling.QUARANTINED: 1}


def test_what_a_colleague_takes_between_looking_and_doing_is_named_and_stays_theirs(two, flood, database) -> None:
    page = group(two[0])
    two[1].press(f"/desk/reports/{flood[7]}", "/take")
    result = two[0].open(act(two[0], page, act="set_aside", reason="abuse").location)
    assert f'href="/desk/reports/{flood[7]}"' in result
    assert pages.points(result)["Урађено"] == "29"
    assert handlings(database)[Handling.IN_TRIAGE] == 1


def test_what_arrives_between_looking_and_doing_is_not_touched(two, flood, database, settings) -> None:
    page = group(two[0])
    arrive(database, settings, *(a_report(words=COPY) for _ in range(4)))
    act(two[0], page, act="set_aside", reason="abuse")
    assert handlings(database) == {Handling.SET_ASIDE: 30, Handling.QUARANTINED: 5}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"act": "set_aside", "reason": "abuse", "comment": " "}, "Напишите зашто"),
        ({"act": "set_aside", "reason": "abuse", "comment": "а" * 1001}, "предугачко"),
        ({"act": "set_aside", "reason": ""}, "Изаберите разлог"),
        ({"act": "set_aside", "reason": "withdrawn"}, "Изаберите разлог"),
        ({"act": "set_aside", "reason": "because"}, "Изаберите разлог"),
        ({"act": "delete"}, "Изаберите шта треба урадити"),
        ({}, "Изаберите шта треба урадити"),
    ],
)
def test_what_is_not_clear_is_asked_again_and_nothing_is_done(two, flood, database, changes, said) -> None:
    page = group(two[0])
    answer = act(two[0], page, **changes)
    assert answer.status_code == 422
    assert said in pages.text_of(answer.text)
    assert "30 пријава у овој групи" in pages.text_of(answer.text)
    assert pages.form(answer.text, "/act").sent()["listed"] == pages.form(page, "/act").sent()["listed"]
    assert handlings(database) == {Handling.QUARANTINED: 31}


@pytest.mark.parametrize("listed", ["", "x", "ż", "AAAA", "A" * 400])
def test_a_list_that_is_none_of_ours_does_nothing(two, flood, database, listed) -> None:
    answer = act(two[0], group(two[0]), act="release", listed=listed)
    assert answer.status_code in {303, 422}
    assert handlings(database) == {Handling.QUARANTINED: 31}


def test_every_act_needs_the_desks_own_token(two, flood, database) -> None:
    page = group(two[0])
    for path, data in (
        (ALL, {}),
        (f"{ALL}{flood[0]}", {}),
        (f"{ALL}act", pages.form(page, "/act").sent(act="release", comment="x", token="no")),
    ):
        assert two[0].client.post(path, data=data).status_code == 422
    done = act(two[0], page, act="release").location
    assert two[0].client.post(f"{done}/undo", data={"token": "no"}).status_code == 422
    assert handlings(database)[Handling.RECEIVED] == 30


def test_after_ten_minutes_there_is_no_undoing_together(two, flood, app, database, settings) -> None:
    done = act(two[0], group(two[0]), act="release").location
    form = pages.form(two[0].open(done), "/undo")
    later = create_app(settings, now=lambda: NOW + timedelta(minutes=11), database=database).test_client()
    cookie = two[0].client.get_cookie("desk")
    assert cookie is not None
    later.set_cookie("desk", cookie.value)
    answer = later.post(form.action, data=form.sent())
    assert answer.status_code == 409
    assert not pages.has_form(answer.text, "/undo")
    assert handlings(database)[Handling.RECEIVED] == 30


def test_what_is_not_there_is_not_found(two, flood) -> None:
    token = pages.form(two[0].open(ALL), "/clusters/").sent()
    assert two[0].client.post(f"{ALL}{uuid4()}", data=token).status_code == 404
    assert two[0].client.get(f"{ALL}done/{uuid4()}").status_code == 404
    assert two[0].client.post(f"{ALL}done/{uuid4()}/undo", data=token).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MODERATOR])
def test_only_moderators_may_look_and_act(app, database, settings, role) -> None:
    [other] = a_desk(app, database, settings, {role})
    paths = (ALL, f"{ALL}{uuid4()}", f"{ALL}act", f"{ALL}done/{uuid4()}/undo")
    assert {other.client.post(path).status_code for path in paths} == {403}
    assert {other.client.get(path).status_code for path in (ALL, f"{ALL}done/{uuid4()}")} == {403}


def test_a_list_of_ten_thousand_fits_into_a_form(two, database) -> None:
    listed = [Listed(uuid4(), 3) for _ in range(10_000)]
    token = {"token": pages.form(two[0].open(ALL), "/language").sent()["token"]}
    data = {**token, "listed": written(listed), "likeness": "copies", "act": "release", "comment": "Проба"}
    assert two[0].client.post(f"{ALL}act", data=data).status_code == 303
    with database.reader() as session:
        assert session.scalars(sa.select(Bulk.listed)).all() == [10_000]


def test_a_list_is_read_as_it_was_written_each_report_once() -> None:
    listed = [Listed(uuid4(), version) for version in (1, 2, 70_000)]
    assert read(written([*listed, listed[0]])) == listed


def test_hostile_words_of_a_sample_are_never_markup(two, database, settings) -> None:
    typed = '<img src=x onerror="alert(1)"> \u202eтекст који се понавља стално и без краја'
    arrive(database, settings, *(a_report(words=typed, place=typed[:30]) for _ in range(6)))
    page = group(two[0])
    assert list(pages.parsed(page).iter("img")) == []
    assert "[U+202E]" in page
    assert typed[:30] in pages.text_of(page)


def test_in_a_flood_the_queue_says_so_and_shows_the_others(two, flood, database, settings) -> None:
    [other] = arrive(database, settings, a_report(words="Нешто друго."), held=False)
    page = two[0].open("/desk/")
    assert "Стиже више пријава него обично: данас 32" in pages.text_of(page)
    assert f"/desk/reports/{other}" in page
    assert not any(str(one) in page for one in flood)


def test_on_an_ordinary_day_held_reports_stand_in_the_queue_and_nothing_alarms(two, database, settings) -> None:
    [held] = arrive(database, settings, a_report())
    page = two[0].open("/desk/")
    assert str(held) in page
    assert "обично" not in pages.text_of(page)


def test_reports_of_one_place_and_ground_within_a_week_strike_the_desk(two, database, settings) -> None:
    arrive(database, settings, *(a_report(words=f"Прича {number}") for number in range(5)), held=False)
    text = " ".join(pages.text_of(two[0].open("/desk/")).split())
    assert "Суботица, Национална припадност или етничко порекло: од 24. 11. 2026. стигло је 5 пријава." in text


def test_a_taken_report_is_in_no_group(two, flood, database) -> None:
    with database.unit_of_work() as session:
        moderation.take_report(session, flood[0], member=two[1].member, now=NOW)
    assert "29 пријава у овој групи" in pages.text_of(group(two[0]))
