"""Small plans of a place and a time, and the plan of a release where it matters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from incidents.disclosure import files
from incidents.disclosure.audit import Bounds
from incidents.disclosure.protection import CannotProtect
from incidents.disclosure.releasing import Before, CountsChanged, Protected, bounds_in, given_away_by, protected
from incidents.disclosure.spec import spec_of
from incidents.disclosure.trees import BadSpec
from incidents.disclosure.verdict import verdict

AREA = {"total": "_T", "rel": {"_T": ["N", "S"], "N": ["n1", "n2"], "S": ["s1", "s2"]}, "column": "area"}
GROUND = {"total": "_T", "rel": {"_T": ["race", "sex", "age"]}, "column": "ground"}
Q1, Q2, YEAR = "2026-Q1", "2026-Q2", "2026"


def a_plan(*tables: Sequence[str], quarters: Sequence[str] = (Q1,), **changes: Any) -> dict[str, Any]:
    tables = tables or (["time", "area"],)
    time = {"total": YEAR, "rel": {YEAR: list(quarters)}, "column": "time"}
    used = {name for table in tables for name in table}
    others = {name: dim for name, dim in (("area", AREA), ("ground", GROUND)) if name in used}
    return {
        "dims": {"time": time, **others},
        "tables": [list(table) for table in tables],
        "count_column": "n",
        "threshold": 3,
        "always_published": [[], ["time"]],
        **changes,
    }


def rows_of(time: str = Q1, **counts: int) -> list[list[str]]:
    return [[time, area, str(number)] for area, number in counts.items()]


def decide(
    plan: Mapping[str, Any],
    rows: Sequence[Sequence[str]],
    *released: str,
    earlier: Protected | Mapping[str, Before] | None = None,
) -> Protected:
    """Of a plan of areas."""
    before = earlier_of(earlier) if isinstance(earlier, Protected) else earlier or {}
    times = set(released or [Q1])
    return protected(plan, ["time", "area", "n"], rows, is_released=lambda time: time in times, earlier=before)


def earlier_of(part: Protected) -> dict[str, Before]:
    return {
        part.keys[cell]: Before(int(part.cells.counts[cell]), bool(part.withheld[cell]), part.bounds.get(cell))
        for cell in range(len(part.cells))
    }


def shown(part: Protected) -> dict[str, int | None]:
    """What everybody may see, zeros left out."""
    values = {
        part.keys[cell]: None if part.withheld[cell] else int(part.cells.counts[cell])
        for cell in range(len(part.cells))
    }
    return {key: value for key, value in values.items() if value != 0}


FEW = rows_of(n1=9, n2=2, s1=7, s2=8)


# Counting and deciding.


def test_what_is_large_enough_is_published() -> None:
    found = decide(a_plan(), rows_of(n1=9, s1=3))
    assert shown(found) == {
        "time=2026-Q1": 12,
        "area=N,time=2026-Q1": 9,
        "area=n1,time=2026-Q1": 9,
        "area=S,time=2026-Q1": 3,
        "area=s1,time=2026-Q1": 3,
    }


def test_rows_of_one_cell_are_added_up() -> None:
    assert shown(decide(a_plan(), [*rows_of(n1=9), *rows_of(n1=4)]))["area=n1,time=2026-Q1"] == 13


def test_a_small_count_is_withheld_and_another_with_it() -> None:
    values = shown(decide(a_plan(), FEW))
    assert (values["area=n2,time=2026-Q1"], values["area=n1,time=2026-Q1"]) == (None, None)
    assert values["time=2026-Q1"] == 26


def test_what_a_withheld_figure_can_be_is_told() -> None:
    found = decide(a_plan(), FEW)
    withheld = [cell for cell in range(len(found.cells)) if found.withheld[cell]]
    assert sorted(found.bounds) == withheld
    assert {found.bounds[cell].upper for cell in withheld} == {11}


def test_the_same_rows_give_the_same_decisions() -> None:
    assert decide(a_plan(), FEW).released() == decide(a_plan(), list(reversed(FEW))).released()


def test_nothing_is_a_table_of_zeros() -> None:
    found = decide(a_plan(), [])
    assert (shown(found), len(found.cells)) == ({}, 7)


def test_an_incident_of_several_answers_is_counted_once_in_each_and_once_in_all() -> None:
    plan = a_plan(["time", "ground"], multi_response=["ground"])
    rows = [[Q1, "race|sex", "5"], [Q1, "age", "4"]]
    found = protected(plan, ["time", "ground", "n"], rows, is_released=lambda time: time == Q1, earlier={})
    counts = {found.keys[cell]: int(found.cells.counts[cell]) for cell in range(len(found.cells))}
    assert counts == {
        "time=2026-Q1": 9,
        "ground=race,time=2026-Q1": 5,
        "ground=sex,time=2026-Q1": 5,
        "ground=age,time=2026-Q1": 4,
    }


@pytest.mark.parametrize("area", ["martian", "N"])
def test_a_code_that_the_plan_does_not_know_or_breaks_down_is_refused(area: str) -> None:
    with pytest.raises(BadSpec, match=area):
        decide(a_plan(), rows_of(**{area: 4}))


# Quarter after quarter.


def test_only_the_times_that_are_released_have_cells() -> None:
    rows = [*FEW, *rows_of(Q2, n1=40)]
    found = decide(a_plan(quarters=[Q1, Q2]), rows, Q1)
    assert {found.cells.codes(cell)[0] for cell in range(len(found.cells))} == {Q1}


def test_what_was_decided_stands() -> None:
    before = decide(a_plan(), FEW)
    rows = [*FEW, *rows_of(Q2, n1=1, n2=30, s1=30)]
    after = decide(a_plan(quarters=[Q1, Q2]), rows, Q1, Q2, earlier=before)
    assert shown(before).items() <= shown(after).items()


def test_only_what_was_not_released_before_is_new() -> None:
    rows = [*FEW, *rows_of(Q2, n1=30)]
    found = decide(a_plan(quarters=[Q1, Q2]), rows, Q1, Q2, YEAR, earlier=decide(a_plan(), FEW))
    times = {found.cells.codes(cell)[0] for cell in range(len(found.cells)) if found.is_new[cell]}
    assert times == {Q2, YEAR}


def test_a_year_is_the_sum_of_its_quarters_and_gives_none_away() -> None:
    rows = [*FEW, *rows_of(Q2, n1=30, n2=30, s1=4)]
    values = shown(decide(a_plan(quarters=[Q1, Q2]), rows, Q1, Q2, YEAR, earlier=decide(a_plan(), FEW)))
    assert values["time=2026"] == 26 + 64
    assert (values["area=S,time=2026"], values["area=N,time=2026"]) == (19, 71)
    assert (values["area=n2,time=2026-Q2"], values["area=n2,time=2026"]).count(None) >= 1


def test_a_count_that_was_released_otherwise_is_named() -> None:
    with pytest.raises(CountsChanged, match="area=n1,time=2026-Q1 was counted otherwise") as changed:
        decide(a_plan(), rows_of(n1=8), earlier={"area=n1,time=2026-Q1": Before(9, False)})
    assert changed.value.key == "area=n1,time=2026-Q1"


def test_a_withheld_count_that_changed_is_found_too() -> None:
    with pytest.raises(CountsChanged):
        decide(a_plan(), rows_of(n1=8), earlier={"area=n1,time=2026-Q1": Before(7, True)})


def test_what_was_given_away_before_cannot_be_protected() -> None:
    with pytest.raises(CannotProtect):
        decide(a_plan(), FEW, earlier={"area=n2,time=2026-Q1": Before(2, False)})


def test_what_was_published_around_a_small_count_makes_protection_impossible() -> None:
    around = {f"area={area},time=2026-Q1": Before(count, False) for area, count in (("n1", 9), ("N", 11))}
    with pytest.raises(CannotProtect):
        decide(a_plan(), FEW, earlier=around)


def test_a_year_needs_no_more_than_what_its_quarters_leave_possible() -> None:
    before = decide(a_plan(threshold=5), rows_of(n1=20))
    rows = [*rows_of(n1=20), *rows_of(Q2, n1=1, s1=3)]
    values = shown(decide(a_plan(quarters=[Q1, Q2], threshold=5), rows, Q1, Q2, YEAR, earlier=before))
    assert (values["time=2026"], values["area=s1,time=2026"]) == (24, None)


# Lines in their order.


def test_a_table_is_read_with_parents_before_their_parts_and_the_year_last() -> None:
    rows = [*FEW, *rows_of(Q2, n1=30)]
    found = decide(a_plan(["time", "area"], ["area"], quarters=[Q1, Q2]), rows, Q1, Q2, YEAR)
    lines = [tuple(found.cells.codes(cell)) for cell in found.table(0)]
    order = ["_T", "N", "n1", "n2", "S", "s1", "s2"]
    assert lines == [(time, area) for time in (Q1, Q2, YEAR) for area in order]
    assert [tuple(found.cells.codes(cell)) for cell in found.table(1)] == lines[-7:]


def test_a_table_that_ends_at_a_level_has_no_lines_below() -> None:
    levels = {**AREA, "levels": {"region": ["N", "S"]}}
    plan = a_plan(["time", "area@region"], dims={"time": a_plan()["dims"]["time"], "area": levels})
    found = decide(plan, FEW)
    assert [found.cells.codes(cell)[1] for cell in found.table(0)] == ["_T", "N", "S"]


# What everybody has.


def test_whoever_has_the_cells_and_the_plan_finds_no_small_count() -> None:
    rows = [*FEW, *rows_of(Q2, n1=1, n2=30, s1=2, s2=30)]
    plan = a_plan(quarters=[Q1, Q2])
    spec = spec_of(plan)
    found = decide(plan, rows, Q1, Q2, YEAR)
    stored = files.cells_of("cells.csv", found.released().decode().splitlines(), spec)
    told = verdict(stored.cells, stored.withheld, spec)
    assert stored.withheld.sum() == found.withheld.sum() > 0
    assert all(told.may_be_enough(cell) for cell in told.bounds)


def test_released_cells_hold_no_withheld_count_and_do_not_say_why() -> None:
    lines = decide(a_plan(), FEW).released().decode().splitlines()
    assert lines[0] == "time,area,value,status,lower,upper"
    assert [line for line in lines if ",n" in line] == [
        "2026-Q1,n1,[c],suppressed,0,11",
        "2026-Q1,n2,[c],suppressed,0,11",
    ]
    assert "2026-Q1,S,15,published,," in lines


def test_what_withheld_cells_can_be_is_read_from_the_file() -> None:
    found = decide(a_plan(), FEW)
    known = {"area=n1,time=2026-Q1": Bounds(0, 11), "area=n2,time=2026-Q1": Bounds(0, 11)}
    assert bounds_in(a_plan(), found.released()) == known


def test_a_cell_may_be_without_a_limit() -> None:
    content = b"time,area,value,status,lower,upper\n2026-Q1,n1,[c],suppressed,2,\n2026-Q1,n2,[c],suppressed,0,4\n"
    assert bounds_in(a_plan(), content) == {
        "area=n1,time=2026-Q1": Bounds(2, None),
        "area=n2,time=2026-Q1": Bounds(0, 4),
    }


def test_cells_of_releases_from_before_the_mark_are_read_alike() -> None:
    found = decide(a_plan(), FEW)
    older = found.released().replace(b",[c],suppressed,", b",,suppressed,")
    assert older != found.released()
    assert given_away_by(a_plan(), "cells.csv", older, counts_of(found)) == []
    assert bounds_in(a_plan(), older) == bounds_in(a_plan(), found.released())


# Going over released cells.


def counts_of(part: Protected) -> dict[str, int]:
    return {key: was.count for key, was in earlier_of(part).items()}


def test_cells_that_protect_give_nothing_away() -> None:
    found = decide(a_plan(), FEW)
    assert given_away_by(a_plan(), "cells.csv", found.released(), counts_of(found)) == []


@pytest.mark.parametrize(
    ("withheld", "instead"),
    [
        (b"n2,[c],suppressed,0,11", b"n2,2,published,,"),
        (b"n1,[c],suppressed,0,11", b"n1,9,published,,"),
    ],
    ids=["itself", "the only one withheld with it"],
)
def test_a_small_count_that_is_given_away_is_named(withheld: bytes, instead: bytes) -> None:
    found = decide(a_plan(), FEW)
    content = found.released().replace(withheld, instead)
    assert content != found.released()
    assert given_away_by(a_plan(), "cells.csv", content, counts_of(found)) == ["area=n2,time=2026-Q1"]


def test_a_large_count_of_one_source_is_protected_and_missed_when_it_is_not() -> None:
    plan = a_plan(dominance={"column": "source", "share": 0.85})
    sent = [("n1", "", 9), ("n2", "ngo", 9), ("n2", "", 1), ("s1", "", 7), ("s2", "", 8)]
    rows = [[Q1, area, source, str(number)] for area, source, number in sent]
    found = protected(plan, ["time", "area", "source", "n"], rows, is_released=lambda time: time == Q1, earlier={})
    own = "area=n2,time=2026-Q1"
    assert [found.keys[cell] for cell in found.dominated.nonzero()[0]] == [own]
    assert shown(found)[own] is None
    assert given_away_by(plan, "cells.csv", found.released(), counts_of(found), {own}) == []
    open_ones = decide(a_plan(), rows_of(n1=9, n2=10, s1=7, s2=8)).released()
    assert given_away_by(plan, "cells.csv", open_ones, counts_of(found), {own}) == [own]


def test_a_year_that_knew_no_rule_of_dominance_keeps_what_it_published() -> None:
    plan = a_plan(dominance={"column": "source", "share": 0.85})
    first = decide(a_plan(), rows_of(n1=9, n2=10, s1=7, s2=8))
    rows = [[Q1, "n1", "", "9"], [Q1, "n2", "ngo", "10"], [Q1, "s1", "", "7"], [Q1, "s2", "", "8"]]
    header = ["time", "area", "source", "n"]
    again = protected(plan, header, rows, is_released=lambda time: time == Q1, earlier=earlier_of(first))
    assert shown(again) == shown(first)


def told(*sent: tuple[str, str, str, int]) -> list[list[str]]:
    """Rows of time, area and source."""
    return [[time, area, source, str(number)] for time, area, source, number in sent]


def test_a_year_may_be_one_sources_though_a_published_quarter_of_it_is_not() -> None:
    """17 of 20, published; then 10 of 10: 27 of 30. What is left of the year has to stay possible as nothing."""
    plan = a_plan(quarters=[Q1, Q2], dominance={"column": "source", "share": 0.85})
    header = ["time", "area", "source", "n"]
    others = [(time, area, "", 20) for time in (Q1, Q2) for area in ("n1", "s1", "s2")]
    rows = told((Q1, "n2", "ngo", 17), (Q1, "n2", "", 3), (Q2, "n2", "ngo", 10), *others)
    first = protected(plan, header, rows, is_released=lambda time: time == Q1, earlier={})
    assert shown(first)["area=n2,time=2026-Q1"] == 20
    found = protected(plan, header, rows, is_released=lambda _time: True, earlier=earlier_of(first))
    year, second = "area=n2,time=2026", "area=n2,time=2026-Q2"
    assert (shown(found)[year], shown(found)[second]) == (None, None)
    bounds = {found.keys[cell]: bound for cell, bound in found.bounds.items()}
    assert (bounds[year].lower, bounds[second].lower) == (20, 0)
    assert given_away_by(plan, "cells.csv", found.released(), counts_of(found), {year, second}) == []


def test_a_shared_trait_that_is_given_away_is_named() -> None:
    rule = {"of": ["ground"], "others": 1, "where": {"area": "*"}}
    plan = a_plan(["area", "ground"], quarters=[Q1], group_disclosure=rule)
    rows = [[Q1, area, ground, str(n)] for area, ground, n in (("n1", "race", 9), ("n1", "sex", 9), ("s1", "sex", 9))]
    header = ["time", "area", "ground", "n"]
    found = protected(plan, header, rows, is_released=lambda time: time == YEAR, earlier={})
    assert shown(found)["area=s1,ground=sex,time=2026"] is None
    published = protected(a_plan(["area", "ground"]), header, rows, is_released=lambda time: time == YEAR, earlier={})
    assert "area=s1,ground=sex,time=2026" in given_away_by(plan, "cells.csv", published.released(), counts_of(found))


def test_what_is_no_file_of_cells_is_refused() -> None:
    with pytest.raises(BadSpec, match=r"cells\.csv"):
        given_away_by(a_plan(), "cells.csv", b"time,area\r\n2026-Q1,n1\r\n", {})
