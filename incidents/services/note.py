"""The operator's daily note: the same words every day, on quiet days too, and nothing of any report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from incidents.core.retention import AHEAD
from incidents.core.upkeep import OVERDUE, words_of
from incidents.db.report import arrived_on
from incidents.services.overdue import overdue

SUBJECT = "Daily note"


def note(session: Session, checks: Mapping[str, bool], *, falling_due: int, today: date) -> str:
    """The whole text. `checks` are those of `services.watching.readiness`."""
    lines = [f"{name + ':':<12} {'well' if holds else 'NOT WELL'}" for name, holds in sorted(checks.items())]
    numbers = {
        "Reports yesterday": arrived_on(session, today - timedelta(days=1)),
        f"Waiting for longer than {OVERDUE.days} days": overdue(session, today=today),
        f"Due to be destroyed within {AHEAD.days} days": falling_due,
    }
    lines += ["", *(f"{name}: {words_of(number)}" for name, number in numbers.items())]
    return f"{_BEGIN}\n\n{chr(10).join(lines)}\n"


_BEGIN = "This note comes every day, on quiet days too. If it stays away, please look after the machine."
