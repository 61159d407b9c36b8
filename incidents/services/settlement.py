"""Incidents at the desk: what one member proposes from a report, another accepts or returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from incidents.adapters import sealing
from incidents.core import incident as rules
from incidents.core.agreement import Draw, is_coded_twice
from incidents.core.incident import (
    BIAS_STRENGTH,
    DECISION,
    HANDLING,
    SEVERAL,
    VERIFICATION,
    Decision,
    Handling,
    Settlement,
    step,
)
from incidents.core.places import Places
from incidents.core.report import Problem, plain_text
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored_report
from incidents.db.coding import Disagreement, ReturnNote, SecondCoding, forget_return
from incidents.db.incident import Incident, IncidentCode, codes_of, incident_with_codes
from incidents.db.key import DeskKey, current_desk_key, key_beside
from incidents.db.release import batches_of
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.corrections import note_correction, note_withdrawal
from incidents.services.drafts import drop_draft
from incidents.services.moderation import partner_of, reports_within, taken_row
from incidents.services.reporting import NoDeskKey
from incidents.services.settled import NoSuchIncident, waiting_proposals

RETURN_PARTS = (
    "place",
    "time",
    "acts",
    "grounds",
    "targets",
    "genders",
    "ages",
    "reported_to",
    "setting",
    "verification",
    "bias_strength",
    "not_one_incident",
)
"""Which parts the second member may not share."""
RETURN_WHYS = ("reads_otherwise", "not_said", "more_is_said", "other_code", "to_be_asked")
"""Why not. Codes, as incidents hold no text; what has to be written is sealed (db.coding.ReturnNote)."""
LONGEST_NOTE = 2_000


class Rejected(Exception):
    """The settlement breaks rules that the member can mend."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__([problem.message for problem in problems])
        self.problems = problems


class SamePerson(Exception):
    """Whoever proposed an incident cannot also accept or return it."""


class NothingMarked(Exception):
    """Whoever returns an incident has to mark at least one part."""


class NoteTooLong(Exception):
    """Over LONGEST_NOTE characters."""


class NotCodedYet(Exception):
    """Another member has to code the incident first, without seeing this coding."""


class AtAnotherDesk(Exception):
    """All reports that the incident rests on lie at desks that the member is not at."""


class StaleIncident(Exception):
    """A colleague saved the incident since it was read."""

    def __init__(self, incident: UUID) -> None:
        super().__init__(str(incident))
        self.incident = incident


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
    check_settlement(settlement, vocabulary, places, now)
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
    found = row_to_change(session, incident)
    if found.source is not None and found.source != partner_of(session, row, member):
        found.source = None
    _link(session, row, found, member, now)


def unlink_report(session: Session, report: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Take a report off its incident. An incident that no report is left for is withdrawn.

    Where a published release counts it, the next one tells of the correction.
    Raises core.incident.NotAllowed, and what services.moderation.taken_row raises.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    if row.incident_id is None:
        raise rules.NotAllowed(row.handling, Handling.IN_TRIAGE)
    before, incident = row.handling, row_to_change(session, row.incident_id)
    # It is there already where its reporter has answered a question meanwhile.
    if before is not Handling.IN_TRIAGE:
        row.handling = step(HANDLING, before, Handling.IN_TRIAGE)
    row.incident_id = None
    session.flush()
    note(session, "unlink", f"report:{row.id}", member, now, before=before.value, after=row.handling.value)
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
    check_settlement(settlement, vocabulary, places, now)
    row = row_to_change(session, incident, version=version)
    before = row.decision
    if row.decision is not Decision.PROPOSED:
        row.decision = step(DECISION, row.decision, Decision.PROPOSED)
    if row.verification is not settlement.verification:
        step(VERIFICATION, row.verification, settlement.verification)
    if row.bias_strength is not settlement.bias_strength:
        step(BIAS_STRENGTH, row.bias_strength, settlement.bias_strength)
    row.proposed_by = member.id
    forget_return(session, row.id)
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
    draw: Draw,
    today: date,
    now: datetime,
) -> None:
    """Agree with what another member proposed. Where a release counts it otherwise, a later one tells the correction.

    Raises NoSuchIncident, StaleIncident, SamePerson, AtAnotherDesk, NotCodedYet, core.incident.NotAllowed.
    """
    row = _to_decide_on(session, incident, version, member, draw, vocabulary)
    row.accepted_on = today
    _decide(session, row, Decision.ACCEPTED, "accept", member, now)
    note_correction(session, row, vocabulary=vocabulary, places=places, actor=member.name, now=now)


