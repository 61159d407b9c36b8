"""PostgreSQL to a moment: a sealed copy and the sealed log behind it; and a server that is lost with its disk."""

from __future__ import annotations

import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import databases
from tests.cli.reporting import a_form, opens, sent, withdraw
from tests.postgres import Server, following, prepared, running
from tests.serving import Served, served

pytestmark = pytest.mark.postgres
_PATIENCE_S = 30


def url_of(server: Server) -> str:
    return databases.beside(server.url, "site")


def ask(server: Server, said: str) -> object:
    """As somebody does who is no worker of the site; not to the site's own database."""
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.scalar(sa.text(said))
    engine.dispose()
    return found


def until(condition: str, server: Server) -> None:
    end = time.monotonic() + _PATIENCE_S
    while ask(server, condition) is not True:
        assert time.monotonic() < end, condition
        time.sleep(0.1)


@contextmanager
def at_work(folder: Path, url: str) -> Iterator[Served]:
    """The same site again, with another address of its database."""
    site = Served(folder, url)
    site.start()
    try:
        yield site
    finally:
        site.kill()


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """Where the sealed files go, off the machine."""
    folder = tmp_path / "away"
    folder.mkdir()
    return folder


def seal(site: Served, away: Path, log: Path) -> None:
    """All that the server has put there."""
    files = [str(path) for path in sorted(log.iterdir()) if not path.name.startswith("part.")]
    key = str(site.folder / "backup.key.pub")
    done = site.command("seal", *files, "--into", str(away), "--key", key, "--remove")
    assert (done.returncode, done.stderr) == (0, "")
    assert not any(map(Path.exists, map(Path, files)))


def copied(server: Server) -> bytes:
    """All files of a server that goes on, as one tar file."""
    command = [server.programs / "pg_basebackup", "-D", "-", "-F", "tar", "-X", "none", "-c", "fast", "--no-manifest"]
    return subprocess.run([*command, "-d", server.conninfo], check=True, capture_output=True).stdout


def brought_back(server: Server, site: Served, away: Path, *, to: str) -> None:
    """A server in an empty folder, as the guide says: the copy, and how it gets at the log."""
    data, key = server.folder / "data", site.folder / "backup.key"
    unsealed = partial(site.command, "unseal", "--key", str(key))
    for copy in away.glob("base.tar.*"):
        assert unsealed(str(copy), "--to", str(server.folder / "base.tar")).returncode == 0
    data.mkdir(mode=0o700)
    with tarfile.open(server.folder / "base.tar") as tar:
        tar.extractall(data, filter="data")
    log = server.folder / "log"  # opened beforehand: the server runs as somebody who has no key
    log.mkdir()
    for segment in away.glob("0*.sealed"):
        name = segment.name.removesuffix(".sealed").rpartition(".")[0]
        assert unsealed(str(segment), "--to", str(log / name)).returncode == 0
    server.set(
        archive_mode="off",
        restore_command=f"cp {log}/%f %p",
        recovery_target_time=to,
        recovery_target_action="promote",
    )
    (data / "recovery.signal").touch()
    server.own()
    server.start()
    until("SELECT NOT pg_is_in_recovery()", server)


def test_a_database_comes_back_as_it_was_a_moment_before_the_mistake(
    postgres_programs: Path, tmp_path: Path, away: Path
) -> None:
    with running(postgres_programs, is_durable=True) as first:
        log = first.folder / "log"
        log.mkdir()
        first.own()
        first.set(archive_mode="on", archive_command=f"install -m 640 %p {log}/part.%f && mv {log}/part.%f {log}/%f")
        first.stop()
        first.start()
        with served(tmp_path, url=url_of(first)) as site:
            assert site.command("backup", "key", str(tmp_path / "backup.key")).returncode == 0
            before = [sent(site, a_form(site)) for _ in range(3)]
            (log / "base.tar").write_bytes(copied(first))
            seal(site, away, log)
            then = [sent(site, a_form(site)) for _ in range(3)]
            assert site.command("tick").returncode == 0
            moment = str(ask(first, "SELECT now()"))
            late = sent(site, a_form(site))
            withdraw(site, before[0])
            assert site.command("tick").returncode == 0
            last = ask(first, "SELECT pg_walfile_name(pg_switch_wal())")
            until(f"SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver", first)
            seal(site, away, log)
        first.kill()
    assert len(list(away.glob("0*.sealed"))) >= 2
    with prepared(postgres_programs, is_durable=False) as second:
        brought_back(second, site, away, to=moment)
        with at_work(tmp_path, url_of(second)) as site:
            assert [opens(site, code) for code in (*before, *then, late)] == [True] * 6 + [False]
            assert site.command("audit", "verify").returncode == 0
            again = site.command("retention", "again")
            assert (again.returncode, "1 that had been withdrawn" in again.stdout) == (0, True), again.stderr
            assert not opens(site, before[0])


def test_nothing_that_was_confirmed_is_lost_with_a_disk_whose_replica_confirms_too(
    postgres_programs: Path, tmp_path: Path
) -> None:
    with running(postgres_programs, is_durable=True) as first, following(first) as replica:
        first.set(synchronous_standby_names="*")
        first.stop()
        first.start()
        until("SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'", first)
        with served(tmp_path, url=url_of(first)) as site:
            codes = [sent(site, a_form(site)) for _ in range(20)]
            first.kill()
        replica.run("pg_ctl", "-w", "promote")
        with at_work(tmp_path, url_of(replica)) as site:
            assert all(opens(site, code) for code in codes)
