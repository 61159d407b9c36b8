"""Retention at the desk: who sees and does what, and a list from its proposal to its proof."""

import re
from datetime import timedelta
from uuid import UUID

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.retention import NotASchedule, Schedule
from incidents.db.database import Database
from incidents.db.report import Report
from incidents.db.retention import Unchanged
from incidents.services import destruction, moderation, retention
from tests import builders, pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

HERE = "/desk/retention/"
NOBODY = UUID(int=9)
BOTH = (Role.MODERATOR, Role.REVIEWER)


def set_aside(database: Database, settings: Settings, who: AtDesk, *, days_ago: int = 400, number: int = 1) -> None:
    """Reports that were set aside and that nobody has touched since."""
    with database.unit_of_work() as session:
        for each in range(number):
            builders.send(session, builders.a_report(words=f"Опис тајне број {each}."), settings, now=NOW)
        for report in session.scalars(sa.select(Report.id)).all():
            version = moderation.take_report(session, report, member=who.member, now=NOW)
            moderation.set_aside(session, report, "abuse", version=version, member=who.member, now=NOW)
        session.execute(sa.update(Report).values(lease_member_id=None, lease_until=None))
        retention.note_changes(session, retention.changed(session), today=NOW.date())
        session.execute(sa.update(Unchanged).values(since=NOW.date() - timedelta(days=days_ago)))


