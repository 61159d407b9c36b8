"""What all tests share: databases, a site with a desk, a clock that stands still."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as search_settings

from incidents.adapters import passwords
from incidents.config import Settings
from incidents.db.database import Database
from tests import databases
from tests.postgres import binaries, server

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
search_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
search_settings.load_profile("untimed")  # a busy machine is no fault

_OF_SITES = {"web", "cli", "attacks", "operators"}
"""Folders whose tests ask a whole site, or start programs."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a whole site, by its folder or because it has settings: the fast lane leaves it out."""
    for item in items:
        if item.path.parent.name in _OF_SITES or "settings" in getattr(item, "fixturenames", ()):
            item.add_marker("site")


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """The same hash with little work: some thousand members are made, and asked for, in these tests."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_NOBODY", quick.hash("nobody has this password"))
        yield


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Where the programs of a server lie."""
    programs = binaries()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    return programs


@pytest.fixture(scope="session")
def postgres(postgres_programs: Path) -> Iterator[str]:
    """The address of a server of our own."""
    with server(postgres_programs) as address:
        yield address


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'site.sqlite'}"
    else:
        url = databases.beside(request.getfixturevalue("postgres"), "site")
    database = databases.at(url)
    yield database
    database.close()


@pytest.fixture
def database(engine_database: Database) -> Iterator[Database]:
    """Tables at their newest; everything a test does is undone, commits too."""
    with engine_database.rolled_back():
        yield engine_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def own_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """For one test alone, where each thread and process really commits."""
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    if request.param == "postgresql":
        url = databases.beside(request.getfixturevalue("postgres"), "own")
    database = databases.at(url)
    yield database
    database.close()


def settings_in(folder: Path) -> Settings:
    return Settings(
        instance=folder,
        database_url="",
        pepper=bytes(range(32)),
        token_key=bytes(range(1, 33)),
        https=False,
        exit_url="https://neutral.example/",
        hosts=("localhost", "127.0.0.1"),
        seal_memory_mib=1,
        coded_twice_percent=0,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """A site of the test's own, but for routes and templates: they take longer to read than most tests take."""
    from incidents.app import platform_of

    app = with_routes(replace(settings, instance=Path()))
    app.extensions["incidents"] = platform_of(settings, now=lambda: NOW, database=database)
    return app


@cache
def with_routes(settings: Settings) -> Flask:
    """Nothing is changed in it: other tests have it too."""
    from incidents.app import create_app

    app = create_app(settings, now=lambda: NOW, database=Database("sqlite://"))
    app.testing = False  # errors become pages, as they do for people
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
