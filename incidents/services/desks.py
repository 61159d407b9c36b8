"""Desks beside the national one: making one, and who works at it. Their keys are made by services.keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from incidents.adapters.opening import KeyPair
from incidents.core.desks import DESK_CODE, LONGEST_NAME
from incidents.db.account import member_names
from incidents.db.audit import record
from incidents.db.desk import Desk, all_desks, desks_of
from incidents.db.key import DeskKey, newest_desk_key
from incidents.services import keys


class NotADesk(Exception):
    """The code or the name is none that a desk can have."""


class DeskExists(Exception):
    """There is a desk of this code."""


class NoSuchDesk(Exception):
    """There is no desk of this code."""

    def __init__(self, desk: str) -> None:
        super().__init__(desk)
        self.desk = desk


class NothingHeld(Exception):
    """The member who lets in does not hold the desk's key themselves."""


class NotAtDesk(Exception):
    """The member does not work at the desk."""


@dataclass(frozen=True)
class Kept:
    """A desk, its key of now and who holds it."""

    code: str
    name: str
    key: DeskKey
    holders: Sequence[str]
    readiness: keys.Readiness


def kept(session: Session) -> list[Kept]:
    """All desks that have a key, the national one first."""
    names = member_names(session)
    return [
        Kept(
            desk.code,
            desk.name,
            key,
            [names[holder] for holder in keys.holders_of(session, key.epoch)],
            keys.readiness(session, desk.code),
        )
        for desk in all_desks(session)
        if (key := newest_desk_key(session, desk.code)) is not None
    ]


def check_known(session: Session, desks: Collection[str]) -> None:
    """Raises NoSuchDesk for the first of these codes that no desk has."""
    for desk in desks:
        if session.get(Desk, desk) is None:
            raise NoSuchDesk(desk)


def add_desk(session: Session, code: str, name: str, *, first: UUID, actor: str, now: datetime) -> int:
    """A desk with a key that its first member holds, and to which nothing is sealed yet; its epoch.

    Raises NotADesk, DeskExists, services.keys.NoKey, Partner.
    """
    if not DESK_CODE.fullmatch(code) or not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise NotADesk
    if session.get(Desk, code) is not None:
        raise DeskExists
    if keys.is_partner(session, first):
        raise keys.Partner
    session.add(Desk(code=code, name=name.strip(), created_on=now.date()))
    session.flush()
    record(session, at=now, actor=actor, action="add_desk", subject=f"desk:{code}", after=name.strip())
    epoch = keys.prepare_desk_key(session, [first], today=now.date(), desk=code)
    _note(session, "join_desk", code, first, actor, now)
    return epoch


def let_in(session: Session, desk: str, member: UUID, *, by: UUID, by_key: KeyPair, actor: str, now: datetime) -> None:
    """Let a member work at a desk: they open what the member `by` opens there.

    Raises NoSuchDesk, NothingHeld, services.keys.NoKey, Partner.
    """
    check_known(session, [desk])
    if not keys.share_desk_keys(session, member, by=by, by_key=by_key, desks=[desk]):
        raise NothingHeld
    _note(session, "join_desk", desk, member, actor, now)


def take_off(session: Session, desk: str, member: UUID, *, actor: str, now: datetime, reason: str) -> int:
    """A member works at a desk no more, and what comes there is sealed to a new key; its epoch.

    Raises NoSuchDesk, NotAtDesk, services.keys.LastHolder.
    """
    check_known(session, [desk])
    if desk not in desks_of(session, member):
        raise NotAtDesk
    keys.check_others_hold(session, desk, member)
    keys.take_grants_of(session, desk, member)
    _note(session, "leave_desk", desk, member, actor, now, reason)
    return keys.rotate(session, actor=actor, now=now, reason=f"member:{member} left", desk=desk)


def _note(session: Session, action: str, desk: str, member: UUID, actor: str, now: datetime, reason: str = "") -> None:
    subject = f"desk:{desk}"
    record(session, at=now, actor=actor, action=action, subject=subject, after=f"member:{member}", reason=reason)
