"""A report given to another desk: all that opens it is sealed to that desk's key, and no more to this one's."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.sealing import CannotOpen
from incidents.core.incident import HANDLING, Handling, NotAllowed, step
from incidents.db.desk import Desk, all_desks
from incidents.db.key import DeskKey, current_desk_key
from incidents.db.report import Message, SentFile
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.moderation import taken_row

_FROM = frozenset({Handling.IN_TRIAGE, Handling.AWAITING_REPORTER})


class Why(enum.Enum):
    """Codes of reasons. No words: the audit trail is not sealed."""

    PLACE = "place"
    LANGUAGE = "language"
    KNOWLEDGE = "knowledge"
    TOO_CLOSE = "too_close"


class NoOtherDesk(Exception):
    """There is no such desk, it takes nothing yet, or the report lies there already."""


def desks_beside(session: Session, desk: str) -> Sequence[Desk]:
    """Those that a report of this desk can be given to: all others that take reports."""
    return [one for one in all_desks(session) if one.code != desk and current_desk_key(session, one.code) is not None]


def hand_over(
    session: Session, report: UUID, desk: str, why: Why, *, version: int, member: Member, now: datetime
) -> None:
    """Give a report, with its messages and files, to another desk; it waits there. Whoever read it here has read it.

    One that belongs to an incident stays, because others decided on it here. Raises NoSuchReport, NotTaken,
    StaleReport, core.incident.NotAllowed, NoOtherDesk, and services.keys.NoGrant where the member's key does not open
    all of it: then nothing is changed.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    before = session.get_one(DeskKey, row.epoch).desk
    key = current_desk_key(session, desk)
    if key is None or desk == before:
        raise NoOtherDesk
    if row.handling not in _FROM or row.incident_id is not None:
        raise NotAllowed(row.handling, Handling.RECEIVED)
    if row.handling is Handling.IN_TRIAGE:
        row.handling = step(HANDLING, row.handling, Handling.RECEIVED)
    row.lease_member_id = row.lease_until = None
    for message in session.scalars(sa.select(Message).where(Message.report_id == row.id)):
        message.sealed_for_desk = _sealed_to(session, key, message.sealed_for_desk, message.epoch, member)
        message.epoch = key.epoch
    for file in session.scalars(sa.select(SentFile).where(SentFile.report_id == row.id)):
        file.sealed_key = _sealed_to(session, key, file.sealed_key, file.epoch, member)
        file.epoch = key.epoch
    row.sealed_key = _sealed_to(session, key, row.sealed_key, row.epoch, member)
    row.epoch = key.epoch
    session.flush()
    note(session, "hand_over", f"report:{row.id}", member, now, before=before, after=desk, reason=why.value)


def _sealed_to(session: Session, key: DeskKey, sealed: bytes, epoch: int, member: Member) -> bytes:
    try:
        return opening.sealed_anew(sealed, keys.desk_private(session, epoch, member.id, member.key), key.public)
    except CannotOpen:
        raise keys.NoGrant from None
