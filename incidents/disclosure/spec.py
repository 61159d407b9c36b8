"""What a count table is made of: trees of codes, linked tables, thresholds. Read from a SPEC.json, judged, not counted.

    {"dims": {"area": {"total": "T", "rel": {"T": ["N", "S"]}, "column": "area"}}, "tables": [["area"]], "threshold": 5}

A table names its dimensions; `area@region` cuts one at the codes that stand in the column `region` of the data.
Instead of `dims` there may be `hierarchies` of columns, `{"area": "town < district < region"}`: then the trees are read
from the data, tables may say `area(region, district)` or `area(2 levels)`, and other names are flat columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOTAL = "T"
"""Code of the total where trees are read from the data."""


class BadSpec(Exception):
    """The specification contradicts itself, or the data contradict it; the text says where and how to mend it."""


@dataclass(frozen=True)
class Tree:
    """The codes of one dimension, each parent before its children; the first is the total."""

    name: str
    column: str
    codes: tuple[str, ...]
    parents: tuple[int, ...]
    """Place of each code's parent in `codes`; -1 for the total."""

    @property
    def places(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.codes)}

    def children(self) -> dict[int, list[int]]:
        """The places of the children of every code that has any."""
        found: dict[int, list[int]] = {}
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                found.setdefault(parent, []).append(place)
        return found

    def line(self, place: int) -> list[int]:
        """A code and all above it, the total last."""
        line = [place]
        while self.parents[line[-1]] >= 0:
            line.append(self.parents[line[-1]])
        return line


@dataclass(frozen=True)
class Cut:
    """One dimension of one table, and how deep the table goes in it."""

    name: str
    at: tuple[str, ...] = ()
    """Names of levels, the deepest of which counts; none for all levels."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    trees: Mapping[str, Tree]
    """Those stated; others come from the data."""
    ladders: Mapping[str, tuple[str, ...]]
    """For trees that come from the data: their columns, the finest first."""
    tables: Sequence[tuple[Cut, ...]]
    threshold: int
    """Counts from 1 to `threshold` - 1 are too small to publish."""
    count_column: str | None = None
    multi_response: str | None = None
    """The dimension of which one incident may have several codes."""
    zeros_may_be_withheld: bool = True
    protects_differences: bool = False
    """Whether small differences that readers can compute in tables of several answers are small counts too."""
    manual: Sequence[Mapping[str, str]] = ()
    """Cells that are to be withheld whatever their count: codes by dimension, totals left out."""
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
        for cut in table:
            if cut.name not in names:
                raise BadSpec(f"`tables` names {cut.name!r}, which is no dimension; there are {', '.join(names)}.")
        if len({cut.name for cut in table}) < len(table):
            raise BadSpec("A table names the same dimension twice.")
    multi = stated.get("multi_response")
    if multi is not None and multi not in names:
        raise BadSpec(f"`multi_response` names {multi!r}, which is no dimension.")
    released = stated.get("release_dimension")
    if released is not None and released not in names:
        raise BadSpec(f"`release_dimension` names {released!r}, which is no dimension.")
    return Spec(
        trees=trees,
        ladders=ladders,
        tables=tables,
        threshold=_threshold(stated),
        count_column=stated.get("count_column"),
        multi_response=multi,
        zeros_may_be_withheld=bool(stated.get("zeros_eligible_as_complementary", True)),
        protects_differences=bool(stated.get("protects_differences", False)),
        manual=[_manual(cell, names, tables) for cell in stated.get("manual_primary") or []],
        release_dimension=released,
        names=names,
    )


def tree_from_pairs(name: str, column: str, pairs: Mapping[str, str]) -> Tree:
    """The tree in which every code has the parent that `pairs` says; the total has none. Raises BadSpec."""
    children: dict[str, list[str]] = {}
    for code, parent in pairs.items():
        children.setdefault(parent, []).append(code)
    [*tops] = children.keys() - pairs.keys()
    if len(tops) != 1:
        raise BadSpec(
            f"Dimension {name} has {len(tops)} totals: {', '.join(sorted(tops)) or 'its codes go in a circle'}."
        )
    return _ordered(name, column, tops[0], children, set(pairs))


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
    return _ordered(name, _text(stated.get("column", name)), _text(total), rel, known)


def _ordered(name: str, column: str, total: str, children: Mapping[str, Sequence[str]], known: set[str]) -> Tree:
    codes, parents, waiting = [total], [-1], [0]
    while waiting:
        parent = waiting.pop(0)
        for code in children.get(codes[parent], ()):
            if code in codes:
                raise BadSpec(f"Dimension {name}: {code!r} is above itself.")
            waiting.append(len(codes))
            codes.append(code)
            parents.append(parent)
    lost = sorted((known | set(children)) - set(codes))
    if lost:
        raise BadSpec(f"Dimension {name}: {', '.join(lost[:5])} hang below no total.")
    return Tree(name, column, tuple(codes), tuple(parents))


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
    for name in codes:
        if name not in names:
            raise BadSpec(f"`manual_primary` names {name!r}, which is no dimension.")
    return codes


def _threshold(stated: Mapping[str, Any]) -> int:
    threshold = stated.get("threshold")
    if not isinstance(threshold, int) or isinstance(threshold, bool) or threshold < 2:
        raise BadSpec("`threshold` must be a whole number of 2 or more: the smallest count that may be published.")
    return threshold


def _object(stated: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = stated.get(name) or {}
    if not isinstance(found, dict):
        raise BadSpec(f"`{name}` must be an object.")
    return found


def _list(stated: Mapping[str, Any], name: str) -> Iterator[Any]:
    found = stated.get(name)
    if not isinstance(found, list) or not all(isinstance(table, list) for table in found):
        raise BadSpec(f"`{name}` must be a list of lists.")
    return iter(found)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadSpec(f"{value!r} should be a text.")
    return value
