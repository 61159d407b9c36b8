"""Leaves a service in peace that fails: after some failures in a row nothing is asked, then one question tries it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class Breaker:
    """Opens after `failures` in a row; after `pause_s` one caller may try, and all may again when that worked."""

    def __init__(self, *, failures: int, pause_s: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._pause_s = pause_s
        self._clock = clock
        self._lock = Lock()
        self._failed = 0
        self._closed_until: float | None = None

    def lets_through(self) -> bool:
        """Whether to ask. Whoever is let through has to say `worked` or `failed` afterwards."""
        with self._lock:
            if self._closed_until is None:
                return True
            if self._clock() < self._closed_until:
                return False
            # One tries; for all others the pause begins anew, also where the one that tries never comes back.
            self._closed_until = self._clock() + self._pause_s
            return True

    def worked(self) -> None:
        with self._lock:
            self._failed, self._closed_until = 0, None

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._closed_until = self._clock() + self._pause_s
