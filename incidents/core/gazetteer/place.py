"""What a search can find, and under which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

FORMER = "sr-old"
"""In place of a language tag: what a place was called before."""


class Level(StrEnum):
    """The official unit that an answer names. A quarter has no code of its own: it answers its municipality."""

    REGION = "region"
    DISTRICT = "district"
    CITY = "city"
    MUNICIPALITY = "municipality"
    SETTLEMENT = "settlement"
    KOSOVO = "kosovo"


class Kind(IntEnum):
    """How well a name is known to be one; the lowest is the best."""

    OFFICIAL = 0
    MINORITY = 1
    OTHER = 2


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    level: Level
    code: str
    """Of its own level."""
    name: str
    """In Serbian Cyrillic."""
    municipality_code: str
    district_code: str
    within: frozenset[str]
    """Codes of everything larger that it lies in."""
    weight: int
    """Inhabitants, for a seat those of its municipality; for a quarter a guess that only orders it among namesakes."""
    is_main: bool
    """The seat of a municipality, or larger than a settlement."""
    latitude: float
    longitude: float
    """Of its middle; where that is not known, of the municipality's."""
    quarter: str = ""
    """For a municipality that was found by one of its quarters: the quarter's name in Serbian Cyrillic."""

    @property
    def settlement_code(self) -> str:
        return self.code if self.level is Level.SETTLEMENT else ""

    def holds(self, other: Place) -> bool:
        """Whether the other lies in it; the seat of a municipality stands for all of it."""
        if self is other or not self.is_main:
            return False
        return self.code in other.within or (
            self.level is Level.SETTLEMENT
            and self.municipality_code == other.municipality_code
            and (not other.is_main or bool(other.quarter))
        )


class Name(NamedTuple):
    text: str
    place: Place
    kind: Kind
    language: str = ""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    names: list[Name]
    points: list[Place]
    """Settlements and places of Kosovo* of which it is known where they lie."""
    municipalities: Mapping[str, Place]
    """By code: what is meant when somebody says "opština"."""
    postal_codes: Mapping[str, Place]
    elsewhere: frozenset[str]
    """Fold keys of places abroad."""
    everyday: frozenset[str]
    """Fold keys of words that say where something happened without naming a place, some of them villages too."""
    streets: frozenset[str]
    """Fold keys of words that make a street of the name beside them."""
