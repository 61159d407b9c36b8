"""What releases count: dimensions, the linked tables over them, and the primary rules with all their parameters.

A plan is one plain object, as `python -m incidents protect` reads it: every release carries those it was made by, so
that whoever has its files can attack them. Which cells are withheld is not decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incidents.core.counting import KOSOVO_REGION, NOT_KNOWN, NOT_STATED, OTHERS, small_municipalities
from incidents.core.incident import NO_PLACE, ONLINE, Verification, is_counted
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, Places
from incidents.core.report import NOT_SURE
from incidents.core.vocabulary import Vocabulary

PLAN_VERSION = "2026-E"
"""E added reports received, and kinds of place from the first year on, and left out what is never settled.

D added the grounds of Article 2 by area of social life, grounds by gender and by age as bodies of the United Nations
read them, and targets; areas above kinds of place, and those under 18 as one.
"""
TOTAL = "_T"
"""SDMX's code of a total."""
COUNT = "n"
"""Column with how many incidents a row stands for."""
SOURCE = "source"
"""Column with the organisation that alone told of a row's incidents; empty where people did. It is no dimension."""
SEVERAL = "|"
"""Between the codes of one incident in a dimension of several answers."""


@dataclass(frozen=True)
class Table:
    """One table of a plan: the dimensions that it breaks counts down by, each perhaps cut at a level."""

    name: str
    cuts: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Its dimensions but the time, which every table has."""
        return tuple(name for cut in self.cuts if (name := cut.partition("@")[0]) != "time")


@dataclass(frozen=True)
class Rung:
    """The tables for a volume of incidents, so that less than a third of what is published has to be withheld."""

    name: str
    least: int
    """Incidents of the year before from which on it is taken: a published figure, so the choice tells nothing."""
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Subject:
    """What is counted: each kind of thing in tables of its own, with no relation to the others."""

    name: str
    rungs: tuple[Rung, ...]
    """The smallest first."""

    def rung(self, last_year: int | None) -> Rung:
        """The tables for the year after one with so many; None where there was none."""
        return [rung for rung in self.rungs if rung.least <= (last_year or 0)][-1]


def _tables(*lines: str) -> tuple[Table, ...]:
    return tuple(Table(name, tuple(cuts.split())) for name, _, cuts in (line.partition(": ") for line in lines))


_EVERY_QUARTER = _tables(
    "ground: time ground",
    "act: time act",
    "district: time area@district",
    "verification: time verification",
    "reported: time reported",
    "gender: time gender",
    "age: time age",
    "delay: time delay",
)
_BY_TREATY = _tables("ground_gender: ground@treaty gender", "ground_age: ground@treaty age@group", "target: target")
"""Of whole years: what bodies of the United Nations ask for, read off by core.treaties."""
INCIDENTS = Subject(
    "incidents",
    (
        Rung(
            "small",
            0,
            (
                *_EVERY_QUARTER,
                *_tables(
                    "setting: time setting@group",
                    "region_ground: area@region ground@group",
                    "ground_act: ground@group act@group",
                    "ground_social_area: ground@group setting@group",
                ),
                *_BY_TREATY,
            ),
        ),
        Rung(
            "middle",
            2_000,
            (
                *_EVERY_QUARTER,
                *_tables(
                    "setting: time setting",
                    "municipality: area",
                    "region_ground: time area@region ground@group",
                    "district_ground: area@district ground@group",
                    "ground_act: ground act@group",
                    "ground_social_area: ground setting@group",
                    "ground_victim: ground@group gender age",
                    "ground_reported: ground reported",
                ),
                *_BY_TREATY,
            ),
        ),
        Rung(
            "full",
            8_000,
            (
                *_EVERY_QUARTER,
                *_tables(
                    "setting: time setting",
                    "municipality: area",
                    "region_ground: time area@region ground",
                    "district_ground: area@district ground@group",
                    "ground_act: time ground act",
                    "ground_social_area: ground setting@group",
                    "region_act_setting: area@region act setting",
                    "ground_victim: ground@group gender age",
                    "ground_reported: ground reported",
                ),
                *_BY_TREATY,
            ),
        ),
    ),
)
RECEIVED = Subject("received", (Rung("all", 0, _tables("received: time standing")),))
SET_ASIDE = Subject("set_aside", (Rung("all", 0, _tables("set_aside: time set_aside")),))
CORRECTIONS = Subject("corrections", (Rung("all", 0, _tables("corrections: time correction")),))
SUBJECTS = (INCIDENTS, RECEIVED, SET_ASIDE, CORRECTIONS)

TABLES: Mapping[str, Table] = {
    table.name: table for subject in SUBJECTS for rung in subject.rungs for table in rung.tables
}
"""By name, with the cuts of the fullest rung."""

LISTS: Mapping[str, tuple[str, ...]] = {
    "ground": ("ground_group", "ground"),
    "act": ("act_group", "act_type"),
    "target": ("target_group",),
    "setting": ("social_area", "setting"),
    "verification": ("verification",),
    "gender": ("gender_of_victim",),
    "age": ("age_group", "age_band"),
    "reported": ("authority_told",),
    "delay": ("delay",),
    "standing": ("standing",),
    "set_aside": ("set_aside_reason",),
    "correction": ("correction",),
}
"""The lists of the vocabulary that the codes of a dimension come from; those of the area are places."""

_DIVIDED = ("gender_sexuality", "health")
"""Groups of grounds of which a convention knows one alone: sex, and disability."""
_SENSITIVE = ("gender_identity", "sexual_orientation", "sex_characteristics", "health_status", "disability")
"""Grounds of which the law on personal data speaks apart: health, sex life, sexual orientation."""


def plan(
    subject: Subject, rung: Rung, year: int, quarters: Sequence[Quarter], vocabulary: Vocabulary, places: Places
) -> dict[str, Any]:
    """The specification of a subject's tables over these quarters of one year."""
    needed = {name for table in rung.tables for name in table.dimensions}
    dims = {"time": _dimension("time", str(year), {str(quarter): str(year) for quarter in quarters})}
    dims |= plan_dimensions(vocabulary, places, needed)
    return {
        "plan": f"{PLAN_VERSION} {subject.name} {rung.name}",
        "vocabulary": vocabulary.version,
        "dims": dims,
        "table_names": [table.name for table in rung.tables],
        "tables": [list(table.cuts) for table in rung.tables],
        "count_column": COUNT,
        "threshold": 5 if subject in {RECEIVED, SET_ASIDE} else 3,
        **({"always_published": [[], ["time"]]} if subject is not SET_ASIDE else {}),
        **(rules_about(dims) if subject is INCIDENTS else {}),
    }


