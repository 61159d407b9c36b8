"""Reports at the desk: taking one, reading it, asking its sender, setting it aside.

Whoever reads a report has taken it first, and that is in the audit trail. No word of a report goes there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from incidents.adapters import opening, sealing
from incidents.adapters.sealing import CannotOpen
from incidents.core.audit import WITHDRAW_REPORT, Entry
from incidents.core.incident import HANDLING, Handling, NotAllowed, step
from incidents.core.periods import Quarter
from incidents.core.report import Report, from_bytes, plain_text
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.audit import entries
from incidents.db.incident import SetAside
from incidents.db.key import DeskKey, epochs_open_to, key_beside
from incidents.db.report import Message, MessageKind, messages_of, next_number
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.reporting import NoDeskKey

LEASE = timedelta(minutes=20)
LONGEST_QUESTION = 2_000


class Sealed(Protocol):
    """What it takes of a report's row to open it."""

    @property
    def id(self) -> UUID: ...
    @property
    def epoch(self) -> int: ...
    @property
    def sealed(self) -> bytes: ...
    @property
    def sealed_key(self) -> bytes: ...


class NoSuchReport(Exception):
    """There is no report with this id, or it lies at a desk that the member is not at: one looks like the other."""


class Withdrawn(NoSuchReport):
    """Its reporter withdrew it, on this day; nothing of it is left."""

    def __init__(self, on: date) -> None:
        super().__init__(on)
        self.on = on


class StaleReport(Exception):
    """The report was changed since it was read, by a colleague or, if `has_news`, by its reporter.

    `incident` is what it rests on now, if on any.
    """

    def __init__(self, report: UUID, incident: UUID | None, *, has_news: bool) -> None:
        super().__init__(str(report))
        self.report = report
        self.incident = incident
        self.has_news = has_news


class NotTaken(Exception):
    """The member has not taken the report, or somebody else has: `holder` says who."""

    def __init__(self, report: UUID, holder: str | None) -> None:
        super().__init__(str(report))
        self.report = report
        self.holder = holder


