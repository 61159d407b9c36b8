from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core import tables
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO
from incidents.core.tables import PLAN, TABLES, Cell, CountedIncident, Path

VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
ROWS = tables.rows_of(VOCABULARY, PLACES)
FIRST, SECOND = Quarter(2026, 1), Quarter(2026, 2)
GROUNDS = [ground for (ground,) in ROWS["ground"]]
NOTHING = tables.count_quarter(FIRST, [], {}, ROWS)


def an_incident(**changes: Any) -> CountedIncident:
    values: dict[str, Any] = {
        "area": "01",
        "grounds": frozenset({"national_ethnic"}),
        "act": ("threats", "threat"),
        "verification": "2",
    }
    return CountedIncident(**{**values, **changes})


def count(*incidents: CountedIncident, quarter: Quarter = FIRST, **set_aside: int) -> dict[Cell, int]:
    return tables.count_quarter(quarter, incidents, set_aside, ROWS)


def counted(counts: dict[Cell, int]) -> dict[str, int]:
    """What is not zero, by codes."""
    return {",".join("=".join(pair) for pair in found.codes): n for found, n in counts.items() if n}


def cell(**codes: str) -> Cell:
    return Cell(str(FIRST), tuple(sorted(codes.items())))


def number(counts: dict[Cell, int], **codes: str) -> int:
    return counts[cell(**codes)]


def totals(counts: dict[Cell, int], table: str) -> int:
    """All innermost lines of a table together."""
    return sum(counts[TABLES[table].cell(str(FIRST), path)] for path in ROWS[table])


def a_line(table: str) -> st.SearchStrategy[Path]:
    return st.sampled_from(ROWS[table])


some_incidents = st.lists(
    st.builds(
        CountedIncident,
        area=a_line("district").map(lambda path: path[0]),
        grounds=st.frozensets(st.sampled_from(GROUNDS), min_size=1, max_size=4),
        act=a_line("act"),
        verification=a_line("verification").map(lambda path: path[0]),
    ),
    max_size=25,
)
some_set_aside = st.dictionaries(a_line("set_aside").map(lambda path: path[0]), st.integers(0, 30))
some_cells = st.sampled_from(sorted(NOTHING))


def two_quarters(first: list[CountedIncident], second: list[CountedIncident]) -> dict[Cell, int]:
    """With their year."""
    counts = {**count(*first, test=3), **count(*second, quarter=SECOND, test=6, abuse=1)}
    return {**counts, **tables.count_year("2026", counts)}


# Cells.


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Cell("2026"), "time=2026"),
        (Cell("2026-Q1", (("area", "01"),)), "area=01,time=2026-Q1"),
        (Cell("2026-Q1", (("verification", "U"),)), "time=2026-Q1,verification=U"),
        (
            Cell("2026", (("act_group", "threats"), ("act_type", "threat"))),
            "act_group=threats,act_type=threat,time=2026",
        ),
    ],
)
def test_a_cell_is_written_as_its_codes_in_order(found: Cell, text: str) -> None:
    assert str(found) == text
    assert Cell.parse(text) == found


@given(some_cells)
def test_a_cell_reads_back_as_what_was_written(found: Cell) -> None:
    assert Cell.parse(str(found)) == found


def test_no_two_cells_are_written_alike() -> None:
    assert len({str(found) for found in NOTHING}) == len(NOTHING)


def test_a_cell_of_another_time_keeps_its_codes() -> None:
    assert cell(area="01").at("2026") == Cell("2026", (("area", "01"),))


@pytest.mark.parametrize("table", PLAN, ids=lambda table: table.name)
def test_a_table_finds_each_of_its_lines_again(table: tables.Table) -> None:
    for path in tables.with_totals(ROWS[table.name]):
        assert table.path(table.cell("2026-Q1", path)) == path


@pytest.mark.parametrize("table", PLAN, ids=lambda table: table.name)
def test_a_table_does_not_know_the_lines_of_another(table: tables.Table) -> None:
    others = [other for other in PLAN if other != table]
    cells = [other.cell("2026-Q1", path) for other in others for path in ROWS[other.name]]
    assert {table.path(found) for found in cells} == {None}


def test_an_act_without_its_group_stands_in_no_table() -> None:
    assert [table.path(cell(act_type="threat")) for table in PLAN] == [None] * len(PLAN)


