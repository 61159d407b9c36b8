"""An operator's own Nominatim, through geopy: which municipality a street lies in, asked for the desk alone.

Off unless it is set. Only a street, a town and the country are sent, in fields of their own and never as free text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from geopy.exc import GeocoderUnavailable
from geopy.geocoders import Nominatim
from geopy.location import Location

from incidents.adapters.breaker import Breaker
from incidents.adapters.one_host import OneHost, Question
from incidents.config import OwnHost
from incidents.core.gazetteer.nearest import nearest
from incidents.core.gazetteer.place import Gazetteer
from incidents.core.places import Places
from incidents.core.script import fold, to_latin

SECONDS = 5.0
FAILURES = 3
PAUSE_S = 60.0
_MOST_ANSWERS = 20
_MARGIN = 0.1
"""Degrees around the middles of settlements, in which all of their municipality lies."""
_NAMING = ("city_district", "municipality", "borough", "city", "town", "county")
"""Parts of an answer's address that may name a municipality."""
_GRAMMAR = ("gradska opstina", "opstina", "grad", "city municipality of", "municipality of")


class _OwnNominatim(Nominatim):
    """geopy's, but for its addresses, which it would log."""

    def _construct_url(self, base_api: str, params: Mapping[str, object]) -> Question:
        path = self.geocode_path if base_api == self.api else self.reverse_path
        return Question(f"{path}?{urlencode(params)}")

    def _parse_json(self, places: object, exactly_one: bool) -> Any:
        """Anything but a list of places is a failure; geopy would take `null`, `{}` and the like for "not found"."""
        if not isinstance(places, list) or not all(_is_place(one) for one in places):
            raise GeocoderUnavailable("the address service gave no list of places")
        return super()._parse_json(places, exactly_one)


class StreetService:
    """Streets of towns that the gazetteer knows. Safe to be used by several threads."""

    def __init__(
        self,
        host: OwnHost,
        gazetteer: Gazetteer,
        places: Places,
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._points = {code: [middle] for code, middle in gazetteer.municipalities.items()}
        for point in gazetteer.points:
            if point.municipality_code:
                self._points[point.municipality_code].append(point)
        self._all_points = gazetteer.points
        self._codes: dict[str, set[str]] = {}
        for code, one in places.municipalities.items():
            for name in one.names.values():
                self._codes.setdefault(fold(name.partition(" (")[0]), set()).add(code)
        self._breaker = Breaker(failures=FAILURES, pause_s=PAUSE_S, clock=clock)
        self._geocoder = _OwnNominatim(
            timeout=seconds,
            domain=f"{host.name}:{host.port}",
            scheme="https" if host.is_secure else "http",
            adapter_factory=lambda **_: OneHost(host, seconds=seconds),
        )

    def municipalities_with(self, street: str, *, town: str, within: Collection[str]) -> list[str]:
        """Codes of those municipalities of `within` that have this street in this town; empty for none.

        `town` is a name of the gazetteer's. Raises geopy.exc.GeocoderUnavailable for every failure of the service.
        """
        if not self._breaker.lets_through():
            raise GeocoderUnavailable("the address service is left in peace for a while")
        try:
            answers = self._asked(street, to_latin(town), within)
        except GeocoderUnavailable:
            self._breaker.failed()
            raise
        self._breaker.worked()
        return sorted({code for one in answers if (code := self._municipality_of(one, within))})

    def _asked(self, street: str, town: str, within: Collection[str]) -> list[Location]:
        found = self._geocoder.geocode(
            {"street": street, "city": town, "country": "Srbija"},
            exactly_one=False,
            limit=_MOST_ANSWERS,
            addressdetails=True,
            country_codes="rs",
            language="sr-Latn",
            viewbox=self._box_around(within),
            bounded=True,
        )
        return found or []

    def _box_around(self, within: Collection[str]) -> list[tuple[float, float]]:
        points = [point for code in within for point in self._points[code]]
        latitudes, longitudes = [one.latitude for one in points], [one.longitude for one in points]
        return [
            (min(latitudes) - _MARGIN, min(longitudes) - _MARGIN),
            (max(latitudes) + _MARGIN, max(longitudes) + _MARGIN),
        ]

    def _municipality_of(self, answer: Location, within: Collection[str]) -> str:
        """Which of `within` an answer lies in, by the names of its address and by its point; empty for none."""
        address = answer.raw["address"]
        keys = {key for part in _NAMING if part in address for key in _bare(fold(address[part]))}
        named = {code for key in keys for code in self._codes.get(key, ())}
        if not named:
            # The middle of a settlement tells nothing in a city, whose municipalities lie side by side.
            settlement = nearest(self._all_points, answer.latitude, answer.longitude)
            code = settlement.municipality_code if settlement else ""
            return code if code in within and not self._places.municipalities[code].city else ""
        meant = named & set(within)
        [code] = meant if len(meant) == 1 else [""]
        return code if code and nearest(self._points[code], answer.latitude, answer.longitude) else ""


def _bare(key: str) -> list[str]:
    return [key, *(key.removeprefix(f"{word} ") for word in _GRAMMAR if key.startswith(f"{word} "))]


def _is_place(one: object) -> bool:
    if not isinstance(one, dict) or not isinstance(address := one.get("address"), dict):
        return False
    try:
        latitude, longitude = float(one["lat"]), float(one["lon"])
    except (KeyError, TypeError, ValueError):
        return False
    is_on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return is_on_earth and all(isinstance(name, str) for name in address.values())
