"""How fast reports arrive, felt by the process that takes them: in memory only, without a time of any single one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from incidents.core.flood import MEMORY_DAYS, is_flood, is_flood_day, usual_a_day
from incidents.db.report import arrivals_by_day, arrived_on

_PAUSE = timedelta(seconds=2)
"""Between two counts. The verdict holds so long."""
_WINDOW = timedelta(minutes=1)


class Pulse:
    """Counts of the day, read now and then from the database: so every process feels what all of them take."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._day: date | None = None
        self._usual = 0.0
        self._counts: deque[tuple[datetime, int]] = deque()
        self._is_flooded = False

    def is_flooded(self, reader: Callable[[], AbstractContextManager[Session]], *, today: date, now: datetime) -> bool:
        """Whether far more arrives just now than usual."""
        if self._turn.acquire(blocking=False):
            try:
                self._feel(reader, today, now)
            finally:
                self._turn.release()
        return self._is_flooded

    def _feel(self, reader: Callable[[], AbstractContextManager[Session]], today: date, now: datetime) -> None:
        is_new_day = self._day != today
        if not is_new_day and self._counts and timedelta(0) <= now - self._counts[-1][0] < _PAUSE:
            return
        with reader() as session:
            if is_new_day:
                self._usual = usual_of(session, today)
                self._counts.clear()
                self._day = today
            self._counts.append((now, arrived_on(session, today)))
        while len(self._counts) > 2 and now - self._counts[1][0] >= _WINDOW:
            self._counts.popleft()
        (since, before), (_, arrived) = self._counts[0], self._counts[-1]
        minutes = max(1.0, (now - since) / _WINDOW)
        self._is_flooded = is_flood(int((arrived - before) / minutes), self._usual) or is_flood_day(
            arrived, self._usual
        )


def usual_of(session: Session, today: date) -> float:
    """What arrived on most of the last days before today."""
    return usual_a_day(arrivals_by_day(session, today - timedelta(days=MEMORY_DAYS), today).values())
