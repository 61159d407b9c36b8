"""Series: incidents that belong together, for example because the same people did them. A mark, undone at any time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.incident import Decision, NotAllowed
from incidents.db.incident import Incident
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.settled import NoSuchIncident, Shown, incidents_where
from incidents.services.settlement import row_to_change

_MOST = 200
_MOST_OFFERED = 20
_MONTHS = timedelta(days=366).days // 30


class InAnotherSeries(Exception):
    """Both incidents are in series, and not in the same one: one has to be taken out first."""


def series_of(session: Session, incident: UUID) -> list[Shown]:
    """The other incidents of its series."""
    row = session.get(Incident, incident)
    if row is None or row.series is None:
        return []
    others = (Incident.series == row.series, Incident.id != row.id, Incident.decision != Decision.WITHDRAWN)
    return incidents_where(session, *others, most=_MOST)


def may_belong(session: Session, incident: Shown) -> list[Shown]:
    """Incidents of the same place within a year that share a ground, and are not in its series yet."""
    settled = incident.settlement
    at, month = settled.year * 12 + (settled.month or 6), Incident.year * 12 + sa.func.coalesce(Incident.month, 6)
    own = sa.select(Incident.series).where(Incident.id == incident.id).scalar_subquery()
    near = incidents_where(
        session,
        Incident.place == settled.place,
        Incident.id != incident.id,
        Incident.decision != Decision.WITHDRAWN,
        month.between(at - _MONTHS, at + _MONTHS),
        sa.or_(Incident.series.is_(None), own.is_(None), Incident.series != own),
        most=_MOST,
    )
    return [one for one in near if one.settlement.grounds & settled.grounds][:_MOST_OFFERED]


def put_in_series(
    session: Session, incident: UUID, other: UUID, *, version: int, member: Member, now: datetime
) -> None:
    """Let both belong to one series: that of either, or a new one.

    Raises NoSuchIncident, StaleIncident, InAnotherSeries, core.incident.NotAllowed for one that was withdrawn.
    """
    if incident == other:
        raise NoSuchIncident
    # Always in the same order, so that two members never wait for each other.
    versions: dict[UUID, int | None] = {incident: version, other: None}
    rows = {one: row_to_change(session, one, version=versions[one]) for one in sorted(versions)}
    row, beside = rows[incident], rows[other]
    for one in (row, beside):
        if one.decision is Decision.WITHDRAWN:
            raise NotAllowed(one.decision, one.decision)
    if row.series is not None and beside.series is not None and row.series != beside.series:
        raise InAnotherSeries
    series = row.series or beside.series or uuid4()
    for one in (row, beside):
        if one.series is None:
            one.series = series
            _note(session, "put_in_series", one, series, member, now)


def take_out_of_series(session: Session, incident: UUID, *, version: int, member: Member, now: datetime) -> None:
    """One that is left alone is in no series either. Raises NoSuchIncident, StaleIncident."""
    row = row_to_change(session, incident, version=version)
    series, row.series = row.series, None
    if series is None:
        return
    _note(session, "take_out_of_series", row, series, member, now)
    left = session.scalars(sa.select(Incident).where(Incident.series == series).with_for_update()).all()
    if len(left) == 1:
        left[0].series = None
        _note(session, "take_out_of_series", left[0], series, member, now)


def _note(session: Session, action: str, row: Incident, series: UUID, member: Member, now: datetime) -> None:
    session.flush()
    state = row.decision.value
    note(session, action, f"incident:{row.id}", member, now, before=state, after=state, reason=f"series:{series}")
