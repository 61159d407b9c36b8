"""How soon the desk means to be: when a report or an incident is overdue, and how long things took.

Of a report only the day is kept on which it came, no hour. So hours cannot be counted from its arrival: four working
hours are over when the working day ends on which it came; where it came on a day off, four hours into the next working
day. What came in the evening is then overdue at once, and the first thing that is seen in the morning: where somebody
may be at risk, too early is the better mistake.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from math import ceil

from incidents.core.incident import Handling
from incidents.core.workdays import at_close, hours_into, is_working_day, working_day_after


class Target(enum.Enum):
    """What is to be done in time."""

    RISK = "risk"
    """A first look at a report in which somebody may be at risk."""
    LOOK = "look"
    """A first look at any other."""
    PROPOSE = "propose"
    """To settle what a report tells: proposed, linked or set aside."""
    ACCEPT = "accept"
    """The second person's word on what was proposed."""


RISK_HOURS = 4
DAYS = {Target.LOOK: 1, Target.PROPOSE: 5, Target.ACCEPT: 3}
"""Working days after the day on which a report came; for the second person, after the day of the proposal."""


def due(target: Target, since: date) -> datetime:
    """The moment after which something that came, or was proposed, on this day is overdue."""
    if target is not Target.RISK:
        return at_close(working_day_after(since, DAYS[target]))
    return at_close(since) if is_working_day(since) else hours_into(working_day_after(since, 1), RISK_HOURS)


def target_of(handling: Handling, *, is_at_risk: bool) -> Target | None:
    """What an open report waits for at the desk; None while it waits for its reporter.

    One that was put back waits for a look again: nobody settled it.
    """
    match handling:
        case Handling.RECEIVED | Handling.QUARANTINED:
            return Target.RISK if is_at_risk else Target.LOOK
        case Handling.IN_TRIAGE:
            return Target.PROPOSE
        case _:
            return None


def is_overdue(received_on: date, handling: Handling, *, is_at_risk: bool, now: datetime) -> bool:
    target = target_of(handling, is_at_risk=is_at_risk)
    return target is not None and now > due(target, received_on)


def percentile(values: Sequence[int], part: float) -> int:
    """The smallest value that so large a part of them does not exceed (nearest rank). There must be one."""
    return sorted(values)[max(0, ceil(part * len(values)) - 1)]
