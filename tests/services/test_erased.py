"""A backup of before is restored: what was destroyed or withdrawn since stays so, on either kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.sealed_files import new_key_pair
from incidents.config import Settings
from incidents.core.audit import first_break
from incidents.core.receipt import ReceiptCode
from incidents.db import order
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.report import Report, SentFile
from incidents.services import backup, erased, receipts, retention
from incidents.services.accounts import Member
from incidents.services.erased import Again
from incidents.services.withdrawal import withdraw_report
from tests import builders, databases
from tests.conftest import NOW
from tests.services.test_retention import (
    YEARS,
    a_full_report,
    count_it,
    file_report,
    found_in,
    let_be_destroyed,
    ticked,
)

PRIVATE, PUBLIC = new_key_pair()
LATER = NOW + YEARS


@pytest.fixture
def site(own_database: Database, settings: Settings) -> tuple[Database, list[Member]]:
    with own_database.unit_of_work() as session:
        return own_database, builders.a_desk(session, settings, now=NOW)


@pytest.fixture
def empty(own_database: Database, tmp_path: Path) -> Iterator[Database]:
    """Of the same kind as the site."""
    url = own_database.engine.url.set(database="restored")
    if own_database.engine.dialect.name == "sqlite":
        url = url.set(database=str(tmp_path / "restored.sqlite"))
    database = databases.at(url.render_as_string(hide_password=False))
    yield database
    database.close()


def backed_up(database: Database) -> bytes:
    file = BytesIO()
    backup.back_up(database, file, PUBLIC, progress=lambda _table, _done: None)
    return file.getvalue()


def restored(database: Database, content: bytes, listed: frozenset[str], settings: Settings) -> Again:
    done: list[Again] = []

    def take_off(session: Session) -> None:
        done.append(erased.take_off(session, listed, pepper=settings.pepper, now=LATER))

    backup.restore(database, BytesIO(content), PRIVATE, then=take_off, progress=lambda _table, _done: None)
    return done[0]


def tags_of(database: Database, settings: Settings) -> frozenset[str]:
    with database.reader() as session:
        return erased.tags(session, settings.pepper)


def ids(database: Database) -> set[UUID]:
    with database.reader() as session:
        return set(session.scalars(sa.select(Report.id)))


def test_a_destroyed_report_stays_destroyed_and_out_of_every_file(
    site: tuple[Database, list[Member]], empty: Database, settings: Settings
) -> None:
    database, (ana, boris) = site
    report, secrets = a_full_report(database, settings, ana)
    with database.unit_of_work() as session:
        kept, _ = file_report(session, settings, "Друга прича.")
    ticked(database, settings, NOW)
    old = backed_up(database)
    let_be_destroyed(database, ana, boris, LATER)
    ticked(database, settings, LATER)
    assert ids(database) == {kept}
    assert restored(empty, old, tags_of(database, settings), settings) == Again(reports=1)
    assert order.write_anew(empty)
    assert ids(empty) == {kept}
    assert found_in(empty, secrets) == set()
    with empty.reader() as session:
        assert first_break(list(entries(session))) is None
        [(entry, _)] = entries(session, action="destroy_report")
    assert (entry.subject, entry.actor, entry.before) == (f"report:{report}", "system", "set_aside")
    assert tags_of(empty, settings) == tags_of(database, settings)


def test_without_the_list_it_is_back_and_due_again_at_once(
    site: tuple[Database, list[Member]], empty: Database, settings: Settings
) -> None:
    database, (ana, boris) = site
    report, secrets = a_full_report(database, settings, ana)
    ticked(database, settings, NOW)
    old = backed_up(database)
    let_be_destroyed(database, ana, boris, LATER)
    ticked(database, settings, LATER)
    assert restored(empty, old, frozenset(), settings) == Again()
    assert ids(empty) == {report}
    with empty.reader() as session:
        found = retention.due(session, retention.Schedule(), today=LATER.date(), now=LATER)
    assert {one.report for one in found if one.is_due(LATER.date())} == {report}
    let_be_destroyed(empty, ana, boris, LATER)
    ticked(empty, settings, LATER)
    assert found_in(empty, secrets) == set()


def test_a_withdrawn_report_stays_withdrawn_with_its_incident(
    site: tuple[Database, list[Member]], empty: Database, settings: Settings
) -> None:
    database, (ana, boris) = site
    with database.unit_of_work() as session:
        report, code = file_report(session, settings)
        count_it(session, report, ana, boris)
    old = backed_up(database)
    with database.unit_of_work() as session:
        withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    assert restored(empty, old, tags_of(database, settings), settings) == Again(withdrawn=1)
    assert ids(empty) == set()
    assert is_unknown(empty, code, settings)
    with empty.engine.connect() as one, database.engine.connect() as other:
        query = sa.text("SELECT decision FROM incident")
        assert one.scalar(query) == other.scalar(query) == "withdrawn"


def is_unknown(database: Database, code: ReceiptCode, settings: Settings) -> bool:
    with database.reader() as session:
        try:
            receipts.row_of(session, code, pepper=settings.pepper)
        except receipts.UnknownCode:
            return True
    return False


def test_files_that_were_destroyed_alone_go_again_and_their_report_stays(
    site: tuple[Database, list[Member]], empty: Database, settings: Settings
) -> None:
    database, (ana, boris) = site
    report, secrets = a_full_report(database, settings, ana)
    ticked(database, settings, NOW)
    old = backed_up(database)
    soon = NOW + YEARS / 3
    let_be_destroyed(database, ana, boris, soon)
    ticked(database, settings, soon)
    assert restored(empty, old, tags_of(database, settings), settings) == Again(files_of=1)
    assert order.write_anew(empty)
    assert ids(empty) == {report}
    with empty.reader() as session:
        assert session.scalars(sa.select(SentFile.id)).all() == []
    assert found_in(empty, secrets) == set(secrets) - {"file key", "file facts"}


def test_a_list_tells_nobody_without_the_pepper_which_report_it_means(
    site: tuple[Database, list[Member]], settings: Settings
) -> None:
    database, _ = site
    with database.unit_of_work() as session:
        report, code = file_report(session, settings)
        withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
        [tag] = erased.tags(session, settings.pepper)
        assert erased.tags(session, b"x" * 32).isdisjoint({tag})
    assert report.hex not in tag


# In PostgreSQL's log of writes.


@pytest.mark.postgres
@pytest.mark.parametrize("own_database", ["postgresql"], indirect=True)
def test_the_log_of_writes_lets_go_of_it_as_the_page_says(
    site: tuple[Database, list[Member]], settings: Settings
) -> None:
    database, (ana, boris) = site
    with _asked(database, "ALTER SYSTEM SET wal_recycle = off", "ALTER SYSTEM SET min_wal_size = '32MB'"):
        _, secrets = a_full_report(database, settings, ana)
        ticked(database, settings, NOW)
        let_be_destroyed(database, ana, boris, LATER)
        ticked(database, settings, LATER)
        assert found_in_log_of_writes(database, secrets) == set(secrets)
        with database.without_transaction() as connection:
            connection.execute(sa.text("SELECT pg_switch_wal()"))
            connection.execute(sa.text("CHECKPOINT"))
        assert found_in_log_of_writes(database, secrets) == set()


@contextmanager
def _asked(database: Database, *statements: str) -> Iterator[None]:
    """The server as the page tells to set it; afterwards as it was."""
    _told(database, *statements)
    try:
        yield
    finally:
        _told(database, "ALTER SYSTEM RESET ALL")


def _told(database: Database, *statements: str) -> None:
    with database.without_transaction() as connection:
        for statement in (*statements, "SELECT pg_reload_conf()"):
            connection.execute(sa.text(statement))


def found_in_log_of_writes(database: Database, secrets: dict[str, bytes]) -> set[str]:
    with database.without_transaction() as connection:
        folder = Path(str(connection.scalar(sa.text("SHOW data_directory")))) / "pg_wal"
    contents = [path.read_bytes() for path in folder.iterdir() if path.is_file()]
    return {name for name, secret in secrets.items() if any(secret in content for content in contents)}
