"""Floods at the door: held, never refused, and every form counts once in whatever process."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.report import BY_APP
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.web.tokens import new_token
from tests import builders, databases
from tests.conftest import NOW
from tests.web.replaying import replay
from tests.web.test_intake import KEY
from tests.web.test_intake import send as send_by_app
from tests.web.test_reporting import ANSWERS, a_token, code_on, send

PROCESSES, REPLAYS = 4, 5


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    """A site whose database several processes open, with a desk key."""
    url = f"sqlite:///{tmp_path / 'site.sqlite'}"
    if request.param == "postgresql":
        url = databases.beside(request.getfixturevalue("postgres"), "replays")
    database = databases.at(url)
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    database.close()
    return replace(settings, database_url=url)


def a_token_of(settings: Settings) -> str:
    database = Database(settings.database_url)
    with create_app(settings, now=lambda: NOW, database=database).test_request_context():
        return new_token(opened_at=NOW - timedelta(minutes=5))


def stored_in(settings: Settings) -> int:
    database = Database(settings.database_url)
    with database.reader() as session:
        number = session.scalars(sa.select(sa.func.count()).select_from(stored.Report)).one()
    database.close()
    return number


def in_processes(settings: Settings, answers: list[dict[str, str]]) -> list[tuple[int, str]]:
    """What four processes of their own are answered, each sending its answers five times at once with the others."""
    spawned = multiprocessing.get_context("spawn")
    start, said = spawned.Barrier(PROCESSES), spawned.Queue()
    running = [spawned.Process(target=replay, args=(settings, each, REPLAYS, start, said)) for each in answers]
    for process in running:
        process.start()
    answered = [said.get(timeout=90) for _ in range(PROCESSES * REPLAYS)]
    for process in running:
        process.join(30)
    said.close()
    said.join_thread()
    assert [process.exitcode for process in running] == [0] * PROCESSES
    return answered


def test_twenty_replays_in_four_processes_store_one_report_and_give_one_code(shared: Settings) -> None:
    answers = {**ANSWERS, "token": a_token_of(shared), "tongue": "sr-Cyrl"}
    answered = in_processes(shared, [answers] * PROCESSES)
    assert {status for status, _ in answered} == {200}
    assert [len(code) for code in {code for _, code in answered}] == [28]
    assert stored_in(shared) == 1


def test_a_spent_form_takes_no_second_text_in_any_process(shared: Settings) -> None:
    token = a_token_of(shared)
    answers = [{**ANSWERS, "token": token, "tongue": "sr-Cyrl", "words": f"Текст {one}"} for one in range(PROCESSES)]
    answered = in_processes(shared, answers)
    assert Counter(status for status, _ in answered) == {200: REPLAYS, 422: REPLAYS * (PROCESSES - 1)}
    assert stored_in(shared) == 1


@pytest.fixture
def flooded(app: Flask, client: FlaskClient, database: Database, settings: Settings) -> FlaskClient:
    """A site that more than five hundred reports have reached today."""
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        for _ in range(501):
            builders.send(session, builders.a_report(), settings, now=NOW)
    return client


def test_in_a_flood_a_report_is_held_and_its_sender_gets_a_code_like_everybody(app, flooded, database) -> None:
    answer = send(flooded, a_token(app), words="Нешто што се заиста догодило.")
    assert answer.status_code == 200
    code = code_on(answer.text)
    with database.reader() as session:
        held = sa.select(sa.func.count()).where(stored.Report.handling == Handling.QUARANTINED)
        assert session.scalars(held).one() == 1
    opened = flooded.post("/sr-Cyrl/receipt", data={"token": a_token(app), "code": code})
    assert "чека" in opened.text.lower()


def test_in_a_flood_an_apps_report_is_held_and_answered_like_everybodys(flooded, database) -> None:
    for number in range(3):
        answer = send_by_app(flooded, key=f"{KEY}-{number}")
        assert (answer.status_code, len(answer.json["receipt_code"])) == (201, 28)
    again = send_by_app(flooded, key=f"{KEY}-{number}")
    assert again.json["receipt_code"] == answer.json["receipt_code"]
    with database.reader() as session:
        held = sa.select(sa.func.count()).where(stored.Report.handling == Handling.QUARANTINED)
        assert session.scalars(held).one() == 3


def test_apps_alone_can_make_the_flood_that_all_are_held_in(app, client, database, settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        for _ in range(501):
            builders.send(session, builders.a_report(origin=BY_APP), settings, now=NOW)
    assert send(client, a_token(app)).status_code == 200
    with database.reader() as session:
        held = sa.select(sa.func.count()).where(stored.Report.handling == Handling.QUARANTINED)
        assert session.scalars(held).one() == 1


def test_what_is_held_in_a_flood_is_sealed_like_everything(app, flooded, database) -> None:
    send(flooded, a_token(app), words="medenjak kupljen na pijaci")
    with database.reader() as session:
        held = sa.select(stored.Report).where(stored.Report.handling == Handling.QUARANTINED)
        assert b"medenjak" not in session.scalars(held).one().sealed
