"""A machine of a test's own: namespaces with the guide's host names, users and folders, and terminals to type at."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from incidents import resources
from tests.operators.inside import STAND_INS

INTERPRETER = str(Path(sys.base_prefix, "bin", "python3"))
"""Without its virtual environment, which the machine does not have."""
_PATIENCE_S = 120
_READY = re.compile(r"\[(\d+)\]ready> $")
Answer = Callable[[str], str | None]
"""What somebody types when this is the last that a command said; None while it says more."""


@dataclass
class Machine:
    folder: Path
    """What lies in /srv there."""
    first: int
    """Its first process, as it is numbered here."""

    def inside(self, path: str) -> Path:
        """A path of the machine as one of here."""
        return Path(f"/proc/{self.first}/root{path}")

    def command(self, *arguments: str) -> list[str]:
        return ["nsenter", "-t", str(self.first), "--mount", "--net", "--pid", *arguments]

    def ask(
        self, address: str, fields: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and page, over the machine's own network."""
        asked = {"address": address, "fields": fields, "headers": dict(headers or {})}
        asked["certificate"] = "/etc/letsencrypt/live/prijavi.example/fullchain.pem"
        command = self.command(INTERPRETER, str(STAND_INS / "asker.py"))
        answer = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
        found = json.loads(answer.stdout)
        return found["status"], found["page"]


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """A machine that is gone afterwards, with everything that runs on it. Takes root."""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    inside = [sys.executable, str(Path(__file__).with_name("inside.py")), str(folder), packages]
    outer = subprocess.Popen([*namespaces, *inside], stdout=subprocess.PIPE, text=True)
    try:
        assert outer.stdout is not None
        assert outer.stdout.readline() == "ready\n"
        [first] = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text(encoding="ascii").split()
        yield Machine(folder, int(first))
    finally:
        outer.kill()
        outer.wait()
        assert outer.stdout is not None
        outer.stdout.close()


@dataclass
class Terminal:
    """A shell at which somebody is logged in, line by line as a person types."""

    process: subprocess.Popen[bytes]
    screen: int
    answers: Answer
    said: str = field(default="", init=False)
    """Everything so far."""

    def type(self, line: str) -> str:
        """Types a line, answers what is asked, and gives what was said. Raises AssertionError if it failed."""
        os.write(self.screen, f"{line}\n".encode())
        said = self._until_ready()
        code = _READY.search(said)
        assert code is not None
        assert code[1] == "0", f"$ {line}\n{said}"
        return said[: code.start()].replace("\r\n", "\n")

    def _until_ready(self) -> str:
        said, answered = "", 0
        until = time.monotonic() + _PATIENCE_S
        while not _READY.search(said[answered:]):
            assert time.monotonic() < until, f"nobody answered:\n{self.said}"
            if select.select([self.screen], [], [], 0.2)[0]:
                more = os.read(self.screen, 65536).decode(errors="replace")
                said, self.said = said + more, self.said + more
            answer = self.answers(said[answered:].replace("\r\n", "\n"))
            if answer is not None:
                answered = len(said)
                os.write(self.screen, f"{answer}\n".encode())
        return said


def nothing(_said: str) -> None:
    """The answer of somebody who is asked nothing."""


@contextmanager
def terminal(machine: Machine, user: str, answers: Answer = nothing) -> Iterator[Terminal]:
    """Somebody logged in as a user of the machine, with the stand-ins of the test."""
    screen, slave = os.openpty()
    command = machine.command("setsid", "--ctty", "su", "-", user)
    environment = {"PATH": os.environ["PATH"], "TERM": "dumb"}
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd="/", start_new_session=True
    )
    os.close(slave)
    shell = Terminal(process, screen, answers)
    try:
        shell.type(f"stty -echo; . {STAND_INS}/functions; PS1='[$?]ready> '")
        yield shell
        os.write(screen, b"exit\n")
        process.wait(timeout=_PATIENCE_S)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def archive(target: Path, *more: tuple[str, str]) -> None:
    """A release as it is handed to operators, with files of name and content besides."""
    root = resources.folder("templates").parent
    parts = ["incidents", "migrations", "static", "templates", "translations"]
    parts += ["README.md", "pyproject.toml", "requirements.txt", "wsgi.py"]
    extra = target.parent / f"{target.name}.extra"
    for name, content in more:
        path = extra / name
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    command = ["tar", "-czf", target, "--exclude=__pycache__", "-C", root, *parts]
    subprocess.run([*command, *(["-C", extra, "."] if more else [])], check=True)
