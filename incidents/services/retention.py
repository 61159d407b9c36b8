"""How long reports are kept: since when they are unchanged, what is due, and what stands in the way of it.

Nothing here destroys: see services.destruction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from incidents.core import retention as rules
from incidents.core.incident import Decision, Handling, Referral
from incidents.core.retention import AHEAD, OPEN_TOO_LONG, Obstacle, Part, Schedule, Standing
from incidents.db import referral as referred
from incidents.db.incident import Incident
from incidents.db.report import Report, SentFile
from incidents.db.retention import Hold, Unchanged

STEP = 100
"""Reports in one unit of work, so that nobody who sends one waits for it."""
_WITH_A_BODY = (Referral.PROPOSED, Referral.CONSENT_CHECKED, Referral.SENT, Referral.ACKNOWLEDGED)
_DECIDED = frozenset({None, Decision.ACCEPTED, Decision.WITHDRAWN})
Row = sa.Row[*tuple[Any, ...]]
"""One of `standings`."""


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
        standings(now).where(Unchanged.since <= oldest_needed, Report.handling.in_(rules.LAST_STEPS))
    ).all()
    bound = bound_together(session, [row.incident_id for row in rows], schedule, today, now)
    found = [one for row in rows for one in _due_of(row, schedule, today, bound) if one.due_on <= today + ahead]
    return sorted(found, key=lambda one: (one.due_on, one.report, one.part.value))


def number_over(session: Session, schedule: Schedule, *, today: date, now: datetime) -> int:
    """How many reports are over their days."""
    return len({one.report for one in due(session, schedule, today=today, now=now) if one.is_due(today)})


def open_too_long(session: Session, *, today: date) -> Mapping[Handling, int]:
    """How many open reports nobody has touched for too long, by where they stand."""
    rows = session.execute(
        sa.select(Report.handling, sa.func.count().label("number"))
        .join(Unchanged, Unchanged.report_id == Report.id)
        .where(Report.handling.not_in(rules.LAST_STEPS), Unchanged.since < today - OPEN_TOO_LONG)
        .group_by(Report.handling)
    )
    return {row.handling: row.number for row in rows}


def _due_of(row: Row, schedule: Schedule, today: date, bound: set[UUID]) -> Iterator[Due]:
    parts = [Part.REPORT, Part.FILES] if row.has_files else [Part.REPORT]
    days = {part: rules.due_on(standing_of(row), schedule, part) for part in parts}
    for part, day in days.items():
        # Files that are due together with the rest are not listed by themselves.
        if day is None or (part is Part.FILES and day == days[Part.REPORT]):
            continue
        is_bound = part is Part.REPORT and day <= today and row.incident_id in bound
        why = rules.obstacle(standing_of(row, is_bound=is_bound), today)
        yield Due(row.id, row.version, row.handling, part, row.since, day, why, row.held_until)


def standing_of(row: Row, *, is_bound: bool = False) -> Standing:
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


def standings(now: datetime) -> sa.Select[*tuple[Any, ...]]:
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


def bound_together(
    session: Session, incidents: Iterable[UUID | None], schedule: Schedule, today: date, now: datetime
) -> set[UUID]:
    """Those of the incidents of which a report is not due: then none of their reports is destroyed."""
    asked = sorted({incident for incident in incidents if incident is not None})
    found: set[UUID] = set()
    for start in range(0, len(asked), STEP):
        some = asked[start : start + STEP]
        resting = numbers(session, Report.incident_id, some)
        due_now = Counter(
            row.incident_id
            for row in session.execute(standings(now).where(Report.incident_id.in_(some)))
            if rules.is_due(standing_of(row), schedule, Part.REPORT, today=today)
        )
        found |= {incident for incident, number in resting.items() if due_now[incident] < number}
    return found


def numbers(
    session: Session, column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], ids: Collection[UUID]
) -> Mapping[UUID, int]:
    """How many rows have each of these there."""
    query = sa.select(column.label("id"), sa.func.count().label("number")).where(column.in_(ids)).group_by(column)
    return {row.id: row.number for row in session.execute(query)}
