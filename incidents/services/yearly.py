"""How often what happens where: incidents of a year by place and ground, for telling what is out of the ordinary."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.incident import Decision
from incidents.db.incident import Incident, IncidentCode


class Yearly:
    """Accepted incidents of the last twelve months: counted once a day by each process that asks.

    With a million settled incidents the counting takes longer than everything else on a page of the queue, and what was
    usual in a year is the same in the evening as it was in the morning.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._day: date | None = None
        self._by_place: dict[str, Mapping[str, int]] = {}

    def of(self, session: Session, places: Set[str], *, today: date) -> Mapping[tuple[str, str], int]:
        """By place and ground."""
        with self._lock:
            if self._day != today:
                self._by_place.clear()
                self._day = today
            if missing := places - self._by_place.keys():
                self._by_place |= _settled_in_a_year(session, missing, today)
            return {(place, ground): number for place in places for ground, number in self._by_place[place].items()}


def _settled_in_a_year(session: Session, places: Set[str], today: date) -> Mapping[str, Mapping[str, int]]:
    month = Incident.year * 12 + sa.func.coalesce(Incident.month, 6)
    rows = session.execute(
        sa.select(Incident.place, IncidentCode.code, sa.func.count().label("number"))
        .join(IncidentCode, IncidentCode.incident_id == Incident.id)
        .where(
            Incident.place.in_(places),
            IncidentCode.vocabulary == "ground",
            Incident.decision == Decision.ACCEPTED,
            Incident.year >= today.year - 1,
            month > (today.year - 1) * 12 + today.month,
        )
        .group_by(Incident.place, IncidentCode.code)
    )
    found: dict[str, dict[str, int]] = {place: {} for place in places}
    for row in rows:
        found[row.place][row.code] = row.number
    return found
