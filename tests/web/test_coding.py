"""Incidents that are coded twice, how well codings agree, and practice, as pages."""

from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import Decision
from incidents.db import report as stored
from incidents.db.coding import SecondCoding
from incidents.db.database import Database
from incidents.db.incident import Incident
from tests import pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import ASSESSED, file

MODERATOR, BOTH, REVIEWER = (Role.MODERATOR,), (Role.MODERATOR, Role.REVIEWER), (Role.REVIEWER,)
TICKED = {"acts": ["threat"], "grounds": ["national_ethnic"], "setting": "street"}


@pytest.fixture
def every(settings: Settings) -> Settings:
    """A site on which each incident is coded twice."""
    return replace(settings, coded_twice_percent=100)


@pytest.fixture
def three(every: Settings, database: Database) -> list[AtDesk]:
    app: Flask = create_app(every, now=lambda: NOW, database=database)
    app.testing = False
    return a_desk(app, database, every, BOTH, BOTH, REVIEWER)


@pytest.fixture
def incident(three: list[AtDesk], database: Database, settings: Settings) -> str:
    report = file(database, settings)
    three[0].press(report, "/take")
    assert three[0].press(report, "/propose", **ASSESSED).status_code == 303
    with database.reader() as session:
        return f"/desk/incidents/{session.get_one(stored.Report, UUID(report.rsplit('/', 1)[1])).incident_id}"


def code(who: AtDesk, incident: str, **changes: str | list[str]) -> int:
    opened = who.press(incident, "/open-to-code")
    assert opened.status_code == 200
    form = pages.form(opened.text, "/code-again")
    return who.client.post(form.action, data=form.sent(**{**ASSESSED, **TICKED, **changes})).status_code


def test_the_second_coder_sees_the_report_and_neither_codes_nor_ticks_of_the_first(
    three: list[AtDesk], incident: str
) -> None:
    page = three[1].open(incident)
    assert "Претње" not in pages.text_of(page)
    assert not pages.has_form(page, "/accept")
    assert "Претње" not in pages.text_of(three[1].open("/desk/incidents/"))
    opened = three[1].press(incident, "/open-to-code").text
    assert "одакле сам дошао" in pages.text_of(opened)
    sent = pages.form(opened, "/code-again").sent()
    assert sent["place"] == ["Суботица"]
    assert not {"acts", "grounds", "targets"} & sent.keys()
    assert sent["setting"] == [""]


def test_both_codings_are_shown_side_by_side_and_then_it_is_accepted(
    three: list[AtDesk], incident: str, database: Database
) -> None:
    assert code(three[1], incident, setting="school") == 303
    rows = {row[0]: row[1:] for row in pages.rows(three[2].open(incident))}
    assert rows["Врста места разликује се"][0] != rows["Врста места разликује се"][1]
    assert three[2].press(incident, "/accept").status_code == 303
    with database.reader() as session:
        assert session.scalars(sa.select(Incident.decision)).one() is Decision.ACCEPTED


def test_who_only_reviews_waits_for_the_second_coding(three: list[AtDesk], incident: str) -> None:
    page = three[2].open(incident)
    assert not pages.has_form(page, "/open-to-code")
    assert not pages.has_form(page, "/accept")


def test_an_acceptance_before_the_second_coding_is_refused(
    three: list[AtDesk], incident: str, database: Database
) -> None:
    token = pages.form(three[1].open(incident), "/open-to-code").sent()["token"]
    assert three[1].client.post(f"{incident}/accept", data={"token": token, "version": "1"}).status_code == 409


def test_the_proposer_sees_their_coding_and_codes_no_second_time(three: list[AtDesk], incident: str) -> None:
    page = three[0].open(incident)
    assert "Претње" in pages.text_of(page)
    token = pages.form(page, "/revise").sent()["token"]
    answer = three[0].client.post(f"{incident}/open-to-code", data={"token": token, "version": "1"})
    assert answer.status_code == 303


def test_a_coding_that_breaks_a_rule_keeps_what_was_ticked(
    three: list[AtDesk], incident: str, database: Database
) -> None:
    assert code(three[1], incident, acts=[]) == 422
    with database.reader() as session:
        assert session.scalars(sa.select(SecondCoding)).all() == []


