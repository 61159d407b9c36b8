import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.audit import Bounds, Contradiction, attack
from incidents.disclosure.counts import Ints
from incidents.disclosure.relations import Matrix, relations
from incidents.disclosure.task import Mask
from tests.disclosure.tables import a_spec, count, counted

CASES = json.loads((Path(__file__).parent / "cases" / "audit_cases.json").read_text(encoding="utf-8"))


def written(case: dict[str, Any]) -> tuple[list[str], Matrix, Ints, Mask]:
    """A table as the examples write it: sums, and unions with their differences as columns of their own."""
    names = [cell["name"] for cell in case["cells"]]
    rows: list[list[tuple[int, float]]] = []
    width = len(names)
    for relation in case["relations"]:
        whole, *parts = (names.index(name) for name in (relation["parent"], *relation["children"]))
        if relation["kind"] == "sum":
            rows.append([(whole, 1.0), *((part, -1.0) for part in parts)])
            continue
        for part in parts:
            rows.append([(whole, 1.0), (part, -1.0), (width, -1.0)])
            width += 1
        rows.append([(whole, -1.0), *((part, 1.0) for part in parts), (width, -1.0)])
        width += 1
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([column for row in rows for column, _ in row], dtype=np.int64)
    signs = np.array([sign for row in rows for _, sign in row])
    known = [-1 if cell["published"] is None else cell["published"] for cell in case["cells"]]
    figures = np.array(known + [-1] * (width - len(names)), dtype=np.int64)
    return names, Matrix(starts.astype(np.int64), columns, signs, width), figures, figures < 0


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_bounds_of_a_worked_example_are_found_exactly(case: dict[str, Any]) -> None:
    names, matrix, figures, withheld = written(case)
    bounds = attack(matrix, figures, withheld)
    found = {name: bounds[column] for column, name in enumerate(names) if withheld[column]}
    assert {name: [one.lower, one.upper] for name, one in found.items()} == {
        name: expected["integer"] for name, expected in case["expected"].items()
    }


def enumerated(matrix: Matrix, figures: Ints, withheld: Mask, most: int) -> dict[int, Bounds]:
    """The bounds by trying every whole number up to `most` in every place."""
    unknown = np.flatnonzero(withheld)
    fitting = []
    for values in product(range(most + 1), repeat=len(unknown)):
        trial = figures.copy()
        trial[unknown] = values
        if not matrix.times(trial).any():
            fitting.append(values)
    return {
        int(column): Bounds(min(values[at] for values in fitting), max(values[at] for values in fitting))
        for at, column in enumerate(unknown)
    }


@settings(max_examples=40)
@given(counted(st.just([["column", "time"]])), st.data())
def test_trying_everything_finds_the_same_bounds(drawn, data: st.DataObject) -> None:
    _, cells = drawn
    matrix, _ = relations(cells, frozenset())
    total = int(cells.counts[0])
    inner = [cell for cell in range(1, len(cells.counts)) if cells.counts[cell] <= 8]
    chosen = data.draw(st.sets(st.sampled_from(inner), max_size=3)) if inner else set()
    withheld = np.array([cell in chosen for cell in range(len(cells.counts))], dtype=bool)
    figures = np.where(withheld, -1, cells.counts)
    assert attack(matrix, figures, withheld) == enumerated(matrix, figures, withheld, min(total, 14) if chosen else 0)


@given(counted())
def test_the_truth_lies_within_the_bounds(drawn) -> None:
    _, cells = drawn
    matrix, _ = relations(cells, frozenset())
    withheld = cells.counts < 6
    for cell, found in attack(matrix, np.where(withheld, -1, cells.counts), withheld).items():
        assert found.reaches(int(cells.counts[cell]), int(cells.counts[cell]))


def test_figures_that_contradict_each_other_are_refused() -> None:
    spec = a_spec([["column"]])
    cells = count(spec, {("x",): 5, ("y",): 6, ("z",): 7})
    matrix, _ = relations(cells, frozenset())
    wrong = cells.counts.copy()
    wrong[0] += 1
    with pytest.raises(Contradiction):
        attack(matrix, wrong, np.zeros(4, dtype=bool))
    wrong[0] = 3
    with pytest.raises(Contradiction):
        attack(matrix, wrong, np.array([False, True, False, False]))


@settings(max_examples=40)
@given(counted())
def test_a_column_asked_alone_gets_the_bounds_that_it_gets_among_all(drawn) -> None:
    _, cells = drawn
    matrix, _ = relations(cells, frozenset())
    withheld = cells.counts < 6
    figures = np.where(withheld, -1, cells.counts)
    for column, found in attack(matrix, figures, withheld).items():
        assert attack(matrix, figures, withheld, asked=[column]) == {column: found}
