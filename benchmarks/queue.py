"""How long a member waits for the queue, with many settled reports behind it.

    python -m benchmarks.queue [--engine sqlite] [--settled 1000 100000] [--open 2000] [--pages 200] [--json FILE]

A site as operators run it, one worker, one member at work: all views, filters by language, ground and act, and pages,
in turn; every tenth time the member takes a report, so that it has to be opened anew. Everything is over HTTP on this
machine. Settled reports are sealed copies of five hundred invented ones, each with its incident and three entries in
the audit trail. The floor, in turns with it, is a bare server on the same stack that answers with as many bytes as the
first page has. Held to: 95 of 100 pages within 300 ms, and a page without filters, in floors, grows with the number of
settled reports to the power of 0.05 at most: 1.26 times as long with a hundred times as many.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import random
import re
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.bare import bare
from benchmarks.serving import engines, ground, served
from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.audit import START
from incidents.core.incident import BiasStrength, Decision, Handling, Verification
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.incident import Incident, IncidentCode
from incidents.services import trial
from incidents.services.trial import TrialMember

WITHIN_S, EXPONENT = 0.3, 0.05
_KINDS = 500
_AT_ONCE, _TOGETHER = 1_000, 50_000
_DAYS = 3 * 365
PAGES = (
    "/desk/",
    "/desk/?view=unclaimed",
    "/desk/?page=7",
    "/desk/?view=overdue",
    "/desk/?view=risk&page=2",
    "/desk/?language=hu",
    "/desk/?view=mine",
    "/desk/?ground=national_ethnic&page=3",
    "/desk/?view=unclaimed&act=threat",
    "/desk/?view=waiting",
)


def fill(session: Session, settings: Settings, *, settled: int, open_reports: int, now: datetime) -> TrialMember:
    """A desk with so much work before and behind it; the member who will look at it."""
    places = data_files.places()
    [ana, *_] = trial.make_trial(
        session,
        pepper=settings.pepper,
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        vocabulary=data_files.vocabulary(),
        places=places,
        now=now,
        open_reports=open_reports,
        incidents=0,
    )
    # Held ones would be looked at apart (services.clusters): here all of them stand in the queue.
    session.execute(sa.update(stored.Report).values(handling=Handling.RECEIVED))
    _settle(session, settled, list(places.municipalities), now)
    return ana


def _settle(session: Session, settled: int, municipalities: list[str], now: datetime) -> None:
    like = session.execute(sa.select(*stored.Report.__table__.columns).limit(_KINDS)).mappings().all()
    number = session.scalar(sa.select(sa.func.max(AuditEntry.number))) or 0
    chance = random.Random(number)
    for start in range(0, settled, _AT_ONCE):
        reports: list[dict[str, Any]] = []
        incidents: list[dict[str, Any]] = []
        codes: list[dict[str, Any]] = []
        trail: list[dict[str, Any]] = []
        for which in range(start, min(start + _AT_ONCE, settled)):
            report, incident = uuid4(), uuid4()
            day = now.date() - timedelta(days=36 + chance.randrange(_DAYS))
            unique = {name: chance.randbytes(32) for name in ("verifier", "token_digest")}
            own = {"id": report, "received_on": day, "handling": Handling.LINKED, "incident_id": incident, **unique}
            reports.append({**like[which % len(like)], **own})
            incidents.append(
                {
                    "id": incident,
                    "version": 2,
                    "decision": Decision.ACCEPTED,
                    "verification": Verification.PLAUSIBLE,
                    "bias_strength": BiasStrength.ONE_INDICATOR,
                    "year": day.year,
                    "month": day.month,
                    "place": chance.choice(municipalities),
                    "setting": "street",
                    "vocabulary_version": "2026-1",
                    "accepted_on": day + timedelta(days=4),
                }
            )
            for vocabulary, code in (("act_type", "threat"), ("ground", "national_ethnic"), ("ground", "language")):
                codes.append({"incident_id": incident, "vocabulary": vocabulary, "code": code})
            for action, subject in (("take", f"report:{report}"), ("propose", f"incident:{incident}"), ("accept", "")):
                number += 1
                then = now - timedelta(days=(now.date() - day).days)
                trail.append(_entry(number, then, action, subject or f"incident:{incident}"))
        for table, rows in (
            (Incident, incidents),
            (IncidentCode, codes),
            (stored.Report, reports),
            (AuditEntry, trail),
        ):
            session.execute(sa.insert(table), rows)


def _entry(number: int, at: datetime, action: str, subject: str) -> dict[str, Any]:
    """By one of a dozen colleagues."""
    plain = {"before": "", "after": "", "reason": "", "hash": START}
    actor = f"Colleague {number // 3 % 12}"
    return {"number": number, "at": at, "actor": actor, "action": action, "subject": subject, **plain}


class Browser:
    """Of a member who logs in and looks at pages, on one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie = ""

    def close(self) -> None:
        self._connection.close()

    def log_in(self, member: TrialMember) -> None:
        code = pyotp.TOTP(member.totp_secret).now()
        token = self._token(self.open("/desk/login"))
        self.send("/desk/login", token=token, name=member.name, password=member.password, code=code)
        if not self._cookie:
            raise SystemExit("The log-in was refused.")

    def open(self, path: str) -> str:
        try:
            return self._open(path)
        except ConnectionError:
            self._connection.close()  # the server hung up while nothing was asked; the next question opens it again
            return self._open(path)

    def _open(self, path: str) -> str:
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        return page

    def send(self, path: str, **values: str) -> None:
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", path, urlencode(values), headers)
        answer = self._connection.getresponse()
        answer.read()
        self._cookie = (answer.getheader("Set-Cookie") or self._cookie).partition(";")[0]

    def take_one(self, page: str) -> None:
        """A report that stands on this page of the queue."""
        reports = re.findall(r'href="(/desk/reports/[0-9a-f-]+)"', page)
        self.send(f"{reports[len(reports) // 2]}/take", token=self._token(page), version="1")

    def take(self, at: str) -> None:
        """The report with this page, which nobody has taken yet."""
        self.send(f"{at}/take", token=self._token(self.open(at)), version="1")

    def _token(self, page: str) -> str:
        return re.findall(r'name="token"[^>]* value="([^"]+)"', page)[0]


