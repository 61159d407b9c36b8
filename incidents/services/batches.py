"""Batches of organisations: all reports of a file are taken in one unit of work, or none."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from uuid import uuid4

import sqlalchemy as sa
from geopy.geocoders.base import Geocoder
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files, sealing, spreadsheets
from incidents.core.batch import columns
from incidents.core.batch.cells import Row
from incidents.core.batch.columns import Header
from incidents.core.batch.names import Names, names_of
from incidents.core.batch.rows import Candidates, Entry, Refusal, Surroundings, entry_of
from incidents.core.batch.said import Said
from incidents.core.languages import BY_TAG
from incidents.core.places import KOSOVO, Places
from incidents.core.report import Report
from incidents.core.script import to_latin
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.audit import record
from incidents.services.geocoding import Found, certain, places_like, places_meant
from incidents.services.reporting import Ready, Sending, make_ready, sealing_keys

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


def batches_of(session: Session, partner: str) -> list[Earlier]:
    """What an organisation has sent, the newest first."""
    query = sa.select(stored.Batch).where(stored.Batch.partner == partner).order_by(stored.Batch.received_on.desc())
    return [Earlier(row.received_on, row.partner, row.reports) for row in session.scalars(query)]


def earlier_import(session: Session, content: bytes, *, pepper: bytes) -> Earlier | None:
    row = stored.batch_of_file(session, sealing.digest_of_file(content, pepper))
    return Earlier(row.received_on, row.partner, row.reports) if row else None


def seal_batch(
    session: Session,
    reports: Iterable[Report],
    *,
    vocabulary: Vocabulary,
    places: Places,
    today: date,
    now: datetime,
    pepper: bytes,
) -> list[Ready]:
    """Check and seal reports. Nothing is stored yet: the site goes on taking those of others, however long this lasts.

    Raises services.reporting.Rejected, NoDeskKey.
    """
    keys = sealing_keys(session)
    return [
        make_ready(
            report,
            Sending(secrets.token_bytes(32), opened_at=None, trap_is_filled=False),
            desk_key=keys.of(report, places),
            vocabulary=vocabulary,
            today=today,
            now=now,
            shortest=timedelta(0),
            pepper=pepper,
        )
        for report in reports
    ]


def keep_batch(
    session: Session,
    ready: Sequence[Ready],
    *,
    content: bytes,
    partner: str,
    today: date,
    now: datetime,
    pepper: bytes,
    actor: str = "system",
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
    record(session, at=now, actor=actor, action="import", subject=f"batch:{batch.id}", after=f"{len(ready)} reports")


@dataclass(frozen=True)
class Looked:
    """A table that was looked through."""

    header: Header
    notes: Sequence[Said]
    """What was guessed about the file or left out of it."""
    entries: Sequence[Entry]

    @property
    def refusals(self) -> list[Refusal]:
        return [refusal for entry in self.entries for refusal in entry.refusals]

    @property
    def refused(self) -> int:
        """Rows that cannot be taken."""
        return sum(bool(entry.refusals) for entry in self.entries)


@cache
def names_of_codes() -> Names:
    """What codes may be called in tables: in every language of the site."""
    terms = data_files.vocabulary().terms
    return names_of(
        (listed, term.code, [catalogues.label(term, tag) for tag in BY_TAG])
        for listed in set(columns.LISTS.values())
        for term in terms[listed].values()
    )


def look_through(
    content: bytes,
    *,
    partner: str,
    language: str,
    vocabulary: Vocabulary,
    geocoder: Geocoder,
    places: Places,
    today: date,
    sheet: str = "",
    takes_unsure_places: bool = False,
    shown: Callable[[list[Row]], AbstractContextManager[Iterable[Row]]] = nullcontext,
) -> Looked:
    """Read a table of reports, row by row; nothing is stored. `shown` may tell how far it is.

    Raises adapters.spreadsheets.Unreadable, core.batch.columns.NoHeader, TwoAlike.
    """
    read = spreadsheets.sheet_of(content, columns.known, wanted=sheet)
    header = columns.header_of([row.cells for row in read.rows])

    @cache
    def find(query: str) -> Candidates:
        return place_named(query, geocoder=geocoder, places=places)

    around = Surroundings(
        header=header,
        names=names_of_codes(),
        vocabulary=vocabulary,
        find=find,
        takes_unsure_places=takes_unsure_places,
        language=language,
        partner=partner,
        today=today,
    )
    with shown(read.rows[header.row + 1 :]) as rows:
        return Looked(header, read.notes, [entry_of(row, around) for row in rows])


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
