from typing import Any

import pytest

from incidents.adapters import data_files
from incidents.core import treaties
from incidents.core.release import Row
from incidents.core.tables import TABLES, TOTAL
from incidents.core.treaties import BODIES, Reading, Wanted

VOCABULARY = data_files.vocabulary()
READINGS = data_files.treaty_readings()


def a_reading(**changes: Any) -> Reading:
    values: dict[str, Any] = {"body": "CERD", "vocabulary": "ground", "code": "origin", "article": "art. 1(1)"}
    return Reading(**{**values, "is_confirmed": True, **changes})


def a_row(*codes: str, time: str = "2026", value: int | None = 5) -> Row:
    return Row(time, codes, ((), ()), value)


def codes_wanted(body: str, *readings: Reading) -> list[tuple[str, dict[str, str]]]:
    return [(one.table, dict(one.codes)) for one in treaties.wanted(body, readings)]


# The file.


def test_every_committee_has_readings_and_every_reading_a_committee() -> None:
    assert {one.body for one in READINGS} == set(BODIES)


@pytest.mark.parametrize("reading", READINGS, ids=lambda one: f"{one.body}-{one.code}")
def test_a_reading_is_of_a_code_that_is_counted_and_says_where_it_is_written(reading: Reading) -> None:
    lists = ("ground_group", reading.vocabulary) if reading.vocabulary == "ground" else (reading.vocabulary,)
    assert reading.code == TOTAL or any(VOCABULARY.has(listed, reading.code) for listed in lists)
    assert "art" in reading.article or "Recommendation" in reading.article
    assert treaties.dimension_of(reading) in {"ground", "target", "gender", "age"}


def test_no_reading_stands_twice() -> None:
    keys = [(one.body, one.vocabulary, one.code) for one in READINGS]
    assert len(keys) == len(set(keys))


def test_every_national_or_ethnic_group_is_read_by_the_committee_on_racial_discrimination() -> None:
    groups = {term.code for term in VOCABULARY.of("target_group") if "national_ethnic" in term.parents}
    assert groups <= {one.code for one in READINGS if one.body == "CERD"}


def test_what_was_not_checked_stays_marked() -> None:
    marked = {(one.body, one.code) for one in READINGS if not one.is_confirmed}
    assert {("CERD", "citizenship"), ("CERD", "language"), ("CERD", "jewish"), ("CRC", "children_youth")} <= marked


# What a committee asks for.


def test_a_ground_is_followed_by_women_and_children_attacked_for_it() -> None:
    assert codes_wanted("CERD", a_reading()) == [
        ("ground", {"ground": "origin"}),
        ("ground_gender", {"ground": "origin", "gender": "woman"}),
        ("ground_age", {"ground": "origin", "age": "under_18"}),
    ]


def test_minority_women_stand_under_women_with_every_other_ground() -> None:
    reading = a_reading(body="CEDAW", vocabulary="gender_of_victim", code="woman")
    assert codes_wanted("CEDAW", reading) == [
        ("gender", {"gender": "woman"}),
        ("ground_gender", {"gender": "woman", "ground": "*"}),
    ]


def test_children_are_read_by_every_ground() -> None:
    reading = a_reading(body="CRC", vocabulary="age_group", code="under_18")
    assert codes_wanted("CRC", reading)[1] == ("ground_age", {"age": "under_18", "ground": "*"})


def test_a_group_of_people_is_one_figure() -> None:
    assert codes_wanted("CERD", a_reading(vocabulary="target_group", code="roma")) == [("target", {"target": "roma"})]


def test_all_incidents_are_the_total_itself() -> None:
    assert codes_wanted("CCPR", a_reading(body="CCPR", code=TOTAL)) == [("ground", {})]


def test_what_another_committee_asks_is_left_to_it() -> None:
    assert codes_wanted("CRC", a_reading()) == []


# Which rows are meant.


def test_only_the_row_of_that_time_and_those_codes_is_meant() -> None:
    rows = [a_row("origin"), a_row("health"), a_row(TOTAL), a_row("origin", time="2026-Q1")]
    one = Wanted("ground", {"ground": "origin"}, a_reading())
    assert treaties.matching(one, TABLES["ground"], rows, "2026") == [rows[0]]


def test_a_star_is_every_code_but_the_total() -> None:
    rows = [
        a_row("origin", "woman"),
        a_row("health", "woman", value=None),
        a_row(TOTAL, "woman"),
        a_row("health", "man"),
    ]
    one = Wanted("ground_gender", {"ground": "*", "gender": "woman"}, a_reading())
    assert treaties.matching(one, TABLES["ground_gender"], rows, "2026") == rows[:2]


def test_a_dimension_that_is_not_named_is_summed_over() -> None:
    rows = [a_row("origin", "woman"), a_row("origin", TOTAL)]
    assert treaties.matching(
        Wanted("ground_gender", {"ground": "origin"}, a_reading()), TABLES["ground_gender"], rows, "2026"
    ) == [rows[1]]