def test_the_total_of_incidents_is_one_cell_for_all_tables_of_incidents() -> None:
    assert {table.name for table in PLAN if table.cell("2026") == Cell("2026")} == set(ROWS) - {"set_aside"}
    assert TABLES["set_aside"].cell("2026") == Cell("2026", (("report", "set_aside"),))


# Where an incident stands.


@pytest.mark.parametrize(
    ("place", "area"),
    [
        ("80438", "01"),
        ("01", "01"),
        ("25", KOSOVO),
        ("29", KOSOVO),
        (KOSOVO, KOSOVO),
        (ONLINE, ONLINE),
        (NO_PLACE, NO_PLACE),
    ],
)
def test_a_place_belongs_to_a_line_of_the_district_table(place: str, area: str) -> None:
    assert tables.area_of(place, PLACES) == area
    assert (area,) in ROWS["district"]


def test_every_place_there_is_belongs_to_a_line_of_the_district_table() -> None:
    areas = {tables.area_of(place, PLACES) for place in (*PLACES.municipalities, *PLACES.districts)}
    assert {(area,) for area in areas} == set(ROWS["district"]) - {(ONLINE,), (NO_PLACE,)}


def test_a_place_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        tables.area_of("00000", PLACES)


@pytest.mark.parametrize(
    ("acts", "stands_for_it"),
    [
        ({"verbal_insult"}, ("speech", "verbal_insult")),
        ({"verbal_insult", "threat"}, ("threats", "threat")),
        ({"threat", "physical_attack", "theft_robbery"}, ("violence", "physical_attack")),
        ({"attempted_killing", "arson"}, ("violence", "attempted_killing")),
    ],
)
def test_the_gravest_act_stands_for_an_incident(acts: set[str], stands_for_it: tuple[str, str]) -> None:
    assert tables.act_of(acts, VOCABULARY) == stands_for_it


def test_every_act_there_is_has_its_line() -> None:
    acts = [term.code for term in VOCABULARY.of("act_type")]
    assert {tables.act_of([act], VOCABULARY) for act in acts} == set(ROWS["act"])


def test_an_incident_without_a_ground_is_not_counted_but_refused() -> None:
    with pytest.raises(ValueError, match="at least one ground"):
        an_incident(grounds=frozenset())


# The lines of the tables.


def test_kosovo_is_one_line_after_the_districts() -> None:
    areas = [area for (area,) in ROWS["district"]]
    assert areas[-3:] == [KOSOVO, ONLINE, NO_PLACE]
    assert areas[:-3] == [f"{district:02d}" for district in range(25)]


def test_what_did_not_happen_has_no_line() -> None:
    assert [level for (level,) in ROWS["verification"]] == ["0", "1", "2", "3", "4", "U"]


def test_acts_stand_under_their_groups_in_the_order_of_the_groups() -> None:
    groups = [group for group, _ in ROWS["act"]]
    assert list(dict.fromkeys(groups)) == ["violence", "threats", "property", "speech", "unequal", "other"]
    assert groups == sorted(groups, key=groups.index)


@pytest.mark.parametrize(("table", "vocabulary"), [("ground", "ground"), ("set_aside", "set_aside_reason")])
def test_every_code_of_a_list_has_its_line(table: str, vocabulary: str) -> None:
    assert ROWS[table] == [(term.code,) for term in VOCABULARY.of(vocabulary)]


def test_every_line_follows_the_sum_that_it_is_a_part_of() -> None:
    paths = [("violence", "armed_attack"), ("violence", "threat"), ("speech", "threat")]
    sums = [(), ("violence",), *paths[:2], ("speech",), paths[2]]
    assert tables.with_totals(paths) == sums


# Counting.


def test_an_incident_is_counted_once_in_each_table() -> None:
    assert counted(count(an_incident())) == {
        "": 1,
        "area=01": 1,
        "ground=national_ethnic": 1,
        "act_group=threats": 1,
        "act_group=threats,act_type=threat": 1,
        "verification=2": 1,
    }


def test_an_incident_with_several_grounds_stands_in_each_row_and_once_in_the_total() -> None:
    counts = count(an_incident(grounds=frozenset({"race", "sex", "age"})))
    assert [number(counts, ground=ground) for ground in ("race", "sex", "age", "birth")] == [1, 1, 1, 0]
    assert counts[Cell("2026-Q1")] == 1


