from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.report import Problem, from_bytes
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.services import keys, reporting
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW


def rows(session: Session) -> list[stored.Report]:
    return list(session.scalars(sa.select(stored.Report)))


def test_a_report_is_stored_sealed_and_opens_for_the_desk(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        ana, _ = builders.a_desk(session, settings, now=NOW)
        builders.send(session, a_report(), settings, now=NOW)
    with database.reader() as session:
        [row] = rows(session)
        private = keys.desk_private(session, row.epoch, ana.id, ana.key)
    opened = opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=private)
    assert from_bytes(opened) == a_report()
    assert (row.received_on, row.handling) == (NOW.date(), Handling.RECEIVED)


def test_without_a_desk_key_nothing_is_taken(database: Database, settings: Settings) -> None:
    with pytest.raises(reporting.NoDeskKey), database.unit_of_work() as session:
        builders.send(session, a_report(), settings, now=NOW)
    with database.reader() as session:
        assert not reporting.intake_is_open(session)
        assert rows(session) == []


def test_nothing_is_stored_when_a_rule_is_broken(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    with pytest.raises(reporting.Rejected) as rejected, database.unit_of_work() as session:
        builders.send(session, a_report(role=""), settings, now=NOW)
    assert rejected.value.problems == [Problem("role", "missing")]
    with database.reader() as session:
        assert rows(session) == []


def test_sending_twice_makes_one_report_and_one_code(database: Database, settings: Settings) -> None:
    nonce = builders.a_nonce()
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        first = builders.send(session, a_report(), settings, now=NOW, nonce=nonce)
    with database.unit_of_work() as session:
        assert builders.send(session, a_report(), settings, now=NOW, nonce=nonce) == first
        assert len(rows(session)) == 1


def test_the_same_form_with_other_answers_is_not_taken_silently(database: Database, settings: Settings) -> None:
    nonce = builders.a_nonce()
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        builders.send(session, a_report(), settings, now=NOW, nonce=nonce)
    with pytest.raises(reporting.AlreadySent), database.unit_of_work() as session:
        builders.send(session, a_report(words="друго"), settings, now=NOW, nonce=nonce)


@pytest.mark.parametrize(
    "sending",
    [{"trap_is_filled": True}, {"opened_at": NOW - timedelta(seconds=3)}],
    ids=["the trap is filled", "sent too fast"],
)
def test_what_may_come_from_a_machine_is_held_and_gets_a_code_all_the_same(
    database: Database, settings: Settings, sending: dict[str, object]
) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        assert len(builders.send(session, a_report(), settings, now=NOW, **sending)) == 28
        assert [row.handling for row in rows(session)] == [Handling.QUARANTINED]


def test_no_word_and_no_code_stands_in_the_rows(database: Database, settings: Settings) -> None:
    words = "medenjak kupljen na pijaci"
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        code = builders.send(session, a_report(words=words, place="Medveđa"), settings, now=NOW)
    with database.reader() as session:
        everything = repr([list(row) for row in session.execute(sa.text("SELECT * FROM report"))])
    for plain in ("medenjak", "Medve", "national_ethnic", code, code[:12]):
        assert plain not in everything


class Reader:
    """Counts how often the database is asked."""

    def __init__(self, database: Database) -> None:
        self.times, self._database = 0, database

    def __call__(self) -> Session:
        self.times += 1
        return self._database.reader()


def test_the_key_to_seal_to_is_looked_up_every_two_seconds(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    reader, intake = Reader(database), reporting.Intake()
    first = intake.keys(reader, clock_s=10)
    assert intake.keys(reader, clock_s=11.9) == first
    assert reader.times == 1
    with database.unit_of_work() as session:
        keys.rotate(session, actor="Ana", now=NOW, reason="yearly")
    assert intake.keys(reader, clock_s=12).national.epoch == first.national.epoch + 1


def test_a_key_that_was_forgotten_is_looked_up_at_once(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    reader, intake = Reader(database), reporting.Intake()
    intake.keys(reader, clock_s=10)
    intake.forget()
    intake.keys(reader, clock_s=10)
    assert reader.times == 2


def test_that_there_is_no_key_is_never_kept(database: Database, settings: Settings) -> None:
    intake = reporting.Intake()
    with pytest.raises(reporting.NoDeskKey):
        intake.keys(database.reader, clock_s=10)
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    assert intake.keys(database.reader, clock_s=10).national.epoch == 1