def return_incident(
    session: Session,
    incident: UUID,
    disagreements: Mapping[str, str],
    typed: str = "",
    *,
    version: int,
    member: Member,
    vocabulary: Vocabulary,
    draw: Draw,
    now: datetime,
) -> None:
    """Send back what another member proposed: which parts (of RETURN_PARTS) are not shared, and why (RETURN_WHYS).

    What was typed besides is sealed for the desk of the reports. Raises ValueError for other codes, NothingMarked,
    NoteTooLong, NoDeskKey, NoSuchIncident, StaleIncident, SamePerson, AtAnotherDesk, NotCodedYet,
    core.incident.NotAllowed.
    """
    if unknown := {*disagreements} - {*RETURN_PARTS} | {*disagreements.values()} - {*RETURN_WHYS}:
        raise ValueError(", ".join(sorted(unknown)))
    if not disagreements:
        raise NothingMarked
    text = plain_text(typed)
    if len(text) > LONGEST_NOTE:
        raise NoteTooLong
    row = _to_decide_on(session, incident, version, member, draw, vocabulary)
    _decide(session, row, Decision.RETURNED, "return", member, now, reason=", ".join(sorted(disagreements)))
    session.add_all(Disagreement(incident_id=row.id, part=part, why=why) for part, why in disagreements.items())
    if text:
        desk_key = _key_for_notes(session, row)
        if desk_key is None:
            raise NoDeskKey
        sealed = sealing.seal_to(desk_key.public, text.encode())
        session.add(ReturnNote(incident_id=row.id, epoch=desk_key.epoch, sealed=sealed))
    session.flush()


def _key_for_notes(session: Session, row: Incident) -> DeskKey | None:
    """Of the desk where the reports lie: what is written about them may hold their words."""
    first = session.scalar(
        sa.select(stored_report.Report.epoch)
        .where(stored_report.Report.incident_id == row.id)
        .order_by(stored_report.Report.id)
        .limit(1)
    )
    return current_desk_key(session) if first is None else key_beside(session, first)


def may_read(session: Session, incident: UUID, member: Member) -> bool:
    """Who decides on an incident can read one of its reports at least, while there are any."""
    own, elsewhere = reports_within(session, incident, member)
    return bool(own) or not elsewhere


def check_may_read(session: Session, incident: UUID, member: Member) -> None:
    """Raises AtAnotherDesk where the member may not decide, as `may_read` says."""
    if not may_read(session, incident, member):
        raise AtAnotherDesk


def next_proposal(session: Session, member: Member) -> UUID | None:
    """What another member proposed and this one may decide on, the longest waiting first."""
    waiting = waiting_proposals(session, Incident.proposed_by.is_distinct_from(member.id))
    return next((one for one in waiting if may_read(session, one, member)), None)


def waits_for_second_coding(session: Session, row: Incident, *, draw: Draw, vocabulary: Vocabulary) -> bool:
    """Whether a proposed incident is to be coded twice and was not yet: nobody else sees its first coding."""
    acts = codes_of(row, SEVERAL["acts"])
    return (
        row.decision is Decision.PROPOSED
        and is_coded_twice(row.id, acts, draw, vocabulary)
        and session.get(SecondCoding, row.id) is None
    )


def reopen_incident(session: Session, incident: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Take an acceptance back. A draft that counts the incident falls; what a published release says stays.

    One that was withdrawn because no report is left for it stays so.
    Raises NoSuchIncident, StaleIncident, core.incident.NotAllowed.
    """
    row = row_to_change(session, incident, version=version)
    if row.decision is Decision.WITHDRAWN and not stored_report.rests_on_reports(session, row.id):
        raise rules.NotAllowed(row.decision, Decision.OPEN)
    _leave_draft(session, row, member, now)
    row.accepted_on = None
    _decide(session, row, Decision.OPEN, "reopen", member, now)


def check_settlement(settlement: Settlement, vocabulary: Vocabulary, places: Places, now: datetime) -> None:
    """Raises Rejected."""
    if found := rules.problems(settlement, vocabulary, places, today=now.date()):
        raise Rejected(found)


def row_to_change(session: Session, incident: UUID, *, version: int | None = None) -> Incident:
    """The row to be changed, which nobody else can change meanwhile."""
    row = incident_with_codes(session, incident, to_change=True)
    if row is None:
        raise NoSuchIncident
    if version is not None and row.version != version:
        raise StaleIncident(row.id)
    return row


def _leave_draft(session: Session, row: Incident, member: Member, now: datetime) -> None:
    """Let no draft count the incident: one that does falls."""
    for batch in batches_of(session, [row.id]).values():
        drop_draft(session, batch, actor=member.name, now=now)


def _to_decide_on(
    session: Session, incident: UUID, version: int, member: Member, draw: Draw, vocabulary: Vocabulary
) -> Incident:
    """What another member proposed, coded by a second one where it has to be: nobody has seen it before."""
    row = row_to_change(session, incident, version=version)
    if row.proposed_by == member.id:
        raise SamePerson
    check_may_read(session, incident, member)
    if waits_for_second_coding(session, row, draw=draw, vocabulary=vocabulary):
        raise NotCodedYet
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
