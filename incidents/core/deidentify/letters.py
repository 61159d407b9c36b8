"""A text in plain Latin letters, each with its place in the original, so that every spelling of a word meets.

Cyrillic, accented and stripped Latin, full-width letters and digits of all scripts become one; marks that nobody sees
are left out. Coarser than `script.fold`: here letters of two characters (lj, nj, dj, dž) are one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, chain

from incidents.core.script import of_one_script

_CYRILLIC = dict(
    zip(
        "абвгдђежзијклљмнњопрстћуфхцчџшѓѕќщъяюєїґйіыэёѐѝ",
        "abvgddezzijkllmnnoprstcufhccdsgdksaaueigjiyeeei",
        strict=True,
    )
)
_OTHERS = {
    "đ": "d",
    "ð": "d",
    "ɖ": "d",
    "ß": "s",
    "ł": "l",
    "ı": "i",
    "ø": "o",
    "æ": "a",
    "œ": "o",
    "þ": "t",
    "ə": "e",
}
_SIGNS = {
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("„“”«»‟″", '"'),
    **dict.fromkeys("‘’‚‛`´", "'"),
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
}
_RANGES = ((0xAA, 0x250), (0x660, 0x66A), (0x6F0, 0x6FA), (0x7C0, 0x7CA), (0x966, 0x970), (0x1E00, 0x2100))
_STYLED = ((0x2460, 0x24EA), (0xFF01, 0xFF5F), (0x1D400, 0x1D800))


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in chain.from_iterable(range(*limits) for limits in (*_RANGES, *_STYLED)):
        bare = unicodedata.normalize("NFKD", chr(code))[:1]
        digit = unicodedata.digit(chr(code), None)
        if digit is not None and bare not in "²³¹":
            table[code] = str(digit)
        elif bare.isascii() and bare.isprintable():
            table[code] = bare
    for letter, plain in (_CYRILLIC | _OTHERS).items():
        table[ord(letter)] = plain
        if len(letter.upper()) == 1:
            table[ord(letter.upper())] = plain.upper()
    return table | {ord(sign): plain for sign, plain in _SIGNS.items()} | {0x130: "I", 0x1E9E: "S"}


_PLAIN = _table()
# What is left out: invisible and combining marks, and the second half of a letter that Latin writes with two.
_DROPPED = re.compile(
    r"[\u0300-\u036f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeffьЬ]+"
    r"|j(?<=[lnLNdD]j)|[zž](?<=[dD][zž])|J(?<=[LND]J)(?:(?<=[^\W\d_]..)|(?=[^\W\d_]))"
    r"|[ZŽ](?<=D[ZŽ])(?:(?<=[^\W\d_]..)|(?=[^\W\d_]))"
)


@dataclass(frozen=True)
class Plain:
    """The plain letters, as capitals and small ones and in small ones alone, both of one length."""

    text: str
    low: str
    original: str
    _places: list[int]
    """Where in the plain text something was left out before, and how much by then."""
    _shifts: list[int]

    @property
    def is_shifted(self) -> bool:
        """Whether anything was left out."""
        return bool(self._places)

    def place(self, at: int) -> int:
        """Where in the original a plain letter stands."""
        return at + self._shifts[bisect_right(self._places, at)] if self._places else at

    def end(self, at: int) -> int:
        """Where in the original a stretch of plain letters ends, with what was left out of its last one."""
        return self.place(at) if at < len(self.text) else len(self.original)


def plain(text: str) -> Plain:
    kept, places, shifts = text, [], [0]
    dropped = [match.span() for match in _DROPPED.finditer(text)]
    if dropped:
        ends = (0, *(end for _, end in dropped))
        kept = "".join(
            text[start:end] for start, end in zip(ends, (*(start for start, _ in dropped), None), strict=True)
        )
        shifts = list(accumulate((end - start for start, end in dropped), initial=0))
        places = [start - shift for (start, _), shift in zip(dropped, shifts, strict=False)]
    letters = of_one_script(kept).translate(_PLAIN)
    return Plain(letters, letters.lower(), text, places, shifts)


def words(listed: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(listed.split())


def plain_word(word: str) -> str:
    """The small plain letters of a word."""
    return plain(word).low