# Thresholds by the finest geography and by what is said about people: the country 3, a region 5, a district or a
# municipality 5, or 10 with traits of victims or grounds of which the law speaks apart.
_WITHIN_REGIONS = ["@within_region"]
_RULES: Mapping[str, Any] = {
    "thresholds": [
        {"threshold": 10, "where": {"area": _WITHIN_REGIONS, "ground": [*_SENSITIVE, "gender_sexuality", "health"]}},
        {"threshold": 10, "where": {"area": _WITHIN_REGIONS, "gender": "*"}},
        {"threshold": 10, "where": {"area": _WITHIN_REGIONS, "age": "*"}},
        {"threshold": 5, "where": {"area": "*"}},
    ],
    "group_disclosure": {"of": ["ground", "gender", "age"], "others": 1, "where": {"area": _WITHIN_REGIONS}},
    # What one organisation's batch says is hers and those people's, however many: more than 85 in 100 are protected.
    "dominance": {"column": SOURCE, "share": 0.85},
    "multi_response": ["ground", "target", "gender", "age"],
    "protects_differences": True,
    "decoy_zeros": 0.1,
    "prices": {"sums": 3, "codes": {NOT_STATED: 0.5}},
}


def rules_about(dims: Mapping[str, Any]) -> dict[str, Any]:
    """The primary rules of incidents as far as they speak of dimensions that there are."""
    of = [name for name in _RULES["group_disclosure"]["of"] if name in dims]
    return {
        **_RULES,
        "thresholds": [rule for rule in _RULES["thresholds"] if rule["where"].keys() <= dims.keys()],
        "group_disclosure": {**_RULES["group_disclosure"], "of": of},
        "multi_response": [name for name in _RULES["multi_response"] if name in dims],
    }


def with_quarter(spec: Mapping[str, Any], quarter: Quarter, vocabulary: Vocabulary, places: Places) -> dict[str, Any]:
    """The specification of a year with one more quarter, and with the codes that the vocabulary has gained since."""
    time = spec["dims"]["time"]
    quarters = [*time["rel"][time["total"]], str(quarter)]
    known = plan_dimensions(vocabulary, places, spec["dims"].keys())
    dims = {
        name: known[name] if name in known and _codes(dimension) <= _codes(known[name]) else dimension
        for name, dimension in spec["dims"].items()
    }
    return {
        **spec,
        "vocabulary": vocabulary.version,
        "dims": {**dims, "time": {**time, "rel": {time["total"]: quarters}}},
    }


