"""Incidents as the desk reads them: one with its history, or many in one list. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from incidents.adapters import opening
from incidents.adapters.sealing import CannotOpen
from incidents.core.audit import Entry
from incidents.core.incident import SEVERAL, Decision, Settlement
from incidents.db.account import member_names
from incidents.db.audit import AuditEntry, entries
from incidents.db.coding import ReturnNote, disagreements_of
from incidents.db.incident import Incident, codes_of, incident_with_codes
from incidents.db.release import batches_of
from incidents.services.accounts import Member
from incidents.services.keys import NoGrant
from incidents.services.moderation import private_keys

PROPOSES = ("propose", "revise")
"""What the audit trail calls it when an incident comes to wait for a second person."""
_AT_ONCE = 500


class NoSuchIncident(Exception):
    """There is no incident with this id."""


@dataclass(frozen=True)
class Shown:
    """An incident as the desk sees it."""

    id: UUID
    version: int
    decision: Decision
    settlement: Settlement
    proposed_by: UUID | None
    proposer: str
    disagreements: Mapping[str, str]
    """Of a returned incident: why, by part."""
    accepted_on: date | None
    batch: str | None
    """The quarter whose release counts it, published or not."""
    history: list[Entry]


def show_incident(session: Session, incident: UUID) -> Shown:
    """Raises NoSuchIncident."""
    row = incident_with_codes(session, incident)
    if row is None:
        raise NoSuchIncident
    history = [entry for entry, _ in entries(session, subject=f"incident:{row.id}")]
    batch = batches_of(session, [row.id]).get(row.id)
    return _shown(row, history, member_names(session), batch, disagreements_of(session, row.id))


def return_note(session: Session, incident: UUID, member: Member) -> str:
    """What the member who returned an incident wrote; empty for nothing, or where the key does not open it."""
    kept = session.get(ReturnNote, incident)
    if kept is None:
        return ""
    try:
        return opening.open_message(kept.sealed, private_keys(session, member)(kept.epoch))
    except (NoGrant, CannotOpen):
        return ""


def incidents_in(session: Session, *decisions: Decision, most: int = 200) -> list[Shown]:
    """Incidents in these decisions, the newest event first."""
    return incidents_where(session, Incident.decision.in_(decisions), most=most)


def proposals(session: Session, member: UUID, *, most: int = 200) -> list[Shown]:
    """What waits for a second person, the longest waiting first; what this member proposed themselves comes last."""
    own, others = Incident.proposed_by == member, Incident.proposed_by.is_distinct_from(member)
    first = [*waiting_proposals(session, others), *waiting_proposals(session, own)][:most]
    shown = {one.id: one for one in incidents_where(session, Incident.id.in_(first), most=most)}
    return [shown[incident] for incident in first]


def waiting_proposals(session: Session, whose: sa.ColumnElement[bool]) -> list[UUID]:
    """Proposed incidents that `whose` is true of, the longest waiting first."""
    waiting = session.scalars(sa.select(Incident.id).where(Incident.decision == Decision.PROPOSED, whose)).all()
    since = proposed_at(session, waiting)
    return sorted(waiting, key=since.__getitem__)


def proposed_at(session: Session, incidents: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each of these was proposed, or proposed anew."""
    found: dict[UUID, datetime] = {}
    for start in range(0, len(incidents), _AT_ONCE):
        rows = session.execute(
            sa.select(AuditEntry.subject, sa.func.max(AuditEntry.at).label("at"))
            .where(
                AuditEntry.action.in_(PROPOSES),
                AuditEntry.subject.in_([f"incident:{one}" for one in incidents[start : start + _AT_ONCE]]),
            )
            .group_by(AuditEntry.subject)
        )
        found |= {UUID(row.subject.removeprefix("incident:")): row.at for row in rows}
    return found


def incidents_where(session: Session, *conditions: sa.ColumnElement[bool], most: int) -> list[Shown]:
    """The newest events first."""
    query = (
        sa.select(Incident)
        .where(*conditions)
        .options(selectinload(Incident.codes))
        .order_by(Incident.year.desc(), Incident.month.desc(), Incident.id)
        .limit(most)
    )
    rows, names = session.scalars(query).all(), member_names(session)
    batches = batches_of(session, [row.id for row in rows])
    return [_shown(row, [], names, batches.get(row.id)) for row in rows]


def settlement_in(row: Incident) -> Settlement:
    return Settlement(
        year=row.year,
        month=row.month,
        place=row.place,
        setting=row.setting,
        verification=row.verification,
        bias_strength=row.bias_strength,
        **{name: codes_of(row, listed) for name, listed in SEVERAL.items()},
    )


def _shown(
    row: Incident,
    history: list[Entry],
    names: dict[UUID, str],
    batch: str | None,
    disagreements: Mapping[str, str] | None = None,
) -> Shown:
    return Shown(
        row.id,
        row.version,
        row.decision,
        settlement_in(row),
        row.proposed_by,
        names.get(row.proposed_by, "") if row.proposed_by else "",
        disagreements or {},
        row.accepted_on,
        batch,
        history,
    )
