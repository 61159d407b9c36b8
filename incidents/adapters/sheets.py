"""Writes pages of text and lines as PDF (ISO 32000-1), in memory: what a paper needs, and nothing of who or when.

Letters are numbered by their code points, so that what is copied out of the document is what was written into it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from incidents.adapters.typeface import Typeface

WIDTH, HEIGHT = 210.0, 297.0
"""A4, in millimetres, as all measures here."""
_POINTS = 72 / 25.4
_AT_ONCE = 100
"""Letters that one list may name (Adobe Technical Note 5411)."""


@dataclass
class Sheets:
    """Pages that are written from top to bottom; the fonts are named by their places."""

    fonts: Sequence[Typeface]
    margin: float
    top: float = 0
    """How far down the page the next thing comes."""
    _pages: list[list[str]] = field(default_factory=list, init=False)
    _used: list[set[str]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._used = [set() for _ in self.fonts]
        self.turn()

    def turn(self) -> None:
        """A new page."""
        self._pages.append([])
        self.top = self.margin

    def make_room(self, height: float) -> None:
        """A new page, unless so much is free on this one."""
        if self.top + height > HEIGHT - self.margin:
            self.turn()

    def write(self, text: str, *, font: int, size: float, line: float, grey: float = 0, at_right: bool = False) -> None:
        """Text, broken into lines `line` high; its letters must be those of the font."""
        face, room = self.fonts[font], (WIDTH - 2 * self.margin) * _POINTS * 1000 / size
        for words in _broken(text, face, room):
            self.make_room(line)
            left = self.margin + ((room - face.width(words)) * size / 1000 / _POINTS if at_right else 0)
            place = f"{left * _POINTS:.2f} {(HEIGHT - self.top - line * 0.75) * _POINTS:.2f} Td"
            codes = words.encode("utf-16-be").hex().upper()
            self._pages[-1].append(f"BT {grey:.2f} g /F{font + 1} {size:g} Tf {place} <{codes}> Tj ET")
            self._used[font] |= set(words)
            self.top += line

    def rule(self, end: float) -> None:
        """A line from the margin to `end`, to write on."""
        height = (HEIGHT - self.top) * _POINTS
        self._pages[-1].append(
            f"0.47 G 0.57 w {self.margin * _POINTS:.2f} {height:.2f} m {end * _POINTS:.2f} {height:.2f} l S"
        )

    def output(self) -> bytes:
        """The document. Equal pages give equal bytes."""
        parts: list[bytes] = [b"", b""]
        fonts = " ".join(
            f"/F{number} {_put_font(parts, face, sorted(used))} 0 R"
            for number, (face, used) in enumerate(zip(self.fonts, self._used, strict=True), start=1)
        )
        pages = []
        for page in self._pages:
            content = _put(parts, _stream("\n".join(page).encode("ascii")))
            pages.append(_put(parts, f"<< /Type /Page\n/Parent 2 0 R /Contents {content} 0 R >>"))
        shared = f"/MediaBox [0 0 {WIDTH * _POINTS:.2f} {HEIGHT * _POINTS:.2f}] /Resources << /Font << {fonts} >> >>"
        kids = " ".join(f"{page} 0 R" for page in pages)
        parts[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
        parts[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} {shared} >>".encode("ascii")
        return _document(parts)


def _broken(text: str, face: Typeface, room: float) -> Iterator[str]:
    """Lines no wider than `room` thousandths of the size; a word breaks only where it fills a line alone."""
    for paragraph in text.split("\n"):
        line, taken = "", 0
        for place, word in enumerate(paragraph.split(" ")):
            blank = " " if place else ""
            width = face.width(blank + word)
            if place and taken + width > room:
                yield line
                line, taken, blank, width = "", 0, "", face.width(word)
            if width <= room:
                line, taken = line + blank + word, taken + width
                continue
            for letter in word:
                wide = face.width(letter)
                if taken + wide > room:
                    yield line
                    line, taken = "", 0
                line, taken = line + letter, taken + wide
        yield line


def _put(parts: list[bytes], part: bytes | str) -> int:
    """Adds a part of the document; gives its number."""
    parts.append(part.encode("ascii") if isinstance(part, str) else part)
    return len(parts)


def _stream(content: bytes, more: str = "") -> bytes:
    packed = zlib.compress(content, 9)
    return f"<< /Filter /FlateDecode /Length {len(packed)}{more} >>\nstream\n".encode("ascii") + packed + b"\nendstream"


def _put_font(parts: list[bytes], face: Typeface, used: Sequence[str]) -> int:
    """A font with the letters that were used (ISO 32000-1, 9.7); gives its number."""
    name = f"/Own{len(parts)}"
    file = _put(parts, _stream(face.only(used), f" /Length1 {len(face.content)}"))
    codes = [ord(letter) for letter in used]
    places = [0] * (max(codes, default=0) + 1)
    for code in codes:
        places[code] = face.glyphs[code]
    drawn = _put(parts, _stream(struct.pack(f">{len(places)}H", *places)))
    box = " ".join(map(str, face.box))
    described = _put(
        parts,
        f"<< /Type /FontDescriptor /FontName {name} /Flags 32 /FontBBox [{box}] /ItalicAngle 0 /Ascent {face.ascent} "
        f"/Descent {face.descent} /CapHeight {face.ascent} /StemV 80 /FontFile2 {file} 0 R >>",
    )
    widths = " ".join(f"{code} [{face.widths[face.glyphs[code]]}]" for code in codes)
    letters = _put(
        parts,
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {name} /FontDescriptor {described} 0 R /W [{widths}] "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap {drawn} 0 R >>",
    )
    meant = _put(parts, _stream(_meanings(codes).encode("ascii")))
    return _put(
        parts,
        f"<< /Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H /DescendantFonts [{letters} 0 R] "
        f"/ToUnicode {meant} 0 R >>",
    )


def _meanings(codes: Sequence[int]) -> str:
    """Which letters the numbers are (ISO 32000-1, 9.10.3): what is copied and read aloud."""
    lists = [codes[start : start + _AT_ONCE] for start in range(0, len(codes), _AT_ONCE)]
    named = "\n".join(
        f"{len(some)} beginbfchar\n" + "".join(f"<{code:04X}> <{code:04X}>\n" for code in some) + "endbfchar"
        for some in lists
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{named}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def _document(parts: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode("ascii") + part + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += b"".join(f"{place:010} 00000 n \n".encode("ascii") for place in places)
    out += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
    return bytes(out)
