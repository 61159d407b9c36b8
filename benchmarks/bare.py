"""Servers that do nothing but answer with bytes that are given: the floor of every page and file.

`bare` is gunicorn and Flask, as the site itself is served; `static` is nginx with a file, where it is installed.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response
from gunicorn.app.base import BaseApplication

from benchmarks.serving import free_port, wait_for
from incidents.adapters import opening, sealing

STORY = "Чекали смо аутобус и причали на мађарском кад су нам пришла тројица. " * 18
"""About two kilobytes, as reports have them."""


class Server(BaseApplication):
    def __init__(self, make: Callable[[], Flask], port: int) -> None:
        self._make, self._port = make, port
        super().__init__()

    def load_config(self) -> None:
        settings = {"bind": f"127.0.0.1:{self._port}", "workers": 1, "loglevel": "error", "worker_class": "gthread"}
        for name, value in {**settings, "threads": 4, "control_socket_disable": True, "keepalive": 60}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()


@contextmanager
def bare(answers: Mapping[str, bytes], *, opens_one: bool = False) -> Iterator[int]:
    """The port of a server that answers each path with its bytes, having opened one sealed report if it has to."""
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(answers.values()):
            (Path(folder) / str(number)).write_bytes(content)
        (Path(folder) / "paths").write_text("\n".join(answers), encoding="utf-8")
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.bare", folder, str(port), *(["--opens-one"] if opens_one else [])]
        with _running(command, port):
            yield port


@contextmanager
def _running(command: Sequence[str | Path], port: int) -> Iterator[None]:
    """A server, from when it answers; ended with the block."""
    process = subprocess.Popen(command)
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def app_of(folder: Path, *, opens_one: bool) -> Flask:
    """Answers with the files of a folder, from memory."""
    app, open_ = Flask("bare"), _one_opening() if opens_one else bytes
    app.add_url_rule("/healthz", "health", lambda: "ok")

    def answer(content: bytes) -> Response:
        open_()
        return Response(content)

    for number, path in enumerate((folder / "paths").read_text(encoding="utf-8").splitlines()):
        app.add_url_rule(path, str(number), partial(answer, (folder / str(number)).read_bytes()))
    return app


def _one_opening() -> Callable[[], bytes]:
    """What opens one sealed report, as the desk does it."""
    pair, report = opening.new_key_pair(), uuid4()
    sealed = sealing.seal_report(STORY.encode(), report=report, desk_public=pair.public)
    return partial(opening.open_report, sealed.blob, sealed.sealed_key, report=report, desk_private=pair.private)


@contextmanager
def static(answers: Mapping[str, bytes]) -> Iterator[int | None]:
    """The port of nginx with these files; None where it is not installed."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for path, content in {**answers, "/healthz": b"ok"}.items():
            file = folder / "files" / path.removeprefix("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        (folder / "nginx.conf").write_text(_settings(folder, port), encoding="utf-8")
        with _running([program, "-p", name, "-e", folder / "errors", "-c", folder / "nginx.conf"], port):
            yield port


def _settings(folder: Path, port: int) -> str:
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};\n" if os.getuid() == 0 else ""
    kept = "".join(
        f"{what}_temp_path {folder}/{what}; " for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{user}daemon off; worker_processes 1; pid {folder}/pid;\nevents {{}}\n"
        f"http {{ access_log off; {kept}server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--opens-one", action="store_true")
    options = parser.parse_args()
    Server(partial(app_of, options.folder, opens_one=options.opens_one), options.port).run()


if __name__ == "__main__":
    main()
