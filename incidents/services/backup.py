"""The whole database as one sealed file, and back into an empty one of either kind.

The file is sealed to a key whose private half is kept off the machine: whoever takes the backups has nothing. Rows are
written in the order of their keys, which are random, so a backup does not tell in which order reports came.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealed_files
from incidents.core.audit import first_break
from incidents.db import migrations
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.revision import newest, revision_of
from incidents.db.rows import NoSuchRow, line_of, row_of
from incidents.db.tables import METADATA

_FORMAT = 1
_LEFT_OUT = frozenset({"login_session", "spent_challenge"})
"""Nobody stays logged in on a restored site, and what was asked of passkeys is too old there."""
_AT_ONCE = 500
"""Rows read or written together: a page of them is all that is held in memory."""

Counts = Mapping[str, int]
"""By table, how many rows."""
Progress = Callable[[str, int], None]
"""Which table, and how many of its rows are done."""
Then = Callable[[Session], None]
"""What is done in the same unit of work, once all rows are there."""


class NotEmpty(Exception):
    """The database to restore into has rows: nothing of it may be mixed with those of a backup."""


class OtherVersion(Exception):
    """The backup was made by another version of the software, with tables of the form `revision`."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


class NotWhole(Exception):
    """The file is no backup, or was changed or cut off."""


def tables() -> list[sa.Table]:
    """What a backup holds, each table behind those that its rows refer to."""
    return [table for table in METADATA.sorted_tables if table.name not in _LEFT_OUT]


def back_up(database: Database, file: IO[bytes], public: bytes, *, progress: Progress) -> Counts:
    """Write all rows as they are at one moment; the site goes on meanwhile. `public` is the key to seal to.

    Raises OtherVersion where the database waits for a migration.
    """
    with database.snapshot() as connection, sealed_files.Sealer(file, public) as sealer:
        counts: dict[str, int] = {}
        for line in _lines(connection, counts, progress):
            sealer.write(line)
    return counts


def restore(
    database: Database, file: IO[bytes], private: bytes, *, then: Then = lambda _session: None, progress: Progress
) -> Counts:
    """Read a backup into an empty database; its tables are made first. All of it or nothing, with what is done `then`.

    Raises NotEmpty, OtherVersion, NotWhole, and sealed_files.WrongKey.
    """
    try:
        return _load(database, sealed_files.opened(file, private), progress, then)
    except sealed_files.NoSealedFile as error:
        raise NotWhole from error


def move(source: Database, target: Database, *, progress: Progress) -> Counts:
    """Copy all rows into an empty database, of either kind, and compare them row by row. All of it or nothing.

    Raises NotEmpty, OtherVersion, and NotWhole where a row did not arrive as it was.
    """
    with source.snapshot() as connection:
        lines = _lines(connection, {}, lambda _table, _done: None)
        return _load(target, lines, progress, lambda _session: None)


def _lines(connection: sa.Connection, counts: dict[str, int], progress: Progress) -> Iterator[bytes]:
    """A line that says what follows, and for each table a line, its rows, and a line with their number and sum."""
    revision = revision_of(connection)
    if revision != newest():
        raise OtherVersion(revision)
    yield _told(format=_FORMAT, revision=revision)
    for table in tables():
        yield _told(table=table.name, columns=[column.name for column in table.columns])
        done, total = 0, _Sum()
        for row in _rows(connection, sa.select(table).order_by(*table.primary_key.columns)):
            line = line_of(table, row)
            total.add(line)
            done += 1
            yield line
            if done % _AT_ONCE == 0:
                progress(table.name, done)
        counts[table.name] = done
        progress(table.name, done)
        yield _told(end=table.name, rows=done, sum=str(total))
    yield _told(tables=len(counts))


def _told(**what: Any) -> bytes:
    """A line about the rows; those are lists, these are objects."""
    return json.dumps(what).encode() + b"\n"


def _load(database: Database, lines: Iterator[bytes], progress: Progress, then: Then) -> Counts:
    begin = _object(lines)
    if begin.get("format") != _FORMAT:
        raise NotWhole
    if begin.get("revision") != newest():
        raise OtherVersion(str(begin.get("revision")))
    _make_tables(database)
    counts: dict[str, int] = {}
    with database.unit_of_work() as session:
        connection = session.connection()
        if any(connection.execute(sa.select(table).limit(1)).first() for table in METADATA.sorted_tables):
            raise NotEmpty
        for table in tables():
            counts[table.name] = _load_table(connection, table, lines, progress)
        if _object(lines) != {"tables": len(counts)} or next(lines, None) is not None:
            raise NotWhole
        if first_break(list(entries(session))) is not None:
            raise NotWhole
        then(session)
    return counts


def _make_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        revision = revision_of(connection)
    if revision and revision != newest():
        raise OtherVersion(revision)
    migrations.upgrade(database)


def _load_table(connection: sa.Connection, table: sa.Table, lines: Iterator[bytes], progress: Progress) -> int:
    if _object(lines) != {"table": table.name, "columns": [column.name for column in table.columns]}:
        raise NotWhole
    own = _Own(lines)
    done = 0
    try:
        while rows := [row_of(table, line) for line in islice(own, _AT_ONCE)]:
            connection.execute(sa.insert(table), rows)
            done += len(rows)
            progress(table.name, done)
    except NoSuchRow as error:
        raise NotWhole from error
    if own.end != {"end": table.name, "rows": done, "sum": _sum_of(connection, table)}:
        raise NotWhole
    return done


class _Own:
    """The lines of one table's rows; `end` is the line behind them, once they are read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self.end: Mapping[str, Any] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.end is not None:
            raise StopIteration
        line = next(self._lines, b"{}\n")
        if line.startswith(b"{"):
            self.end = json.loads(line)
            raise StopIteration
        return line


def _sum_of(connection: sa.Connection, table: sa.Table) -> str:
    """The sum over what the database now has: each row is compared with the one that was written."""
    total = _Sum()
    for row in _rows(connection, sa.select(table)):
        total.add(line_of(table, row))
    return str(total)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> sa.CursorResult[Any]:
    """A page at a time, however many there are."""
    return connection.execute(query, execution_options={"yield_per": _AT_ONCE})


class _Sum:
    """Of lines in any order: databases sort texts each in their own way."""

    def __init__(self) -> None:
        self._total = 0

    def add(self, line: bytes) -> None:
        self._total = (self._total + int.from_bytes(sha256(line).digest())) % (1 << 256)

    def __str__(self) -> str:
        return f"{self._total:064x}"


def _object(lines: Iterator[bytes]) -> Mapping[str, Any]:
    line = next(lines, b"")
    if not line.startswith(b"{"):
        raise NotWhole
    found: Mapping[str, Any] = json.loads(line)
    return found
