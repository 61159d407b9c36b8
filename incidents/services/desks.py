"""Desks beside the national one: making one, who works at it, which part of the country it reads.

Their keys are made by services.keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.opening import KeyPair
from incidents.core.desks import (
    DESK_CODE,
    FEWEST_INHABITANTS,
    LONGEST_NAME,
    NATIONAL,
    in_short,
    inhabitants,
    municipalities_of,
    unit_called,
)
from incidents.core.places import KOSOVO, Places
from incidents.db.account import member_names
from incidents.db.audit import Change, record, record_all
from incidents.db.desk import Desk, DeskArea, all_desks, areas, desks_of
from incidents.db.key import DeskKey, newest_desk_key
from incidents.services import keys
from incidents.services.intake import Readiness, readiness


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


class NoSuchPlace(Exception):
    """No municipality, district, city or region has this code or name."""

    def __init__(self, typed: str) -> None:
        super().__init__(typed)
        self.typed = typed


class NoFigures(Exception):
    """There are no figures of inhabitants of this place."""

    def __init__(self, typed: str) -> None:
        super().__init__(typed)
        self.typed = typed


class TooFew(Exception):
    """Too few people live in the area, or where no desk has an area: at which desk a report lies would say too much."""

    def __init__(self, inhabitants: int, *, is_rest: bool) -> None:
        super().__init__(inhabitants)
        self.inhabitants, self.is_rest = inhabitants, is_rest


class Overlap(Exception):
    """Parts of the area, by code, lie in that of another desk."""

    def __init__(self, desk: str, shared: Sequence[str]) -> None:
        super().__init__(desk)
        self.desk, self.shared = desk, shared


class ReadsAllElse(Exception):
    """The national desk has no area: it reads what is for no other."""


@dataclass(frozen=True)
class Area:
    """Which part of the country a desk reads, and who lives there."""

    codes: Sequence[str]
    """Of districts that lie in it whole, and of other municipalities."""
    inhabitants: int


@dataclass(frozen=True)
class Kept:
    """A desk, its key of now and who holds it."""

    code: str
    name: str
    key: DeskKey
    holders: Sequence[str]
    readiness: Readiness


def kept(session: Session) -> list[Kept]:
    """All desks that have a key, the national one first."""
    names = member_names(session)
    return [
        Kept(
            desk.code,
            desk.name,
            key,
            [names[holder] for holder in keys.holders_of(session, key.epoch)],
            readiness(session, desk.code),
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


def area_of(session: Session, desk: str, places: Places) -> Area | None:
    """None for a desk that reads only what is handed over to it."""
    own = {one for one, whose in areas(session).items() if whose == desk}
    return Area(in_short(own, places), inhabitants(own, places)) if own else None


def give_area(
    session: Session, desk: str, typed: Collection[str], *, places: Places, actor: str, now: datetime
) -> Area | None:
    """From now on the desk reads what happens in these places, by code or name, and no other; without any, in none.

    Reports that came before stay where they are. Raises NoSuchDesk, ReadsAllElse, NoSuchPlace, NoFigures, TooFew,
    Overlap.
    """
    check_known(session, [desk])
    if desk == NATIONAL:
        raise ReadsAllElse
    wanted = frozenset[str]().union(*(_municipalities_called(one, places) for one in typed))
    before = areas(session)
    others = {one: whose for one, whose in before.items() if whose != desk}
    _check_area(wanted, others, places)
    own = before.keys() - others.keys()
    session.execute(sa.delete(DeskArea).where(DeskArea.desk == desk))
    session.add_all(DeskArea(municipality=one, desk=desk) for one in sorted(wanted))
    session.flush()
    subject = f"desk:{desk}"
    given = [Change(subject=subject, after=one) for one in in_short(wanted - own, places)]
    taken = [Change(subject=subject, before=one) for one in in_short(own - wanted, places)]
    record_all(session, [*given, *taken], at=now, actor=actor, action="change_area")
    return area_of(session, desk, places)


def _municipalities_called(typed: str, places: Places) -> frozenset[str]:
    code = typed if typed == KOSOVO else unit_called(typed, places)
    if code is None:
        raise NoSuchPlace(typed)
    found = municipalities_of(code, places)
    if not found:
        raise NoFigures(typed)
    return found


def _check_area(wanted: frozenset[str], others: Mapping[str, str], places: Places) -> None:
    if not wanted:
        return
    if shared := wanted & others.keys():
        desk = others[min(shared)]
        raise Overlap(desk, in_short({one for one in shared if others[one] == desk}, places))
    rest = places.municipalities.keys() - wanted - others.keys()
    for part, is_rest in ((wanted, False), (rest, True)):
        if (people := inhabitants(part, places)) < FEWEST_INHABITANTS:
            raise TooFew(people, is_rest=is_rest)


def _note(session: Session, action: str, desk: str, member: UUID, actor: str, now: datetime, reason: str = "") -> None:
    subject = f"desk:{desk}"
    record(session, at=now, actor=actor, action=action, subject=subject, after=f"member:{member}", reason=reason)
