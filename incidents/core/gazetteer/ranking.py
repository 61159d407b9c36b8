"""Which of several namesakes is meant, how sure that is, and how far apart places lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from incidents.core.gazetteer.index import Match
from incidents.core.gazetteer.place import Kind, Level, Place

_CLOSE_KM = 25.0
_KM_PER_DEGREE = 111.2
_OF_KIND = {Kind.OFFICIAL: 1.0, Kind.MINORITY: 1.0, Kind.OTHER: 0.9}
_SEAT_OVER_VILLAGE = 5
_UNSURE = 0.9
"""Share of the score that is left when other places may be meant as well."""


@dataclass(frozen=True, slots=True)
class Answer:
    place: Place
    score: float
    """0 to 1."""
    rivals: list[Place]
    """What may be meant as well; an answer with rivals is ambiguous."""
    others: list[Place]
    """Namesakes that are hardly meant."""


def answer(matches: list[Match]) -> Answer:
    """The best of at least one match: official names first, towns before districts, then the place with more people."""
    top, *rest = sorted(
        _once(matches), key=lambda match: (match.kind, _is_wide(match.place), -match.place.weight, match.place.code)
    )
    rivals = [match.place for match in rest if not _outdoes(top, match)]
    others = [match.place for match in rest if _outdoes(top, match)]
    score = top.likeness * _OF_KIND[top.kind] * (_UNSURE if rivals else 1)
    return Answer(top.place, round(score, 3), rivals, others)


def _once(matches: list[Match]) -> list[Match]:
    """Each place once, under its best name."""
    best: dict[tuple[str, str], Match] = {}
    for match in sorted(matches, key=lambda match: (match.kind, -match.likeness)):
        best.setdefault((match.place.code, match.place.quarter), match)
    return list(best.values())


def _is_wide(place: Place) -> bool:
    return place.level in {Level.DISTRICT, Level.REGION}


def _outdoes(top: Match, other: Match) -> bool:
    """Whether somebody who means the other would have said so: a town beside a hamlet, a name beside a nickname."""
    if _is_wide(other.place) and not _is_wide(top.place):
        return True
    if other.kind > top.kind:
        is_rival = other.kind is Kind.MINORITY and other.place.is_main
        return not (is_rival and other.place.weight > 10 * top.place.weight)
    if top.place.is_main and not other.place.is_main:
        is_same = top.place.municipality_code == other.place.municipality_code
        return is_same or top.place.weight >= _SEAT_OVER_VILLAGE * other.place.weight
    return top.place.weight >= max(10_000, 50 * other.place.weight)


def is_close(one: Place, other: Place) -> bool:
    """Whether one can be said to be near the other."""
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude) <= _CLOSE_KM


def distance_km(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """As if the earth were flat between them; good within one country."""
    width = math.cos(math.radians((latitude + to_latitude) / 2))
    return _KM_PER_DEGREE * math.hypot(latitude - to_latitude, (longitude - to_longitude) * width)
