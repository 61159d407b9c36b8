"""One act on many waiting reports: each under the guards that it has alone, with a result of its own, undone together.

Done in steps of a few hundred, so that nobody who sends a report waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening, sealing
from incidents.adapters.sealing import CannotOpen
from incidents.core.incident import HANDLING, Handling, step
from incidents.core.periods import Quarter
from incidents.core.report import plain_text
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.audit import Change
from incidents.db.bulk import Bulk, BulkKind, BulkRow, Outcome, rows_of
from incidents.db.incident import SetAside
from incidents.db.key import DeskKey, epochs_open_to, key_beside
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.services.audit import note, note_all
from incidents.services.clusters import WAITING, Listed
from incidents.services.keys import desks_by_epoch
from incidents.services.moderation import NoSuchReport
from incidents.services.reporting import NoDeskKey

UNDO_FOR = timedelta(minutes=10)
STEP = 250
LONGEST_COMMENT = 1_000


class NotAComment(Exception):
    """The comment is empty or too long; `reason` is "missing" or "too_long"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchBulk(Exception):
    """Nothing was done under this id at the member's desks."""


class TooLate(Exception):
    """It was done more than ten minutes ago; each report can still be brought back on its own page."""


@dataclass(frozen=True)
class Result:
    """What was done with many, and what became of each."""

    id: UUID
    kind: BulkKind
    reason: str | None
    member: str
    at: datetime
    listed: int
    comment: str | None
    """None if the member's key does not open it."""
    numbers: Mapping[Outcome, int]
    """Empty once it cannot be undone any more."""
    left_alone: Sequence[tuple[UUID, Outcome]]
    """Reports that a colleague was working on."""
    gone: int
    """Reports that are not there any more."""
    may_be_undone: bool


def begin(
    session: Session,
    kind: BulkKind,
    comment: str,
    *,
    reason: str | None,
    listed: Sequence[Listed],
    member: Member,
    now: datetime,
) -> UUID:
    """Say what is going to be done with these, and why. `reason` is a code for setting aside, else None.

    It is done at one desk, that of the first of them: what is written about them is for those who read them. Raises
    NotAComment, NoDeskKey, services.moderation.NoSuchReport where the desk is not known, as all of them are gone.
    """
    text = plain_text(comment)
    if not text or len(text) > LONGEST_COMMENT:
        raise NotAComment("too_long" if text else "missing")
    desk_key = _key_for(session, listed, member)
    if desk_key is None:
        raise NoDeskKey
    forget_rows(session, now=now)
    bulk = Bulk(
        id=uuid4(),
        kind=kind,
        reason=reason,
        member_id=member.id,
        at=now,
        listed=len(listed),
        epoch=desk_key.epoch,
        sealed_comment=sealing.seal_to(desk_key.public, text.encode()),
    )
    session.add(bulk)
    session.flush()
    note(
        session,
        f"bulk_{kind.value}",
        f"bulk:{bulk.id}",
        member,
        now,
        after=f"{len(listed)} reports",
        reason=reason or "",
    )
    return bulk.id


