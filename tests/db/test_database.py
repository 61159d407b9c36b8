import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from incidents.db import migrations
from incidents.db.base import Base, Instant
from incidents.db.database import Database
from incidents.db.incident import SetAside


def add_one(database: Database, reason: str = "abuse") -> None:
    with database.unit_of_work() as session:
        session.add(SetAside(id=uuid4(), quarter="2026-Q4", reason=reason))


def count(database: Database) -> int:
    with database.reader() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(SetAside)).one()


def test_a_unit_of_work_commits_when_it_ends(database: Database) -> None:
    add_one(database)
    assert count(database) == 1


def test_a_unit_of_work_leaves_nothing_behind_an_exception(database: Database) -> None:
    def add_and_fail() -> None:
        with database.unit_of_work() as session:
            session.execute(sa.insert(SetAside).values(id=uuid4(), quarter="2026-Q4", reason="test"))
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()
    assert count(database) == 0


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'busy.sqlite'}")
    migrations.upgrade(database)
    threads = [threading.Thread(target=lambda: [add_one(database) for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 80
    database.engine.dispose()


def test_sqlite_keeps_foreign_keys_and_writes_ahead(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    database.engine.dispose()


def test_the_migrations_make_the_tables_that_the_models_say(engine_database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrations.is_newest(engine_database)


def test_a_moment_always_knows_its_zone() -> None:
    kind, dialect = Instant(), sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="without a time zone"):
        kind.process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001
    assert kind.process_result_value(datetime(2026, 1, 1), dialect) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001
