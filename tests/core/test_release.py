import hashlib
import json
import unicodedata
from collections.abc import Mapping, Set
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import catalogues, data_files
from incidents.core import release, tables
from incidents.core.periods import Quarter
from incidents.core.release import ENGLISH, SERBIAN, Row
from incidents.core.tables import PLAN, TABLES, Cell, Path
from incidents.core.vocabulary import Term

VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
NAME = release.names(VOCABULARY, PLACES, catalogues.label)
ROWS = tables.rows_of(VOCABULARY, PLACES)
FIRST, SECOND = Quarter(2026, 1), Quarter(2026, 2)
ACT, AREA = TABLES["act"], TABLES["district"]
SOME_ROWS = [
    Row("2026-Q1", ("_T", "_T"), "Total", "Укупно", 12),
    Row("2026-Q1", ("threats", "_T"), "Threats, stalking", "Претње", 0),
    Row("2026-Q1", ("threats", "threat"), 'A "threat"', "Претња", None),
]
SOME_CSV = (
    "time,act_group,act_type,label_en,label_sr,obs_value,obs_status\r\n"
    "2026-Q1,_T,_T,Total,Укупно,12,A\r\n"
    '2026-Q1,threats,_T,"Threats, stalking",Претње,0,A\r\n'
    '2026-Q1,threats,threat,"A ""threat""",Претња,,Q\r\n'
).encode()


def counts_of(quarter: Quarter, number: int = 6) -> dict[Cell, int]:
    """So many incidents, all alike, and four reports set aside."""
    incident = tables.CountedIncident(
        area="01", grounds=frozenset({"race", "sex"}), act=("threats", "threat"), verification="2"
    )
    return tables.count_quarter(quarter, [incident] * number, {"test": 4}, ROWS)


def files_of(
    quarter: Quarter = FIRST,
    earlier: Mapping[str, bytes] | None = None,
    counts: Mapping[Cell, int] | None = None,
    withheld: Set[Cell] = frozenset(),
) -> dict[str, bytes]:
    counts = counts or counts_of(quarter)
    times = sorted({cell.time for cell in counts}, reverse=True)
    new = {table.name: new_rows(table, times, counts, withheld) for table in PLAN}
    return release.table_files(new, earlier or {}, number=1, quarter=quarter)


def new_rows(
    table: tables.Table, times: list[str], counts: Mapping[Cell, int], withheld: Set[Cell] = frozenset()
) -> list[Row]:
    return release.new_rows(table, times, ROWS[table.name], counts, withheld, NAME)


def described(files: Mapping[str, bytes], **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": 1,
        "quarter": FIRST,
        "built_on": date(2026, 3, 31),
        "vocabulary_version": "2026-1",
    }
    found: dict[str, Any] = json.loads(release.describe(files, **{**values, **changes}))
    return found