def _codes(dimension: Mapping[str, Any]) -> set[str]:
    return {code for codes in dimension["rel"].values() for code in codes}


def plan_dimensions(
    vocabulary: Vocabulary, places: Places, among: Collection[str] = ("area", *LISTS)
) -> dict[str, Any]:
    """Every dimension but the time that a plan of incidents can have, or those of these names."""
    names = [name for name in ("area", *LISTS) if name in among]
    return {name: _area(places) if name == "area" else _of_vocabulary(name, vocabulary) for name in names}


def key_of(codes: Mapping[str, str]) -> str:
    """The canonical key of a cell: pairs of dimension and code, sorted, totals left out."""
    return joined(pair_of(name, code) for name, code in sorted(codes.items()))


def pair_of(name: str, code: str) -> str:
    """What stands in a key for one dimension; nothing for a total."""
    return "" if code == TOTAL else f"{name}={code}"


def joined(pairs: Iterable[str]) -> str:
    """A key from its pairs in the order of their dimensions' names."""
    return ",".join(filter(None, pairs))


def codes_of(key: str) -> dict[str, str]:
    """What `key_of` wrote, without the totals that it left out."""
    pairs = (pair.partition("=") for pair in key.split(","))
    return {name: code for name, _, code in pairs}


def _dimension(
    name: str, total: str, parents: Mapping[str, str], levels: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    rel: dict[str, list[str]] = {}
    for code, parent in parents.items():
        rel.setdefault(parent, []).append(code)
    found: dict[str, Any] = {"total": total, "rel": {total: rel.pop(total), **rel}, "column": name}
    return {**found, "levels": {level: list(codes) for level, codes in levels.items()}} if levels else found


def _area(places: Places) -> dict[str, Any]:
    """Country, regions, districts, municipalities. Where a region is one district both are one node, at both levels."""
    counted = [district for district in places.districts.values() if district.region_code != KOSOVO_REGION]
    apart = (KOSOVO, ONLINE, NO_PLACE)
    of_region: dict[str, list[str]] = {}
    for district in counted:
        of_region.setdefault(district.region_code, []).append(district.code)
    parents: dict[str, str] = {}
    regions = []
    for region, districts in of_region.items():
        top = districts[0] if len(districts) == 1 else region
        regions.append(top)
        parents[top] = TOTAL
        parents |= {code: region for code in districts if code != top}
    parents |= dict.fromkeys(apart, TOTAL)
    municipalities: dict[str, str] = {}
    for district in counted:
        municipalities |= dict.fromkeys(_municipalities(district.code, places), district.code)
    levels = {
        "region": [*regions, *apart],
        "district": [*(district.code for district in counted), *apart],
        "within_region": [*(district.code for district in counted), *municipalities],
    }
    return _dimension("area", TOTAL, {**parents, **municipalities}, levels)


def _municipalities(district: str, places: Places) -> list[str]:
    small = small_municipalities(district, places)
    large = [one.code for one in places.municipalities_of(district) if one.code not in small]
    return [*large, *([f"{district}-{OTHERS}"] if small else []), f"{district}-{NOT_KNOWN}"]


def _of_vocabulary(name: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """A dimension of one list, or of a list and the groups of its terms.

    A group of one term is left out, but for an area of social life: it is a line of the Commissioner's.
    """
    least = 1 if name == "setting" else 2
    *above, own = LISTS[name]
    leaves = [term for term in vocabulary.of(own) if _is_counted_code(own, term.code)]
    if not above:
        return _dimension(name, TOTAL, {term.code: TOTAL for term in leaves})
    of_group: dict[str, list[str]] = {term.code: [] for term in vocabulary.of(above[0])}
    alone = [term.code for term in leaves if not term.parents]
    for term in leaves:
        if term.parents:
            of_group[term.parents[0]].append(term.code)
    alone += [codes[0] for codes in of_group.values() if 0 < len(codes) < least]
    groups = {group: codes for group, codes in of_group.items() if len(codes) >= least}
    parents = dict.fromkeys([*groups, *alone], TOTAL)
    parents |= {code: group for group, codes in groups.items() for code in codes}
    levels = {"group": [*groups, *alone]}
    if name == "ground":
        levels["treaty"] = [*levels["group"], *(code for group in _DIVIDED for code in groups.get(group, ()))]
    return _dimension(name, TOTAL, parents, levels)


def _is_counted_code(name: str, code: str) -> bool:
    if name == "verification":
        return is_counted(Verification(code))
    if name in {"gender_of_victim", "age_band"}:
        return code != "prefer_not"
    return code != NOT_SURE  # what reporters may say, and the desk may not settle
