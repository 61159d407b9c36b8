import hashlib
import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import catalogues, data_files
from incidents.core import release, tables
from incidents.core.periods import Quarter
from incidents.core.release import ENGLISH, SERBIAN, Extent, Row
from incidents.core.tables import CORRECTIONS, INCIDENTS, SET_ASIDE, TABLES, Table
from incidents.core.vocabulary import Term

VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
NAME = release.names(VOCABULARY, PLACES, catalogues.label)
FIRST = Quarter(2026, 1)
ACT, DISTRICT, VICTIM = TABLES["act"], TABLES["district"], TABLES["ground_victim"]
PAIR = Table("pair", ("time", "area@region", "ground"))
SEVERAL = ["ground", "gender", "age"]
DIMENSIONS = tables.plan_dimensions(VOCABULARY, PLACES)
SOME_ROWS = [
    Row("2026-Q1", ("_T", "_T"), (("Total", "Total"), ("Укупно", "Укупно")), 12),
    Row("2026-Q1", ("00", "_T"), (("Belgrade, City", "Total"), ("Београд", "Укупно")), 0),
    Row("2026-Q1", ("00", "race"), (('"B"', "Race"), ("Београд", "Раса")), None, 0, 5),
    Row("2026-Q1", ("00", "age"), (("B", "Age"), ("Београд", "Узраст")), None, 0, None),
]
SOME_CSV = (
    "time,area,ground,area_en,ground_en,area_sr,ground_sr,obs_value,obs_status,obs_lower,obs_upper\r\n"
    "2026-Q1,_T,_T,Total,Total,Укупно,Укупно,12,A,,\r\n"
    '2026-Q1,00,_T,"Belgrade, City",Total,Београд,Укупно,0,A,,\r\n'
    '2026-Q1,00,race,"""B""",Race,Београд,Раса,[c],Q,0,5\r\n'
    "2026-Q1,00,age,B,Age,Београд,Узраст,[c],Q,0,\r\n"
).encode()


def described(files: dict[str, bytes], **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": 7,
        "quarter": FIRST,
        "built_on": date(2026, 3, 31),
        "vocabulary_version": "2026-1",
        "counted": 9,
        "extents": {"incidents": Extent(100, 20, {"district": 0.25, "act": None})},
        "plans": {"incidents": "2026-C incidents small"},
    }
    found: dict[str, Any] = json.loads(release.describe(files, **{**values, **changes}))
    return found


def a_plan_file(subject: tables.Subject, year: int, *chosen: Table) -> dict[str, bytes]:
    plan = {"table_names": [table.name for table in chosen], "tables": [list(table.cuts) for table in chosen]}
    return {release.plan_file(subject.name, year): release.to_json_file(plan)}


