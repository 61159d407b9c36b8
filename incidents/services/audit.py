"""The audit trail: what members do goes in, its readers see the newest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from incidents.core.audit import Entry, first_break
from incidents.db.audit import Change, entries, record, record_all

if TYPE_CHECKING:
    from incidents.services.accounts import Member


def newest_entries(session: Session, *, most: int) -> tuple[list[Entry], int | None]:
    """The newest entries, newest first, and the number of the first one that breaks the chain, if any does."""
    chain = list(entries(session))
    return [entry for entry, _ in chain[: -most - 1 : -1]], first_break(chain)


def note(
    session: Session,
    action: str,
    subject: str,
    member: Member,
    now: datetime,
    *,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> None:
    """Add what a member did, in the caller's unit of work. Codes and ids only, never a word of a report."""
    record(
        session, at=now, actor=member.name, action=action, subject=subject, before=before, after=after, reason=reason
    )


def note_all(session: Session, action: str, changes: Iterable[Change], member: Member, now: datetime) -> None:
    """Add what a member did with many, an entry for each."""
    record_all(session, changes, at=now, actor=member.name, action=action)
