"""Places that a story names: where they stand in it, and what they may mean. Reads every word once, in one pass.

More careful than a search: people's names, first words of sentences and everyday words are no places, so a small place
counts only behind a preposition of place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incidents.core.gazetteer.index import Index, Match
from incidents.core.gazetteer.place import Kind, Level
from incidents.core.gazetteer.ranking import Answer, answer
from incidents.core.script import fold

_WORD = re.compile(r"\w+")
_MOST_WORDS = 4
_PLACE_FOLLOWS = frozenset(
    {"u", "iz", "na", "blizu", "pored", "kraj", "pokraj", "kroz", "selo", "selu", "sela", "grad", "gradu", "grada"}
    | {"opstina", "opstini", "opstine", "mesto", "mestu", "in", "near", "ne", "nga", "v", "vo", "la", "din"}
)
"""Words behind which a name is a place's. Behind "kod", "sa", "od" it may be a person's."""
_LARGE = 10_000
"""A place with as many people is known by its name alone."""


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    """In letters of the text."""
    end: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    key: str
    is_capital: bool
    follows: bool
    """Only a space stands between it and the word before."""


def mentions(text: str, index: Index) -> Iterator[Mention]:
    """The places named in a text, in its order; they do not overlap."""
    words = _words(text)
    at = 0
    while at < len(words):
        found = _at(words, at, index) if words[at].is_capital else None
        if found is None:
            at += 1
        else:
            length, matches = found
            yield Mention(words[at].start, words[at + length - 1].end, answer(matches))
            at += length


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    for match in _WORD.finditer(text):
        follows = bool(words) and text[words[-1].end : match.start()] in {" ", "-"}
        words.append(_Word(match.start(), match.end(), fold(match[0]), match[0][:1].isupper(), follows))
    return words


def _at(words: list[_Word], at: int, index: Index) -> tuple[int, list[Match]] | None:
    """How many words from here are the longest name of a place, and what it may mean."""
    is_led = at > 0 and words[at].follows and words[at - 1].key in _PLACE_FOLLOWS
    for length in range(_MOST_WORDS, 0, -1):
        here = words[at : at + length]
        if len(here) < length or not all(word.follows for word in here[1:]):
            continue
        keys = [key for word in here for key in word.key.split()]
        matches = [match for match in _named(keys, index, is_led=is_led) if is_led or _is_known(match)]
        if matches and not index.is_abroad(keys, in_other_cases=True):
            return length, matches
    return None


def _named(words: list[str], index: Index, *, is_led: bool) -> list[Match]:
    if len(words) == 1 and (index.is_everyday(words, in_other_cases=not is_led) or len(words[0]) < 2):
        return []
    # A single word in another case is too often something else, unless a preposition says that it is a place. In
    # Hungarian the ending is the preposition.
    in_other_cases = index.inflected if is_led or len(words) > 1 else index.suffixed
    matches = [*index.exact(" ".join(words)), *in_other_cases(words)]
    return [match for match in matches if match.kind is not Kind.OTHER and match.place.level is not Level.REGION]


def _is_known(match: Match) -> bool:
    place = match.place
    return (place.is_main or place.weight >= _LARGE) and not place.quarter
