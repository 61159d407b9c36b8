"""Finds places of Serbia from what people type, as a geopy geocoder that never leaves this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderUnavailable
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from incidents.core.gazetteer.index import Index
from incidents.core.gazetteer.mentions import mentions
from incidents.core.gazetteer.nearest import nearest
from incidents.core.gazetteer.place import Gazetteer, Place
from incidents.core.gazetteer.ranking import Answer
from incidents.core.gazetteer.search import find
from incidents.core.script import to_latin


class _NoNetwork(BaseSyncAdapter):
    """An adapter that can reach nothing: whoever asks it for an address has made a mistake."""

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        raise GeocoderUnavailable("this geocoder has no network")

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        raise GeocoderUnavailable("this geocoder has no network")


class GazetteerGeocoder(Geocoder):
    """The whole register in both scripts, without accents, in other languages and cases, with slips, in addresses.

    `Location.raw` has level (region, district, city, municipality, settlement, kosovo), code (of that level), name
    (Serbian Cyrillic), quarter, settlement_code, municipality_code, district_code (empty where there is none), score
    (0 to 1), ambiguous, and alternatives (codes of its namesakes, likeliest first).
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        super().__init__(adapter_factory=_NoNetwork)
        self._points = gazetteer.points
        self._index = Index(gazetteer)

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | list[Location] | None:
        """The place that was meant, or all that it may be; None for what names no place here."""
        answer = find(query, self._index)
        if answer is None:
            return None
        if exactly_one:
            return _location(answer.place, answer)
        return [_location(place, answer) for place in (answer.place, *answer.rivals)]

    def reverse(
        self, query: tuple[float, float] | Point, *, exactly_one: bool = True
    ) -> Location | list[Location] | None:
        """The settlement whose middle is nearest; None for a point that is far from all of them."""
        place = nearest(self._points, float(query[0]), float(query[1]))
        if place is None:
            return None
        location = _location(place, Answer(place, 1.0, [], []))
        return location if exactly_one else [location]

    def mentions(self, text: str) -> Iterator[tuple[int, int, Location]]:
        """The places that a story names, with where their names start and end in it."""
        for found in mentions(text, self._index):
            yield found.start, found.end, _location(found.answer.place, found.answer)


def _location(place: Place, answer: Answer) -> Location:
    return Location(
        to_latin(place.quarter or place.name),
        Point(place.latitude, place.longitude),
        {
            "level": place.level.value,
            "code": place.code,
            "name": place.name,
            "quarter": place.quarter,
            "settlement_code": place.settlement_code,
            "municipality_code": place.municipality_code,
            "district_code": place.district_code,
            "score": answer.score,
            "ambiguous": bool(answer.rivals),
            "alternatives": [
                other.code for other in (answer.place, *answer.rivals, *answer.others) if other is not place
            ],
        },
    )
