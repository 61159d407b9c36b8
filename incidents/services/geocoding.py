"""Places that members type: what they may mean, as codes that an incident can hold."""

from __future__ import annotations

from geopy.geocoders.base import Geocoder

from incidents.core.places import Places
from incidents.core.script import fold


def places_meant(query: str, *, geocoder: Geocoder, places: Places) -> list[str]:
    """Codes of the municipalities or the district that a typed place may mean; several if it is ambiguous.

    Everything stays on this machine unless the geocoder given asks another one.
    """
    if code := district_named(query, places):
        return [code]
    found = geocoder.geocode(query, exactly_one=False)
    return [location.raw["code"] for location in found or ()]


def district_named(query: str, places: Places) -> str:
    """The code of the district with exactly this name in any language; empty for none."""
    asked = fold(query)
    for district in places.districts.values():
        if asked in {fold(name) for name in district.names.values()}:
            return district.code
    return ""
