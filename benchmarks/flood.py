"""A flood with one real report in it: is anybody refused, how long does the real one take, how much is left to look at?

    python -m benchmarks.flood [--reports 10000] [--minutes 0] [--workers 2] [--senders 16] [--engine sqlite]

The site is the real one, as `serve` runs it, on a database of its own that waits for the disk. Half of the senders
are patient: they open their forms first and send them after the shortest honest time. Without `--minutes` everything
comes as fast as it can be sent. Exits with 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import sqlalchemy as sa

from benchmarks.junk import REAL, junk
from benchmarks.serving import Client, a_desk, ground, on_engines, served
from incidents.adapters import data_files
from incidents.db import report as stored
from incidents.db.bulk import BulkKind
from incidents.db.database import Database
from incidents.services import alarms, bulk, clusters, geocoding, queue
from incidents.services.accounts import Member
from incidents.services.memory import Memory

REAL_WITHIN_S = 2.0
MOST_CLUSTERS = 100
_HONEST_S = 21
_TIMEOUT_S = 60


@dataclass
class Felt:
    """What the senders felt."""

    times: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    real_s: float = 0.0
    real_code: str = ""
    lasted_s: float = 0.0

    @property
    def refused(self) -> int:
        return self.answers.total() - self.answers["200"]


def flood(port: int, *, reports: int, minutes: float, senders: int, seed: int) -> Felt:
    """Send so many reports of junk, and the real one in the middle."""
    felt = Felt()
    queue = enumerate(islice(junk(seed), reports))
    turn, half = threading.Lock(), threading.Event()
    began, real_token = time.monotonic(), Client(port).token()
    each_s = minutes * 60 / reports

    def send_some(number: int) -> None:
        sender = Client(port)
        is_patient = number % 2 == 0
        ready = [sender.token() for _ in range(reports // senders)] if is_patient else []
        sender.hang_up()  # as browsers do, rather than find out later that the server has
        time.sleep(max(0.0, began + _HONEST_S - time.monotonic()))
        while True:
            with turn:
                place, answers = next(queue, (-1, None))
            if answers is None:
                half.set()
                return
            time.sleep(max(0.0, began + _HONEST_S + place * each_s - time.monotonic()))
            token = ready.pop() if ready else sender.token()
            status, _code, took = sender.send(answers, token)
            with turn:
                felt.answers[status] += 1
                felt.times.append(took)
            if place == reports // 2:
                half.set()

    def send_real() -> None:
        half.wait()
        status, felt.real_code, felt.real_s = Client(port).send(REAL, real_token)
        with turn:
            felt.answers[status] += 1

    with ThreadPoolExecutor(senders + 1) as pool:
        running = [pool.submit(send_some, number) for number in range(senders)] + [pool.submit(send_real)]
        for each in running:
            each.result()
    felt.lasted_s = time.monotonic() - began - _HONEST_S
    return felt


def at_the_desk(database: Database, member: Member) -> dict[str, float | int | str]:
    """What a member sees and does afterwards."""
    now = datetime.now(UTC)
    geocoder = data_files.geocoder()
    found: dict[str, float | int | str] = {}
    with database.reader() as session:
        handlings = sa.select(stored.Report.handling, sa.func.count().label("number")).group_by(stored.Report.handling)
        for row in session.execute(handlings):
            found[f"stored {row.handling.value}"] = row.number
        alarm = alarms.flood(session, today=now.date())
        found["alarm"] = f"{alarm.held} held, {alarm.today} today" if alarm else "none"
        began = time.perf_counter()
        queue.open_queue(
            session,
            member,
            recall=Memory().of(b"a cookie", now=now),
            vocabulary=data_files.vocabulary(),
            area_of=partial(geocoding.area_meant, geocoder=geocoder, places=data_files.places()),
            now=now,
            with_held=alarm is None,
        )
        found["queue s"] = time.perf_counter() - began
        began = time.perf_counter()
        seen = clusters.open_clusters(session, member)
        found["clusters s"] = time.perf_counter() - began
    apart = [*seen.single, *(one for few in seen.few for one in few.reports)]
    [real] = [place for place, one in _placed(seen) if one.content.words == REAL["words"]]
    found |= {"groups": len(seen.clusters), "alike by twos to fours": len(seen.few), "like no other": len(seen.single)}
    found["junk to look at"] = len(seen.clusters) + len(seen.few) + len(seen.single) - (real == "apart")
    found["real one"] = "like no other" if any(one.content.words == REAL["words"] for one in apart) else real
    began = time.perf_counter()
    for cluster in seen.clusters:
        _set_aside(database, member, cluster, now)
    found["all groups set aside s"] = time.perf_counter() - began
    return found


def _placed(seen: clusters.Clusters) -> Iterator[tuple[str, clusters.Alike]]:
    yield from (("apart", one) for one in seen.single)
    for cluster in (*seen.few, *seen.clusters):
        yield from ((f"in a group of {len(cluster.reports)}", one) for one in cluster.reports)


def _set_aside(database: Database, member: Member, cluster: clusters.Cluster, now: datetime) -> None:
    listed = cluster.listed()
    with database.unit_of_work() as session:
        done = bulk.begin(session, BulkKind.SET_ASIDE, "Junk.", reason="abuse", listed=listed, member=member, now=now)
    for some in bulk.in_steps(listed):
        with database.unit_of_work() as session:
            bulk.act(session, done, some, member=member, now=now)


def measure(url: str, options: argparse.Namespace) -> dict[str, float | int | str]:
    with ground(url) as made:
        member = a_desk(made.settings, made.database)
        with served(made.folder, made.url, options.workers) as port:
            felt = flood(
                port, reports=options.reports, minutes=options.minutes, senders=options.senders, seed=options.seed
            )
        times = sorted(felt.times)
        found: dict[str, float | int | str] = {
            "reports": options.reports + 1,
            "lasted s": felt.lasted_s,
            "refused": felt.refused,
            "answers": json.dumps(felt.answers),
            "real one s": felt.real_s,
            "median s": statistics.median(times),
            "99 in 100 s": times[len(times) * 99 // 100],
            "slowest s": times[-1],
        }
        found |= at_the_desk(made.database, member)
    return found


def is_good(found: dict[str, float | int | str]) -> bool:
    stored_all = sum(int(number) for name, number in found.items() if name.startswith("stored ")) == found["reports"]
    return (
        stored_all
        and found["refused"] == 0
        and float(found["real one s"]) < REAL_WITHIN_S
        and found["real one"] == "like no other"
        and int(found["junk to look at"]) <= MOST_CLUSTERS
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--senders", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    on_engines(parser, measure, is_good)


if __name__ == "__main__":
    main()
