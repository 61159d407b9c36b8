"""Typed places: what they may mean, for everybody who asks and as codes that an incident can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from weakref import WeakKeyDictionary

from geopy.exc import GeocoderUnavailable
from geopy.geocoders.base import Geocoder

from incidents.adapters.geocoder import GazetteerGeocoder
from incidents.adapters.nominatim import StreetService
from incidents.core.gazetteer.place import Level
from incidents.core.gazetteer.query import IN, NEAR
from incidents.core.places import KOSOVO, Places
from incidents.core.script import fold


@dataclass(frozen=True)
class Found:
    """A place that may be meant. Codes are empty where a place has none."""

    level: str
    code: str
    name: str
    """In Serbian Cyrillic."""
    quarter: str
    settlement_code: str
    municipality_code: str
    district_code: str
    latitude: float
    longitude: float
    score: float
    is_ambiguous: bool


def places_like(query: str, *, geocoder: Geocoder) -> list[Found]:
    """What a typed place may mean, likeliest first."""
    return [
        Found(
            level=location.raw["level"],
            code=location.raw["code"],
            name=location.raw["name"],
            quarter=location.raw["quarter"],
            settlement_code=location.raw["settlement_code"],
            municipality_code=location.raw["municipality_code"],
            district_code=location.raw["district_code"],
            latitude=location.latitude,
            longitude=location.longitude,
            score=location.raw["score"],
            is_ambiguous=location.raw["ambiguous"],
        )
        for location in geocoder.geocode(query, exactly_one=False) or ()
    ]


_SURE = 0.85
"""Score from which a place is taken to be the one that was typed; below, words are only like a name."""


@dataclass(frozen=True)
class Meaning:
    """What a typed place was understood as."""

    code: str = ""
    """Of its own level; empty for what nobody can tell."""
    area: str = ""
    """The municipality, the district or Kosovo* that an incident there is counted in; empty for a city or region."""


def understood(query: str, chosen: str | None, *, geocoder: Geocoder) -> Meaning | list[Found]:
    """What a typed place means; or, where that is not clear, the places to choose from.

    `chosen` is the code that was chosen from these before, empty for none of them, None if nobody was asked yet:
    whoever was asked once is not asked again.
    """
    found = places_like(query, geocoder=geocoder) if query else []
    if chosen is None and found and found[0].is_ambiguous:
        return list({one.code: one for one in reversed(found)}.values())[::-1]
    taken = [one for one in found if one.code == chosen] if chosen is not None else found[:1]
    if not taken or taken[0].score < _SURE:
        return Meaning()
    return Meaning(taken[0].code, area_of(taken[0]))


@dataclass(frozen=True)
class Certain:
    """What is certain of a typed place where nobody can be asked which one was meant."""

    meaning: Meaning
    choices: list[Found]
    """The places that may be meant, if it is not clear which."""


def certain(query: str, *, geocoder: Geocoder) -> Certain:
    """What a typed place means; of several alike only the municipality or district that they share."""
    meant = understood(query, None, geocoder=geocoder)
    if isinstance(meant, Meaning):
        return Certain(meant, [])
    for shared in ({area_of(one) for one in meant}, {one.district_code for one in meant}):
        if len(shared) == 1:
            return Certain(Meaning("", shared.pop()), meant)
    return Certain(Meaning(), meant)


def area_of(found: Found) -> str:
    match found.level:
        case Level.KOSOVO:
            return KOSOVO
        case Level.DISTRICT:
            return found.district_code
        case _:
            return found.municipality_code


_MOST_NAMED = 5


def areas_named(story: str, *, geocoder: GazetteerGeocoder) -> list[str]:
    """Municipalities, districts and Kosovo* in which a story names places, in its order; at most five.

    Namesakes are left out: a suggestion shall be right rather than complete.
    """
    found: dict[str, None] = {}
    for _start, _end, location in geocoder.mentions(story):
        raw = location.raw
        area = KOSOVO if raw["level"] == Level.KOSOVO else raw["municipality_code"]
        area = raw["district_code"] if raw["level"] == Level.DISTRICT else area
        if area and not raw["ambiguous"]:
            found[area] = None
    return list(found)[:_MOST_NAMED]


def places_meant(query: str, *, geocoder: Geocoder, places: Places) -> list[str]:
    """Codes of the municipalities or the district that a typed place may mean; several if it is ambiguous.

    A place in Kosovo* is `KOSOVO`, a city of several municipalities is each of them, a region is nothing. Everything
    stays on this machine unless the geocoder given asks another one.
    """
    if code := district_named(query, places):
        return [code]
    found = geocoder.geocode(query, exactly_one=False) or ()
    codes = list(dict.fromkeys(code for location in found for code in _codes(location.raw, places)))
    return codes[:1] if codes and _is_called(query, codes[0], places) else codes


def places_to_choose(query: str, *, geocoder: Geocoder, places: Places) -> list[str]:
    """As `places_meant`; before several municipalities of one district that district, for whoever knows no more."""
    codes = places_meant(query, geocoder=geocoder, places=places)
    districts = {places.district_of(code) if code in places.municipalities else "" for code in codes}
    return [*districts, *codes] if len(codes) > 1 and len(districts) == 1 and all(districts) else codes


def _is_called(query: str, code: str, places: Places) -> bool:
    """Whether a municipality has exactly this name, as in the list that members choose from; villages may share it."""
    municipality = places.municipalities.get(code)
    return municipality is not None and fold(query) in {fold(name) for name in municipality.names.values()}


def _codes(raw: Mapping[str, str], places: Places) -> list[str]:
    match raw["level"]:
        case Level.KOSOVO:
            return [KOSOVO]
        case Level.DISTRICT:
            return [raw["district_code"]]
        case Level.CITY:
            return places.parts_of(raw["code"])
        case Level.REGION:
            return []
        case _:
            return [raw["municipality_code"]]


def district_named(query: str, places: Places) -> str:
    """The code of the district with exactly this name in any language; empty for none."""
    asked = fold(query)
    for district in places.districts.values():
        if asked in {fold(name) for name in district.names.values()}:
            return district.code
    return ""


_KEY = token_bytes(32)
_MOST_MEANT = 20_000
_meant: WeakKeyDictionary[Geocoder, dict[bytes, frozenset[str]]] = WeakKeyDictionary()
"""The areas that a typed place may mean, by a keyed hash of the place: finding takes a millisecond each time.
No word of a report stays in memory by this, and the key is gone with the process."""


def areas_meant(place: str, *, geocoder: Geocoder, places: Places) -> frozenset[str]:
    """What `places_meant` finds; remembered."""
    known = _meant.setdefault(geocoder, {})
    if len(known) > _MOST_MEANT:
        known.clear()
    digest = blake2b(fold(place).encode(), digest_size=16, key=_KEY).digest()
    meant = known.get(digest)
    if meant is None:
        known[digest] = meant = frozenset(places_meant(place, geocoder=geocoder, places=places))
    return meant


def area_meant(place: str, *, geocoder: Geocoder, places: Places) -> str:
    """The one area that a typed place means; empty where several may be meant or none."""
    meant = areas_meant(place, geocoder=geocoder, places=places)
    return next(iter(meant)) if len(meant) == 1 else ""


_MOST_STREET_WORDS = 6
_LONGEST_STREET = 80


class NothingToAsk(Exception):
    """No street is named, or our own tables say already in which municipality it is."""


class StreetsUnavailable(Exception):
    """The address service gave no answer. That says nothing of the street."""


def municipalities_of_street(typed: str, *, geocoder: Geocoder, streets: StreetService, places: Places) -> list[str]:
    """Which of the municipalities that a typed town may mean have the street that stands beside it; empty for none.

    The town is found here; only the street is asked for, within that town, and only if it decides something.

    Raises NothingToAsk, StreetsUnavailable.
    """
    found = places_like(typed, geocoder=geocoder)
    within = _towns(found, places)
    street = _beside(typed, found[0], geocoder) if found else ""
    if not street or len(set().union(*within.values())) < 2:
        raise NothingToAsk
    codes: set[str] = set()
    try:
        for town, municipalities in within.items():
            codes.update(streets.municipalities_with(street, town=town, within=municipalities))
    except GeocoderUnavailable:
        raise StreetsUnavailable from None
    return sorted(codes)


def _towns(found: list[Found], places: Places) -> dict[str, set[str]]:
    """Names of the towns that may be meant, with the municipalities that each of them may lie in."""
    towns: dict[str, set[str]] = {}
    for one in found:
        codes = places.parts_of(one.code) if one.level == Level.CITY else [one.municipality_code]
        towns.setdefault(one.name.partition(" (")[0], set()).update(code for code in codes if code)
    return {town: codes for town, codes in towns.items() if codes}


def _beside(typed: str, town: Found, geocoder: Geocoder) -> str:
    """What stands before the name of a town, or after it; empty for nothing, and for more than a street can be."""
    words = re.findall(r"[^\s,;]+", typed)
    for count in range(1, len(words)):
        for name, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            likely = places_like(" ".join(name), geocoder=geocoder)
            if likely and likely[0].code == town.code and likely[0].score >= _SURE:
                street = _without_prepositions(rest)
                is_street = len(street) <= _MOST_STREET_WORDS and any(word.isalpha() for word in street)
                return " ".join(street) if is_street and len(" ".join(street)) <= _LONGEST_STREET else ""
    return ""


def _without_prepositions(words: list[str]) -> list[str]:
    small = IN | NEAR
    while words and fold(words[0]) in small:
        words = words[1:]
    while words and fold(words[-1]) in small:
        words = words[:-1]
    return words