def carry_out(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        for batch in destruction.signed(session):
            destruction.carry_out(session, batch, Schedule(), today=NOW.date(), now=NOW, pepper=settings.pepper)


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    people = a_desk(app, database, settings, BOTH, BOTH)
    set_aside(database, settings, people[0], number=2)
    return people


def the_list(who: AtDesk) -> str:
    """The address of the one list there is."""
    [link] = set(re.findall(rf'href="({HERE}[0-9a-f-]{{36}}/)"', who.open(HERE)))
    return str(link)


ROUTES = [
    ("GET", HERE, {*BOTH, Role.AUDITOR}),
    ("GET", f"{HERE}{NOBODY}/", {*BOTH, Role.AUDITOR}),
    ("POST", f"{HERE}propose", set(BOTH)),
    ("POST", f"{HERE}{NOBODY}/sign", {Role.REVIEWER}),
    ("POST", f"{HERE}{NOBODY}/drop", set(BOTH)),
    ("POST", f"{HERE}hold/{NOBODY}", set(BOTH)),
    ("POST", f"{HERE}lift/{NOBODY}", set(BOTH)),
]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_enters_what_is_open_to_it_and_no_more(
    app: Flask, database: Database, settings: Settings, role: Role
) -> None:
    [who] = a_desk(app, database, settings, (role,))
    refused = {path for method, path, _ in ROUTES if who.client.open(path, method=method).status_code == 403}
    assert refused == {path for _, path, open_to in ROUTES if role not in open_to}


def test_nobody_enters_without_logging_in(app: Flask) -> None:
    client = app.test_client()
    answers = [client.open(path, method=method) for method, path, _ in ROUTES]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/desk/login")}


def test_every_act_without_the_sessions_token_changes_nothing(two: list[AtDesk], database: Database) -> None:
    for method, path, _ in ROUTES:
        if method == "POST":
            answer = two[0].client.post(path, data={"until": "31. 12. 2026.", "reason": "authority"})
            assert answer.status_code == 422, path
            assert "Ова страница је застарела" in pages.text_of(answer.text)
    with database.reader() as session:
        assert destruction.proofs(session) == []


def test_the_page_counts_what_is_due_and_shows_no_word_of_it(two: list[AtDesk]) -> None:
    page = two[0].open(HERE)
    shown = " ".join(pages.text_of(page).split())
    assert ["Остављена по страни", "365", "2", "0", "0"] in pages.rows(page)
    assert "Предложи списак од 2 ставке" in shown
    assert "тајне" not in page


def test_a_list_from_proposal_to_proof(two: list[AtDesk], database: Database, settings: Settings) -> None:
    ana, boris = two
    assert ana.press(HERE, "/propose").status_code == 303
    address = the_list(ana)
    assert "/sign" not in ana.open(address)
    shown = boris.open(address)
    with database.reader() as session:
        [found] = destruction.proofs(session)
        reports = [str(report) for report in session.scalars(sa.select(Report.id))]
    assert found.digest in shown
    assert all(report in shown for report in reports)
    assert boris.press(address, "/sign").status_code == 303
    assert "извршава се" in pages.text_of(ana.open(HERE))
    carry_out(database, settings)
    proof = " ".join(pages.text_of(boris.open(address)).split())
    assert "Потврда о уништењу" in proof
    assert "2 пријаве, 0 порука, 0 датотека, 0 бележака наше екипе" in proof
    assert "после 24. 12. 2026." in proof
    assert ana.member.name in proof
    assert boris.member.name in proof
    assert "тајне" not in proof
    with database.reader() as session:
        assert session.scalars(sa.select(Report.id)).all() == []


def test_who_proposed_it_does_not_sign_it_even_by_hand(two: list[AtDesk]) -> None:
    ana, boris = two
    ana.press(HERE, "/propose")
    form = pages.form(boris.open(the_list(boris)), "/sign")
    token = pages.form(ana.open(HERE), "/drop").sent()["token"]
    answer = ana.client.post(form.action, data={**form.sent(), "token": token})
    assert answer.status_code == 409
    assert "Потписује га друга особа" in pages.text_of(answer.text)


def test_another_list_than_the_one_seen_is_not_signed(two: list[AtDesk]) -> None:
    ana, boris = two
    ana.press(HERE, "/propose")
    answer = boris.press(the_list(boris), "/sign", version="0" * 64)
    assert answer.status_code == 409
    assert "Ово није списак који сте видели" in pages.text_of(answer.text)


def test_a_dropped_list_is_gone_and_its_page_too(two: list[AtDesk]) -> None:
    two[0].press(HERE, "/propose")
    address = the_list(two[1])
    assert two[1].press(HERE, "/drop").status_code == 303
    assert two[1].client.get(address).status_code == 404


def test_a_hold_is_put_on_from_the_report_listed_and_lifted(two: list[AtDesk], database: Database) -> None:
    ana, boris = two
    with database.reader() as session:
        report = session.scalars(sa.select(Report.id)).first()
    page = f"/desk/reports/{report}"
    answer = ana.press(page, f"/hold/{report}", reason="authority", until="31. 12. 2026.")
    assert answer.status_code == 303
    assert "Задржана је до 31. 12. 2026" in pages.text_of(ana.open(page))
    shown = " ".join(pages.text_of(boris.open(HERE)).split())
    assert f"Неки орган тражи да је чувамо · {ana.member.name}, до 31. 12. 2026" in shown
    assert "Предложи списак од 1 ставке" in shown
    assert boris.press(HERE, f"/lift/{report}").status_code == 303
    assert "Предложи списак од 2 ставке" in pages.text_of(boris.open(HERE))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reason": "authority", "until": "сутра"}, "Упишите дан"),
        ({"reason": "authority", "until": "1. 1. 2026."}, "Изаберите разлог и дан"),
        ({"reason": "authority", "until": "31. 12. 2099."}, "Изаберите разлог и дан"),
        ({"reason": "<b>", "until": "31. 12. 2026."}, "Изаберите разлог и дан"),
    ],
)
def test_what_is_wrong_with_a_hold_is_said_and_what_was_typed_stays(
    two: list[AtDesk], database: Database, typed: dict[str, str], told: str
) -> None:
    with database.reader() as session:
        report = session.scalars(sa.select(Report.id)).first()
    answer = two[0].press(f"/desk/reports/{report}", f"/hold/{report}", **typed)
    assert answer.status_code == 422
    assert told in pages.text_of(answer.text)
    assert pages.form(answer.text, f"/hold/{report}").sent()["until"] == [typed["until"]]


def test_the_auditor_reads_and_has_no_button(app: Flask, database: Database, settings: Settings) -> None:
    ana, auditor = a_desk(app, database, settings, BOTH, (Role.AUDITOR,))
    set_aside(database, settings, ana)
    ana.press(HERE, "/propose")
    page, shown = auditor.open(HERE), auditor.open(the_list(auditor))
    assert "/desk/reports/" not in page
    assert not [part for part in ("/sign", "/drop", "/propose", "/lift") if part in page + shown]


def test_the_pages_are_valid_and_kept_by_nobody(two: list[AtDesk]) -> None:
    two[0].press(HERE, "/propose")
    for path in (HERE, the_list(two[1])):
        answer = two[1].client.get(path)
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(answer.text)
        assert [error for _, error, _ in parser.errors] == []
        assert answer.headers["Cache-Control"] == "no-store"


def test_days_out_of_bounds_stop_the_site_from_starting(settings: Settings, database: Database) -> None:
    from dataclasses import replace

    with pytest.raises(NotASchedule, match="set_aside must be 30 to 1825 days"):
        create_app(replace(settings, keep_days=(("set_aside", 1),)), database=database)
