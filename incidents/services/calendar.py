"""The calendar: on which days figures will come out, announced ahead and kept.

What is announced is also an embargo: a release that two have signed earlier becomes public then and not before.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.periods import Quarter, in_serbia
from incidents.core.workdays import LOCAL
from incidents.db import audit
from incidents.db.release import Announcement, Release, ReleaseState
from incidents.services.published import newest

AHEAD = timedelta(days=2 * 366)
"""Nothing is announced for later than that: it would be a slip of the pen."""
QUARTERS = 8
"""So many can be announced, from the next one on."""


class Past(Exception):
    """The moment is over already."""


class TooFar(Exception):
    """The moment is years ahead."""


class AlreadySigned(Exception):
    """Two have signed the release of this quarter, or of a later one; its day is fixed."""


def announce(session: Session, quarter: Quarter, day: date, hour: int, *, actor: str, now: datetime) -> None:
    """Set the moment, by clocks in Serbia, at which the figures of a quarter become public; or move it.

    Raises Past, TooFar, AlreadySigned.
    """
    public_at = datetime.combine(day, time(hour), LOCAL)
    if public_at <= now:
        raise Past
    if public_at > now + AHEAD:
        raise TooFar
    before = newest(session)
    if before and quarter <= Quarter.parse(before.quarter):
        raise AlreadySigned
    # A draft that is being signed right now waits for this, or this for it.
    session.scalar(sa.select(Release.number).where(Release.state == ReleaseState.BUILT).with_for_update())
    row, today = session.get(Announcement, str(quarter)), in_serbia(now).date()
    earlier = row.public_at.isoformat() if row else ""
    if row is None:
        session.add(Announcement(quarter=str(quarter), public_at=public_at, announced_on=today, moved=0))
    elif row.public_at != public_at:
        row.public_at, row.announced_on, row.moved = public_at, today, row.moved + 1
    session.flush()
    audit.record(
        session,
        at=now,
        actor=actor,
        action="announce_release",
        subject=f"quarter:{quarter}",
        before=earlier,
        after=public_at.isoformat(),
    )


def to_announce(session: Session, *, today: date) -> list[Quarter]:
    """The quarters whose day can be set, the next one first."""
    before = newest(session)
    found = [Quarter.parse(before.quarter).following() if before else Quarter.of(today)]
    while len(found) < QUARTERS:
        found.append(found[-1].following())
    return found