def scripts(text: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


def area_rows(**values: int | None) -> list[Row]:
    """Of one quarter; what is None is withheld."""
    labels = (("x",), ("икс",))
    return [Row("2026-Q1", (code.replace("total", "_T"),), labels, value) for code, value in values.items()]


# CSV.


def test_a_table_is_written_line_by_line() -> None:
    assert release.to_csv(PAIR, SOME_ROWS) == SOME_CSV


def test_what_a_figure_can_be_stands_only_where_it_is_withheld() -> None:
    lines = release.to_csv(PAIR, SOME_ROWS).decode().splitlines()
    assert [line.rsplit(",", 4)[1:] for line in lines[1:]] == [
        ["12", "A", "", ""],
        ["0", "A", "", ""],
        ["[c]", "Q", "0", "5"],
        ["[c]", "Q", "0", ""],
    ]


def test_what_was_written_reads_back() -> None:
    assert release.from_csv(SOME_CSV) == SOME_ROWS


def test_a_table_without_rows_reads_back_as_none() -> None:
    assert release.from_csv(release.to_csv(PAIR, [])) == []


labels = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(0, 10**9)
codes = st.sampled_from([("_T", "_T"), ("00", "_T"), ("00", "race"), ("80438", "not_sure")])
two_languages = st.tuples(st.tuples(labels, labels), st.tuples(labels, labels))
times = st.sampled_from(["2026-Q1", "2026"])
some_rows = st.lists(
    st.one_of(
        st.builds(Row, times, codes, two_languages, numbers),
        st.builds(Row, times, codes, two_languages, st.none(), numbers, st.none() | numbers),
    )
)


@given(some_rows)
def test_whatever_is_written_reads_back(rows: list[Row]) -> None:
    assert release.from_csv(release.to_csv(PAIR, rows)) == rows


@given(some_rows, some_rows)
def test_bytes_once_published_stay_in_front(earlier: list[Row], later: list[Row]) -> None:
    before = release.to_csv(PAIR, earlier)
    after = release.to_csv(PAIR, later, after=before)
    assert after.startswith(before)
    assert release.from_csv(after) == earlier + later


def test_the_names_of_the_columns_are_written_once() -> None:
    after = release.to_csv(PAIR, SOME_ROWS, after=SOME_CSV)
    assert after == SOME_CSV + SOME_CSV.split(b"\r\n", 1)[1]


# JSON.


def test_the_json_of_a_table_says_the_same_as_its_csv() -> None:
    found = json.loads(release.to_json(DISTRICT, area_rows(**{"01": None}), number=3, quarter=FIRST, several=SEVERAL))
    assert found.pop("note").startswith("Incidents by place. * This designation is without prejudice")
    assert found.pop("note_sr").startswith("Инциденти по месту. * Овај назив је без прејудицирања")
    row = {"time": "2026-Q1", "area": "01", "area_en": "x", "area_sr": "икс", "obs_value": None, "obs_status": "Q"}
    assert found == {
        "release": 3,
        "table": "district",
        "period": "2026-Q1",
        "rows": [{**row, "obs_lower": None, "obs_upper": None}],
    }


def test_the_json_tells_what_a_withheld_figure_can_be() -> None:
    found = json.loads(release.to_json(PAIR, SOME_ROWS, number=3, quarter=FIRST, several=SEVERAL))
    shown = [(row["obs_value"], row["obs_status"], row["obs_lower"], row["obs_upper"]) for row in found["rows"]]
    assert shown == [(12, "A", None, None), (0, "A", None, None), (None, "Q", 0, 5), (None, "Q", 0, None)]


def test_the_json_is_written_for_people_too() -> None:
    written = release.to_json(DISTRICT, area_rows(**{"01": 0}), number=3, quarter=FIRST, several=SEVERAL)
    lines = written.decode().splitlines(keepends=True)
    assert lines[:2] == ["{\n", ' "release": 3,\n']
    assert lines[-3].startswith('  {"time": "2026-Q1", "area": "01", "area_en": "x", "area_sr": "икс", "obs_value": 0')
    assert lines[-2:] == [" ]\n", "}\n"]


@pytest.mark.parametrize("levels", range(5))
def test_how_many_lines_json_stands_on_changes_nothing_of_what_it_says(levels: int) -> None:
    said = {"месец": [1, {"b": [], "c": {"d": [None, '"\n„x“']}}], "": {}, "f": {"g": {"h": True}}}
    written = release.to_json_file(said, levels=levels).decode()
    assert json.loads(written) == said
    assert written.count("\n") == [1, 5, 10, 15, 17][levels]


def test_json_is_indented_by_one_to_the_end_unless_told_otherwise() -> None:
    said = {"dims": {"time": {"codes": ["2026-Q1", "2026"]}}, "tables": [["time"], []]}
    assert release.to_json_file(said).decode() == json.dumps(said, ensure_ascii=False, indent=1) + "\n"


# Names.


@pytest.mark.parametrize(
    ("dimension", "code", "english", "serbian"),
    [
        ("area", "_T", "Total", "Укупно"),
        ("area", "RS12", "Vojvodina Region", "Регион Војводине"),
        ("area", "01", "North Bačka District", "Севернобачки управни округ"),
        ("area", "80438", "Subotica", "Суботица"),
        (
            *("area", "01-O"),
            "North Bačka District: Smaller municipalities together",
            "Севернобачки управни округ: Мање општине заједно",
        ),
        (
            *("area", "01-U"),
            "North Bačka District: Municipality not known",
            "Севернобачки управни округ: Општина није позната",
        ),
        ("area", "KM", "Kosovo*", "Косово*"),
        ("area", "online", "On the internet", "На интернету"),
        ("area", "unknown", "Place not known", "Место није познато"),
        ("set_aside", "_T", "Total", "Укупно"),
    ],
)
def test_a_code_is_named_in_english_and_serbian(dimension: str, code: str, english: str, serbian: str) -> None:
    assert (NAME(dimension, code, ENGLISH), NAME(dimension, code, SERBIAN)) == (english, serbian)


@pytest.mark.parametrize(
    ("dimension", "code", "called"),
    [
        ("act", "threats", "act_group.threats en"),
        ("act", "threat", "act_type.threat en"),
        ("ground", "origin", "ground_group.origin en"),
        ("ground", "race", "ground.race en"),
        ("gender", "unknown", "gender_of_victim.unknown en"),
        ("reported", "unknown", "authority_told.unknown en"),
    ],
)
def test_a_code_is_named_by_the_list_that_it_is_of(dimension: str, code: str, called: str) -> None:
    def label(term: Term, tag: str) -> str:
        return f"{term.key} {tag}"

    assert release.names(VOCABULARY, PLACES, label)(dimension, code, ENGLISH) == called


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_code_has_a_name_in_both_scripts(dimension: str) -> None:
    codes = ["_T", *(code for listed in DIMENSIONS[dimension]["rel"].values() for code in listed)]
    for tag, script in ((ENGLISH, "LATIN"), (SERBIAN, "CYRILLIC")):
        named = [NAME(dimension, code, tag) for code in codes]
        assert all(named)
        assert {found for name in named for found in scripts(name)} == {script}


# Notes.


@pytest.mark.parametrize(
    ("table", "note"),
    [
        (TABLES["reported"], "Incidents by whether an authority was told."),
        (
            TABLES["gender"],
            "Incidents by gender of the people attacked. An incident can appear in several rows; rows do not add up to "
            "the total.",
        ),
        (ACT, "Incidents by what happened. An incident with several acts stands under the gravest one only."),
        (
            TABLES["verification"],
            "Incidents by how far they could be verified. Those that did not happen are not counted.",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Table) else "",
)
def test_a_note_says_what_must_be_known_to_read_a_table(table: Table, note: str) -> None:
    assert release.note_of(table, ENGLISH, several=SEVERAL) == note


def test_a_note_names_every_dimension() -> None:
    note = release.note_of(VICTIM, ENGLISH, several=SEVERAL)
    assert note.startswith("Incidents by ground, gender of the people attacked and age of the people attacked. ")


def test_a_note_warns_of_several_answers_only_where_there_can_be_any() -> None:
    notes = [release.note_of(VICTIM, ENGLISH, several=several) for several in (["age"], ["area"], [])]
    assert ["several rows" in note for note in notes] == [True, False, False]


@pytest.mark.parametrize(
    ("table", "begins"), [("set_aside", "Reports, not incidents"), ("corrections", "Incidents of")]
)
def test_what_is_no_incident_of_this_release_has_a_note_of_its_own(table: str, begins: str) -> None:
    assert release.note_of(TABLES[table], ENGLISH, several=[]).startswith(begins)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_has_a_note_in_both_scripts(table: Table) -> None:
    assert scripts(release.note_of(table, ENGLISH, several=SEVERAL)) == {"LATIN"}
    assert scripts(release.note_of(table, SERBIAN, several=SEVERAL)) == {"CYRILLIC"}


# How much is withheld.


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        (area_rows(total=20, a=12, b=8), 0.0),
        (area_rows(total=20, a=12, b=None), 0.4),
        (area_rows(total=20, a=None, b=None), 1.0),
        (area_rows(total=30, a=20, b=None), 0.333),
        (area_rows(total=0, a=0, b=0), None),
        (area_rows(total=None, a=12, b=None), None),
        ([], None),
    ],
    ids=["nothing", "one row", "all rows", "rounded", "nothing counted", "total withheld", "no rows"],
)
def test_the_share_withheld_is_told_from_published_rows_alone(rows: list[Row], share: float | None) -> None:
    assert release.share_withheld(DISTRICT, rows, "2026-Q1", [("a",), ("b",)]) == share


