import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.core import disclosure, tables
from incidents.core.disclosure import Unprotectable
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.tables import PLAN, Cell, CountedIncident, System, Table
from incidents.disclosure import linked

Rows = Mapping[str, Sequence[tables.Path]]
Shown = Mapping[Cell, int | None]
FIRST, SECOND = Quarter(2026, 1), Quarter(2026, 2)
ROWS: Rows = {
    "district": [("01",), ("02",), (ONLINE,)],
    "ground": [("race",), ("sex",), ("age",)],
    "act": [("violence", "arson"), ("violence", "robbery"), ("threats", "threat")],
    "verification": [("2",)],
    "set_aside": [("test",), ("abuse",)],
}
"""Tables of a few lines, so that every way to fill them can be tried."""
TWO_GROUNDS = {**ROWS, "ground": [("race",), ("sex",)]}


def cell(time: str = "2026-Q1", **codes: str) -> Cell:
    return Cell(time, tuple(sorted(codes.items())))


def a_quarter(total: int, **areas: int) -> System:
    """The district table alone. `a01=3` are three incidents in the district 01."""
    return tables.system({cell(): total, **{cell(area=area[1:]): n for area, n in areas.items()}})


def protected(system: System, earlier: Mapping[Cell, bool] | None = None) -> frozenset[Cell]:
    return linked.protect(system, earlier=earlier or {})


def found_out(system: System, *withheld: Cell) -> list[Cell]:
    return linked.given_away(system, set(withheld))


# An attacker who shares no rule with the house: tries every way to fill the tables that fits what is published.


def parts_of(total: int, lines: int, *, is_multiple: bool) -> Iterator[tuple[int, ...]]:
    for parts in product(range(total + 1), repeat=lines):
        if max(parts) <= total <= sum(parts) if is_multiple else sum(parts) == total:
            yield parts


def filled(table: Table, time: str, total: int, rows: Sequence[tables.Path], parts: tuple[int, ...]) -> dict[Cell, int]:
    """All that readers would know of the table if every figure stood in it."""
    values = dict(zip(rows, parts, strict=True))
    figures = {
        table.cell(time, path): sum(n for row, n in values.items() if row[: len(path)] == path)
        for path in {row[:depth] for row in rows for depth in range(1, len(row) + 1)}
    }
    figures[table.cell(time)] = total
    if table.is_multiple:
        figures |= {cell(time, without=ground): total - n for (ground,), n in values.items()}
        figures[cell(time, repeated="ground")] = sum(parts) - total
    return figures


def fits(figures: Mapping[Cell, int], shown: Shown) -> bool:
    return all(shown.get(found) in (None, n) for found, n in figures.items())


def readings(table: Table, time: str, shown: Shown, rows: Sequence[tables.Path]) -> list[dict[Cell, int]]:
    """Every way to fill one quarter of the table. A total that is withheld is guessed up to 16."""
    known = shown[table.cell(time)]
    ways = (
        filled(table, time, total, rows, parts)
        for total in (range(17) if known is None else [known])
        for parts in parts_of(total, len(rows), is_multiple=table.is_multiple)
    )
    return [figures for figures in ways if fits(figures, shown)]


def worlds(table: Table, shown: Shown, rows: Sequence[tables.Path]) -> Iterator[dict[Cell, int]]:
    """Every way to fill the table in all its quarters and, if there is one, their year."""
    times = {found.time for found in shown}
    quarters = [readings(table, time, shown, rows) for time in sorted(times - {"2026"})]
    for ways in product(*quarters):
        figures = {found: n for way in ways for found, n in way.items()}
        if "2026" in times:
            year: dict[Cell, int] = defaultdict(int)
            for found, n in figures.items():
                year[found.at("2026")] += n
            if not fits(year, shown):
                continue
            figures |= year
        yield figures


def given_away(truth: Mapping[Cell, int], withheld: Set[Cell], rows: Rows) -> set[Cell]:
    """The small counts of which readers can tell that there is somebody, or that there are few."""
    shown = {found: None if found in withheld else n for found, n in truth.items()}
    found_out = set()
    for table in PLAN:
        [true] = worlds(table, truth, rows[table.name])
        possible: dict[Cell, set[int]] = defaultdict(set)
        for figures in worlds(table, shown, rows[table.name]):
            for found, n in figures.items():
                possible[found].add(n)
        found_out |= {
            found
            for found, values in possible.items()
            if is_secret(found, rows)
            and 0 < true[found] < table.threshold
            and not (0 in values and max(values) >= table.threshold)
        }
    return found_out


