"""What a trial needs to practise on: settled incidents whose reports are still there with a cleared summary.

All of it is invented (`core.synthesis`), as is what a second member coded of some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core import report as rules
from incidents.core.agreement import codes_of
from incidents.core.deidentify.known import Known
from incidents.core.deidentify.marks import marks
from incidents.core.incident import Handling, Settlement
from incidents.core.places import Places
from incidents.core.synthesis.samples import Sample, samples
from incidents.core.synthesis.world import seeded
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.coding import CodedAs, SecondCoding
from incidents.db.deidentify import Deidentification
from incidents.db.incident import Incident
from incidents.db.key import DeskKey, current_desk_key
from incidents.services.reporting import NoDeskKey
from incidents.services.trial import add_incidents, report_row

_SHORTEST = 60
_LATELY = timedelta(days=180)
"""So that a month has enough to compare, and nothing waits long for its destruction."""
_CODED_TWICE = 0.6
_OTHERWISE = 0.12
"""How often the second member chose other codes for a field."""


def add_practice(
    session: Session,
    members: Sequence[UUID],
    *,
    number: int,
    pepper: bytes,
    vocabulary: Vocabulary,
    places: Places,
    known: Known,
    now: datetime,
    seed: int = 2,
) -> None:
    """So many accepted incidents more, each with its sealed report and a summary in which nothing is marked.

    Raises NoDeskKey.
    """
    desk_key = current_desk_key(session)
    if desk_key is None:
        raise NoDeskKey
    random = seeded(seed)
    invented = samples(
        40 * number + 200,
        random=random,
        vocabulary=vocabulary,
        places=places,
        today=now.date(),
        texts=synthetic_texts(),
    )
    settled = list(islice(_that_need_no_marks(invented, known, now.date()), number))
    ids = add_incidents(session, settled, members, random, vocabulary.version, now.date())
    for incident, (sample, _) in zip(ids, settled, strict=True):
        _add_report(session, incident, sample, desk_key, random, pepper)
    _code_some_again(session, list(zip(ids, (one for _, one in settled), strict=True)), members, random)


def _that_need_no_marks(invented: Iterable[Sample], known: Known, today: date) -> Iterator[tuple[Sample, Settlement]]:
    """A report in which nothing could identify anybody is its own summary."""
    for sample in invented:
        words = sample.report.words
        is_recent = today - sample.received_on < _LATELY
        if sample.settlement is not None and is_recent and len(words) >= _SHORTEST and not marks(words, known):
            yield sample, sample.settlement


def _add_report(
    session: Session, incident: UUID, sample: Sample, desk_key: DeskKey, random: Random, pepper: bytes
) -> None:
    row: dict[str, Any] = report_row(sample, desk_key, random, pepper)
    report: UUID = row["id"]
    key, sealed_key = sealing.new_file_key(desk_key.public)
    row |= {
        "handling": Handling.LINKED,
        "incident_id": incident,
        "sealed": sealing.seal_under(key, rules.to_bytes(sample.report), bound_to=report.bytes),
        "sealed_key": sealed_key,
    }
    summary = sealing.seal_under(key, sample.report.words.encode(), bound_to=report.bytes + b"summary")
    session.execute(sa.insert(stored.Report), [row])
    session.execute(sa.insert(Deidentification), [{"report_id": report, "sealed_summary": summary}])


def _code_some_again(
    session: Session, settled: Sequence[tuple[UUID, Settlement]], members: Sequence[UUID], random: Random
) -> None:
    for incident, first in settled:
        if random.random() >= _CODED_TWICE:
            continue
        row = session.get_one(Incident, incident)
        coder = random.choice([member for member in members if member != row.proposed_by])
        session.add(SecondCoding(incident_id=incident, coder_id=coder, coded_in=f"{row.accepted_on:%Y-%m}"))
        session.flush()
        second = _coded_otherwise(first, random.choice(settled)[1], random)
        session.add_all(
            CodedAs(incident_id=incident, is_second=is_second, field=field, code=code)
            for is_second, codes in ((False, codes_of(first)), (True, second))
            for field, chosen in codes.items()
            for code in chosen
        )
    session.flush()


def _coded_otherwise(first: Settlement, other: Settlement, random: Random) -> dict[str, frozenset[str]]:
    """As `first`, but for some fields as `other`; when and where it happened is not in doubt."""
    others = codes_of(other)
    return {
        field: others[field]
        if field not in {"place", "year", "month"} and others[field] and random.random() < _OTHERWISE
        else codes
        for field, codes in codes_of(first).items()
    }
