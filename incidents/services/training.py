"""Past incidents to practise coding on: the cleared summaries of their reports, and the codes that two agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import SystemRandom
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.sealing import CannotOpen
from incidents.core.deidentify.known import Known
from incidents.core.incident import Decision, Settlement
from incidents.db import report as stored
from incidents.db.deidentify import Deidentification
from incidents.db.incident import Incident, incident_with_codes
from incidents.services import deidentify
from incidents.services.accounts import Member
from incidents.services.keys import NoGrant
from incidents.services.settled import NoSuchIncident, settlement_in

_TRIED = 50


@dataclass(frozen=True)
class Exercise:
    id: UUID
    summaries: list[str]
    agreed: Settlement


def any_exercise(session: Session, member: Member, *, known: Known) -> UUID | None:
    """One at random; None where no summary is cleared yet."""
    ids = list(session.scalars(_settled(member).distinct()).all())
    SystemRandom().shuffle(ids)
    for incident in ids[:_TRIED]:
        if _cleared(session, incident, member, known):
            return incident
    return None


def exercise(session: Session, incident: UUID, member: Member, *, known: Known) -> Exercise:
    """Raises NoSuchIncident for one that is not settled, that the member proposed, or of which nothing is cleared."""
    row = incident_with_codes(session, incident)
    if row is None or row.decision is not Decision.ACCEPTED or row.proposed_by == member.id:
        raise NoSuchIncident
    summaries = _cleared(session, incident, member, known)
    if not summaries:
        raise NoSuchIncident
    return Exercise(row.id, summaries, settlement_in(row))


def _settled(member: Member) -> sa.Select[UUID]:
    return (
        sa.select(Incident.id)
        .join(stored.Report, stored.Report.incident_id == Incident.id)
        .join(Deidentification, Deidentification.report_id == stored.Report.id)
        .where(
            Incident.decision == Decision.ACCEPTED,
            Incident.proposed_by != member.id,
            Deidentification.sealed_summary.is_not(None),
        )
    )


def _cleared(session: Session, incident: UUID, member: Member, known: Known) -> list[str]:
    """The summaries in which nothing is left that could identify someone. All of an incident's, or none."""
    reports: Sequence[UUID] = session.scalars(
        sa.select(stored.Report.id).where(stored.Report.incident_id == incident).order_by(stored.Report.id)
    ).all()
    found = []
    for report in reports:
        try:
            words = deidentify.read(session, report, member=member, known=known)
        except (NoGrant, CannotOpen):
            return []
        if words.left_in_summary:
            return []
        if words.summary:
            found.append(words.summary)
    return found
