"""Zeros withheld so that a mark tells of nobody: how many, which, and that they pass for small counts."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.core.synthesis.world import seeded
from incidents.disclosure.audit import Bounds
from incidents.disclosure.counts import Cells
from incidents.disclosure.protection import Status, protect
from incidents.disclosure.rules import rules_of
from incidents.disclosure.spec import Spec, spec_of
from incidents.disclosure.trees import BadSpec
from incidents.disclosure.verdict import Verdict, verdict
from tests.disclosure.tables import a_spec, count, dimension, leaves

SECRET = bytes(range(32))
ROWS = ("a1", "a2", "b1", "b2")


def sparse(**changes: Any) -> tuple[Spec, Cells]:
    """A table too large to be decided by trying all: every third innermost cell is empty, and every third small."""
    dims = {
        "row": dimension({"T": ["a", "b"], "a": [f"a{n}" for n in range(8)], "b": [f"b{n}" for n in range(8)]}, "row"),
        "column": dimension({"T": list("tuvwxyz")}, "column"),
        "time": dimension({"T": ["q1", "q2"]}, "time"),
    }
    spec = spec_of({"dims": dims, "tables": [["row", "column", "time"]], "threshold": 3, "decoy_zeros": 0.1, **changes})
    random = seeded(5)
    counts = {
        (row, column, time): random.choice([0, random.randint(1, 2), random.randint(3, 20)])
        for row in leaves(spec)[0]
        for column in leaves(spec)[1]
        for time in leaves(spec)[2]
    }
    return spec, count(spec, counts)


def decided(
    spec: Spec, cells: Cells, secret: bytes = SECRET, earlier: list[Status | None] | None = None
) -> list[Status]:
    return protect(cells, spec, rules_of(spec, cells), earlier=earlier, secret=secret)


def decoys(cells: Cells, statuses: list[Status]) -> list[int]:
    return [cell for cell, status in enumerate(statuses) if status is Status.PRIMARY and cells.counts[cell] == 0]


def attacked(spec: Spec, cells: Cells, statuses: list[Status]) -> Verdict:
    return verdict(cells, np.array([status.is_withheld for status in statuses], dtype=bool), spec)


def is_innermost(spec: Spec, cells: Cells, cell: int) -> bool:
    return all(code in own for code, own in zip(cells.codes(cell), leaves(spec), strict=True))


def test_a_tenth_or_what_was_asked_for_of_the_withheld_innermost_cells_is_empty() -> None:
    spec, cells = sparse()
    statuses = decided(spec, cells)
    found = decoys(cells, statuses)
    withheld = [cell for cell in range(len(cells)) if statuses[cell].is_withheld and is_innermost(spec, cells, cell)]
    assert len(found) >= 0.1 * len(withheld) > 1
    assert all(is_innermost(spec, cells, cell) for cell in found)


def test_a_decoy_may_be_as_much_as_a_small_count_may() -> None:
    spec, cells = sparse()
    statuses = decided(spec, cells)
    found = attacked(spec, cells, statuses)
    assert [cell for cell in decoys(cells, statuses) if not found.hides(cell)] == []
    assert all(found.bounds[cell].reaches(0, 3) for cell in decoys(cells, statuses))


def test_without_decoys_no_zero_is_withheld_for_its_own_sake() -> None:
    _, cells = sparse()
    plain, _ = sparse(decoy_zeros=0)
    assert decoys(cells, protect(cells, plain, rules_of(plain, cells))) == []


def test_the_secret_alone_says_which_zeros_they_are() -> None:
    spec, cells = sparse()
    assert decided(spec, cells) == decided(spec, cells)
    drawn = [decoys(cells, decided(spec, cells, bytes([number]) * 32)) for number in range(6)]
    assert len({tuple(one) for one in drawn}) > 1


def test_no_figure_is_given_up_for_decoys() -> None:
    spec, cells = sparse()
    plain, _ = sparse(decoy_zeros=0)
    before, after = protect(cells, plain, rules_of(plain, cells)), decided(spec, cells)
    lost = [cell for cell in range(len(cells)) if after[cell].is_withheld and not before[cell].is_withheld]
    assert lost
    assert all(cells.counts[cell] == 0 for cell in lost)


def test_a_zero_in_a_row_of_nothing_is_no_decoy() -> None:
    """Nobody can have been counted there, so a mark would hide nothing."""
    spec, cells = sparse()
    empty = spec.trees["row"].places["b2"]
    counts = cells.counts.copy()
    counts[cells.places[:, 0] == empty] = 0
    rows = {
        tuple(cells.codes(cell)): int(counts[cell]) for cell in range(len(cells)) if is_innermost(spec, cells, cell)
    }
    cells = count(spec, rows)
    found = decoys(cells, decided(spec, cells))
    assert found
    assert not any(cells.codes(cell)[0] == "b2" for cell in found)


def test_where_no_zero_can_be_hidden_there_is_no_decoy() -> None:
    """Its only neighbours are published: hiding it would cost one of them."""
    spec = a_spec([["row", "column"]], decoy_zeros=0.5)
    counts = {(row, column): 12 for row in ROWS for column in "xyz"} | {("a1", "x"): 1, ("b2", "z"): 0}
    cells = count(spec, counts)
    plain = a_spec([["row", "column"]])
    assert decided(spec, cells) == protect(cells, plain, rules_of(plain, cells))


def test_without_a_secret_nothing_is_decided() -> None:
    spec, cells = sparse()
    with pytest.raises(BadSpec, match="needs a secret"):
        protect(cells, spec, rules_of(spec, cells))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decoy_zeros": 0.9}, "share from 0 to 0.5"),
        ({"decoy_zeros": -0.1}, "share from 0 to 0.5"),
        ({"decoy_zeros": True}, "share from 0 to 0.5"),
        ({"decoy_zeros": "many"}, "share from 0 to 0.5"),
        ({"decoy_zeros": 0.1, "zeros_eligible_as_complementary": False}, "says that none may be"),
    ],
)
def test_a_wrong_share_is_told(changes: Mapping[str, Any], said: str) -> None:
    with pytest.raises(BadSpec, match=said):
        a_spec([["row", "column"]], **changes)


def test_decoys_of_a_release_stay_withheld_in_the_next() -> None:
    spec, cells = sparse(release_dimension="time")
    statuses = decided(spec, cells)
    early = np.array([cells.codes(cell)[2] == "q1" for cell in range(len(cells))])
    first = [status for status, is_early in zip(statuses, early, strict=True) if is_early]
    part = cells.only(early)
    assert decided(spec, part) == first
    assert decoys(part, first)
    for shown, then in ((part, first), (cells, statuses)):
        found = attacked(spec, shown, then)
        assert all(found.hides(cell) for cell in decoys(shown, then))


@settings(max_examples=40)
@given(st.data())
def test_decoys_never_give_a_small_count_away(data: st.DataObject) -> None:
    spec = a_spec(
        data.draw(st.sampled_from([[["row", "column"]], [["row", "time"], ["row", "column"], ["column", "time"]]])),
        decoy_zeros=data.draw(st.sampled_from([0.1, 0.3, 0.5])),
    )
    own: list[tuple[str, ...]] = [()]
    for codes in leaves(spec):
        own = [(*before, code) for before in own for code in codes]
    counts = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 30))
    cells = count(spec, {codes: data.draw(counts) for codes in own})
    statuses = decided(spec, cells)
    found = attacked(spec, cells, statuses)
    asked = [cell for cell, status in enumerate(statuses) if status is Status.PRIMARY]
    assert [cell for cell in asked if not found.hides(cell)] == []
    small = np.flatnonzero((cells.counts > 0) & (cells.counts < 3)).tolist()
    assert all(statuses[cell] is Status.PRIMARY for cell in small)
    # Whoever reads the marks cannot rule out that any one of them is empty.
    assert all(found.bounds[cell] != Bounds(1, 1) for cell in found.bounds)