@dataclass(frozen=True)
class Waited:
    """Seconds: for the first page after the log-in, for those that follow in rising order, for those without filters
    among them, and for the floor."""

    first: float
    times: list[float]
    plain: list[float]
    floor: list[float]


def waited(browser: Browser, pages: int) -> Waited:
    began = time.perf_counter()
    page = browser.open(PAGES[0])
    first, times, plain, floor = time.perf_counter() - began, [], [], []
    with bare({"/page": page.encode()}) as port, closing(Browser(port)) as other:
        page = browser.open(PAGES[0])  # also where the server hung up while the other one started
        for number, path in enumerate(islice(cycle(PAGES), pages)):
            if number % 10 == 0:
                browser.take_one(page)
            began = time.perf_counter()
            found = browser.open(path)
            opened = time.perf_counter()
            other.open("/page")
            floor.append(time.perf_counter() - opened)
            times.append(opened - began)
            if path == PAGES[0]:
                page = found
                plain.append(opened - began)
    return Waited(first, sorted(times), sorted(plain), sorted(floor))


def measure(url: str, options: argparse.Namespace, settled: int) -> dict[str, float]:
    with ground(url) as made:
        now = datetime.now(UTC)
        with made.database.unit_of_work() as session:
            ana = fill(session, made.settings, settled=0, open_reports=options.open, now=now)
        for start in range(0, settled, _TOGETHER):
            with made.database.unit_of_work() as session:
                _settle(session, min(_TOGETHER, settled - start), list(data_files.places().municipalities), now)
        with made.database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.rollback()
        with served(made.folder, made.url, 1) as port, closing(Browser(port)) as browser:
            browser.log_in(ana)
            found = waited(browser, options.pages)
    times, floor = found.times, found.floor
    return {
        "first page s": found.first,
        "median s": times[len(times) // 2],
        "without filters s": found.plain[len(found.plain) // 2],
        "95 in 100 s": times[len(times) * 95 // 100],
        "slowest s": times[-1],
        "floor: answered s": floor[len(floor) // 2],
    }


def _beside_the_floor(figures: dict[str, float]) -> float:
    """A page without filters, in floors of its own run: a machine that has become busier makes both slower."""
    return figures["without filters s"] / figures["floor: answered s"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="One of both; both if not given.")
    parser.add_argument("--settled", type=int, nargs=2, default=[1_000, 100_000])
    parser.add_argument("--open", type=int, default=2_000)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    is_good = True
    for settled in options.settled:
        for engine, url in engines(options.engine):
            found[f"{engine}, {settled} settled"] = measure(url, options, settled)
    for name, figures in found.items():
        print(name)
        for figure, value in figures.items():
            print(f"  {figure:18} {value:.4f}")
        is_good &= figures["95 in 100 s"] < WITHIN_S
    few, many = options.settled
    for engine in dict.fromkeys(name.partition(",")[0] for name in found):
        after, before = (_beside_the_floor(found[f"{engine}, {settled} settled"]) for settled in (many, few))
        exponent = math.log(after / before) / math.log(many / few)
        print(f"{engine}: {after / before:.2f} times as long with {many} settled reports as with {few}: {exponent:.3f}")
        is_good &= exponent <= EXPONENT
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if not is_good:
        raise SystemExit("A bar is missed.")


if __name__ == "__main__":
    main()
