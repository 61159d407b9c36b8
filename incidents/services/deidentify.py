"""Taking out of a report's words what could identify someone, and the summary that is left.

All of it is sealed under the report's own key, so it goes when the report goes. The report itself stays as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from incidents.adapters import opening, sealing
from incidents.core.deidentify import rulings as rules
from incidents.core.deidentify.known import Known
from incidents.core.deidentify.marks import marks
from incidents.core.deidentify.rulings import Ruling, Rulings, State, Stretch
from incidents.core.report import from_bytes, plain_text
from incidents.db import report as stored
from incidents.db.deidentify import Deidentification
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.moderation import LEASE, private_keys, taken_row

LONGEST_SUMMARY = 10_000


class SummaryTooLong(Exception):
    """Over LONGEST_SUMMARY characters."""


@dataclass(frozen=True)
class Deidentified:
    """The words of a report with their marks, and the summary."""

    parts: list[Stretch]
    may_undo: bool
    summary: str | None
    """None while no member has written one."""
    left_in_summary: list[str]
    """What the summary still has of what could identify someone."""


def read(
    session: Session, report: UUID, *, member: Member, known: Known, typed: Iterable[Ruling] | None = None
) -> Deidentified:
    """For a reader whose key opens the report; with what they decided but could not save yet, if that is `typed`.

    Raises services.keys.NoGrant, adapters.sealing.CannotOpen.
    """
    row = session.get_one(stored.Report, report)
    text, key = _opened(session, row, member)
    decided, summary = _stored(session, row, key, text)
    parts = rules.stretches(text, marks(text, known), decided.current if typed is None else typed)
    left = _left_in(summary or "", parts, known)
    return Deidentified(parts, bool(decided.states), summary, left)


def save(
    session: Session,
    report: UUID,
    rulings: Iterable[Ruling],
    *,
    also: str,
    summary: str | None,
    version: int,
    member: Member,
    now: datetime,
) -> None:
    """Keep what was decided, words taken out by hand (`also`), and the summary; None leaves that to the machine.

    The member has the report for twenty minutes more. Raises NotInText, SummaryTooLong, and what
    services.moderation.taken_row raises.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    text, key = _opened(session, row, member)
    before, _ = _stored(session, row, key, text)
    by_hand = rules.all_of(text, also) if also else []
    decided = before.changed([*rulings, *by_hand])
    _store(session, row, key, decided, summary, action="mark", member=member, now=now)


def undo(session: Session, report: UUID, *, summary: str | None, version: int, member: Member, now: datetime) -> None:
    """Take back the last step of what was decided; the summary stays as it is typed. Raises as `save` does."""
    row = taken_row(session, report, version=version, member=member, now=now)
    text, key = _opened(session, row, member)
    before, _ = _stored(session, row, key, text)
    _store(session, row, key, before.undone(), summary, action="undo_mark", member=member, now=now)


def summary_of(key: bytes, kept: Deidentification) -> str:
    """The summary that members wrote, or nothing; `key` is the report's. Raises adapters.sealing.CannotOpen."""
    if kept.sealed_summary is None:
        return ""
    return opening.open_under(key, kept.sealed_summary, bound_to=kept.report_id.bytes + b"summary").decode()


def summaries_of(session: Session, reports: Iterable[UUID], member: Member) -> dict[UUID, str]:
    """What members wrote of these reports for colleagues, as far as the member's key opens it. No story is opened."""
    private = private_keys(session, member)
    rows = session.execute(
        sa.select(stored.Report.epoch, stored.Report.sealed_key, Deidentification)
        .join(Deidentification, Deidentification.report_id == stored.Report.id)
        .where(stored.Report.id.in_(reports), Deidentification.sealed_summary.is_not(None))
    )
    found = {}
    for epoch, sealed_key, kept in rows:
        with suppress(keys.NoGrant, sealing.CannotOpen):
            found[kept.report_id] = summary_of(opening.open_key(sealed_key, private(epoch)), kept)
    return found


def _opened(session: Session, row: stored.Report, member: Member) -> tuple[str, bytes]:
    """The words of a report, and its key."""
    private = keys.desk_private(session, row.epoch, member.id, member.key)
    key = opening.open_key(row.sealed_key, private)
    return from_bytes(opening.open_under(key, row.sealed, bound_to=row.id.bytes)).words, key


def _stored(session: Session, row: stored.Report, key: bytes, text: str) -> tuple[Rulings, str | None]:
    kept = session.get(Deidentification, row.id)
    decided, summary = Rulings.of(text), None
    if kept is not None and kept.sealed_rulings is not None:
        decided = rules.from_bytes(opening.open_under(key, kept.sealed_rulings, bound_to=_bound(row, "rulings")), text)
    if kept is not None and kept.sealed_summary is not None:
        summary = opening.open_under(key, kept.sealed_summary, bound_to=_bound(row, "summary")).decode()
    return decided, summary


def _store(
    session: Session,
    row: stored.Report,
    key: bytes,
    decided: Rulings,
    typed: str | None,
    *,
    action: str,
    member: Member,
    now: datetime,
) -> None:
    summary = plain_text(typed or "")
    if len(summary) > LONGEST_SUMMARY:
        raise SummaryTooLong
    kept = session.get(Deidentification, row.id)
    if kept is None:
        kept = Deidentification(report_id=row.id)
        session.add(kept)
    kept.sealed_rulings = sealing.seal_under(key, rules.to_bytes(decided), bound_to=_bound(row, "rulings"))
    kept.sealed_summary = (
        sealing.seal_under(key, summary.encode(), bound_to=_bound(row, "summary")) if summary else None
    )
    row.lease_until = now + LEASE
    # Another page that shows the earlier state is out of date, even within the same moment.
    flag_modified(row, "lease_until")
    session.flush()
    note(session, action, f"report:{row.id}", member, now, before=row.handling.value, after=row.handling.value)


def _bound(row: stored.Report, part: str) -> bytes:
    """What ties sealed bytes to their row and column."""
    return row.id.bytes + part.encode()


def _left_in(summary: str, parts: list[Stretch], known: Known) -> list[str]:
    """What could identify someone in the summary: by the rules, or because it goes out of the story."""
    struck = {part.text for part in parts if part.state is State.STRUCK}
    marked = [mark.text for mark in marks(summary, known)]
    out = {part.text for part in parts if part.kind is not None and part.state is not State.STRUCK}
    rest = re.sub("|".join(map(re.escape, marked)), "", summary) if marked else summary
    copied = [text for text in sorted(out) if _stands_in(text, rest)]
    return [text for text in dict.fromkeys([*marked, *copied]) if text not in struck]


def _stands_in(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None
