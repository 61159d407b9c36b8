"""Pages of rules, of what is new, and of the vocabulary, beside the files that they are read out of."""

import csv
import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.adapters import data_files
from incidents.core.languages import BY_TAG
from incidents.core.release import WITHHELD, from_csv, tables_in
from incidents.publishing.changes import CHANGED, GONE, NEW, SAME, compared
from tests import pages
from tests.web.released import stored

NEWEST = 4


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


def words(reader: FlaskClient, path: str) -> str:
    answer = reader.get(path)
    assert answer.status_code == 200, path
    return " ".join(pages.text_of(answer.text).split())


# The rules.


def test_the_page_of_rules_says_what_the_plan_of_the_release_says(reader: FlaskClient, site: Flask) -> None:
    files, shown = stored(site, NEWEST), words(reader, f"/en/statistics/{NEWEST}/method/")
    plan, told = json.loads(files["plan-incidents-2026.json"]), json.loads(files["release.json"])
    assert f"for the whole country: {plan['threshold']} " in shown
    for rule in plan["thresholds"]:
        assert f": {rule['threshold']} " in shown
    assert "more than 85% of it" in shown
    assert "About 10% of what is withheld" in shown
    extent = told["protection"]["incidents"]
    assert f"{extent['withheld']} of {extent['cells']} figures are withheld." in shown
    assert f"Version of the vocabulary and its mapping: {told['vocabulary']}" in shown
    assert plan["plan"] in shown


def test_other_parameters_are_said_otherwise(site: Flask) -> None:
    """Read out, not written down: a plan with other numbers gives a page with other numbers."""
    from dataclasses import dataclass, field

    from incidents.web.published.rules import _rules

    @dataclass
    class Said:
        labels: dict[str, str] = field(default_factory=dict)

        def text(self, key: str) -> str:
            return key

        def dimension(self, name: str) -> str:
            return name

        def label(self, _name: str, code: str) -> str:
            return code

    class Spoken:
        def words(self, _tag: str) -> Said:
            return Said()

    plan = {"threshold": 7, "thresholds": [{"threshold": 12, "where": {"area": "*"}}], "dominance": {"share": 0.5}}
    with site.test_request_context("/en/statistics/"):
        site.preprocess_request()
        found = list(_rules({"incidents": plan}, Spoken()))
    assert found[:3] == [
        "Smallest figure that is published for the whole country: 7",
        "Smallest figure for a region, a district or a municipality: 12",
        "A figure is withheld too if one organisation told more than 50% of it.",
    ]
    assert not [line for line in found if "at the finest level" in line or "share one trait" in line]


@pytest.mark.parametrize("tag", BY_TAG)
def test_every_language_has_the_pages(reader: FlaskClient, tag: str) -> None:
    for path in (f"{NEWEST}/method/", f"{NEWEST}/changes/", "vocabulary/"):
        answer = reader.get(f"/{tag}/statistics/{path}", headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, len(answer.data) < 30_000) == (200, True)


# What is new.


def test_what_is_new_is_counted_out_of_both_releases(reader: FlaskClient, site: Flask) -> None:
    before, after = (
        {
            (table.name, row.time, row.codes): row.value
            for table in tables_in(files)
            for row in from_csv(files[f"{table.name}.csv"])
        }
        for files in (stored(site, NEWEST - 1), stored(site, NEWEST))
    )
    shown = words(reader, f"/en/statistics/{NEWEST}/changes/")
    assert all(after[key] == value for key, value in before.items())
    assert f"Unchanged figures: {len(before)} " in shown
    assert f"New figures: {len(after) - len(before)} " in shown
    assert "No published figure was changed." in shown


def test_the_file_has_every_new_figure_and_a_mark_for_withheld_ones(reader: FlaskClient, site: Flask) -> None:
    lines = list(csv.DictReader(io.StringIO(reader.get(f"/hu/statistics/{NEWEST}/changes.csv").text)))
    shown = {
        (table.name, row.time, " ".join(row.codes)): WITHHELD if row.value is None else str(row.value)
        for table in tables_in(stored(site, NEWEST))
        for row in from_csv(stored(site, NEWEST)[f"{table.name}.csv"])
    }
    assert {line["state"] for line in lines} == {"new"}
    assert WITHHELD in {line["now"] for line in lines}
    assert all(shown[line["table"], line["time"], line["codes"]] == line["now"] for line in lines)


def test_a_changed_and_a_missing_figure_would_be_seen(site: Flask) -> None:
    files = stored(site, NEWEST)
    header, first, second, *rest = files["ground.csv"].splitlines(keepends=True)
    row = from_csv(header + first)[0]
    other = first.replace(f",{row.value},A".encode(), b",9999,A")
    assert other != first
    states = [one.state for one in compared(files, {**files, "ground.csv": b"".join([header, other, *rest])})]
    assert (states.count(CHANGED), states.count(GONE), states.count(NEW)) == (1, 1, 0)
    assert second
    assert states.count(SAME) > 100


def test_the_first_release_is_compared_with_none(reader: FlaskClient) -> None:
    paths = ["1/changes/", "1/changes.csv", "5/changes/", "5/method/", "9/changes/"]
    assert {reader.get(f"/en/statistics/{path}").status_code for path in paths} == {404}


# The vocabulary.


def test_the_vocabulary_says_which_versions_there_were(reader: FlaskClient) -> None:
    assert data_files.MAPPING_VERSION in words(reader, "/en/statistics/vocabulary/")
    lines = list(csv.DictReader(io.StringIO(reader.get("/en/statistics/vocabulary.csv").text)))
    newest = {(line["list"], line["code"]) for line in lines if line["version"] == data_files.MAPPING_VERSION}
    assert ("ground", "national_ethnic") in newest
    assert {line["change"] for line in lines} == {"added"}


# Cost.


def test_a_page_of_figures_that_is_kept_takes_the_one_query_that_finds_its_release(
    reader: FlaskClient, queries: list[str]
) -> None:
    paths = ["/en/statistics/", "/en/statistics/2/", f"/en/statistics/{NEWEST}/method/", "/en/statistics/4/summary/"]
    for path in paths:
        reader.get(path)
    queries.clear()
    for path in paths:
        assert reader.get(path).status_code == 200
    assert len(queries) == len(paths)
