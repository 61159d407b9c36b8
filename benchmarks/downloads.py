"""How fast pages and files of a release are served, beside servers that do nothing but answer with the same bytes.

    python -m benchmarks.downloads [--runs 400] [--json FILE]

The site as operators run it, one worker, one connection, everything on this machine: releases are invented, each file
is asked for once before it is measured, and then again and again, whole and unchanged (304). In turns with it a bare
server on the same stack answers with the same bytes, and nginx with a file of them where it is installed. The last
column is a share of what the site's own style sheet needs, by the same server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bare import bare, static
from benchmarks.serving import served, variables
from incidents.adapters import catalogues, data_files
from incidents.cli.setup import make_secrets
from incidents.config import read_settings
from incidents.core.accounts import MemberId
from incidents.db import migrations
from incidents.db.database import Database
from incidents.services import trial
from incidents.web.assets import asset

HERE = "/api/v1/releases/4"
PAGE = "/sr-Cyrl/statistics/"
PATHS = [
    PAGE,
    f"{HERE}/tables/ground.csv",
    f"{HERE}/tables/ground.hu.csv",
    f"{HERE}/tables/ground.hu.xlsx",
    f"{HERE}/tables/ground.hu.ods",
    f"{HERE}/tables/ground.hu.jsonstat",
    f"{HERE}/tables/ground.hu.svg",
    f"{HERE}/tables/ground.sdmx.csv",
    f"{HERE}/release.hu.zip",
]
UNCHANGED = f"{HERE}/tables/ground.csv"


def fill(folder: Path, url: str) -> None:
    """A site with four signed releases."""
    make_secrets(folder)
    settings = read_settings(variables(folder, url))
    database = Database(url)
    migrations.upgrade(database)
    vocabulary, places, now = data_files.vocabulary(), data_files.places(), datetime(2026, 11, 24, tzinfo=UTC)
    with database.unit_of_work() as session:
        members = trial.make_trial(
            session,
            pepper=settings.pepper,
            token_key=settings.token_key,
            memory_mib=settings.seal_memory_mib,
            vocabulary=vocabulary,
            places=places,
            now=now,
            seed=1,
            open_reports=0,
            incidents=200,
        )
        trial.publish_past_quarters(
            session,
            [MemberId(member.id) for member in members],
            vocabulary=vocabulary,
            places=places,
            label=catalogues.label,
            pepper=settings.pepper,
            now=now,
        )
    database.close()


class Asking:
    """One connection that asks the same again and again."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        self._connection.close()

    def ask(self, path: str, headers: Mapping[str, str]) -> tuple[float, bytes, str]:
        """Seconds, the body, and the mark of the file."""
        try:
            return self._ask(path, headers)
        except ConnectionError:
            self.close()  # the server hung up while nothing was asked; the next question opens it again
            return self._ask(path, headers)

    def _ask(self, path: str, headers: Mapping[str, str]) -> tuple[float, bytes, str]:
        began = time.perf_counter()
        self._connection.request("GET", path, headers=dict(headers))
        answer = self._connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        if answer.status not in {200, 304}:
            raise SystemExit(f"{path} was answered {answer.status}")
        return took, content, answer.headers.get("ETag", "")


def measure(runs: int) -> dict[str, dict[str, float]]:
    """Of each file, and how it is asked for: bytes, ms, and ms of the bare servers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'site.sqlite'}"
        fill(folder, url)
        with served(folder, url, 1) as port, closing(Asking(port)) as site:
            return _measured(site, runs)


def _measured(site: Asking, runs: int) -> dict[str, dict[str, float]]:
    style = asset("css/site.css")
    ways: dict[str, tuple[str, dict[str, str]]] = {}
    for encoding in ("identity", "gzip"):
        ways |= {f"{path} {encoding}": (path, {"Accept-Encoding": encoding}) for path in (style, *PATHS)}
    mark = site.ask(UNCHANGED, {"Accept-Encoding": "gzip"})[2]
    ways[f"{UNCHANGED} 304"] = (UNCHANGED, {"Accept-Encoding": "gzip", "If-None-Match": mark})
    bodies = {name: site.ask(*way)[1] for name, way in ways.items()}
    paths = {name: f"/{number}" for number, name in enumerate(ways)}
    answers = {paths[name]: body for name, body in bodies.items()}
    times: dict[str, dict[str, list[float]]] = {name: {"ms": [], "bare ms": [], "nginx ms": []} for name in ways}
    with ExitStack() as stack:
        ports = {"bare ms": stack.enter_context(bare(answers)), "nginx ms": stack.enter_context(static(answers))}
        floors = {name: stack.enter_context(closing(Asking(port))) for name, port in ports.items() if port is not None}
        for _ in range(runs):  # in turns, so that what else the machine does meets all alike
            for name, (path, headers) in ways.items():
                times[name]["ms"].append(site.ask(path, headers)[0])
                for floor, server in floors.items():
                    times[name][floor].append(server.ask(paths[name], {})[0])
    found: dict[str, dict[str, float]] = {}
    for name, each in times.items():
        medians = {what: 1e3 * statistics.median(took) for what, took in each.items() if took}
        style_ms = 1e3 * statistics.median(times[f"{style} {ways[name][1]['Accept-Encoding']}"]["ms"])
        found[name] = {"bytes": len(bodies[name]), **medians, "to the style sheet": medians["ms"] / style_ms}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.runs)
    for name, figures in found.items():
        print(f"{name:50}", "  ".join(f"{what} {value:.4g}" for what, value in figures.items()))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
