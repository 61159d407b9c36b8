"""Passing reports on: a member proposes it, consent is checked, a letter is sent, and what comes of it is written down.

Nothing goes out from here by itself: the letter is drawn anew each time and forgotten, and a member says that it went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import referral as rules
from incidents.core.accounts import Right, has_right
from incidents.core.deidentify.known import Known
from incidents.core.incident import REFERRAL, Decision, Handling, NotAllowed, Verification, step
from incidents.core.incident import Referral as State
from incidents.core.places import Places
from incidents.core.referral import REMIND_AFTER, Basis, Outcome, Why
from incidents.core.report import Report
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.key import epochs_open_to
from incidents.db.referral import Referral, referrals_of
from incidents.db.report import MessageKind, messages_of
from incidents.services import deidentify, letters, settled, settlement
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.letters import Hindered, Letter
from incidents.services.moderation import content_of, held_row, is_within, private_keys, taken_row
from incidents.services.settled import NoSuchIncident

REFERABLE = frozenset({Handling.IN_TRIAGE, Handling.AWAITING_REPORTER, Handling.LINKED})
WAITS = frozenset({State.PROPOSED, State.CONSENT_CHECKED, State.SENT, State.ACKNOWLEDGED})
"""What is not over: a body has one such referral of a report at most."""


class NoSuchReferral(Exception):
    """There is no referral with this id, or its report lies at a desk that the member is not at."""


class StaleReferral(Hindered):
    """A colleague changed it since it was read."""


class AlreadyReferred(Hindered):
    """The same body has, or is about to get, this report."""


class KeyDoesNotOpen(Hindered):
    """The member's key does not open the report."""


class NoAnswer(Hindered):
    """The reporter has said nothing since they were asked."""


class NotEntitled(Exception):
    """The member has no right to do without consent."""


class OwnProposal(Hindered):
    """Doing without consent takes another member than the one who proposed it."""


class NothingConfirmed(Hindered):
    """No authority has confirmed it, or the incident says so already."""


@dataclass(frozen=True)
class Passed:
    """A referral as the desk sees it."""

    id: UUID
    version: int
    report: UUID
    recipient: str
    state: State
    basis: Basis | None
    proposer: str
    proposed_by: UUID
    sent_on: date | None
    remind_on: date | None
    outcome: Outcome | None
    outcome_on: date | None
    may_raise: bool
    """An authority confirmed what happened, and the incident does not say so yet."""

    def is_due(self, today: date) -> bool:
        """Whether the body should have answered by now."""
        return self.remind_on is not None and self.remind_on <= today


@dataclass(frozen=True)
class Before:
    """A report of which somebody thinks to pass it on, for a member who holds it."""

    content: Report
    version: int
    handling: Handling
    referrals: list[Passed]


def work(session: Session, member: Member) -> list[Passed]:
    """Referrals at the member's desks that are not over, or whose outcome could raise an incident; those due first."""
    query = (
        sa.select(Referral)
        .join(stored.Report, stored.Report.id == Referral.report_id)
        .where(Referral.state.in_(WAITS) | (Referral.outcome == Outcome.CONFIRMED))
        .where(stored.Report.epoch.in_(epochs_open_to(session, member.id)))
    )
    names = member_names(session)
    found = [_passed(session, row, names) for row in session.scalars(query)]
    waiting = [one for one in found if one.state in WAITS or one.may_raise]
    return sorted(waiting, key=lambda one: (one.remind_on or date.min, one.id))


def due(session: Session, *, today: date) -> int:
    """How many bodies are to be asked what came of a report."""
    return session.scalar(sa.select(sa.func.count()).select_from(Referral).where(Referral.remind_on <= today)) or 0


def read_before(session: Session, report: UUID, *, member: Member, now: datetime) -> Before:
    """Raises services.moderation.NoSuchReport, NotTaken; KeyDoesNotOpen."""
    row = held_row(session, report, member=member, now=now)
    names = member_names(session)
    passed = [_passed(session, one, names) for one in referrals_of(session, row.id)]
    return Before(_content(session, row, member), row.version, row.handling, passed)


def read(session: Session, referral: UUID, member: Member) -> Passed:
    """Raises NoSuchReferral."""
    return _passed(session, _row(session, referral, member), member_names(session))


