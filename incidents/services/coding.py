"""Incidents that are coded twice: the second member sees the reports, and not how the first one coded them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from incidents.core.agreement import Agreement, Draw, agreement, codes_of, settlement_of
from incidents.core.incident import Decision, NotAllowed, Settlement
from incidents.core.places import Places
from incidents.core.report import Report
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.coding import CodedAs, SecondCoding, codings_of
from incidents.db.incident import Incident
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.moderation import content_of, private_keys, reports_within
from incidents.services.settled import settlement_in
from incidents.services.settlement import (
    SamePerson,
    check_may_read,
    check_settlement,
    row_to_change,
    waits_for_second_coding,
)


@dataclass(frozen=True)
class ToCode:
    """What the second coder sees."""

    id: UUID
    version: int
    reports: list[Report]
    """Those that the member's key opens."""


@dataclass(frozen=True)
class Both:
    first: Settlement
    second: Settlement
    coder: str
    """Who made the second one."""


@dataclass(frozen=True)
class Month:
    name: str
    """E.g. 2026-11."""
    incidents: int
    fields: list[Agreement]


def waiting_to_be_coded(session: Session, member: Member, *, draw: Draw, vocabulary: Vocabulary) -> list[UUID]:
    """Incidents that this member may code as the second one."""
    query = (
        sa.select(Incident)
        .where(Incident.decision == Decision.PROPOSED, Incident.proposed_by != member.id)
        .options(selectinload(Incident.codes))
        .order_by(Incident.id)
    )
    rows = session.scalars(query)
    return [row.id for row in rows if waits_for_second_coding(session, row, draw=draw, vocabulary=vocabulary)]


def is_hidden_from(session: Session, incident: UUID, member: Member, *, draw: Draw, vocabulary: Vocabulary) -> bool:
    """Whether a member may not see the coding of an incident: all but its proposer, until there is a second one."""
    row = session.get(Incident, incident, options=[selectinload(Incident.codes)])
    return (
        row is not None
        and row.proposed_by != member.id
        and waits_for_second_coding(session, row, draw=draw, vocabulary=vocabulary)
    )


def open_to_code(
    session: Session, incident: UUID, *, member: Member, draw: Draw, vocabulary: Vocabulary, now: datetime
) -> ToCode:
    """The reports of an incident, for the second coder; that they were opened is in the audit trail.

    Raises NoSuchIncident, SamePerson, AtAnotherDesk, core.incident.NotAllowed where no second coding is wanted.
    """
    row = _row_to_code(session, incident, None, member, draw, vocabulary)
    private = private_keys(session, member)
    own, _elsewhere = reports_within(session, row.id, member)
    rows = session.scalars(sa.select(stored.Report).where(stored.Report.id.in_(own)).order_by(stored.Report.id)).all()
    for one in rows:
        state = one.handling.value
        note(session, "open_to_code", f"report:{one.id}", member, now, before=state, after=state)
    contents = [content_of(one, private) for one in rows]
    return ToCode(row.id, row.version, [content for content in contents if content is not None])


def code_again(
    session: Session,
    incident: UUID,
    settled: Settlement,
    *,
    version: int,
    member: Member,
    draw: Draw,
    vocabulary: Vocabulary,
    places: Places,
    now: datetime,
) -> None:
    """Keep the second coding beside the first as it stands now. What is proposed stays the first one.

    Raises Rejected, NoSuchIncident, StaleIncident, SamePerson, AtAnotherDesk, core.incident.NotAllowed.
    """
    check_settlement(settled, vocabulary, places, now)
    row = _row_to_code(session, incident, version, member, draw, vocabulary)
    session.add(SecondCoding(incident_id=row.id, coder_id=member.id, coded_in=f"{now:%Y-%m}"))
    session.flush()
    for is_second, coding in ((False, settlement_in(row)), (True, settled)):
        session.add_all(
            CodedAs(incident_id=row.id, is_second=is_second, field=field, code=code)
            for field, codes in codes_of(coding).items()
            for code in codes
        )
    # Pages that show it without the second coding are out of date.
    flag_modified(row, "decision")
    session.flush()
    state = row.decision.value
    note(session, "code_again", f"incident:{row.id}", member, now, before=state, after=state)


def both_codings(session: Session, incident: UUID) -> Both | None:
    """None while there is one only."""
    codings = codings_of(session, SecondCoding.incident_id == incident)
    if incident not in codings:
        return None
    first, second = codings[incident]
    coder = member_names(session)[session.get_one(SecondCoding, incident).coder_id]
    return Both(settlement_of(first), settlement_of(second), coder)


def agreement_by_month(session: Session) -> list[Month]:
    """The newest month first."""
    names = session.scalars(sa.select(SecondCoding.coded_in).distinct().order_by(SecondCoding.coded_in.desc())).all()
    found = []
    for name in names:
        codings = list(codings_of(session, SecondCoding.coded_in == name).values())
        found.append(Month(name, len(codings), agreement(codings)))
    return found


def _row_to_code(
    session: Session, incident: UUID, version: int | None, member: Member, draw: Draw, vocabulary: Vocabulary
) -> Incident:
    row = row_to_change(session, incident, version=version)
    if row.proposed_by == member.id:
        raise SamePerson
    check_may_read(session, incident, member)
    if not waits_for_second_coding(session, row, draw=draw, vocabulary=vocabulary):
        raise NotAllowed(row.decision, row.decision)
    return row
