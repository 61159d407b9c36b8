"""The primary rules one by one: thresholds by place and trait, groups, dominance, zeros by definition."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.counts import Cells, Data, tabulate
from incidents.disclosure.protection import CannotProtect, Status, protect
from incidents.disclosure.rows import data_of
from incidents.disclosure.rules import groups, rules_of, shared_by_nearly_all, small, thresholds_of
from incidents.disclosure.spec import Spec, spec_of
from incidents.disclosure.trees import BadSpec
from incidents.disclosure.verdict import verdict
from tests.disclosure.tables import COLUMNS, ROWS, a_spec, count, dimension

ALL = [(row, column) for row in ("a1", "a2", "b1", "b2") for column in "xyz"]
WITH_LEVELS = {**dimension(ROWS, "row"), "levels": {"group": ["a", "b"], "leaf": ["a1", "a2", "b1", "b2"]}}


def with_levels(tables: list[list[str]], **changes: Any) -> Spec:
    dims = {"row": WITH_LEVELS, "column": dimension(COLUMNS, "column")}
    return spec_of({"dims": dims, "tables": tables, "threshold": 3, **changes})


def by_codes(cells: Cells, values: Any) -> dict[tuple[str, ...], Any]:
    return {tuple(cells.codes(cell)): values[cell] for cell in range(len(cells))}


def test_a_table_can_end_at_a_level_that_the_dimension_lists() -> None:
    cells = count(with_levels([["row@group", "column"]]), {("a1", "x"): 4, ("a2", "x"): 1})
    assert {codes[0] for codes in by_codes(cells, cells.counts)} == {"T", "a", "b"}
    assert by_codes(cells, cells.counts)["a", "x"] == 5


def test_the_first_threshold_whose_condition_a_cell_meets_decides() -> None:
    spec = with_levels(
        [["row", "column"]],
        thresholds=[
            {"threshold": 1, "only": ["column"]},
            {"threshold": 10, "where": {"row": ["@leaf"], "column": ["x"]}},
            {"threshold": 5, "where": {"row": "*"}},
        ],
    )
    cells = count(spec, dict.fromkeys(ALL, 7))
    least = by_codes(cells, thresholds_of(spec, cells).tolist())
    assert (least["T", "T"], least["T", "x"], least["a1", "x"], least["a", "x"], least["a1", "T"]) == (1, 1, 10, 5, 5)
    primary = by_codes(cells, small(cells, rules_of(spec, cells)).tolist())
    assert (primary["a1", "x"], primary["a1", "y"]) == (True, False)


def test_what_is_always_published_is_so_whatever_its_count() -> None:
    spec = with_levels([["row"], ["column"]], always_published=[[], ["column"]])
    cells = count(spec, {("a1", "x"): 1, ("a2", "y"): 9, ("b1", "z"): 8})
    status = by_codes(cells, protect(cells, spec, rules_of(spec, cells)))
    assert status["T", "x"] is status["T", "T"] is Status.PUBLISHED
    assert status["a1", "T"] is Status.PRIMARY


def test_a_part_may_be_as_much_as_the_published_cell_that_it_is_part_of() -> None:
    spec = with_levels([["row", "column"]], always_published=[["column"]])
    cells = count(spec, {("a1", "x"): 1, ("b2", "x"): 1, ("a1", "y"): 9, ("b1", "z"): 8})
    withheld = np.array([status.is_withheld for status in protect(cells, spec, rules_of(spec, cells))])
    found = verdict(cells, withheld, spec)
    own = list(by_codes(cells, cells.counts)).index(("a1", "x"))
    assert (found.bounds[own].lower, found.bounds[own].upper, found.hides(own)) == (0, 2, True)


def test_what_cannot_be_is_never_withheld_and_may_have_no_incidents() -> None:
    spec = with_levels([["row", "column"]], impossible=[{"row": ["b1"], "column": ["x"]}])
    counts = {codes: 1 if codes == ("a1", "x") else 4 for codes in ALL}
    with pytest.raises(BadSpec, match="b1 × x has 4 incidents"):
        rules_of(spec, count(spec, counts))
    cells = count(spec, {**counts, ("b1", "x"): 0})
    status = by_codes(cells, protect(cells, spec, rules_of(spec, cells)))
    assert status["b1", "x"] is Status.ZERO


GROUPS = {"of": ["column"], "others": 1, "where": {"row": "@leaf"}}


@pytest.mark.parametrize("lacking", [0, 1])
def test_readers_cannot_conclude_that_nearly_all_of_a_group_share_a_trait(lacking: int) -> None:
    spec = with_levels([["row", "column"]], group_disclosure=GROUPS)
    counts = dict.fromkeys(ALL, 6) | {("a1", "x"): 7, ("a1", "y"): lacking, ("a1", "z"): 0}
    cells = count(spec, counts)
    rules = rules_of(spec, cells)
    pairs = shared_by_nearly_all(cells, rules.thresholds, groups(cells, spec.group_disclosure), 1)
    assert [(cells.codes(int(pairs.wholes[0])), cells.codes(int(pairs.parts[0])))] == [(["a1", "T"], ["a1", "x"])]
    withheld = np.array([status.is_withheld for status in protect(cells, spec, rules)])
    assert withheld.any()
    assert verdict(cells, withheld, spec).groups == []
    unprotected = np.array([codes == ("a1", "y") for codes in by_codes(cells, cells.counts)])
    assert len(verdict(cells, unprotected, spec).groups) == 1


def test_a_group_without_the_rule_may_share_a_trait() -> None:
    spec = with_levels([["row", "column"]])
    cells = count(spec, {("a1", "x"): 7, ("b1", "x"): 6, ("b1", "y"): 6})
    assert not any(status.is_withheld for status in protect(cells, spec, rules_of(spec, cells)))


def a_batch(*sent: tuple[str, str, int]) -> tuple[Spec, Data]:
    """Incidents by row and source."""
    spec = with_levels([["row"]], dominance={"column": "source", "share": 0.85}, count_column="n")
    rows = [[row, "x", source, str(number)] for row, source, number in sent]
    return spec, data_of("rows", ["row", "column", "source", "n"], rows, spec)


@pytest.mark.parametrize(("of_one", "is_told"), [(17, False), (18, True)])
def test_a_cell_that_one_source_fills_is_no_count_of_the_country(of_one: int, is_told: bool) -> None:
    spec, data = a_batch(
        ("a1", "ngo", of_one), ("a1", "", 20 - of_one), ("a2", "", 30), ("b1", "other", 5), ("b1", "", 5)
    )
    cells = tabulate(data, spec)
    primary = by_codes(cells, small(cells, rules_of(spec, cells, data)).tolist())
    assert (primary["a1", "T"], primary["b1", "T"], primary["T", "T"]) == (is_told, False, False)


def test_a_dominated_cell_is_protected_like_a_small_one() -> None:
    spec, data = a_batch(("a1", "ngo", 9), ("a2", "", 9), ("b1", "", 9), ("b2", "", 9))
    cells = tabulate(data, spec)
    withheld = np.array([status.is_withheld for status in protect(cells, spec, rules_of(spec, cells, data))])
    found = verdict(cells, withheld, spec)
    own = list(by_codes(cells, cells.counts)).index(("a1", "T"))
    assert found.hides(own)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(["a1", "a2", "b1"]), min_size=1),
            st.sets(st.sampled_from("xyz"), min_size=1),
            st.integers(1, 3),
        ),
        max_size=8,
    )
)
def test_with_two_kinds_of_several_answers_every_cell_counts_each_incident_once(incidents: Any) -> None:
    spec = a_spec([["row", "column"]], multi_response=["row", "column"], count_column="n")
    rows = [["|".join(sorted(own)), " ; ".join(sorted(traits)), str(number)] for own, traits, number in incidents]
    cells = tabulate(data_of("rows", ["row", "column", "n"], rows, spec), spec)
    above = {"T": {"a1", "a2", "b1", "b2"}, "a": {"a1", "a2"}, "b": {"b1", "b2"}}
    for (row, column), found in by_codes(cells, cells.counts).items():
        expected = sum(
            number
            for own, traits, number in incidents
            if own & above.get(row, {row}) and traits & (set("xyz") if column == "T" else {column})
        )
        assert found == expected


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(["a1", "a2", "b1"]), min_size=1), st.sets(st.sampled_from("xyz"), min_size=1)
        ),
        max_size=25,
    )
)
def test_with_two_kinds_of_several_answers_no_small_count_is_given_away(incidents: Any) -> None:
    spec = a_spec([["row", "column"]], multi_response=["row", "column"], always_published=[[]])
    rows = [["|".join(sorted(own)), "|".join(sorted(traits))] for own, traits in incidents]
    cells = tabulate(data_of("rows", ["row", "column"], rows, spec), spec)
    rules = rules_of(spec, cells)
    try:
        statuses = protect(cells, spec, rules)
    except CannotProtect:
        return
    withheld = np.array([status.is_withheld for status in statuses])
    found = verdict(cells, withheld, spec)
    assert all(found.hides(cell) for cell in np.flatnonzero(small(cells, rules)).tolist())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"thresholds": [{"threshold": 0}]}, "`threshold` must be a whole number of 1 or more"),
        ({"thresholds": [{"threshold": 5, "where": {"row": ["q"]}}]}, "dimension row has no 'q'"),
        ({"thresholds": [{"threshold": 5, "where": {"row": ["@town"]}}]}, "dimension row has no '@town'"),
        ({"thresholds": [{"threshold": 5, "only": ["town"]}]}, "`only` names 'town', which is no dimension"),
        ({"thresholds": {"row": 5}}, "`thresholds` must be a list of objects"),
        ({"dominance": {"column": "source", "share": 2}}, "`share` between 0 and 1"),
        ({"group_disclosure": {"of": ["town"], "others": 1}}, "`group_disclosure` names 'town'"),
        ({"group_disclosure": {"of": ["row"], "others": -1}}, "`others` must be a whole number of 0 or more"),
        ({"prices": {"sums": 0}}, "`prices` must be numbers above 0"),
        ({"always_published": [["town"]]}, "`always_published` names 'town'"),
        ({"multi_response": ["row", "town"]}, "`multi_response` names 'town'"),
    ],
)
def test_rules_that_cannot_be_read_say_why(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSpec, match=said):
        with_levels([["row", "column"]], **changes)


def test_a_level_lists_codes_that_are_there() -> None:
    dims = {"row": {**dimension(ROWS, "row"), "levels": {"group": ["a", "c"]}}}
    with pytest.raises(BadSpec, match="Dimension row, level group: there is no code 'c'"):
        spec_of({"dims": dims, "tables": [["row"]], "threshold": 3})


def test_the_dearer_cells_are_withheld_last() -> None:
    counts = dict.fromkeys(ALL, 9) | {("a1", "x"): 1}
    cheap = with_levels([["row", "column"]], prices={"codes": {"z": 0.1, "y": 5}, "sums": 3})
    cells = count(cheap, counts)
    status = by_codes(cells, protect(cells, cheap, rules_of(cheap, cells)))
    withheld = {codes for codes, one in status.items() if one is Status.COMPLEMENTARY}
    assert withheld
    assert all(column in {"x", "z"} for _, column in withheld)


def test_protecting_needs_no_more_than_the_rules(tmp_path: Path) -> None:
    """Every combination of rules together on one table."""
    for dominance, group in product((True, False), repeat=2):
        changes: dict[str, Any] = {"count_column": "n"}
        changes |= {"dominance": {"column": "source", "share": 0.9}} if dominance else {}
        changes |= {"group_disclosure": GROUPS} if group else {}
        spec = with_levels([["row", "column"]], **changes)
        rows = [[row, column, "ngo" if row == "a1" else "", "6"] for row, column in ALL]
        data = data_of("rows", ["row", "column", "source", "n"], rows, spec)
        cells = tabulate(data, spec)
        statuses = protect(cells, spec, rules_of(spec, cells, data))
        assert any(status.is_withheld for status in statuses) == dominance
