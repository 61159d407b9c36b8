"""A site with figures, for tests that only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import databases
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
    engine = site.extensions["incidents"].database.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(engine, "before_cursor_execute", note)
