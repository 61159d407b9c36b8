"""Names of people and small places in all their forms: what the finder of names looks words up in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import NamedTuple

from incidents.core.deidentify import inflection
from incidents.core.deidentify.letters import plain_word, words
from incidents.core.gazetteer.place import Gazetteer, Kind, Level, Place

_TOWN = 20_000
_MOST_WORDS = 3
_SHORTEST_PLACE = 3

SHAPES = frozenset(letter + "ic" for letter in "abcdefghijklmnoprstuvz") | words(
    "ica icu ice ici ima cem cev eva evo evu evi cka cke cki cku kom kin ina ine inu scu anu"
)
"""The last three letters of what may be a surname in some case."""


class Use(IntFlag):
    GIVEN = 1
    SURNAME = 2
    WORD = 4
    """An everyday word, too: names somebody only where a capital letter or its neighbours say so."""
    HUNGARIAN = 8
    """A given name before which the surname stands."""
    PLACE = 16
    """A place finer than a municipality, behind a word such as "in"."""
    PLACE_IN = 32
    """A place with the ending that says "in"."""
    HEAD = 64
    """The first word of a small place's name."""
    KNOWN_PLACE = 128
    """A municipality, or a place abroad: names nobody and is not marked."""
    TITLE = 256
    """Stands before a name."""
    INTRODUCES = 512
    """Part of "my name is"."""
    FOLLOWS = 1024
    """Stands behind a name."""
    TAIL = 2048
    """A later word of a place's name."""
    SHAPED = 4096
    """By its end it may be a surname."""


class Person(NamedTuple):
    name: str
    language: str
    is_surname: bool
    is_word: bool


@dataclass(frozen=True)
class Known:
    uses: dict[str, int]
    """By form, in plain letters; plain integers, because tests of flags are slow."""
    heads: dict[str, frozenset[str]]
    """First cases of the first words in names of places that have several words."""
    tails: dict[str, frozenset[str]]
    """Of the other words."""
    phrases: dict[tuple[str, ...], bool]
    """The names, with whether they name a small place, and their beginnings of two words with an empty third."""


def known(
    people: Iterable[Person], cues: Iterable[tuple[str, str]], everyday: Iterable[str], gazetteer: Gazetteer
) -> Known:
    """Everything to look up. `cues` are words that stand beside names, with the name of their use."""
    uses: dict[str, int] = {}
    first_cases: dict[str, int] = {}
    for person in people:
        use = int(Use.SURNAME if person.is_surname else Use.GIVEN) | (int(Use.WORD) if person.is_word else 0)
        if person.language == "hu" and not person.is_surname:
            use |= int(Use.HUNGARIAN)
        name = plain_word(person.name)
        first_cases[name] = first_cases.get(name, 0) | use
        for form in inflection.forms_of_name(name, person.language):
            uses[form] = uses.get(form, 0) | use
    for name, use in first_cases.items():
        if not use & Use.WORD:  # whatever else its letters may be a form of
            uses[name] &= ~int(Use.WORD)
    for form in map(plain_word, everyday):
        if form in uses:
            uses[form] |= int(Use.WORD)
    heads: dict[str, set[str]] = {}
    tails: dict[str, set[str]] = {}
    phrases = _add_places(uses, heads, tails, gazetteer)
    for word, name in cues:
        form = plain_word(word)
        uses[form] = uses.get(form, 0) | int(Use[name])
    for form in uses:
        if form[-3:] in SHAPES:
            uses[form] |= int(Use.SHAPED)
    return Known(uses, _frozen(heads), _frozen(tails), phrases)


def _frozen(lemmas: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {form: frozenset(found) for form, found in lemmas.items()}


def _add_places(
    uses: dict[str, int], heads: dict[str, set[str]], tails: dict[str, set[str]], gazetteer: Gazetteer
) -> dict[tuple[str, ...], bool]:
    phrases: dict[tuple[str, ...], bool] = {}
    everyday = {plain_word(word) for word in gazetteer.everyday}
    for parts, language, is_small in _names(gazetteer):
        if len(parts) > 1:
            phrases[parts] = is_small and phrases.get(parts, True)
            if len(parts) == _MOST_WORDS:
                phrases[*parts[:2], ""] = False
            _add_words(parts, language, uses, heads, tails)
        elif not is_small:
            for form in _forms(parts[0], language):
                uses[form] = uses.get(form, 0) | int(Use.KNOWN_PLACE)
        elif parts[0] not in everyday and len(parts[0]) >= _SHORTEST_PLACE:
            for form in inflection.forms_of_place(parts[0], language):
                uses[form] = uses.get(form, 0) | int(Use.PLACE)
            if language == "hu":
                for form in inflection.where_in_hungarian(parts[0]):
                    uses[form] = uses.get(form, 0) | int(Use.PLACE_IN)
    return phrases


def _add_words(
    parts: tuple[str, ...],
    language: str,
    uses: dict[str, int],
    heads: dict[str, set[str]],
    tails: dict[str, set[str]],
) -> None:
    for form in _forms(parts[0], language):
        heads.setdefault(form, set()).add(parts[0])
        uses[form] = uses.get(form, 0) | int(Use.HEAD)
    for word in parts[1:]:
        for form in _forms(word, language):
            tails.setdefault(form, set()).add(word)
            uses[form] = uses.get(form, 0) | int(Use.TAIL)


def _forms(word: str, language: str) -> set[str]:
    return {*inflection.forms_of_place(word, language), *inflection.forms_of_adjective(word)}


def _names(gazetteer: Gazetteer) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """The words of each place's name, its language, and whether it is small; those of places abroad too."""
    for name in gazetteer.names:
        is_small = _is_small(name.place)
        parts = tuple(plain_word(name.text.split("(")[0]).replace("-", " ").split())
        if 0 < len(parts) <= _MOST_WORDS and not (is_small and name.kind is Kind.OTHER):
            yield parts, name.language, is_small
    for key in gazetteer.elsewhere:
        if key.isalpha():
            yield (plain_word(key),), "", False


def _is_small(place: Place) -> bool:
    if place.level is Level.KOSOVO:
        return place.weight < _TOWN
    return bool(place.quarter) or (place.level is Level.SETTLEMENT and not place.is_main)
