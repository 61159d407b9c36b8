import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli

SPEC: dict[str, Any] = {
    "dims": {
        "area": {
            "total": "T",
            "rel": {"T": ["north", "south"], "north": ["n1", "n2"], "south": ["s1", "s2"]},
            "column": "area",
        },
        "bias": {"total": "T", "rel": {"T": ["x", "y", "z"]}, "column": "bias"},
    },
    "tables": [["area", "bias"]],
    "threshold": 5,
    "count_column": "count",
}
COUNTS = {
    ("n1", "x"): 2,
    ("n1", "y"): 9,
    ("n1", "z"): 0,
    ("n2", "x"): 14,
    ("n2", "y"): 8,
    ("n2", "z"): 6,
    ("s1", "x"): 11,
    ("s1", "y"): 7,
    ("s1", "z"): 12,
    ("s2", "x"): 20,
    ("s2", "y"): 5,
    ("s2", "z"): 1,
}


class Folder:
    """Files of a statistician, and the two commands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write(SPEC, COUNTS)

    def write(self, spec: dict[str, Any], counts: dict[tuple[str, str], Any]) -> None:
        (self.path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        rows = "".join(f"{area},{bias},{count}\n" for (area, bias), count in counts.items())
        (self.path / "data.csv").write_text(f"area,bias,count\n{rows}", encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, [part.replace("@", f"{self.path}/") for part in arguments])

    def protect(self, *more: str, data: str = "@data.csv") -> Result:
        return self.run("protect", data, "--spec", "@spec.json", "--out", "@cells.csv", *more)

    def audit(self, cells: str = "@cells.csv") -> Result:
        return self.run("release", "audit", cells, "--spec", "@spec.json", "--out", "@bounds.csv")

    def rows(self, name: str) -> dict[tuple[str, str], dict[str, str]]:
        with (self.path / name).open(encoding="utf-8") as file:
            return {(row["area"], row["bias"]): row for row in csv.DictReader(file)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)  # there is no site here
    return Folder(tmp_path)


def test_every_cell_has_a_row_and_small_counts_have_no_value(folder: Folder) -> None:
    assert folder.protect().exit_code == 0
    rows = folder.rows("cells.csv")
    assert len(rows) == 7 * 4
    assert (rows["n1", "x"]["value"], rows["n1", "x"]["status"]) == ("", "primary")
    assert (rows["n1", "z"]["value"], rows["n1", "z"]["status"]) in {("0", "zero"), ("", "complementary")}
    assert (rows["T", "T"]["value"], rows["T", "T"]["status"]) == ("95", "published")


def test_the_audit_finds_what_was_protected_safe(folder: Folder) -> None:
    folder.protect()
    answer = folder.audit()
    assert answer.exit_code == 0, answer.output
    assert "Safe" in answer.output
    bounds = folder.rows("bounds.csv")
    withheld = {codes for codes, row in folder.rows("cells.csv").items() if not row["value"]}
    assert bounds.keys() == withheld
    for codes, count in COUNTS.items():
        if codes in bounds and 0 < count < 5:
            assert bounds[codes]["lower"] == "0"
            assert int(bounds[codes]["upper"] or 99) >= 5
            assert bounds[codes]["protected"] == "yes"


def test_the_audit_says_what_a_careless_file_gives_away(folder: Folder) -> None:
    folder.protect()
    careless = (
        (folder.path / "cells.csv").read_text(encoding="utf-8").replace("n1,y,,complementary", "n1,y,9,published")
    )
    rows = folder.rows("cells.csv")
    for codes, row in rows.items():
        if row["status"] == "complementary":
            shown = f"{codes[0]},{codes[1]},{true_count(*codes)},published"
            careless = careless.replace(f"{codes[0]},{codes[1]},,complementary", shown)
    (folder.path / "cells.csv").write_text(careless, encoding="utf-8")
    answer = folder.audit()
    assert answer.exit_code == 1
    assert "NOT SAFE: 2 of 2 withheld cells" in answer.output
    assert folder.rows("bounds.csv")["n1", "x"] == {
        "area": "n1",
        "bias": "x",
        "status": "primary",
        "lower": "2",
        "upper": "2",
        "protected": "no",
    }


def true_count(area: str, bias: str) -> int:
    areas = {"T": ["n1", "n2", "s1", "s2"], "north": ["n1", "n2"], "south": ["s1", "s2"]}.get(area, [area])
    biases = ["x", "y", "z"] if bias == "T" else [bias]
    return sum(COUNTS[one, other] for one in areas for other in biases)


def test_a_released_file_with_one_mark_can_be_attacked_too(folder: Folder) -> None:
    folder.protect()
    text = (folder.path / "cells.csv").read_text(encoding="utf-8")
    released = text.replace("primary", "suppressed").replace("complementary", "suppressed")
    (folder.path / "released.csv").write_text(released, encoding="utf-8")
    assert folder.audit("@released.csv").exit_code in {0, 1}
    assert folder.rows("bounds.csv")["n1", "x"]["protected"] == "yes"


def test_one_row_an_incident_and_gzipped_gives_the_same(folder: Folder) -> None:
    folder.protect()
    expected = folder.rows("cells.csv")
    with gzip.open(folder.path / "data.csv.gz", "wt", encoding="utf-8") as file:
        file.write("area,bias\n" + "".join(f"{area},{bias}\n" * count for (area, bias), count in COUNTS.items()))
    spec = {name: value for name, value in SPEC.items() if name != "count_column"}
    (folder.path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    assert folder.protect(data="@data.csv.gz").exit_code == 0
    assert folder.rows("cells.csv") == expected


def test_what_was_released_before_stays_as_it_was(folder: Folder) -> None:
    one_table = {**SPEC, "tables": [["area"], ["bias"]]}
    folder.write(one_table, COUNTS)
    folder.protect()
    before = folder.rows("cells.csv")
    (folder.path / "cells.csv").rename(folder.path / "before.csv")
    folder.write({**SPEC, "tables": [["area", "bias"]]}, COUNTS)
    assert folder.protect("--previous", "@before.csv").exit_code == 0
    after = folder.rows("cells.csv")
    assert {codes: after[codes] for codes in before} == before
    assert folder.audit().exit_code == 0


def test_a_published_figure_that_has_changed_is_refused(folder: Folder) -> None:
    folder.protect()
    (folder.path / "cells.csv").rename(folder.path / "before.csv")
    folder.write(SPEC, {**COUNTS, ("s2", "x"): 21})
    answer = folder.protect("--previous", "@before.csv")
    assert answer.exit_code == 2
    assert "T × T was published as 95, and the data now give 96" in answer.output
    assert not (folder.path / "cells.csv").exists()


@pytest.mark.parametrize(
    ("spec", "counts", "said"),
    [
        ({**SPEC, "threshold": 0}, COUNTS, "`threshold` must be"),
        (SPEC, {**COUNTS, ("q", "x"): 3}, "'q' is no code of dimension area"),
        (SPEC, {**COUNTS, ("n1", "x"): -1}, "the count '-1' is negative"),
        (SPEC, {**COUNTS, ("n1", "x"): 1.5}, "the count '1.5' is no whole number"),
        ({**SPEC, "count_column": "freq"}, COUNTS, "has no column 'freq'"),
    ],
)
def test_what_is_wrong_is_one_clear_line(folder: Folder, spec: dict[str, Any], counts: Any, said: str) -> None:
    folder.write(spec, counts)
    answer = folder.protect()
    assert answer.exit_code == 2
    assert said in answer.output
    assert len(answer.output.strip().splitlines()) == 1


def test_a_cells_file_that_contradicts_itself_is_refused(folder: Folder) -> None:
    folder.protect()
    path = folder.path / "cells.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("T,T,95,", "T,T,96,"), encoding="utf-8")
    answer = folder.audit()
    assert (answer.exit_code, "contradict each other" in answer.output) == (2, True)


def test_a_folder_that_is_not_there_is_one_clear_line(folder: Folder) -> None:
    folder.protect()
    answers = [
        folder.run("protect", "@data.csv", "--spec", "@spec.json", "--out", "@none/cells.csv"),
        folder.run("release", "audit", "@cells.csv", "--spec", "@spec.json", "--out", "@none/bounds.csv"),
    ]
    assert [answer.exit_code for answer in answers] == [2, 2]
    assert all("cannot be written" in answer.output for answer in answers)


def test_a_missing_file_is_named(folder: Folder) -> None:
    assert "none.csv cannot be read" in folder.protect(data="@none.csv").output
    assert folder.audit("@none.csv").exit_code == 2


# Decoys.

SPARSE = {**COUNTS, ("n1", "y"): 3, ("n2", "x"): 3, ("s1", "y"): 3, ("s1", "z"): 2, ("s2", "y"): 0}


def test_decoys_need_a_secret_and_are_told_apart_for_the_statistician_alone(folder: Folder) -> None:
    folder.write({**SPEC, "decoy_zeros": 0.3}, SPARSE)
    (folder.path / "secret").write_bytes(bytes(range(32)))
    answer = folder.protect("--secret", "@secret")
    assert answer.exit_code == 0
    rows = folder.rows("cells.csv")
    found = [codes for codes, count in SPARSE.items() if count == 0 and rows[codes]["status"] == "primary"]
    assert f"{len(found)} zeros that look like them" in answer.output
    assert found
    assert all(rows[codes]["value"] == "" for codes in found)
    assert folder.audit().exit_code == 0
    bounds = folder.rows("bounds.csv")
    assert all((bounds[codes]["lower"], bounds[codes]["protected"]) == ("0", "yes") for codes in found)


@pytest.mark.parametrize(
    ("secret", "said"),
    [(None, "needs --secret FILE"), (b"", "fewer than 16 bytes"), (b"short", "fewer than 16 bytes")],
)
def test_without_a_good_secret_there_are_no_decoys(folder: Folder, secret: bytes | None, said: str) -> None:
    folder.write({**SPEC, "decoy_zeros": 0.1}, SPARSE)
    if secret is not None:
        (folder.path / "secret").write_bytes(secret)
    answer = folder.protect(*(() if secret is None else ("--secret", "@secret")))
    assert answer.exit_code == 2
    assert said in answer.output
    assert not (folder.path / "cells.csv").exists()


def test_a_secret_that_is_not_there_is_named(folder: Folder) -> None:
    folder.write({**SPEC, "decoy_zeros": 0.1}, SPARSE)
    answer = folder.protect("--secret", "@none")
    assert (answer.exit_code, "none cannot be read" in answer.output) == (2, True)
