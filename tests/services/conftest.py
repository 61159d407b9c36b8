"""A desk of two, in one unit of work that is undone at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.db.database import Database
from incidents.services.accounts import Member
from tests import builders
from tests.conftest import NOW


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


@pytest.fixture
def desk(session: Session, settings: Settings) -> list[Member]:
    return builders.a_desk(session, settings, now=NOW)


@pytest.fixture
def ana(desk: list[Member]) -> Member:
    """Who takes and proposes, in most tests."""
    return desk[0]


@pytest.fixture
def boris(desk: list[Member]) -> Member:
    """Who decides, in most tests."""
    return desk[1]
