"""Members: adding them, logging in with two factors, sessions."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening, passwords, second_factor
from incidents.adapters.opening import KeyPair
from incidents.core.accounts import IDLE, LONGEST, Role, typed_password, wait_after
from incidents.db import account as stored
from incidents.db.account import LoginSession, MemberRole, member_by_id, member_by_name
from incidents.db.audit import record
from incidents.db.key import MemberKey
from incidents.services import keys

_TOKEN_BYTES = 32


class NotLoggedIn(Exception):
    """There is no such session, or it has ended."""


@dataclass(frozen=True)
class Member:
    """A member at work: who they are, what they may do, and their unlocked key."""

    id: UUID
    name: str
    language: str
    roles: frozenset[Role]
    key: KeyPair
    seen_at: datetime
    has_single_keys: bool = True
    """Single letters act on pages of the desk."""


@dataclass(frozen=True)
class Enrolled:
    id: UUID
    totp_secret: str
    """To be shown once."""


def add_member(
    session: Session,
    name: str,
    password: str,
    roles: Collection[Role],
    *,
    language: str,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
    actor: str = "system",
) -> Enrolled:
    """A member with a key of their own. They open nothing until somebody shares the desk key with them."""
    secret, sealed = second_factor.new_secret(token_key)
    password = typed_password(password)
    member = stored.Member(
        id=uuid4(),
        name=name,
        language=language,
        password_hash=passwords.hash_password(password),
        sealed_totp_secret=sealed,
    )
    session.add(member)
    session.flush()
    session.add_all(MemberRole(member_id=member.id, role=role) for role in roles)
    keys.add_member_key(session, member.id, password, memory_mib=memory_mib, today=now.date())
    record(session, at=now, actor=actor, action="add_member", subject=f"member:{member.id}", after=name)
    return Enrolled(member.id, secret)


def log_in(
    session: Session,
    name: str,
    password: str,
    code: str,
    *,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
) -> bytes | None:
    """The value of a new session's cookie; None if refused, so that the failure counted is kept.

    Every refusal does the same work.
    """
    password = typed_password(password)
    member = member_by_name(session, name)
    fits = passwords.is_password(password, member.password_hash if member else None)
    if member is None:
        return None
    waits = member.locked_until is not None and member.locked_until > now
    step = second_factor.step_of(code, member.sealed_totp_secret, token_key, now, after=member.last_totp_step)
    if not fits or step is None or waits or member.is_disabled:
        if not waits:
            member.failures += 1
            member.locked_until = now + wait_after(member.failures)
        record(session, at=now, actor=member.name, action="login_refused", subject=f"member:{member.id}")
        return None
    member.failures, member.locked_until, member.last_totp_step = 0, None, step
    pair = keys.unlock_member_key(session, member.id, password, memory_mib=memory_mib)
    cookie = secrets.token_bytes(_TOKEN_BYTES)
    session.add(
        LoginSession(
            token_hash=_hash(cookie),
            member_id=member.id,
            sealed_key=opening.seal_for_session(pair.private, cookie),
            started_at=now,
            seen_at=now,
        )
    )
    record(session, at=now, actor=member.name, action="login", subject=f"member:{member.id}")
    return cookie


def member_of_session(session: Session, cookie: bytes, *, now: datetime) -> Member:
    """Who is at work in this session. Raises NotLoggedIn. Reads only; see `still_here`."""
    row = session.get(LoginSession, _hash(cookie))
    if row is None or now - row.seen_at > IDLE or now - row.started_at > LONGEST:
        raise NotLoggedIn
    member = member_by_id(session, row.member_id)
    key = session.get(MemberKey, row.member_id)
    if member is None or key is None or member.is_disabled:
        raise NotLoggedIn
    private = opening.open_for_session(row.sealed_key, cookie)
    return Member(
        member.id,
        member.name,
        member.language,
        frozenset(given.role for given in member.roles),
        KeyPair(key.public, private),
        row.seen_at,
        member.has_single_keys,
    )


def is_nearly_idle(member: Member, *, now: datetime, spare: timedelta) -> bool:
    """Whether the session has less than `spare` left before it ends for want of work."""
    return IDLE - (now - member.seen_at) < spare


def still_here(session: Session, cookie: bytes, *, now: datetime) -> None:
    """Put the end of the session off: its member has just done something."""
    session.execute(sa.update(LoginSession).where(LoginSession.token_hash == _hash(cookie)).values(seen_at=now))


def log_out(session: Session, cookie: bytes) -> None:
    session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == _hash(cookie)))


def speak(session: Session, member: UUID, language: str) -> None:
    """Show the desk to this member in another language."""
    session.execute(sa.update(stored.Member).where(stored.Member.id == member).values(language=language))


def use_single_keys(session: Session, member: UUID, *, is_on: bool) -> None:
    """Whether single letters act on pages of the desk, for this member wherever they log in."""
    session.execute(sa.update(stored.Member).where(stored.Member.id == member).values(has_single_keys=is_on))


def _hash(cookie: bytes) -> bytes:
    return blake2b(cookie, digest_size=32, person=b"session").digest()