@pytest.mark.parametrize("area", [KOSOVO, ONLINE, NO_PLACE])
def test_an_incident_in_no_district_is_counted_too(area: str) -> None:
    counts = count(an_incident(area=area), an_incident())
    assert (number(counts, area=area), counts[Cell("2026-Q1")]) == (1, 2)


def test_a_quarter_without_incidents_is_a_zero_in_every_line() -> None:
    lines = {table.cell("2026-Q1", path) for table in PLAN for path in tables.with_totals(ROWS[table.name])}
    assert dict.fromkeys(lines, 0) == NOTHING


def test_reports_set_aside_are_counted_apart_from_incidents() -> None:
    assert counted(count(test=2, abuse=5)) == {
        "report=set_aside": 7,
        "report=set_aside,set_aside_reason=abuse": 5,
        "report=set_aside,set_aside_reason=test": 2,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"area": "25"},
        {"area": "80438"},
        {"grounds": frozenset({"race", "martian"})},
        {"act": ("violence", "threat")},
        {"verification": "N"},
    ],
)
def test_a_code_that_has_no_line_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        count(an_incident(**changes))


def test_a_reason_that_has_no_line_is_refused() -> None:
    with pytest.raises(KeyError):
        count(boredom=1)


@settings(deadline=None)
@given(some_incidents, some_set_aside)
def test_every_line_holds_as_many_as_there_are(incidents: list[CountedIncident], aside: dict[str, int]) -> None:
    counts = count(*incidents, **aside)
    mentions = Counter(ground for incident in incidents for ground in incident.grounds)
    areas = Counter(incident.area for incident in incidents)
    assert {ground: number(counts, ground=ground) for ground in GROUNDS} == {g: mentions[g] for g in GROUNDS}
    assert all(number(counts, area=area) == areas[area] for (area,) in ROWS["district"])
    assert number(counts, report="set_aside") == sum(aside.values())


@settings(deadline=None)
@given(some_incidents, some_set_aside)
def test_the_lines_add_up_to_the_total(incidents: list[CountedIncident], aside: dict[str, int]) -> None:
    counts = count(*incidents, **aside)
    single = ("district", "act", "verification")
    assert [totals(counts, table) for table in single] == [len(incidents)] * 3
    assert counts[Cell("2026-Q1")] == len(incidents)
    assert totals(counts, "ground") == sum(len(incident.grounds) for incident in incidents)


# Years.


@settings(deadline=None)
@given(some_incidents, some_incidents)
def test_a_year_counts_what_its_quarters_count(first: list[CountedIncident], second: list[CountedIncident]) -> None:
    year = tables.count_year("2026", {**count(*first), **count(*second, quarter=SECOND)})
    assert year == {found.at("2026"): n for found, n in count(*first, *second).items()}


def test_a_year_takes_nothing_from_another_year_or_from_itself() -> None:
    counts = {Cell("2025-Q4"): 5, Cell("2026-Q1"): 7, Cell("2026"): 100, Cell("2026-Q4"): 1}
    assert tables.count_year("2026", counts) == {Cell("2026"): 8}


@pytest.mark.parametrize(("time", "is_quarter"), [("2026-Q1", True), ("2026", False), ("2025-Q4", False)])
def test_a_quarter_knows_its_year(time: str, is_quarter: bool) -> None:
    assert tables.is_quarter_of(time, "2026") is is_quarter


# How cells hang together.


@settings(deadline=None, max_examples=30)
@given(some_incidents, some_incidents)
def test_every_relation_is_zero_on_the_true_counts(first: list[CountedIncident], second: list[CountedIncident]) -> None:
    system = tables.system(two_quarters(first, second))
    sums = [sum(sign * system.counts[found] for found, sign in relation.items()) for relation in system.relations]
    assert sums == [0] * len(system.relations)


def test_no_cell_can_change_without_another() -> None:
    system = tables.system(two_quarters([an_incident()], [an_incident(area=ONLINE)]))
    assert {found for relation in system.relations for found in relation} == set(system.counts)


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        (cell(), [{"area": area} for (area,) in ROWS["district"]]),
        (cell(), [{"verification": level} for (level,) in ROWS["verification"]]),
        (cell(), [{"act_group": group} for group in dict.fromkeys(group for group, _ in ROWS["act"])]),
        (
            cell(act_group="threats"),
            [{"act_group": group, "act_type": act} for group, act in ROWS["act"] if group == "threats"],
        ),
        (
            cell(report="set_aside"),
            [{"report": "set_aside", "set_aside_reason": reason} for (reason,) in ROWS["set_aside"]],
        ),
    ],
    ids=["district", "verification", "act_group", "act_type", "set_aside"],
)
def test_a_sum_hangs_together_with_its_parts(whole: Cell, parts: list[dict[str, str]]) -> None:
    assert {whole: 1} | {cell(**part): -1 for part in parts} in tables.system(NOTHING).relations