def test_agreement_is_for_reviewers_and_calls_small_numbers_small(three: list[AtDesk], incident: str) -> None:
    assert "Још ништа није кодирано двапут." in pages.text_of(three[2].open("/desk/agreement"))
    code(three[1], incident)
    page = three[2].open("/desk/agreement")
    rows = {row[0]: row[1:] for row in pages.rows(page)}
    assert rows["Место"] == ["1 од 1", "премало"]
    assert "2026-11" in page


def test_a_returned_incident_shows_at_the_fields_what_is_not_shared(three: list[AtDesk], incident: str) -> None:
    code(three[1], incident)
    assert three[1].press(incident, "/return").status_code == 422
    kept = three[1].press(incident, "/return", note="У пријави пише друго место.")
    assert "У пријави пише друго место." in kept.text
    assert (
        three[1].press(incident, "/return", why_place="not_said", note="У пријави пише друго место.").status_code == 303
    )
    page = three[0].open(incident)
    assert "Место: у пријави то не пише" in pages.text_of(page)
    assert "У пријави пише друго место." in pages.text_of(page)
    [error] = [one for one in pages.parsed(page).iter("p") if one.get("id") == "place-error"]
    assert error.text == "Неслагање: у пријави то не пише."


def test_practice_compares_and_keeps_nothing(three: list[AtDesk], database: Database, settings: Settings) -> None:
    assert "Још нема на чему да се вежба" in pages.text_of(three[1].open("/desk/training"))
    report = file(database, settings)
    three[0].press(report, "/take")
    three[0].press(report, "/summary#marks", summary="Особи је прећено на улици због порекла.")
    three[0].press(report, "/propose", **ASSESSED)
    with database.reader() as session:
        row = session.scalars(sa.select(Incident)).one()
    code(three[1], f"/desk/incidents/{row.id}")
    three[1].press(f"/desk/incidents/{row.id}", "/accept")
    exercise = three[1].client.get("/desk/training").headers["Location"]
    page = three[1].open(exercise)
    assert "Особи је прећено на улици због порекла." in pages.text_of(page)
    form = pages.form(page, exercise.rsplit("/", 1)[1])
    place = {"place": "Нови Сад", "year": "2026", "month": "10"}
    again = three[1].client.post(f"{form.action}/read", data=form.sent(**{**ASSESSED, **TICKED, **place}))
    assert pages.form(again.text, form.action).sent()["place"] == ["Нови Сад"]
    assert "Суботица" not in str(pages.rows(again.text))
    answer = three[1].client.post(form.action, data=form.sent(**{**ASSESSED, **TICKED, **place}))
    assert answer.status_code == 200
    assert any(row[0].startswith("Место") and "Суботица" in row for row in pages.rows(answer.text))
    assert three[0].client.get(exercise).status_code == 404


def test_a_second_coding_is_read_anew_without_being_saved(
    three: list[AtDesk], incident: str, database: Database
) -> None:
    page = three[1].press(incident, "/open-to-code").text
    assert f'formaction="{incident}/code-again/read#readings"' in page
    sent = pages.form(page, "/code-again").sent(**{**ASSESSED, **TICKED})
    answer = three[1].client.post(f"{incident}/code-again/read", data=sent)
    assert answer.status_code == 200
    assert pages.form(answer.text, "/code-again").sent()["acts"] == ["threat"]
    [read] = [part for part in pages.parsed(answer.text).iter("section") if part.get("id") == "readings"]
    assert "Ишло би у ОДИХР" in "".join(read.itertext())
    assert three[1].client.post(f"{incident}/code-again/read", data={**sent, "token": "x"}).status_code == 422
    with database.reader() as session:
        assert session.scalars(sa.select(SecondCoding)).all() == []


def test_a_hard_story_stays_folded_for_the_second_coder(
    three: list[AtDesk], database: Database, settings: Settings
) -> None:
    report = file(database, settings, acts=frozenset({"armed_attack"}))
    three[0].press(report, "/take")
    assert three[0].press(report, "/propose", **ASSESSED).status_code == 303
    with database.reader() as session:
        incident = f"/desk/incidents/{session.scalars(sa.select(Incident.id)).one()}"
    page = pages.parsed(three[1].press(incident, "/open-to-code").text)
    [fold] = [box for box in page.iter("details") if "fold" in (box.get("class") or "").split()]
    assert "одакле сам дошао" in "".join(fold.itertext())
    assert "Ову причу је тешко читати." in "".join(fold.find("summary").itertext())  # type: ignore[union-attr]
