from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidents.adapters.solver import SolverFailed, solve
from incidents.core.disclosure import Deviation, Search
from incidents.core.tables import Cell, Relation

A, B, C, D = (Cell("2026-Q1", (("area", code),)) for code in "abcd")
HALF: Relation = {A: 2, B: -1}
"""A moves by half of what B moves."""


def a_search(*relations: Relation, costs: Mapping[Cell, float] | None = None, **bounds: Any) -> Search:
    """`a=(1, None)` lets the cell a go up by one or more. What is not named stays as it is."""
    limits = {cell: bounds[name] for name, cell in (("a", A), ("b", B), ("c", C), ("d", D)) if name in bounds}
    return Search(relations, limits, dict.fromkeys(limits, 1.0) | dict(costs or {}))


def test_a_cell_that_has_to_move_takes_another_with_it() -> None:
    assert solve(a_search({A: 1, B: 1}, a=(3, None), b=(-5, None))) == {A: 3, B: -3}


def test_a_cell_goes_down_as_well_as_up() -> None:
    assert solve(a_search({A: 1, B: -1}, a=(-4, -2), b=(-5, None))) == {A: -2, B: -2}


def test_the_cheapest_cells_move() -> None:
    relation = {A: 1, B: 1, C: 1}
    bounds = {"a": (2, None), "b": (-5, None), "c": (-5, None)}
    assert solve(a_search(relation, costs={B: 2.0}, **bounds)) == {A: 2, C: -2}
    assert solve(a_search(relation, costs={C: 2.0}, **bounds)) == {A: 2, B: -2}


def test_cells_move_no_further_than_they_may() -> None:
    found = solve(a_search({A: 1, B: 1, C: 1}, costs={C: 9.0}, a=(5, None), b=(-3, None), c=(-9, None)))
    assert found == {A: 5, B: -3, C: -2}


def test_where_nothing_has_to_move_nothing_does() -> None:
    assert solve(a_search({A: 1, B: 1}, a=(-3, None), b=(-3, None))) == {}


def test_a_cell_without_bounds_stays_as_it_is() -> None:
    assert solve(a_search({A: 1, B: 1, C: 1}, a=(2, None), c=(-2, None))) == {A: 2, C: -2}
    assert solve(a_search({A: 1, B: 1}, a=(2, None))) is None


def test_a_relation_of_other_cells_does_not_matter() -> None:
    assert solve(a_search({C: 1, D: -1}, {A: 1, B: 1}, a=(1, None), b=(-1, None))) == {A: 1, B: -1}


@pytest.mark.parametrize(
    ("least", "moved"), [(1, {A: 1, B: 2}), (2, {A: 1, B: 2}), (3, {A: 2, B: 4}), (7, {A: 4, B: 8})]
)
def test_the_answer_is_in_whole_numbers(least: int, moved: Deviation) -> None:
    assert solve(a_search(HALF, a=(-9, None), b=(least, None))) == moved


@pytest.mark.parametrize(
    "search",
    [
        a_search({A: 1, B: 1}, a=(2, None), b=(-1, None)),
        a_search({A: 1}, a=(1, None)),
        a_search({A: 1, B: 1}, {A: 1, B: -1}, a=(1, None), b=(-5, None)),
        a_search(HALF, a=(-9, None), b=(1, 1)),
    ],
    ids=["not far enough", "nothing gives", "a contradiction", "halves only"],
)
def test_where_there_is_no_answer_there_is_none(search: Search) -> None:
    assert solve(search) is None


def test_a_search_without_a_least_cost_is_no_answer() -> None:
    with pytest.raises(SolverFailed):
        solve(a_search({A: 1, B: -1}, costs={A: -1.0, B: -1.0}, a=(0, None), b=(0, None)))


def test_the_same_search_has_the_same_answer() -> None:
    search = a_search({A: 1, B: 1, C: 1, D: 1}, a=(3, None), b=(-2, None), c=(-2, None), d=(-2, None))
    assert solve(search) == solve(search)


@pytest.mark.parametrize("least", [1, 2])
def test_nothing_is_printed(capfd: pytest.CaptureFixture[str], least: int) -> None:
    assert solve(a_search(HALF, a=(-9, None), b=(least, None))) == {A: 1, B: 2}
    assert solve(a_search({A: 1}, a=(1, None))) is None
    assert capfd.readouterr() == ("", "")


# Against trying everything.

COSTS = {A: 1.0, B: 0.5, C: 2.0, D: 3.0}
some_relations = st.lists(
    st.dictionaries(st.sampled_from([A, B, C, D]), st.sampled_from([-2, -1, 1, 3]), min_size=1), max_size=3
)
some_bounds = st.dictionaries(
    st.sampled_from([A, B, C, D]), st.tuples(st.integers(-3, 2), st.integers(0, 4)), min_size=1
).map(lambda bounds: {cell: (low, low + width) for cell, (low, width) in bounds.items()})


def everything(relations: list[Relation], bounds: Mapping[Cell, tuple[int, int]]) -> Iterator[dict[Cell, int]]:
    """All whole deviations within the bounds that keep the relations at zero."""
    for moves in product(*(range(low, high + 1) for low, high in bounds.values())):
        moved = dict(zip(bounds, moves, strict=True))
        if all(sum(sign * moved.get(cell, 0) for cell, sign in relation.items()) == 0 for relation in relations):
            yield moved


def cost(moved: Deviation) -> Fraction:
    return sum((Fraction(COSTS[cell]) * abs(change) for cell, change in moved.items()), Fraction(0))


@settings(deadline=None)
@given(some_relations, some_bounds)
def test_the_answer_is_the_cheapest_there_is(relations: list[Relation], bounds: dict[Cell, tuple[int, int]]) -> None:
    possible = list(everything(relations, bounds))
    assume(possible)
    found = solve(Search(tuple(relations), bounds, COSTS))
    assert found is not None
    assert {cell: found.get(cell, 0) for cell in bounds} in possible
    assert cost(found) == min(cost(moved) for moved in possible)


@settings(deadline=None)
@given(some_relations, some_bounds)
def test_there_is_no_answer_exactly_where_nothing_fits(
    relations: list[Relation], bounds: dict[Cell, tuple[int, int]]
) -> None:
    found = solve(Search(tuple(relations), bounds, COSTS))
    assert (found is None) is (next(everything(relations, bounds), None) is None)
