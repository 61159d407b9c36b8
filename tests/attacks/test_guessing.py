"""A flood of guessed receipt codes: it is slowed, tells nothing, and keeps neither the holder of a code nor others."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from threading import Event
from urllib.parse import urlencode

import pytest

from incidents.adapters import sealing
from incidents.core.receipt import ReceiptCode
from incidents.db.database import Database
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.serving import Served

A_SECOND, WORKERS, GUESSERS, TRIES = 30, 2, 12, 50
LONGEST_S = 2.0
_SLOWED = f"""
from incidents.web import lookups
lookups.A_MINUTE = {A_SECOND * 60}
from incidents.__main__ import cli
cli()
"""
"""The site with fewer turns: so many that any machine could look up more codes in a second."""


class Asked:
    """One person at the site, who asks on a new connection each time, as through a proxy."""

    def __init__(self, site: Served) -> None:
        self._site = site
        self.token = re.findall(r'name="token" value="([^"]+)"', site.get("/en/receipt")[1])[0]

    def answer(self, code: ReceiptCode) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Status, headers but for the date, and body."""
        connection = http.client.HTTPConnection(self._site.address, self._site.port, timeout=30)
        try:
            body = urlencode({"code": code, "token": self.token})
            connection.request("POST", "/en/receipt", body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            headers = tuple(pair for pair in answer.getheaders() if pair[0] != "Date")
            return answer.status, headers, answer.read()
        finally:
            connection.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    site = Served(tmp_path, program=("-c", _SLOWED))
    site.make()
    site.start("--workers", str(WORKERS))
    try:
        yield site
    finally:
        site.kill()


@pytest.fixture
def right_and_withdrawn(site: Served) -> tuple[ReceiptCode, ReceiptCode]:
    settings, now = site.settings(), datetime.now(UTC)
    database = Database(settings.database_url)
    with database.unit_of_work() as session:
        right, withdrawn = (builders.send(session, builders.a_report(), settings, now=now) for _ in range(2))
    with database.unit_of_work() as session:
        withdraw_report(session, withdrawn, today=now.date(), pepper=settings.pepper)
    database.close()
    return right, withdrawn


def a_guess() -> ReceiptCode:
    return sealing.code_of_token(token_bytes(16))


def test_in_a_flood_of_guesses_the_holder_of_a_code_waits_less_than_two_seconds(
    site: Served, right_and_withdrawn: tuple[ReceiptCode, ReceiptCode]
) -> None:
    right, withdrawn = right_and_withdrawn
    holder, is_over = Asked(site), Event()
    in_calm = {holder.answer(a_guess()), holder.answer(withdrawn)}

    def guess() -> list[object]:
        guesser, answers = Asked(site), list[object]()
        while not is_over.is_set():
            answers.append(guesser.answer(a_guess()))
        return answers

    waits_s: dict[str, list[float]] = {"holder": [], "reader": []}
    statuses: set[int] = set()
    began = time.monotonic()
    with ThreadPoolExecutor(GUESSERS) as pool:
        guessing = [pool.submit(guess) for _ in range(GUESSERS)]
        try:
            time.sleep(WORKERS)  # until the turns of a second are used up
            for _ in range(TRIES):
                since = time.monotonic()
                statuses.add(holder.answer(right)[0])
                waits_s["holder"].append(time.monotonic() - since)
                since = time.monotonic()
                statuses.add(site.get("/sr-Cyrl/report")[0])
                waits_s["reader"].append(time.monotonic() - since)
            throttled = holder.answer(withdrawn)
        finally:
            is_over.set()
        guesses = [answer for one in guessing for answer in one.result()]
    lasted_s = time.monotonic() - began
    assert statuses == {200}
    assert max(waits_s["holder"]) < LONGEST_S
    assert max(waits_s["reader"]) < LONGEST_S
    assert len(guesses) <= WORKERS * A_SECOND * (lasted_s + 1) + WORKERS * GUESSERS
    assert {throttled, *guesses} == in_calm
    assert len(in_calm) == 1
