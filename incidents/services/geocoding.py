"""Typed places: what they may mean, for everybody who asks and as codes that an incident can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from weakref import WeakKeyDictionary

from geopy.geocoders.base import Geocoder

from incidents.core.gazetteer.place import Level
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


def area_of(found: Found) -> str:
    match found.level:
        case Level.KOSOVO:
            return KOSOVO
        case Level.DISTRICT:
            return found.district_code
        case _:
            return found.municipality_code


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
_meant: WeakKeyDictionary[Geocoder, dict[bytes, str]] = WeakKeyDictionary()
"""The area that a typed place means, by a keyed hash of the place: finding takes a millisecond each time.
No word of a report stays in memory by this, and the key is gone with the process."""


def area_meant(place: str, *, geocoder: Geocoder, places: Places) -> str:
    """The one area that `places_meant` finds; empty where several may be meant or none."""
    known = _meant.setdefault(geocoder, {})
    if len(known) > _MOST_MEANT:
        known.clear()
    digest = blake2b(fold(place).encode(), digest_size=16, key=_KEY).digest()
    code = known.get(digest)
    if code is None:
        meant = places_meant(place, geocoder=geocoder, places=places)
        known[digest] = code = meant[0] if len(meant) == 1 else ""
    return code
