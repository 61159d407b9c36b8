"""What words speak of, in whichever language: a bus, a knife, three. A handful of stems for each of some concepts.

It finds what two accounts have in common. It translates nothing, and a word that it does not know says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from incidents.core.script import fold

_STEM = 5
"""Letters of a word that are compared: enough to tell words apart, few enough to leave endings out."""
_SHORTEST = 4
_MOST_WORDS = 600


@dataclass(frozen=True)
class Lexicon:
    """Stems are folded. One that ends in `_` is a whole word; with `_` inside it is several words in a row."""

    starts: Mapping[str, frozenset[str]]
    whole: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    """By the first word: the beginnings of those that have to follow, and the concept."""
    common: frozenset[str]
    """Stems of words that stand in nearly every text, so that having them in common says nothing."""
    longest: int = field(default=0)

    def concepts(self, words: list[str]) -> frozenset[str]:
        found: set[str] = set()
        for place, word in enumerate(words):
            found |= self.whole.get(word, frozenset())
            for length in range(3, min(len(word), self.longest) + 1):
                found |= self.starts.get(word[:length], frozenset())
            for rest, concept in self.phrases.get(word, ()):
                following = words[place + 1 : place + 1 + len(rest)]
                if len(following) == len(rest) and all(map(str.startswith, following, rest)):
                    found.add(concept)
        return frozenset(found)

    def stems(self, words: list[str]) -> frozenset[str]:
        """What can tell one text from another: the beginnings of its longer words, and its numbers."""
        long = {word[:_STEM] for word in words if len(word) >= _SHORTEST}
        return frozenset(long - self.common | {word for word in words if word.isdigit() and len(word) > 1})


def lexicon(concepts: Iterable[tuple[str, Iterable[str]]], common: Iterable[str]) -> Lexicon:
    """From each concept's stems in all languages, and the words that say nothing."""
    starts: dict[str, set[str]] = defaultdict(set)
    whole: dict[str, set[str]] = defaultdict(set)
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for concept, stems in concepts:
        for stem in stems:
            first, *rest = stem.split("_")
            if not rest:
                starts[first].add(concept)
            elif rest == [""]:
                whole[first].add(concept)
            else:
                phrases[first].append((tuple(filter(None, rest)), concept))
    return Lexicon(
        {stem: frozenset(meant) for stem, meant in starts.items()},
        {word: frozenset(meant) for word, meant in whole.items()},
        {word: tuple(meant) for word, meant in phrases.items()},
        frozenset(word[:_STEM] for word in common if len(word) >= _SHORTEST),
        max(map(len, starts), default=0),
    )


def folded(text: str) -> list[str]:
    """The words of a text, the same in either script. A long text is told by its beginning."""
    return fold(text[: _MOST_WORDS * 10]).split()[:_MOST_WORDS]
