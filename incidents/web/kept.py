"""Answers that are made once and kept in memory: published files, which are the same for everybody and for good.

Each process keeps its own, and no more than it has room for: what was not asked for longest is made again when it is.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

_WORTH_PACKING = 600
ROOM = 64 * 1024 * 1024


@dataclass(frozen=True)
class Ready:
    """A file ready to be sent."""

    content: bytes
    kind: str
    """Its Content-Type."""
    packed: bytes | None
    """The same compressed, where that is worth it."""
    mark: str
    """SHA-256 of the content."""

    @property
    def size(self) -> int:
        return len(self.content) + len(self.packed or b"")


@dataclass
class Kept:
    room: int = ROOM
    """Bytes."""
    _files: OrderedDict[Hashable, Ready] = field(default_factory=OrderedDict)
    _filled: int = 0
    _shelving: Lock = field(default_factory=Lock)
    _making: Lock = field(default_factory=Lock)
    """One file at a time: a crowd that asks for a new one costs no more than its first member."""

    def ready(self, key: Hashable, make: Callable[[], tuple[bytes, str]]) -> Ready:
        """The file of this key; `make` gives content and type of one that is not kept, and may raise."""
        found = self._found(key)
        if found is None:
            with self._making:
                found = self._found(key) or self._keep(key, ready(*make()))
        return found

    def _found(self, key: Hashable) -> Ready | None:
        with self._shelving:
            found = self._files.get(key)
            if found is not None:
                self._files.move_to_end(key)
            return found

    def _keep(self, key: Hashable, made: Ready) -> Ready:
        with self._shelving:
            self._files[key] = made
            self._filled += made.size
            while self._filled > self.room and len(self._files) > 1:
                _key, oldest = self._files.popitem(last=False)
                self._filled -= oldest.size
        return made


def ready(content: bytes, kind: str) -> Ready:
    bare = kind.partition(";")[0]
    is_text = bare.startswith("text/") or bare.endswith(("json", "xml", "csv"))
    is_worth_it = is_text and len(content) > _WORTH_PACKING
    # No time in the stream: equal files give equal bytes.
    packed = gzip.compress(content, compresslevel=6, mtime=0) if is_worth_it else None
    return Ready(content, kind, packed, sha256(content).hexdigest())
