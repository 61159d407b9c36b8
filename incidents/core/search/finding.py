"""Which texts a query finds, and where in a text its words stand. Everything is in memory, and stays there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from incidents.core.search.query import ID, All, Any, Field, Not, Part, Phrase, Word, leaves
from incidents.core.search.words import key, matcher

Facts = Mapping[str, frozenset[str]]
"""The codes of a text, by the names of fields."""
Fits = Callable[[str, Facts], bool]

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = " | "
"""Stands between texts of one line, so that no phrase goes over from one to the next."""
_BEFORE, _LONGEST = 60, 260
"""Characters of a snippet before its first hit, and in all."""


@dataclass(frozen=True)
class Labelled:
    """One thing that codes stand for, as members call it."""

    field: str
    codes: frozenset[str]
    line: str
    """As `line_of` gives it."""


@dataclass(frozen=True)
class Piece:
    """A part of a snippet."""

    text: str
    is_hit: bool


def line_of(texts: Iterable[str], known: dict[str, str]) -> str:
    """The words of some texts as they are searched. `known` holds the keys of words; forget it when all is read."""
    lines = []
    for text in texts:
        if words := [_key(word, known) for word in _WORD.findall(text)]:
            lines.append(" ".join(words))
    return f" {_BETWEEN.join(lines)} " if lines else " "


def _key(word: str, known: dict[str, str]) -> str:
    found = known.get(word)
    if found is None:
        found = known[word] = key(word)
    return found


def fits(part: Part, codes_of: Callable[[Field], frozenset[str]]) -> Fits:
    """Whether a line and its facts are what was asked for."""
    match part:
        case Word(wanted, is_prefix):
            return _has_word(wanted, is_prefix)
        case Phrase(wanted):
            return lambda line, _facts: f" {wanted} " in line
        case Field(name, value) if name == ID:
            start = value.lower().replace("-", "")
            return lambda _line, facts: any(code.startswith(start) for code in facts[ID])
        case Field(name):
            codes = codes_of(part)
            return lambda _line, facts: not codes.isdisjoint(facts[name])
        case Not(inner):
            excluded = fits(inner, codes_of)
            return lambda line, facts: not excluded(line, facts)
        case All(parts):
            each = [fits(one, codes_of) for one in parts]
            return lambda line, facts: all(one(line, facts) for one in each)
        case Any(parts):
            several = [fits(one, codes_of) for one in parts]
            return lambda line, facts: any(one(line, facts) for one in several)


def labelled(part: Word | Phrase, labels: Sequence[Labelled]) -> list[Labelled]:
    """What is called so."""
    is_meant = fits(part, lambda _field: frozenset())
    return [label for label in labels if is_meant(label.line, {})]


def codes_meant(field: Field, labels: Sequence[Labelled]) -> frozenset[str]:
    """The codes that a field's value stands for: a code itself, or words of labels."""
    own = [label for label in labels if label.field == field.name]
    typed = field.value.lower()
    if exact := frozenset(code for label in own for code in label.codes if code.lower() == typed):
        return exact
    words = key(field.value).split()
    if not words:
        return frozenset()
    is_meant = fits(All(tuple(Word(word, is_prefix=len(word) > 1) for word in words)), lambda _field: frozenset())
    by_start = [label for label in own if is_meant(label.line, {})]
    forms = fits(All(tuple(map(Word, words))), lambda _field: frozenset())
    return _together(by_start) | _together(label for label in own if forms(label.line, {}))


def _together(labels: Iterable[Labelled]) -> frozenset[str]:
    return frozenset(code for label in labels for code in label.codes)


def _has_word(wanted: str, is_prefix: bool) -> Fits:
    beginning, is_form = matcher(wanted, is_prefix=is_prefix)
    needle = f" {beginning}"
    known: dict[str, bool] = {}

    def has(line: str, _facts: Facts) -> bool:
        at = line.find(needle)
        while at >= 0:
            end = line.find(" ", at + 1)
            word = line[at + 1 : end]
            found = known.get(word)
            if found is None:
                found = known[word] = is_form(word)
            if found:
                return True
            at = line.find(needle, end)
        return False

    return has


def snippet(text: str, part: Part, known: dict[str, str]) -> list[Piece]:
    """The place in a text where the words of a query stand; nothing where none does. `known` as in `line_of`."""
    words = [(match.start(), match.end(), _key(match[0], known)) for match in _WORD.finditer(text)]
    hits = sorted({hit for leaf in leaves(part) for hit in _hits(leaf, words)})
    if not hits:
        return []
    first = hits[0][0]
    start = next((at for at, _, _ in words if at >= first - _BEFORE), first)
    # Not within a word.
    stop = max(hits[0][1], max((end for _, end, _ in words if end <= start + _LONGEST), default=0))
    if not any(at >= stop for at, _, _ in words):
        stop = len(text)
    if words[0][0] == start:
        start = 0
    pieces = [Piece("… ", is_hit=False)] if start else []
    at = start
    for begin, end in hits:
        if begin < at or end > stop:
            continue
        if begin > at:
            pieces.append(Piece(text[at:begin], is_hit=False))
        pieces.append(Piece(text[begin:end], is_hit=True))
        at = end
    if at < stop:
        pieces.append(Piece(text[at:stop], is_hit=False))
    if stop < len(text):
        pieces.append(Piece(" …", is_hit=False))
    return pieces


def _hits(leaf: Word | Phrase | Field, words: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    match leaf:
        case Word(wanted, is_prefix):
            beginning, is_form = matcher(wanted, is_prefix=is_prefix)
            yield from ((start, end) for start, end, word in words if word.startswith(beginning) and is_form(word))
        case Phrase(wanted):
            run = wanted.split()
            for at in range(len(words) - len(run) + 1):
                if [word for _, _, word in words[at : at + len(run)]] == run:
                    yield words[at][0], words[at + len(run) - 1][1]
