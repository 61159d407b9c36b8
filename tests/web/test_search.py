import logging

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk


@pytest.fixture
def ana(app: Flask, database: Database, settings: Settings) -> AtDesk:
    [ana] = a_desk(app, database, settings, (Role.MODERATOR, Role.REVIEWER))
    with database.unit_of_work() as session:
        builders.send(session, a_report(), settings, now=NOW)
    return ana


def find(ana: AtDesk, typed: str):
    return ana.press("/desk/search/", "/desk/search/", words=typed)


def test_a_report_is_found_with_its_words_marked(ana, database) -> None:
    answer = find(ana, "vikala дошао")
    assert answer.status_code == 200
    with database.reader() as session:
        report = builders.only_report(session)
    assert f"/desk/reports/{report}" in answer.text
    assert ["".join(mark.itertext()) for mark in pages.parsed(answer.text).iter("mark")] == ["Викали", "дошао"]


@pytest.mark.parametrize(
    "typed",
    ["ground:национално", "osnov:етничко", "place:суботица", "place:Szabadka", "place:Severnobačka", "језик:српски"],
)
def test_fields_take_what_codes_are_called(ana, typed) -> None:
    assert "<h2>1 " in find(ana, typed).text


def test_what_was_typed_stands_in_no_address_no_log_and_no_trail(ana, database, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    answer = find(ana, "викали тајнареч*")
    assert answer.request.query_string == b""
    assert "тајнареч" not in caplog.text
    with database.reader() as session:
        rows = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "search")).all()
    assert len(rows) == 1
    assert "тајнареч" not in repr([vars(row) for row in rows])


@pytest.mark.parametrize("typed", ["", "-викали", "boja:crvena", "х" * 201])
def test_a_query_that_cannot_be_says_why_and_stays_in_the_box(ana, database, typed) -> None:
    answer = find(ana, typed)
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert ("words", typed) in pages.form(answer.text, "/desk/search/").fields
    with database.reader() as session:
        assert session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "search")).all() == []


def test_what_is_typed_and_found_is_never_markup(ana, database, settings) -> None:
    with database.unit_of_work() as session:
        builders.send(session, a_report(words="<img src=x> викнуо \u202e<b>нешто</b>"), settings, now=NOW)
    page = find(ana, '"src x" OR <i>').text
    assert "<img src=x>" not in page
    assert "&lt;img " in page
    assert "<i>" not in page
    assert "[U+202E]" in page


def test_without_the_sessions_token_nothing_is_searched(ana) -> None:
    answer = ana.client.post("/desk/search/", data={"words": "викали"})
    assert answer.status_code == 422
    assert "<mark>" not in answer.text
