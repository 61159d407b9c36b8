"""How often receipt codes may be asked for: by everybody together, because nobody is told from another here."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

A_MINUTE = 12_000
"""Codes have 86 random bits: who guesses at this rate for a thousand years finds one of a million with a chance below
one in ten million. So this only keeps a flood of guesses from the database, and lies far above what a country's worst
day brings: at a tenth of it, one right code in a hundred was answered as unknown under a load of readers."""


class Lookups:
    """A bucket that fills with time. It is in the memory of one process and knows nothing of anybody."""

    def __init__(self) -> None:
        self._left = float(A_MINUTE)
        self._since: datetime | None = None
        self._lock = threading.Lock()

    def allows(self, now: datetime) -> bool:
        with self._lock:
            waited = max(now - self._since, timedelta(0)) if self._since else timedelta(0)
            self._left = min(A_MINUTE, self._left + A_MINUTE * (waited / timedelta(minutes=1)))
            self._since = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
