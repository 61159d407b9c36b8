from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.audit import attack
from incidents.disclosure.counts import Cells, tabulate
from incidents.disclosure.protection import CannotProtect, Status, protect
from incidents.disclosure.relations import relations
from incidents.disclosure.rows import read_data
from incidents.disclosure.rules import rules_of, small
from incidents.disclosure.spec import Spec, read_spec
from tests.disclosure.tables import a_spec, count, counted, decided

CASES = Path(__file__).parent / "cases"


def unprotected(spec: Spec, cells: Cells, statuses: list[Status]) -> list[int]:
    """Small cells of which the published ones give something away."""
    matrix, differences = relations(cells, spec.multi_response)
    shown = np.array([not status.is_withheld for status in statuses], dtype=bool)
    withheld = np.concatenate([~shown, np.ones(len(differences.counts), dtype=bool)])
    figures = np.concatenate([np.where(shown, cells.counts, -1), np.zeros(len(differences.counts), dtype=np.int64)])
    asked = np.flatnonzero(small(cells, rules_of(spec, cells))).tolist()
    bounds = attack(matrix, figures, withheld, asked=asked)
    return [cell for cell in asked if shown[cell] or not bounds[cell].reaches(0, spec.threshold)]


@settings(max_examples=60)
@given(counted())
def test_no_published_table_gives_a_small_count_away(drawn) -> None:
    spec, cells = drawn
    assert unprotected(spec, cells, decided(spec, cells)) == []


@settings(max_examples=30)
@given(counted())
def test_the_same_tables_get_the_same_decisions(drawn) -> None:
    spec, cells = drawn
    assert decided(spec, cells) == decided(spec, cells)


@settings(max_examples=25)
@given(counted(st.just([["row", "column"]])))
def test_what_is_withheld_is_small_or_protects_what_is(drawn) -> None:
    spec, cells = drawn
    statuses = decided(spec, cells)
    primary = small(cells, rules_of(spec, cells))
    for cell, status in enumerate(statuses):
        assert (status is Status.PRIMARY) == bool(primary[cell])
        if status is Status.ZERO:
            assert cells.counts[cell] == 0
    if not primary.any():
        assert not any(status.is_withheld for status in statuses)


@settings(max_examples=20)
@given(counted(st.sampled_from([[["column"]], [["row"]], [["column", "time"]]])))
def test_no_smaller_pattern_protects_a_small_table(drawn) -> None:
    spec, cells = drawn
    statuses = decided(spec, cells)
    primary = np.flatnonzero(small(cells, rules_of(spec, cells))).tolist()
    others = [cell for cell in range(len(cells.counts)) if cell not in primary]
    used = statuses.count(Status.COMPLEMENTARY)
    for fewer in combinations(others, used - 1) if used else ():
        trial = [
            Status.PRIMARY if cell in primary else Status.COMPLEMENTARY if cell in fewer else Status.PUBLISHED
            for cell in range(len(cells.counts))
        ]
        assert unprotected(spec, cells, trial) != []


@settings(max_examples=25)
@given(counted(st.just([["row", "time"], ["row", "column"]])))
def test_a_table_added_later_changes_nothing_that_was_decided(drawn) -> None:
    spec, cells = drawn
    column = [tree.name for tree in cells.trees].index("column")
    first_table = cells.places[:, column] == 0
    part = Cells(cells.trees, cells.places[first_table], cells.counts[first_table])
    alone = dict(zip(named(spec, part), decided(spec, part), strict=True))
    earlier = [alone.get(codes) for codes in named(spec, cells)]
    try:
        together = protect(cells, spec, rules_of(spec, cells), earlier=earlier)
    except CannotProtect:
        return
    now = dict(zip(named(spec, cells), together, strict=True))
    assert {codes: now[codes] for codes in alone} == alone
    assert unprotected(spec, cells, together) == []


def named(spec: Spec, cells: Cells) -> list[tuple[str, ...]]:
    return [tuple(cells.codes(cell)) for cell in range(len(cells.counts))]


@pytest.mark.parametrize(("case", "most"), [("s06_multiresponse", 6), ("s07_sequence", 35)])
def test_a_worked_example_needs_no_more_cells_than_the_best_known(case: str, most: int) -> None:
    spec = read_spec(CASES / case / "spec.json")
    cells = tabulate(read_data(CASES / case / "data.csv", spec), spec)
    statuses = decided(spec, cells)
    assert statuses.count(Status.COMPLEMENTARY) <= most
    assert unprotected(spec, cells, statuses) == []


def test_release_by_release_needs_no_count_of_a_later_one() -> None:
    spec = read_spec(CASES / "s07_sequence" / "spec.json")
    cells = tabulate(read_data(CASES / "s07_sequence" / "data.csv", spec), spec)
    whole = dict(zip(named(spec, cells), decided(spec, cells), strict=True))
    early = np.array([codes[0] in {"Q1", "Q2"} for codes in named(spec, cells)])
    part = Cells(cells.trees, cells.places[early], cells.counts[early])
    assert dict(zip(named(spec, part), decided(spec, part), strict=True)).items() <= whole.items()


def test_what_must_stay_published_can_make_protection_impossible() -> None:
    spec = a_spec([["column"]])
    cells = count(spec, {("x",): 1, ("y",): 6, ("z",): 7})
    earlier: list[Status | None] = [Status.PUBLISHED, None, Status.PUBLISHED, Status.PUBLISHED]
    with pytest.raises(CannotProtect, match=r"x cannot be kept from being computed \(threshold 3\)"):
        protect(cells, spec, rules_of(spec, cells), earlier=earlier)


def test_a_cell_named_by_hand_is_protected_whatever_its_count() -> None:
    spec = a_spec([["row", "column"]], manual_primary=[["a1", "x"]])
    cells = count(spec, {(row, column): 20 for row in ("a1", "a2", "b1", "b2") for column in "xyz"})
    statuses = decided(spec, cells)
    by_codes = dict(zip(named(spec, cells), statuses, strict=True))
    assert by_codes["a1", "x"] is Status.PRIMARY
    assert unprotected(spec, cells, statuses) == []


def test_zeros_are_withheld_only_where_they_may_be() -> None:
    counts = {("x", "q1"): 1, ("x", "q2"): 0, ("y", "q1"): 0, ("y", "q2"): 9, ("z", "q1"): 8, ("z", "q2"): 8}
    spec = a_spec([["column", "time"]], zeros_eligible_as_complementary=False)
    statuses = decided(spec, count(spec, counts))
    cells = count(spec, counts)
    assert all(not status.is_withheld for status, number in zip(statuses, cells.counts, strict=True) if number == 0)
