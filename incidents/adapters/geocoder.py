"""Finds municipalities from what people type, as a geopy geocoder that never leaves this machine."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderUnavailable
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from incidents.core.places import Municipality, Places
from incidents.core.script import fold

_SLIP = 0.86
"""Likeness (difflib) from which a name counts as mistyped; found by trying the 168 names against each other."""
_SHORTEST_FOR_SLIPS = 5
_BEFORE = frozenset(
    {"u", "na", "kod", "iz", "blizu", "pored", "kraj", "in", "near", "v", "ne", "te"}
    | {"grad", "gradu", "grada", "opstina", "opstini", "opstine", "mesto"}
)
# Endings of cases of place names, Serbian and Hungarian, each with what the first case ends in.
_ENDINGS = (
    ("om", ""),
    ("u", ""),
    ("a", ""),
    ("e", "a"),
    ("i", "a"),
    ("oj", "a"),
    ("oj", "o"),
    ("og", "i"),
    ("om", "i"),
    ("u", "o"),
    ("an", "a"),
    ("en", "e"),
    ("on", ""),
    ("ban", ""),
    ("ben", ""),
    ("ra", ""),
    ("re", ""),
)


class _NoNetwork(BaseSyncAdapter):
    """An adapter that can reach nothing: whoever asks it for an address has made a mistake."""

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        raise GeocoderUnavailable("this geocoder has no network")

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        raise GeocoderUnavailable("this geocoder has no network")


@dataclass(frozen=True)
class _Found:
    municipality: Municipality
    score: float


class MunicipalityGeocoder(Geocoder):
    """The 168 municipalities, in both scripts, without accents, in other languages, in other cases, with one slip."""

    def __init__(self, places: Places) -> None:
        super().__init__(adapter_factory=_NoNetwork)
        self._places = places
        self._by_key: dict[str, list[Municipality]] = {}
        for municipality in places.municipalities.values():
            for key in _keys(municipality.names.values()):
                named = self._by_key.setdefault(key, [])
                if municipality not in named:
                    named.append(municipality)
        parts: dict[str, list[Municipality]] = {}
        for municipality in places.municipalities.values():
            parts.setdefault(fold(municipality.city), []).append(municipality)
        # A city that has its name to itself means all of its parts; "Užice" is the part of that name.
        self._by_key = {key: of_city for key, of_city in parts.items() if key} | self._by_key

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | list[Location] | None:
        """The municipality that was meant, or all that it may be; None for what is no municipality.

        `raw` has code, district_code, level, score (0 to 1) and ambiguous.
        """
        found = self._find(query)
        locations = [_location(one, is_ambiguous=len(found) > 1) for one in found]
        if not locations:
            return None
        return locations[0] if exactly_one else locations

    def reverse(self, query: tuple[float, float] | Point, *, exactly_one: bool = True) -> Location | list[Location]:
        """The municipality whose seat is nearest."""
        latitude, longitude = float(query[0]), float(query[1])
        nearest = min(
            self._places.municipalities.values(),
            key=lambda one: _distance(one.latitude, one.longitude, latitude, longitude),
        )
        location = _location(_Found(nearest, 1.0), is_ambiguous=False)
        return location if exactly_one else [location]

    def _find(self, query: str) -> list[_Found]:
        for key in _readings(query):
            if key in self._by_key:
                return [_Found(one, 1.0) for one in self._by_key[key]]
        for key in _readings(query):
            if len(key) >= _SHORTEST_FOR_SLIPS:
                alike = difflib.get_close_matches(key, self._by_key, n=1, cutoff=_SLIP)
                if alike and alike[0][0] == key[0]:
                    score = difflib.SequenceMatcher(None, key, alike[0]).ratio()
                    return [_Found(one, score) for one in self._by_key[alike[0]]]
        return []


def _keys(names: Iterable[str]) -> set[str]:
    """What a municipality is found by: its names, and "Palilula" for "Palilula (Niš)"."""
    keys = {fold(name) for name in names}
    return keys | {fold(name.split("(")[0]) for name in names if "(" in name}


def _readings(query: str) -> list[str]:
    """What a query may mean, the plainest first: as it is, without "u" and "kod", with other endings."""
    words = fold(query).split()
    while words and words[0] in _BEFORE and len(words) > 1:
        words = words[1:]
    plain = " ".join(words)
    readings = [fold(query), plain]
    if 1 <= len(words) <= 3:
        readings += [" ".join(parts) for parts in _recased(words)]
    return list(dict.fromkeys(readings))


def _recased(words: list[str]) -> list[list[str]]:
    """The words with case endings changed back, one of every combination of endings."""
    combined: list[list[str]] = [[]]
    for word in words:
        forms = [word, *(word[: -len(old)] + new for old, new in _ENDINGS if word.endswith(old) and len(word) > 3)]
        # "Sapcu" is Sabac, "Cacku" is Cacak: the vowel that comes and goes.
        forms += [form[:-1] + "a" + form[-1] for form in forms if len(form) > 3 and form[-1] not in "aeiou"]
        forms += [form[:-2] + "b" + form[-2:] for form in forms if form.endswith("pac")]
        combined = [[*start, form] for start in combined for form in dict.fromkeys(forms)]
    return combined[:2000]


def _location(found: _Found, *, is_ambiguous: bool) -> Location:
    municipality = found.municipality
    return Location(
        municipality.names["sr-Latn"],
        Point(municipality.latitude, municipality.longitude),
        {
            "code": municipality.code,
            "district_code": municipality.district_code,
            "level": "municipality",
            "score": round(found.score, 3),
            "ambiguous": is_ambiguous,
        },
    )


def _distance(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Squared, in degrees of latitude; good enough to compare within one country."""
    width = math.cos(math.radians(latitude))
    return (latitude - to_latitude) ** 2 + ((longitude - to_longitude) * width) ** 2
