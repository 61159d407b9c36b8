"""Reports from the area of a regional desk: told before they are sent, sealed to it, and not told afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.languages import LANGUAGES
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.services.accounts import Member
from tests import builders, pages
from tests.conftest import NOW
from tests.web import test_desk_intake, test_intake
from tests.web.desk import AtDesk, come_in
from tests.web.said import said
from tests.web.test_reporting import ANSWERS, code_on

READ_BY = said("regional desk")
NATIONAL, SEVER = 1, 2
TOWN, ELSEWHERE = "Суботица", "Бор"
FORMS = ["/report", "/report/easy"]


@pytest.fixture
def people(database: Database, settings: Settings) -> list[Member]:
    """Ana and Boris at the national desk, Ana also at that of the north, which is open and has no area yet."""
    with database.unit_of_work() as session:
        found = builders.a_desk(session, settings, Role.MODERATOR, now=NOW)
        builders.a_further_desk(session, found[0], now=NOW)
        return found


@pytest.fixture
def area(app: Flask, database: Database, people: list[Member]) -> None:
    give_area(app, database, "01")


def give_area(app: Flask, database: Database, *places: str) -> None:
    """As a command does it, and two seconds later."""
    with database.unit_of_work() as session:
        builders.gives_area(session, *places, now=NOW)
    app.extensions["incidents"].intake.forget()


def sent(client: FlaskClient, tag: str = "sr-Cyrl", path: str = "/report", **changes: Any) -> Any:
    """What the site answers to the form that it gave."""
    address = f"/{tag}{path}"
    form = pages.form(client.get(address).text, address, own=address)
    return client.post(address, data=form.sent(**{**ANSWERS, "place": TOWN, **changes}))


def desks_of(database: Database) -> list[int]:
    with database.reader() as session:
        return list(session.scalars(sa.select(stored.Report.epoch)))


@pytest.mark.parametrize("path", FORMS)
def test_a_report_from_the_area_goes_to_its_desk(client, database, area, path: str) -> None:
    assert sent(client, path=path).status_code == 200
    assert desks_of(database) == [SEVER]


@pytest.mark.parametrize("place", [ELSEWHERE, "", "Београд", "код баке"])
def test_any_other_report_goes_to_the_national_desk(client, database, area, place: str) -> None:
    assert sent(client, place=place).status_code == 200
    assert desks_of(database) == [NATIONAL]


def test_whoever_opened_the_form_before_there_was_an_area_was_not_told_and_writes_to_the_national_desk(
    app, client, database, people
) -> None:
    address = "/sr-Cyrl/report"
    form = pages.form(client.get(address).text, address, own=address)
    give_area(app, database, "01")
    assert client.post(address, data=form.sent(**{**ANSWERS, "place": TOWN})).status_code == 200
    assert desks_of(database) == [NATIONAL]


def test_a_form_given_back_with_mistakes_tells_it_and_then_the_report_goes_there(app, client, database, people) -> None:
    address = "/sr-Cyrl/report"
    form = pages.form(client.get(address).text, address, own=address)
    give_area(app, database, "01")
    back = client.post(address, data=form.sent(**{**ANSWERS, "place": TOWN, "role": []}))
    assert (back.status_code, READ_BY["sr-Cyrl"] in back.text) == (422, True)
    again = pages.form(back.text, address, own=address)
    assert client.post(address, data=again.sent(role="victim")).status_code == 200
    assert desks_of(database) == [SEVER]


@pytest.mark.parametrize(("readers", "epoch"), [("regional", SEVER), (None, NATIONAL)])
def test_an_app_says_whether_it_told(client, database, area, readers: str | None, epoch: int) -> None:
    assert test_intake.send(client, readers=readers).status_code == 201
    assert desks_of(database) == [epoch]


@pytest.mark.parametrize("readers", ["national", 1, ["regional"]])
def test_an_app_that_says_something_else_is_told(client, database, area, readers: object) -> None:
    answer = test_intake.send(client, readers=readers)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/readers")
    assert desks_of(database) == []


@pytest.fixture
def ana(app: Flask, database: Database, settings: Settings, people: list[Member]) -> AtDesk:
    return come_in(app, database, settings, people[0])


def test_what_is_told_on_the_telephone_goes_there_too_and_is_read_out_before(database, ana, area) -> None:
    assert READ_BY["hu"] in ana.open("/desk/intake/hu")
    assert test_desk_intake.write_down(ana, "hu", place="Szabadka").status_code == 200
    assert desks_of(database) == [SEVER]


def test_where_there_is_no_area_nobody_hears_of_one(database, ana) -> None:
    assert READ_BY["hu"] not in ana.open("/desk/intake/hu")
    assert test_desk_intake.write_down(ana, "hu", place="Szabadka").status_code == 200
    assert desks_of(database) == [NATIONAL]


PAGES = ["/", "/privacy", *FORMS, "/report/paper"]


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_who_reads_is_told_before_anything_is_sent_in_every_language(client, area, tag: str) -> None:
    for path in PAGES:
        assert READ_BY[tag] in pages.text_of(client.get(f"/{tag}{path}").text), path


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_it_is_not_told_where_it_would_not_be_true(app, client, database, people, tag: str) -> None:
    for path in PAGES:
        page = client.get(f"/{tag}{path}").text
        assert READ_BY[tag] not in pages.text_of(page), path
        assert 'value="regional"' not in page, path


def test_privacy_says_how_many_people_live_in_an_area_and_how_to_stay_with_the_national_desk(client, area) -> None:
    page = pages.text_of(client.get("/en/privacy").text)
    assert "at least 100,000 inhabitants together" in page
    assert "If you name none, the national team reads your report." in page


def test_a_form_stops_telling_when_the_area_is_taken_away(app, client, database, area) -> None:
    assert READ_BY["en"] in client.get("/en/report").text
    give_area(app, database)
    assert READ_BY["en"] not in client.get("/en/report").text


def without_secrets(page: str) -> str:
    """The page without what is drawn anew each time."""
    return re.sub(r'value="[^"]{20,}"|<span>\d{4}</span>', "", page)


def test_neither_receipt_nor_status_tells_which_desk_a_report_went_to(client, area) -> None:
    answers = {place: sent(client, place=place) for place in (TOWN, ELSEWHERE)}
    here, there = (without_secrets(one.text) for one in answers.values())
    assert here == there
    status = []
    for answer in answers.values():
        form = pages.form(client.get("/sr-Cyrl/receipt").text, "/receipt", own="/sr-Cyrl/receipt")
        status.append(client.post("/sr-Cyrl/receipt", data=form.sent(code=code_on(answer.text))))
    assert {one.status_code for one in status} == {200}
    assert without_secrets(status[0].text) == without_secrets(status[1].text)
    assert len(status[0].text) == len(status[1].text)


def test_nothing_of_it_is_logged_or_noted(client, database, area, caplog: pytest.LogCaptureFixture) -> None:
    with database.reader() as session:
        before = len(list(entries(session)))
    with caplog.at_level("DEBUG"):
        sent(client)
        sent(client, place=ELSEWHERE)
    assert [one for one in caplog.records if one.name.startswith("incidents")] == []
    with database.reader() as session:
        assert len(list(entries(session))) == before
