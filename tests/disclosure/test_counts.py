import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from incidents.disclosure.counts import tabulate
from incidents.disclosure.relations import relations
from incidents.disclosure.rows import read_data
from incidents.disclosure.spec import read_spec, spec_of
from incidents.disclosure.trees import BadSpec
from tests.disclosure.tables import a_spec, count, counted

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", ["s06_multiresponse", "s07_sequence"])
def test_every_cell_of_a_worked_example_has_its_stated_count(case: str) -> None:
    spec = read_spec(CASES / case / "spec.json")
    cells = tabulate(read_data(CASES / case / "data.csv", spec), spec)
    with (CASES / case / "cells.csv").open(encoding="utf-8") as file:
        stated = {tuple(row[name] for name in spec.names): int(row["value"]) for row in csv.DictReader(file)}
    assert {tuple(cells.codes(cell)): int(cells.counts[cell]) for cell in range(len(cells.counts))} == stated


@given(counted())
def test_every_relation_holds_for_the_true_counts(drawn) -> None:
    _, cells = drawn
    matrix, differences = relations(cells, frozenset())
    assert not matrix.times(cells.counts).any()
    assert len(differences.counts) == 0


def test_a_cell_of_two_tables_is_one_cell() -> None:
    cells = count(a_spec([["row", "time"], ["row", "column"]]), {("a1", "x", "q1"): 4, ("b2", "z", "q2"): 1})
    assert len(np.unique(cells.keys)) == len(cells.keys) == 7 * 3 + 7 * 4 - 7


def test_a_table_can_end_above_the_leaves(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("row,group,freq\na1,a,2\na2,a,5\nb1,b,7\nb2,b,1\n", encoding="utf-8")
    spec = a_spec([["row@group"]], count_column="freq")
    cells = tabulate(read_data(path, spec), spec)
    assert {cells.codes(cell)[0]: int(cells.counts[cell]) for cell in range(3)} == {"T": 15, "a": 7, "b": 8}


def test_trees_can_be_read_from_columns_and_the_file_may_be_gzipped(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("town,district,kind\nNiš,J,x\nNiš,J,y\nSenta,S,x\n")
    spec = spec_of(
        {"hierarchies": {"area": "town < district"}, "tables": [["area(district)", "kind"], ["area"]], "threshold": 3}
    )
    cells = tabulate(read_data(path, spec), spec)
    counts = {tuple(cells.codes(cell)): int(cells.counts[cell]) for cell in range(len(cells.counts))}
    assert (counts["T", "T"], counts["J", "T"], counts["J", "x"], counts["Niš", "T"]) == (3, 2, 1, 2)
    assert ("Niš", "x") not in counts


def test_an_incident_with_several_answers_counts_once_in_the_total_and_in_each_group(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("incident,row\n1,a1;a2\n2,a1\n3,b1 | a1\n", encoding="utf-8")
    spec = a_spec([["row"]], multi_response="row")
    cells = tabulate(read_data(path, spec), spec)
    counts = {cells.codes(cell)[0]: int(cells.counts[cell]) for cell in range(len(cells.counts))}
    assert counts == {"T": 3, "a": 3, "b": 1, "a1": 3, "a2": 1, "b1": 1, "b2": 0}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "data.csv is empty"),
        ("row\na1\n", "has no column 'freq'; it has row"),
        ("row,freq\nq,1\n", "line 2: 'q' is no code of dimension row"),
        ("row,freq\na1,1\na,1\n", "line 3: 'a' of dimension row has codes below it"),
        ("row,freq\na1,-3\n", "line 2: the count '-3' is negative"),
        ("row,freq\na1,2.5\n", "line 2: the count '2.5' is no whole number"),
        ("row,freq\na1,1e3\n", "line 2: the count '1e3' is no whole number"),
        ("row,freq\na1,1,1\n", "line 2: 3 fields where the first line has 2"),
    ],
)
def test_data_that_cannot_be_counted_say_where(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadSpec, match=said):
        read_data(path, a_spec([["row"]], count_column="freq"))
