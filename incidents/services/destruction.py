"""What two members let be destroyed: a frozen list, proposed by one and signed by another, carried out by regular work.

Nothing else destroys, but a reporter who withdraws (services.withdrawal).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import retention as rules
from incidents.core.audit import DESTROY_FILES, DESTROY_REPORT
from incidents.core.incident import HANDLING, Handling, step
from incidents.core.retention import Part, Schedule
from incidents.db import account
from incidents.db.account import member_names
from incidents.db.audit import Change, record, record_all
from incidents.db.coding import ReturnNote
from incidents.db.deidentify import Deidentification
from incidents.db.report import Message, Report, SentFile
from incidents.db.retention import Destruction, DestructionLine, Fate, lines_of
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.retention import STEP, Due, Row, bound_together, due, numbers, standing_of, standings
from incidents.services.withdrawal import forget_pairs

MOST = 1_000
"""Lines of a batch: as many as two people can answer for."""
_AGAIN = "destroyed before, and brought back by a backup"


class NoSuchDestruction(Exception):
    """There is no batch with this id; perhaps it was dropped."""


class NothingDue(Exception):
    """No report is due."""


class OneWaits(Exception):
    """Another batch has not been signed or carried out yet."""


class OwnProposal(Exception):
    """The member proposed it; it takes another to sign it."""


class OtherList(Exception):
    """The list is not the one that the member has seen, or its lines are not those that were proposed."""


class AlreadySigned(Exception):
    """Two members have put their names to it."""


@dataclass(frozen=True)
class Proof:
    """A batch as an auditor reads it."""

    id: UUID
    proposed_by: str
    proposed_by_id: UUID
    proposed_on: date
    listed: int
    digest: str
    signed_by: str | None
    signed_on: date | None
    done_on: date | None
    cleaned_on: date | None
    reports: int
    messages: int
    files: int
    notes: int
    fates: Mapping[Fate, int]


@dataclass(frozen=True)
class Listed:
    """One line of a batch."""

    report: UUID
    part: Part
    version: int
    handling: Handling
    fate: Fate


def propose(session: Session, schedule: Schedule, *, member: Member, today: date, now: datetime) -> UUID:
    """Freeze the list of what is due, up to MOST lines, the longest due first. Nothing is destroyed by this.

    Raises OneWaits, NothingDue.
    """
    if session.scalar(sa.select(Destruction.id).where(Destruction.done_on.is_(None)).limit(1)) is not None:
        raise OneWaits
    listed: dict[UUID, Due] = {}
    found = [one for one in due(session, schedule, today=today, now=now, ahead=timedelta(0)) if one.is_due(today)]
    # Where both are due the files go with the rest.
    for one in sorted(found, key=lambda each: each.part is Part.FILES):
        if len(listed) < MOST:
            listed.setdefault(one.report, one)
    if not listed:
        raise NothingDue
    batch = Destruction(
        id=uuid4(),
        proposed_by=member.id,
        proposed_on=today,
        listed=len(listed),
        digest=rules.digest_of((one.part, one.report, one.version) for one in listed.values()),
    )
    session.add(batch)
    session.flush()
    session.add_all(
        DestructionLine(
            destruction_id=batch.id,
            report_id=one.report,
            part=one.part,
            version=one.version,
            handling=one.handling,
            fate=Fate.WAITING,
        )
        for one in listed.values()
    )
    session.flush()
    _note(session, "propose_destruction", batch, member, now)
    return batch.id


def drop(session: Session, destruction: UUID, *, member: Member, now: datetime) -> None:
    """Take a proposal away that nobody has signed. Raises NoSuchDestruction, AlreadySigned."""
    batch = _batch(session, destruction)
    if batch.signed_on is not None:
        raise AlreadySigned
    session.execute(sa.delete(DestructionLine).where(DestructionLine.destruction_id == batch.id))
    session.delete(batch)
    session.flush()
    _note(session, "drop_destruction", batch, member, now)


def sign(session: Session, destruction: UUID, *, digest: str, member: Member, today: date, now: datetime) -> None:
    """Let it be carried out by the next regular work. `digest` is that of the list that the member has seen.

    Raises NoSuchDestruction, OwnProposal, OtherList, AlreadySigned.
    """
    batch = _batch(session, destruction)
    if batch.signed_on is not None:
        raise AlreadySigned
    if batch.proposed_by == member.id:
        raise OwnProposal
    if not digest == batch.digest == _digest(session, batch):
        raise OtherList
    batch.signed_by, batch.signed_on = member.id, today
    session.flush()
    _note(session, "sign_destruction", batch, member, now)


def signed(session: Session) -> list[UUID]:
    """Batches that two have signed and that are not carried out."""
    query = sa.select(Destruction.id).where(Destruction.signed_on.is_not(None), Destruction.done_on.is_(None))
    return list(session.scalars(query.order_by(Destruction.id)))


def carry_out(
    session: Session, destruction: UUID, schedule: Schedule, *, today: date, now: datetime, pepper: bytes
) -> bool:
    """Destroy the next STEP reports of a signed batch that are still due and as they were listed; others are kept.

    Gives whether more are left. May be stopped at any moment: what was committed is not done again.
    Raises NoSuchDestruction; OtherList where the list is not the one that two different members put their names to.
    """
    batch = _batch(session, destruction)
    if batch.signed_on is None or batch.done_on is not None:
        return False
    if batch.signed_by == batch.proposed_by or _digest(session, batch) != batch.digest:
        raise OtherList
    lines = session.scalars(
        sa.select(DestructionLine)
        .where(DestructionLine.destruction_id == batch.id, DestructionLine.fate == Fate.WAITING)
        .order_by(DestructionLine.report_id)
        .limit(STEP)
    ).all()
    ids = [line.report_id for line in lines]
    # Locked in one order, as everybody who locks several does.
    session.execute(sa.select(Report.id).where(Report.id.in_(ids)).order_by(Report.id).with_for_update())
    rows = {row.id: row for row in session.execute(standings(now).where(Report.id.in_(ids)))}
    bound = bound_together(session, [row.incident_id for row in rows.values()], schedule, today, now)
    left = set(session.scalars(sa.select(Report.id).where(Report.id.in_(ids))))
    for line in lines:
        row = rows.get(line.report_id)
        line.fate = _fate(line, row, schedule, today, bound) if line.report_id in left else Fate.GONE
    doomed = [line for line in lines if line.fate is Fate.DESTROYED]
    _destroy(session, batch, doomed, pepper, now)
    is_over = len(lines) < STEP
    if is_over:
        batch.done_on = today
        record(
            session,
            at=now,
            actor=_signer(session, batch),
            action="finish_destruction",
            subject=f"destruction:{batch.id}",
            after=f"{batch.reports} reports, {batch.files} files",
            reason=batch.digest,
        )
    session.flush()
    return not is_over


def destroy_again(session: Session, reports: Collection[UUID], *, pepper: bytes, now: datetime) -> None:
    """Destroy what two members had destroyed before, and a backup brought back; the incidents stay."""
    handling = {
        row.id: row.handling
        for row in session.execute(sa.select(Report.id, Report.handling).where(Report.id.in_(reports)))
    }
    _forget_notes(session, reports)
    forget_pairs(session, reports, pepper)
    session.execute(sa.delete(Report).where(Report.id.in_(reports)))
    _record_again(session, DESTROY_REPORT, {report: handling[report].value for report in reports}, now)


def destroy_files_again(session: Session, reports: Collection[UUID], *, now: datetime) -> None:
    """As `destroy_again`, of reports of which the files alone were destroyed."""
    before = numbers(session, SentFile.report_id, reports)
    session.execute(sa.delete(SentFile).where(SentFile.report_id.in_(reports)))
    _record_again(session, DESTROY_FILES, {report: f"{before[report]} files" for report in reports}, now)


def _record_again(session: Session, action: str, before: Mapping[UUID, str], now: datetime) -> None:
    after = Handling.DESTROYED.value if action == DESTROY_REPORT else "0 files"
    made = [
        Change(subject=f"report:{report}", before=was, after=after, reason=_AGAIN) for report, was in before.items()
    ]
    if made:
        record_all(session, made, at=now, actor="system", action=action)


def uncleaned(session: Session) -> bool:
    """Whether something was destroyed that may still lie in the files of the database."""
    lines = sa.select(DestructionLine.destruction_id).where(DestructionLine.fate == Fate.DESTROYED)
    query = sa.select(Destruction.id).where(Destruction.cleaned_on.is_(None), Destruction.id.in_(lines))
    return session.scalar(query.limit(1)) is not None


def mark_cleaned(session: Session, *, today: date) -> None:
    """Note that the files of the database were written anew after all batches that are carried out."""
    over = sa.update(Destruction).where(Destruction.done_on.is_not(None), Destruction.cleaned_on.is_(None))
    session.execute(over.values(cleaned_on=today))


def proofs(session: Session) -> list[Proof]:
    """All batches, the newest first."""
    batches = session.scalars(sa.select(Destruction).order_by(Destruction.proposed_on.desc(), Destruction.id))
    names = member_names(session)
    return [_proof(session, batch, names) for batch in batches]


def proof(session: Session, destruction: UUID) -> tuple[Proof, list[Listed]]:
    """One batch and its exact list. Raises NoSuchDestruction."""
    batch = session.get(Destruction, destruction)
    if batch is None:
        raise NoSuchDestruction
    lines = [
        Listed(line.report_id, line.part, line.version, line.handling, line.fate)
        for line in lines_of(session, batch.id)
    ]
    return _proof(session, batch, member_names(session)), lines


def _proof(session: Session, batch: Destruction, names: Mapping[UUID, str]) -> Proof:
    fates = session.execute(
        sa.select(DestructionLine.fate, sa.func.count().label("number"))
        .where(DestructionLine.destruction_id == batch.id)
        .group_by(DestructionLine.fate)
    )
    return Proof(
        batch.id,
        names[batch.proposed_by],
        batch.proposed_by,
        batch.proposed_on,
        batch.listed,
        batch.digest,
        names[batch.signed_by] if batch.signed_by else None,
        batch.signed_on,
        batch.done_on,
        batch.cleaned_on,
        batch.reports,
        batch.messages,
        batch.files,
        batch.notes,
        Counter({row.fate: row.number for row in fates}),
    )


def _fate(line: DestructionLine, row: Row | None, schedule: Schedule, today: date, bound: set[UUID]) -> Fate:
    if row is None or (row.version, row.handling) != (line.version, line.handling):
        return Fate.CHANGED
    standing = standing_of(row, is_bound=line.part is Part.REPORT and row.incident_id in bound)
    return Fate.DESTROYED if rules.is_due(standing, schedule, line.part, today=today) else Fate.KEPT


def _destroy(
    session: Session, batch: Destruction, lines: Sequence[DestructionLine], pepper: bytes, now: datetime
) -> None:
    """Keys and what they seal go with the rows, in this unit of work; the incident and all counts stay."""
    whole = [line.report_id for line in lines if line.part is Part.REPORT]
    files_of = numbers(session, SentFile.report_id, [line.report_id for line in lines])
    messages_of = numbers(session, Message.report_id, whole)
    batch.files += sum(files_of.values())
    batch.messages += sum(messages_of.values())
    batch.reports += len(whole)
    batch.notes += _forget_notes(session, whole)
    forget_pairs(session, whole, pepper)
    session.execute(sa.delete(SentFile).where(SentFile.report_id.in_([line.report_id for line in lines])))
    # With it by its foreign keys: messages, marks and summary, pairs, referrals, holds.
    session.execute(sa.delete(Report).where(Report.id.in_(whole)))
    changes = {
        DESTROY_REPORT: [
            Change(
                subject=f"report:{line.report_id}",
                before=line.handling.value,
                after=_end_of(line.handling).value,
                reason=f"destruction:{batch.id}",
            )
            for line in lines
            if line.part is Part.REPORT
        ],
        DESTROY_FILES: [
            Change(
                subject=f"report:{line.report_id}",
                before=f"{files_of.get(line.report_id, 0)} files",
                after="0 files",
                reason=f"destruction:{batch.id}",
            )
            for line in lines
            if line.part is Part.FILES
        ],
    }
    for action, made in changes.items():
        if made:
            record_all(session, made, at=now, actor=_signer(session, batch), action=action)


def _signer(session: Session, batch: Destruction) -> str:
    return session.get_one(account.Member, batch.signed_by).name


def _end_of(handling: Handling) -> Handling:
    """Destroyed, by steps that a report may take. Raises core.incident.NotAllowed."""
    for after in rules.LAST_STEPS[handling]:
        handling = step(HANDLING, handling, after)
    return handling


def _forget_notes(session: Session, reports: Collection[UUID]) -> int:
    """Delete what the desk wrote to these; gives how many there were."""
    written = session.scalars(
        sa.delete(Deidentification).where(Deidentification.report_id.in_(reports)).returning(Deidentification.report_id)
    ).all()
    incidents = sa.select(Report.incident_id).where(Report.id.in_(reports), Report.incident_id.is_not(None))
    returned = session.scalars(
        sa.delete(ReturnNote).where(ReturnNote.incident_id.in_(incidents)).returning(ReturnNote.incident_id)
    ).all()
    return len(written) + len(returned)


def _batch(session: Session, destruction: UUID) -> Destruction:
    found = session.get(Destruction, destruction, with_for_update=True, populate_existing=True)
    if found is None:
        raise NoSuchDestruction
    return found


def _digest(session: Session, batch: Destruction) -> str:
    """Of the lines as they are now."""
    return rules.digest_of((line.part, line.report_id, line.version) for line in lines_of(session, batch.id))


def _note(session: Session, action: str, batch: Destruction, member: Member, now: datetime) -> None:
    note(session, action, f"destruction:{batch.id}", member, now, after=f"{batch.listed} listed", reason=batch.digest)
