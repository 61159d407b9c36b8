"""What fails under a person's hands: nothing is lost, nothing is half-written, and a sentence says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.languages import LANGUAGES
from incidents.db.database import Database
from incidents.db.report import Message, Report
from tests import builders
from tests.conftest import NOW
from tests.pages import form, text_of
from tests.web.test_reporting import a_token, code_on, send

WORDS = "Két férfi a buszon azt kiabálta, menjünk haza.\r\n\r\nA sofőr nem szólt semmit; ja sam samo ćutala 😔"
KEPT = "A válaszai megvannak: küldje el őket újra egy perc múlva."


@pytest.fixture
def site(own_database: Database, settings: Settings) -> Flask:
    with own_database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    app = create_app(settings, now=lambda: NOW, database=own_database)
    app.testing = False
    return app


@contextmanager
def gone_at(database: Database, statement: str) -> Iterator[None]:
    """The database goes away in the middle of a request: when this statement is about to be done."""
    other = sa.create_engine(database.engine.url, isolation_level="AUTOCOMMIT")
    gone = Event()
    gone.set()

    def go(connection: sa.Connection, _cursor: Any, said: str, *_: object) -> None:
        if not said.startswith(statement):
            return
        if connection.dialect.name == "postgresql":
            with other.connect() as server:
                pid = connection.connection.driver_connection.info.backend_pid
                server.execute(sa.select(sa.func.pg_terminate_backend(pid, 5_000)))
        else:
            connection.connection.driver_connection.set_progress_handler(gone.is_set, 1)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", go)
    try:
        yield
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", go)
        gone.clear()  # a connection that was never given back is rolled back later, in the middle of anything
        other.dispose()
        database.close()


def number_of(database: Database, table: type[Report | Message] = Report) -> int:
    with database.reader() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


def sent_again(client: FlaskClient, page: str, path: str) -> Any:
    """The one button of the page that keeps what was sent."""
    found = form(page, path)
    return client.post(found.action, data=found.sent())


@pytest.mark.parametrize("at", ["SELECT", "INSERT INTO report"])
def test_a_database_that_goes_away_takes_no_answer_with_it(site: Flask, own_database: Database, at: str) -> None:
    client, token = site.test_client(), a_token(site)
    with gone_at(own_database, at):
        answer = send(client, token, "hu", words=WORDS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert KEPT in text_of(answer.text)
    assert "A sofőr nem szólt semmit; ja sam samo ćutala 😔" in text_of(answer.text)
    assert number_of(own_database) == 0
    taken = sent_again(client, answer.text, "/hu/report")
    assert taken.status_code == 200
    assert number_of(own_database) == 1


def test_sending_again_after_a_report_was_kept_all_the_same_makes_one_report(
    site: Flask, own_database: Database
) -> None:
    """The connection broke when everything was stored, and before anybody was told so."""
    client, token = site.test_client(), a_token(site)

    def fail(_connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, Exception("server closed the connection"))

    first = send(client, token, "hu", words=WORDS)
    for engine in own_database.engines:
        event.listen(engine, "commit", fail)
    answer = send(client, token, "hu", words=WORDS)
    for engine in own_database.engines:
        event.remove(engine, "commit", fail)
    assert answer.status_code == 503
    taken = sent_again(client, answer.text, "/hu/report")
    assert (taken.status_code, code_on(taken.text)) == (200, code_on(first.text))
    assert number_of(own_database) == 1


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_the_sentence_is_there_in_every_language(site: Flask, own_database: Database, tag: str) -> None:
    with gone_at(own_database, "INSERT INTO report"):
        answer = send(site.test_client(), a_token(site), tag, words=WORDS)
    assert answer.status_code == 503
    assert f'<html lang="{tag}">' in answer.text
    english = "Your answers are still here: please send them again in a minute."
    assert (english in answer.text) == (tag == "en")
    assert 'href="/exit"' in answer.text
    assert "192" in text_of(answer.text)


def test_what_a_reporter_adds_later_is_kept_on_the_page_too(site: Flask, own_database: Database) -> None:
    client = site.test_client()
    code = code_on(send(client, a_token(site), "hu").text)
    status = client.post(
        "/hu/receipt", data={**form(client.get("/hu/receipt").text, "/receipt", own="/hu/receipt").sent(code=code)}
    )
    said = form(status.text, "/receipt", own="/hu/receipt").sent(answer=WORDS)
    with gone_at(own_database, "INSERT INTO message"):
        answer = client.post("/hu/receipt", data=said)
    assert answer.status_code == 503
    assert "A sofőr nem szólt semmit" in text_of(answer.text)
    assert number_of(own_database, Message) == 0
    for _ in range(2):
        assert sent_again(client, answer.text, "/receipt").status_code in {200, 303}
    assert number_of(own_database, Message) == 1


@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_on_a_full_disk_nothing_is_half_written(site: Flask, own_database: Database) -> None:
    client, token = site.test_client(), a_token(site)

    def fill(dbapi: Any, _record: object) -> None:
        pages = dbapi.execute("PRAGMA page_count").fetchone()[0]
        dbapi.execute(f"PRAGMA max_page_count = {pages}")

    own_database.close()
    event.listen(own_database.engine, "connect", fill)
    answers = [send(client, a_token(site), "hu", words=WORDS * 20) for _ in range(3)]
    answer = send(client, token, "hu", words=WORDS * 20)
    event.remove(own_database.engine, "connect", fill)
    own_database.close()
    assert answer.status_code == 503
    assert KEPT in text_of(answer.text)
    assert number_of(own_database) == sum(before.status_code == 200 for before in answers)
    with own_database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert sent_again(client, answer.text, "/hu/report").status_code == 200


def test_a_worker_that_is_older_than_the_tables_loses_nothing(site: Flask, own_database: Database) -> None:
    """Between `migrate` and the restart of the workers: a newer one takes what the older one could not."""
    client = site.test_client()
    with own_database.unit_of_work() as session:
        session.execute(sa.text("ALTER TABLE report RENAME COLUMN sealed TO sealed_whole"))
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    answer = send(client, a_token(site), "hu", words=WORDS)
    assert answer.status_code == 503
    assert KEPT in text_of(answer.text)
    assert client.get("/readyz").json["migrations"] is False
    with own_database.unit_of_work() as session:
        session.execute(sa.text("ALTER TABLE report RENAME COLUMN sealed_whole TO sealed"))
    assert sent_again(client, answer.text, "/hu/report").status_code == 200
    assert number_of(own_database) == 1


@pytest.mark.parametrize(
    ("jump", "status", "handling"),
    [
        (timedelta(hours=-30), 200, Handling.QUARANTINED),
        (timedelta(minutes=-3), 200, Handling.RECEIVED),
        (timedelta(hours=30), 200, Handling.RECEIVED),
        (timedelta(days=400), 422, None),
    ],
)
def test_a_clock_that_jumps_loses_no_report(
    settings: Settings, own_database: Database, jump: timedelta, status: int, handling: Handling | None
) -> None:
    clock = [NOW]

    def now() -> datetime:
        return clock[0]

    with own_database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    site = create_app(settings, now=now, database=own_database)
    client, token = site.test_client(), a_token(site)
    clock[0] += jump
    answer = send(client, token, "hu", words=WORDS)
    assert answer.status_code == status
    if status == 422:
        assert "A válaszai megvannak" in text_of(answer.text)
        answer = client.post("/hu/report", data=form(answer.text, "/hu/report", own="/hu/report").sent())
        assert answer.status_code == 200
        handling = Handling.QUARANTINED  # sent at once: this clock stands still
    with own_database.reader() as session:
        assert session.scalars(sa.select(Report.handling)).all() == [handling]
    clock[0] = NOW
    assert (
        client.post(
            "/hu/receipt",
            data=form(client.get("/hu/receipt").text, "/receipt", own="/hu/receipt").sent(code=code_on(answer.text)),
        ).status_code
        == 200
    )


def test_a_fault_of_ours_keeps_what_was_sent_as_well(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(WORDS)

    with monkeypatch.context() as patch:
        patch.setattr("incidents.web.reporting.views.take_in", fail)
        answer = send(site.test_client(), a_token(site), "hu", words=WORDS)
    assert answer.status_code == 500
    assert KEPT in text_of(answer.text)
    assert sent_again(site.test_client(), answer.text, "/hu/report").status_code == 200


def test_the_api_says_when_to_try_again(site: Flask, own_database: Database) -> None:
    with gone_at(own_database, "SELECT"):
        answer = site.test_client().get("/api/v1/releases")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "60"


def test_the_desk_is_not_shown_its_passwords_again(site: Flask, own_database: Database) -> None:
    client = site.test_client()
    page = form(client.get("/desk/login").text, "/desk/login", own="/desk/login")
    with gone_at(own_database, "SELECT"):
        answer = client.post("/desk/login", data=page.sent(name="Ana", password=builders.PASSWORD, code="123456"))
    assert answer.status_code == 503
    assert builders.PASSWORD not in answer.text
