"""Passkeys of members: added, shown in place of a six-digit code, removed. Who may do that, `accounts` asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import passkeys
from incidents.adapters.passkeys import Assertion, NotShown
from incidents.db.account import Passkey, SpentChallenge, spend_challenge
from incidents.db.audit import record

MOST = 10
"""So many a member may have."""
_SPENT_KEPT = timedelta(days=1)
"""A challenge is too old after minutes; days are all that is kept of when one was answered."""


class TooMany(Exception):
    """The member has as many passkeys as they may have."""


@dataclass(frozen=True)
class Listed:
    """A passkey as its member sees it."""

    id: UUID
    name: str
    added_on: date
    fell_back_on: date | None


def listed(session: Session, member: UUID) -> list[Listed]:
    """The passkeys of a member, by name."""
    rows = session.scalars(sa.select(Passkey).where(Passkey.member_id == member).order_by(Passkey.name, Passkey.id))
    return [Listed(row.id, row.name, row.added_on, row.fell_back_on) for row in rows]


def credentials_of(session: Session, member: UUID) -> list[bytes]:
    """What names a member's passkeys to a device, so that it makes no second one for them."""
    return list(session.scalars(sa.select(Passkey.credential_id).where(Passkey.member_id == member)))


def has_any(session: Session, member: UUID) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(Passkey.member_id == member))))


def has_fallen_back(session: Session, member: UUID) -> bool:
    """Whether the member is told that there may be a copy of one of their passkeys, until they remove it."""
    found = sa.exists().where(Passkey.member_id == member, Passkey.fell_back_on.is_not(None))
    return bool(session.scalar(sa.select(found)))


def add(
    session: Session, member: UUID, name: str, assertion: Assertion, *, token_key: bytes, actor: str, now: datetime
) -> None:
    """The passkey that a member made, after both factors. Raises adapters.passkeys.NotShown, TooMany."""
    new = passkeys.made(assertion, token_key, now)
    if not spend_challenge(session, _digest(new.challenge), on=now.date()) or _is_known(session, new.credential_id):
        raise NotShown
    if len(credentials_of(session, member)) >= MOST:
        raise TooMany
    row = Passkey(
        id=uuid4(),
        member_id=member,
        name=name,
        credential_id=new.credential_id,
        public_key=new.public_key,
        counter=new.counter,
        added_on=now.date(),
    )
    session.add(row)
    session.flush()
    record(session, at=now, actor=actor, action="add_passkey", subject=f"member:{member}", after=_subject(row.id))


def shows(session: Session, member: UUID, assertion: Assertion, *, token_key: bytes, actor: str, now: datetime) -> bool:
    """Whether a passkey of this member answered what was asked, for the first time; the challenge is spent by it.

    A counter that is not ahead means that there may be a copy: this passkey opens nothing from then on.
    """
    try:
        row = session.scalar(
            sa.select(Passkey)
            .where(Passkey.member_id == member, Passkey.credential_id == passkeys.credential_of(assertion))
            .with_for_update()
        )
        if row is None:
            return False
        answered = passkeys.shown(assertion, row.public_key, token_key, now)
    except NotShown:
        return False
    if not spend_challenge(session, _digest(answered.challenge), on=now.date()) or row.fell_back_on is not None:
        return False
    if passkeys.has_fallen_back(answered.counter, row.counter):
        row.fell_back_on = now.date()
        told = {"subject": f"member:{member}", "before": f"{row.counter}", "after": f"{answered.counter}"}
        record(session, at=now, actor=actor, action="passkey_fell_back", reason=_subject(row.id), **told)
        return False
    row.counter = answered.counter
    return True


def remove(session: Session, member: UUID, passkey: UUID, *, actor: str, now: datetime) -> None:
    """Does nothing where the member has no such passkey any more."""
    gone = sa.delete(Passkey).where(Passkey.member_id == member, Passkey.id == passkey).returning(Passkey.id)
    if session.scalar(gone) is not None:
        before = _subject(passkey)
        record(session, at=now, actor=actor, action="remove_passkey", subject=f"member:{member}", before=before)


def void(session: Session, member: UUID) -> None:
    """What was added from within the account opens nothing after somebody else has set it anew."""
    session.execute(sa.delete(Passkey).where(Passkey.member_id == member))


def forget_spent(session: Session, *, now: datetime) -> None:
    """Delete what is left of challenges that are too old to be answered again."""
    session.execute(sa.delete(SpentChallenge).where(SpentChallenge.spent_on < now.date() - _SPENT_KEPT))


def _is_known(session: Session, credential_id: bytes) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(Passkey.credential_id == credential_id))))


def _subject(passkey: UUID) -> str:
    return f"passkey:{passkey}"


def _digest(challenge: bytes) -> bytes:
    return blake2b(challenge, digest_size=32, person=b"spent challenge").digest()
