"""What two reports are compared by: pieces of their folded words, and some of their codes."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from incidents.core.report import Report
from incidents.core.script import fold

_PIECE = 5
"""Bytes of a piece. Unrelated texts of one language share about one piece in twenty, those with a slip nearly all."""
_MOST_BYTES = 3_000
"""As much of a text is looked at; a longer one is told by its beginning."""
_SCATTER = 0x9E3779B1
"""Odd, so no two pieces meet that did not before; CRC alone keeps alike pieces in order."""


@dataclass(frozen=True)
class Fingerprint:
    words: tuple[str, ...]
    """Folded: the same in either script, with accents or without."""
    pieces: frozenset[int]
    codes: frozenset[int]


def fingerprint(report: Report) -> Fingerprint:
    words = fold(report.words[:_MOST_BYTES])
    text = words.encode()[:_MOST_BYTES]
    pieces = {_hashed(text[start : start + _PIECE]) for start in range(len(text) - _PIECE + 1)}
    return Fingerprint(
        tuple(words.split()), frozenset(pieces), frozenset(_hashed(code.encode()) for code in _told(report))
    )


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """From 0 to 1 (Jaccard: what both have, as a part of what either has): of the words, and of words and codes.

    The lower of both: the fewer words two people use, the more it counts whether they tell of the same. Without
    pieces of words only equals are alike.
    """
    if not one.pieces or not other.pieces:
        return float(one == other)
    pieces, codes = len(one.pieces & other.pieces), len(one.codes & other.codes)
    either = len(one.pieces) + len(other.pieces) - pieces
    return min(pieces / either, (pieces + codes) / (either + len(one.codes) + len(other.codes) - codes))


def _told(report: Report) -> set[str]:
    """What tells one event from another; who reports and what they wish does not."""
    told = {
        f"setting {report.setting}",
        f"place {fold(report.place)}",
        f"date {report.day or report.month or report.year}",
    }
    for name in ("acts", "grounds", "targets"):
        told |= {f"{name} {code}" for code in getattr(report, name)}
    return told


def _hashed(piece: bytes) -> int:
    return crc32(piece) * _SCATTER & 0xFFFFFFFF
