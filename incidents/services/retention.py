"""What is kept how long, what is held longer, and what two members let be destroyed.

Regular work notes since when reports are unchanged and carries out what two have signed. Nothing else destroys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from incidents.core import retention as rules
from incidents.core.audit import DESTROY_FILES, DESTROY_REPORT
from incidents.core.incident import HANDLING, Decision, Handling, Referral, step
from incidents.core.retention import AHEAD, OPEN_TOO_LONG, Obstacle, Part, Schedule, Standing
from incidents.db import account
from incidents.db import referral as referred
from incidents.db.account import member_names
from incidents.db.audit import Change, record, record_all
from incidents.db.coding import ReturnNote
from incidents.db.deidentify import Deidentification
from incidents.db.incident import Incident
from incidents.db.report import Message, Report, SentFile
from incidents.db.retention import Destruction, DestructionLine, Fate, Hold, Unchanged, lines_of
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.withdrawal import forget_pairs

STEP = 100
"""Reports in one unit of work, so that nobody who sends one waits for it."""
MOST = 1_000
"""Lines of a batch: as many as two people can answer for."""
_WITH_A_BODY = (Referral.PROPOSED, Referral.CONSENT_CHECKED, Referral.SENT, Referral.ACKNOWLEDGED)
_DECIDED = frozenset({None, Decision.ACCEPTED, Decision.WITHDRAWN})
_Row = sa.Row[*tuple[Any, ...]]


class NoSuchDestruction(Exception):
    """There is no batch with this id; perhaps it was dropped."""


class NoReport(Exception):
    """There is no report with this id to hold, or none that is held."""


class NotAHold(Exception):
    """The reason is none of ours, or the day is none of those that a hold can end on."""


class LongerHeld(Exception):
    """It is held until a later day already: that hold is lifted first, which is a step of its own."""


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
class Due:
    """A report, or its files, whose days are over or soon will be. Nothing that was said."""

    report: UUID
    version: int
    handling: Handling
    part: Part
    unchanged_since: date
    due_on: date
    obstacle: Obstacle | None
    held_until: date | None

    def is_due(self, today: date) -> bool:
        return self.due_on <= today and self.obstacle is None


@dataclass(frozen=True)
class Held:
    report: UUID
    handling: Handling
    reason: str
    placed_by: str
    placed_on: date
    until: date


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


def changed(session: Session) -> list[UUID]:
    """Reports that are others than they were when regular work last looked."""
    query = (
        sa.select(Report.id)
        .outerjoin(Unchanged, Unchanged.report_id == Report.id)
        .where(
            sa.or_(
                Unchanged.report_id.is_(None),
                Unchanged.version != Report.version,
                Unchanged.handling != Report.handling,
            )
        )
    )
    return list(session.scalars(query))


def note_changes(session: Session, reports: Collection[UUID], *, today: date) -> None:
    """Note of these that they are as they are since today. One that somebody is changing just now is left alone."""
    rows = session.execute(
        sa.select(Report.id, Report.version, Report.handling)
        .where(Report.id.in_(reports))
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return
    session.execute(sa.delete(Unchanged).where(Unchanged.report_id.in_([row.id for row in rows])))
    session.execute(
        sa.insert(Unchanged),
        [{"report_id": row.id, "version": row.version, "handling": row.handling, "since": today} for row in rows],
    )


def due(session: Session, schedule: Schedule, *, today: date, now: datetime, ahead: timedelta = AHEAD) -> list[Due]:
    """What is due, or falls due within `ahead`, the longest due first; with what stands in the way."""
    oldest_needed = today + ahead - schedule.shortest()
    rows = session.execute(
        _standings(now).where(Unchanged.since <= oldest_needed, Report.handling.in_(rules.LAST_STEPS))
    ).all()
    bound = _bound(session, [row.incident_id for row in rows], schedule, today, now)
    found = [one for row in rows for one in _due_of(row, schedule, today, bound) if one.due_on <= today + ahead]
    return sorted(found, key=lambda one: (one.due_on, one.report, one.part.value))


def open_too_long(session: Session, *, today: date) -> Mapping[Handling, int]:
    """How many open reports nobody has touched for too long, by where they stand."""
    rows = session.execute(
        sa.select(Report.handling, sa.func.count().label("number"))
        .join(Unchanged, Unchanged.report_id == Report.id)
        .where(Report.handling.not_in(rules.LAST_STEPS), Unchanged.since < today - OPEN_TOO_LONG)
        .group_by(Report.handling)
    )
    return {row.handling: row.number for row in rows}


def hold(
    session: Session, report: UUID, reason: str, until: date, *, member: Member, today: date, now: datetime
) -> None:
    """Keep a report until the end of a day, whatever its schedule says. Its reporter can still withdraw it.

    Raises NoReport, NotAHold, LongerHeld.
    """
    if reason not in rules.HOLD_REASONS or not today <= until <= today + rules.LONGEST_HOLD:
        raise NotAHold
    row = session.get(Report, report, with_for_update=True)
    if row is None:
        raise NoReport
    standing = session.get(Hold, report)
    if standing is not None and standing.until > until:
        raise LongerHeld
    session.merge(Hold(report_id=report, reason=reason, placed_by=member.id, placed_on=today, until=until))
    session.flush()
    before = standing.until.isoformat() if standing is not None else ""
    note(session, "hold", f"report:{report}", member, now, before=before, after=until.isoformat(), reason=reason)


def lift(session: Session, report: UUID, *, member: Member, now: datetime) -> None:
    """End a hold: from now on the report's days count. Raises NoReport."""
    standing = session.get(Hold, report, with_for_update=True)
    if standing is None:
        raise NoReport
    session.delete(standing)
    session.flush()
    note(session, "lift_hold", f"report:{report}", member, now, before=standing.until.isoformat())