def test_the_share_withheld_is_that_of_one_time_and_of_innermost_rows() -> None:
    later = [Row("2026-Q2", row.codes, row.labels, 100) for row in area_rows(total=0, a=0, b=0)]
    rows = [*area_rows(total=20, region=20, a=None, b=8), *later]
    assert release.share_withheld(DISTRICT, rows, "2026-Q1", [("a",), ("b",)]) == 0.6


# The page that describes a release.


def test_a_release_says_what_it_is() -> None:
    found = described({})
    assert {name: found[name] for name in ("release", "quarter", "built_on", "vocabulary", "plans")} == {
        "release": 7,
        "quarter": "2026-Q1",
        "built_on": "2026-03-31",
        "vocabulary": "2026-1",
        "plans": {"incidents": "2026-C incidents small"},
    }
    assert (found["incidents_counted"], found["audit"]) == (9, "passed")


def test_a_release_says_how_much_it_withholds() -> None:
    assert described({})["protection"] == {
        "incidents": {
            "cells": 100,
            "withheld": 20,
            "share_of_incidents_withheld": {"district": 0.25, "act": None},
        }
    }


def test_a_release_explains_its_marks_and_its_method() -> None:
    found = described({})
    assert found["status"] == {"A": "published", "Q": "withheld"}
    assert (scripts(found["method"]), scripts(found["method_sr"])) == ({"LATIN"}, {"CYRILLIC"})


