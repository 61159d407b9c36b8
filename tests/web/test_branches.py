"""Branches of the form: what each of them keeps, what a closed one leaves out, and how the desk reads it."""

from typing import Any

import pytest

from incidents.core.report import Report
from incidents.db.database import Database
from incidents.services.accounts import Member
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import SETTLERS, file
from tests.web.test_reporting import ANSWERS, a_token, desk, send, stored_reports

__all__ = ["desk"]

ONLINE: dict[str, Any] = {
    "setting": "social_network",
    "platform": "facebook",
    "content": ["comment", "profile"],
    "link": "https://www.facebook.com/grupa/123?c=4 (трећи коментар одозго)",
    "place": None,
}
FOR_SOMEONE: dict[str, Any] = {"role": "family_friend", "relation": "child", "aware": "agrees"}
TOLD: dict[str, Any] = {
    "more": "1",
    "told": ["police", "school_employer"],
    "outcomes": ["refused"],
    "untold": ["no_trust"],
}


def the_report(database: Database, desk: Member) -> Report:
    [report] = stored_reports(database, desk)
    return report


def test_a_report_for_a_child_says_who_and_whether_it_knows(app, client, database, desk) -> None:
    assert send(client, a_token(app), **FOR_SOMEONE).status_code == 200
    report = the_report(database, desk)
    assert (report.role, report.relation, report.aware) == ("family_friend", "child", "agrees")


def test_somebody_to_whom_it_happened_is_not_asked_for_a_relation(app, client, database, desk) -> None:
    send(client, a_token(app), **{**FOR_SOMEONE, "role": "victim", "organisation": "Удружење Руком под руку"})
    report = the_report(database, desk)
    assert (report.relation, report.aware, report.organisation) == ("", "", "")


def test_an_organisation_may_name_itself(app, client, database, desk) -> None:
    send(client, a_token(app), role="organisation", organisation="Udruženje „Ruka\nruci“", aware="unaware")
    report = the_report(database, desk)
    assert (report.organisation, report.aware, report.relation) == ("Udruženje „Ruka ruci“", "unaware", "")


def test_what_happened_on_the_internet_needs_no_place(app, client, database, desk) -> None:
    assert send(client, a_token(app), **ONLINE).status_code == 200
    report = the_report(database, desk)
    assert (report.platform, report.content, report.place) == ("facebook", {"comment", "profile"}, "")
    assert report.link == ONLINE["link"]


def test_what_happened_in_the_street_has_no_page(app, client, database, desk) -> None:
    send(client, a_token(app), **{**ONLINE, "setting": "street"})
    report = the_report(database, desk)
    assert (report.platform, report.content, report.link) == ("", frozenset(), "")


def test_a_season_goes_with_its_year_and_words_say_the_rest(app, client, database, desk) -> None:
    said = "негде око Ускрса, пред зору"
    send(client, a_token(app), when="season", season="spring", year="2026", when_words=said, month="2026-04")
    report = the_report(database, desk)
    assert (report.season, report.year, report.month, report.when_words) == ("spring", "2026", "", said)


@pytest.mark.parametrize("when", ["several", "ongoing"])
def test_when_it_was_last_or_since_when_may_be_left_empty(app, client, database, desk, when: str) -> None:
    assert send(client, a_token(app), when=when, month="").status_code == 200
    assert the_report(database, desk).when == when


def test_who_was_told_and_what_they_did_is_kept(app, client, database, desk) -> None:
    send(client, a_token(app), **TOLD)
    report = the_report(database, desk)
    assert (report.told, report.outcomes) == ({"police", "school_employer"}, {"refused"})
    assert report.untold == frozenset()


def test_why_nobody_was_told_is_kept(app, client, database, desk) -> None:
    send(client, a_token(app), **{**TOLD, "told": ["none"]})
    report = the_report(database, desk)
    assert (report.told, report.outcomes, report.untold) == ({"none"}, frozenset(), {"no_trust"})


def asks(page: str, name: str) -> bool:
    return any(field.get("name") == name for field in pages.parsed(page).iter("input"))


def test_further_questions_come_by_a_button_that_loses_and_stores_nothing(app, client, database, desk) -> None:
    first = client.get("/hu/report").text
    assert not asks(first, "told")
    everything = {**FOR_SOMEONE, **ONLINE, "when_words": "nyáron", "place": "Zenta"}
    again = send(client, a_token(app), tag="hu", further="1", **everything)
    assert again.status_code == 200
    assert asks(again.text, "told")
    sent = pages.form(again.text, "/hu/report", own="/hu/report").sent()
    for name, value in {**ANSWERS, **everything, "more": "1"}.items():
        if name != "month":
            assert sorted(sent[name]) == sorted(value if isinstance(value, list) else [value]), name
    assert stored_reports(database, desk) == []


@pytest.mark.parametrize("changes", [{"speak": "hu"}, {"role": None}, {"token": "x"}], ids=["language", "422", "token"])
def test_no_new_answer_is_lost_when_the_form_comes_back(app, client, desk, changes: dict[str, Any]) -> None:
    everything = {**FOR_SOMEONE, **ONLINE, **TOLD, "when": "season", "season": "winter", "year": "2025"}
    everything |= {"when_words": "око Божића <b>", "organisation": "„Рука“ & други", "place": "Сента", **changes}
    token = everything.pop("token", a_token(app))
    page = send(client, token, **everything).text
    sent = pages.form(page, "/sr-Cyrl/report", own="/sr-Cyrl/report").sent()
    for name in everything.keys() - changes.keys():
        value = everything[name]
        assert sorted(sent[name]) == sorted(value if isinstance(value, list) else [value]), name


