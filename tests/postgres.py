"""A throw-away PostgreSQL server of our own, from the system's binaries; for tests and measurements."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


def binaries() -> Path | None:
    """Where the newest server's programs lie; None without PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


@dataclass
class Server:
    """A server in a folder of its own, that can be killed and started again."""

    programs: Path
    folder: Path
    port: int
    user: pwd.struct_passwd
    is_durable: bool
    address: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://site@{self.address}:{self.port}/postgres"

    @property
    def conninfo(self) -> str:
        return f"host={self.address} port={self.port} user=site"

    @property
    def is_running(self) -> bool:
        return any(map(_is_running, self._first()))

    def _first(self) -> list[int]:
        """The process that all others come from; none where there is no server."""
        try:
            return [int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])]
        except FileNotFoundError:
            return []

    def start(self) -> None:
        """Starts, and waits until it answers; after a kill it first makes its files whole again."""
        options = f"-p {self.port} -c listen_addresses={self.address} -c unix_socket_directories={self.folder}"
        self.run(
            "pg_ctl",
            "-w",
            "-l",
            str(self.folder / "server.log"),
            "-o",
            f"{options} -c fsync={'on' if self.is_durable else 'off'}",
            "start",
        )

    def set(self, **values: str) -> None:
        """Settings, from the next start on."""
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in values.items())

    def own(self) -> None:
        """Let all that lies in its folder be of the user that it runs as."""
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def stop(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """All its processes at once, as when the machine fails."""
        for number in self.signal(signal.SIGKILL):
            while _is_running(number):
                time.sleep(0.01)
        # One that is dead and not buried yet would keep the next one from starting.
        for lock in ("data/postmaster.pid", f".s.PGSQL.{self.port}.lock"):
            (self.folder / lock).unlink(missing_ok=True)

    def signal(self, which: signal.Signals) -> list[int]:
        """To all its processes at once; SIGSTOP makes a server that takes connections and answers nothing."""
        numbers = self._first()
        for first in self._first():
            with suppress(FileNotFoundError):
                children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii")
                numbers += map(int, children.split())
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, which)
        return numbers

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, "-D", str(self.folder / "data"), *arguments],
            check=False,
            user=self.user.pw_uid,
            group=self.user.pw_gid,
            extra_groups=[],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
        log = self.folder / "server.log"
        told = log.read_text(encoding="utf-8", errors="replace")[-2_000:] if log.exists() else ""
        assert done.returncode == 0, f"{program} failed; the server says: {told}"


@contextmanager
def running(
    programs: Path, *, is_durable: bool = False, address: str = "127.0.0.1", network: str = ""
) -> Iterator[Server]:
    """A server in a temporary folder. A durable one waits for the disk at each commit.

    It lets everybody in who comes from this machine, or from `network`.
    """
    with prepared(programs, is_durable=is_durable) as one:
        one.address = address
        one.run("initdb", "-U", "site", "-A", "trust", "-E", "UTF8", "--no-sync")
        if network:
            with (one.folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as rules:
                rules.write(f"host all all {network} trust\n")
        one.start()
        yield one


@contextmanager
def prepared(programs: Path, *, is_durable: bool) -> Iterator[Server]:
    """A folder and a port for a server that has no files yet; what runs there at the end is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = pwd.getpwuid(os.getuid())
    if os.getuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(programs, folder, port, user, is_durable)
    try:
        yield server
    finally:
        if server.is_running:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def following(first: Server) -> Iterator[Server]:
    """A replica of a server: a copy of its files that goes on from its log."""
    with prepared(first.programs, is_durable=False) as replica:
        replica.run("pg_basebackup", "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", first.conninfo)
        replica.start()
        yield replica


@contextmanager
def server(programs: Path, *, is_durable: bool = False) -> Iterator[str]:
    """The address of a server as `running` makes it."""
    with running(programs, is_durable=is_durable) as one:
        yield one.url


def _is_running(number: int) -> bool:
    """Not so for one that nobody has buried yet."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
