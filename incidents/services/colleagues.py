"""What members and administrators do to other members: new passwords and second factors, letting in, shutting out."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from incidents.adapters import passwords, second_factor
from incidents.core.accounts import Role, typed_password
from incidents.core.desks import NATIONAL
from incidents.db import account as stored
from incidents.db.account import MemberRole, member_by_name
from incidents.db.audit import record
from incidents.db.desk import Desk, all_desks, desks_of
from incidents.services import invitations, keys, passkeys, spare_codes
from incidents.services.accounts import Enrolled, Member, add_member, end_sessions
from incidents.services.invitations import Waiting

_DRAWN_GROUPS = 6
"""Of 16 bits each, of a password that an administrator reads out."""


class NoSuchMember(Exception):
    """There is no member with this id."""


class NothingHeld(Exception):
    """The member who lets in opens nothing themselves."""


class Oneself(Exception):
    """This is done to others only."""


class SamePerson(Exception):
    """What takes two administrators was asked for by one."""


@dataclass(frozen=True)
class Colleague:
    """A member as the others see them."""

    id: UUID
    name: str
    roles: frozenset[Role]
    is_out: bool
    holds_key: bool
    """Whether they can open what arrives now at every desk that they work at."""
    partner: str | None
    """The organisation that they send tables for."""
    waiting: Waiting | None
    """They came by an invitation and were not let in yet."""


def colleagues(session: Session) -> list[Colleague]:
    """All members, by name."""
    waiting = invitations.waiting(session)
    holders = {desk.code: keys.holders_of_now(session, desk.code) for desk in all_desks(session)}
    rows = session.scalars(
        sa.select(stored.Member).options(orm.selectinload(stored.Member.roles)).order_by(stored.Member.name)
    ).all()
    at = {row.id: desks_of(session, row.id) for row in rows}
    return [
        Colleague(
            row.id,
            row.name,
            frozenset(one.role for one in row.roles),
            row.is_disabled,
            bool(at[row.id]) and all(row.id in holders[desk] for desk in at[row.id]),
            row.partner,
            waiting.get(row.id),
        )
        for row in rows
    ]


def colleague(session: Session, member: UUID) -> Colleague:
    """Raises NoSuchMember."""
    found = next((one for one in colleagues(session) if one.id == member), None)
    if found is None:
        raise NoSuchMember
    return found


def enrol_anew(
    session: Session,
    name: str,
    password: str,
    roles: Collection[Role],
    *,
    language: str,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
) -> Enrolled:
    """As `add_member`, also for a member who lost everything: they start with nothing, like a new one."""
    row = member_by_name(session, name)
    if row is None:
        return add_member(
            session, name, password, roles, language=language, token_key=token_key, memory_mib=memory_mib, now=now
        )
    reset_password(session, row.id, password, memory_mib=memory_mib, actor="system", now=now)
    secret, row.sealed_totp_secret = second_factor.new_secret(token_key)
    row.last_totp_step, row.is_disabled = 0, False
    held = {given.role for given in row.roles}
    session.add_all(MemberRole(member_id=row.id, role=role) for role in set(roles) - held)
    spare_codes.void(session, row.id)
    keys.take_grants(session, row.id)
    keys.spend_recovery_code(session, row.id)
    pair = keys.unlock_member_key(session, row.id, typed_password(password), memory_mib=memory_mib)
    record(session, at=now, actor="system", action="enrol_anew", subject=f"member:{row.id}", after=name)
    return Enrolled(row.id, secret, keys.new_recovery_code(session, row.id, pair))


def reset_password(
    session: Session, member: UUID, password: str, *, memory_mib: int, actor: str, now: datetime
) -> None:
    """A new password from an administrator. The member comes in with a key that opens nothing.

    Their recovery code brings the earlier key back; without it another member has to let them in again. Their passkeys
    are gone: whoever was in the account could have added one.
    """
    row = session.get_one(stored.Member, member)
    password = typed_password(password)
    row.password_hash = passwords.hash_password(password)
    row.failures, row.locked_until = 0, None
    keys.replace_member_key(session, member, password, memory_mib=memory_mib)
    passkeys.void(session, member)
    end_sessions(session, member)
    record(session, at=now, actor=actor, action="reset_password", subject=f"member:{member}", after=row.name)


def reset_second_factor(
    session: Session, member: UUID, *, token_key: bytes, actors: tuple[str, str], now: datetime
) -> str:
    """A new second factor, which takes two administrators; its secret, to be shown once. Raises SamePerson."""
    if actors[0] == actors[1]:
        raise SamePerson
    row = session.get_one(stored.Member, member)
    secret, row.sealed_totp_secret = second_factor.new_secret(token_key)
    row.last_totp_step = 0
    spare_codes.void(session, member)
    passkeys.void(session, member)
    end_sessions(session, member)
    subject = f"member:{member}"
    record(session, at=now, actor=actors[0], action="reset_second_factor", subject=subject, reason=f"with {actors[1]}")
    return secret


def revoke_member(session: Session, member: UUID, *, actor: str, now: datetime, reason: str) -> dict[str, int]:
    """Shut a member out: no session, no key, and a new one for the others at each desk that they were at.

    The epochs, by desk. Raises services.keys.LastHolder.
    """
    row = session.get_one(stored.Member, member)
    desks = sorted(desks_of(session, member))
    for desk in desks:
        keys.check_others_hold(session, desk, member)
    row.is_disabled = True
    passkeys.void(session, member)
    end_sessions(session, member)
    keys.take_grants(session, member)
    invitations.forget(session, member)
    record(session, at=now, actor=actor, action="revoke_member", subject=f"member:{member}", reason=reason)
    why = f"member:{member} revoked"
    return {desk: keys.rotate(session, actor=actor, now=now, reason=why, desk=desk) for desk in desks}


@dataclass(frozen=True)
class Offered:
    """A desk that a colleague can be let in to."""

    desk: Desk
    is_usual: bool
    """They are at it already; or they are at none, and newcomers go there."""


def desks_to_share(session: Session, member: UUID, *, by: Member) -> list[Offered]:
    """The desks whose keys `by` holds, for a site with several: the colleague opens there what `by` opens.

    None on a site with one desk, and for a partner, who is given no key.
    """
    everywhere = all_desks(session)
    if len(everywhere) < 2 or keys.is_partner(session, member):
        return []
    held = {*keys.desks_by_epoch(session, keys.held_epochs(session, by.id, by.key)).values()}
    usual = desks_of(session, member) or ({NATIONAL} & held) or held
    return [Offered(desk, desk.code in usual) for desk in everywhere if desk.code in held]


def readmit_colleague(
    session: Session, member: UUID, *, by: Member, now: datetime, desks: Collection[str] = ()
) -> None:
    """Let a colleague open what `by` opens at these desks: again, or for the first time and as they were invited.

    Without any desk as `services.keys.share_desk_keys` chooses. A partner is given no key. Raises NothingHeld,
    services.invitations.SamePerson.
    """
    invitations.admit(session, member, by=by.id, actor=by.name, now=now)
    if keys.is_partner(session, member):
        return
    if not keys.readmit(session, member, by=by.id, by_key=by.key, actor=by.name, now=now, desks=desks):
        raise NothingHeld


def reset_colleague(session: Session, member: UUID, *, by: Member, memory_mib: int, now: datetime) -> str:
    """A new password for a colleague, drawn, to be shown once. They open nothing with it. Raises Oneself."""
    if member == by.id:
        raise Oneself
    password = "-".join(secrets.token_hex(2) for _ in range(_DRAWN_GROUPS))
    reset_password(session, member, password, memory_mib=memory_mib, actor=by.name, now=now)
    return password


def revoke_colleague(session: Session, member: UUID, *, by: Member, reason: str, now: datetime) -> None:
    """As `revoke_member`. Raises Oneself, services.keys.LastHolder."""
    if member == by.id:
        raise Oneself
    revoke_member(session, member, actor=by.name, now=now, reason=reason)
