"""What measurements over HTTP share: a site as operators run it, its desk, lean clients, CPU and memory of servers."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks.junk import Answers
from incidents.cli.setup import make_secrets
from incidents.config import Settings, read_settings
from incidents.core.accounts import Role
from incidents.db import migrations
from incidents.db.database import Database
from incidents.services import accounts, keys
from incidents.services.accounts import Member
from tests import postgres

PASSWORD = "tri zelene kruške na stolu"  # noqa: S105 (of a site that is gone at the end)
_TIMEOUT_S = 60
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


Figures = Mapping[str, float | int | str]
"""What was measured, by what it is called."""
F = TypeVar("F", bound=Figures)


class Refused(Exception):
    """The server hung up, or did not answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def page(self) -> str:
        return (gzip.decompress(self.body) if self.body[:2] == b"\x1f\x8b" else self.body).decode()


class Client:
    """One connection that does as little as it can, so that what is measured is the server. Opens again by itself."""

    def __init__(self, port: int, *, takes_gzip: bool = False) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1\r\n{'Accept-Encoding: gzip' + chr(13) + chr(10) if takes_gzip else ''}"
        self._socket: socket.socket | None = None

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get(self, path: str) -> Answer:
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        body = urlencode(fields).encode()
        kind = "Content-Type: application/x-www-form-urlencoded"
        return self._ask(
            f"POST {path} HTTP/1.1\r\n{self._head}{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )

    def token(self, path: str = "/sr-Cyrl/report") -> str:
        return token_of(self.get(path).page)

    def send(self, answers: Answers, token: str) -> tuple[str, str, float]:
        """The answer's status, the receipt code, and the seconds from sending to having read it."""
        began = time.perf_counter()
        try:
            answer = self.post("/sr-Cyrl/report", fields_of(answers, token))
        except Refused as refused:
            return str(refused), "", time.perf_counter() - began
        return str(answer.status), code_of(answer.page), time.perf_counter() - began

    def _ask(self, request: bytes) -> Answer:
        """Raises Refused."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_TIMEOUT_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(request)
            return self._read(self._socket)
        except OSError as error:
            self.hang_up()
            raise Refused(type(error).__name__) from None

    def _read(self, connection: socket.socket) -> Answer:
        received = b""
        while b"\r\n\r\n" not in received:
            received += _more(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length is None:
            raise ConnectionError("no length")
        parts, left = [body], int(length[1]) - len(body)
        while left > 0:
            parts.append(_more(connection))
            left -= len(parts[-1])
        if re.search(rb"(?i)\r\nconnection: *close", head):
            self.hang_up()
        return Answer(int(head[9:12]), head, b"".join(parts))


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(1 << 17)
    if not part:
        raise ConnectionResetError
    return part


def fields_of(answers: Answers, token: str) -> list[tuple[str, str]]:
    fields = [(name, value) for name, values in answers.items() for value in _each(values)]
    return [*fields, ("token", token), ("tongue", "sr-Cyrl")]


def _each(values: str | list[str]) -> list[str]:
    return values if isinstance(values, list) else [values]


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def code_of(page: str) -> str:
    """The digits of a receipt; nothing on other pages."""
    return "".join(re.findall(r"<span>(\d{4})</span>", page))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, url: str, workers: int) -> Iterator[int]:
    """The port of the site as operators run it."""
    with server(folder, url, workers) as (port, _process):
        yield port


@contextmanager
def server(
    folder: Path, url: str, workers: int, *, module: str = "incidents", **more: str
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port and the first process of a site, or of another program that takes `serve --bind --workers`."""
    port = free_port()
    command = [sys.executable, "-m", module, "serve", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    process = subprocess.Popen(command, env={**os.environ, **variables(folder, url), **more})
    try:
        wait_for(port)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_for(port: int, path: str = "/healthz") -> None:
    for _ in range(300):
        client = Client(port)
        try:
            if client.get(path).status == 200:
                return
        except Refused:
            pass
        finally:
            client.hang_up()
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def variables(folder: Path, url: str) -> dict[str, str]:
    return {"INCIDENTS_INSTANCE": str(folder), "INCIDENTS_DATABASE_URL": url, "INCIDENTS_HOSTS": "127.0.0.1"}


@dataclass(frozen=True)
class Ground:
    """A site that is made and not served yet: key files in a folder, and tables without rows."""

    folder: Path
    url: str
    settings: Settings
    database: Database


@contextmanager
def ground(url: str = "") -> Iterator[Ground]:
    """In a folder of its own, and SQLite unless an address is given; gone at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_secrets(folder)
        url = url or f"sqlite:///{folder / 'site.sqlite'}"
        database = Database(url)
        migrations.upgrade(database)
        try:
            yield Ground(folder, url, read_settings(variables(folder, url)), database)
        finally:
            database.close()


def a_desk(settings: Settings, database: Database) -> Member:
    """A member whose key opens what comes."""
    now = datetime.now(UTC)
    with database.unit_of_work() as session:
        added = accounts.add_member(
            session,
            "Ana",
            PASSWORD,
            {Role.MODERATOR},
            language="sr-Cyrl",
            token_key=settings.token_key,
            memory_mib=settings.seal_memory_mib,
            now=now,
        )
        keys.make_desk_key(session, [added.id], today=now.date())
        key = keys.unlock_member_key(session, added.id, PASSWORD, memory_mib=settings.seal_memory_mib)
    return Member(added.id, "Ana", "sr-Cyrl", frozenset({Role.MODERATOR}), key, now)


def bytes_of(database: Database) -> int:
    """What a database takes of the disk, its log of writes apart."""
    is_file = database.engine.dialect.name == "sqlite"
    asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with database.reader() as session:
        return int(session.scalar(sa.text(asked if is_file else "SELECT pg_database_size(current_database())")) or 0)


def engines(only: str | None) -> Iterator[tuple[str, str]]:
    """Name and address of each; an empty one for SQLite, and a new PostgreSQL server that waits for the disk."""
    if only != "postgresql":
        yield "sqlite", ""
    if only != "sqlite":
        with cluster() as one:
            yield "postgresql", one.url


@contextmanager
def cluster() -> Iterator[postgres.Server]:
    """A PostgreSQL server that waits for the disk."""
    programs = postgres.binaries()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed (Debian: postgresql)")
    with postgres.running(programs, is_durable=True) as one:
        yield one


def on_engines(
    parser: argparse.ArgumentParser, measure: Callable[[str, argparse.Namespace], F], is_good: Callable[[F], bool]
) -> None:
    """Read the command line, measure on one engine or both, and tell."""
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="One of both; both if not given.")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = ((engine, measure(url, options)) for engine, url in engines(options.engine))
    tell(((engine, is_good(figures), figures) for engine, figures in found), into=options.json)


def tell(found: Iterable[tuple[str, bool, Figures]], *, into: Path | None) -> None:
    """Print what was found on each engine as it comes, and whether that is good; exits with 1 where it is not."""
    all_figures, is_all_good = {}, True
    for engine, is_good, figures in found:
        print(f"{engine}: {'good' if is_good else 'A BAR IS MISSED'}")
        for name, value in figures.items():
            print(f"  {name:26}", f"{value:.3g}" if isinstance(value, float) and value < 1_000 else value, flush=True)
        all_figures[engine], is_all_good = dict(figures), is_all_good and is_good
    if into:
        into.write_text(json.dumps(all_figures, indent=1), encoding="utf-8")
    if not is_all_good:
        raise SystemExit(1)


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """Process numbers of a server's workers."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(number) for number in listed.split()]


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU that the workers of a server have used."""
    return sum(map(_cpu_of, workers_of(process)))


def _cpu_of(number: int) -> float:
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def memory_mb(number: int, what: str = "Pss") -> float:
    """Memory of a process: `Pss` counts what is shared by parts, `Rss` whole."""
    found = re.search(rf"^{what}: +(\d+) kB", Path(f"/proc/{number}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024
