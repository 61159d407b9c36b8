"""The newcomer's own command as a process that can be killed, with a folder for everything it might write."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.serving import free_port
from tests.test_house import ROOT

_PATIENCE_S = 60
_made: dict[str, bytes] = {}
"""The files of a trial that is just made: the first start of a process makes it, the others get it as it was then."""


@dataclass
class RunningSite:
    """A trial site served by `python -m incidents` in a folder of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "instance" / "incidents.sqlite"

    def start(self) -> None:
        for name in ("instance", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        if not self.database.exists():
            for name, content in _made.items():
                (self.database.parent / name).write_bytes(content)
                (self.database.parent / name).chmod(0o600)
        self._serve()
        if not _made:
            _made.update(self._files())

    def _files(self) -> dict[str, bytes]:
        files = {path.name: path.read_bytes() for path in self.database.parent.iterdir() if path.is_file()}
        with sqlite3.connect(self.database) as database:
            newest = {self.database.name: database.serialize()}
        database.close()
        return {name: content for name, content in files.items() if self.database.name not in name} | newest

    def _serve(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "incidents", "--bind", f"127.0.0.1:{self.port}"],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            try:
                with urlopen(f"{self.address}/healthz", timeout=5) as answer:  # noqa: S310 (our own server)
                    if answer.status == 200:
                        return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))

    def kill(self) -> None:
        """Everything at once, as a power cut does: no handler runs, nothing is flushed."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def killed(self) -> None:
        self.kill()
        self.start()

    def command(self, *arguments: str) -> str:
        """What one of the operator's commands prints."""
        ended = subprocess.run(
            [sys.executable, "-m", "incidents", *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return ended.stdout.strip()

    def traces(self) -> Iterator[tuple[str, bytes]]:
        """Every file that the site has written: database, write-ahead log, logs, temporary files, frozen figures."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path.name, path.read_bytes()

    def _environment(self) -> dict[str, str]:
        own = {
            "INCIDENTS_INSTANCE": str(self.folder / "instance"),
            "TMPDIR": str(self.folder / "tmp"),
            "INCIDENTS_CODED_TWICE": "0",
        }
        return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}
