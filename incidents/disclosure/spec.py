"""What a count table is made of: trees of codes, linked tables, primary rules. Read from a SPEC.json, not counted.

    {"dims": {"area": {"total": "T", "rel": {"T": ["N", "S"]}, "column": "area"}}, "tables": [["area"]], "threshold": 5}

A table names its dimensions; `area@region` cuts one at the codes of the level `region`: those that the dimension lists
under `levels`, or that stand in the column `region` of the data. Instead of `dims` there may be `hierarchies` of
columns, `{"area": "town < district < region"}`: then the trees are read from the data, tables may say
`area(region, district)` or `area(2 levels)`, and other names are flat columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from incidents.disclosure.trees import BadSpec, Tree, tree_from_children

TOTAL = "T"
"""Code of the total where trees are read from the data."""
ANY = "*"
"""In a condition: every code of the dimension but its total."""
_MOST_DECOYS = 0.5


@dataclass(frozen=True)
class Cut:
    """One dimension of one table, and how deep the table goes in it."""

    name: str
    at: tuple[str, ...] = ()
    """Names of levels, the deepest of which counts; none for all levels."""


@dataclass(frozen=True)
class Where:
    """Some of the cells: those whose code of each dimension named is among the codes given."""

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Codes, ANY, or `@level` for all codes of a level."""
    only: frozenset[str] | None = None
    """All dimensions that such a cell may be broken down by; None for any."""


@dataclass(frozen=True)
class Threshold:
    least: int
    """The smallest count that may be published of these cells; 1 for all of them."""
    where: Where


@dataclass(frozen=True)
class GroupDisclosure:
    """That nearly all incidents of a cell share one trait is told by no cell (Hundepool et al. 2012, section 4.2)."""

    of: tuple[str, ...]
    """Dimensions of traits that must not be attributed to a whole group."""
    others: int
    """At most so many incidents without the trait make it one that all share: 1, as one of them knows of himself."""
    where: Where
    """The groups."""


@dataclass(frozen=True)
class Dominance:
    """A cell most of which comes from one source tells that source's own count (Hundepool et al. 2012, section 4.2)."""

    column: str
    """Who sent the incident; empty where it was nobody who sends many."""
    share: float
    """More than this share of one source is too much."""


