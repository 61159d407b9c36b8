"""Incidents at the desk: what one member proposes from a report, another accepts or returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from incidents.core import incident as rules
from incidents.core.audit import Entry
from incidents.core.incident import (
    BIAS_STRENGTH,
    DECISION,
    HANDLING,
    VERIFICATION,
    Decision,
    Handling,
    Settlement,
    step,
)
from incidents.core.places import Places
from incidents.core.report import Problem
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored_report
from incidents.db.account import member_names
from incidents.db.audit import entries
from incidents.db.incident import Incident, IncidentCode, codes_of, incident_with_codes
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.corrections import note_correction, note_withdrawal
from incidents.services.moderation import partner_of, taken_row
from incidents.services.releases import drop_draft

RETURN_REASONS = (
    "place",
    "time",
    "acts",
    "grounds",
    "targets",
    "genders",
    "ages",
    "reported_to",
    "verification",
    "bias_strength",
    "not_one_incident",
)
"""Which part the second member does not share. A code: incidents hold no text."""

_MOST_CANDIDATES = 20


class NoSuchIncident(Exception):
    """There is no incident with this id."""


class Rejected(Exception):
    """The settlement breaks rules that the member can mend."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__([problem.message for problem in problems])
        self.problems = problems


class SamePerson(Exception):
    """Whoever proposed an incident cannot also accept or return it."""


class StaleIncident(Exception):
    """A colleague saved the incident since it was read."""

    def __init__(self, incident: UUID) -> None:
        super().__init__(str(incident))
        self.incident = incident


@dataclass(frozen=True)
class Shown:
    """An incident as the desk sees it."""

    id: UUID
    version: int
    decision: Decision
    settlement: Settlement
    proposed_by: UUID | None
    proposer: str
    return_reason: str | None
    accepted_on: date | None
    batch: str | None
    history: list[Entry]


def show_incident(session: Session, incident: UUID) -> Shown:
    """Raises NoSuchIncident."""
    row = incident_with_codes(session, incident)
    if row is None:
        raise NoSuchIncident
    history = [entry for entry, _ in entries(session, subject=f"incident:{row.id}")]
    return _shown(row, history, member_names(session))


def incidents_in(session: Session, *decisions: Decision, most: int = 200) -> list[Shown]:
    """Incidents in these decisions, the newest event first."""
    return _listed(session, Incident.decision.in_(decisions), most=most)


def candidates(session: Session, *, place: str, year: int, month: int | None) -> list[Shown]:
    """Incidents that a report may also be about: same place, same year, the month or a neighbour of it."""
    near = [Incident.place == place, Incident.year == year, Incident.decision != Decision.WITHDRAWN]
    if month is not None:
        near.append(sa.or_(Incident.month.is_(None), Incident.month.between(month - 1, month + 1)))
    return _listed(session, *near, most=_MOST_CANDIDATES)


def incidents_where(session: Session, condition: sa.ColumnElement[bool], *, most: int) -> list[Shown]:
    """Those that a search found, the newest event first."""
    return _listed(session, condition, most=most)


def _listed(session: Session, *conditions: sa.ColumnElement[bool], most: int) -> list[Shown]:
    query = (
        sa.select(Incident)
        .where(*conditions)
        .options(selectinload(Incident.codes))
        .order_by(Incident.year.desc(), Incident.month.desc(), Incident.id)
        .limit(most)
    )
    names = member_names(session)
    return [_shown(row, [], names) for row in session.scalars(query)]


def propose_incident(
    session: Session,
    report: UUID,
    settlement: Settlement,
    *,
    version: int,
    member: Member,
    vocabulary: Vocabulary,
    places: Places,
    now: datetime,
) -> UUID:
    """A new incident from a taken report, which is linked to it.

    Raises Rejected, and what services.moderation.taken_row and core.incident.step raise.
    """
    _check(settlement, vocabulary, places, now)
    row = taken_row(session, report, version=version, member=member, now=now)
    incident = Incident(
        id=uuid4(),
        decision=step(DECISION, Decision.OPEN, Decision.PROPOSED),
        proposed_by=member.id,
        vocabulary_version=vocabulary.version,
        source=partner_of(session, row, member),
        codes=[],
    )
    _write(incident, settlement)
    session.add(incident)
    session.flush()
    note(session, "propose", f"incident:{incident.id}", member, now, after=incident.decision.value)
    _link(session, row, incident, member, now)
    return incident.id


