"""Desks: what each is called in commands and records, and which part of the country one may read.

Who is at a desk, and its key, stand in the database.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from incidents.core.places import Places
from incidents.core.report import Report
from incidents.core.script import fold

NATIONAL = "national"
"""The desk that is always there, and gets every report that is for no other."""
DESK_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}", re.ASCII)
"""What a desk is called in commands, always the same: sever, partner-x."""
LONGEST_NAME = 60
REGIONAL = "regional"
"""What a form or an app sends with a report whose sender was told that regional desks read some."""
FEWEST_INHABITANTS = 100_000
"""Of an area, and of all that lies in none: at which desk a report lies is not sealed, and tells that much of where."""


def municipalities_of(code: str, places: Places) -> frozenset[str]:
    """What a municipality, district, city or region consists of; nothing of all else, and of Kosovo*."""
    if code in places.municipalities:
        return frozenset({code})
    if code in places.cities:
        return frozenset(places.parts_of(code))
    districts = {code} if code in places.districts else _districts_of(code, places)
    return frozenset(one for one in places.municipalities if places.district_of(one) in districts)


def _districts_of(region: str, places: Places) -> set[str]:
    return {one.code for one in places.districts.values() if one.region_code == region}


def happened_in(report: Report, places: Places) -> frozenset[str]:
    """The municipalities that a report's place may lie in, as far as it was understood; nothing where it was not."""
    return municipalities_of(report.area or report.place_code, places)


def inhabitants(municipalities: Collection[str], places: Places) -> int:
    """By the census of 2022."""
    return sum(places.municipalities[one].population for one in municipalities)


def names_of_units(places: Places) -> dict[str, Mapping[str, str]]:
    """What all municipalities, cities, districts and regions are called, by code and language."""
    kinds = places.municipalities, places.cities, places.districts, places.regions
    return {code: unit.names for kind in kinds for code, unit in kind.items()}


def unit_called(typed: str, places: Places) -> str | None:
    """The municipality, city, district or region with this code or exactly this name, of which no two have one."""
    names = names_of_units(places)
    if typed in names:
        return typed
    asked = fold(typed)
    return next((code for code, called in names.items() if asked in {fold(name) for name in called.values()}), None)


def in_short(municipalities: Collection[str], places: Places) -> list[str]:
    """The same area by fewer codes: of the districts that lie in it whole, then of the other municipalities."""
    wanted = frozenset(municipalities)
    whole = [one for one in places.districts if (own := municipalities_of(one, places)) and own <= wanted]
    rest = wanted.difference(*(municipalities_of(one, places) for one in whole))
    return [*whole, *sorted(rest)]