def folded(page: str) -> int:
    main = pages.parsed(page).find(".//main")
    assert main is not None
    return sum(1 for part in main.iter("details") if part.get("open") is None)


def test_everything_can_be_asked_for_at_once_without_script(client, desk) -> None:
    page = client.get("/mk/report?all=1").text
    assert asks(page, "told")
    assert folded(page) == 1  # the other languages
    assert folded(client.get("/mk/report").text) > 4


def test_common_target_groups_stand_first_and_none_is_missing(client, desk) -> None:
    page = pages.parsed(client.get("/en/report").text)
    [ethnic] = [part for part in page.iter("div") if "targets__of--national_ethnic" in (part.get("class") or "")]
    folded_away = [box.get("value") for part in ethnic.iter("details") for box in part.iter("input")]
    in_sight = [box.get("value") for box in ethnic.iter("input") if box.get("value") not in folded_away]
    assert in_sight[:2] == ["roma", "jewish"]
    assert len(in_sight) < 12 < len(folded_away)
    assert {"gorani", "vlach", "rusyn"} <= set(folded_away)


def test_a_folded_group_that_was_ticked_is_in_sight_when_the_form_comes_back(app, client, desk) -> None:
    page = pages.parsed(send(client, a_token(app), role=None, grounds=["national_ethnic"], targets=["gorani"]).text)
    [ethnic] = [part for part in page.iter("div") if "targets__of--national_ethnic" in (part.get("class") or "")]
    assert [part.get("open") is not None for part in ethnic.iter("details")] == [True]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("link", "x" * 1001, "This address is too long"),
        ("organisation", "Ж" * 201, "This is too long"),
        ("when_words", "ж" * 201, "This is too long"),
        ("platform", "myspace", "has changed meanwhile"),
    ],
)
def test_what_can_be_mended_is_said_at_its_field(app, client, desk, name: str, value: str, sentence: str) -> None:
    changes = {**ONLINE, "role": "organisation", name: value}
    answer = send(client, a_token(app), tag="en", tongue="en", **changes)
    assert answer.status_code == 422
    [link] = [part for part in pages.parsed(answer.text).iter("a") if part.get("href") == f"#{name}"]
    assert sentence in "".join(link.itertext())


@pytest.fixture
def reader(app, database, settings) -> AtDesk:
    return a_desk(app, database, settings, SETTLERS)[0]


def test_the_desk_reads_every_answer_in_its_own_words(reader, database, settings) -> None:
    report = file(
        database,
        settings,
        role="family_friend",
        relation="child",
        aware="knows",
        organisation="Рука",
        when="season",
        season="summer",
        year="2025",
        month="",
        when_words="на Видовдан",
        setting="social_network",
        platform="viber",
        content=frozenset({"group"}),
        link="viber.com/\u202egpj",
        told=frozenset({"police"}),
        outcomes=frozenset({"refused"}),
        untold=frozenset({"no_trust"}),
        area="80438",
        origin="telephone",
    )
    reader.press(report, "/take")
    said = pages.points(reader.open(report))
    assert said["Када"] == "Лето 2025 (Годишње доба и година)"
    assert said["Када, њиховим речима"] == "на Видовдан"
    assert said["Ко им је та особа"] == "Моје дете"
    assert said["Да ли та особа зна"] == "Зна, али не знам да ли се слаже"
    assert said["Где на интернету"] == "Viber"
    assert said["Врста садржаја"] == "Група или канал"
    assert said["Адреса странице, како је уписана"] == "viber.com/[U+202E]gpj"
    assert (said["Коме је већ пријављено"], said["Зашто није пријављено"]) != ("", "")
    assert said["Схваћено као"] == "Суботица"
    assert said["За организацију"] == "Рука"
    assert "Телефоном" in said["Како је стигло"]


def test_who_was_told_is_suggested_for_the_incident(reader, database, settings) -> None:
    report = file(database, settings, told=frozenset({"police", "not_known"}), when="several", month="2026-09")
    reader.press(report, "/take")
    sent = pages.form(reader.open(report), "/propose").sent()
    assert (sent["reported_to"], sent["year"], sent["month"]) == (["police"], ["2026"], ["9"])


def test_a_place_that_the_reporter_chose_is_suggested_and_one_that_is_gone_is_looked_up(
    reader, database, settings
) -> None:
    chosen = file(database, settings, place="Slatina", place_code="706523", area="70327")
    gone = file(database, settings, place="у Суботици", place_code="999999", area="99999")
    places = []
    for report in (chosen, gone):
        reader.press(report, "/take")
        places += pages.form(reader.open(report), "/propose").sent()["place"]
    assert places == ["Бор", "Суботица"]


@pytest.mark.parametrize("path", ["/hu/report?all=1", "/hu/report/easy"])
def test_whoever_ticks_everything_and_writes_much_is_still_understood(app, client, database, desk, path: str) -> None:
    page = client.get(path).text
    boxes = [
        (str(box.get("name")), str(box.get("value")))
        for box in pages.parsed(page).iter("input")
        if box.get("type") in {"checkbox", "radio"}
    ]
    data: dict[str, Any] = {"token": a_token(app), "tongue": "hu", "words": "ő" * 9_000, "place": "Ada"}
    for name, value in boxes:
        data.setdefault(name, []).append(value)
    for name in ("role", "when", "setting", "wish", "relation", "aware"):
        data[name] = data[name][-1] if name in data else None
    address = path.partition("?")[0]
    answer = client.post(
        address,
        data={name: value for name, value in data.items() if value is not None},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert len(the_report(database, desk).acts) > 25
