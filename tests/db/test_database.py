import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from incidents.core.counting import line_key
from incidents.db import migrations, revision
from incidents.db.base import Base, Instant
from incidents.db.coding import disagreements_of
from incidents.db.database import Database
from incidents.db.incident import IncidentCode, SetAside
from incidents.db.key import KeyGrant, current_desk_key
from incidents.db.release import CountedIncident, CountedLine, Release, ReleaseCell, ReleaseState
from incidents.db.report import Message, MessageKind, messages_of
from incidents.resources import folder
from incidents.services.counting import DIMENSIONS


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
    database.close()


def test_writers_of_several_processes_queue_up_and_none_is_told_to_come_back(tmp_path: Path) -> None:
    """Each database stands for a process; without a queue SQLite would refuse at once, as it may not wait here."""
    url = f"sqlite:///{tmp_path / 'busy.sqlite'}"
    databases = [Database(url) for _ in range(4)]
    migrations.upgrade(databases[0])
    for database in databases:
        sa.event.listen(database.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA busy_timeout = 0"))
        database.close()
    with ThreadPoolExecutor(8) as writers:
        for database in databases * 2:
            for _ in range(10):
                writers.submit(add_one, database)
    assert count(databases[0]) == 80
    for database in databases:
        database.close()


def test_the_queue_is_whose_the_database_is(tmp_path: Path) -> None:
    """As root, who runs commands, as well as as the site's own user."""
    file = tmp_path / "x.sqlite"
    database = Database(f"sqlite:///{file}")
    migrations.upgrade(database)
    if os.geteuid() == 0:
        os.chown(file, 4321, 4321)
    add_one(database)
    queue = file.with_name("x.sqlite-queue").stat()
    assert (queue.st_uid, queue.st_gid, queue.st_mode & 0o777) == (file.stat().st_uid, file.stat().st_gid, 0o600)
    database.close()


def test_who_may_not_queue_up_writes_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    migrations.upgrade(database)

    def refused(path: str, *_flags: int) -> int:
        raise PermissionError(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refused)
        add_one(database)
        add_one(database)
    assert count(database) == 2
    database.close()


def test_sqlite_keeps_foreign_keys_and_writes_ahead(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    database.close()


def test_the_newest_form_is_the_last_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    assert revision.newest() == ScriptDirectory.from_config(config).get_current_head()


def test_the_migrations_make_the_tables_that_the_models_say(engine_database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    with engine_database.engine.connect() as connection:
        assert revision.is_newest(connection)


@contextmanager
def moved(database: Database, move: Callable[[Config, str], None], revision: str) -> Iterator[sa.Connection]:
    """The tables brought to the form of this number, in a unit of work that goes on."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        move(config, revision)
        yield connection


@pytest.fixture
def at_0004(tmp_path: Path) -> Iterator[Database]:
    """A site from before what is counted had a subject, with a release of both kinds of cells."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with moved(database, command.upgrade, "0004") as connection:
        connection.exec_driver_sql(
            "INSERT INTO release (number, quarter, state, built_on, digest) "
            "VALUES (1, '2026-Q3', 'built', '2026-09-30', x'00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO release_cell (release_number, cell, count, is_withheld) VALUES "
            "(1, 'time=2026-Q3', 12, 0), (1, 'ground=race,time=2026-Q3', 2, 1), "
            "(1, 'report=set_aside,set_aside=test,time=2026-Q3', 3, 1), (1, 'report=set_aside,time=2026-Q3', 5, 0)"
        )
    yield database
    database.close()


def test_cells_of_before_get_the_subject_that_they_count(at_0004: Database) -> None:
    migrations.upgrade(at_0004)
    with at_0004.reader() as session:
        cells = session.scalars(sa.select(ReleaseCell)).all()
    assert {(one.subject, one.cell, one.count, one.is_withheld) for one in cells} == {
        ("incidents", "time=2026-Q3", 12, False),
        ("incidents", "ground=race,time=2026-Q3", 2, True),
        ("set_aside", "report=set_aside,set_aside=test,time=2026-Q3", 3, True),
        ("set_aside", "report=set_aside,time=2026-Q3", 5, False),
    }


def test_after_the_migration_two_subjects_may_have_one_cell_and_a_quarter_two_releases(at_0004: Database) -> None:
    migrations.upgrade(at_0004)
    with at_0004.engine.connect() as connection:
        assert revision.is_newest(connection)
    with at_0004.unit_of_work() as session:
        session.add(ReleaseCell(release_number=1, subject="set_aside", cell="time=2026-Q3", count=5, is_withheld=False))
        built = {"state": ReleaseState.BUILT, "built_on": date(2026, 10, 1), "digest": b"\0"}
        session.add(Release(number=2, quarter="2026-Q3", added_table="act-setting", **built))
    with at_0004.reader() as session:
        assert session.scalars(sa.select(Release.added_table).order_by(Release.number)).all() == [None, "act-setting"]


@pytest.fixture
def at_0005(tmp_path: Path) -> Iterator[Database]:
    """A site on which two answers once came in one moment."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with moved(database, command.upgrade, "0005") as connection:
        connection.exec_driver_sql("INSERT INTO desk_key VALUES (1, 'national', x'00', '2026-01-01', NULL)")
        for report in (1, 2):
            connection.execute(
                sa.text(
                    "INSERT INTO report (id, received_on, handling, version, sealed, epoch, sealed_key, verifier, "
                    "reporter_public, reporter_private_sealed, token_digest, content_tag) VALUES (:id, '2026-10-01', "
                    "'in_triage', 1, x'00', 1, x'00', :verifier, x'00', x'00', :verifier, x'00')"
                ),
                {"id": UUID(int=report).hex, "verifier": bytes([report]) * 32},
            )
        for message, (report, number, direction) in enumerate(
            [
                (1, 1, "question"),
                (1, 2, "answer"),
                (1, 2, "answer"),
                (1, 2, "answer"),
                (1, 3, "question"),
                (2, 1, "answer"),
            ]
        ):
            connection.execute(
                sa.text(
                    "INSERT INTO message (id, report_id, number, direction, sent_on, epoch, sealed_for_desk) "
                    "VALUES (:id, :report, :number, :direction, '2026-10-02', 1, x'00')"
                ),
                {
                    "id": UUID(int=message).hex,
                    "report": UUID(int=report).hex,
                    "number": number,
                    "direction": direction,
                },
            )
    yield database
    database.close()


def test_messages_of_before_keep_their_order_and_get_numbers_of_their_own(at_0005: Database) -> None:
    migrations.upgrade(at_0005)
    with at_0005.reader() as session:
        told = [messages_of(session, UUID(int=report)) for report in (1, 2)]
    assert [(one.number, one.kind.value) for one in told[0]] == [
        (1, "question"),
        (2, "answer"),
        (3, "answer"),
        (4, "answer"),
        (5, "question"),
    ]
    assert [one.number for one in told[1]] == [1]


def test_files_and_news_can_be_migrated_back(at_0005: Database) -> None:
    migrations.upgrade(at_0005)
    with at_0005.unit_of_work() as session:
        session.execute(sa.update(Message).values(kind=MessageKind.CORRECTION))
    with moved(at_0005, command.downgrade, "0005") as connection:
        directions = connection.exec_driver_sql("SELECT DISTINCT direction FROM message").scalars().all()
    assert directions == ["answer"]


def test_what_the_desk_told_stays_readable_when_notices_are_migrated_back(at_0005: Database) -> None:
    migrations.upgrade(at_0005)
    with at_0005.unit_of_work() as session:
        session.execute(sa.update(Message).where(Message.number == 1).values(kind=MessageKind.NOTICE))
    with moved(at_0005, command.downgrade, "0013") as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM message WHERE number = 1").scalars().all()
    assert kinds == ["question", "question"]


@pytest.fixture
def at_0010(tmp_path: Path) -> Iterator[Database]:
    """A site with one incident that was returned and one that was not."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with moved(database, command.upgrade, "0010") as connection:
        for number, (decision, reason) in enumerate([("returned", "grounds"), ("proposed", None)]):
            connection.execute(
                sa.text(
                    "INSERT INTO incident (id, version, decision, verification, bias_strength, year, place, setting, "
                    "vocabulary_version, return_reason) "
                    "VALUES (:id, 1, :decision, '2', '1', 2026, '80438', 'street', '2026-1', :reason)"
                ),
                {"id": UUID(int=number).hex, "decision": decision, "reason": reason},
            )
            connection.execute(
                sa.text("INSERT INTO incident_code VALUES (:id, 'ground', 'language')"), {"id": UUID(int=number).hex}
            )
    yield database
    database.close()


def test_why_an_incident_was_returned_is_kept_part_by_part_and_its_codes_stay(at_0010: Database) -> None:
    migrations.upgrade(at_0010)
    with at_0010.reader() as session:
        assert disagreements_of(session, UUID(int=0)) == {"grounds": "reads_otherwise"}
        assert disagreements_of(session, UUID(int=1)) == {}
        assert session.scalars(sa.select(sa.func.count()).select_from(IncidentCode)).one() == 2


def test_parts_that_are_not_shared_can_be_migrated_back(at_0010: Database) -> None:
    migrations.upgrade(at_0010)
    with moved(at_0010, command.downgrade, "0010") as connection:
        reasons = connection.exec_driver_sql("SELECT return_reason FROM incident ORDER BY id").scalars().all()
    assert reasons == ["grounds", None]


def test_what_was_counted_before_keeps_the_targets_that_are_still_known(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    known, gone = UUID(int=1).hex, UUID(int=2).hex
    with moved(database, command.upgrade, "0010") as connection:
        connection.exec_driver_sql(
            "INSERT INTO incident (id, version, decision, verification, bias_strength, year, place, setting, "
            f"vocabulary_version) VALUES ('{known}', 1, 'accepted', '2', '2', 2026, '80438', 'street', '2026-1')"
        )
        for code in ("women", "roma"):
            connection.exec_driver_sql(f"INSERT INTO incident_code VALUES ('{known}', 'target_group', '{code}')")
        for row, incident in ((known, f"'{known}'"), (gone, "NULL")):
            connection.exec_driver_sql(
                "INSERT INTO counted_incident (id, incident_id, batch, area, ground, act, setting, verification, "
                f"gender, age, reported, delay) VALUES ('{row}', {incident}, '2026-Q3', '80438', 'sex', 'threat', "
                "'street', '2', 'woman', 'unknown', 'unknown', 'unknown')"
            )
    migrations.upgrade(database)
    with database.reader() as session:
        query = sa.select(CountedLine.target).join(CountedIncident).order_by(CountedIncident.id)
        targets = session.scalars(query).all()
    database.close()
    assert targets == ["roma|women", "unknown"]


COUNTED = (("ngo", "sex"), ("ngo", "sex"), (None, "sex"), (None, "race|sex"))
"""Source and ground of four; two are alike in all."""


@pytest.fixture
def at_0031(own_database: Database) -> Database:
    """Counted incidents with codes of their own."""
    other = {name: "x" for name in DIMENSIONS if name != "ground"}
    names = (*DIMENSIONS, "source")
    counted = sa.table(
        "counted_incident",
        sa.column("id", sa.Uuid()),
        sa.column("rules", sa.LargeBinary()),
        *(sa.column(name, sa.Text()) for name in ("batch", *names)),
    )
    with moved(own_database, command.downgrade, "0031") as connection:
        for number, (source, ground) in enumerate(COUNTED):
            own = {"id": UUID(int=number), "rules": b"rules", "batch": "2026-Q3", "source": source, "ground": ground}
            connection.execute(sa.insert(counted).values(**own, **other))
    return own_database


def test_incidents_that_were_counted_alike_come_to_share_a_line(at_0031: Database) -> None:
    migrations.upgrade(at_0031)
    with at_0031.reader() as session:
        rows = session.scalars(
            sa.select(CountedIncident).options(joinedload(CountedIncident.line)).order_by(CountedIncident.id)
        ).all()
        assert tuple((row.line.source, row.line.ground) for row in rows) == COUNTED
        lines = session.scalars(sa.select(CountedLine)).all()
        assert len(lines) == 3
        for line in lines:
            texts = [getattr(line, name) for name in (*DIMENSIONS, "source")]
            assert line.key == line_key(text or "" for text in texts)


def test_lines_can_be_migrated_back(at_0031: Database) -> None:
    migrations.upgrade(at_0031)
    with moved(at_0031, command.downgrade, "0031") as connection:
        rows = connection.exec_driver_sql("SELECT source, ground FROM counted_incident ORDER BY id").all()
    assert tuple(map(tuple, rows)) == COUNTED


def test_a_moment_always_knows_its_zone() -> None:
    kind, dialect = Instant(), sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="without a time zone"):
        kind.process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001 (without a zone on purpose)
    assert kind.process_result_value(datetime(2026, 1, 1), dialect) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001 (without a zone on purpose)


@pytest.fixture
def at_0013(tmp_path: Path) -> Iterator[Database]:
    """A site with its key before recovery was asked for: a member and the trustees hold it."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with moved(database, command.upgrade, "0013") as connection:
        member = UUID(int=1).hex
        for statement in (
            "INSERT INTO desk_key VALUES (1, 'national', x'00', '2026-01-01', NULL)",
            f"INSERT INTO member (id, name, language, password_hash, sealed_totp_secret, last_totp_step, failures, "
            f"is_disabled) VALUES ('{member}', 'Ana', 'sr-Latn', 'x', x'00', 0, 0, 0)",
            f"INSERT INTO member_key (member_id, public, salt, under_password, created_on) "
            f"VALUES ('{member}', x'0A', x'00', x'00', '2026-01-01')",
            "INSERT INTO recovery_key VALUES (1, x'0B', '2026-01-01')",
            f"INSERT INTO key_grant VALUES ('{UUID(int=2).hex}', 1, '{member}', NULL, x'0C')",
            f"INSERT INTO key_grant VALUES ('{UUID(int=3).hex}', 1, NULL, 1, x'0D')",
        ):
            connection.execute(sa.text(statement))
    yield database
    database.close()


def test_a_site_of_before_goes_on_taking_reports_and_its_grants_know_their_keys(at_0013: Database) -> None:
    migrations.upgrade(at_0013)
    with at_0013.reader() as session:
        key = current_desk_key(session)
        assert key is not None
        assert key.opened_on == date(2026, 1, 1)
        grants = session.scalars(sa.select(KeyGrant).order_by(KeyGrant.id)).all()
    assert [(grant.sealed_to, grant.sealed_private) for grant in grants] == [(b"\n", b"\x0c"), (b"\x0b", b"\r")]


def test_who_holds_a_key_works_at_its_desk_after_the_migration(at_0013: Database) -> None:
    migrations.upgrade(at_0013)
    with at_0013.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT code, name FROM desk").all() == [("national", "")]
        at_it = connection.exec_driver_sql("SELECT desk, member_id FROM desk_member").all()
        granted = connection.exec_driver_sql("SELECT DISTINCT member_id FROM key_grant WHERE member_id IS NOT NULL")
        assert {row.desk for row in at_it} == {"national"}
        assert {row.member_id for row in at_it} == set(granted.scalars())


def test_keys_can_be_migrated_back(at_0013: Database) -> None:
    migrations.upgrade(at_0013)
    with moved(at_0013, command.downgrade, "0013") as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM key_grant").scalar() == 2


@pytest.mark.postgres
def test_a_statement_of_a_page_is_cut_off_and_one_of_a_command_is_not(postgres: str) -> None:
    hurried, patient = Database(postgres, patience_s=1), Database(postgres)
    for reader in (hurried.reader, hurried.unit_of_work):
        with pytest.raises(OperationalError, match="statement timeout"), reader() as session:
            session.execute(sa.text("SELECT pg_sleep(20)"))
    with patient.reader() as session:
        session.execute(sa.text("SELECT pg_sleep(1.2)"))
    for database in (hurried, patient):
        database.close()


@pytest.mark.postgres
def test_nobody_waits_without_end_for_the_lock_of_another(postgres: str) -> None:
    first, second = Database(postgres), Database(postgres, patience_s=2)
    with first.unit_of_work() as holder:
        holder.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
        with pytest.raises(OperationalError, match="lock timeout"), second.unit_of_work() as waiting:
            waiting.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
    for database in (first, second):
        database.close()


@pytest.mark.postgres
def test_options_of_the_operators_address_go_before_ours(postgres: str) -> None:
    database = Database(f"{postgres}?options=-c%20statement_timeout%3D7s", patience_s=1)
    with database.reader() as session:
        assert session.scalar(sa.text("SHOW statement_timeout")) == "7s"
    database.close()