def scripts(text: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


# CSV.


def test_a_table_is_written_line_by_line() -> None:
    assert release.to_csv(ACT, SOME_ROWS) == SOME_CSV


def test_a_zero_is_a_zero_and_what_is_withheld_is_empty() -> None:
    lines = release.to_csv(ACT, SOME_ROWS).decode().splitlines()
    assert [line.rsplit(",", 2)[1:] for line in lines[1:]] == [["12", "A"], ["0", "A"], ["", "Q"]]


def test_what_was_written_reads_back() -> None:
    assert release.from_csv(SOME_CSV) == SOME_ROWS


labels = st.text(st.characters(exclude_categories=["Cs"]))
some_rows = st.lists(
    st.builds(
        Row,
        time=st.sampled_from(["2026-Q1", "2026"]),
        codes=st.sampled_from([("_T", "_T"), ("threats", "_T"), ("threats", "threat")]),
        label_en=labels,
        label_sr=labels,
        value=st.none() | st.integers(0, 10**9),
    )
)


@given(some_rows)
def test_whatever_is_written_reads_back(rows: list[Row]) -> None:
    assert release.from_csv(release.to_csv(ACT, rows)) == rows


@given(some_rows, some_rows)
def test_bytes_once_published_stay_in_front(earlier: list[Row], later: list[Row]) -> None:
    before = release.to_csv(ACT, earlier)
    after = release.to_csv(ACT, later, after=before)
    assert after.startswith(before)
    assert release.from_csv(after) == earlier + later


def test_the_names_of_the_columns_are_written_once() -> None:
    after = release.to_csv(ACT, SOME_ROWS, after=SOME_CSV)
    assert after == SOME_CSV + SOME_CSV.split(b"\r\n", 1)[1]


def test_a_row_knows_where_it_stands_in_its_table() -> None:
    assert [row.path for row in SOME_ROWS] == [(), ("threats",), ("threats", "threat")]


# The lines that a release adds.


def test_a_line_has_a_code_for_each_level_and_a_name_in_two_languages() -> None:
    rows = new_rows(ACT, ["2026-Q1"], counts_of(FIRST))
    assert rows[0] == Row("2026-Q1", ("_T", "_T"), "Total", "Укупно", 6)
    assert [row.codes for row in rows if row.codes[0] == "threats"][:2] == [("threats", "_T"), ("threats", "threat")]
    assert len(rows) == 1 + len({group for group, _ in ROWS["act"]}) + len(ROWS["act"])


def test_what_is_withheld_has_no_value_and_a_zero_has_one() -> None:
    hidden = Cell("2026-Q1", (("area", "01"),))
    values = {row.codes[0]: row.value for row in new_rows(AREA, ["2026-Q1"], counts_of(FIRST), {hidden})}
    assert (values["_T"], values["01"], values["02"]) == (6, None, 0)


def test_times_stand_in_the_order_they_are_given_in() -> None:
    counts = {**counts_of(FIRST), **tables.count_year("2026", counts_of(FIRST))}
    rows = new_rows(AREA, ["2026-Q1", "2026"], counts)
    assert list(dict.fromkeys(row.time for row in rows)) == ["2026-Q1", "2026"]
    assert [row.codes for row in rows if row.time == "2026"] == [row.codes for row in rows if row.time == "2026-Q1"]


def test_a_line_that_was_not_counted_is_left_out() -> None:
    counts = {found: count for found, count in counts_of(FIRST).items() if found.codes != (("area", "02"),)}
    codes = [row.codes[0] for row in new_rows(AREA, ["2026-Q1"], counts)]
    assert codes[:4] == ["_T", "00", "01", "03"]


# Names.


@pytest.mark.parametrize(
    ("table", "path", "english", "serbian"),
    [
        ("district", (), "Total", "Укупно"),
        ("district", ("01",), "North Bačka District", "Севернобачки управни округ"),
        ("district", ("KM",), "Kosovo*", "Косово*"),
        ("district", ("online",), "On the internet", "На интернету"),
        ("district", ("unknown",), "Place not known", "Место није познато"),
        ("set_aside", (), "Total", "Укупно"),
    ],
)
def test_a_line_is_named_in_english_and_serbian(table: str, path: Path, english: str, serbian: str) -> None:
    assert (NAME(TABLES[table], path, ENGLISH), NAME(TABLES[table], path, SERBIAN)) == (english, serbian)


def test_a_code_is_named_by_its_own_level() -> None:
    def label(term: Term, tag: str) -> str:
        return f"{term.key} {tag}"

    name = release.names(VOCABULARY, PLACES, label)
    assert name(ACT, ("threats",), ENGLISH) == "act_group.threats en"
    assert name(ACT, ("threats", "threat"), SERBIAN) == "act_type.threat sr-Cyrl"


@pytest.mark.parametrize("table", PLAN, ids=lambda table: table.name)
def test_every_line_has_a_name_in_both_scripts(table: tables.Table) -> None:
    rows = new_rows(table, ["2026-Q1"], counts_of(FIRST))
    assert {script for row in rows for script in scripts(row.label_en)} == {"LATIN"}
    assert {script for row in rows for script in scripts(row.label_sr)} == {"CYRILLIC"}
    assert all(row.label_en and row.label_sr for row in rows)


# JSON.


def test_the_json_of_a_table_says_the_same_as_its_csv() -> None:
    written = release.to_json(AREA, [Row("2026-Q1", ("01",), "North", "Север", None)], number=3, quarter=FIRST)
    found = json.loads(written)
    assert found.pop("note").startswith("Incidents by district. * This designation is without prejudice")
    assert found.pop("note_sr").startswith("Инциденти по окрузима. * Овај назив је без прејудицирања")
    assert found == {
        "release": 3,
        "table": "district",
        "period": "2026-Q1",
        "rows": [
            {
                "time": "2026-Q1",
                "area": "01",
                "label_en": "North",
                "label_sr": "Север",
                "obs_value": None,
                "obs_status": "Q",
            }
        ],
    }


def test_the_json_is_written_for_people_too() -> None:
    row = Row("2026-Q1", ("01",), "North", "Север", 0)
    lines = release.to_json(AREA, [row], number=3, quarter=FIRST).decode().splitlines(keepends=True)
    assert lines[:2] == ["{\n", ' "release": 3,\n']
    assert lines[-8:] == [
        '   "area": "01",\n',
        '   "label_en": "North",\n',
        '   "label_sr": "Север",\n',
        '   "obs_value": 0,\n',
        '   "obs_status": "A"\n',
        "  }\n",
        " ]\n",
        "}\n",
    ]


# The files of a release.


def test_every_table_is_a_csv_and_a_json() -> None:
    names = {f"{table}.{ending}" for table in ROWS for ending in ("csv", "json")}
    assert files_of().keys() == names


def test_the_files_of_a_later_release_begin_with_those_of_the_earlier() -> None:
    before = files_of()
    after = files_of(SECOND, before)
    for table in ROWS:
        assert after[f"{table}.csv"].startswith(before[f"{table}.csv"])
        assert len(after[f"{table}.csv"]) > len(before[f"{table}.csv"])


def test_the_json_holds_the_earlier_rows_too() -> None:
    after = files_of(SECOND, files_of())
    for table in ROWS:
        found, rows = json.loads(after[f"{table}.json"]), release.from_csv(after[f"{table}.csv"])
        assert [(row["time"], row["obs_value"]) for row in found["rows"]] == [(row.time, row.value) for row in rows]
        assert {row["time"] for row in found["rows"]} == {"2026-Q1", "2026-Q2"}


def test_the_files_give_back_every_figure() -> None:
    hidden = {Cell("2026-Q1", (("area", "01"),)), Cell("2026-Q1", (("ground", "race"),))}
    shown = {cell: None if cell in hidden else count for cell, count in counts_of(FIRST).items()}
    assert release.published_values(files_of(withheld=hidden)) == shown


def test_a_count_that_is_withheld_stands_in_no_file() -> None:
    counts = dict.fromkeys(counts_of(FIRST), 987_654_321)
    assert all(b"987654321" in content for content in files_of(counts=counts).values())
    assert not any(b"987654321" in content for content in files_of(counts=counts, withheld=counts.keys()).values())


# The page that describes it.


def test_a_release_says_what_it_is() -> None:
    found = described(files_of(), number=7)
    assert {name: found[name] for name in ("release", "quarter", "built_on", "plan", "vocabulary")} == {
        "release": 7,
        "quarter": "2026-Q1",
        "built_on": "2026-03-31",
        "plan": tables.PLAN_VERSION,
        "vocabulary": "2026-1",
    }


def test_a_release_names_its_thresholds_and_its_marks() -> None:
    found = described(files_of())
    assert found["thresholds"] == {"district": 5, "ground": 3, "act": 3, "verification": 3, "set_aside": 5}
    assert found["status"] == {"A": "published", "Q": "withheld"}
    assert (scripts(found["method"]), scripts(found["method_sr"])) == ({"LATIN"}, {"CYRILLIC"})


def test_a_release_says_how_many_it_counts_in_its_own_quarter() -> None:
    found = described(files_of(SECOND, files_of(), counts_of(SECOND, 9)), quarter=SECOND)
    assert found["incidents_counted"] == 9


def test_a_release_says_how_many_reports_were_set_aside() -> None:
    hidden = {Cell("2026-Q1", (("report", "set_aside"), ("set_aside_reason", "test")))}
    reasons = dict.fromkeys((reason for (reason,) in ROWS["set_aside"]), 0)
    assert described(files_of())["reports_set_aside"] == {"_T": 4, **reasons, "test": 4}
    assert described(files_of(withheld=hidden))["reports_set_aside"]["test"] is None


def test_a_release_says_nothing_of_its_year() -> None:
    year = tables.count_year("2026", counts_of(FIRST) | counts_of(SECOND))
    found = described(files_of(SECOND, files_of(), {**counts_of(SECOND), **year}), quarter=SECOND)
    assert (found["incidents_counted"], found["reports_set_aside"]["test"]) == (6, 4)


def test_a_release_holds_the_checksum_of_every_file() -> None:
    files = files_of()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert described(files)["files"] == sums


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
