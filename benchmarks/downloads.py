"""How fast published files are served, beside a static file of the same server.

    python -m benchmarks.downloads [--runs 400]

One worker, one connection, everything on this machine: releases are invented, each file is asked for once before it is
measured, and then again and again, whole and unchanged (304). The static file is the site's own style sheet.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from benchmarks.journey import Server
from incidents.adapters import catalogues, data_files
from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import MemberId
from incidents.db import migrations
from incidents.db.database import Database
from incidents.services import trial
from incidents.web.assets import asset

PORT = 8767
HERE = "/api/v1/releases/4"
PATHS = [
    f"{HERE}/tables/ground.csv",
    f"{HERE}/tables/ground.hu.csv",
    f"{HERE}/tables/ground.hu.xlsx",
    f"{HERE}/tables/ground.hu.ods",
    f"{HERE}/tables/ground.hu.jsonstat",
    f"{HERE}/tables/ground.hu.svg",
    f"{HERE}/tables/ground.sdmx.csv",
    f"{HERE}/release.hu.zip",
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
    return settings


def _connected() -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    for _ in range(100):
        try:
            connection.connect()
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise SystemExit("the server did not start")


def _ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[float, int, str]:
    """Seconds, bytes of the body, and the mark of the file."""
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    if answer.status not in {200, 304}:
        raise SystemExit(f"{path} was answered {answer.status}")
    return took, len(content), answer.headers.get("ETag", "")


def measure(runs: int) -> list[tuple[str, int, float, float]]:
    """Of each file: how it is asked for, bytes, answers in a second, and that as a share of the static file's."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _site(Path(folder))

        def make() -> Flask:
            return create_app(settings)

        server = multiprocessing.Process(target=Server(make, PORT).run)
        server.start()
        try:
            return _measured(_connected(), runs)
        finally:
            server.terminate()
            server.join()


def _measured(connection: http.client.HTTPConnection, runs: int) -> list[tuple[str, int, float, float]]:
    found = []
    static = asset("css/site.css")
    for encoding in ("identity", "gzip"):
        asked = {"Accept-Encoding": encoding}
        marks = {path: _ask(connection, path, asked)[2] for path in (static, *PATHS)}
        ways = {f"{path} {encoding}": (path, asked) for path in (static, *PATHS)}
        ways |= {f"{path} 304": (path, {**asked, "If-None-Match": marks[path]}) for path in PATHS[:1]}
        times: dict[str, list[float]] = {name: [] for name in ways}
        sizes: dict[str, int] = {}
        for _ in range(runs):  # in turns, so that what else the machine does meets all alike
            for name, (path, headers) in ways.items():
                took, sizes[name], _mark = _ask(connection, path, headers)
                times[name].append(took)
        rates = {name: 1 / statistics.median(took) for name, took in times.items()}
        found += [(name, sizes[name], rate, rate / rates[f"{static} {encoding}"]) for name, rate in rates.items()]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    for name, size, rate, share in measure(parser.parse_args().runs):
        print(f"{name:60} {size:8} bytes {rate:7.0f}/s  {share:5.2f} of the static file")


if __name__ == "__main__":
    main()
