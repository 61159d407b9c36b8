"""Withdrawing a release: one member asks with a reason, another approves. Its files stay, and everybody is told.

For the protection of later releases it stays published: whoever has its files has them for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.accounts import MemberId
from incidents.core.periods import in_serbia
from incidents.core.script import to_latin
from incidents.db import audit
from incidents.db.account import Member, member_names
from incidents.db.release import Release, ReleaseState, ReleaseWithdrawal
from incidents.services.published import NotFound

REASONS = ("wrong_count", "wrong_rows", "wrong_method", "other")
LONGEST = 500
"""Letters of a sentence."""


class NotSaid(Exception):
    """A reason or a sentence is missing or too long, or the Serbian one is not in Cyrillic letters."""


class NotItsPlace(Exception):
    """The release that shall take its place is none that is published, or is itself or one that was withdrawn."""


class AlreadyWithdrawn(Exception):
    """Two members have withdrawn it."""


class OwnRequest(Exception):
    """The member asked for it; it takes another to approve it."""


class OtherRequest(Exception):
    """What is asked for is not what the member has read."""


@dataclass(frozen=True)
class Reason:
    """Why a release shall not be used any more, for everybody to read."""

    code: str
    english: str
    serbian: str
    """In Cyrillic letters."""
    replaced_by: int | None = None


@dataclass(frozen=True)
class Request:
    """What waits for a second member."""

    number: int
    reason: Reason
    asked_by: MemberId
    asker: str
    digest: str


def ask(session: Session, number: int, reason: Reason, *, member: MemberId, now: datetime) -> None:
    """Ask that a release be withdrawn; it replaces what was asked before.

    Raises NotFound, NotSaid, NotItsPlace, AlreadyWithdrawn.
    """
    _published(session, number)
    is_said = all(0 < len(one) <= LONGEST for one in (reason.english, reason.serbian))
    if reason.code not in REASONS or not is_said or to_latin(reason.serbian) == reason.serbian:
        raise NotSaid
    _check_place(session, number, reason.replaced_by)
    row = session.get(ReleaseWithdrawal, number, with_for_update=True)
    if row and row.withdrawn_on:
        raise AlreadyWithdrawn
    if row is None:
        row = ReleaseWithdrawal(release_number=number)
        session.add(row)
    row.reason, row.english, row.serbian = reason.code, reason.english, reason.serbian
    row.replaced_by, row.asked_by = reason.replaced_by, member
    session.flush()
    _record(session, "ask_to_withdraw_release", row, member, now)


def approve(session: Session, number: int, *, digest: str, member: MemberId, now: datetime) -> None:
    """Withdraw a release for good. `digest` is that of what the member has read.

    Raises NotFound, OwnRequest, OtherRequest, NotItsPlace, AlreadyWithdrawn.
    """
    row = session.get(ReleaseWithdrawal, number, with_for_update=True)
    if row is None:
        raise NotFound
    if row.withdrawn_on:
        raise AlreadyWithdrawn
    if row.asked_by == member:
        raise OwnRequest
    if _digest(row) != digest:
        raise OtherRequest
    _check_place(session, number, row.replaced_by)
    row.approved_by, row.withdrawn_on = member, in_serbia(now).date()
    session.flush()
    _record(session, "withdraw_release", row, member, now)


def requests(session: Session) -> dict[int, Request]:
    """What waits for a second member, by number of the release."""
    names = member_names(session)
    rows = session.scalars(sa.select(ReleaseWithdrawal).where(ReleaseWithdrawal.withdrawn_on.is_(None)))
    return {
        row.release_number: Request(
            row.release_number,
            Reason(row.reason, row.english, row.serbian, row.replaced_by),
            MemberId(row.asked_by),
            names[MemberId(row.asked_by)],
            _digest(row),
        )
        for row in rows
    }


def _published(session: Session, number: int) -> None:
    release = session.get(Release, number)
    if release is None or release.state is not ReleaseState.PUBLISHED:
        raise NotFound


def _check_place(session: Session, number: int, other: int | None) -> None:
    if other is None:
        return
    found, withdrawal = session.get(Release, other), session.get(ReleaseWithdrawal, other)
    is_gone = withdrawal is not None and withdrawal.withdrawn_on is not None
    if other == number or found is None or found.state is not ReleaseState.PUBLISHED or is_gone:
        raise NotItsPlace


def _digest(row: ReleaseWithdrawal) -> str:
    parts = (str(row.release_number), row.reason, row.english, row.serbian, str(row.replaced_by or ""))
    return sha256(b"".join(sha256(part.encode()).digest() for part in parts)).hexdigest()


def _record(session: Session, action: str, row: ReleaseWithdrawal, member: MemberId, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor=session.get_one(Member, member).name,
        action=action,
        subject=f"release:{row.release_number}",
        after=str(row.replaced_by or ""),
        reason=row.reason,
    )
