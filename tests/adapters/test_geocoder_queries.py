"""How often the geocoder is right on queries written before it was: `places/queries.csv`, in every category.

`places/queries_aside.csv` is a third of them that the rules were not tried out on.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from incidents.adapters import data_files

GEOCODER = data_files.geocoder()
FOLDER = Path(__file__).parent / "places"
RIGHT, WRONG = 0.95, 0.02
BARS = {"nonsense": 36 / 38, "inflected": 36 / 38, "with_municipality": 29 / 30}


def queries(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outcome(row: dict[str, str]) -> str:
    """right, wrong, or nothing where something was meant."""
    found = GEOCODER.geocode(row["query"])
    if found is None:
        return "right" if row["expect_level"] == "none" else "nothing"
    raw = found.raw
    match row["expect_level"]:
        case "none":
            is_right = False
        case "city":
            is_right = (raw["level"], raw["code"]) == ("city", row["accept"])
        case "district":
            is_right = (raw["level"], raw["code"]) == ("district", row["expect_district_code"])
        case "ambiguous":
            is_right = raw["ambiguous"] and raw["code"] in row["accept"].split("|")
        case _:
            is_right = raw["municipality_code"] == row["expect_municipality_code"]
    return "right" if is_right else "wrong"


@pytest.mark.parametrize("name", ["queries.csv", "queries_aside.csv"])
def test_nearly_all_queries_are_answered_rightly_and_hardly_any_wrongly(name: str) -> None:
    rows = queries(name)
    outcomes = Counter(outcome(row) for row in rows)
    assert len(rows) > 250
    assert outcomes["right"] / len(rows) >= RIGHT
    assert outcomes["wrong"] / len(rows) <= WRONG


@pytest.mark.parametrize("name", ["queries.csv", "queries_aside.csv"])
@pytest.mark.parametrize("category", BARS)
def test_each_kind_of_query_is_answered_rightly(name: str, category: str) -> None:
    rows = [row for row in queries(name) if row["category"] == category]
    missed = [row["query"] for row in rows if outcome(row) != "right"]
    assert len(missed) <= (1 - BARS[category]) * len(rows), missed
