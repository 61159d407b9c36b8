"""Regions, districts, cities and municipalities of Serbia; Kosovo apart.

Codes are those of the Statistical Office: a municipality has five digits, a district two. What is smaller than a
municipality stands in `core.gazetteer`: it is searched, and never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

KOSOVO = "KM"
"""Stands for Kosovo* as a whole: no official statistics of Serbia since 1999 (UNSCR 1244)."""


ATTRIBUTION = "Place data: RZS/RGZ open data; GeoNames (CC BY 4.0); Who's On First; Mesoshapes (CC0)."
"""To be shown wherever place data is given away."""
MAP_ATTRIBUTION = ATTRIBUTION.replace("CC0).", "CC0); Natural Earth.")
"""To be shown beside maps of the derived shapes."""


@dataclass(frozen=True)
class Region:
    code: str
    """NUTS 2, e.g. RS12."""
    names: Mapping[str, str]
    population: int
    """Census 2022."""


@dataclass(frozen=True)
class District:
    code: str
    region_code: str
    names: Mapping[str, str]
    """By language tag: sr-Cyrl, sr-Latn and en always, others where known."""
    population: int = 0
    """Census 2022; 0 for those of Kosovo*, of which there are no figures."""


@dataclass(frozen=True)
class City:
    """A city that is divided into municipalities of which none has its name: Beograd and Niš."""

    code: str
    district_code: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Municipality:
    code: str
    district_code: str
    names: Mapping[str, str]
    population: int
    """Census 2022."""
    latitude: float
    longitude: float
    city: str = ""
    """The city it is a part of, in Serbian Cyrillic; empty for most."""
    seat_code: str = ""
    """The settlement with its town hall."""


@dataclass(frozen=True)
class Places:
    districts: Mapping[str, District]
    municipalities: Mapping[str, Municipality]
    regions: Mapping[str, Region] = field(default_factory=dict)
    cities: Mapping[str, City] = field(default_factory=dict)

    def municipalities_of(self, district_code: str) -> list[Municipality]:
        """Those of one district, in the order of the register."""
        return self._of_district.get(district_code, [])

    @cached_property
    def _of_district(self) -> Mapping[str, list[Municipality]]:
        found: dict[str, list[Municipality]] = {}
        for one in self.municipalities.values():
            found.setdefault(one.district_code, []).append(one)
        return found

    def district_of(self, municipality_code: str) -> str:
        return self.municipalities[municipality_code].district_code

    def has_area(self, code: str) -> bool:
        """Whether an incident can be counted there: a municipality, a district, Kosovo*."""
        return code == KOSOVO or code in self.municipalities or code in self.districts

    def parts_of(self, city_code: str) -> list[str]:
        """Codes of the municipalities of a city, in the order of the register."""
        name = self.cities[city_code].names["sr-Cyrl"]
        return [code for code, one in self.municipalities.items() if one.city == name]
