"""How long it takes to look for the twins of one report in a long queue.

    python -m benchmarks.twins_time [--open 2000] [--reports 20] [--json FILE]

One report after the other is taken out of a queue of invented ones, in an SQLite database, and its twins are looked for
among all others, as its page does: what a session remembers of them is told apart by place, time and ground, what is
left is compared by words, and the likely ones are opened. The floors, in turns with it: folding the words of that one
report once, and opening the others. Seconds of CPU. How well twins are found is told by benchmarks.twins.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks import queue
from benchmarks.serving import ground
from incidents.adapters.data_files import geocoder, lexicon, places, shapes, vocabulary
from incidents.core.incident import Handling
from incidents.core.shapes import neighbours
from incidents.core.twins.lexicon import folded
from incidents.db import report as stored
from incidents.services import keys, moderation
from incidents.services.accounts import Member
from incidents.services.memory import Memory, Recall
from incidents.services.twins import Surroundings, likely_twins


def measure(open_reports: int, reports: int) -> dict[str, float]:
    """Seconds of CPU for the twins of one report in so long a queue, and for the floors."""
    now = datetime.now(UTC)
    with ground() as made:
        database, settings = made.database, made.settings
        with database.unit_of_work() as session:
            ana = queue.fill(session, settings, settled=0, open_reports=open_reports, now=now)
            key = keys.unlock_member_key(session, ana.id, ana.password, memory_mib=settings.seal_memory_mib)
            member = Member(ana.id, ana.name, "sr-Latn", ana.roles, key, now)
            waiting = sa.select(stored.Report.id).where(stored.Report.handling == Handling.RECEIVED)
            some = list(session.scalars(waiting.order_by(stored.Report.id).limit(reports + 1)))
            for report in some:
                moderation.take_report(session, report, member=member, now=now)
        with database.reader() as session:
            recall = Memory().of(bytes(32), now=now)
            every = [_timed_one(session, report, member, recall, settings.pepper, now) for report in some]
    looked, opened, folding, found = zip(*every[1:], strict=True)  # the first one builds what all need
    return {
        "open reports": open_reports,
        "first of a session s": every[0][0],
        "median s": median(looked),
        "slowest s": max(looked),
        "floor: opening them s": median(opened),
        "floor: folding one s": median(folding),
        "to opening": median(looked) / median(opened),
        "to folding one": median(looked) / median(folding),
        "twins each": sum(found) / len(found),
    }


def _timed_one(
    session: Session, report: UUID, member: Member, recall: Recall, pepper: bytes, now: datetime
) -> tuple[float, float, float, int]:
    """Seconds of CPU for its twins, for opening the queue, and for folding its words; and how many twins there are."""
    within = Surroundings(
        lexicon=lexicon(),
        vocabulary=vocabulary(),
        places=places(),
        geocoder=geocoder(),
        neighbours=neighbours(shapes()),
    )
    began = time.process_time()
    found = likely_twins(session, report, member=member, within=within, recall=recall, pepper=pepper, now=now)
    looked = time.process_time()
    private = moderation.private_keys(session, member)
    columns = (stored.Report.id, stored.Report.epoch, stored.Report.sealed, stored.Report.sealed_key)
    told = {row.id: moderation.content_of(row, private) for row in session.execute(sa.select(*columns))}
    opened = time.process_time()
    content = told[report]
    assert content is not None
    before = time.process_time()
    folded(f"{content.words} {content.place} {content.when_words}")
    return looked - began, opened - looked, time.process_time() - before, len(found.reports)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=2_000)
    parser.add_argument("--reports", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.open, options.reports)
    for name, value in found.items():
        print(f"{name:24} {value:.4g}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
