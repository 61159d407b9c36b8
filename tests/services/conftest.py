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


@pytest.fixture
def vesna(session: Session, settings: Settings, ana: Member) -> Member:
    """Of the desk `sever` alone; Ana is at both, Boris at the national one alone."""
    return builders.a_member(session, settings, name="Весна", now=NOW)


@pytest.fixture
def sever(session: Session, ana: Member, vesna: Member) -> int:
    """The epoch of a further desk, of Ana and Vesna."""
    return builders.a_further_desk(session, ana, vesna, now=NOW)
