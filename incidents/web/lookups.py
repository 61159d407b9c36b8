"""How often receipt codes may be asked for: by everybody together, because nobody is told from another here."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

A_MINUTE = 1_200
"""Codes have 86 random bits and cannot be guessed; this keeps a flood of guesses from the database."""


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
