"""Which form the tables have, and which one this version of the software works on: for asking, not for changing it."""

from __future__ import annotations

import sqlalchemy as sa

from incidents.resources import folder


def is_newest(connection: sa.Connection) -> bool:
    return revision_of(connection) == newest()


def revision_of(connection: sa.Connection) -> str:
    """Which form the tables have; empty where there are none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or ""


def newest() -> str:
    """The form of tables that this version of the software works on: migrations are numbered, one behind the other."""
    return max(path.name.partition("_")[0] for path in folder("migrations").glob("versions/[0-9]*.py"))