def test_a_year_hangs_together_with_its_quarters() -> None:
    system = tables.system(two_quarters([], []))
    for found in NOTHING:
        assert {found.at("2026"): 1, found: -1, found.at("2026-Q2"): -1} in system.relations


def test_quarters_of_a_year_that_is_not_published_do_not_hang_together() -> None:
    relations = tables.system({**count(), **count(quarter=SECOND)}).relations
    assert [relation for relation in relations if len({found.time for found in relation}) > 1] == []


@settings(deadline=None, max_examples=30)
@given(some_incidents)
def test_readers_can_compute_how_many_lack_a_ground(incidents: list[CountedIncident]) -> None:
    system = tables.system(count(*incidents))
    lacking = {ground: sum(ground not in incident.grounds for incident in incidents) for ground in GROUNDS}
    assert {ground: system.counts[cell(without=ground)] for ground in GROUNDS} == lacking
    assert system.counts[cell(repeated="ground")] == sum(len(incident.grounds) - 1 for incident in incidents)


def test_differences_are_known_as_such_and_nothing_else_is() -> None:
    slacks = {cell(without=ground) for ground in GROUNDS} | {cell(repeated="ground")}
    system = tables.system(NOTHING)
    assert system.slacks == slacks
    assert set(system.counts) - slacks == set(NOTHING)


@pytest.mark.parametrize(
    ("codes", "threshold"),
    [
        ({"area": "01"}, 5),
        ({"ground": "sexual_orientation"}, 3),
        ({"act_group": "violence"}, 3),
        ({"act_group": "violence", "act_type": "armed_attack"}, 3),
        ({"verification": "4"}, 3),
        ({"report": "set_aside", "set_aside_reason": "test"}, 5),
        ({"without": "race"}, 3),
    ],
)
def test_a_cell_has_the_threshold_of_its_table(codes: dict[str, str], threshold: int) -> None:
    system = tables.system(count(an_incident(act=("violence", "armed_attack"))))
    assert system.thresholds[cell(**codes)] == threshold


def test_a_cell_of_several_tables_has_the_largest_threshold() -> None:
    assert tables.system(NOTHING).thresholds[cell()] == max(table.threshold for table in PLAN) == 5


@pytest.mark.parametrize(("grounds", "is_protected"), [(["race", "sex"], True), (["race", "sex", "age"], False)])
def test_incidents_with_two_grounds_are_protected_where_there_are_only_two(
    grounds: list[str], is_protected: bool
) -> None:
    system = tables.system({cell(): 9, **{cell(ground=ground): 5 for ground in grounds}})
    assert system.counts[cell(repeated="ground")] == 5 * len(grounds) - 9
    assert (cell(repeated="ground") in system.thresholds) is is_protected


def test_only_the_numbers_of_all_incidents_are_never_withheld() -> None:
    system = tables.system(two_quarters([], []))
    assert system.never_withheld == {Cell("2026"), Cell("2026-Q1"), Cell("2026-Q2")}


def test_a_sum_costs_its_readers_more_than_a_part_of_the_same_size() -> None:
    weights = tables.system(count(an_incident(act=("threats", "threat")))).weights
    assert weights[cell(act_group="threats")] > weights[cell(act_group="threats", act_type="threat")]
    assert weights[cell(report="set_aside")] > weights[cell(area="02")]


def test_a_large_count_costs_more_than_a_small_one_and_an_unknown_place_least() -> None:
    cost = tables.system(count(*[an_incident()] * 9, an_incident(area="02"), *[an_incident(area=NO_PLACE)] * 9)).weights
    assert cost[cell(area="01")] > cost[cell(area="02")] > cost[cell(area="03")] > 0
    assert cost[cell(area=NO_PLACE)] < cost[cell(area="01")]


@settings(deadline=None, max_examples=20)
@given(some_incidents)
def test_every_cell_has_a_cost_and_no_difference_has_one(incidents: list[CountedIncident]) -> None:
    counts = count(*incidents)
    weights = tables.system(counts).weights
    assert weights.keys() == counts.keys()
    assert min(weights.values()) > 0
