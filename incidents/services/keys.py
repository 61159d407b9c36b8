"""The desk key and who holds it."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.opening import KeyPair, LockedKey
from incidents.db.key import DeskKey, KeyGrant, MemberKey


class NoKey(Exception):
    """The member has no key of their own yet."""


class NoGrant(Exception):
    """The member's key opens no desk key of this epoch."""


def make_desk_key(session: Session, holders: list[UUID], *, today: date) -> int:
    """A new desk key for the members who hold a key of their own; its epoch. The older one is retired.

    Raises NoKey.
    """
    pair = opening.new_key_pair()
    epoch = (session.scalar(sa.select(sa.func.max(DeskKey.epoch))) or 0) + 1
    session.execute(sa.update(DeskKey).where(DeskKey.retired_on.is_(None)).values(retired_on=today))
    session.add(DeskKey(epoch=epoch, public=pair.public, created_on=today))
    session.flush()
    for holder in holders:
        _grant(session, epoch, pair.private, holder)
    return epoch


def share_desk_keys(session: Session, member: UUID, *, by: UUID, by_key: KeyPair) -> None:
    """Give a member every desk key that the member `by` holds, of all epochs. Raises NoKey."""
    held = session.scalars(sa.select(KeyGrant.epoch).where(KeyGrant.member_id == by).order_by(KeyGrant.epoch))
    for epoch in held.all():
        _grant(session, epoch, desk_private(session, epoch, by, by_key), member)


def add_member_key(session: Session, member: UUID, password: str, *, memory_mib: int, today: date) -> KeyPair:
    pair = opening.new_key_pair()
    locked = opening.lock_key(pair, password, memory_mib=memory_mib)
    session.add(
        MemberKey(
            member_id=member,
            public=locked.public,
            salt=locked.salt,
            under_password=locked.under_password,
            created_on=today,
        )
    )
    session.flush()
    return pair


def unlock_member_key(session: Session, member: UUID, password: str, *, memory_mib: int) -> KeyPair:
    """Raises NoKey, and adapters.sealing.CannotOpen for a wrong password."""
    row = _key_of(session, member)
    return opening.unlock_key(LockedKey(row.public, row.salt, row.under_password), password, memory_mib=memory_mib)


def desk_private(session: Session, epoch: int, member: UUID, key: KeyPair) -> bytes:
    """The private half of a desk key, for a member who holds it. Raises NoGrant."""
    sealed = session.scalar(
        sa.select(KeyGrant.sealed_private).where(KeyGrant.epoch == epoch, KeyGrant.member_id == member)
    )
    if sealed is None:
        raise NoGrant
    return opening.open_grant(sealed, key)


def _grant(session: Session, epoch: int, private: bytes, holder: UUID) -> None:
    row = _key_of(session, holder)
    session.add(
        KeyGrant(
            id=uuid4(),
            epoch=epoch,
            member_id=holder,
            sealed_private=opening.grant(private, row.public),
        )
    )
    session.flush()


def _key_of(session: Session, member: UUID) -> MemberKey:
    row = session.get(MemberKey, member)
    if row is None:
        raise NoKey
    return row
