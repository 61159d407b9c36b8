"""The same incidents as committees of the United Nations read them: which published figures belong to which committee.

A reading is a set of cells of tables that are published and protected together with all others. Nothing is counted for
it, so it can tell nothing that those tables do not tell. An incident with several grounds stands under each of them,
and one that a committee does not ask about stands under none of its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from incidents.core.release import Row
from incidents.core.tables import LISTS, TOTAL, Table

BODIES = ("CERD", "CEDAW", "CRPD", "CRC", "CCPR")
WOMEN, CHILDREN = ("gender", "woman"), ("age", "under_18")
_CROSSED = {"gender": "ground_gender", "age": "ground_age"}
"""The tables of grounds by who was attacked."""


@dataclass(frozen=True)
class Reading:
    """That one committee asks about a ground, a group of people, women or children; and where that is written."""

    body: str
    vocabulary: str
    code: str
    article: str
    is_confirmed: bool
    """False where the article has not been checked."""


@dataclass(frozen=True)
class Wanted:
    """A figure of a published table: the codes that are not totals, and the reading that asks for it."""

    table: str
    codes: Mapping[str, str]
    reading: Reading


def dimension_of(reading: Reading) -> str:
    """The dimension of the tables that the reading's code is one of."""
    return next(name for name, lists in LISTS.items() if reading.vocabulary in lists)


def wanted(body: str, readings: Iterable[Reading]) -> Iterator[Wanted]:
    """What a committee asks about, each followed by women and children among those; or, for women and for children, by
    every ground. Figures that no table has are among them."""
    for reading in readings:
        if reading.body != body:
            continue
        name = dimension_of(reading)
        own = {} if reading.code == TOTAL else {name: reading.code}
        yield Wanted(name, own, reading)
        if name == "ground" and own:
            for person, code in (WOMEN, CHILDREN):
                yield Wanted(_CROSSED[person], {**own, person: code}, reading)
        elif name in _CROSSED:
            yield Wanted(_CROSSED[name], {**own, "ground": "*"}, reading)


def matching(one: Wanted, table: Table, rows: Iterable[Row], time: str) -> list[Row]:
    """The rows of its table that are meant, at one time: a star stands for every code but the total."""
    asked = [one.codes.get(name, TOTAL) for name in table.dimensions]
    return [
        row
        for row in rows
        if row.time == time
        and all(code != TOTAL if ask == "*" else code == ask for ask, code in zip(asked, row.codes, strict=True))
    ]
