"""The order of rows on the disk: it shall not be the order in which people wrote.

Whoever takes the disk, or a copy of it, sees more than tables: where each row lies, and which transaction put it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from secrets import SystemRandom
from typing import Any

import sqlalchemy as sa

from incidents.db.database import Database
from incidents.db.report import FilePiece, SentFile
from incidents.db.tables import METADATA

_AT_ONCE = 500
_SMALL_BYTES = 16_000_000
_LARGEST_MOVED_BYTES = 500_000_000
"""A larger table of PostgreSQL is not written anew as a whole, because nobody can read it meanwhile."""
_SEALED: Sequence[tuple[sa.Table, str]] = [
    (METADATA.tables["report"], "sealed"),
    (METADATA.tables["message"], "sealed_for_desk"),
    (METADATA.tables["sent_file"], "sealed_facts"),
    (METADATA.tables["file_piece"], "sealed"),
]


def is_small(database: Database) -> bool:
    """Whether to put it into another order takes no time worth a thought."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            size = sum(_size(connection, table.name) for table, _ in _SEALED)
        else:
            size = (
                connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
            )
    return bool(size <= _SMALL_BYTES)


def mix(database: Database, since: date | None) -> None:
    """Put what people sent into an order that tells nothing; what came before `since` has been mixed already.

    May be stopped at any moment and begun again.
    """
    if database.engine.dialect.name == "postgresql":
        for table, sealed in _SEALED:
            _write_again(database, table, table.c[sealed], since)
        _move_postgresql(database)
    else:
        _move_sqlite(database)


def write_anew(database: Database, *, everything: bool = False) -> bool:
    """Write anew what held something that was destroyed, so that the old pages are not in the files any more.

    Gives whether all of it was: on PostgreSQL tables that are too large to close for that long are left unless
    `everything` is asked for, on SQLite the log of writes stays while somebody reads from it. It can be done again.
    """
    if database.engine.dialect.name != "postgresql":
        return _move_sqlite(database)
    with database.engine.connect() as connection:
        sizes = {name: _size(connection, name) for name in _WITH_KEYS}
    chosen = [name for name in _WITH_KEYS if everything or sizes[name] <= _LARGEST_MOVED_BYTES]
    with database.without_transaction() as connection:
        connection.exec_driver_sql("SET lock_timeout = '3s'")
        for name in chosen:
            connection.exec_driver_sql(_ANEW[name])
    return len(chosen) == len(_WITH_KEYS)


_ANEW = {
    "report": "VACUUM (FULL) report",
    "message": "VACUUM (FULL) message",
    "sent_file": "VACUUM (FULL) sent_file",
    "deidentification": "VACUUM (FULL) deidentification",
    "ruled_out": "VACUUM (FULL) ruled_out",
    "return_note": "VACUUM (FULL) return_note",
}
_WITH_KEYS = tuple(_ANEW)
"""Tables with a key, or with something sealed that needs no other row to be opened. Pieces of files are not among them:
they are noise without the key in their file's row."""


def _move_sqlite(database: Database) -> bool:
    """Everything is written anew in the order of its keys, which are random; with it goes all that was deleted.

    Rows without numbers lie in that order anyway, but what is too long for a page lies where there was room as it came.
    The log of writes tells the same, so it is emptied. Gives whether that could be done.
    """
    with database.without_transaction() as connection:
        run = connection.exec_driver_sql
        run("PRAGMA temp_store = FILE")  # the copy would fill the memory of a small machine
        run("VACUUM")
        run("PRAGMA optimize")
        # Writers wait while it waits for readers, of which a backup is a long one: then the next time will do.
        run("PRAGMA busy_timeout = 1000")
        is_busy, _pages, _moved = run("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not is_busy


def _write_again(database: Database, table: sa.Table, sealed: sa.ColumnElement[Any], since: date | None) -> None:
    """Give rows new places, new numbers of transactions, and new numbers of what is kept beside a row (TOAST).

    All three count upwards as people write. Those that somebody holds are left for the next time: nobody waits for
    this, and it waits for nobody.
    """
    keys = list(table.primary_key.columns)
    with database.reader() as session:
        rows = list(session.execute(sa.select(*keys).where(_came(table, since))))
    SystemRandom().shuffle(rows)
    # `|| ''` changes nothing but makes it another value: one that is the same keeps its old number.
    anew = sa.update(table).values({sealed: sealed.op("||")(sa.literal(b"", sa.LargeBinary))})
    for start in range(0, len(rows), _AT_ONCE):
        chosen = rows[start : start + _AT_ONCE]
        with database.unit_of_work() as session:
            free = sa.select(*keys).where(sa.tuple_(*keys).in_(map(tuple, chosen))).with_for_update(skip_locked=True)
            held = {tuple(row) for row in session.execute(free)}
            for row in chosen:
                if tuple(row) in held:
                    session.execute(anew.where(*(key == value for key, value in zip(keys, row, strict=True))))


def _came(table: sa.Table, since: date | None) -> sa.ColumnElement[bool]:
    if since is None:
        return sa.true()
    if table.name == FilePiece.__tablename__:
        return table.c.file_id.in_(sa.select(SentFile.id).where(SentFile.received_on >= since))
    return (table.c.sent_on if "sent_on" in table.c else table.c.received_on) >= since


def _move_postgresql(database: Database) -> None:
    """Tables anew in the order of their random keys, in other files: what was deleted stays in none of them."""
    with database.engine.connect() as connection:
        sizes = {table.name: _size(connection, table.name) for table, _ in _SEALED}
    with database.without_transaction() as connection:
        run = connection.exec_driver_sql
        run("SET lock_timeout = '3s'")  # whoever writes meanwhile shall not queue up behind this
        for name, clustered, cleaned in _COMMANDS:
            if sizes[name] <= _LARGEST_MOVED_BYTES:
                run(clustered)
            run(cleaned)


_COMMANDS = (
    ("report", "CLUSTER report USING pk_report", "VACUUM (ANALYZE) report"),
    ("message", "CLUSTER message USING pk_message", "VACUUM (ANALYZE) message"),
    ("sent_file", "CLUSTER sent_file USING pk_sent_file", "VACUUM (ANALYZE) sent_file"),
    ("file_piece", "CLUSTER file_piece USING pk_file_piece", "VACUUM (ANALYZE) file_piece"),
)


def _size(connection: sa.Connection, table: str) -> int:
    return int(connection.scalar(sa.select(sa.func.pg_total_relation_size(table))) or 0)
