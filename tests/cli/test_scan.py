import csv
import io
from pathlib import Path

from click.testing import CliRunner, Result

from incidents.__main__ import cli

STORY = "Добар дан.\r\nЗовем се Марко Петровић, 064/555-21-38.\r\n"


def run(*files: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["scan", *map(str, files)], input=given)


def test_each_mark_is_a_row_with_its_place_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_bytes(STORY.encode())
    result = run(path)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "start,end,kind,text")
    assert [(row["kind"], row["text"]) for row in rows] == [("name", "Марко Петровић"), ("phone", "064/555-21-38")]
    assert [STORY[int(row["start"]) : int(row["end"])] for row in rows] == [row["text"] for row in rows]


def test_standard_input_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_bytes(STORY.encode())
    assert run("-", given=STORY.encode()).stdout == run(path).stdout


def test_places_count_on_through_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    text = "ništa posebno\n" * 20_000 + "tablice BG 123-AB\n"
    path.write_text(text, encoding="utf-8")
    assert run(path).stdout.splitlines()[1] == f"{len(text) - 10},{len(text) - 1},plate,BG 123-AB"


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text("BG 123-AB", encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(run(*paths).stdout)))
    assert [row["file"] for row in rows] == [str(path) for path in paths]


def test_what_is_not_utf_8_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes("ništa".encode("cp1250"))
    result = run(path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {path} is not UTF-8: byte 3 does not fit. Save it again as UTF-8.\n"


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    result = run(tmp_path / "none.txt")
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {tmp_path}/none.txt cannot be read: No such file or directory.\n",
    )
