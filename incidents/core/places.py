"""Regions, districts and municipalities of Serbia; Kosovo apart.

Codes are those of the Statistical Office: a municipality has five digits, a district two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KOSOVO = "KM"
"""Stands for Kosovo* as a whole: no official statistics of Serbia since 1999 (UNSCR 1244)."""


@dataclass(frozen=True)
class Region:
    code: str
    """NUTS 2."""
    names: Mapping[str, str]


@dataclass(frozen=True)
class District:
    code: str
    region_code: str
    names: Mapping[str, str]
    """By language tag: sr-Cyrl, sr-Latn and en always, others where known."""


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


@dataclass(frozen=True)
class Places:
    regions: Mapping[str, Region]
    """Without Kosovo*."""
    districts: Mapping[str, District]
    municipalities: Mapping[str, Municipality]

    def district_of(self, municipality_code: str) -> str:
        return self.municipalities[municipality_code].district_code
