"""What the reporter waits for: bytes on the wire, and times of the form and of sending, beside a bare server.

    python -m benchmarks.journey [--runs 200]

One worker, one connection, everything on this machine. The floor is the same server and framework answering with the
same number of bytes and doing nothing else.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import re
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response

from benchmarks.bare import Server
from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db import migrations
from incidents.db.database import Database
from incidents.services import accounts, keys

PORT = 8765
ANSWERS = [
    ("role", "victim"),
    ("acts", "threat"),
    ("grounds", "national_ethnic"),
    ("when", "month"),
    ("month", "2026-01"),
    ("setting", "street"),
    ("place", "Суботица"),
    ("words", "Викали су нам да се вратимо одакле смо дошли. " * 12),
    ("wish", "count_only"),
    ("tongue", "sr-Cyrl"),
]


def _site(folder: Path) -> Settings:
    settings = Settings(
        instance=folder,
        database_url=f"sqlite:///{folder / 'site.sqlite'}",
        pepper=bytes(range(32)),
        token_key=bytes(range(1, 33)),
        https=False,
        seal_memory_mib=8,
    )
    database = Database(settings.database_url)
    migrations.upgrade(database)
    with database.unit_of_work() as session:
        member = accounts.add_member(
            session,
            "Ana",
            "tri zelene kruške na stolu",
            {Role.MODERATOR},
            language="sr-Cyrl",
            token_key=settings.token_key,
            memory_mib=8,
            now=datetime.now(UTC),
        )
        keys.make_desk_key(session, [member.id], today=datetime.now(UTC).date())
    database.close()
    return replace(settings)


def _bare(sizes: dict[str, int]) -> Flask:
    app = Flask("bare")
    for path, size in sizes.items():
        content = b"x" * size
        app.add_url_rule(f"/{path}", path, lambda content=content: Response(content), methods=["GET", "POST"])
    return app


class _Client:
    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(100):
            try:
                self._connection.connect()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[float, int, bytes]:
        """Seconds until the whole answer is here, bytes of head and body, and the body."""
        headers = {"Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 19
        if answer.status != 200:
            raise SystemExit(f"{method} {path} was answered {answer.status}")
        return took, head + len(content), content


def _unzipped(content: bytes) -> str:
    import gzip

    return gzip.decompress(content).decode() if content[:2] == b"\x1f\x8b" else content.decode()


def measure(runs: int) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = _site(Path(folder))
        server = multiprocessing.Process(target=Server(lambda: create_app(settings), PORT).run)
        server.start()
        try:
            client = _Client(PORT)
            start, form = client.ask("GET", "/sr-Cyrl/"), client.ask("GET", "/sr-Cyrl/report")
            assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', _unzipped(start[2]) + _unzipped(form[2])))
            found["bytes"] = {"start page": start[1], "form": form[1]}
            found["bytes"] |= {
                Path(a).name.split(".")[0] + Path(a).suffix: client.ask("GET", a)[1] for a in sorted(assets)
            }
            times: dict[str, list[float]] = {"GET start": [], "GET form": [], "POST report": []}
            sizes = {"start": start[1], "form": form[1]}
            for _ in range(runs):
                times["GET start"].append(client.ask("GET", "/sr-Cyrl/")[0])
                took, _size, page = client.ask("GET", "/sr-Cyrl/report")
                times["GET form"].append(took)
                token = re.search(r'name="token" value="([^"]+)"', _unzipped(page))
                assert token is not None
                body = urlencode([*ANSWERS, ("token", token[1])]).encode()
                took, sizes["receipt"], _page = client.ask("POST", "/sr-Cyrl/report", body)
                times["POST report"].append(took)
            found["bytes"]["receipt"] = sizes["receipt"]
        finally:
            server.terminate()
            server.join()
        bare = multiprocessing.Process(target=Server(lambda: _bare(sizes), PORT + 1).run)
        bare.start()
        try:
            client = _Client(PORT + 1)
            floors = {
                "GET start": [client.ask("GET", "/start")[0] for _ in range(runs)],
                "GET form": [client.ask("GET", "/form")[0] for _ in range(runs)],
                "POST report": [client.ask("POST", "/receipt", body)[0] for _ in range(runs)],
            }
        finally:
            bare.terminate()
            bare.join()
    for name, values in times.items():
        median, floor = statistics.median(values), statistics.median(floors[name])
        found[name] = {"median ms": median * 1e3, "bare server ms": floor * 1e3, "ratio": median / floor}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.runs)
    for name, figures in found.items():
        print(
            f"{name:12}",
            "  ".join(
                f"{what} {value:.3g}" if value < 100 else f"{what} {value:.0f}" for what, value in figures.items()
            ),
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
