"""What members opened, kept from one of their pages to the next so that it is not opened again each time.

Opening two thousand reports takes some 0.3 s, too long for each page of a queue. So what a session opened stays in the
process, and the reasons why that may be are these. It is sealed under a key made from the session's cookie, as the
member's own key is in the database: the process has that key while it answers this member and at no other time, so
between two pages nobody can open it, nor after log-out, when the cookie is gone, also where another process of the
site does not hear of it. It never goes to a disk by our doing (operators are told to use no swap). It is served only
as what the caller says is current: by id and version, of rows that are still there, under keys that the member still
holds. And it is bounded; what was not used for longest goes first, and all of a session when its time is over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from threading import Lock

from incidents.adapters import cookie_box
from incidents.core.accounts import IDLE

ROOM = 256 * 1024 * 1024
"""Bytes in one process, of all sessions together."""
_LARGEST = 1_000
"""Lines of a block: as much is sealed anew when one of them changes."""

Id = str
"""Of a row, as text: thirty thousand UUIDs are made and compared in a third of a second, so many texts in no time."""
Version = Hashable
Open = Callable[[list[Id]], Iterable[tuple[Id, str]]]
"""Gives a line of text without line ends for each that can be opened."""


@dataclass(frozen=True)
class _Block:
    versions: Mapping[Id, Version]
    """In the order of its lines."""
    sealed: bytes


@dataclass
class _Shelves:
    """What one session opened, by what it is for."""

    used_at: datetime
    blocks: dict[str, list[_Block]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(len(block.sealed) for blocks in self.blocks.values() for block in blocks)


@dataclass(frozen=True)
class Recall:
    """The memory of one session, for the length of one request."""

    _memory: Memory
    _name: bytes
    _key: bytes

    def lines(self, shelf: str, current: Mapping[Id, Version], open_: Open) -> dict[Id, str]:
        """A line for each of `current` that can be opened; those in memory in this version are not opened again.

        What is not among `current` is forgotten.
        """
        found: dict[Id, str] = {}
        loose: dict[Id, str] = {}
        before = self._memory.blocks(self._name, shelf)
        kept = []
        for block in before:
            lines = dict(zip(block.versions, self._opened(block), strict=True))
            if block.versions.items() <= current.items():
                found |= lines
                if len(lines) == _LARGEST:
                    kept.append(block)
                else:
                    loose |= lines
            else:
                loose |= {one: lines[one] for one, version in block.versions.items() if current.get(one) == version}
        found |= loose
        if missing := [one for one in current if one not in found]:
            opened = dict(open_(missing))
            found |= opened
            loose |= opened
        if missing or len(found) != sum(len(block.versions) for block in before):
            self._memory.keep(self._name, shelf, kept + self._sealed(loose, current))
        return found

    def _opened(self, block: _Block) -> list[str]:
        return cookie_box.open_(self._key, block.sealed).split("\n")

    def _sealed(self, lines: Mapping[Id, str], current: Mapping[Id, Version]) -> list[_Block]:
        ids = list(lines)
        blocks = []
        for start in range(0, len(ids), _LARGEST):
            some = ids[start : start + _LARGEST]
            text = "\n".join(lines[one] for one in some)
            blocks.append(_Block({one: current[one] for one in some}, cookie_box.seal(self._key, text)))
        return blocks


class Memory:
    """Of one process, for all sessions."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._sessions: OrderedDict[bytes, _Shelves] = OrderedDict()
        self._turn = Lock()

    def of(self, cookie: bytes, *, now: datetime) -> Recall:
        """What the session with this cookie opened. The cookie must be that of somebody who is logged in."""
        name = _name(cookie)
        with self._turn:
            for old in [each for each, shelves in self._sessions.items() if now - shelves.used_at > IDLE]:
                del self._sessions[old]
            self._sessions.setdefault(name, _Shelves(now)).used_at = now
            self._sessions.move_to_end(name)
        return Recall(self, name, cookie_box.key_of(cookie))

    def forget(self, cookie: bytes) -> None:
        """All that this session opened."""
        with self._turn:
            self._sessions.pop(_name(cookie), None)

    def blocks(self, name: bytes, shelf: str) -> list[_Block]:
        with self._turn:
            shelves = self._sessions.get(name)
            return list(shelves.blocks.get(shelf, [])) if shelves else []

    def keep(self, name: bytes, shelf: str, blocks: list[_Block]) -> None:
        with self._turn:
            shelves = self._sessions.get(name)
            if shelves is None:  # logged out meanwhile
                return
            shelves.blocks[shelf] = blocks
            while sum(each.size for each in self._sessions.values()) > self._room:
                self._sessions.popitem(last=False)

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        with self._turn:
            return sum(shelves.size for shelves in self._sessions.values())


def _name(cookie: bytes) -> bytes:
    """What a session's part is found by: does not lead back to the cookie, nor to its row in the database."""
    return blake2b(cookie, digest_size=16, person=b"memory name").digest()
