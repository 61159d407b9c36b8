"""What a TrueType font says of its letters: which it has, how wide they are. Shapes stay in the file, for who draws."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_SEGMENTS = 4
"""The format of the table of letters that is read: segments of the first 65,536 (OpenType, "cmap")."""


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

    def width(self, text: str) -> int:
        """In thousandths of the size; `text` has only letters of the font."""
        return sum(self.widths[self.glyphs[ord(letter)]] for letter in text)


def read_typeface(path: Path) -> Typeface:
    content = path.read_bytes()
    count = struct.unpack_from(">H", content, 4)[0]
    entries = (struct.unpack_from(">4sLLL", content, 12 + 16 * place) for place in range(count))
    tables = {tag.decode("ascii"): content[start : start + size] for tag, _sum, start, size in entries}
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
    )


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
