import csv
import io
from pathlib import Path

from click.testing import CliRunner, Result

from incidents.__main__ import cli


def run(path: Path, content: str, column: str = "words") -> Result:
    path.write_text(content, encoding="utf-8")
    return CliRunner().invoke(cli, ["mentions", str(path), "--column", column])


def test_each_mention_is_a_row_that_says_where_it_stands(tmp_path: Path) -> None:
    story = "Radim u Čačku, a živim u selu Slatina."
    result = run(tmp_path / "stories.csv", f'id,words\n1,bez mesta\n2,"{story}"\n3\n')
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert result.exit_code == 0
    assert (rows[0]["row"], rows[0]["text"], rows[0]["municipality_code"]) == ("2", "Čačku", "71242")
    assert [story[int(row["start"]) : int(row["end"])] for row in rows] == ["Čačku", "Slatina"]
    assert rows[1]["ambiguous"] == "true"


def test_a_column_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    result = run(tmp_path / "stories.csv", "id,text\n1,U Nišu.\n")
    assert (result.exit_code, result.stderr) == (2, "Error: stories.csv has no column 'words'; it has id, text.\n")
