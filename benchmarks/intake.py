"""What a report, a form page and a look-up cost, beside a bare program on the same stack.

    python -m benchmarks.intake [--rounds 5] [--reports 400] [--clients 16] [--workers 2] [--engine sqlite]

Both run at once and are asked in turns (benchmarks.floor says what the bare one does). Reports are 2 KB of Cyrillic.
CPU is that of the workers; the database's own is the same for both. Held to: at most 1.5 times the CPU a report and a
look-up, and at least 0.8 of the form pages a second.
"""

from __future__ import annotations

import argparse
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from nacl.public import PrivateKey

from benchmarks import floor
from benchmarks.serving import (
    Client,
    a_desk,
    bytes_of,
    code_of,
    cpu_s,
    fields_of,
    ground,
    memory_mb,
    on_engines,
    server,
    token_of,
    workers_of,
)

MOST_CPU, MOST_LOOK_UP, LEAST_PAGES = 1.5, 1.5, 0.8
_PAGES_A_REPORT = 4
REPORT = {
    "role": "victim",
    "acts": ["threat", "verbal_insult"],
    "grounds": ["national_ethnic", "language"],
    "when": "month",
    "month": "2026-10",
    "setting": "street",
    "place": "Суботица",
    "words": "Чекали смо аутобус и причали на мађарском кад су нам пришла тројица и викала да се вратимо одакле смо "
    "дошли. Један је бацио флашу, други ме је гурнуо. Возач је видео и није стао. " * 6,
    "wish": "count_only",
}
"""About two kilobytes of Cyrillic."""


@dataclass
class Cost:
    """What each of the rounds came to."""

    cpu_ms: list[float] = field(default_factory=list)
    a_second: list[float] = field(default_factory=list)


@dataclass
class Side:
    """One of the two programs, with what it cost by kind of request."""

    port: int
    process: subprocess.Popen[bytes]
    codes: list[str] = field(default_factory=list)
    costs: dict[str, Cost] = field(default_factory=dict)

    def measure(self, what: str, number: int, clients: int, ask: Callable[[Client, int], None]) -> None:
        began, cpu = time.perf_counter(), cpu_s(self.process)
        in_parallel(self.port, number, clients, ask)
        cost = self.costs.setdefault(what, Cost())
        cost.cpu_ms.append((cpu_s(self.process) - cpu) / number * 1e3)
        cost.a_second.append(number / (time.perf_counter() - began))


def in_parallel(port: int, number: int, clients: int, ask: Callable[[Client, int], None]) -> None:
    """Call `ask` with each number below `number`, from so many connections at once."""
    numbers, turn = iter(range(number)), threading.Lock()

    def some() -> None:
        client = Client(port, takes_gzip=True)
        while True:
            with turn:
                which = next(numbers, None)
            if which is None:
                client.hang_up()
                return
            ask(client, which)

    with ThreadPoolExecutor(clients) as pool:
        for running in [pool.submit(some) for _ in range(clients)]:
            running.result()


def one_round(side: Side, reports: int, clients: int) -> None:
    plain = Client(side.port)
    tokens = [token_of(plain.get("/sr-Cyrl/report").page) for _ in range(reports)]
    plain.hang_up()

    def form(client: Client, _number: int) -> None:
        assert client.get("/sr-Cyrl/report").status == 200

    def report(client: Client, number: int) -> None:
        answer = client.post("/sr-Cyrl/report", fields_of(REPORT, tokens[number]))
        assert answer.status == 200, answer.status
        side.codes.append(code_of(answer.page))

    def look_up(client: Client, number: int) -> None:
        answer = client.post("/sr-Cyrl/receipt", [("code", side.codes[-1 - number]), ("token", tokens[0])])
        assert answer.status == 200, answer.status

    side.measure("form", reports * _PAGES_A_REPORT, clients, form)
    side.measure("report", reports, clients, report)
    side.measure("look-up", reports, clients, look_up)


def measure(url: str, options: argparse.Namespace) -> dict[str, float]:
    with ground(url) as made:
        folder, bare = made.folder, url or f"sqlite:///{made.folder / 'floor.sqlite'}"
        a_desk(made.settings, made.database)
        empty = bytes_of(made.database)
        with server(folder, made.url, options.workers, INCIDENTS_DOOR="public") as (port, process):
            _keep_shells(folder, port)
            settings = {"FLOOR_SHELLS": str(folder), "FLOOR_KEY": bytes(PrivateKey.generate().public_key).hex()}
            with server(folder, bare, options.workers, module="benchmarks.floor", **settings) as (bare_port, other):
                sides = {"ours": Side(port, process), "floor": Side(bare_port, other)}
                for _ in range(options.rounds):
                    for side in sides.values():
                        one_round(side, options.reports, options.clients)
                memory = sum(map(memory_mb, workers_of(process)))
                with_first = memory + memory_mb(process.pid)
                largest = max(memory_mb(number, "Rss") for number in workers_of(process))
        sent = len(sides["ours"].codes)
        with made.database.reader() as session:
            kept = session.scalar(sa.text("SELECT count(*) FROM report")) or 0
            # On PostgreSQL the bare program keeps its rows in the same database.
            others = session.scalar(sa.text("SELECT pg_total_relation_size('kept')")) or 0 if url else 0
        bytes_a_report = (bytes_of(made.database) - others - empty) / max(1, kept)
    found: dict[str, float] = {
        "sent": sent,
        "kept": kept,
        "bytes a report": bytes_a_report,
        "memory of workers MB (Pss)": memory,
        "with the first process": with_first,
        "largest MB (Rss)": largest,
    }
    for what, cost in sides["ours"].costs.items():
        least = sides["floor"].costs[what]
        found |= {
            f"{what}: CPU ms": median(cost.cpu_ms),
            f"{what}: floor CPU ms": median(least.cpu_ms),
            f"{what}: CPU ratio": median(a / b for a, b in zip(cost.cpu_ms, least.cpu_ms, strict=True)),
            f"{what}: a second": median(cost.a_second),
            f"{what}: floor a second": median(least.a_second),
            f"{what}: rate ratio": median(a / b for a, b in zip(cost.a_second, least.a_second, strict=True)),
        }
    return found


def _keep_shells(folder: Path, port: int) -> None:
    """Our pages, with places where the bare program puts what is new each time."""
    client = Client(port)
    form = client.get("/sr-Cyrl/report").page
    token = token_of(form)
    receipt = client.post("/sr-Cyrl/report", fields_of(REPORT, token)).page
    status = client.post("/sr-Cyrl/receipt", [("code", code_of(receipt)), ("token", token)]).page
    client.hang_up()
    parts = [f"<span>{code_of(receipt)[at : at + 4]}</span>" for at in range(0, 28, 4)]
    for part in parts[1:]:
        receipt = receipt.replace(part, "", 1)
    receipt = receipt.replace(parts[0], floor.CODE, 1)
    for name, page in (("form", form.replace(token, floor.TOKEN)), ("receipt", receipt), ("status", status)):
        (folder / name).write_text(page, encoding="utf-8")


def is_good(found: dict[str, float]) -> bool:
    return (
        found["report: CPU ratio"] <= MOST_CPU
        and found["look-up: CPU ratio"] <= MOST_LOOK_UP
        and found["form: rate ratio"] >= LEAST_PAGES
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reports", type=int, default=400)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    on_engines(parser, measure, is_good)


if __name__ == "__main__":
    main()
