"""Members: adding them, logging in with two factors, sessions."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening, passwords, second_factor
from incidents.adapters.opening import KeyPair
from incidents.adapters.passkeys import Assertion
from incidents.adapters.sealing import CannotOpen
from incidents.core.accounts import IDLE, LONGEST, SPARE_CODE_TOLD_FOR, Role, typed_password, wait_after
from incidents.core.recovery import NotARecoveryCode, RecoveryCode, parse_recovery_code
from incidents.core.spare import SpareCode
from incidents.db import account as stored
from incidents.db.account import LoginSession, MemberRole, member_by_id, member_by_name
from incidents.db.audit import record
from incidents.db.key import MemberKey
from incidents.services import keys, passkeys, spare_codes

_TOKEN_BYTES = 32
Second = str | Assertion
"""A second factor that is shown: a code as typed, a spare code too, or what a passkey answered."""


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
    is_warned: bool = True
    """Stories that are hard to read are announced."""
    spare_codes_left: int | None = None
    """How many spare codes they have, where they used one just now."""
    partner: str | None = None
    """The organisation that a partner sends tables for."""
    has_copied_passkey: bool = False
    """There may be a copy of one of their passkeys, and they have not removed it yet."""


@dataclass(frozen=True)
class Enrolled:
    id: UUID
    totp_secret: str
    """To be shown once."""
    recovery_code: RecoveryCode
    """To be shown once; it counts when it was typed back."""


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
    secret: str = "",
    partner: str | None = None,
) -> Enrolled:
    """A member with a key of their own. They open nothing until somebody shares the desk key with them.

    Their second factor is drawn unless they have its `secret` already.
    """
    secret, sealed = (
        (secret, second_factor.sealed_secret(secret, token_key)) if secret else second_factor.new_secret(token_key)
    )
    password = typed_password(password)
    member = stored.Member(
        id=uuid4(),
        name=name,
        language=language,
        password_hash=passwords.hash_password(password),
        sealed_totp_secret=sealed,
        partner=partner,
    )
    session.add(member)
    session.flush()
    session.add_all(MemberRole(member_id=member.id, role=role) for role in roles)
    pair = keys.add_member_key(session, member.id, password, memory_mib=memory_mib, today=now.date())
    record(session, at=now, actor=actor, action="add_member", subject=f"member:{member.id}", after=name)
    return Enrolled(member.id, secret, keys.new_recovery_code(session, member.id, pair))


def log_in(
    session: Session,
    name: str,
    password: str,
    second: Second,
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
    if member is None or not _shows_both(session, member, fits, second, token_key=token_key, now=now):
        return None
    return open_session(session, member, password, memory_mib=memory_mib, now=now)


def open_session(session: Session, member: stored.Member, password: str, *, memory_mib: int, now: datetime) -> bytes:
    """The value of a new session's cookie, for a member who has shown both factors."""
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


def _shows_both(
    session: Session, member: stored.Member, fits: bool, second: Second, *, token_key: bytes, now: datetime
) -> bool:
    """Whether a first factor that fits comes with the second one or a spare code, and the account does not wait.

    Only who has the first factor and tries second ones makes the account wait. A stranger without it learns nothing
    from a refusal, so that nothing has to slow them down, and they lock nobody out however often they try.
    """
    waits = member.locked_until is not None and member.locked_until > now
    spend = _shown(session, member, second, token_key=token_key, now=now)
    if fits and spend is not None and not waits and not member.is_disabled:
        member.failures, member.locked_until = 0, None
        spend()
        return True
    if fits and not waits:
        member.failures += 1
        member.locked_until = now + wait_after(member.failures)
    record(session, at=now, actor=member.name, action="login_refused", subject=f"member:{member.id}")
    return False


