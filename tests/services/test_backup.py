"""Backups of a site that has something in every table, into databases of either kind."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files, opening
from incidents.adapters.sealed_files import Sealer, WrongKey, new_key_pair, opened
from incidents.config import Settings
from incidents.core.report import from_bytes
from incidents.db import migrations, revision
from incidents.db.account import member_by_name
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.db.desk import all_desks, desks_of
from incidents.db.incident import SetAside
from incidents.db.release import Release, ReleaseCell, ReleaseFile, ReleaseState
from incidents.db.report import MessageKind, Report
from incidents.services import backup, keys, receipts, reporting, trial
from incidents.services.backup import NotEmpty, NotWhole, OtherVersion
from incidents.services.desks import Area, area_of
from tests import builders
from tests.conftest import NOW

PRIVATE, PUBLIC = new_key_pair()
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]

Fresh = Callable[[str], Database]


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """A new database of a kind, without tables."""
    made: list[Database] = []

    def fresh(kind: str) -> Database:
        name = f"site_{uuid4().hex}"
        url = f"sqlite:///{tmp_path / name}"
        if kind == "postgresql":
            server = request.getfixturevalue("postgres")
            admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(sa.text(f"CREATE DATABASE {name}"))
            admin.dispose()
            url = server.rpartition("/")[0] + f"/{name}"
        made.append(Database(url))
        return made[-1]

    yield fresh
    for database in made:
        database.close()


@pytest.fixture
def site(fresh: Fresh, settings: Settings, request: pytest.FixtureRequest) -> Database:
    """A desk, open reports with an answer, incidents and a release; of the kind asked for, SQLite else."""
    database = fresh(getattr(request, "param", "sqlite"))
    migrations.upgrade(database)
    vocabulary, places = data_files.vocabulary(), data_files.places()
    with database.unit_of_work() as session:
        trial.make_trial(
            session,
            pepper=settings.pepper,
            token_key=settings.token_key,
            memory_mib=1,
            vocabulary=vocabulary,
            places=places,
            now=NOW,
            open_reports=12,
            incidents=10,
        )
        code = builders.send(session, builders.a_report(), settings, now=NOW)
        receipts.say(
            session,
            code,
            MessageKind.ANSWER,
            "Било је у уторак.",
            nonce=builders.a_nonce(),
            today=NOW.date(),
            pepper=settings.pepper,
        )
        session.add_all(
            [
                Release(number=1, quarter="2026-Q3", state=ReleaseState.BUILT, built_on=NOW.date(), digest=bytes(32)),
                ReleaseFile(release_number=1, name="act.csv", media_type="text/csv", content=b"time,act\n\x00\xff"),
                ReleaseCell(release_number=1, subject="incidents", cell="time=2026", count=9, is_withheld=True),
                SetAside(id=uuid4(), quarter="2026-Q3", reason="abuse"),
            ]
        )
    return database


def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in backup.tables()
        }


def back_up(database: Database) -> bytes:
    file = BytesIO()
    backup.back_up(database, file, PUBLIC, progress=silent)
    return file.getvalue()


def restore(database: Database, content: bytes, private: bytes = PRIVATE) -> backup.Counts:
    return backup.restore(database, BytesIO(content), private, progress=silent)


def silent(_table: str, _done: int) -> None:
    pass


@pytest.mark.parametrize("site", KINDS, indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_site_is_the_same_row_by_row(site: Database, kind: str, fresh: Fresh) -> None:
    other = fresh(kind)
    counts = restore(other, back_up(site))
    before, after = rows_of(site), rows_of(other)
    assert after == before
    assert counts == {name: len(rows) for name, rows in before.items()}
    filled = {name for name, rows in before.items() if rows}
    assert {"report", "message", "member", "desk_key", "incident", "release_file", "audit_entry"} <= filled


@pytest.mark.parametrize("site", KINDS, indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_a_site_moves_to_another_database(site: Database, kind: str, fresh: Fresh) -> None:
    other = fresh(kind)
    backup.move(site, other, progress=silent)
    assert rows_of(other) == rows_of(site)


WORDS_OF_THE_NORTH = "Ово чита север."


@pytest.fixture
def two_desks(site: Database, settings: Settings) -> list[str]:
    """Names of who is at the desk of the north, which has an area and a report, and of one who is not."""
    with site.unit_of_work() as session:
        north = [builders.a_member(session, settings, now=NOW) for _ in range(2)]
        epoch = builders.a_further_desk(session, *north, now=NOW)
        builders.gives_area(session, "01", "Нови Сад", now=NOW)
        builders.send(session, builders.a_report(words=WORDS_OF_THE_NORTH), settings, now=NOW, epoch=epoch)
        ana = member_by_name(session, "Ana")
        assert ana is not None
        key = keys.unlock_member_key(session, ana.id, "plava kruska tiha reka", memory_mib=1)
        other = builders.a_member(session, settings, now=NOW)
        keys.share_desk_keys(session, other.id, by=ana.id, by_key=key)
    return [*(one.name for one in north), other.name]


def opened_by(database: Database, name: str, settings: Settings) -> list[str]:
    """The words of all reports that a member opens, who types their password there."""
    with database.reader() as session:
        row = member_by_name(session, name)
        assert row is not None
        key = keys.unlock_member_key(session, row.id, builders.PASSWORD, memory_mib=settings.seal_memory_mib)
        privates = {
            epoch: keys.desk_private(session, epoch, row.id, key) for epoch in keys.held_epochs(session, row.id, key)
        }
        reports = session.scalars(sa.select(Report).where(Report.epoch.in_(privates))).all()
        return [
            from_bytes(
                opening.open_report(one.sealed, one.sealed_key, report=one.id, desk_private=privates[one.epoch])
            ).words
            for one in reports
        ]


def moved(site: Database, other: Database) -> None:
    backup.move(site, other, progress=silent)


def restored(site: Database, other: Database) -> None:
    restore(other, back_up(site))


@pytest.mark.parametrize("site", KINDS, indirect=True)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("brought", [restored, moved])
def test_desks_their_members_and_areas_come_along_and_each_opens_what_was_sealed_to_it(
    site: Database,
    two_desks: list[str],
    kind: str,
    fresh: Fresh,
    settings: Settings,
    brought: Callable[[Database, Database], None],
) -> None:
    other = fresh(kind)
    brought(site, other)
    *north, outsider = two_desks
    assert [opened_by(other, name, settings) for name in north] == [[WORDS_OF_THE_NORTH]] * 2
    read = opened_by(other, outsider, settings)
    assert (len(read), WORDS_OF_THE_NORTH in read) == (13, False)
    with other.reader() as session:
        assert [one.code for one in all_desks(session)] == ["national", "sever"]
        assert area_of(session, "sever", data_files.places()) == Area(["01", "89010"], 529_130)
        found = {name: sorted(desks_of(session, _id_of(session, name))) for name in two_desks}
        keys_there = reporting.sealing_keys(session)
    assert found == {**{name: ["sever"] for name in north}, outsider: ["national"]}
    assert {one.epoch for one in keys_there.regional.values()} == {2}


def _id_of(session: Session, name: str) -> UUID:
    row = member_by_name(session, name)
    assert row is not None
    return row.id


def test_every_table_of_a_site_is_in_its_backup(site: Database) -> None:
    there = set(sa.inspect(site.engine).get_table_names()) - {"alembic_version", "login_session", "spent_challenge"}
    assert there == {table.name for table in backup.tables()}


def test_a_restored_site_gives_its_answers_to_the_same_code(site: Database, fresh: Fresh, settings: Settings) -> None:
    with site.unit_of_work() as session:
        code = builders.send(session, builders.a_report(), settings, now=NOW)
    other = fresh("sqlite")
    restore(other, back_up(site))
    with other.reader() as session:
        assert receipts.open_receipt(session, code, pepper=settings.pepper).exchanges == []
    with other.unit_of_work() as session:
        assert builders.send(session, builders.a_report(), settings, now=NOW) != code


def test_nothing_in_a_backup_can_be_read_without_its_key(site: Database) -> None:
    content = back_up(site)
    with site.reader() as session:
        members = session.scalars(sa.text("SELECT name FROM member")).all()
    assert members
    assert not any(name.encode() in content for name in members)
    with pytest.raises(WrongKey):
        restore(site, content, new_key_pair()[0])


def test_rows_stand_in_an_order_that_tells_nothing(site: Database) -> None:
    """Ids are random: in their order nobody sees which report came first."""
    lines = list(opened(BytesIO(back_up(site)), PRIVATE))
    start = next(number for number, line in enumerate(lines) if b'"table": "report"' in line)
    end = next(number for number, line in enumerate(lines) if b'"end": "report"' in line)
    ids = [line[2:34] for line in lines[start + 1 : end]]
    assert len(ids) > 10
    assert ids == sorted(ids)


@pytest.mark.parametrize("site", KINDS, indirect=True)
def test_a_backup_holds_one_moment_while_the_site_goes_on(site: Database, fresh: Fresh) -> None:
    """Rows that are written behind the back of a backup are in it whole or not at all: here, not at all."""
    before = rows_of(site)
    written: list[Thread] = []

    def write() -> None:
        with site.unit_of_work() as session:
            session.add(SetAside(id=uuid4(), quarter="2026-Q4", reason="abuse"))

    def disturb(_table: str, _done: int) -> None:
        if not written:
            written.append(Thread(target=write))
            written[0].start()
            written[0].join(20)
            assert not written[0].is_alive(), "a backup stops the site"

    file = BytesIO()
    backup.back_up(site, file, PUBLIC, progress=disturb)
    assert rows_of(site) != before
    other = fresh("sqlite")
    restore(other, file.getvalue())
    assert rows_of(other) == before


def test_nothing_is_restored_over_what_is_there(site: Database) -> None:
    content, before = back_up(site), rows_of(site)
    with pytest.raises(NotEmpty):
        restore(site, content)
    with pytest.raises(NotEmpty):
        backup.move(site, site, progress=silent)
    assert rows_of(site) == before


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_of_a_file_that_was_cut_off_nothing_is_restored(site: Database, fresh: Fresh, share: float) -> None:
    content, other = back_up(site), fresh("sqlite")
    with pytest.raises((NotWhole, WrongKey)):
        restore(other, content[: int(len(content) * share)])
    if sa.inspect(other.engine).has_table("report"):
        assert not any(rows_of(other).values())


def changed(content: bytes, *, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """A backup sealed anew with other lines: what somebody with the key, or a fault of ours, could make."""
    file = BytesIO()
    with Sealer(file, PUBLIC) as sealer:
        for line in change(list(opened(BytesIO(content), PRIVATE))):
            sealer.write(line)
    return file.getvalue()


def _without_a_report(lines: list[bytes]) -> list[bytes]:
    place = next(number for number, line in enumerate(lines) if b'"table": "report"' in line)
    return lines[: place + 1] + lines[place + 2 :]


def _without_a_table(lines: list[bytes]) -> list[bytes]:
    start = next(number for number, line in enumerate(lines) if b'"table": "notice"' in line)
    end = next(number for number, line in enumerate(lines) if b'"end": "notice"' in line)
    return lines[:start] + lines[end + 1 :]


def _with_a_broken_row(lines: list[bytes]) -> list[bytes]:
    place = next(number for number, line in enumerate(lines) if b'"table": "member"' in line)
    return [*lines[: place + 1], b'["no uuid"]\n', *lines[place + 2 :]]


@pytest.mark.parametrize(
    "change",
    [
        _without_a_report,
        _without_a_table,
        _with_a_broken_row,
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [b"[]\n", *lines],
        lambda _lines: [],
    ],
)
def test_a_backup_that_lacks_something_is_refused(
    site: Database, fresh: Fresh, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    other = fresh("sqlite")
    with pytest.raises(NotWhole):
        restore(other, changed(back_up(site), change=change))
    if sa.inspect(other.engine).has_table("report"):
        assert not any(rows_of(other).values())


def test_a_broken_chain_is_not_restored(site: Database, fresh: Fresh) -> None:
    with site.engine.begin() as connection:
        for trigger in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(sa.text(f"DROP TRIGGER {trigger.name}"))
        connection.execute(sa.update(AuditEntry).where(AuditEntry.number == 1).values(reason="something else"))
    with pytest.raises(NotWhole):
        restore(fresh("sqlite"), back_up(site))


def test_another_version_is_told(site: Database, fresh: Fresh) -> None:
    content = changed(
        back_up(site), change=lambda lines: [lines[0].replace(revision.newest().encode(), b"0001"), *lines[1:]]
    )
    with pytest.raises(OtherVersion) as told:
        restore(fresh("sqlite"), content)
    assert told.value.revision == "0001"


def test_a_database_without_tables_has_nothing_to_back_up(fresh: Fresh) -> None:
    with pytest.raises(OtherVersion) as told:
        back_up(fresh("sqlite"))
    assert told.value.revision == ""
