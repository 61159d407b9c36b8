"""Spare codes of members: made eight at a time, kept as keyed hashes, used once. Who may make them, `accounts` asks."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.spare import AT_ONCE, SpareCode, parse_spare_code, spare_code_from
from incidents.db import account as stored
from incidents.db.account import StoredSpareCode
from incidents.db.audit import record


def make(session: Session, member: UUID, *, token_key: bytes, actor: str, now: datetime) -> list[SpareCode]:
    """New spare codes, to be shown once. Earlier ones are void."""
    void(session, member)
    codes = [spare_code_from(secrets.token_bytes(16)) for _ in range(AT_ONCE)]
    session.add_all(StoredSpareCode(digest=_digest(member, code, token_key), member_id=member) for code in codes)
    session.flush()
    record(session, at=now, actor=actor, action="make_spare_codes", subject=f"member:{member}")
    return codes


def fitting(session: Session, member: UUID, typed: str, *, token_key: bytes) -> StoredSpareCode | None:
    """The spare code of this member that was typed, so that it can be spent; nobody else spends it meanwhile."""
    code = parse_spare_code(typed)
    if code is None:
        return None
    return session.get(StoredSpareCode, _digest(member, code, token_key), with_for_update=True)


def spend(session: Session, code: StoredSpareCode, member: stored.Member, *, now: datetime) -> None:
    session.delete(code)
    session.flush()
    member.spare_used_at = now
    told = f"{left(session, member.id)} left"
    record(session, at=now, actor=member.name, action="spend_spare_code", subject=f"member:{member.id}", after=told)


def left(session: Session, member: UUID) -> int:
    """How many a member can still use."""
    query = sa.select(sa.func.count()).select_from(StoredSpareCode).where(StoredSpareCode.member_id == member)
    return session.scalar(query) or 0


def void(session: Session, member: UUID) -> None:
    """The second factor is another one, or new codes are made: these do nothing any more."""
    session.execute(sa.delete(StoredSpareCode).where(StoredSpareCode.member_id == member))


def _digest(member: UUID, code: SpareCode, token_key: bytes) -> bytes:
    """Under the key that seals second factors: a copy of the database alone tells no code, nor lets it be tried."""
    return blake2b(member.bytes + code.encode(), key=token_key, digest_size=32, person=b"spare code").digest()