class NotAQuestion(Exception):
    """The message is empty or too long; `reason` is "missing" or "too_long"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Said:
    """One message, as the desk reads it."""

    kind: MessageKind
    sent_on: date
    text: str | None


@dataclass(frozen=True)
class Opened:
    """A report as its reader at the desk sees it."""

    id: UUID
    version: int
    received_on: date
    handling: Handling
    desk: str
    incident: UUID | None
    set_aside_reason: str | None
    holder: str | None
    content: Report | None
    """None while the reader has not taken the report."""
    messages: list[Said]
    history: list[Entry]
    has_news: bool
    """The reporter sent something since the reader took it."""


def read_report(session: Session, report: UUID, *, member: Member, now: datetime) -> Opened:
    """A report, its messages and its history; without its words for one who has not taken it.

    Raises NoSuchReport; Withdrawn is one, here and below.
    """
    row = _row(session, report, member)
    is_taken = _is_taken_by(row, member, now)
    private = private_keys(session, member)
    return Opened(
        row.id,
        row.version,
        row.received_on,
        row.handling,
        session.get_one(DeskKey, row.epoch).desk,
        row.incident_id,
        row.set_aside_reason,
        holder_of(row, member_names(session), now),
        content_of(row, private) if is_taken else None,
        [_said(message, private) for message in messages_of(session, row.id)] if is_taken else [],
        [entry for entry, _ in entries(session, subject=f"report:{row.id}")],
        row.has_news and is_taken,
    )


def withdrawals(session: Session, *, since: datetime) -> list[date]:
    """The days on which reporters withdrew reports, the newest first."""
    taken_back = entries(session, action=WITHDRAW_REPORT, since=since)
    return [entry.at.date() for entry, _ in taken_back if entry.subject.startswith("report:")][::-1]


def reports_of(session: Session, incident: UUID, *which: sa.ColumnElement[bool]) -> list[UUID]:
    """The reports that an incident rests on, or those of them that are meant."""
    query = sa.select(stored.Report.id).where(stored.Report.incident_id == incident, *which)
    return list(session.scalars(query.order_by(stored.Report.id)))


def reports_within(session: Session, incident: UUID, member: Member) -> tuple[list[UUID], int]:
    """As `reports_of`, those at desks that the member works at; and how many lie at others."""
    own = reports_of(session, incident, stored.Report.epoch.in_(epochs_open_to(session, member.id)))
    return own, len(reports_of(session, incident)) - len(own)


def take_report(session: Session, report: UUID, *, member: Member, now: datetime) -> int:
    """Take a report for twenty minutes, from a colleague too: both is visible and in the audit trail.

    Gives the report's version from now on. Raises NoSuchReport.
    """
    row = _row(session, report, member, to_change=True)
    action = "take"
    if holder_of(row, member_names(session), now) and row.lease_member_id != member.id:
        action = "take_over"
    before = row.handling
    if row.handling in {Handling.RECEIVED, Handling.QUARANTINED}:
        row.handling = step(HANDLING, row.handling, Handling.IN_TRIAGE)
    row.lease_member_id, row.lease_until = member.id, now + LEASE
    row.has_news = False
    session.flush()
    note(session, action, f"report:{row.id}", member, now, before=before.value, after=row.handling.value)
    return row.version


def put_back(session: Session, report: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Let go of a report: it waits again, or rests on its incident as before.

    Raises NoSuchReport, NotTaken, StaleReport.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    before = row.handling
    if row.handling is Handling.IN_TRIAGE:
        row.handling = step(HANDLING, row.handling, Handling.LINKED if row.incident_id else Handling.RECEIVED)
    row.lease_member_id = row.lease_until = None
    session.flush()
    note(session, "put_back", f"report:{row.id}", member, now, before=before.value, after=row.handling.value)


def ask(session: Session, report: UUID, typed: str, *, version: int, member: Member, now: datetime) -> None:
    """Put a question to the reporter, sealed for them and for the desk.

    Raises NoSuchReport, NotTaken, StaleReport, NotAQuestion, NoDeskKey, core.incident.NotAllowed.
    """
    text = _message_text(typed)
    row = taken_row(session, report, version=version, member=member, now=now)
    before = row.handling
    if row.handling is not Handling.AWAITING_REPORTER:
        row.handling = step(HANDLING, row.handling, Handling.AWAITING_REPORTER)
    _say(session, row, MessageKind.QUESTION, text, now)
    note(session, "ask", f"report:{row.id}", member, now, before=before.value, after=row.handling.value)


def tell(session: Session, report: UUID, typed: str, *, version: int, member: Member, now: datetime) -> None:
    """Say something to the reporter that needs no answer: the report stays where it stands.

    Raises NoSuchReport, NotTaken, StaleReport, NotAQuestion, NoDeskKey.
    """
    text = _message_text(typed)
    row = taken_row(session, report, version=version, member=member, now=now)
    _say(session, row, MessageKind.NOTICE, text, now)
    note(session, "tell", f"report:{row.id}", member, now, before=row.handling.value, after=row.handling.value)


def _message_text(typed: str) -> str:
    text = plain_text(typed)
    if not text or len(text) > LONGEST_QUESTION:
        raise NotAQuestion("too_long" if text else "missing")
    return text


def _say(session: Session, row: stored.Report, kind: MessageKind, text: str, now: datetime) -> None:
    """Seal a message for the reporter and for the desk. A page that does not show it is out of date from now on."""
    desk_key = key_beside(session, row.epoch)
    if desk_key is None:
        raise NoDeskKey
    session.add(
        Message(
            id=uuid4(),
            report_id=row.id,
            number=next_number(session, row.id),
            kind=kind,
            sent_on=now.date(),
            epoch=desk_key.epoch,
            sealed_for_desk=sealing.seal_to(desk_key.public, text.encode()),
            sealed_for_reporter=sealing.seal_to(row.reporter_public, text.encode()),
        )
    )
    flag_modified(row, "handling")
    session.flush()


def set_aside(session: Session, report: UUID, reason: str, *, version: int, member: Member, now: datetime) -> None:
    """Settle that a report is not counted, and why (a code of `set_aside_reason`). It may rest on no incident.

    Raises NoSuchReport, NotTaken, StaleReport, core.incident.NotAllowed.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    if row.incident_id is not None:
        raise NotAllowed(row.handling, Handling.SET_ASIDE)
    before, row.handling = row.handling, step(HANDLING, row.handling, Handling.SET_ASIDE)
    row.set_aside_reason = reason
    # The same id as the report's would lead back to it: a new one, found again by quarter and reason.
    session.add(SetAside(id=uuid4(), quarter=str(Quarter.of(now.date())), reason=reason))
    session.flush()
    note(
        session,
        "set_aside",
        f"report:{row.id}",
        member,
        now,
        before=before.value,
        after=row.handling.value,
        reason=reason,
    )


