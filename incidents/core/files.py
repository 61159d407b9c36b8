"""Files that a reporter adds: how many, how large, and in which lengths they are kept."""

from __future__ import annotations

import enum
import json
import re
from dataclasses import asdict, dataclass
from datetime import date

from incidents.core.redaction import Box

MOST_FILES = 5
"""Of one report."""
LARGEST_FILE = 10_000_000
MOST_AT_ONCE = 25_000_000
"""Bytes of all files that come with one request."""

PIECE = 64 * 1024
"""Bytes of a piece before it is sealed."""
_MARK = b"\x80"
MOST_PAGES = 20
"""Of a document."""
_JPEG = b"\xff\xd8\xff"
_PICTURE_OF_PAGE = re.compile(rb"/Filter/DCTDecode/Length (\d{1,9})>>\nstream\n")


class Kind(enum.Enum):
    PICTURE = "picture"
    DOCUMENT = "document"
    SOUND = "sound"


@dataclass(frozen=True)
class Redaction:
    """Who made the redacted copy, on which day, and what is blackened in it."""

    by: str
    on: date
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Facts:
    """What is known of a file besides what is in it. Its name is not: people's names and places stand in names."""

    kind: Kind
    media_type: str
    """Of the copy."""
    original_bytes: int
    has_preview: bool
    pages: int
    """Of a document; 0 for anything else."""
    redaction: Redaction | None = None

    def to_bytes(self) -> bytes:
        return json.dumps({**asdict(self), "kind": self.kind.value}, default=date.isoformat).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Facts:
        values = json.loads(stored)
        redaction = values.pop("redaction", None)
        if redaction:
            boxes = tuple(Box(**box) for box in redaction["boxes"])
            redaction = Redaction(redaction["by"], date.fromisoformat(redaction["on"]), boxes)
        return cls(**{**values, "kind": Kind(values["kind"])}, redaction=redaction)


class FilePart(enum.Enum):
    ORIGINAL = "original"
    COPY = "copy"
    PREVIEW = "preview"
    REDACTED = "redacted"
    """A copy in which a member blackened what could identify someone."""


def pages_of(document: bytes) -> list[bytes]:
    """The pages of a copy that adapters.decoder made, each a JPEG; none of a document that was made otherwise."""
    pages: list[bytes] = []
    position = 0
    while len(pages) < MOST_PAGES and (found := _PICTURE_OF_PAGE.search(document, position)):
        position = found.end() + int(found[1])
        page = document[found.end() : position]
        if not page.startswith(_JPEG):
            return []
        pages.append(page)
    return pages


def pieces_for(length: int) -> int:
    """How many pieces something of this length fills: 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on.

    The sealed length of a file that somebody knows could point to it. With two steps a doubling everything up to
    40 MB has one of 20 lengths, and at most half as much again is stored.
    """
    needed = length // PIECE + 1
    size = 1
    while size < needed:
        if size > 1 and size * 3 // 2 >= needed:
            return size * 3 // 2
        size *= 2
    return size


def padded(content: bytes) -> list[bytes]:
    """The content in pieces of one length (ISO/IEC 7816-4 padding)."""
    number = pieces_for(len(content))
    whole = content + _MARK + bytes(number * PIECE - len(content) - 1)
    return [whole[start : start + PIECE] for start in range(0, len(whole), PIECE)]


def unpadded(pieces: list[bytes]) -> bytes:
    """What `padded` was given. Raises ValueError for anything else."""
    content, mark, rest = b"".join(pieces).rpartition(_MARK)
    if not mark or rest.strip(b"\0"):
        raise ValueError("not padded")
    return content
