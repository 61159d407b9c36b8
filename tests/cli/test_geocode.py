import csv
import io
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from incidents.cli.geocode import COLUMNS

QUERIES = 'id,query\n1,у Суботици\n2,Slatina\n3,nigde\n4,Beograd\n5,"Njegoševa 8, Kikinda"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "places.csv"
    path.write_text(QUERIES, encoding="utf-8")
    return path


def run(file: Path, *more: str, column: str = "query") -> Result:
    return CliRunner().invoke(cli, ["geocode", str(file), "--column", column, *more])


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_codes_stand_behind_the_columns_that_were_there(file: Path) -> None:
    found = rows(run(file).stdout)
    assert list(found[0]) == ["id", "query", *COLUMNS]
    assert found[0] == {
        "id": "1",
        "query": "у Суботици",
        "level": "settlement",
        "code": "804614",
        "settlement_code": "804614",
        "municipality_code": "80438",
        "district_code": "01",
        "name": "Суботица",
        "score": "0.95",
        "ambiguous": "false",
        "alternatives": found[0]["alternatives"],
    }


def test_an_ambiguous_name_is_said_to_be_one_and_its_namesakes_are_named(file: Path) -> None:
    slatina = rows(run(file).stdout)[1]
    assert slatina["ambiguous"] == "true"
    assert len(slatina["alternatives"].split("|")) > 8


def test_where_nothing_is_found_the_codes_are_empty(file: Path) -> None:
    nowhere = rows(run(file).stdout)[2]
    assert [nowhere[name] for name in COLUMNS] == ["", "", "", "", "", "", "0", "false", ""]


def test_a_city_is_a_level_of_its_own(file: Path) -> None:
    city = rows(run(file).stdout)[3]
    assert (city["level"], city["municipality_code"], city["district_code"]) == ("city", "", "00")


def test_nothing_is_asked_of_the_network(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object, **__: object) -> None:
        raise AssertionError("the network was reached")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, reached)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, reached)
    result = run(file)
    assert (result.exit_code, len(rows(result.stdout))) == (0, 5)


def test_it_is_written_to_the_file_that_was_named(file: Path, tmp_path: Path) -> None:
    printed = run(file).stdout
    result = run(file, "--out", str(tmp_path / "found.csv"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "found.csv").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_separators_are_seen_and_kept(file: Path, delimiter: str) -> None:
    file.write_text(f"id{delimiter}query\n1{delimiter}Ruma\n", encoding="utf-8")
    assert rows(run(file).stdout, delimiter)[0]["name"] == "Рума"


def test_a_mark_before_the_first_letter_is_no_part_of_it(file: Path) -> None:
    file.write_text("query,id\nRuma,1\n", encoding="utf-8-sig")
    assert rows(run(file).stdout)[0]["name"] == "Рума"


def test_a_column_of_theirs_keeps_its_name(file: Path) -> None:
    file.write_text("name,score\nRuma,7\n", encoding="utf-8")
    found = rows(run(file, column="name").stdout)[0]
    assert (found["name"], found["score"], found["place_name"], found["place_score"]) == ("Ruma", "7", "Рума", "1")


def test_short_rows_and_empty_lines_are_no_fault(file: Path) -> None:
    file.write_text("query,note\n\nRuma\n\nŠid,x\n", encoding="utf-8")
    assert [row["name"] for row in rows(run(file).stdout)] == ["Рума", "Шид"]


def test_the_same_file_can_be_read_and_written(file: Path) -> None:
    assert run(file, "--out", str(file)).exit_code == 0
    assert rows(file.read_text(encoding="utf-8"))[0]["name"] == "Суботица"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "places.csv is empty."),
        (b"\n\n", "places.csv is empty."),
        (b"id,place\n1,Ruma\n", "places.csv has no column 'query'; it has id, place."),
        (b"id;place\n1;Ruma\n", "places.csv has no column 'query'; it has id, place."),
        (b"query\nRuma\nRuma,2\n", "places.csv, row 3: 2 fields where the first line has 1."),
        ("query\nČačak\n".encode("cp1250"), "places.csv is not UTF-8. Save it again as CSV UTF-8."),
        (b"query\n" + b"x" * 200_000, "places.csv is not CSV: field larger than field limit (131072)."),
    ],
)
def test_a_faulty_file_is_one_clear_line_and_nothing_is_written(
    file: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    file.write_bytes(content)
    result = run(file, "--out", str(tmp_path / "found.csv"))
    assert (result.exit_code, result.stderr) == (2, f"Error: {says}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["places.csv"]


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    result = run(tmp_path / "none.csv")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "none.csv cannot be read: No such file or directory." in result.stderr


def test_a_folder_that_is_not_there_cannot_be_written_to(file: Path, tmp_path: Path) -> None:
    result = run(file, "--out", str(tmp_path / "none" / "found.csv"))
    assert result.exit_code == 2
    assert result.stderr.endswith("found.csv cannot be written: No such file or directory.\n")
