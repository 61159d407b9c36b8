"""How far a replica of a PostgreSQL server has come."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm


def written(session: orm.Session) -> int:
    """Bytes of the log that a server has on its disk: everything that anybody was told is done stands before it."""
    return int(session.scalars(sa.text("SELECT pg_current_wal_flush_lsn() - '0/0'")).one())


def reached(session: orm.Session) -> int | None:
    """Bytes of the log that a replica shows; None of a server that is none, or no longer."""
    asked = sa.text("SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() - '0/0' END")
    found = session.scalars(asked).one()
    return None if found is None else int(found)
