"""Names by fold key: the one structure that searches read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from incidents.core.gazetteer import adjectives, inflection
from incidents.core.gazetteer.place import FORMER, Gazetteer, Kind, Level, Name, Place
from incidents.core.gazetteer.slips import Slips
from incidents.core.script import fold

_HUNGARIAN_REGION = "RS12"
_INFLECTED = 0.95
_SHORTENED = 0.9
_TWO_SLIPS = 2
_TOWNS = {Level.SETTLEMENT, Level.MUNICIPALITY, Level.CITY}
_GRAMMAR = ("upravni okrug", "district", "korzet", "region")


class Match(NamedTuple):
    place: Place
    kind: Kind
    likeness: float
    """1 for the name as it stands in the register, less for other forms of it."""


class Index:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._names: dict[str, list[Name]] = {}
        for name in gazetteer.names:
            for key in _keys(name):
                self._names.setdefault(key, []).append(name)
        self._first_words: dict[str, list[str]] = {}
        for first, space, rest in (key.partition(" ") for key in self._names):
            if space:
                self._first_words.setdefault(rest, []).append(first)
        self._words = {word for key in self._names for word in key.split()}

    @cached_property
    def _slips(self) -> Slips:
        """Of names and places abroad, but for the adjectives of districts, which are like many words."""
        named = [key for key, names in self._names.items() if " " in key or not _are_districts(names)]
        return Slips([*named, *(self.gazetteer.elsewhere - self._names.keys())])

    @cached_property
    def _abroad_words(self) -> set[str]:
        return {word for key in self.gazetteer.elsewhere for word in key.split()}

    @cached_property
    def _towns_by_adjective(self) -> dict[str, set[Place]]:
        """Towns that have surroundings, by the stems of their adjectives."""
        found: dict[str, set[Place]] = {}
        for names in self._names.values():
            for name in names:
                if name.kind is Kind.OFFICIAL and name.place.is_main and name.place.level in _TOWNS:
                    for stem in adjectives.stems(fold(name.text.split("(")[0])):
                        found.setdefault(stem, set()).add(name.place)
        return found

    def of_a_town(self, words: list[str]) -> list[Match]:
        """Places called by the rest of the words, in or around the town whose adjective is the first: of Valjevo."""
        stem = adjectives.stem_of(words[0])
        towns = self._towns_by_adjective.get(stem, ()) if stem else ()
        rest = [*self.exact(" ".join(words[1:]), _INFLECTED), *self.inflected(words[1:])] if towns else []
        sure = [match for match in rest if match.kind is not Kind.OTHER]
        for around in (_is_in_municipality, _is_in_district):
            if found := [match for match in sure if any(around(match.place, town) for town in towns)]:
                return [match._replace(likeness=_INFLECTED) for match in found]
        return []

    def exact(self, key: str, likeness: float = 1.0) -> list[Match]:
        return [Match(name.place, name.kind, likeness) for name in self._names.get(key, ())]

    def inflected(self, words: list[str]) -> list[Match]:
        """Places whose names the words are, in another case."""
        found: dict[Place, Match] = {}
        for key, is_hungarian in inflection.readings(words, self._words):
            for name in self._names.get(key, ()):
                is_better = name.place not in found or name.kind < found[name.place].kind
                if is_better and _is_inflected(name, is_hungarian=is_hungarian):
                    found[name.place] = Match(name.place, name.kind, _INFLECTED)
        return list(found.values())

    def suffixed(self, words: list[str]) -> list[Match]:
        """Places by their Hungarian names with an ending that says where, whence or whither: Szabadkán, Zentáról."""
        return [
            Match(name.place, name.kind, _INFLECTED)
            for key, is_hungarian in inflection.readings(words, self._words)
            if is_hungarian and words[-1] != f"{key.split()[-1]}i"
            for name in self._names.get(key, ())
            if name.language == "hu"
        ]

    def shortened(self, words: list[str]) -> list[Match]:
        """Places by the start of the first word of their name and all others, which may be in another case."""
        rests = [" ".join(words[1:]), *(key for key, _ in inflection.readings(words[1:], self._words))]
        return [
            match
            for rest in rests
            for first in self._first_words.get(rest, ())
            if first.startswith(words[0])
            for match in self.exact(f"{first} {rest}", _SHORTENED)
            if match.kind is Kind.OFFICIAL
        ]

    def slipped(self, key: str, most: float) -> list[Match]:
        """Places with the names nearest to a mistyped one; none if a place abroad is as near."""
        near = self._slips.near(key, most)
        if any(word in self.gazetteer.elsewhere for word in near):
            return []
        return [
            match
            for word, slips in near.items()
            for match in self.exact(word, 1 - slips / (2 * len(key)) - 0.05 * slips)
            if slips < _TWO_SLIPS or match.kind is not Kind.OTHER
        ]

    def may_be_a_word(self, key: str) -> bool:
        return key in self.gazetteer.everyday or key in self.gazetteer.elsewhere

    def is_abroad(self, words: list[str], *, in_other_cases: bool) -> bool:
        elsewhere = self.gazetteer.elsewhere
        return " ".join(words) in elsewhere or (
            in_other_cases and any(key in elsewhere for key, _ in inflection.readings(words, self._abroad_words))
        )

    def is_street(self, words: list[str]) -> bool:
        """Whether the words say that they name a street."""
        return any(word in self.gazetteer.streets for word in words) and " ".join(words) not in self._names

    def is_everyday(self, words: list[str], *, in_other_cases: bool = True) -> bool:
        """Whether none of the words names a place by itself."""
        everyday = self.gazetteer.everyday
        return all(
            word in everyday
            or (in_other_cases and any(key in everyday for key, _ in inflection.readings([word], everyday)))
            for word in words
        )


def _is_in_municipality(place: Place, town: Place) -> bool:
    return town.holds(place) or place.municipality_code == town.municipality_code != ""


def _is_in_district(place: Place, town: Place) -> bool:
    return place.district_code == town.district_code != ""


def _are_districts(names: list[Name]) -> bool:
    return all(name.place.level is Level.DISTRICT for name in names)


def _is_inflected(name: Name, *, is_hungarian: bool) -> bool:
    """Whether people put the name in other cases, as they do not with what stands on some foreign map."""
    if is_hungarian:
        return name.language == "hu" or _HUNGARIAN_REGION in name.place.within
    return name.kind is not Kind.OTHER or name.language == FORMER


def _keys(name: Name) -> Iterator[str]:
    """What a name is found by: itself, without what stands in brackets, and for districts without what all share."""
    key = fold(name.text)
    yield key
    if "(" in name.text and not name.text.startswith(("Београд (", "Ниш (")):
        yield fold(name.text.split("(")[0])
    if name.place.level in {Level.DISTRICT, Level.REGION}:
        yield from _short(key)


def _short(key: str) -> Iterator[str]:
    for shared in _GRAMMAR:
        if key.endswith(f" {shared}") or key.startswith(f"{shared} "):
            bare = key.removesuffix(f" {shared}").removeprefix(f"{shared} ")
            if shared != "district":
                yield bare
            if shared == "upravni okrug":
                yield f"{bare} okrug"
                yield f"okrug {bare}"
