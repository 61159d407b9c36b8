"""Brings a database to the newest form of its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from incidents.db.database import Database
from incidents.db.revision import revision_of
from incidents.resources import folder


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    return config


class Orphans(Exception):
    """A migration left rows that refer to rows which are gone; it was rolled back."""


def upgrade(database: Database) -> None:
    """Raises Orphans."""
    _move(database, command.upgrade, "head")


def go_back(database: Database, revision: str) -> None:
    """To an older form of the tables, for the version of the software that knows it. What only the newer one has goes.

    Raises NoSuchForm, Orphans.
    """
    older = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    with database.engine.connect() as connection:
        present = revision_of(connection)
    if revision not in older or present not in older or older.index(revision) < older.index(present):
        raise NoSuchForm
    _move(database, command.downgrade, revision)


class NoSuchForm(Exception):
    """The tables never had this form, or have not come to it yet."""


def _move(database: Database, step: Callable[[Config, str], None], revision: str) -> None:
    with database.engine.connect() as connection, _may_rebuild_tables(connection), connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        step(config, revision)
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise Orphans


@contextmanager
def _may_rebuild_tables(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, which it refuses while rows of others refer to it.

    The pragma is of no effect within a transaction (SQLite, "PRAGMA foreign_keys").
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.close()
