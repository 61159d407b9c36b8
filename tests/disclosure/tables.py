"""Small linked tables for these tests: drawn at random, or written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from incidents.disclosure.counts import Cells, Data, tabulate
from incidents.disclosure.protection import Status, protect
from incidents.disclosure.rules import rules_of
from incidents.disclosure.spec import Spec, spec_of

ROWS = {"T": ["a", "b"], "a": ["a1", "a2"], "b": ["b1", "b2"]}
COLUMNS = {"T": ["x", "y", "z"]}
TIMES = {"T": ["q1", "q2"]}


def dimension(rel: Mapping[str, list[str]], column: str) -> dict[str, Any]:
    return {"total": "T", "rel": dict(rel), "column": column}


def a_spec(tables: Sequence[Sequence[str]], **changes: Any) -> Spec:
    dims = {"row": dimension(ROWS, "row"), "column": dimension(COLUMNS, "column"), "time": dimension(TIMES, "time")}
    used = {entry.split("@")[0] for table in tables for entry in table}
    return spec_of(
        {
            "dims": {name: dim for name, dim in dims.items() if name in used},
            "tables": [list(table) for table in tables],
            "threshold": 3,
            **changes,
        }
    )


def count(spec: Spec, rows: Mapping[tuple[str, ...], int]) -> Cells:
    """Cells from counts by leaf codes in the order of the dimensions."""
    trees = tuple(spec.trees[name] for name in spec.names)
    places = [np.array([tree.places[codes[axis]] for codes in rows], dtype=np.int64) for axis, tree in enumerate(trees)]
    return tabulate(Data(trees, places, np.array(list(rows.values()), dtype=np.int64)), spec)


def leaves(spec: Spec) -> list[list[str]]:
    trees = [spec.trees[name] for name in spec.names]
    return [[code for place, code in enumerate(tree.codes) if place not in tree.children] for tree in trees]


TABLES = st.sampled_from(
    [
        [["row"]],
        [["row", "column"]],
        [["row"], ["column", "time"]],
        [["row", "time"], ["row", "column"]],
        [["row", "time"], ["column", "time"], ["row", "column"]],
    ]
)


@st.composite
def counted(draw: st.DrawFn, tables: st.SearchStrategy[list[list[str]]] = TABLES) -> tuple[Spec, Cells]:
    """Linked tables over trees, most counts small."""
    spec = a_spec(draw(tables), threshold=draw(st.integers(2, 5)))
    own: list[tuple[str, ...]] = [()]
    for codes in leaves(spec):
        own = [(*before, code) for before in own for code in codes]
    small = st.one_of(st.integers(0, 4), st.integers(0, 30))
    return spec, count(spec, {codes: draw(small) for codes in own})


def decided(spec: Spec, cells: Cells) -> list[Status]:
    return protect(cells, spec, rules_of(spec, cells))