def propose(session: Session, report: UUID, recipient: str, *, version: int, member: Member, now: datetime) -> UUID:
    """Think of passing a taken report on. Where the form has the reporter's consent, that is checked at once.

    Raises AlreadyReferred, KeyDoesNotOpen, core.incident.NotAllowed for a report that is set aside or closed, and what
    services.moderation.taken_row raises.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    if row.handling not in REFERABLE:
        raise NotAllowed(row.handling, State.PROPOSED)
    if any(one.recipient == recipient and one.state in WAITS for one in referrals_of(session, row.id)):
        raise AlreadyReferred
    referral = Referral(
        id=uuid4(), report_id=row.id, recipient=recipient, state=State.PROPOSED, basis=None, proposed_by=member.id
    )
    session.add(referral)
    session.flush()
    note(session, "propose_referral", _subject(referral), member, now, after=recipient, reason=f"report:{row.id}")
    if rules.agrees(_content(session, row, member), recipient):
        _check(session, referral, Basis.FORM, member, now)
    return referral.id


def agreed_in_answer(
    session: Session, referral: UUID, *, seen: int, version: int, member: Member, now: datetime
) -> None:
    """A member read in what the reporter wrote that they agree.

    Raises NoAnswer where the reporter wrote nothing since a question, and as `propose` does.
    """
    row, report = _held(session, referral, seen, version, member, now)
    said = [message.kind for message in messages_of(session, report.id)]
    asked = said.index(MessageKind.QUESTION) if MessageKind.QUESTION in said else len(said)
    if not {MessageKind.ANSWER, MessageKind.ADDITION, MessageKind.CORRECTION} & set(said[asked:]):
        raise NoAnswer
    _check(session, row, Basis.ANSWER, member, now)


def override(
    session: Session, referral: UUID, why: Why, *, seen: int, version: int, member: Member, now: datetime
) -> None:
    """Let a report be passed on without consent. The reason is in the audit trail.

    Raises NotEntitled, OwnProposal, and what services.moderation.taken_row raises.
    """
    if not has_right(member.roles, Right.REFER_WITHOUT_CONSENT):
        raise NotEntitled
    row, _report = _held(session, referral, seen, version, member, now)
    if row.proposed_by == member.id:
        raise OwnProposal
    _check(session, row, Basis.OVERRIDE, member, now, reason=why.value)


def letter(session: Session, referral: UUID, *, member: Member, known: Known, pepper: bytes, now: datetime) -> Letter:
    """What would be sent, for a member who holds the report. Nothing of it is stored.

    Raises NoSuchReferral, KeyDoesNotOpen, services.moderation.NotTaken, and what services.letters.letter_of raises.
    """
    row = _row(session, referral, member)
    report = held_row(session, row.report_id, member=member, now=now)
    content = _content(session, report, member)
    summary = deidentify.read(session, report.id, member=member, known=known)
    return letters.letter_of(session, row, report.incident_id, content, summary, pepper=pepper)


def print_letter(
    session: Session,
    referral: UUID,
    *,
    organisation: str = "",
    member: Member,
    known: Known,
    pepper: bytes,
    now: datetime,
) -> Letter:
    """As `letter`; that it was printed is in the trail, because it can leave the house from then on.

    `organisation` is the name of the one that it is for, where the body is not a single office.
    """
    found = letter(session, referral, member=member, known=known, pepper=pepper, now=now)
    note(session, "print_letter", f"referral:{referral}", member, now, after=found.recipient, reason=organisation)
    return found


def send(
    session: Session,
    referral: UUID,
    *,
    organisation: str = "",
    seen: int,
    version: int,
    member: Member,
    known: Known,
    pepper: bytes,
    today: date,
    now: datetime,
) -> None:
    """Write down that the letter went to the body; to which organisation is in the trail. Its words are not kept.

    Consent and summary are looked at once more. Raises as `letter` does, core.incident.NotAllowed, StaleReferral, and
    what services.moderation.taken_row raises.
    """
    row, report = _held(session, referral, seen, version, member, now)
    if report.handling not in REFERABLE:
        raise NotAllowed(report.handling, State.SENT)
    letter(session, referral, member=member, known=known, pepper=pepper, now=now)
    row.sent_on, row.remind_on = today, today + REMIND_AFTER
    _go(session, row, State.SENT, "send_referral", member, now, reason=organisation)


def acknowledge(session: Session, referral: UUID, *, seen: int, member: Member, today: date, now: datetime) -> None:
    """The body has it. Raises NoSuchReferral, StaleReferral, core.incident.NotAllowed."""
    row = _row(session, referral, member, seen=seen)
    row.remind_on = today + REMIND_AFTER
    _go(session, row, State.ACKNOWLEDGED, "acknowledge_referral", member, now)


def remind_later(session: Session, referral: UUID, *, seen: int, member: Member, today: date, now: datetime) -> None:
    """The body was asked again; it stays where it stands. Raises NoSuchReferral, StaleReferral, NotAllowed."""
    row = _row(session, referral, member, seen=seen)
    if row.remind_on is None:
        raise NotAllowed(row.state, row.state)
    row.remind_on = today + REMIND_AFTER
    session.flush()
    note(session, "remind_referral", _subject(row), member, now, before=row.state.value, after=row.state.value)


def close(
    session: Session, referral: UUID, outcome: Outcome, *, seen: int, member: Member, today: date, now: datetime
) -> None:
    """Write down what the body answered. Raises NoSuchReferral, StaleReferral, core.incident.NotAllowed."""
    row = _row(session, referral, member, seen=seen)
    row.outcome, row.outcome_on, row.remind_on = outcome, today, None
    _go(session, row, State.OUTCOME, "close_referral", member, now, reason=outcome.value)


def revoke(session: Session, referral: UUID, *, seen: int, member: Member, now: datetime) -> None:
    """Nothing more comes of it: it was proposed in error, or the reporter changed their mind.

    Raises NoSuchReferral, StaleReferral, core.incident.NotAllowed.
    """
    row = _row(session, referral, member, seen=seen)
    row.remind_on = None
    _go(session, row, State.REVOKED, "revoke_referral", member, now)


def propose_confirmed(
    session: Session,
    referral: UUID,
    *,
    seen: int,
    member: Member,
    vocabulary: Vocabulary,
    places: Places,
    now: datetime,
) -> UUID:
    """Propose that an authority confirmed the incident, which another member accepts or returns like any proposal.

    Raises NothingConfirmed, NoSuchReferral, StaleReferral, core.incident.NotAllowed for one that is not accepted, and
    what services.settlement.revise_incident raises.
    """
    row = _row(session, referral, member, seen=seen)
    if not _may_raise(session, row):
        raise NothingConfirmed
    incident = _incident_of(session, row)
    found = settled.show_incident(session, incident)
    if found.decision is not Decision.ACCEPTED:
        raise NotAllowed(found.decision, Decision.OPEN)
    settlement.reopen_incident(session, incident, version=found.version, member=member, now=now)
    settlement.revise_incident(
        session,
        incident,
        replace(found.settlement, verification=Verification.CONFIRMED),
        version=settled.show_incident(session, incident).version,
        member=member,
        vocabulary=vocabulary,
        places=places,
        now=now,
    )
    note(session, "raise_verification", _subject(row), member, now, reason=f"incident:{incident}")
    return incident


def _check(session: Session, row: Referral, basis: Basis, member: Member, now: datetime, *, reason: str = "") -> None:
    row.basis = basis
    _go(session, row, State.CONSENT_CHECKED, f"consent_by_{basis.value}", member, now, reason=reason)


def _go(
    session: Session, row: Referral, after: State, action: str, member: Member, now: datetime, *, reason: str = ""
) -> None:
    before, row.state = row.state, step(REFERRAL, row.state, after)
    session.flush()
    note(session, action, _subject(row), member, now, before=before.value, after=after.value, reason=reason)


def _row(session: Session, referral: UUID, member: Member, *, seen: int | None = None) -> Referral:
    """`seen` is the version that the member read; then the row is to be changed."""
    row = session.get(Referral, referral, with_for_update=seen is not None, populate_existing=seen is not None)
    if row is None or not is_within(session, session.get_one(stored.Report, row.report_id), member):
        raise NoSuchReferral
    if seen is not None and row.version != seen:
        raise StaleReferral
    return row


def _held(
    session: Session, referral: UUID, seen: int, version: int, member: Member, now: datetime
) -> tuple[Referral, stored.Report]:
    """The referral and its report, which the member holds and has read: always the report first."""
    report = taken_row(session, _row(session, referral, member).report_id, version=version, member=member, now=now)
    return _row(session, referral, member, seen=seen), report


def _content(session: Session, row: stored.Report, member: Member) -> Report:
    found = content_of(row, private_keys(session, member))
    if found is None:
        raise KeyDoesNotOpen
    return found


def _incident_of(session: Session, row: Referral) -> UUID:
    incident = session.get_one(stored.Report, row.report_id).incident_id
    if incident is None:
        raise NoSuchIncident
    return incident


def _may_raise(session: Session, row: Referral) -> bool:
    if row.outcome is not Outcome.CONFIRMED:
        return False
    incident = session.get_one(stored.Report, row.report_id).incident_id
    if incident is None:
        return False
    found = settled.show_incident(session, incident)
    return found.decision is Decision.ACCEPTED and found.settlement.verification is not Verification.CONFIRMED


def _passed(session: Session, row: Referral, names: Mapping[UUID, str]) -> Passed:
    return Passed(
        row.id,
        row.version,
        row.report_id,
        row.recipient,
        row.state,
        row.basis,
        names[row.proposed_by],
        row.proposed_by,
        row.sent_on,
        row.remind_on,
        row.outcome,
        row.outcome_on,
        _may_raise(session, row),
    )


def _subject(row: Referral) -> str:
    return f"referral:{row.id}"
