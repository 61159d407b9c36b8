"""The other way: which known place a point belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from incidents.core.gazetteer.place import Place
from incidents.core.gazetteer.ranking import distance_km

_FARTHEST_KM = 12.0
"""No place in Serbia is farther from the middle of the nearest settlement; measured in mountains and forests."""
_FARTHEST_DEGREES = 0.12
"""The same along a meridian, rounded up."""


def nearest(points: Sequence[Place], latitude: float, longitude: float) -> Place | None:
    """The place whose point is nearest. It is not asked on which side of a boundary the point lies."""
    close = [
        (distance_km(place.latitude, place.longitude, latitude, longitude), place.code, place)
        for place in points
        if abs(place.latitude - latitude) < _FARTHEST_DEGREES
    ]
    distance, _, place = min(close, key=lambda one: one[:2], default=(_FARTHEST_KM + 1, "", None))
    return place if distance <= _FARTHEST_KM else None
