"""What all tests share: databases, a site with a desk, a clock that stands still."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from incidents.adapters import passwords
from incidents.config import Settings
from incidents.db import migrations
from incidents.db.database import Database

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def _postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """The same hash with little work: some hundred members are made in these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server of our own in a temporary folder, from the system's binaries."""
    binaries = _postgres_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = pwd.getpwuid(os.getuid())
    if os.getuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, *arguments],
            check=True,
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "site", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://site@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'site.sqlite'}"
    else:
        url = request.getfixturevalue("postgres")
    database = Database(url)
    migrations.upgrade(database)
    yield database
    database.engine.dispose()


@pytest.fixture
def database(engine_database: Database) -> Iterator[Database]:
    """Tables at their newest; everything a test does is undone, commits too."""
    with engine_database.rolled_back():
        yield engine_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        instance=tmp_path,
        database_url="",
        pepper=bytes(range(32)),
        token_key=bytes(range(1, 33)),
        https=False,
        exit_url="https://neutral.example/",
        hosts=("localhost", "127.0.0.1"),
        seal_memory_mib=1,
    )


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    from incidents.app import create_app

    app = create_app(settings, now=lambda: NOW, database=database)
    app.testing = False  # errors become pages, as they do for people
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
