"""When a desk may take reports, and letting it: members who can get back to its key, and shares of the recovery key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.desks import NATIONAL
from incidents.db.audit import record
from incidents.db.key import DeskKey, MemberKey, newest_desk_key, newest_recovery_key, shares_of
from incidents.services.keys import NoKey, holders_of, holders_of_now

FEWEST_CONFIRMED = 2
"""So many members must have confirmed their recovery codes before intake opens."""


@dataclass(frozen=True)
class Readiness:
    """What stands between a desk and its reports."""

    confirmed: int
    """How many members hold its key and have confirmed their recovery codes."""
    shares_made: int
    shares_read_back: int

    @property
    def is_ready(self) -> bool:
        return self.has_members and 0 < self.shares_made == self.shares_read_back

    @property
    def has_members(self) -> bool:
        """All that a further desk needs."""
        return self.confirmed >= FEWEST_CONFIRMED


class NotReady(Exception):
    """Intake cannot open yet; `readiness` says why."""

    def __init__(self, readiness: Readiness) -> None:
        super().__init__(readiness)
        self.readiness = readiness


def readiness(session: Session, desk: str = NATIONAL) -> Readiness:
    holders, recovery = holders_of_now(session, desk), newest_recovery_key(session)
    confirmed = session.scalar(
        sa.select(sa.func.count())
        .select_from(MemberKey)
        .where(MemberKey.member_id.in_(holders), MemberKey.recovery_confirmed_on.is_not(None))
    )
    shares = shares_of(session, recovery.number) if recovery else []
    return Readiness(confirmed or 0, len(shares), sum(share.read_back_on is not None for share in shares))


def open_intake(session: Session, *, actor: str, now: datetime, desk: str = NATIONAL) -> None:
    """Let reports be sealed to the key that a desk has now. Does nothing where they are already.

    The shares are asked for at the national desk only: without it no other takes any. Raises NoKey, NotReady.
    """
    key = newest_desk_key(session, desk)
    if key is None:
        raise NoKey
    found = readiness(session, desk)
    if key.opened_on is None and not (found.is_ready if desk == NATIONAL else found.has_members):
        raise NotReady(found)
    _open(session, key, actor, now)


def open_on_trial(session: Session, *, actor: str, now: datetime, desk: str) -> None:
    """As `open_intake`, once two members hold the key: a trial has no recovery codes. Raises NoKey, NotReady."""
    key = newest_desk_key(session, desk)
    if key is None:
        raise NoKey
    if len(holders_of(session, key.epoch)) < FEWEST_CONFIRMED:
        raise NotReady(readiness(session, desk))
    _open(session, key, actor, now)


def _open(session: Session, key: DeskKey, actor: str, now: datetime) -> None:
    if key.opened_on is not None:
        return
    key.opened_on = now.date()
    subject, after = f"epoch:{key.epoch}", f"desk:{key.desk}"
    record(session, at=now, actor=actor, action="open_intake", subject=subject, after=after)
