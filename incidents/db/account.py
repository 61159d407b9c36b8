"""Members of the desk and their sessions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from incidents.core.accounts import Role
from incidents.db.base import Base, Digest


class Member(Base):
    __tablename__ = "member"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(80), unique=True)
    language: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    password_hash: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    sealed_totp_secret: orm.Mapped[bytes]
    """Under the server's token key: a copy of the database alone gives no second factor."""
    last_totp_step: orm.Mapped[int] = orm.mapped_column(default=0)
    failures: orm.Mapped[int] = orm.mapped_column(default=0)
    locked_until: orm.Mapped[datetime | None]
    is_disabled: orm.Mapped[bool] = orm.mapped_column(default=False)
    has_single_keys: orm.Mapped[bool] = orm.mapped_column(default=True, server_default=sa.true())
    """Whether single letters act on pages of the desk (WCAG 2.2, 2.1.4: they can be turned off)."""
    is_warned: orm.Mapped[bool] = orm.mapped_column(default=True, server_default=sa.true())
    """Whether stories that are hard to read are announced, and stay folded until they are opened."""
    partner: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    """The organisation that a partner sends tables for; of nobody else."""
    spare_used_at: orm.Mapped[datetime | None]
    """When they last came in by a spare code."""

    roles: orm.Mapped[list[MemberRole]] = orm.relationship(lazy="raise")


class MemberRole(Base):
    __tablename__ = "member_role"

    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    role: orm.Mapped[Role] = orm.mapped_column(primary_key=True)


class StoredSpareCode(Base):
    """One that was not used yet, as a hash under the server's token key."""

    __tablename__ = "spare_code"

    digest: orm.Mapped[Digest] = orm.mapped_column(primary_key=True)
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), index=True)


class Passkey(Base):
    """A second factor that lies in a device. What is here opens nothing: the private half never leaves the device."""

    __tablename__ = "passkey"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), index=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    """As its member calls it."""
    credential_id: orm.Mapped[bytes] = orm.mapped_column(unique=True)
    public_key: orm.Mapped[bytes]
    """In the form of COSE (RFC 9052)."""
    counter: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    """How often it was used, as it last said; 0 for ever where a device does not count."""
    added_on: orm.Mapped[date]
    fell_back_on: orm.Mapped[date | None]
    """When its counter was not ahead of the last one, so that there may be a copy. It opens nothing from then on."""


class SpentChallenge(Base):
    """What a passkey has answered once, as a hash; kept until it would be too old anyway."""

    __tablename__ = "spent_challenge"

    digest: orm.Mapped[Digest] = orm.mapped_column(primary_key=True)
    spent_on: orm.Mapped[date]


class LoginSession(Base):
    """One member at one browser. The row is found by the cookie's hash; the cookie opens `sealed_key`."""

    __tablename__ = "login_session"

    token_hash: orm.Mapped[Digest] = orm.mapped_column(primary_key=True)
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), index=True)
    sealed_key: orm.Mapped[bytes]
    started_at: orm.Mapped[datetime]
    seen_at: orm.Mapped[datetime]


_SPEND_ONCE = {
    name: dialect.insert(SpentChallenge.__table__).on_conflict_do_nothing().returning(SpentChallenge.__table__.c.digest)
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}


def spend_challenge(session: orm.Session, digest: bytes, *, on: date) -> bool:
    """Whether nobody has spent it before: one statement, so that no two processes both may."""
    connection = session.connection()
    values = {"digest": digest, "spent_on": on}
    return connection.execute(_SPEND_ONCE[connection.dialect.name], values).first() is not None


def member_by_name(session: orm.Session, name: str) -> Member | None:
    return session.scalar(sa.select(Member).where(Member.name == name).options(orm.selectinload(Member.roles)))


def member_names(session: orm.Session) -> dict[UUID, str]:
    return {row.id: row.name for row in session.execute(sa.select(Member.id, Member.name))}


def member_by_id(session: orm.Session, member: UUID) -> Member | None:
    return session.get(Member, member, options=[orm.selectinload(Member.roles)])
