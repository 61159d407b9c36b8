"""Batches of organisations: all reports of a file are taken in one unit of work, or none."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from geopy.geocoders.base import Geocoder
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core.batch.rows import Candidates
from incidents.core.places import KOSOVO, Places
from incidents.core.report import Report
from incidents.core.script import to_latin
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.audit import record
from incidents.services.geocoding import Found, certain, places_like, places_meant
from incidents.services.reporting import Ready, Sending, make_ready, sealing_key

SUREST = 0.85
"""Of the finder's scores: below, a name is only like the one that was typed."""
_MOST_CANDIDATES = 8
_AT_ONCE = 500


@dataclass(frozen=True)
class Earlier:
    """An import of the same file."""

    received_on: date
    partner: str
    reports: int


def earlier_import(session: Session, content: bytes, *, pepper: bytes) -> Earlier | None:
    row = stored.batch_of_file(session, sealing.digest_of_file(content, pepper))
    return Earlier(row.received_on, row.partner, row.reports) if row else None


def seal_batch(
    session: Session,
    reports: Iterable[Report],
    *,
    vocabulary: Vocabulary,
    today: date,
    now: datetime,
    pepper: bytes,
) -> list[Ready]:
    """Check and seal reports. Nothing is stored yet: the site goes on taking those of others, however long this lasts.

    Raises services.reporting.Rejected, NoDeskKey.
    """
    key = sealing_key(session)
    return [
        make_ready(
            report,
            Sending(secrets.token_bytes(32), opened_at=None, trap_is_filled=False),
            desk_key=key,
            vocabulary=vocabulary,
            today=today,
            now=now,
            shortest=timedelta(0),
            pepper=pepper,
        )
        for report in reports
    ]


def keep_batch(
    session: Session, ready: Sequence[Ready], *, content: bytes, partner: str, today: date, now: datetime, pepper: bytes
) -> None:
    """Store the sealed reports of a file with this content."""
    for start in range(0, len(ready), _AT_ONCE):
        session.execute(sa.insert(stored.Report), [dict(one.row) for one in ready[start : start + _AT_ONCE]])
    batch = stored.Batch(
        id=uuid4(),
        file_digest=sealing.digest_of_file(content, pepper),
        partner=partner,
        received_on=today,
        reports=len(ready),
    )
    session.add(batch)
    session.flush()
    record(session, at=now, actor="system", action="import", subject=f"batch:{batch.id}", after=f"{len(ready)} reports")


def place_named(query: str, *, geocoder: Geocoder, places: Places) -> Candidates:
    """Whether a typed place is one place: of the register, a district, a whole city, Kosovo*. If not, which may be."""
    likely = places_like(query, geocoder=geocoder)
    meant = places_meant(query, geocoder=geocoder, places=places)
    if not meant:
        return Candidates(is_found=False)
    understood = certain(query, geocoder=geocoder)
    code, area = understood.meaning.code, understood.meaning.area
    is_one = len(meant) == 1 or likely[0].level == "city"
    is_sure = not likely or likely[0].score >= SUREST or meant == [KOSOVO]
    if is_one and is_sure:
        named = meant[0] if len(meant) == 1 and not code else ""
        return Candidates(is_found=True, place_code=code or named, area=area or named)
    names = tuple(dict.fromkeys(_called(one, places) for one in likely))[:_MOST_CANDIDATES]
    return Candidates(False, names, place_code=code, area=area)


def _called(one: Found, places: Places) -> str:
    """A place with its municipality, as it can be typed to be found."""
    municipality = places.municipalities.get(one.municipality_code)
    name = to_latin(one.name)
    within = municipality.names["sr-Latn"] if municipality else ""
    return f"{name}, {within}" if within and within != name else name