def bring_back(session: Session, report: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Undo setting aside; what a release has counted already stays counted.

    Raises NoSuchReport, NotTaken, StaleReport, core.incident.NotAllowed.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    if row.set_aside_reason is None:
        raise NotAllowed(row.handling, Handling.IN_TRIAGE)
    before, row.handling = row.handling, step(HANDLING, row.handling, Handling.IN_TRIAGE)
    tally = session.scalars(
        sa.select(SetAside)
        .where(SetAside.reason == row.set_aside_reason, SetAside.batch.is_(None))
        .order_by(SetAside.quarter.desc())
        .limit(1)
    ).first()
    if tally is not None:
        session.delete(tally)
    row.set_aside_reason = None
    session.flush()
    note(session, "bring_back", f"report:{row.id}", member, now, before=before.value, after=row.handling.value)


def taken_row(session: Session, report: UUID, *, version: int, member: Member, now: datetime) -> stored.Report:
    """The row of a report that this member holds and that nobody has changed since it was read: no news then.

    Raises NoSuchReport, NotTaken, StaleReport.
    """
    row = _row(session, report, member, to_change=True)
    if row.version != version:
        raise StaleReport(row.id, row.incident_id, has_news=row.has_news)
    _check_taken(session, row, member, now)
    row.has_news = False
    return row


def held_row(session: Session, report: UUID, *, member: Member, now: datetime) -> stored.Report:
    """The row of a report that this member holds, to read. Raises NoSuchReport, NotTaken."""
    row = _row(session, report, member)
    _check_taken(session, row, member, now)
    return row


def _check_taken(session: Session, row: stored.Report, member: Member, now: datetime) -> None:
    if not _is_taken_by(row, member, now):
        raise NotTaken(row.id, holder_of(row, member_names(session), now))


def partner_of(session: Session, row: stored.Report, member: Member) -> str | None:
    """The organisation in whose batch a report came; None for all others, and where the member cannot open it."""
    found = content_of(row, private_keys(session, member))
    return (found.partner or None) if found else None


def is_within(session: Session, row: stored.Report, member: Member) -> bool:
    """Whether the member works at the desk that a report lies at."""
    return row.epoch in epochs_open_to(session, member.id)


def _row(session: Session, report: UUID, member: Member, *, to_change: bool = False) -> stored.Report:
    row = session.get(stored.Report, report, with_for_update=to_change)
    if row is not None and not is_within(session, row, member):
        raise NoSuchReport
    if row is None:
        taken_back = next(entries(session, subject=f"report:{report}", action=WITHDRAW_REPORT), None)
        raise Withdrawn(taken_back[0].at.date()) if taken_back else NoSuchReport
    return row


def _is_taken_by(row: stored.Report, member: Member, now: datetime) -> bool:
    return row.lease_member_id == member.id and is_taken(row.lease_until, now)


def is_taken(lease_until: datetime | None, now: datetime) -> bool:
    return lease_until is not None and lease_until > now


class Leased(Protocol):
    """What it takes of a report's row to tell who has it."""

    @property
    def lease_member_id(self) -> UUID | None: ...
    @property
    def lease_until(self) -> datetime | None: ...


def holder_of(row: Leased, names: dict[UUID, str], now: datetime) -> str | None:
    """The name of the member who has a report just now."""
    if row.lease_member_id is None or not is_taken(row.lease_until, now):
        return None
    return names[row.lease_member_id]


def private_keys(session: Session, member: Member) -> Callable[[int], bytes]:
    """Opens the desk key of an epoch at most once. Raises services.keys.NoGrant when called."""

    @cache
    def private(epoch: int) -> bytes:
        return keys.desk_private(session, epoch, member.id, member.key)

    return private


def content_of(row: Sealed, private: Callable[[int], bytes]) -> Report | None:
    """What a report says; None if the member's key does not open it."""
    try:
        opened = opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=private(row.epoch))
    except (keys.NoGrant, CannotOpen):
        return None
    return from_bytes(opened)


def _said(message: Message, private: Callable[[int], bytes]) -> Said:
    try:
        text: str | None = opening.open_message(message.sealed_for_desk, private(message.epoch))
    except (keys.NoGrant, CannotOpen):
        text = None
    return Said(message.kind, message.sent_on, text)
