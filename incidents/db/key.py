"""Public halves, and private halves that are themselves sealed. No row here opens anything alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.desks import NATIONAL
from incidents.db.base import Base, Digest
from incidents.db.desk import DeskArea, DeskMember


class DeskKey(Base):
    """The key that reports of a desk are sealed to, one an epoch. Its private half is only in its grants."""

    __tablename__ = "desk_key"

    epoch: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    """Of all desks together: no two have the same."""
    desk: orm.Mapped[str] = orm.mapped_column(sa.String(40), default=NATIONAL)
    public: orm.Mapped[Digest]
    created_on: orm.Mapped[date]
    opened_on: orm.Mapped[date | None]
    """Since when reports are sealed to it; none while the site waits for its recovery to be in order."""
    retired_on: orm.Mapped[date | None]


class MemberKey(Base):
    """A member's key pair; the private half under the password, and under a recovery code once there is one."""

    __tablename__ = "member_key"

    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    public: orm.Mapped[Digest]
    salt: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary(16))
    under_password: orm.Mapped[bytes]
    recovery_salt: orm.Mapped[bytes | None] = orm.mapped_column(sa.LargeBinary(16))
    under_recovery_code: orm.Mapped[bytes | None]
    recovery_public: orm.Mapped[bytes | None] = orm.mapped_column(sa.LargeBinary(32))
    """Of the key that the recovery code opens: an earlier one after an administrator gave a new password."""
    recovery_confirmed_on: orm.Mapped[date | None]
    """When the member typed the code back."""
    created_on: orm.Mapped[date]


class RecoveryKey(Base):
    """A key whose private half never touched this machine's disk: the trustees hold it in shares."""

    __tablename__ = "recovery_key"

    number: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public: orm.Mapped[Digest]
    created_on: orm.Mapped[date]


class RecoveryShare(Base):
    """One printed share of a recovery key: enough to know it again when it is read back, not to learn it."""

    __tablename__ = "recovery_share"

    recovery_number: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("recovery_key.number"), primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    digest: orm.Mapped[Digest]
    read_back_on: orm.Mapped[date | None]


class KeyGrant(Base):
    """The private half of a desk key, sealed to one member's key or to the recovery key."""

    __tablename__ = "key_grant"
    __table_args__ = (
        sa.CheckConstraint("(member_id IS NULL) <> (recovery_number IS NULL)", name="one_holder"),
        sa.UniqueConstraint("epoch", "member_id"),
        sa.UniqueConstraint("epoch", "recovery_number", name="uq_key_grant_recovery"),
    )

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    member_id: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"), index=True)
    recovery_number: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("recovery_key.number"))
    sealed_to: orm.Mapped[Digest]
    """The public half of the key that opens it: the member's of now, or an earlier one."""
    sealed_private: orm.Mapped[bytes]


def current_desk_key(session: orm.Session, desk: str = NATIONAL) -> DeskKey | None:
    """The key that reports of a desk are sealed to; none while it takes none."""
    key = newest_desk_key(session, desk)
    return key if key is not None and key.opened_on is not None else None


def newest_desk_key(session: orm.Session, desk: str = NATIONAL) -> DeskKey | None:
    """The desk's key of now, whether anything is sealed to it already or not."""
    return session.scalar(
        sa.select(DeskKey)
        .where(DeskKey.desk == desk, DeskKey.retired_on.is_(None))
        .order_by(DeskKey.epoch.desc())
        .limit(1)
    )


def keys_by_municipality(session: orm.Session) -> dict[str, DeskKey]:
    """The key of the desk whose area a municipality lies in, of those that take reports."""
    query = (
        sa.select(DeskArea.municipality, DeskKey)
        .join(DeskKey, DeskKey.desk == DeskArea.desk)
        .where(DeskKey.retired_on.is_(None), DeskKey.opened_on.is_not(None))
    )
    return {row.municipality: row.DeskKey for row in session.execute(query)}


def key_beside(session: orm.Session, epoch: int) -> DeskKey | None:
    """What to seal to for the desk that something of this epoch lies at; none while it takes none."""
    return current_desk_key(session, session.get_one(DeskKey, epoch).desk)


def epochs_open_to(session: orm.Session, member: UUID) -> frozenset[int]:
    """Epochs of the desks that a member works at. Whether their key opens each is another question."""
    query = sa.select(DeskKey.epoch).join(DeskMember, DeskMember.desk == DeskKey.desk)
    return frozenset(session.scalars(query.where(DeskMember.member_id == member)))


def newest_recovery_key(session: orm.Session) -> RecoveryKey | None:
    return session.scalar(sa.select(RecoveryKey).order_by(RecoveryKey.number.desc()).limit(1))


def shares_of(session: orm.Session, recovery: int) -> list[RecoveryShare]:
    query = sa.select(RecoveryShare).where(RecoveryShare.recovery_number == recovery)
    return list(session.scalars(query.order_by(RecoveryShare.number)))