def is_secret(found: Cell, rows: Rows) -> bool:
    """All but the number of incidents, and but how often grounds are named beside others, where there are many."""
    return bool(found.codes) and not ("repeated" in dict(found.codes) and len(rows["ground"]) > 2)


def incidents_of(rows: Rows) -> st.SearchStrategy[CountedIncident]:
    return st.builds(
        CountedIncident,
        area=st.sampled_from([area for (area,) in rows["district"]]),
        grounds=st.frozensets(st.sampled_from([ground for (ground,) in rows["ground"]]), min_size=1),
        act=st.sampled_from(rows["act"]),
        verification=st.just("2"),
    )


def quarters(least: int, most: int, rows: Rows = ROWS, quarter: Quarter = FIRST) -> st.SearchStrategy[dict[Cell, int]]:
    """True counts of a quarter with so many incidents."""
    return st.builds(
        lambda incidents, aside: tables.count_quarter(quarter, incidents, aside, rows),
        st.lists(incidents_of(rows), min_size=least, max_size=most),
        st.fixed_dictionaries({"test": st.integers(0, 5), "abuse": st.integers(0, 5)}),
    )


def with_year(first: Mapping[Cell, int], second: Mapping[Cell, int]) -> dict[Cell, int]:
    return {**first, **second, **tables.count_year("2026", {**first, **second})}


@settings(deadline=None, max_examples=30)
@given(quarters(5, 11))
def test_no_small_count_is_published_or_given_away(counts: dict[Cell, int]) -> None:
    system = tables.system(counts)
    hidden = protected(system)
    assert hidden >= disclosure.primary(system) - system.slacks
    assert given_away(counts, hidden, ROWS) == set()


@settings(deadline=None, max_examples=15)
@given(quarters(5, 8, TWO_GROUNDS), quarters(5, 8, TWO_GROUNDS, SECOND))
def test_two_quarters_and_their_year_give_no_small_count_away(first: dict[Cell, int], second: dict[Cell, int]) -> None:
    before, counts = protected(tables.system(first)), with_year(first, second)
    hidden = protected(tables.system(counts), {found: found in before for found in first})
    assert given_away(counts, hidden, TWO_GROUNDS) == set()


@settings(deadline=None, max_examples=20)
@given(quarters(5, 9), quarters(5, 9, quarter=SECOND))
def test_what_was_published_earlier_stays_as_it_was(first: dict[Cell, int], second: dict[Cell, int]) -> None:
    before = protected(tables.system(first))
    after = protected(tables.system(with_year(first, second)), {found: found in before for found in first})
    assert after & first.keys() == before


@settings(deadline=None, max_examples=20)
@given(quarters(5, 9))
def test_no_figure_is_withheld_for_nothing(counts: dict[Cell, int]) -> None:
    system = tables.system(counts)
    hidden = protected(system)
    for found in hidden - disclosure.primary(system):
        assert given_away(counts, hidden - {found}, ROWS) != set()


@settings(deadline=None, max_examples=20)
@given(quarters(1, 4))
def test_it_is_given_up_only_where_nothing_can_be_done(counts: dict[Cell, int]) -> None:
    with pytest.raises(Unprotectable) as stopped:
        protected(tables.system(counts))
    everything = counts.keys() - {cell()}
    assert stopped.value.cell in given_away(counts, everything, ROWS)


@settings(deadline=None, max_examples=20)
@given(quarters(5, 9))
def test_what_the_attacker_finds_out_is_what_is_found_out(counts: dict[Cell, int]) -> None:
    system = tables.system(counts)
    withheld = disclosure.primary(system) - system.slacks
    assert {*found_out(system, *withheld)} == given_away(counts, withheld, ROWS)


