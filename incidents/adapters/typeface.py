"""What a TrueType font says of its letters: which it has, how wide they are, and where in the file their shapes lie."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_SEGMENTS = 4
"""The format of the table of letters that is read: segments of the first 65,536 (OpenType, "cmap")."""

_WIDE, _MORE = 0x0001, 0x0020
_SCALES = ((0x0008, 2), (0x0040, 4), (0x0080, 8))
"""Bits of a drawing that is put together, and the bytes that each scale takes."""


@dataclass(frozen=True)
class Typeface:
    content: bytes
    """The whole file."""
    glyphs: dict[int, int]
    """Numbers of the drawings, by code point."""
    widths: tuple[int, ...]
    """Of each drawing, in thousandths of the size of the type."""
    box: tuple[int, int, int, int]
    """What all drawings lie in, likewise: left, bottom, right, top."""
    ascent: int
    descent: int
    shapes: tuple[slice, ...]
    """Where in the file each drawing lies."""

    def width(self, text: str) -> int:
        """In thousandths of the size; `text` has only letters of the font."""
        return sum(self.widths[self.glyphs[ord(letter)]] for letter in text)

    def only(self, letters: Iterable[str]) -> bytes:
        """The file with the shapes of these letters, and naught in the place of all others: it packs much smaller."""
        kept, new = {0}, {self.glyphs[ord(letter)] for letter in letters}
        while new:
            kept |= new
            new = {part for glyph in new for part in self._parts(glyph)} - kept
        content = bytearray(self.content)
        for glyph, place in enumerate(self.shapes):
            if glyph not in kept:
                content[place] = bytes(place.stop - place.start)
        return bytes(content)

    def _parts(self, glyph: int) -> Iterator[int]:
        """The drawings that a drawing is put together from, if it is (OpenType, "glyf")."""
        shape, at, flags = self.content[self.shapes[glyph]], 10, _MORE
        if not shape or struct.unpack_from(">h", shape)[0] >= 0:
            return
        while flags & _MORE:
            flags, part = struct.unpack_from(">HH", shape, at)
            yield part
            at += 4 + (4 if flags & _WIDE else 2) + next((size for bit, size in _SCALES if flags & bit), 0)


def read_typeface(path: Path) -> Typeface:
    content = path.read_bytes()
    count = struct.unpack_from(">H", content, 4)[0]
    entries = (struct.unpack_from(">4sLLL", content, 12 + 16 * place) for place in range(count))
    places = {tag.decode("ascii"): slice(start, start + size) for tag, _sum, start, size in entries}
    tables = {name: content[place] for name, place in places.items()}
    a_thousandth = struct.unpack_from(">H", tables["head"], 18)[0] / 1000
    left, bottom, right, top = (round(side / a_thousandth) for side in struct.unpack_from(">4h", tables["head"], 36))
    ascent, descent = (round(height / a_thousandth) for height in struct.unpack_from(">2h", tables["hhea"], 4))
    return Typeface(
        content,
        _glyphs(tables["cmap"]),
        tuple(round(width / a_thousandth) for width in _widths(tables)),
        (left, bottom, right, top),
        ascent,
        descent,
        _shapes(tables, places["glyf"].start),
    )


def _shapes(tables: dict[str, bytes], start: int) -> tuple[slice, ...]:
    """Offsets are told whole, or halved in two bytes (OpenType, "loca")."""
    number = struct.unpack_from(">H", tables["maxp"], 4)[0]
    is_long = struct.unpack_from(">h", tables["head"], 50)[0]
    told = struct.unpack_from(f">{number + 1}{'L' if is_long else 'H'}", tables["loca"])
    ends = [start + offset * (1 if is_long else 2) for offset in told]
    return tuple(slice(*pair) for pair in pairwise(ends))


def _widths(tables: dict[str, bytes]) -> list[int]:
    """The last that is told is that of all further ones (OpenType, "hmtx")."""
    told: int = struct.unpack_from(">H", tables["hhea"], 34)[0]
    number: int = struct.unpack_from(">H", tables["maxp"], 4)[0]
    widths: list[int] = [struct.unpack_from(">H", tables["hmtx"], 4 * place)[0] for place in range(told)]
    return widths + widths[-1:] * (number - told)


def _glyphs(cmap: bytes) -> dict[int, int]:
    starts = [struct.unpack_from(">L", cmap, 8 + 8 * place)[0] for place in range(struct.unpack_from(">H", cmap, 2)[0])]
    at = next(start for start in starts if struct.unpack_from(">H", cmap, start)[0] == _SEGMENTS)
    doubled = struct.unpack_from(">H", cmap, at + 6)[0]

    def column(number: int, sign: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{doubled // 2}{sign}", cmap, at + 14 + number * doubled + (2 if number else 0))

    found = {}
    offsets_at = at + 16 + 3 * doubled
    segments = zip(column(0, "H"), column(1, "H"), column(2, "h"), column(3, "H"), strict=True)
    for place, (last, first, delta, offset) in enumerate(segments):
        for code in range(first, last + 1):
            glyph = code
            if offset:
                there = offsets_at + 2 * place + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", cmap, there)[0]
                if not glyph:
                    continue
            if number := (glyph + delta) % 65_536:
                found[code] = number
    found.pop(0xFFFF, None)
    return found