def in_steps(listed: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    """The reports, each once, so many at a time as one unit of work may hold."""
    once = list({one.id: one for one in listed}.values())
    for start in range(0, len(once), STEP):
        yield once[start : start + STEP]


def act(session: Session, bulk: UUID, listed: Sequence[Listed], *, member: Member, now: datetime) -> None:
    """Do it with these. What a colleague has taken or changed since the list was made stays as it is.

    What lies at another desk is as if it were not there. Raises NoSuchBulk.
    """
    doing = _bulk(session, bulk, member)
    rows = _rows(session, [one.id for one in listed], _epochs_beside(session, doing))
    found = [(rows[one.id], rows[one.id].handling, one.version) for one in listed if one.id in rows]
    outcomes = [_do(row, version, doing) for row, _, version in found]
    session.flush()
    acted = [
        BulkRow(bulk_id=bulk, report_id=row.id, before=before, version=row.version, outcome=outcome)
        for (row, before, _), outcome in zip(found, outcomes, strict=True)
    ]
    done = [(row, before) for (row, before, _), each in zip(found, outcomes, strict=True) if each is Outcome.DONE]
    session.add_all(acted)
    if doing.kind is BulkKind.SET_ASIDE:
        quarter = str(Quarter.of(now.date()))
        session.add_all(SetAside(id=uuid4(), quarter=quarter, reason=doing.reason) for _ in done)
    changes = [_change(row, before, doing.reason) for row, before in done]
    note_all(session, f"bulk_{doing.kind.value}", changes, member, now)


def rows_to_undo(session: Session, bulk: UUID, *, member: Member, now: datetime) -> list[Listed]:
    """Those with which it was done, as they were left. Raises NoSuchBulk, TooLate."""
    if now - _bulk(session, bulk, member).at > UNDO_FOR:
        raise TooLate
    return [Listed(row.report_id, row.version) for row in rows_of(session, bulk) if row.outcome is Outcome.DONE]


def undo(session: Session, bulk: UUID, listed: Sequence[Listed], *, member: Member, now: datetime) -> None:
    """Let these stand again as they stood before; not those that somebody has worked on since. Raises NoSuchBulk."""
    done = _bulk(session, bulk, member)
    rows = _rows(session, [one.id for one in listed], _epochs_beside(session, done))
    changes = []
    for acted in session.scalars(
        sa.select(BulkRow).where(BulkRow.bulk_id == bulk, BulkRow.report_id.in_([one.id for one in listed]))
    ):
        row = rows.get(acted.report_id)
        if row is None or acted.outcome is not Outcome.DONE:
            continue
        left = row.handling
        if row.version != acted.version or left is not _AFTER[done.kind]:
            acted.outcome = Outcome.NOT_UNDONE
            continue
        row.handling = step(HANDLING, left, Handling.QUARANTINED)
        if acted.before is not Handling.QUARANTINED:
            row.handling = step(HANDLING, row.handling, acted.before)
        row.set_aside_reason = None
        acted.outcome = Outcome.UNDONE
        changes.append(_change(row, left, None))
    session.flush()
    if done.kind is BulkKind.SET_ASIDE:
        _take_off(session, done.reason, len(changes))
    note_all(session, f"undo_bulk_{done.kind.value}", changes, member, now)


def result(session: Session, bulk: UUID, *, member: Member, now: datetime) -> Result:
    """Raises NoSuchBulk."""
    done = _bulk(session, bulk, member)
    is_over = now - done.at > UNDO_FOR
    rows = [] if is_over else rows_of(session, bulk)
    numbers = Counter(row.outcome for row in rows)
    return Result(
        done.id,
        done.kind,
        done.reason,
        member_names(session)[done.member_id],
        done.at,
        done.listed,
        _comment(session, done, member),
        numbers,
        [(row.report_id, row.outcome) for row in rows if row.outcome in {Outcome.MOVED_ON, Outcome.NOT_UNDONE}],
        gone=done.listed - numbers.total() if rows else 0,
        may_be_undone=numbers[Outcome.DONE] > 0,
    )


def forget_rows(session: Session, *, now: datetime) -> None:
    """Delete which reports were in acts that cannot be undone any more."""
    over = sa.select(Bulk.id).where(Bulk.at < now - UNDO_FOR)
    session.execute(sa.delete(BulkRow).where(BulkRow.bulk_id.in_(over)))


_AFTER = {BulkKind.SET_ASIDE: Handling.SET_ASIDE, BulkKind.RELEASE: Handling.RECEIVED}


def _do(row: stored.Report, version: int, doing: Bulk) -> Outcome:
    if row.version != version or row.handling not in WAITING:
        return Outcome.MOVED_ON
    if row.handling is _AFTER[doing.kind]:
        return Outcome.NOTHING_TO_DO
    if row.handling is not Handling.QUARANTINED:
        row.handling = step(HANDLING, row.handling, Handling.QUARANTINED)
    row.handling = step(HANDLING, row.handling, _AFTER[doing.kind])
    row.set_aside_reason = doing.reason
    return Outcome.DONE


def _change(row: stored.Report, before: Handling, reason: str | None) -> Change:
    return Change(subject=f"report:{row.id}", before=before.value, after=row.handling.value, reason=reason or "")


def _take_off(session: Session, reason: str | None, number: int) -> None:
    """Uncount reports that were set aside, but for those that a release has counted already."""
    tallies = session.scalars(
        sa.select(SetAside.id)
        .where(SetAside.reason == reason, SetAside.batch.is_(None))
        .order_by(SetAside.quarter.desc())
        .limit(number)
    ).all()
    session.execute(sa.delete(SetAside).where(SetAside.id.in_(tallies)))


def _bulk(session: Session, bulk: UUID, member: Member) -> Bulk:
    found = session.get(Bulk, bulk)
    if found is None or found.epoch not in epochs_open_to(session, member.id):
        raise NoSuchBulk
    return found


def _key_for(session: Session, listed: Sequence[Listed], member: Member) -> DeskKey | None:
    """What to seal the comment to. Raises services.moderation.NoSuchReport."""
    own = desks_by_epoch(session, epochs_open_to(session, member.id))
    for one in listed:
        row = session.get(stored.Report, one.id)
        if row is not None and row.epoch in own:
            return key_beside(session, row.epoch)
    if len({*own.values()}) != 1:
        raise NoSuchReport
    return key_beside(session, max(own))


def _epochs_beside(session: Session, bulk: Bulk) -> sa.Select[int]:
    """All epochs of the desk at which it is done."""
    desk = sa.select(DeskKey.desk).where(DeskKey.epoch == bulk.epoch).scalar_subquery()
    return sa.select(DeskKey.epoch).where(DeskKey.desk == desk)


def _rows(session: Session, ids: Sequence[UUID], epochs: sa.Select[int]) -> dict[UUID, stored.Report]:
    """The reports, locked in one order, so that no two members wait for each other."""
    found = session.scalars(
        sa.select(stored.Report)
        .where(stored.Report.id.in_(ids), stored.Report.epoch.in_(epochs))
        .order_by(stored.Report.id)
        .with_for_update()
    )
    return {row.id: row for row in found}


def _comment(session: Session, done: Bulk, member: Member) -> str | None:
    try:
        private = keys.desk_private(session, done.epoch, member.id, member.key)
        return opening.open_message(done.sealed_comment, private)
    except (keys.NoGrant, CannotOpen):
        return None
