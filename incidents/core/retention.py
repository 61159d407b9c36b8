"""How long reports are kept: what is due to be destroyed, when, and what stands in the way. Nothing here destroys.

Days count from the last change of a report. What is due is proposed by one member and signed by another.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

from incidents.core.incident import Handling

FILES = "files"
DEFAULTS: Mapping[str, int] = MappingProxyType(
    {
        # Nobody has looked at these: held by the check for floods, and never let go.
        Handling.QUARANTINED.value: 180,
        Handling.SET_ASIDE.value: 365,
        # Counted: long enough to correct, to be asked by a body, and for the release of the next year.
        Handling.LINKED.value: 730,
        Handling.CLOSED.value: 365,
        # Pictures and recordings give people away most; what is settled from them stands in the incident.
        FILES: 180,
    }
)
"""Days after the last change, by handling; `files` are those of a report that is settled or set aside."""
BOUNDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        Handling.QUARANTINED.value: (30, 730),
        Handling.SET_ASIDE.value: (30, 1825),
        Handling.LINKED.value: (180, 3650),
        Handling.CLOSED.value: (30, 1825),
        FILES: (30, 1825),
    }
)
"""The fewest and the most days that an operator may set."""
AHEAD = timedelta(days=30)
"""What falls due so soon is shown before it does."""
OPEN_TOO_LONG = timedelta(days=90)
"""An open report that nobody has touched for longer is shown. It is never due: it has to be settled first."""
LONGEST_HOLD = timedelta(days=731)
HOLD_REASONS = ("proceedings", "authority", "reporter", "complaint", "correction")
"""Why a report is kept longer. Codes, because words could be those of the report."""

LAST_STEPS: Mapping[Handling, Sequence[Handling]] = {
    # Held reports are not counted as set aside on this way: nobody judged them.
    Handling.QUARANTINED: (Handling.SET_ASIDE, Handling.CLOSED, Handling.DESTROYED),
    Handling.SET_ASIDE: (Handling.CLOSED, Handling.DESTROYED),
    Handling.LINKED: (Handling.CLOSED, Handling.DESTROYED),
    Handling.CLOSED: (Handling.DESTROYED,),
}
"""How a report ends from where it stands."""


class NotASchedule(Exception):
    """`name` is no part of a schedule, or its days are not from `least` to `most`."""

    def __init__(self, name: str, least: int = 0, most: int = 0) -> None:
        known = ", ".join(DEFAULTS)
        super().__init__(f"{name} must be {least} to {most} days" if most else f"{name} is none of {known}")


class Part(enum.Enum):
    """What is destroyed together."""

    REPORT = "report"
    """All of it: what was sent, messages, files, what the desk wrote to it."""
    FILES = "files"
    """Its files alone, earlier than the rest."""


class Obstacle(enum.Enum):
    """Why a report is kept although its days are over."""

    OPEN = "open"
    TAKEN = "taken"
    NEWS = "news"
    UNSETTLED = "unsettled"
    PASSED_ON = "passed_on"
    HELD = "held"
    TOGETHER = "together"
    """Another report on the same incident is not due. They go together: what one of them consented to needs all."""


@dataclass(frozen=True)
class Schedule:
    days: Mapping[str, int] = field(default_factory=lambda: DEFAULTS)

    def __post_init__(self) -> None:
        """Raises NotASchedule."""
        for name, days in self.days.items():
            if name not in BOUNDS:
                raise NotASchedule(name)
            if not BOUNDS[name][0] <= days <= BOUNDS[name][1]:
                raise NotASchedule(name, *BOUNDS[name])

    def kept_for(self, handling: Handling, part: Part) -> timedelta | None:
        """How long after the last change; None for what only a member's decision ends."""
        if handling not in LAST_STEPS:
            return None
        days = self._days(handling.value)
        return timedelta(days=days if part is Part.REPORT else min(days, self._days(FILES)))

    def shortest(self) -> timedelta:
        return timedelta(days=min(map(self._days, DEFAULTS)))

    def _days(self, name: str) -> int:
        return self.days.get(name, DEFAULTS[name])


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the rules have to know of a report: nothing that was said in it."""

    handling: Handling
    unchanged_since: date
    is_settled: bool = True
    """Two members have decided on the incident that it rests on; true for one that rests on none."""
    has_news: bool = False
    is_taken: bool = False
    is_passed_on: bool = False
    """A body has it that has not answered, or it is about to be passed on."""
    held_until: date | None = None
    is_bound: bool = False
    """Another report on its incident is not due."""


def due_on(standing: Standing, schedule: Schedule, part: Part) -> date | None:
    """The first day on which it may be destroyed if nothing stands in the way; None for one that is open."""
    kept_for = schedule.kept_for(standing.handling, part)
    return None if kept_for is None else standing.unchanged_since + kept_for


def obstacle(standing: Standing, today: date) -> Obstacle | None:
    if standing.handling not in LAST_STEPS:
        return Obstacle.OPEN
    stands_in_the_way = {
        # The last day of a hold is part of it.
        Obstacle.HELD: standing.held_until is not None and standing.held_until >= today,
        Obstacle.NEWS: standing.has_news,
        Obstacle.TAKEN: standing.is_taken,
        Obstacle.UNSETTLED: not standing.is_settled,
        Obstacle.PASSED_ON: standing.is_passed_on,
        Obstacle.TOGETHER: standing.is_bound,
    }
    return next((which for which, holds in stands_in_the_way.items() if holds), None)


def is_due(standing: Standing, schedule: Schedule, part: Part, *, today: date) -> bool:
    day = due_on(standing, schedule, part)
    return day is not None and day <= today and obstacle(standing, today) is None


def digest_of(listed: Iterable[tuple[Part, UUID, int]]) -> str:
    """Of the exact list that two members put their names to: SHA-256 of its lines, sorted, in hexadecimal.

    A line is the part, the report's id and its version, with blanks between and a line feed at the end.
    """
    lines = sorted(f"{part.value} {report} {version}\n" for part, report, version in listed)
    return sha256("".join(lines).encode()).hexdigest()