def _shown(
    session: Session, member: stored.Member, second: Second, *, token_key: bytes, now: datetime
) -> Callable[[], None] | None:
    """How to see to it that a second factor which fits is good only once; None where it does not fit."""
    if isinstance(second, Assertion):
        fits = passkeys.shows(session, member.id, second, token_key=token_key, actor=member.name, now=now)
        return (lambda: None) if fits else None
    step = second_factor.step_of(second, member.sealed_totp_secret, token_key, now, after=member.last_totp_step)
    if step is not None:
        return partial(setattr, member, "last_totp_step", step)
    spare = spare_codes.fitting(session, member.id, second, token_key=token_key)
    return None if spare is None else partial(spare_codes.spend, session, spare, member, now=now)


def change_password(
    session: Session,
    member: Member,
    password: str,
    second: Second,
    new_password: str,
    *,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
) -> bool:
    """Another password for the member's key, if both factors are shown again. All their sessions end."""
    row = _shown_again(session, member, password, second, token_key=token_key, now=now)
    if row is None:
        return False
    _set_password(session, row, member.key, new_password, memory_mib=memory_mib)
    record(session, at=now, actor=member.name, action="change_password", subject=f"member:{member.id}")
    return True


def renew_recovery_code(
    session: Session, member: Member, password: str, second: Second, *, token_key: bytes, now: datetime
) -> RecoveryCode | None:
    """A new recovery code, if both factors are shown again; None if refused. Raises services.keys.HasEarlierKey."""
    if _shown_again(session, member, password, second, token_key=token_key, now=now) is None:
        return None
    record(session, at=now, actor=member.name, action="renew_recovery", subject=f"member:{member.id}")
    return keys.new_recovery_code(session, member.id, member.key)


def renew_spare_codes(
    session: Session, member: Member, password: str, second: Second, *, token_key: bytes, now: datetime
) -> list[SpareCode] | None:
    """New spare codes, to be shown once, if both factors are shown again; None if refused. Earlier ones are void."""
    if _shown_again(session, member, password, second, token_key=token_key, now=now) is None:
        return None
    return spare_codes.make(session, member.id, token_key=token_key, actor=member.name, now=now)


def confirm_recovery_code(session: Session, member: Member, typed: str, *, now: datetime) -> bool:
    """Whether the member typed their recovery code back from paper; it counts then."""
    try:
        keys.confirm_recovery_code(session, member.id, parse_recovery_code(typed), actor=member.name, now=now)
    except (NotARecoveryCode, CannotOpen, keys.NoRecoveryCode):
        return False
    return True


def recover(
    session: Session,
    name: str,
    typed: str,
    second: Second,
    new_password: str,
    *,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
) -> RecoveryCode | None:
    """A member without their password comes in again by recovery code and second factor: the next recovery code.

    The key that the code opens is theirs again, under the new password; all their sessions end. None if refused.
    """
    member = member_by_name(session, name)
    if member is None:
        return None
    pair = _recovered(session, member.id, typed)
    if not _shows_both(session, member, pair is not None, second, token_key=token_key, now=now) or pair is None:
        return None
    _set_password(session, member, pair, new_password, memory_mib=memory_mib)
    keys.spend_recovery_code(session, member.id)
    record(session, at=now, actor=member.name, action="recover_member", subject=f"member:{member.id}")
    return keys.new_recovery_code(session, member.id, pair)


def _shown_again(
    session: Session, member: Member, password: str, second: Second, *, token_key: bytes, now: datetime
) -> stored.Member | None:
    """The row of a member at work who has just shown both factors again, as weighty acts ask for."""
    row = session.get_one(stored.Member, member.id)
    fits = passwords.is_password(typed_password(password), row.password_hash)
    return row if _shows_both(session, row, fits, second, token_key=token_key, now=now) else None


def _set_password(session: Session, row: stored.Member, pair: KeyPair, new_password: str, *, memory_mib: int) -> None:
    new_password = typed_password(new_password)
    row.password_hash = passwords.hash_password(new_password)
    keys.lock_member_key(session, row.id, pair, new_password, memory_mib=memory_mib)
    end_sessions(session, row.id)


def _recovered(session: Session, member: UUID, typed: str) -> KeyPair | None:
    try:
        return keys.key_by_recovery(session, member, parse_recovery_code(typed))
    except (NotARecoveryCode, CannotOpen, keys.NoRecoveryCode):
        return None


