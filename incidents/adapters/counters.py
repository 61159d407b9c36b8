"""Counts that all processes of a site keep together: a small file each, so that none waits and no count is lost.

They hold numbers and nothing else. A process may end at any moment: what it counted is added to the others' later.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path
from secrets import token_hex
from threading import Lock

_BYTES = 8


class Counters:
    """`size` numbers that only grow. Without a folder, or where it cannot be written, they count for this process."""

    def __init__(self, folder: Path | None, size: int) -> None:
        self._folder, self._size = folder, size
        self._turn = Lock()
        self._owner = 0
        self._own: memoryview
        self._file = -1

    def add(self, amounts: dict[int, int]) -> None:
        """Add to the numbers at these places."""
        with self._turn:
            if self._owner != os.getpid():  # also in a process that was forked off since
                self._own = self._opened()
                self._owner = os.getpid()
            for place, amount in amounts.items():
                self._own[place] += amount

    def totals(self) -> list[int]:
        """The numbers of all processes, also of those that have ended."""
        if self._folder is None or not self._folder.is_dir():
            with self._turn:
                return list(self._own) if self._owner == os.getpid() else [0] * self._size
        with open(os.open(self._folder / "sum", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as whole:
            fcntl.flock(whole, fcntl.LOCK_EX)
            gone = _numbers(whole.read(), self._size)
            living = [0] * self._size
            for path in self._folder.glob("*.counts"):
                with path.open("rb") as file:
                    into = gone if _is_left(file.fileno()) else living
                    for place, number in enumerate(_numbers(file.read(), self._size)):
                        into[place] += number
                if into is gone:
                    whole.seek(0)
                    whole.write(_bytes(gone))
                    whole.flush()
                    path.unlink()
            return [ended + running for ended, running in zip(gone, living, strict=True)]

    def _opened(self) -> memoryview:
        try:
            if self._folder is None:
                return memoryview(bytearray(self._size * _BYTES)).cast("Q")
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path = self._folder / f"{token_hex(8)}.counts"
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            # Its room is taken now: a write into a file that finds none would end the process.
            os.posix_fallocate(self._file, 0, self._size * _BYTES)
            return memoryview(mmap.mmap(self._file, self._size * _BYTES)).cast("Q")
        except OSError:
            return memoryview(bytearray(self._size * _BYTES)).cast("Q")


def _is_left(file: int) -> bool:
    """Whether the process that counted in it has ended."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _numbers(content: bytes, size: int) -> list[int]:
    """Zeros for what another version of the software counted."""
    return list(memoryview(content).cast("Q")) if len(content) == size * _BYTES else [0] * size


def _bytes(numbers: list[int]) -> bytes:
    return b"".join(number.to_bytes(_BYTES, "little") for number in numbers)
