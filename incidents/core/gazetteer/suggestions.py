"""What a phone offers while a place is typed: one listing for all, and the rules by which it is searched.

`static/js/places.js` has the same rules for the phone itself, where nothing typed leaves the page; vectors that both
are tried on hold them together. What is sent is understood by `search`, which also knows cases and slips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from incidents.core.gazetteer.place import Gazetteer, Kind, Level, Place
from incidents.core.gazetteer.query import IN, NEAR
from incidents.core.places import Places
from incidents.core.script import fold

LEADS = frozenset(IN | NEAR)
"""Words before a name that are passed over."""
MOST = 8
SHORTEST = 2
_SHORTEST_CUT = 4
_MOST_CUT = 2
"""Letters at the end that may belong to another case: "Suboticu" is sought as "Subotic" too."""


class Written(NamedTuple):
    """One name of a place, and the key that it is found by."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Listed:
    names: tuple[Written, ...]
    """In Serbian Cyrillic first, then others that people know it by."""
    around: str
    """The municipality, in Serbian Cyrillic, where the name alone does not say which."""

    def text(self, name: Written) -> str:
        return f"{name.text} ({self.around})" if self.around else name.text


def listing(gazetteer: Gazetteer, places: Places, *, is_meant: Callable[[str, Place], bool]) -> list[Listed]:
    """Settlements, municipalities, cities, quarters and places of Kosovo*, those with most people first.

    `is_meant` says whether a text is understood as nothing but this place; other names of which that is not so are
    left out.
    """
    districts = {text for district in places.districts.values() for text in district.names.values()}
    names: dict[Place, list[str]] = {}
    for name in gazetteer.names:
        if _is_listed(name.place):
            names.setdefault(name.place, [name.place.quarter or name.place.name])
            if name.kind is not Kind.OTHER and name.text not in districts:
                names[name.place].append(name.text)
    ordered = sorted(names, key=lambda place: (-place.weight, place.code, place.quarter, place.name))
    return [_listed(place, names[place], _around(place, places), is_meant) for place in ordered]


def suggest(query: str, listed: list[Listed]) -> list[str]:
    """The places that may be meant by what is typed so far: whole names, then starts, then starts of later words."""
    words = fold(query).split()
    while len(words) > 1 and words[0] in LEADS:
        words = words[1:]
    key = " ".join(words)
    for cut in range(_MOST_CUT + 1):
        sought = key[: len(key) - cut]
        if len(sought) < (_SHORTEST_CUT if cut else SHORTEST):
            break
        if found := sorted(_ranked(sought, listed)):
            return [listed[place].text(listed[place].names[at]) for _rank_of, place, at in found[:MOST]]
    return []


def _ranked(sought: str, listed: list[Listed]) -> Iterator[tuple[int, int, int]]:
    """Rank, place and name of every place that is found by one of its names, each by the best of them."""
    for place, one in enumerate(listed):
        rank, at = min((_rank(name.key, sought), at) for at, name in enumerate(one.names))
        if rank < _NO_RANK:
            yield rank, place, at


_NO_RANK = 3


def _rank(key: str, sought: str) -> int:
    if key == sought:
        return 0
    if key.startswith(sought):
        return 1
    return 2 if f" {sought}" in key else _NO_RANK


def _is_listed(place: Place) -> bool:
    """Parts of Beograd and Niš stand as municipalities, not once more as settlements "Београд (Врачар)"."""
    is_part = place.level is Level.SETTLEMENT and place.name.startswith(("Београд (", "Ниш ("))
    return place.level not in {Level.DISTRICT, Level.REGION} and not is_part


def _around(place: Place, places: Places) -> str:
    if place.level in {Level.CITY, Level.KOSOVO} or "(" in place.name:
        return ""
    municipality = places.municipalities[place.municipality_code]
    name = municipality.names["sr-Cyrl"].replace(" (", ", ").removesuffix(")")
    if place.level is Level.MUNICIPALITY and not place.quarter:
        return "" if municipality.city in name else municipality.city
    return "" if name == place.name and not place.quarter else name


def _listed(place: Place, texts: list[str], around: str, is_meant: Callable[[str, Place], bool]) -> Listed:
    first, *others = (Written(text, fold(text)) for text in dict.fromkeys(texts))
    kept = {first.key: first}
    for name in others:
        if name.key not in kept and is_meant(Listed((name,), around).text(name), place):
            kept[name.key] = name
    return Listed(tuple(kept.values()), around)