@settings(deadline=None, max_examples=20)
@given(quarters(5, 9), st.randoms(use_true_random=False))
def test_the_same_counts_in_another_order_give_the_same_cells(counts: dict[Cell, int], random: Random) -> None:
    shuffled = list(counts.items())
    random.shuffle(shuffled)
    assert protected(tables.system(counts)) == protected(tables.system(dict(shuffled)))


def protected_in_writing() -> str:
    """Of a table in which four lines would do as well as each other."""
    hidden = protected(a_quarter(42, a01=2, a02=10, a03=10, a04=10, a05=10))
    return " ".join(str(found) for found in sorted(hidden))


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_another_process_withholds_the_same_cells(seed: str) -> None:
    code = "from tests.disclosure.test_linked import protected_in_writing; print(protected_in_writing())"
    root, environment = Path(__file__).parents[2], {**os.environ, "PYTHONHASHSEED": seed}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, env=environment
    )
    assert other.stdout == protected_in_writing() + "\n"


# What is small.


@pytest.mark.parametrize(("count", "is_small"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_a_count_from_one_to_below_the_threshold_is_small(count: int, is_small: bool) -> None:
    assert (cell(area="01") in disclosure.primary(a_quarter(20, a01=count, a02=20 - count))) is is_small


def test_the_number_of_all_incidents_is_published_however_small_it_is() -> None:
    assert disclosure.primary(a_quarter(2, a01=2, a02=0)) == {cell(area="01")}


def test_a_small_difference_that_readers_can_compute_is_small_too() -> None:
    system = tables.system({cell(): 20, cell(ground="race"): 18, cell(ground="sex"): 15, cell(ground="age"): 3})
    assert system.counts[cell(repeated="ground")] == 16
    assert disclosure.primary(system) == {cell(without="race")}


# What can be computed.


def test_nothing_is_given_away_where_no_count_is_small() -> None:
    assert found_out(a_quarter(20, a01=5, a02=15, a03=0)) == []


def test_a_small_count_that_is_published_is_found_out() -> None:
    system = a_quarter(20, a01=2, a02=18)
    assert found_out(system, cell(area="02")) == [cell(area="01")]


def test_a_small_count_alone_can_be_computed_from_the_total() -> None:
    system = a_quarter(20, a01=2, a02=18)
    assert found_out(system, cell(area="01")) == [cell(area="01")]


def test_two_small_counts_together_are_known_to_be_few() -> None:
    system = a_quarter(20, a01=2, a02=1, a03=17)
    assert found_out(system, cell(area="01"), cell(area="02")) == [cell(area="01"), cell(area="02")]


def test_a_small_count_and_a_large_one_together_are_safe() -> None:
    assert found_out(a_quarter(20, a01=2, a02=18), cell(area="01"), cell(area="02")) == []


def test_a_quarter_can_be_computed_from_its_year() -> None:
    first = {cell(): 20, cell(area="01"): 2, cell(area="02"): 18}
    second = {found.at("2026-Q2"): n + 10 for found, n in first.items()} | {cell("2026-Q2"): 40}
    system = tables.system(with_year(first, second))
    hidden = {cell(area="01"), cell(area="02")}
    assert {*found_out(system, *hidden)} == {cell(area="01")}
    assert found_out(system, *hidden, cell("2026", area="01"), cell("2026", area="02")) == []


def test_how_many_lack_a_ground_can_be_computed_from_the_total() -> None:
    system = tables.system({cell(): 20, cell(ground="race"): 18, cell(ground="sex"): 15, cell(ground="age"): 3})
    assert {*found_out(system)} == {cell(without="race")}
    assert found_out(system, cell(ground="race")) == []


def test_an_act_can_be_computed_from_its_group() -> None:
    lines = {("violence", "arson"): 1, ("violence", "robbery"): 9, ("threats", "threat"): 8}
    acts = {cell(act_group=group, act_type=act): n for (group, act), n in lines.items()}
    system = tables.system({cell(): 18, cell(act_group="violence"): 10, cell(act_group="threats"): 8, **acts})
    arson, robbery = cell(act_group="violence", act_type="arson"), cell(act_group="violence", act_type="robbery")
    assert {*found_out(system, arson)} == {arson}
    assert found_out(system, arson, robbery) == []


# What is withheld.


def test_nothing_is_withheld_where_no_count_is_small() -> None:
    assert protected(a_quarter(20, a01=5, a02=15, a03=0)) == frozenset()


def test_a_zero_that_helped_with_one_half_only_is_published_again() -> None:
    assert protected(a_quarter(9, a01=6, a02=0, a03=3)) == {cell(area="01"), cell(area="03")}


@pytest.mark.parametrize(("counts", "smallest"), [((9, 30, 60), "02"), ((60, 9, 30), "03"), ((60, 30, 9), "04")])
def test_a_small_figure_is_withheld_rather_than_a_large_one(counts: tuple[int, int, int], smallest: str) -> None:
    areas = {f"a0{n}": count for n, count in enumerate(counts, 2)}
    assert protected(a_quarter(101, a01=2, **areas)) == {cell(area="01"), cell(area=smallest)}


def test_an_unknown_place_is_withheld_rather_than_a_district() -> None:
    counts = {cell(): 20, cell(area="01"): 2, cell(area="02"): 9, cell(area=NO_PLACE): 9}
    assert protected(tables.system(counts)) == {cell(area="01"), cell(area=NO_PLACE)}


def test_parts_are_withheld_rather_than_sums() -> None:
    first = {cell(): 20, cell(area="01"): 2, cell(area="02"): 18}
    second = {cell("2026-Q2"): 30, cell("2026-Q2", area="01"): 15, cell("2026-Q2", area="02"): 15}
    hidden = protected(tables.system(with_year(first, second)))
    assert hidden == (first.keys() | second.keys()) - {cell(), cell("2026-Q2")}


def test_of_two_sums_the_larger_is_published() -> None:
    first = {cell(): 11, cell(area="01"): 3, cell(area="02"): 1, cell(area="03"): 7}
    second = {cell("2026-Q2"): 24} | {cell("2026-Q2", area=f"0{n}"): count for n, count in ((1, 1), (2, 20), (3, 3))}
    hidden = protected(tables.system(with_year(first, second)))
    assert {str(found) for found in hidden if found.time == "2026"} == {"area=01,time=2026", "area=03,time=2026"}


def test_zeros_are_withheld_where_it_takes_them() -> None:
    few, zero, many, other = (cell(area=area) for area in ("01", "02", "03", "04"))
    whole, half = cell(), cell(act_group="threats")
    system = System(
        counts={few: 2, zero: 0, many: 8, other: 0, whole: 10, half: 8},
        relations=[{whole: 1, few: -1, zero: -1, many: -1}, {half: 1, many: -1, other: -1}],
        thresholds={few: 5},
        weights=dict.fromkeys((few, zero, many, other, whole, half), 1.0),
        slacks=frozenset(),
        never_withheld=frozenset({whole, half}),
    )
    assert protected(system) == {few, zero, many, other}


def test_a_cell_that_is_published_already_does_not_help() -> None:
    system = a_quarter(40, a01=2, a02=9, a03=29)
    assert protected(system) == {cell(area="01"), cell(area="02")}
    assert protected(system, {cell(area="02"): False}) == {cell(area="01"), cell(area="03")}


def test_a_cell_that_was_withheld_helps_and_stays_withheld() -> None:
    system = a_quarter(40, a01=2, a02=9, a03=29)
    assert protected(system, {cell(area="03"): True}) == {cell(area="01"), cell(area="03")}
    assert protected(a_quarter(40, a01=11, a02=29), {cell(area="02"): True}) == {cell(area="02")}


def test_a_count_that_only_published_figures_surround_cannot_be_protected() -> None:
    with pytest.raises(Unprotectable) as stopped:
        protected(a_quarter(40, a01=2, a02=9, a03=29), {cell(area="02"): False, cell(area="03"): False})
    assert (stopped.value.cell, stopped.value.threshold) == (cell(area="01"), 5)
    assert str(stopped.value) == "area=01,time=2026-Q1 cannot be kept from being computed (threshold 5)"


def test_a_small_count_that_was_published_once_cannot_be_protected_any_more() -> None:
    with pytest.raises(Unprotectable) as stopped:
        protected(a_quarter(40, a01=2, a02=38), {cell(area="01"): False})
    assert stopped.value.cell == cell(area="01")
