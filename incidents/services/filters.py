"""Filters of the queue that members save: their own, and those that all moderators share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.report import plain_text
from incidents.db.account import member_names
from incidents.db.filter import SavedFilter
from incidents.services.accounts import Member
from incidents.services.queue import Filter

LONGEST_NAME = 60
MOST = 30
"""Filters that one member can have."""


class NotAName(Exception):
    """The filter's name cannot be; `reason` is "missing", "too_long", "taken" or "too_many"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchFilter(Exception):
    """The member has no such filter; that of a colleague answers like none."""


@dataclass(frozen=True)
class Saved:
    id: UUID
    name: str
    values: Filter
    is_shared: bool
    is_mine: bool
    owner: str


def saved_filters(session: Session, member: Member, *, read: Callable[[dict[str, str]], Filter]) -> list[Saved]:
    """The member's own and the shared ones, by name. `read` makes a filter of codes, as those of an address."""
    names = member_names(session)
    rows = session.scalars(
        sa.select(SavedFilter)
        .where(SavedFilter.is_shared | (SavedFilter.member_id == member.id))
        .order_by(SavedFilter.name, SavedFilter.id)
    )
    return [
        Saved(row.id, row.name, read(_codes(row)), row.is_shared, row.member_id == member.id, names[row.member_id])
        for row in rows
    ]


def save_filter(session: Session, name: str, values: Filter, *, is_shared: bool, member: Member) -> None:
    """Raises NotAName."""
    name = " ".join(plain_text(name).split())
    if not name or len(name) > LONGEST_NAME:
        raise NotAName("too_long" if name else "missing")
    own = session.scalars(sa.select(SavedFilter.name).where(SavedFilter.member_id == member.id)).all()
    if name in own or len(own) >= MOST:
        raise NotAName("taken" if name in own else "too_many")
    session.add(
        SavedFilter(
            id=uuid4(),
            member_id=member.id,
            name=name,
            is_shared=is_shared,
            view=values.view.value,
            language=values.language,
            place=values.place,
            ground=values.ground,
            act=values.act,
            held=values.held.value,
            rule=values.rule,
        )
    )
    session.flush()


def delete_filter(session: Session, saved: UUID, *, member: Member) -> None:
    """Raises NoSuchFilter."""
    row = session.get(SavedFilter, saved)
    if row is None or row.member_id != member.id:
        raise NoSuchFilter
    session.delete(row)
    session.flush()


def _codes(row: SavedFilter) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("view", "language", "place", "ground", "act", "held", "rule")}
