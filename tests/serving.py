"""A site served by `python -m incidents serve` in a folder of its own, as a process that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from incidents.cli.setup import make_secrets
from incidents.config import Settings, read_settings
from tests import builders, databases
from tests.test_house import ROOT

_PATIENCE_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    folder: Path
    url: str = ""
    """Of a database; SQLite in the folder unless set."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    address: str = "127.0.0.1"
    more: Mapping[str, str] = field(default_factory=dict)
    """Variables besides the usual ones."""
    program: Sequence[str] = ("-m", "incidents")
    """What Python runs to serve: ours, or ours with something changed first."""

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def variables(self) -> dict[str, str]:
        own = {
            "INCIDENTS_INSTANCE": str(self.instance),
            "INCIDENTS_HOSTS": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            "SQLITE_TMPDIR": str(self.folder),
        }
        return own | ({"INCIDENTS_DATABASE_URL": self.url} if self.url else {}) | dict(self.more)

    def environment(self) -> dict[str, str]:
        """Of every process of the site."""
        return {**os.environ, **self.variables()}

    def settings(self) -> Settings:
        return read_settings(self.variables())

    def make(self) -> None:
        """Key files, tables, a desk of two."""
        make_secrets(self.instance)
        settings = self.settings()
        database = databases.at(settings.database_url)
        with database.unit_of_work() as session:
            builders.a_desk(session, settings, now=datetime.now(UTC))
        database.close()

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--bind", f"{self.address}:{self.port}", *options],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.kill()  # or it would be found running by whatever test comes next
        said = self.log.read_text(encoding="utf-8")
        raise AssertionError(f"the server did not answer within {_PATIENCE_S} s and said: {said}")

    def kill(self) -> None:
        """Everything at once, as a power cut does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "incidents", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        return self._ask(Request(f"http://{self.address}:{self.port}{path}", headers=dict(headers or {})))

    def post(
        self, path: str, fields: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        body = urlencode(fields, doseq=True).encode()
        return self._ask(Request(f"http://{self.address}:{self.port}{path}", data=body, headers=dict(headers or {})))

    def raw(self, sent: bytes) -> bytes:
        """What is answered to bytes that need not be HTTP."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer

    @staticmethod
    def _ask(request: Request) -> tuple[int, str]:
        try:
            with urlopen(request, timeout=40) as answer:  # noqa: S310 (our own server)
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()


@contextmanager
def served(folder: Path, *options: str, url: str = "") -> Iterator[Served]:
    site = Served(folder, url)
    site.make()
    site.start(*options)
    try:
        yield site
    finally:
        site.kill()
