"""How fast receipt codes and links may be guessed: by everybody together, because nobody is told from another here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

A_MINUTE = 30_000
"""Wrong ones, in each worker. Codes have 86 random bits: who guesses at this rate for a thousand years finds one of a
million with a chance below one in a million. So it keeps a flood of guesses from the database, and must not keep a
right code waiting: a worker has at most a thousand connections, so behind guesses on all of them its turn comes within
two seconds."""
LONGEST_WAIT_S = 1.0
"""For a turn, however many are asked for at once."""


class Lookups:
    """A bucket of turns that fills with time: a second's worth at most. It is in the memory of one process.

    Everything is looked up. Right and wrong wait for their turn alike, as nobody knows before which is which; then a
    right one gives its turn back. So wrong ones are looked up at the rate of the bucket, right ones cost nothing, and
    what is not there is answered the same in a flood. A wait holds a thread, but not for longer than all threads
    of a process together take their turns.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._a_second = A_MINUTE / 60
        self._clock, self._sleep = clock, sleep
        self._taken = 0.0
        """Turns that have not come back yet."""
        self._since = clock()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for it; then look up. It is spent if the block raises, as it does where nothing is found."""
        with self._lock:
            now = self._clock()
            self._taken = max(0.0, self._taken - (now - self._since) * self._a_second) + 1
            self._since = now
            wait_s = min(self._taken / self._a_second - 1, LONGEST_WAIT_S)
        if wait_s > 0:
            self._sleep(wait_s)
        yield
        with self._lock:
            self._taken = max(0.0, self._taken - 1)
