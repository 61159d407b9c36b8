"""Whether the time of an answer tells a withdrawn receipt code from an unknown one, and how long a right one waits.

    python -m benchmarks.receipts [--runs 200] [--tries 50] [--guessers 16] [--workers 2] [--engine sqlite]

Codes that nobody has and codes of withdrawn reports are typed in turns, first with nothing else going on, then in a
flood of guesses that keeps all turns taken (incidents/web/lookups.py), where both are throttled. For that flood the
site has fewer turns than usual, so that any machine can take them all, and one worker: with several a median falls
between their queues. A right code is typed in it, and in a flood against the usual number of turns and of workers. Held
to: medians no more than 5 % apart, and no right code that waits for two seconds.

    python -m benchmarks.receipts serve --bind 127.0.0.1:8001

is the site with RECEIPTS_A_MINUTE turns.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_bytes
from statistics import median

from benchmarks.intake import REPORT
from benchmarks.serving import (
    Client,
    a_desk,
    code_of,
    fields_of,
    ground,
    on_engines,
    server,
    token_of,
)
from incidents.adapters import sealing
from incidents.web import lookups

MOST_APART, LONGEST_S = 1.05, 2.0
FEW_TURNS = 6_000
_PAGE = "/sr-Cyrl/receipt"
_AHEAD_S = 2.0
"""Until a flood has taken the turns of a second in each worker."""


@dataclass
class Waited:
    """Seconds until the answer was read, by what was typed."""

    unknown: list[float] = field(default_factory=list)
    withdrawn: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    guesses_a_second: float = 0.0

    def apart(self) -> float:
        """How many times the smaller median goes into the larger."""
        medians = sorted((median(self.unknown), median(self.withdrawn)))
        return medians[1] / medians[0]


def a_guess() -> str:
    return sealing.code_of_token(token_bytes(16))


class Person:
    """Types codes, on a new connection each time as through a proxy."""

    def __init__(self, port: int) -> None:
        self._client = Client(port, takes_gzip=True)
        self._token = self._client.token(_PAGE)
        self._client.hang_up()

    def types(self, code: str, status: int) -> float:
        """Seconds until the answer was read."""
        began = time.perf_counter()
        answer = self._client.post(_PAGE, [("code", code), ("token", self._token)])
        took_s = time.perf_counter() - began
        self._client.hang_up()
        assert answer.status == status, answer.status
        return took_s


@contextmanager
def flood(port: int, guessers: int) -> Iterator[list[int]]:
    """Guesses from so many people meanwhile; gives how many each has made in the end."""
    made: list[int] = []
    is_over = threading.Event()

    def guess() -> int:
        guesser, number = Person(port), 0
        while not is_over.is_set():
            guesser.types(a_guess(), 422)
            number += 1
        return number

    with ThreadPoolExecutor(max(guessers, 1)) as pool:
        running = [pool.submit(guess) for _ in range(guessers)]
        try:
            time.sleep(_AHEAD_S)
            yield made
        finally:
            is_over.set()
            made += [one.result() for one in running]


def waited(port: int, right: str, withdrawn: str, *, runs: int, tries: int, guessers: int) -> Waited:
    found, began = Waited(), time.perf_counter()
    with flood(port, guessers) as made:
        person = Person(port)
        for number in range(max(runs, tries)):
            turns = [lambda: found.unknown.append(person.types(a_guess(), 422))] if number < runs else []
            turns += [lambda: found.withdrawn.append(person.types(withdrawn, 422))] if number < runs else []
            turns += [lambda: found.right.append(person.types(right, 200))] if number < tries else []
            random.shuffle(turns)
            for turn in turns:
                turn()
    found.guesses_a_second = sum(made) / (time.perf_counter() - began)
    return found


def two_codes(port: int) -> tuple[str, str]:
    """Of a report that is there, and of one that was withdrawn."""
    client = Client(port)
    codes = []
    for _ in range(2):
        token = token_of(client.get("/sr-Cyrl/report").page)
        codes.append(code_of(client.post("/sr-Cyrl/report", fields_of(REPORT, token)).page))
    form = [("code", codes[1]), ("token", client.token(_PAGE)), ("sure", "yes")]
    assert client.post(f"{_PAGE}/withdraw", form).status == 200
    client.hang_up()
    return codes[0], codes[1]


def measure(url: str, options: argparse.Namespace) -> dict[str, float]:
    with ground(url) as made:
        a_desk(made.settings, made.database)
        with server(made.folder, made.url, options.workers, INCIDENTS_DOOR="public") as (port, _process):
            right, withdrawn = two_codes(port)
            calm = waited(port, right, withdrawn, runs=options.runs, tries=options.runs, guessers=0)
            usual = waited(port, right, withdrawn, runs=0, tries=options.tries, guessers=options.guessers)
        few = {"INCIDENTS_DOOR": "public", "RECEIPTS_A_MINUTE": str(FEW_TURNS)}
        with server(made.folder, made.url, 1, module="benchmarks.receipts", **few) as (port, _process):
            tries, guessers = options.tries, options.guessers
            slowed = waited(port, right, withdrawn, runs=options.runs, tries=tries, guessers=guessers)
    return {
        "unknown ms": median(calm.unknown) * 1e3,
        "withdrawn ms": median(calm.withdrawn) * 1e3,
        "apart": calm.apart(),
        "right ms": median(calm.right) * 1e3,
        "throttled, unknown ms": median(slowed.unknown) * 1e3,
        "throttled, withdrawn ms": median(slowed.withdrawn) * 1e3,
        "throttled, apart": slowed.apart(),
        "guesses a second": slowed.guesses_a_second,
        "turns a second": FEW_TURNS / 60,
        "right, slowest s": max(slowed.right),
        "usual turns, guesses a second": usual.guesses_a_second,
        "usual turns, right, slowest s": max(usual.right),
    }


def is_good(found: dict[str, float]) -> bool:
    return (
        found["apart"] <= MOST_APART
        and found["throttled, apart"] <= MOST_APART
        and found["right, slowest s"] <= LONGEST_S
        and found["usual turns, right, slowest s"] <= LONGEST_S
    )


def serve() -> None:
    """Our own program, with another number of turns."""
    from incidents.__main__ import cli

    lookups.A_MINUTE = int(os.environ["RECEIPTS_A_MINUTE"])
    cli()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--tries", type=int, default=50, help="Of a right code in each flood.")
    parser.add_argument("--guessers", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    on_engines(parser, measure, is_good)


if __name__ == "__main__":
    serve() if sys.argv[1:2] == ["serve"] else main()