def link_report(session: Session, report: UUID, incident: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Let a taken report rest on an incident, which is then counted once for all its reports.

    Raises NoSuchIncident, core.incident.NotAllowed, and what services.moderation.taken_row raises.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    found = _row(session, incident)
    if found.source is not None and found.source != partner_of(session, row, member):
        found.source = None
    _link(session, row, found, member, now)


def unlink_report(session: Session, report: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Take a report off its incident. An incident that no report is left for is withdrawn.

    Where a published release counts it, the next one tells of the correction.
    Raises core.incident.NotAllowed, and what services.moderation.taken_row raises.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    before, row.handling = row.handling, step(HANDLING, row.handling, Handling.IN_TRIAGE)
    incident = _row(session, row.incident_id) if row.incident_id else None
    row.incident_id = None
    session.flush()
    note(session, "unlink", f"report:{row.id}", member, now, before=before.value, after=row.handling.value)
    if incident is None:
        return
    left = _reports_of(session, incident)
    if incident.source is None and len(partners := {partner_of(session, one, member) for one in left}) == 1:
        incident.source = partners.pop()
    if not left:
        _leave_draft(session, incident, member, now)
        _decide(session, incident, Decision.WITHDRAWN, "withdraw", member, now)
        note_withdrawal(session, incident, actor=member.name, now=now)


def revise_incident(
    session: Session,
    incident: UUID,
    settlement: Settlement,
    *,
    version: int,
    member: Member,
    vocabulary: Vocabulary,
    places: Places,
    now: datetime,
) -> None:
    """Settle an incident anew and propose it (again). An accepted one has to be reopened first.

    Raises Rejected, NoSuchIncident, StaleIncident, core.incident.NotAllowed.
    """
    _check(settlement, vocabulary, places, now)
    row = _row(session, incident, version=version)
    before = row.decision
    if row.decision is not Decision.PROPOSED:
        row.decision = step(DECISION, row.decision, Decision.PROPOSED)
    if row.verification is not settlement.verification:
        step(VERIFICATION, row.verification, settlement.verification)
    if row.bias_strength is not settlement.bias_strength:
        step(BIAS_STRENGTH, row.bias_strength, settlement.bias_strength)
    row.proposed_by, row.return_reason = member.id, None
    row.vocabulary_version = vocabulary.version
    _write(row, settlement)
    # Codes are rows of their own: where nothing else changes, the incident would keep its version.
    flag_modified(row, "vocabulary_version")
    session.flush()
    note(session, "revise", f"incident:{row.id}", member, now, before=before.value, after=row.decision.value)


def accept_incident(
    session: Session,
    incident: UUID,
    *,
    version: int,
    member: Member,
    vocabulary: Vocabulary,
    places: Places,
    today: date,
    now: datetime,
) -> None:
    """Agree with what another member proposed. Where a release counts it otherwise, a later one tells the correction.

    Raises NoSuchIncident, StaleIncident, SamePerson, core.incident.NotAllowed.
    """
    row = _proposed_by_another(session, incident, version, member)
    row.accepted_on = today
    _decide(session, row, Decision.ACCEPTED, "accept", member, now)
    note_correction(session, row, vocabulary=vocabulary, places=places, actor=member.name, now=now)


def return_incident(
    session: Session, incident: UUID, reason: str, *, version: int, member: Member, now: datetime
) -> None:
    """Send back what another member proposed, naming the part (of RETURN_REASONS) that is not shared.

    Raises ValueError for any other reason, NoSuchIncident, StaleIncident, SamePerson, core.incident.NotAllowed.
    """
    if reason not in RETURN_REASONS:
        raise ValueError(reason)
    row = _proposed_by_another(session, incident, version, member)
    row.return_reason = reason
    _decide(session, row, Decision.RETURNED, "return", member, now, reason=reason)


def reopen_incident(session: Session, incident: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Take an acceptance back. A draft that counts the incident falls; what a published release says stays.

    Raises NoSuchIncident, StaleIncident, core.incident.NotAllowed.
    """
    row = _row(session, incident, version=version)
    _leave_draft(session, row, member, now)
    row.accepted_on = None
    _decide(session, row, Decision.OPEN, "reopen", member, now)


def _check(settlement: Settlement, vocabulary: Vocabulary, places: Places, now: datetime) -> None:
    if found := rules.problems(settlement, vocabulary, places, today=now.date()):
        raise Rejected(found)


def _row(session: Session, incident: UUID, *, version: int | None = None) -> Incident:
    """The row to be changed, which nobody else can change meanwhile."""
    row = incident_with_codes(session, incident, to_change=True)
    if row is None:
        raise NoSuchIncident
    if version is not None and row.version != version:
        raise StaleIncident(row.id)
    return row


def _leave_draft(session: Session, row: Incident, member: Member, now: datetime) -> None:
    """Let no draft count the incident: one that does falls."""
    if row.batch is not None and drop_draft(session, row.batch, actor=member.name, now=now):
        session.refresh(row, ["batch"])


def _proposed_by_another(session: Session, incident: UUID, version: int, member: Member) -> Incident:
    row = _row(session, incident, version=version)
    if row.proposed_by == member.id:
        raise SamePerson
    return row


def _decide(
    session: Session, row: Incident, decision: Decision, action: str, member: Member, now: datetime, reason: str = ""
) -> None:
    before, row.decision = row.decision, step(DECISION, row.decision, decision)
    row.decided_by = member.id
    session.flush()
    note(session, action, f"incident:{row.id}", member, now, before=before.value, after=decision.value, reason=reason)


def _link(session: Session, row: stored_report.Report, incident: Incident, member: Member, now: datetime) -> None:
    if incident.decision is Decision.WITHDRAWN or row.incident_id is not None:
        raise rules.NotAllowed(incident.decision, Handling.LINKED)
    before, row.handling = row.handling, step(HANDLING, row.handling, Handling.LINKED)
    row.incident_id = incident.id
    session.flush()
    note(
        session,
        "link",
        f"report:{row.id}",
        member,
        now,
        before=before.value,
        after=row.handling.value,
        reason=f"incident:{incident.id}",
    )


def _reports_of(session: Session, incident: Incident) -> Sequence[stored_report.Report]:
    return session.scalars(sa.select(stored_report.Report).where(stored_report.Report.incident_id == incident.id)).all()


def _write(row: Incident, settlement: Settlement) -> None:
    row.year, row.month, row.place, row.setting = (
        settlement.year,
        settlement.month,
        settlement.place,
        settlement.setting,
    )
    row.verification, row.bias_strength = settlement.verification, settlement.bias_strength
    wanted = {(vocabulary, code) for vocabulary, codes in rules.codes_by_list(settlement).items() for code in codes}
    kept = [code for code in row.codes if (code.vocabulary, code.code) in wanted]
    new = wanted - {(code.vocabulary, code.code) for code in kept}
    row.codes = kept + [IncidentCode(vocabulary=vocabulary, code=code) for vocabulary, code in sorted(new)]


def _shown(row: Incident, history: list[Entry], names: dict[UUID, str]) -> Shown:
    settlement = Settlement(
        year=row.year,
        month=row.month,
        place=row.place,
        setting=row.setting,
        verification=row.verification,
        bias_strength=row.bias_strength,
        **{name: codes_of(row, listed) for name, listed in rules.SEVERAL.items()},
    )
    return Shown(
        row.id,
        row.version,
        row.decision,
        settlement,
        row.proposed_by,
        names.get(row.proposed_by, "") if row.proposed_by else "",
        row.return_reason,
        row.accepted_on,
        row.batch,
        history,
    )
