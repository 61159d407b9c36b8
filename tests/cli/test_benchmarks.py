"""The table of all that is measured: its new lines stand beside a floor of the same run, and name what there is."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks import downloads, marking, places, reading, twins_time
from benchmarks.__main__ import MEASUREMENTS, Line, Measurement, told
from benchmarks.bare import bare, static
from benchmarks.downloads import Asking
from incidents.adapters import data_files
from tests.test_house import ROOT


def _reading() -> Mapping[str, Any]:
    options = argparse.Namespace(open=30, settled=40, reports=3)
    return {"sqlite": reading.measure("", options)}


SMALL: dict[str, Callable[[], Mapping[str, Any]]] = {
    "downloads": lambda: downloads.measure(2),
    "marking": lambda: marking.measured_usual(1),
    "places": lambda: places.measured_rates(data_files.geocoder(), 20, 1),
    "reading": _reading,
    "twins_time": lambda: twins_time.measure(30, 2),
}


def of(module: str) -> Measurement:
    [found] = [one for one in MEASUREMENTS if one.module == module]
    return found


@pytest.mark.parametrize("module", SMALL)
def test_each_line_is_measured_beside_its_floor(module: str) -> None:
    rows = list(told(of(module), json.loads(json.dumps(SMALL[module]()))))
    asked = [row for row in rows if "postgresql" not in row["what"]]
    assert asked
    for row in asked:
        assert row["figure"] > 0, row
        assert row["floor"] is not None or ("nginx" in row["what"] and not shutil.which("nginx")), row
        assert row["ratio"] is None or row["ratio"] == row["figure"] / row["floor"]


def test_every_part_of_the_site_has_a_line_with_a_floor() -> None:
    whats = [line.what for one in MEASUREMENTS for line in one.lines if line.floor]
    parts = ("a report", "form pages", "start page", "a look-up", "queue page", "report view", "search", "twins")
    for part in (
        *parts,
        "places",
        "scan of 2 KB",
        "scan of 100 KB",
        "of that counting",
        "page from a",
        "CSV file from a",
    ):
        assert [what for what in whats if what.startswith(part)], part


def test_a_text_is_marked_in_more_than_six_languages_and_each_is_of_two_kilobytes() -> None:
    texts = marking.usual_texts()
    assert texts.keys() >= {"sr-Cyrl", "sr-Latn", "hu", "sq", "rom", "ro", "sk", "en"}
    sizes = {name: len(text.encode()) for name, text in texts.items()}
    assert 99_990 <= sizes.pop("100 KB") <= 100_000
    assert all(1_990 <= size <= 2_000 for size in sizes.values())


def test_names_with_a_slip_are_others_and_no_two_runs_differ() -> None:
    names = places.names_to_find(200)
    assert names == places.names_to_find(200)
    for wrong, right in (("misspelled", "as in the register"), ("misspelled, in Latin", "in Latin")):
        differing = sum(one != other for one, other in zip(names[wrong], names[right], strict=True))
        assert differing >= 190


def test_bare_servers_answer_with_the_bytes_that_they_were_given() -> None:
    answers = {"/1": b"one", "/two": b"2" * 100_000}
    with bare(answers) as port, closing(Asking(port)) as asking:
        assert {path: asking.ask(path, {})[1] for path in answers} == answers
    with static(answers) as file_port:
        if file_port is not None:
            with closing(Asking(file_port)) as asking:
                assert {path: asking.ask(path, {})[1] for path in answers} == answers


def test_a_ratio_is_told_only_beside_a_floor() -> None:
    lines = (Line("one", ("a",), ("b",)), Line("two", ("a",)), Line("three", ("none",), ("b",)))
    rows = told(Measurement("none", (), (), lines), {"a": 6.0, "b": 3.0})
    assert [row["ratio"] for row in rows] == [2.0, None, None]


def test_every_measurement_is_in_the_docs_and_every_module_is_measured_or_described() -> None:
    page = (ROOT / "docs/developers/benchmarks.md").read_text(encoding="utf-8")
    helpers = {"__init__", "__main__", "serving", "junk", "bare", "floor"}
    modules = {path.stem for path in Path(ROOT / "benchmarks").glob("*.py")} - helpers
    assert {module for module in modules if f"`{module}`" not in page} == set()
    assert {one.module for one in MEASUREMENTS} <= modules