@dataclass(frozen=True)
class Prices:
    """What withholding costs the readers of a cell, against the 1 of an innermost one."""

    sums: float = 1.0
    codes: Mapping[str, float] = field(default_factory=dict)
    """Of cells with such a code, as a factor."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    trees: Mapping[str, Tree]
    """Those stated; others come from the data."""
    ladders: Mapping[str, tuple[str, ...]]
    """For trees that come from the data: their columns, the finest first."""
    tables: Sequence[tuple[Cut, ...]]
    threshold: int
    """Counts from 1 to `threshold` - 1 are too small to publish, where `thresholds` say nothing else."""
    thresholds: Sequence[Threshold] = ()
    """The first whose condition a cell meets decides."""
    group_disclosure: GroupDisclosure | None = None
    dominance: Dominance | None = None
    count_column: str | None = None
    multi_response: frozenset[str] = frozenset()
    """Dimensions of which one incident may have several codes."""
    zeros_may_be_withheld: bool = True
    decoy_zeros: float = 0.0
    """Share of the withheld innermost cells that shall be nothings, so that a mark tells of nobody; 0 for no decoys."""
    impossible: Sequence[Where] = ()
    """Combinations that cannot be by definition. Their zeros say nothing and are never withheld."""
    always_published: Sequence[frozenset[str]] = ()
    """Cells broken down by just these dimensions are published whatever their count."""
    protects_differences: bool = False
    """Whether small differences that readers can compute in tables of several answers are small counts too."""
    manual: Sequence[Mapping[str, str]] = ()
    """Cells that are to be withheld whatever their count: codes by dimension, totals left out."""
    prices: Prices = field(default_factory=Prices)
    release_dimension: str | None = None
    names: Sequence[str] = field(default=())
    """All dimensions in the order of their columns in files."""


def read_spec(path: Path) -> Spec:
    """Raises BadSpec."""
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSpec(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise BadSpec(f"{path} is not JSON: {error}.") from None
    if not isinstance(stated, dict):
        raise BadSpec(f"{path} must hold one JSON object.")
    return spec_of(stated)


def spec_of(stated: Mapping[str, Any]) -> Spec:
    """The specification in a JSON object. Raises BadSpec."""
    dims = _object(stated, "dims")
    trees = {name: _tree(name, dim) for name, dim in dims.items()}
    ladders = {
        name: tuple(re.split(r"\s*<\s*", _text(chain))) for name, chain in _object(stated, "hierarchies").items()
    }
    tables = [tuple(_cut(entry) for entry in table) for table in _list(stated, "tables")]
    if not tables or not all(tables):
        raise BadSpec("`tables` must name the dimensions of at least one table.")
    if not trees:
        flat = {cut.name for table in tables for cut in table} - ladders.keys()
        ladders |= {name: (name,) for name in sorted(flat)}
    names = list(trees or dict.fromkeys(cut.name for table in tables for cut in table))
    for table in tables:
        _known("tables", [cut.name for cut in table], names)
        if len({cut.name for cut in table}) < len(table):
            raise BadSpec("A table names the same dimension twice.")
    reader = _Reader(stated, names, trees)
    return Spec(
        trees=trees,
        ladders=ladders,
        tables=tables,
        threshold=_whole(stated, "threshold", 2, "the smallest count that may be published"),
        thresholds=[
            Threshold(_whole(one, "threshold", 1, "the smallest count that may be published"), reader.where(one))
            for one in _objects(stated, "thresholds")
        ],
        group_disclosure=reader.one("group_disclosure", reader.group_disclosure),
        dominance=reader.one("dominance", _dominance),
        count_column=stated.get("count_column"),
        multi_response=frozenset(reader.names("multi_response")),
        zeros_may_be_withheld=bool(stated.get("zeros_eligible_as_complementary", True)),
        decoy_zeros=_decoy_zeros(stated),
        impossible=[reader.where({"where": one}) for one in _objects(stated, "impossible")],
        always_published=[frozenset(table) for table in reader.lists_of_names("always_published")],
        protects_differences=bool(stated.get("protects_differences", False)),
        manual=[_manual(cell, names, tables) for cell in stated.get("manual_primary") or []],
        prices=reader.one("prices", _prices) or Prices(),
        release_dimension=next(iter(reader.names("release_dimension")), None),
        names=names,
    )


_Read = TypeVar("_Read")


@dataclass(frozen=True)
class _Reader:
    """Reads the parts of a specification that speak of its dimensions."""

    stated: Mapping[str, Any]
    dimensions: Sequence[str]
    trees: Mapping[str, Tree]

    def one(self, name: str, read: Callable[[Mapping[str, Any]], _Read]) -> _Read | None:
        part = _object(self.stated, name)
        return read(part) if part else None

    def names(self, name: str) -> list[str]:
        """A dimension, or a list of some."""
        stated = self.stated.get(name) or []
        names = [stated] if isinstance(stated, str) else stated
        _known(name, names, self.dimensions)
        return list(names)

    def lists_of_names(self, name: str) -> Iterator[list[str]]:
        if name not in self.stated:
            return
        for names in _list(self.stated, name):
            _known(name, names, self.dimensions)
            yield names

    def where(self, stated: Mapping[str, Any]) -> Where:
        codes = {
            name: (listed,) if isinstance(listed, str) else tuple(listed)
            for name, listed in _object(stated, "where").items()
        }
        only = stated.get("only")
        _known("where", list(codes), self.dimensions)
        _known("only", only or [], self.dimensions)
        for name, listed in codes.items():
            if name in self.trees:
                _check_codes(self.trees[name], listed)
        return Where(codes, None if only is None else frozenset(only))

    def group_disclosure(self, stated: Mapping[str, Any]) -> GroupDisclosure:
        of = _list_of_texts(stated, "of")
        _known("group_disclosure", of, self.dimensions)
        return GroupDisclosure(
            tuple(of), _whole(stated, "others", 0, "how few others make a group"), self.where(stated)
        )


def _check_codes(tree: Tree, listed: Sequence[str]) -> None:
    for code in listed:
        known = tree.levels if code.startswith("@") else {*tree.codes, ANY}
        if code.removeprefix("@") not in known:
            raise BadSpec(f"`where`: dimension {tree.name} has no {code!r}.")


def _dominance(stated: Mapping[str, Any]) -> Dominance:
    share = stated.get("share")
    if not isinstance(share, int | float) or not 0 < share < 1:
        raise BadSpec("`dominance` needs a `share` between 0 and 1.")
    return Dominance(_text(stated.get("column")), float(share))


def _prices(stated: Mapping[str, Any]) -> Prices:
    codes = _object(stated, "codes")
    for price in (stated.get("sums", 1.0), *codes.values()):
        if not isinstance(price, int | float) or not price > 0:
            raise BadSpec("`prices` must be numbers above 0.")
    return Prices(float(stated.get("sums", 1.0)), {code: float(price) for code, price in codes.items()})


def _decoy_zeros(stated: Mapping[str, Any]) -> float:
    share = stated.get("decoy_zeros", 0)
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= _MOST_DECOYS:
        raise BadSpec(f"`decoy_zeros` must be a share from 0 to {_MOST_DECOYS}.")
    if share and stated.get("zeros_eligible_as_complementary") is False:
        raise BadSpec("`decoy_zeros` withholds zeros, and `zeros_eligible_as_complementary` says that none may be.")
    return float(share)


def _known(part: str, named: Sequence[str], dimensions: Sequence[str]) -> None:
    for name in named:
        if name not in dimensions:
            raise BadSpec(f"`{part}` names {name!r}, which is no dimension; there are {', '.join(dimensions)}.")


def _tree(name: str, stated: Any) -> Tree:
    if not isinstance(stated, dict) or not isinstance(stated.get("rel"), dict):
        raise BadSpec(f"Dimension {name} needs `total` and `rel` (codes under each parent).")
    total, rel = stated.get("total"), stated["rel"]
    if total is None:
        raise BadSpec(f"Dimension {name} has no `total`.")
    if total not in rel:
        raise BadSpec(f"Dimension {name}: the total {total!r} has no children in `rel`.")
    known: set[str] = set()
    for parent, codes in rel.items():
        if not isinstance(codes, list) or not codes:
            raise BadSpec(f"Dimension {name}: {parent!r} has no list of children.")
        for code in codes:
            if code in known:
                raise BadSpec(f"Dimension {name}: {code!r} stands under two parents.")
            known.add(_text(code))
    levels = {level: frozenset(_list_of_texts(_object(stated, "levels"), level)) for level in _object(stated, "levels")}
    return tree_from_children(name, _text(stated.get("column", name)), _text(total), rel, levels)


def _cut(entry: Any) -> Cut:
    text = _text(entry)
    if found := re.fullmatch(r"([^@(]+)@(.+)", text):
        return Cut(found[1].strip(), (found[2].strip(),))
    if found := re.fullmatch(r"([^@(]+)\((.+)\)", text):
        return Cut(found[1].strip(), tuple(word.strip() for word in found[2].split(",")))
    return Cut(text.strip())


def _manual(cell: Any, names: Sequence[str], tables: Sequence[tuple[Cut, ...]]) -> dict[str, str]:
    """A cell as codes by dimension, or as a list of codes in the order of the first table."""
    if isinstance(cell, dict):
        codes = {_text(name): _text(code) for name, code in cell.items()}
    elif isinstance(cell, list) and len(cell) == len(tables[0]):
        codes = {cut.name: _text(code) for cut, code in zip(tables[0], cell, strict=True)}
    else:
        raise BadSpec("`manual_primary` must list cells, each with a code for every dimension of the first table.")
    _known("manual_primary", list(codes), names)
    return codes


def _whole(stated: Mapping[str, Any], name: str, least: int, meaning: str) -> int:
    value = stated.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadSpec(f"`{name}` must be a whole number of {least} or more: {meaning}.")
    return value


def _object(stated: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = stated.get(name) or {}
    if not isinstance(found, dict):
        raise BadSpec(f"`{name}` must be an object.")
    return found


def _objects(stated: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = stated.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadSpec(f"`{name}` must be a list of objects.")
    return found


def _list(stated: Mapping[str, Any], name: str) -> Iterator[Any]:
    found = stated.get(name)
    if not isinstance(found, list) or not all(isinstance(table, list) for table in found):
        raise BadSpec(f"`{name}` must be a list of lists.")
    return iter(found)


def _list_of_texts(stated: Mapping[str, Any], name: str) -> list[str]:
    found = stated.get(name)
    if not isinstance(found, list):
        raise BadSpec(f"`{name}` must be a list.")
    return [_text(one) for one in found]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadSpec(f"{value!r} should be a text.")
    return value