def held_until(session: Session, report: UUID, *, today: date) -> date | None:
    """The last day of a report's hold; None for one that is not held."""
    standing = session.get(Hold, report)
    return standing.until if standing is not None and standing.until >= today else None


def holds(session: Session, *, today: date) -> list[Held]:
    """Those that are not over, the first to end first."""
    names = member_names(session)
    rows = session.execute(
        sa.select(Hold, Report.handling)
        .join(Report, Report.id == Hold.report_id)
        .where(Hold.until >= today)
        .order_by(Hold.until, Hold.report_id)
    )
    return [
        Held(row.report_id, handling, row.reason, names[row.placed_by], row.placed_on, row.until)
        for row, handling in rows
    ]


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
    standings = {row.id: row for row in session.execute(_standings(now).where(Report.id.in_(ids)))}
    bound = _bound(session, [row.incident_id for row in standings.values()], schedule, today, now)
    left = set(session.scalars(sa.select(Report.id).where(Report.id.in_(ids))))
    for line in lines:
        row = standings.get(line.report_id)
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


def _standings(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Of each report that regular work has seen: what the rules ask."""
    with_a_body = sa.exists().where(referred.Referral.report_id == Report.id, referred.Referral.state.in_(_WITH_A_BODY))
    is_taken = sa.and_(Report.lease_until.is_not(None), Report.lease_until > now)
    return (
        sa.select(
            Report.id,
            Report.version,
            Report.handling,
            Unchanged.since,
            Report.has_news,
            sa.func.coalesce(is_taken, sa.false()).label("is_taken"),
            with_a_body.label("is_passed_on"),
            sa.exists().where(SentFile.report_id == Report.id).label("has_files"),
            Hold.until.label("held_until"),
            Report.incident_id,
            Incident.decision.label("decision"),
        )
        .join(Unchanged, Unchanged.report_id == Report.id)
        # A report that was changed since is as new as today.
        .where(Unchanged.version == Report.version, Unchanged.handling == Report.handling)
        .outerjoin(Hold, Hold.report_id == Report.id)
        .outerjoin(Incident, Incident.id == Report.incident_id)
    )


def _bound(
    session: Session, incidents: Iterable[UUID | None], schedule: Schedule, today: date, now: datetime
) -> set[UUID]:
    """Those of the incidents of which a report is not due: then none of their reports is destroyed."""
    asked = sorted({incident for incident in incidents if incident is not None})
    found: set[UUID] = set()
    for start in range(0, len(asked), STEP):
        some = asked[start : start + STEP]
        resting = _numbers(session, Report.incident_id, some)
        due_now = Counter(
            row.incident_id
            for row in session.execute(_standings(now).where(Report.incident_id.in_(some)))
            if rules.is_due(_standing(row), schedule, Part.REPORT, today=today)
        )
        found |= {incident for incident, number in resting.items() if due_now[incident] < number}
    return found


def _standing(row: _Row, *, is_bound: bool = False) -> Standing:
    return Standing(
        handling=row.handling,
        unchanged_since=row.since,
        is_settled=row.decision in _DECIDED,
        has_news=bool(row.has_news),
        is_taken=bool(row.is_taken),
        is_passed_on=bool(row.is_passed_on),
        held_until=row.held_until,
        is_bound=is_bound,
    )


def _due_of(row: _Row, schedule: Schedule, today: date, bound: set[UUID]) -> Iterator[Due]:
    parts = [Part.REPORT, Part.FILES] if row.has_files else [Part.REPORT]
    days = {part: rules.due_on(_standing(row), schedule, part) for part in parts}
    for part, day in days.items():
        # Files that are due together with the rest are not listed by themselves.
        if day is None or (part is Part.FILES and day == days[Part.REPORT]):
            continue
        is_bound = part is Part.REPORT and day <= today and row.incident_id in bound
        why = rules.obstacle(_standing(row, is_bound=is_bound), today)
        yield Due(row.id, row.version, row.handling, part, row.since, day, why, row.held_until)


def _fate(line: DestructionLine, row: _Row | None, schedule: Schedule, today: date, bound: set[UUID]) -> Fate:
    if row is None or (row.version, row.handling) != (line.version, line.handling):
        return Fate.CHANGED
    standing = _standing(row, is_bound=line.part is Part.REPORT and row.incident_id in bound)
    return Fate.DESTROYED if rules.is_due(standing, schedule, line.part, today=today) else Fate.KEPT


def _destroy(
    session: Session, batch: Destruction, lines: Sequence[DestructionLine], pepper: bytes, now: datetime
) -> None:
    """Keys and what they seal go with the rows, in this unit of work; the incident and all counts stay."""
    whole = [line.report_id for line in lines if line.part is Part.REPORT]
    files_of = _numbers(session, SentFile.report_id, [line.report_id for line in lines])
    messages_of = _numbers(session, Message.report_id, whole)
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


def _numbers(
    session: Session, column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], ids: Collection[UUID]
) -> Mapping[UUID, int]:
    """How many rows have each of these there."""
    query = sa.select(column.label("id"), sa.func.count().label("number")).where(column.in_(ids)).group_by(column)
    return {row.id: row.number for row in session.execute(query)}


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
