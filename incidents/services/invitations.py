"""Invitations: who may become a member, how they enrol by a link, and what they are once they are let in.

Whoever comes by a link has neither a role nor a key: one member invites, and another one, who reads reports, lets in.
An administrator alone can so invent no colleague who would sign what takes two.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from incidents.adapters import second_factor
from incidents.core.accounts import INVITED_FOR, Role, typed_password
from incidents.core.recovery import RecoveryCode
from incidents.core.spare import SpareCode
from incidents.db.account import Member as MemberRow
from incidents.db.account import MemberRole, member_by_name
from incidents.db.audit import record
from incidents.db.invitation import Invitation, InvitationRole
from incidents.services import accounts, spare_codes
from incidents.services.accounts import Member

_TOKEN_BYTES = 32
_NOBODY = "system"
"""In the audit trail this is what nobody did."""


class NameTaken(Exception):
    """There is a member, or an invitation, of this name."""


class NoSuchInvitation(Exception):
    """The link is not of an invitation that works: unknown, used, taken back or too old."""


class SamePerson(Exception):
    """Who invited somebody does not let them in as well."""


@dataclass(frozen=True)
class Invited:
    """An invitation that nobody has come by yet."""

    id: UUID
    name: str
    language: str
    roles: frozenset[Role]
    expires_at: datetime
    has_ended: bool


@dataclass(frozen=True)
class Waiting:
    """Somebody who came by an invitation, and what they will do once they are let in."""

    roles: frozenset[Role]
    invited_by: UUID


@dataclass(frozen=True)
class Arrived:
    """A member who has just enrolled."""

    cookie: bytes
    recovery_code: RecoveryCode
    """To be shown once, as all that follow."""
    spare_codes: list[SpareCode]


def invite(
    session: Session,
    name: str,
    roles: Collection[Role],
    *,
    language: str,
    by: Member,
    now: datetime,
    partner: str | None = None,
) -> str:
    """The secret of a link, to be shown once: only its hash is kept. Raises NameTaken."""
    _delete(session, (Invitation.name == name) & _has_ended(now))
    is_invited = session.scalar(sa.select(Invitation.id).where(Invitation.name == name))
    if is_invited or name == _NOBODY or member_by_name(session, name) is not None:
        raise NameTaken
    token = secrets.token_bytes(_TOKEN_BYTES)
    row = Invitation(
        id=uuid4(),
        name=name,
        language=language,
        token_hash=_hash(token),
        partner=partner,
        invited_by=by.id,
        expires_at=now + INVITED_FOR,
    )
    session.add(row)
    session.flush()
    session.add_all(InvitationRole(invitation_id=row.id, role=role) for role in roles)
    told = ", ".join(sorted(role.value for role in roles))
    record(session, at=now, actor=by.name, action="invite", subject=_subject(row.id), after=name, reason=told)
    return urlsafe_b64encode(token).decode().rstrip("=")


def invitations(session: Session, *, now: datetime) -> list[Invited]:
    """Those that nobody has come by, by name."""
    query = sa.select(Invitation).where(Invitation.member_id.is_(None)).order_by(Invitation.name)
    return [_shown(row, now) for row in session.scalars(query.options(orm.selectinload(Invitation.roles)))]


def take_back(session: Session, invitation: UUID, *, by: Member, now: datetime) -> None:
    """The link leads nowhere from now on. Does nothing where somebody has come by it, or it is gone."""
    row = session.get(Invitation, invitation, with_for_update=True)
    if row is None or row.member_id is not None:
        return
    _delete(session, Invitation.id == row.id)
    record(session, at=now, actor=by.name, action="take_back_invitation", subject=_subject(row.id), after=row.name)


def invited(session: Session, token: str, *, now: datetime) -> Invited:
    """Whom a link invites. Raises NoSuchInvitation."""
    return _shown(_row_of(session, token, now), now)


def offer_second_factor(session: Session, token: str, *, token_key: bytes, now: datetime) -> tuple[str, str]:
    """A second factor's secret to show, and the same sealed for the page to carry. Nothing is kept.

    Raises NoSuchInvitation.
    """
    row = _row_of(session, token, now)
    secret, sealed = second_factor.offered_secret(token_key, row.id.bytes)
    return secret, urlsafe_b64encode(sealed).decode()


def offered_again(session: Session, token: str, sealed: str, *, token_key: bytes, now: datetime) -> str:
    """The secret that a page carries. Raises NoSuchInvitation, adapters.sealing.CannotOpen."""
    row = _row_of(session, token, now)
    return second_factor.offered(_decoded(sealed), token_key, row.id.bytes)


def accept(
    session: Session,
    token: str,
    password: str,
    sealed: str,
    code: str,
    *,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
) -> Arrived | None:
    """Somebody enrols, and the link is used up; None where the code is not of the second factor that was offered.

    They are logged in, with neither a role nor a key of the desk. Raises NoSuchInvitation, adapters.sealing.CannotOpen.
    """
    row = _row_of(session, token, now, to_change=True)
    secret = second_factor.offered(_decoded(sealed), token_key, row.id.bytes)
    step = second_factor.step_of(code, second_factor.sealed_secret(secret, token_key), token_key, now, after=0)
    if step is None:
        return None
    if member_by_name(session, row.name) is not None:
        raise NoSuchInvitation
    enrolled = accounts.add_member(
        session,
        row.name,
        password,
        (),
        language=row.language,
        token_key=token_key,
        memory_mib=memory_mib,
        now=now,
        actor=row.name,
        secret=secret,
    )
    member = session.get_one(MemberRow, enrolled.id)
    member.last_totp_step, member.partner = step, row.partner
    row.token_hash, row.member_id = None, member.id
    record(session, at=now, actor=row.name, action="accept_invitation", subject=_subject(row.id))
    cookie = accounts.open_session(session, member, typed_password(password), memory_mib=memory_mib, now=now)
    spare = spare_codes.make(session, member.id, token_key=token_key, actor=member.name, now=now)
    return Arrived(cookie, enrolled.recovery_code, spare)


def waiting(session: Session) -> dict[UUID, Waiting]:
    """Members who came by an invitation and were not let in yet."""
    query = sa.select(Invitation).where(Invitation.member_id.is_not(None))
    return {
        row.member_id: Waiting(frozenset(one.role for one in row.roles), row.invited_by)
        for row in session.scalars(query.options(orm.selectinload(Invitation.roles)))
        if row.member_id is not None
    }


def admit(session: Session, member: UUID, *, by: UUID, actor: str, now: datetime) -> None:
    """Give a member who was invited the roles that they were invited for. Does nothing to others. Raises SamePerson."""
    found = waiting(session).get(member)
    if found is None:
        return
    if found.invited_by == by:
        raise SamePerson
    session.add_all(MemberRole(member_id=member, role=role) for role in found.roles)
    forget(session, member)
    told = ", ".join(sorted(role.value for role in found.roles))
    record(session, at=now, actor=actor, action="admit_member", subject=f"member:{member}", reason=told)


def forget(session: Session, member: UUID) -> None:
    """What a member was invited for: they were let in, or shut out."""
    _delete(session, Invitation.member_id == member)


def forget_ended(session: Session, *, now: datetime) -> None:
    """Delete invitations that nobody came by in time."""
    _delete(session, _has_ended(now))


def _delete(session: Session, which: sa.ColumnElement[bool]) -> None:
    gone = sa.select(Invitation.id).where(which)
    session.execute(sa.delete(InvitationRole).where(InvitationRole.invitation_id.in_(gone)))
    session.execute(sa.delete(Invitation).where(which))


def _has_ended(now: datetime) -> sa.ColumnElement[bool]:
    return Invitation.member_id.is_(None) & (Invitation.expires_at < now)


def _row_of(session: Session, token: str, now: datetime, *, to_change: bool = False) -> Invitation:
    query = sa.select(Invitation).where(Invitation.token_hash == _hash(_decoded(token)), Invitation.expires_at >= now)
    query = query.options(orm.selectinload(Invitation.roles))
    row = session.scalar(query.with_for_update() if to_change else query)
    if row is None:
        raise NoSuchInvitation
    return row


def _shown(row: Invitation, now: datetime) -> Invited:
    roles = frozenset(one.role for one in row.roles)
    return Invited(row.id, row.name, row.language, roles, row.expires_at, row.expires_at < now)


def _decoded(typed: str) -> bytes:
    """Bytes of nothing for what is not in the alphabet of links."""
    try:
        return urlsafe_b64decode(typed + "=" * (-len(typed) % 4))
    except ValueError:
        return b""


def _hash(token: bytes) -> bytes:
    return blake2b(token, digest_size=32, person=b"invitation").digest()


def _subject(invitation: UUID) -> str:
    return f"invitation:{invitation}"
