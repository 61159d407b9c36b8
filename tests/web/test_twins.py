"""Likely twins on the page of a report, and series on the page of an incident."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.services import moderation
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import ASSESSED, file

SETTLERS = (Role.MODERATOR, Role.REVIEWER)
SAID = "У аутобусу број шест код болнице младић је пљунуо на мене јер сам мађарски причала телефоном."
SAID_TOO = "A hatos buszon a kórháznál egy fiatal fiú leköpött, mert magyarul beszéltem telefonon."


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    return a_desk(app, database, settings, SETTLERS, SETTLERS)


@pytest.fixture
def pair(two: list[AtDesk], database: Database, settings: Settings) -> list[str]:
    """The addresses of two reports of one event; the first is taken."""
    dated = {"when": "exact", "month": "", "day": "2026-11-20"}
    found = [
        file(database, settings, words=SAID, **dated),
        file(database, settings, words=SAID_TOO, language="hu", place="Szabadka", **dated),
    ]
    two[0].press(found[0], "/take")
    return found


def press(who: AtDesk, page: str, ending: str, **changes: Any) -> int:
    return who.press(page, ending, **changes).status_code


def row(database: Database, address: str) -> stored.Report:
    with database.reader() as session:
        return session.get_one(stored.Report, UUID(address.rsplit("/", 1)[1]))


def test_a_twin_is_shown_with_reasons_and_its_words_only_on_demand(
    two: list[AtDesk], pair: list[str], database: Database
) -> None:
    shown = pages.text_of(two[0].open(pair[0]))
    for reason in ("Иста општина", "Истог дана", "Обе помињу исте ствари, можда на различитим језицима"):
        assert reason in shown
    assert SAID_TOO not in shown
    read = two[0].press(pair[0], "/compare")
    assert SAID_TOO in pages.text_of(read.text)
    with database.reader() as session:
        told = session.query(AuditEntry).filter_by(action="compare").one()
    assert told.subject == f"report:{pair[1].rsplit('/', 1)[1]}"


def test_who_has_not_taken_the_report_sees_no_twins(two: list[AtDesk], pair: list[str]) -> None:
    assert "Истог дана" not in two[1].open(pair[0])


def test_a_ticked_twin_rests_on_the_same_new_incident(two: list[AtDesk], pair: list[str], database: Database) -> None:
    page = two[0].open(pair[0])
    [ticked] = [one.get("value") or "" for one in pages.parsed(page).iter("input") if one.get("name") == "together"]
    assert press(two[0], pair[0], "/propose", **ASSESSED, together=ticked) == 303
    incident = row(database, pair[0]).incident_id
    assert incident is not None
    with database.reader() as session:
        assert len(moderation.reports_of(session, incident)) == 2


def test_a_twin_that_moved_on_is_refused_and_stays_ticked(
    two: list[AtDesk], pair: list[str], database: Database
) -> None:
    page = two[0].open(pair[0])
    [ticked] = [one.get("value") or "" for one in pages.parsed(page).iter("input") if one.get("name") == "together"]
    form = pages.form(page, "/propose")
    two[1].press(pair[1], "/take")
    answer = two[0].client.post(form.action, data=form.sent(**ASSESSED, together=ticked))
    assert answer.status_code == 409
    assert row(database, pair[0]).incident_id is None
    assert "има ову пријаву" in answer.text or "преузео" in answer.text or two[1].member.name in answer.text


def test_an_incident_that_is_only_near_stands_folded_and_can_be_linked(
    two: list[AtDesk], pair: list[str], database: Database
) -> None:
    press(two[0], pair[0], "/propose", **ASSESSED | {"acts": ["arson"]})
    two[1].press(pair[1], "/take")
    page = pages.parsed(two[1].open(pair[1]))
    [fold] = [one for one in page.iter("details") if "1 други инцидент" in "".join(one.itertext())]
    assert next(form.get("action") for form in fold.iter("form")) == f"{pair[1]}/link"
    assert press(two[1], pair[1], "/link") == 303
    assert row(database, pair[1]).incident_id == row(database, pair[0]).incident_id


def test_what_is_not_the_same_goes_out_of_sight_and_comes_back(two: list[AtDesk], pair: list[str]) -> None:
    assert press(two[0], pair[0], "/not-the-same") == 303
    page = two[0].open(pair[0])
    assert not pages.has_form(page, "/compare")
    assert "За 1 је утврђено да није исто" in pages.text_of(page)
    assert press(two[0], pair[0], "/think-again") == 303
    assert pages.has_form(two[0].open(pair[0]), "/compare")


@pytest.mark.parametrize("path", ["compare", "not-the-same", "think-again", "link"])
def test_what_is_no_record_is_refused(two: list[AtDesk], pair: list[str], path: str) -> None:
    token = pages.form(two[0].open(pair[0]), "/propose").sent()["token"]
    answer = two[0].client.post(f"{pair[0]}/{path}", data={"token": token, "version": "2", "other": "x"})
    assert answer.status_code == 400


def test_a_settled_twin_is_linked_with_one_button(two: list[AtDesk], pair: list[str], database: Database) -> None:
    press(two[0], pair[0], "/propose", **ASSESSED)
    two[1].press(pair[1], "/take")
    assert "Иста општина" in pages.text_of(two[1].open(pair[1]))
    assert press(two[1], pair[1], "/link") == 303
    assert row(database, pair[1]).incident_id == row(database, pair[0]).incident_id


def test_two_incidents_become_a_series_and_go_apart_again(
    two: list[AtDesk], pair: list[str], database: Database
) -> None:
    two[0].press(pair[1], "/take")
    for address in pair:
        press(two[0], address, "/propose", **ASSESSED)
    one = f"/desk/incidents/{row(database, pair[0]).incident_id}"
    assert press(two[0], one, "/series") == 303
    other = f"/desk/incidents/{row(database, pair[1]).incident_id}"
    assert "Део је низа" in pages.text_of(two[1].open(other))
    assert press(two[1], other, "/out-of-series") == 303
    assert "Део је низа" not in two[0].open(one)