def test_a_release_holds_the_checksum_of_every_file() -> None:
    files = {"b.csv": b"two", "a.csv": b"one"}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert described(files)["files"] == sums
    assert list(described(files)["files"]) == ["a.csv", "b.csv"]


# Which tables there are files of.


def test_tables_are_those_of_the_plans_in_their_order() -> None:
    files = a_plan_file(INCIDENTS, 2026, ACT, DISTRICT) | a_plan_file(SET_ASIDE, 2026, TABLES["set_aside"])
    assert list(release.tables_in(files).items()) == [
        (ACT, "incidents"),
        (DISTRICT, "incidents"),
        (TABLES["set_aside"], "set_aside"),
    ]


def test_a_table_is_as_the_newest_plan_has_it_and_none_is_forgotten() -> None:
    before = Table("ground_act", ("ground@group", "act@group"))
    files = a_plan_file(INCIDENTS, 2026, before, ACT) | a_plan_file(INCIDENTS, 2027, TABLES["ground_act"])
    assert list(release.tables_in(files)) == [TABLES["ground_act"], ACT]


def test_subjects_have_files_of_their_own() -> None:
    names = [release.cells_file(subject.name, 2026) for subject in (INCIDENTS, SET_ASIDE, CORRECTIONS)]
    assert names == ["cells-incidents-2026.csv", "cells-set_aside-2026.csv", "cells-corrections-2026.csv"]
    assert release.plan_file("incidents", 2026) == "plan-incidents-2026.json"


# What a signature stands for.


CHANGED = {
    "a byte": {"a.csv": b"one", "b.csv": b"twO"},
    "a byte more": {"a.csv": b"one", "b.csv": b"two\n"},
    "a name": {"a.csv": b"one", "c.csv": b"two"},
    "contents swapped": {"a.csv": b"two", "b.csv": b"one"},
    "a file less": {"a.csv": b"one"},
    "a file more": {"a.csv": b"one", "b.csv": b"two", "c.csv": b""},
}


@pytest.mark.parametrize("files", CHANGED.values(), ids=CHANGED)
def test_the_digest_changes_when_the_files_do(files: dict[str, bytes]) -> None:
    assert release.digest(files) != release.digest({"a.csv": b"one", "b.csv": b"two"})


@given(st.data())
def test_the_digest_changes_with_any_byte(data: st.DataObject) -> None:
    place, other = data.draw(st.integers(0, len(SOME_CSV) - 1)), data.draw(st.integers(1, 255))
    one_byte_off = bytearray(SOME_CSV)
    one_byte_off[place] ^= other
    assert release.digest({"act.csv": bytes(one_byte_off)}) != release.digest({"act.csv": SOME_CSV})


def test_the_digest_is_that_of_a_list_of_checksums() -> None:
    one, two = (hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))
    lines = f"{one}  a.csv\n{two}  b.csv\n".encode()
    assert release.digest({"b.csv": b"two", "a.csv": b"one"}) == hashlib.sha256(lines).digest()
