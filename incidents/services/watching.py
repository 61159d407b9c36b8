"""Is the site well? Named answers of yes and no, and two numbers too coarse for one report to show."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.upkeep import coarse
from incidents.db import job, revision
from incidents.db.database import Database
from incidents.db.report import arrived_on
from incidents.services.overdue import overdue
from incidents.services.reporting import intake_is_open


def readiness(database: Database, settings: Settings, *, now: datetime) -> dict[str, bool]:
    """Each check by its name; true is well. What cannot be found out is not well."""
    checks: dict[str, Callable[[Session], bool]] = {
        "database": lambda session: session.scalar(sa.select(1)) == 1,
        "migrations": lambda session: revision.is_newest(session.connection()),
        "intake": intake_is_open,
        "tick": lambda session: _is_recent(session, job.TICK, settings.tick_within, now),
    }
    if settings.backup_within is not None:
        within = settings.backup_within
        checks["backup"] = lambda session: _is_recent(session, job.BACKUP, within, now)
    found = {name: _holds(database, check) for name, check in checks.items()}
    return found | {"disk": shutil.disk_usage(settings.instance).free >= settings.least_free_bytes}


@dataclass(frozen=True)
class Numbers:
    reports_yesterday: int
    overdue: int


def numbers(session: Session, *, today: date) -> Numbers:
    """Coarse, and of days that are over: whoever looks twice a minute sees no report arrive."""
    return Numbers(coarse(arrived_on(session, today - timedelta(days=1))), coarse(overdue(session, today=today)))


def _holds(database: Database, check: Callable[[Session], bool]) -> bool:
    try:
        with database.reader() as session:
            return check(session)
    except SQLAlchemyError:
        return False


def _is_recent(session: Session, name: str, within: timedelta, now: datetime) -> bool:
    last = job.last_done(session, name)
    return last is not None and last.done_at is not None and abs(now - last.done_at) <= within
