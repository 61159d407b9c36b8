"""Finds copies and near copies of one text among many, each compared with a few only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import nsmallest

from incidents.core.likeness.fingerprint import Fingerprint, likeness

ALIKE = 0.3
"""Half of the words changed, one in two. Unrelated texts of one language reach 0.1."""
_LOWEST = 16
"""Texts that are just alike have one of so many lowest pieces in common 997 times of 1,000 (min-wise hashing,
Broder 1997)."""
_MOST_LED = 60
_TRIED = 6


def leaders(prints: Sequence[Fingerprint], sizes: Sequence[int]) -> list[tuple[int, float]]:
    """For each print the one that it is a copy of, and how alike they are; itself where it is like none before.

    Each is compared with leaders only and never with their followers, so that no chain of small steps leads from
    one text to quite another. `sizes` tells how often each occurs: the most frequent lead.
    """
    found: list[tuple[int, float]] = [(0, 0.0)] * len(prints)
    by_piece: dict[int, list[int]] = {}
    for index in sorted(range(len(prints)), key=lambda one: (-sizes[one], prints[one].words, one)):
        lowest = nsmallest(_LOWEST, prints[index].pieces or prints[index].codes)
        met = Counter(leader for piece in lowest for leader in by_piece.get(piece, ()))
        tried = [(likeness(prints[index], prints[leader]), leader) for leader, _ in met.most_common(_TRIED)]
        best, leader = max(tried, default=(0.0, index))
        if best >= ALIKE:
            found[index] = leader, best
            continue
        found[index] = index, 1.0
        for piece in lowest:
            led = by_piece.setdefault(piece, [])
            if len(led) < _MOST_LED:
                led.append(index)
    return found
