"""The files of releases made of real plans and few incidents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from incidents.adapters import catalogues, data_files
from incidents.core import release, tables
from incidents.core.periods import Quarter
from incidents.core.release import Row
from incidents.core.tables import CORRECTIONS, INCIDENTS, SET_ASIDE, SUBJECTS, TABLES, Subject
from incidents.disclosure.released import Part, extent_of, files_of, shown_in, years_of
from incidents.disclosure.releasing import Before, protected
from incidents.disclosure.spec import spec_of
from tests import builders

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()
NAME = release.names(VOCABULARY, PLACES, catalogues.label)
THIRD, FOURTH, NEXT = Quarter(2026, 3), Quarter(2026, 4), Quarter(2027, 1)
ALIKE = {
    "area": "80438",
    "ground": "national_ethnic",
    "target": "unknown",
    "act": "threat",
    "setting": "street",
    "verification": "2",
    "gender": "unknown",
    "age": "unknown",
    "reported": "no_authority",
    "delay": "same_quarter",
    "source": "",
}
Incidents = Sequence[Mapping[str, str]]


def so_many(number: int, quarter: Quarter = THIRD, **codes: str) -> dict[str, str]:
    """So many incidents, all alike."""
    return {"time": str(quarter), **ALIKE, **codes, "n": str(number)}


def a_part(*incidents: Mapping[str, str], quarters: Sequence[Quarter] = (THIRD,), before: Part | None = None) -> Part:
    """Of incidents; the fourth quarter brings its year."""
    rung, year = INCIDENTS.rungs[0], quarters[-1].year
    plan = tables.plan(INCIDENTS, rung, year, quarters, VOCABULARY, PLACES)
    return decided(plan, ["time", *ALIKE, "n"], [list(one.values()) for one in incidents], quarters, before)


def decided(
    plan: Mapping[str, Any],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    quarters: Sequence[Quarter],
    before: Part | None = None,
) -> Part:
    times = {str(quarter) for quarter in quarters} | {str(quarter.year) for quarter in quarters if quarter.number == 4}
    earlier = {}
    if before:
        cells = before.protected
        earlier = {
            cells.keys[cell]: Before(int(cells.cells.counts[cell]), bool(cells.withheld[cell]), cells.bounds.get(cell))
            for cell in range(len(cells.cells))
        }
    found = protected(
        plan, header, rows, is_released=lambda time: time in times, earlier=earlier, secret=builders.PEPPER
    )
    return Part(plan, found)


def other_part(subject: Subject, **counts: int) -> Part:
    """Of reports set aside, or of corrections."""
    plan = tables.plan(subject, subject.rungs[0], 2026, [THIRD], VOCABULARY, PLACES)
    dimension = list(plan["dims"])[1]
    rows = [[str(THIRD), code, str(number)] for code, number in counts.items()]
    return decided(plan, ["time", dimension, "n"], rows, [THIRD])


def files_with(
    part: Part, earlier: Mapping[str, bytes] | None = None, number: int = 1, quarter: Quarter = THIRD, **others: Part
) -> dict[str, bytes]:
    parts = {INCIDENTS: part} | {subject: others[subject.name] for subject in SUBJECTS if subject.name in others}
    return files_of(parts, earlier or {}, number, quarter, NAME)[0]


def rows_in(files: Mapping[str, bytes], table: str) -> list[Row]:
    return release.from_csv(files[f"{table}.csv"])


FEW = (so_many(9), so_many(2, area="70092"), so_many(8, area="00-U"))
"""Two in one municipality of Belgrade."""
TWO_QUARTERS = (*FEW, so_many(7, FOURTH), so_many(6, FOURTH, area="KM", ground="race|sex"))


@pytest.fixture(scope="module")
def first() -> Part:
    return a_part(*FEW)


@pytest.fixture(scope="module")
def files(first: Part) -> dict[str, bytes]:
    """Of the third quarter."""
    return files_with(first)


@pytest.fixture(scope="module")
def later(first: Part, files: dict[str, bytes]) -> dict[str, bytes]:
    """Of the fourth quarter, with the year."""
    part = a_part(*TWO_QUARTERS, quarters=[THIRD, FOURTH], before=first)
    return files_with(part, {**files, release.DESCRIPTION: b"{}"}, 2, FOURTH)


# One release.


def test_every_table_is_a_csv_and_a_json_beside_the_cells_and_the_plan(files: dict[str, bytes]) -> None:
    names = {f"{table.name}.{ending}" for table in INCIDENTS.rungs[0].tables for ending in ("csv", "json")}
    assert files.keys() == names | {"plan-incidents-2026.json", "cells-incidents-2026.csv"}


def test_the_plan_is_written_as_it_is(first: Part, files: dict[str, bytes]) -> None:
    assert json.loads(files["plan-incidents-2026.json"]) == first.plan


def test_a_line_has_its_codes_and_its_names_in_two_languages(files: dict[str, bytes]) -> None:
    rows = {row.codes[0]: row for row in rows_in(files, "district")}
    assert rows["01"] == Row("2026-Q3", ("01",), (("North Bačka District",), ("Севернобачки управни округ",)), 9)
    assert rows["_T"].labels == (("Total",), ("Укупно",))
    assert (rows["_T"].value, rows["02"].value) == (19, 0)


def test_bounds_stand_exactly_where_a_figure_is_withheld() -> None:
    rows = rows_in(files_with(a_part(so_many(9), so_many(2, area="KM"))), "district")
    assert [row.value is None for row in rows] == [row.lower is not None for row in rows]
    assert [row.value is None for row in rows] == [row.upper is not None for row in rows]
    assert "KM" in {row.codes[0] for row in rows if row.value is None}


def test_a_table_of_the_year_has_no_lines_before_the_year_is_over(files: dict[str, bytes]) -> None:
    for table in ("region_ground", "ground_act"):
        assert rows_in(files, table) == []
        assert json.loads(files[f"{table}.json"])["rows"] == []


def test_lines_stand_with_sums_before_their_parts(files: dict[str, bytes]) -> None:
    codes = [row.codes[0] for row in rows_in(files, "district")]
    assert codes[:5] == ["_T", "00", "RS12", "01", "02"]
    assert codes[-3:] == ["KM", "online", "unknown"]


def test_lines_add_up_to_their_sums(later: dict[str, bytes]) -> None:
    values = {(row.time, row.codes): row.value for row in rows_in(later, "act")}
    groups = tables.plan_dimensions(VOCABULARY, PLACES)["act"]["levels"]["group"]
    for time in ("2026-Q3", "2026-Q4", "2026"):
        assert values[time, ("_T",)] == sum(values[time, (group,)] or 0 for group in groups)
    assert values["2026", ("threat",)] == sum(values[time, ("threat",)] or 0 for time in ("2026-Q3", "2026-Q4"))


def test_the_json_says_the_same_as_the_csv(later: dict[str, bytes]) -> None:
    for table in INCIDENTS.rungs[0].tables:
        found = json.loads(later[f"{table.name}.json"])
        told = [(row["time"], row["obs_value"], row["obs_lower"], row["obs_upper"]) for row in found["rows"]]
        assert told == [(row.time, row.value, row.lower, row.upper) for row in rows_in(later, table.name)]
        assert (found["release"], found["period"]) == (2, "2026-Q4")


def test_a_table_of_several_answers_says_so(files: dict[str, bytes]) -> None:
    notes = {table: json.loads(files[f"{table}.json"])["note"] for table in ("ground", "gender", "age", "act")}
    assert [table for table, note in notes.items() if "An incident can appear in several rows" in note] == [
        *("ground", "gender", "age")
    ]


def test_a_withheld_count_stands_in_no_file() -> None:
    counts = [so_many(987_653, area="KM"), so_many(2, area="80438")]
    assert b"987653" not in b"".join(files_with(a_part(*counts)).values())


def test_other_subjects_stand_beside_incidents(first: Part) -> None:
    others = {"set_aside": other_part(SET_ASIDE, test=6, abuse=7), "corrections": other_part(CORRECTIONS, place=4)}
    files = files_with(first, **others)
    aside = {row.codes[0]: row.value for row in rows_in(files, "set_aside")}
    corrections = {row.codes[0]: row.value for row in rows_in(files, "corrections")}
    assert (aside["_T"], aside["test"], aside["abuse"], aside["withdrawn"]) == (13, 6, 7, 0)
    assert (corrections["_T"], corrections["place"]) == (4, 4)


# Release after release.


def test_bytes_of_tables_once_published_stay_in_front(files: dict[str, bytes], later: dict[str, bytes]) -> None:
    for name in (name for name in files if name.endswith(".csv") and not name.startswith("cells-")):
        assert later[name].startswith(files[name])
        assert len(later[name]) > len(files[name])


def test_the_year_stands_behind_its_fourth_quarter(later: dict[str, bytes]) -> None:
    times = [row.time for row in rows_in(later, "district")]
    assert list(dict.fromkeys(times)) == ["2026-Q3", "2026-Q4", "2026"]
    assert {row.time for row in rows_in(later, "ground_act")} == {"2026"}


def test_the_description_of_the_release_before_is_left_out(later: dict[str, bytes]) -> None:
    assert release.DESCRIPTION not in later


def test_the_cells_and_the_plan_of_a_year_that_is_over_stay(later: dict[str, bytes]) -> None:
    part = a_part(so_many(6, NEXT), quarters=[NEXT])
    files = files_with(part, later, 3, NEXT)
    for name in ("plan-incidents-2026.json", "cells-incidents-2026.csv"):
        assert files[name] == later[name]
    assert years_of(files, INCIDENTS) == ["2026", "2027"]
    assert rows_in(files, "act")[-1].time == "2027-Q1"


def test_a_subject_without_cells_has_no_years(files: dict[str, bytes]) -> None:
    assert years_of(files, SET_ASIDE) == []


# Reading the files again.


def test_the_files_give_back_every_cell(later: dict[str, bytes]) -> None:
    part = a_part(*TWO_QUARTERS, quarters=[THIRD, FOURTH], before=a_part(*FEW)).protected
    cells = {
        part.keys[cell]: None if part.withheld[cell] else int(part.cells.counts[cell])
        for cell in range(len(part.cells))
    }
    assert dict(shown_in(later, INCIDENTS)) == cells


def test_the_tables_of_one_subject_are_read_alone(first: Part) -> None:
    files = files_with(first, set_aside=other_part(SET_ASIDE, test=6))
    assert dict(shown_in(files, SET_ASIDE))["set_aside=test,time=2026-Q3"] == 6
    assert not any("set_aside" in key for key, _ in shown_in(files, INCIDENTS))


# How much is withheld.


def test_what_a_release_withholds_is_counted_over_all_cells() -> None:
    part = a_part(so_many(9), so_many(2, area="KM"))
    found = extent_of(part, release.rows_in(files_with(part)))
    assert (found.cells, found.withheld) == (len(part.protected.cells), int(part.protected.withheld.sum()))
    assert found.withheld > 0


def test_the_share_withheld_is_told_for_tables_of_single_answers_that_have_lines(
    first: Part, files: dict[str, bytes]
) -> None:
    shares = extent_of(first, release.rows_in(files)).incidents
    assert shares == {"act": 0.0, "district": 0.0, "verification": 0.0, "reported": 0.0, "delay": 0.0, "setting": 0.0}


def test_the_share_withheld_is_that_of_the_newest_quarter(later: dict[str, bytes]) -> None:
    first = a_part(*FEW)
    part = a_part(*TWO_QUARTERS, quarters=[THIRD, FOURTH], before=first)
    rows = {row.codes[0]: row.value for row in rows_in(later, "district") if row.time == "2026-Q4"}
    innermost = [value for code, value in rows.items() if code not in {"_T", "RS12", "RS21", "RS22"}]
    assert extent_of(part, release.rows_in(later)).incidents["district"] == round(
        1 - sum(n or 0 for n in innermost) / 13, 3
    )


def test_a_year_tells_what_it_withholds_after_a_later_one_cut_its_tables_otherwise(
    first: Part, files: dict[str, bytes]
) -> None:
    plan = tables.plan(INCIDENTS, INCIDENTS.rungs[1], NEXT.year, [NEXT], VOCABULARY, PLACES)
    wider = decided(plan, ["time", *ALIKE, "n"], [list(so_many(9, NEXT).values())], [NEXT])
    rows = release.rows_in(files_with(wider, files, 2, NEXT))
    assert not set(first.tables()) <= rows.keys()
    assert extent_of(first, rows) == extent_of(first, release.rows_in(files))


def test_all_lines_of_two_tables_of_one_name_are_kept(first: Part, files: dict[str, bytes]) -> None:
    again = {key: [*first.plan[key], first.plan[key][0]] for key in ("table_names", "tables")}
    part = Part({**first.plan, **again}, replace(first.protected, spec=spec_of({**first.plan, **again})))
    name = first.tables()[0].name
    assert rows_in(files_with(part), name) == 2 * rows_in(files, name)


def test_a_part_knows_its_year_and_its_tables(first: Part) -> None:
    assert first.year == "2026"
    assert first.tables() == list(INCIDENTS.rungs[0].tables)
    assert TABLES["district"] in first.tables()