def shows_again(
    session: Session, member: Member, password: str, second: Second, *, token_key: bytes, now: datetime
) -> bool:
    """Whether a member at work has just shown both factors again, as acts on colleagues ask for.

    In a unit of work of its own, so that a wrong try stays counted.
    """
    return _shown_again(session, member, password, second, token_key=token_key, now=now) is not None


def end_sessions(session: Session, member: UUID) -> None:
    session.execute(sa.delete(LoginSession).where(LoginSession.member_id == member))


@dataclass(frozen=True)
class OpenSession:
    """One browser in which a member is logged in."""

    handle: str
    """Names it in a form; nobody gets in with it."""
    started_at: datetime
    seen_at: datetime
    is_this_one: bool


def open_sessions(session: Session, member: Member, cookie: bytes, *, now: datetime) -> list[OpenSession]:
    """Where the member is logged in, newest first."""
    query = sa.select(LoginSession).where(
        LoginSession.member_id == member.id,
        LoginSession.seen_at >= now - IDLE,
        LoginSession.started_at >= now - LONGEST,
    )
    return [
        OpenSession(_handle(row.token_hash), row.started_at, row.seen_at, row.token_hash == _hash(cookie))
        for row in session.scalars(query.order_by(LoginSession.started_at.desc(), LoginSession.token_hash))
    ]


def end_session(session: Session, member: Member, handle: str, *, now: datetime) -> None:
    """End one of the member's own sessions. Does nothing if it has ended already."""
    for row in session.scalars(sa.select(LoginSession).where(LoginSession.member_id == member.id)):
        if _handle(row.token_hash) == handle:
            session.delete(row)
            record(session, at=now, actor=member.name, action="end_session", subject=f"member:{member.id}")


def _handle(token_hash: bytes) -> str:
    return blake2b(token_hash, digest_size=16, person=b"session handle").hexdigest()


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
    is_told = member.spare_used_at is not None and now - member.spare_used_at < SPARE_CODE_TOLD_FOR
    return Member(
        member.id,
        member.name,
        member.language,
        frozenset(given.role for given in member.roles),
        KeyPair(key.public, private),
        row.seen_at,
        member.has_single_keys,
        member.is_warned,
        spare_codes.left(session, member.id) if is_told else None,
        partner=member.partner,
        has_copied_passkey=passkeys.has_fallen_back(session, member.id),
    )


def is_nearly_idle(member: Member, *, now: datetime, spare: timedelta) -> bool:
    """Whether the session has less than `spare` left before it ends for want of work."""
    return IDLE - (now - member.seen_at) < spare


def still_here(session: Session, cookie: bytes, *, now: datetime) -> None:
    """Put the end of the session off: its member has just done something."""
    session.execute(sa.update(LoginSession).where(LoginSession.token_hash == _hash(cookie)).values(seen_at=now))


def log_out(session: Session, cookie: bytes) -> None:
    session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == _hash(cookie)))


def forget_ended_sessions(session: Session, *, now: datetime) -> None:
    """Delete what is left of sessions that nobody can use any more, the sealed keys in them above all."""
    ended = (LoginSession.seen_at < now - IDLE) | (LoginSession.started_at < now - LONGEST)
    session.execute(sa.delete(LoginSession).where(ended))


def speak(session: Session, member: UUID, language: str) -> None:
    """Show the desk to this member in another language."""
    session.execute(sa.update(stored.Member).where(stored.Member.id == member).values(language=language))


def use_single_keys(session: Session, member: UUID, *, is_on: bool) -> None:
    """Whether single letters act on pages of the desk, for this member wherever they log in."""
    session.execute(sa.update(stored.Member).where(stored.Member.id == member).values(has_single_keys=is_on))


def announce_hard(session: Session, member: UUID, *, is_on: bool) -> None:
    """Whether stories that are hard to read are announced to this member, and stay folded until they are opened."""
    session.execute(sa.update(stored.Member).where(stored.Member.id == member).values(is_warned=is_on))


def _hash(cookie: bytes) -> bytes:
    return blake2b(cookie, digest_size=32, person=b"session").digest()
