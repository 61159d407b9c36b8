"""Names that differ from what was typed by one or two slips: a letter missing, doubled, wrong, or two changed about."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, zip_longest

_LETTERS = {letter: place for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    frozenset(pair)
    for row in (*_ROWS, *("".join(column) for column in zip_longest(*_ROWS, fillvalue="")), "yz", "qw", "ae")
    for pair in pairwise(row)
}
_FAR = 1.25
"""What a wrong letter costs that does not lie beside the right one on the keyboard."""


def distance(one: str, other: str, most: float) -> float:
    """Slips between two words (optimal string alignment, Damerau 1964); more than `most` for anything more.

    A letter missing, added or changed about with the next one costs 1, a wrong one a little more if its key is far.
    """
    too_far, band = most + 1, int(most)
    if abs(len(one) - len(other)) > band:
        return too_far
    earlier: list[float] = []
    row: list[float] = [float(j) for j in range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        before, row = row, [float(i)] + [too_far] * len(other)
        for j in range(max(1, i - band), min(len(other), i + band) + 1):
            aimed = other[j - 1]
            cost = before[j - 1]
            if letter != aimed:
                wrong = 1 if frozenset((letter, aimed)) in _BESIDE else _FAR
                cost = min(cost + wrong, before[j] + 1, row[j - 1] + 1)
                if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == aimed:
                    cost = min(cost, earlier[j - 2] + 1)
            row[j] = cost
        if min(row) > most:
            return too_far
        earlier = before
    return row[-1]


def signature(word: str) -> int:
    """Which letters a word has at least once and at least twice, as bits. A slip changes two of them at most."""
    bits = 0
    for letter in word:
        bit = 1 << _LETTERS.get(letter, 26)
        bits |= bit << 27 if bits & bit else bit
    return bits


class Slips:
    """Words by length and signature, so that only a few have to be compared letter by letter."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[int, str]]] = {}
        for word in words:
            self._by_length.setdefault(len(word), []).append((signature(word), word))

    def near(self, typed: str, most: float) -> dict[str, float]:
        """The words at the smallest distance up to `most`, with that distance; empty for none."""
        mine, found, slips_most = signature(typed), dict[str, float](), int(most)
        for length in range(len(typed) - slips_most, len(typed) + slips_most + 1):
            # Each letter more or less changes one bit, every other slip two.
            bits = 2 * slips_most - abs(length - len(typed))
            for word in [w for s, w in self._by_length.get(length, ()) if (s ^ mine).bit_count() <= bits]:
                slips = distance(typed, word, most)
                if slips <= most:
                    found[word] = slips
        least = min(found.values(), default=0)
        return {word: slips for word, slips in found.items() if slips == least}
