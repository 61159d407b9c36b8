"""Tells texts that nobody wrote to be read: put together from slogans, from words, or from letters at random.

Judged by the other texts that came with them. Every measure is a part from 0 (as people write) to 1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

Words = tuple[str, ...]
_NO_SYLLABLE = re.compile(r"[^aeiouyrh]{4}|[aeiou]{4}|(.)\1\1|^[^aeiouyr]+$|^[^aeiouyrhln]{3}|[^aeiouyrhst]{3}$")
"""With r, which carries syllables in Serbian and Slovak, and h, the second letter of many Albanian sounds."""
_FEWEST_VOWELS = 0.22
_SHORT = 3
"""Letters of the small words that hold sentences together, in all our languages."""
_KNOWN = 4
_MANY = 8
_TOGETHER = 0.08
"""In sentences the rarer of two neighbours has the other beside it one time in five; at random one in a whole list."""


class Batch:
    """Many texts and how often they have the same words, pairs and triples; each text once, however often it came."""

    def __init__(self, texts: Iterable[Words]) -> None:
        different = set(texts)
        self.often = max(10, len(different) // 200)
        """In so many different texts or more, something is often."""
        self._words = Counter(word for text in different for word in text)
        self._pairs = Counter(pair for text in different for pair in _runs(text, 2))
        self._triples = Counter(triple for text in different for triple in _runs(text, 3))

    def pieces(self, text: Words) -> float:
        """What part of its words stands in runs of three that many other texts have too."""
        covered = [False] * len(text)
        for start, triple in enumerate(_runs(text, 3)):
            if self._triples[triple] >= self.often:
                covered[start : start + 3] = [True] * 3
        return sum(covered) / len(text) if text else 0.0

    def hardly_says(self, text: Words) -> bool:
        """No word, or a single one that no other text has."""
        return len(text) == 0 or (len(text) == 1 and self._words[text[0]] <= 1)

    def thrown_together(self, text: Words) -> float:
        """What part of its words others use too, if hardly any two of them ever stand side by side elsewhere.

        1 as well for many words without one of the small ones.
        """
        if len(text) >= _MANY and sum(len(word) <= _SHORT for word in text) <= len(text) / 20:
            return 1.0
        pairs = [pair for pair in _runs(text, 2) if min(self._words[word] for word in pair) >= _KNOWN]
        if len(pairs) < 4:
            return 0.0
        together = [(self._pairs[pair] - 1) / (min(self._words[word] for word in pair) - 1) for pair in pairs]
        if sum(together) / len(pairs) >= _TOGETHER:
            return 0.0
        return sum(self._words[word] >= _KNOWN for word in text) / len(text)


def letters_at_random(text: Words) -> float:
    """What part of its longer words no language could say; judged for what is folded to Latin letters only."""
    longer = [word.replace("stv", "sv") for word in text if len(word) > _SHORT and word.isascii() and word.isalpha()]
    letters = "".join(text)
    if not longer or sum(map(len, longer)) < len(letters) / 2:
        return 0.0
    if len(letters) >= 10 and sum(map(letters.count, "aeiouy")) < len(letters) * _FEWEST_VOWELS:
        return 1.0
    return sum(_NO_SYLLABLE.search(word) is not None for word in longer) / len(longer)


def _runs(text: Sequence[str], length: int) -> Iterable[tuple[str, ...]]:
    return zip(*(text[start:] for start in range(length)), strict=False)
