"""What should strike the desk: a flood, and reports that bunch. Counted in memory when a member looks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from secrets import token_bytes
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from geopy.geocoders.base import Geocoder
from sqlalchemy.orm import Session

from incidents.core.flood import is_bunch, is_flood_day
from incidents.core.incident import Decision, Handling
from incidents.core.places import Places
from incidents.core.report import NOT_SURE
from incidents.core.script import fold
from incidents.db import report as stored
from incidents.db.incident import Incident, IncidentCode
from incidents.services.clusters import MANY_HELD
from incidents.services.geocoding import places_meant
from incidents.services.moderation import Waiting
from incidents.services.pulse import usual_of

BUNCH_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Flood:
    held: int
    """Reports that wait for a check."""
    today: int
    usual: int
    """What arrives on most days."""


@dataclass(frozen=True)
class Bunch:
    """Reports of one municipality and ground that arrived within a week: too many for chance."""

    place: str
    ground: str
    number: int
    since: date


def flood(session: Session, *, today: date) -> Flood | None:
    """The flood that runs or whose reports still wait for a check; None on ordinary days."""
    held = session.scalars(sa.select(sa.func.count()).where(stored.Report.handling == Handling.QUARANTINED)).one()
    arrived, usual = stored.arrived_on(session, today), usual_of(session, today)
    if held >= MANY_HELD or is_flood_day(arrived, usual):
        return Flood(held, arrived, round(usual))
    return None


def bunches(
    session: Session, waiting: Iterable[Waiting], *, geocoder: Geocoder, places: Places, today: date
) -> list[Bunch]:
    """Of the open reports given, those that bunch, the largest first. Held ones count when they are let go."""
    lately = [
        (line.content, line.received_on)
        for line in waiting
        if line.content is not None
        and line.content.place
        and line.handling is not Handling.QUARANTINED
        and today - line.received_on < BUNCH_WITHIN
    ]
    codes = municipalities({content.place for content, _ in lately}, geocoder, places)
    together: dict[tuple[str, str], list[date]] = defaultdict(list)
    for content, received_on in lately:
        if len(meant := codes[fold(content.place)]) == 1:
            [code] = meant
            for ground in content.grounds - {NOT_SURE}:
                together[code, ground].append(received_on)
    a_year = _settled_in_a_year(session, today) if together else {}
    found = [
        Bunch(place, ground, len(days), min(days))
        for (place, ground), days in together.items()
        if is_bunch(len(days), a_year.get((place, ground), 0))
    ]
    return sorted(found, key=lambda bunch: (-bunch.number, bunch.place, bunch.ground))


_KEY = token_bytes(32)
_MOST_MEANT = 20_000
_meant: WeakKeyDictionary[Geocoder, dict[bytes, frozenset[str]]] = WeakKeyDictionary()
"""The municipalities that a typed place may mean, by a keyed hash of the place: finding takes a millisecond each time.
No word of a report stays in memory by this, and the key is gone with the process."""


def municipalities(typed: Iterable[str], geocoder: Geocoder, places: Places) -> dict[str, frozenset[str]]:
    """What each typed place may mean, by its folded name: codes of municipalities, or of a district."""
    known = _meant.setdefault(geocoder, {})
    if len(known) > _MOST_MEANT:
        known.clear()
    found: dict[str, frozenset[str]] = {}
    for place in typed:
        name = fold(place)
        digest = blake2b(name.encode(), digest_size=16, key=_KEY).digest()
        meant = known.get(digest)
        if meant is None:
            known[digest] = meant = frozenset(places_meant(place, geocoder=geocoder, places=places))
        found[name] = meant
    return found


def _settled_in_a_year(session: Session, today: date) -> Mapping[tuple[str, str], int]:
    month = Incident.year * 12 + sa.func.coalesce(Incident.month, 6)
    rows = session.execute(
        sa.select(Incident.place, IncidentCode.code, sa.func.count().label("number"))
        .join(IncidentCode, IncidentCode.incident_id == Incident.id)
        .where(
            IncidentCode.vocabulary == "ground",
            Incident.decision == Decision.ACCEPTED,
            month > (today.year - 1) * 12 + today.month,
        )
        .group_by(Incident.place, IncidentCode.code)
    )
    return Counter({(row.place, row.code): row.number for row in rows})
