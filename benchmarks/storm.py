"""A bad week in some minutes: many read, some report, while workers and the database are killed.

    python -m benchmarks.storm [--minutes 5] [--clients 16] [--workers 2] [--engine sqlite] [--every 60] [--calm]

Nineteen of twenty requests read (start, form, help, figures, a receipt), one sends a report. A worker is killed (-9)
every minute, and PostgreSQL twice, at a third and at two thirds of the time, to be started again two seconds later.
Whoever is refused sends the same form again after a second, as people do. `--calm` kills nothing.

Held to: each receipt that was shown opens afterwards, each report is there once, no answer is wrong (only pages that
were asked for, and pages that say that the sender has to try again), the slowest client gets through at least 0.8 (on
SQLite 0.5) of what the one in the middle does, and a worker grows by no more than a fifth after the first minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.intake import REPORT
from benchmarks.serving import (
    Answer,
    Client,
    Refused,
    a_desk,
    cluster,
    code_of,
    fields_of,
    ground,
    memory_mb,
    server,
    tell,
    token_of,
    workers_of,
)
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.services import receipts
from tests import postgres

LEAST_SHARE = {"postgresql": 0.8, "sqlite": 0.5}
MOST_GROWTH = 1.2
_READ = ("/sr-Cyrl/", "/hu/report", "/rom/help", "/en/statistics/", "/sq/privacy", "/sr-Latn/report")
_REPORT_ONE_IN = 20
_PATIENCE_S = 90
_DOWN_S = 2.0


@dataclass
class Felt:
    """What one client felt."""

    done: int = 0
    codes: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


class _Person:
    """Asks one page after the other, and reports now and then."""

    def __init__(self, port: int, seed: int, until: float) -> None:
        self._client, self._chance, self._until = Client(port), random.Random(seed), until
        self.felt = Felt()

    def go(self) -> Felt:
        while time.monotonic() < self._until:
            if self._chance.randrange(_REPORT_ONE_IN) == 0:
                self._report()
            elif self.felt.codes and self._chance.randrange(10) == 0:
                self._come_back()
            else:
                self._read(self._chance.choice(_READ))
            self.felt.done += 1
        self._client.hang_up()
        return self.felt

    def _read(self, path: str) -> Answer:
        answer = self._asked(lambda: self._client.get(path))
        tag = path.split("/")[1]
        if answer.status == 200 and f'<html lang="{tag}">' not in answer.page:
            self.felt.wrong.append(f"{path} in another language")
        return answer

    def _report(self) -> None:
        token = token_of(self._read("/sr-Cyrl/report").page)
        fields = fields_of(REPORT, token)
        answer = self._asked(lambda: self._client.post("/sr-Cyrl/report", fields))
        code = code_of(answer.page)
        if len(code) == 28:
            self.felt.codes.append(code)
        else:
            self.felt.wrong.append(f"a report was answered {answer.status} without a code")

    def _come_back(self) -> None:
        code = self._chance.choice(self.felt.codes)
        token = token_of(self._read("/sr-Cyrl/receipt").page)
        answer = self._asked(lambda: self._client.post("/sr-Cyrl/receipt", [("code", code), ("token", token)]))
        if answer.status == 200 and code[:4] not in answer.page:
            self.felt.wrong.append("a receipt opened another one")

    def _asked(self, ask: object) -> Answer:
        """The answer, after as many tries as it takes; what is refused says so."""
        assert callable(ask)
        began = time.monotonic()
        while time.monotonic() - began < _PATIENCE_S:
            try:
                answer: Answer = ask()
            except Refused as refused:
                self.felt.answers[f"hung up: {refused}"] += 1
                time.sleep(0.2)
                continue
            self._client.hang_up()  # as the proxy of the examples does: each request finds a worker that is free
            self.felt.answers[str(answer.status)] += 1
            if answer.status == 200:
                self.felt.slowest_s = max(self.felt.slowest_s, time.monotonic() - began)
                return answer
            if answer.status != 503:
                self.felt.wrong.append(f"status {answer.status}")
                return answer
            time.sleep(1.0)
        self.felt.wrong.append(f"nothing for {_PATIENCE_S} seconds")
        return Answer(0, b"", b"")


class _Weather:
    """What breaks meanwhile."""

    def __init__(
        self, site: subprocess.Popen[bytes], engine: postgres.Server | None, *, lasts_s: float, every_s: float
    ) -> None:
        self._site, self._engine, self._lasts_s, self._every_s = site, engine, lasts_s, every_s
        self._began = time.monotonic()
        self.killed: Counter[str] = Counter()
        self.memory_mb: list[float] = []
        self._is_over = threading.Event()

    def rage(self) -> None:
        next_s, downs = self._every_s, [self._lasts_s / 3, self._lasts_s * 2 / 3] if self._engine else []
        while not self._is_over.wait(0.2):
            now_s = time.monotonic() - self._began
            if downs and now_s >= downs[0]:
                self._take_down(self._engine)
                downs.pop(0)
            if now_s >= next_s:
                next_s += self._every_s
                self._kill_one()

    def _kill_one(self) -> None:
        for number in workers_of(self._site)[:1]:  # none, in the moment before one that died is replaced
            os.kill(number, signal.SIGKILL)
            self.killed["workers"] += 1

    def _take_down(self, engine: postgres.Server | None) -> None:
        assert engine is not None
        engine.kill()
        time.sleep(_DOWN_S)
        engine.start()
        self.killed["database"] += 1

    def end(self) -> None:
        self._is_over.set()


@contextmanager
def _server_of(engine: str) -> Iterator[postgres.Server | None]:
    """None for SQLite."""
    if engine == "sqlite":
        yield None
        return
    with cluster() as one:
        yield one


def measure(engine: str, options: argparse.Namespace) -> dict[str, float | str]:
    lasts_s = options.minutes * 60
    with _server_of(engine) as server_of_it, ground(server_of_it.url if server_of_it else "") as made:
        a_desk(made.settings, made.database)
        with server(made.folder, made.url, options.workers, INCIDENTS_DOOR="public") as (port, process):
            began = time.monotonic()
            weather = _Weather(process, server_of_it, lasts_s=lasts_s, every_s=options.every)
            people = [_Person(port, number, began + lasts_s) for number in range(options.clients)]
            with ThreadPoolExecutor(options.clients + 1) as pool:
                raging = None if options.calm else pool.submit(weather.rage)
                running = [pool.submit(person.go) for person in people]
                try:
                    time.sleep(min(60.0, lasts_s / 2))
                    early = _largest_mb(process)
                    felt = [one.result() for one in running]
                finally:
                    weather.end()
                if raging:
                    raging.result()
            late = _largest_mb(process)
        codes = [code for one in felt for code in one.codes]
        with made.database.reader() as session:
            rows = session.scalar(sa.select(sa.func.count()).select_from(stored.Report)) or 0
            gone = sum(not _opens(session, code, made.settings.pepper) for code in codes)
    shares = sorted(one.done for one in felt)
    answers = sum((one.answers for one in felt), Counter())
    wrong = [what for one in felt for what in one.wrong]
    return {
        "minutes": options.minutes,
        "requests": sum(shares),
        "answers": json.dumps(answers),
        "killed": json.dumps(weather.killed),
        "receipts shown": len(codes),
        "of these gone": gone,
        "reports stored": rows,
        "stored twice": len(codes) - len(set(codes)),
        "wrong answers": len(wrong),
        "what was wrong": json.dumps(Counter(wrong)),
        "share of the slowest": shares[0] / median(shares),
        "longest wait s": max(one.slowest_s for one in felt),
        "worker after a minute MB": early,
        "worker at the end MB": late,
        "growth": late / early,
    }


def _largest_mb(site: subprocess.Popen[bytes]) -> float:
    """RSS of the largest worker; asked again where one is killed meanwhile, or has just been."""
    for _ in range(100):
        with suppress(FileNotFoundError, ProcessLookupError, AssertionError):
            if numbers := workers_of(site):
                return max(memory_mb(number, "Rss") for number in numbers)
        time.sleep(0.1)
    raise SystemExit("no worker is alive")


def _opens(session: Session, code: str, pepper: bytes) -> bool:
    try:
        receipts.open_receipt(session, ReceiptCode(code), pepper=pepper)
    except receipts.UnknownCode:
        return False
    return True


def is_good(engine: str, found: dict[str, float | str]) -> bool:
    """A report whose sender never saw the receipt, because the worker was killed then, may be there as well."""
    return (
        found["of these gone"] == 0
        and found["stored twice"] == 0
        and found["reports stored"] == found["receipts shown"]
        and found["wrong answers"] == 0
        and float(found["share of the slowest"]) >= LEAST_SHARE[engine]
        and float(found["growth"]) <= MOST_GROWTH
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=float, default=60.0, metavar="SECONDS", help="Between two kills of workers.")
    parser.add_argument("--calm", action="store_true", help="Nothing is killed.")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="One of both; both if not given.")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    names = [options.engine] if options.engine else ["sqlite", "postgresql"]
    each = ((engine, measure(engine, options)) for engine in names)
    tell(((engine, is_good(engine, figures), figures) for engine, figures in each), into=options.json)


if __name__ == "__main__":
    main()
