"""What tests of pages share: a site with figures for those that only read, and a desk of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.database import Database
from tests import databases
from tests.web.desk import AtDesk, a_desk
from tests.web.released import published_site


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Where a database of a name lies, the same in all tests of a process."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        return lambda name: databases.beside(server, name)
    folder = tmp_path_factory.getbasetemp()
    return lambda name: f"sqlite:///{folder / name}.sqlite"


@pytest.fixture(scope="module")
def site(address_of: Callable[[str], str]) -> Flask:
    return published_site(address_of("published"))


@pytest.fixture
def queries(site: Flask) -> Iterator[list[str]]:
    """What the database of the site is asked from here on; that a transaction begins is no question."""
    asked: list[str] = []
    engines = site.extensions["incidents"].database.engines

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield asked
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    """Two moderators in front of their browsers; modules with other roles at the desk have their own."""
    return a_desk(app, database, settings, (Role.MODERATOR,), (Role.MODERATOR,))
