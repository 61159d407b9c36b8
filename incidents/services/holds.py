"""Holds: reports that are kept until a day, whatever their schedule says, with the reason in a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import retention as rules
from incidents.core.incident import Handling
from incidents.db.account import member_names
from incidents.db.report import Report
from incidents.db.retention import Hold
from incidents.services.accounts import Member
from incidents.services.audit import note


class NoReport(Exception):
    """There is no report with this id to hold, or none that is held."""


class NotAHold(Exception):
    """The reason is none of ours, or the day is none of those that a hold can end on."""


class LongerHeld(Exception):
    """It is held until a later day already: that hold is lifted first, which is a step of its own."""


@dataclass(frozen=True)
class Held:
    report: UUID
    handling: Handling
    reason: str
    placed_by: str
    placed_on: date
    until: date


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
