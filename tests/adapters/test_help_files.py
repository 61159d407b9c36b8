"""The facts on who can help, and what is said of a mistake in the operator's file."""

import csv
from datetime import date
from pathlib import Path

import pytest

from incidents.adapters import data_files
from incidents.adapters.help_files import OWN_COLUMNS, read_directory
from incidents.core.help import BadDirectory, Directory, Need, Reach
from incidents.resources import data_file

FOLDER = data_file("help")
VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()


def own(folder: Path, *rows: dict[str, str], text: str | None = None) -> Path:
    path = folder / "local.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, OWN_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def directory(path: Path | None = None) -> Directory:
    return read_directory(FOLDER, VOCABULARY, PLACES, own=path)


def faults(path: Path) -> list[str]:
    with pytest.raises(BadDirectory) as raised:
        directory(path)
    return [str(fault) for fault in raised.value.faults]


A_ROW = {
    "name": "Удружење „Мост”, Ниш",
    "about": "Слушамо и идемо с вама у полицију.",
    "tag": "sr-Cyrl",
    "need": "support",
    "grounds": "disability | age",
    "municipalities": "Суботица|Novi Sad",
    "phone": "018 000 000",
    "checked_on": "2026-10-02",
}


def test_every_body_of_the_vocabulary_is_listed_once_and_says_whether_it_is_confirmed() -> None:
    bodies = {body.code: body for body in directory().bodies}
    assert list(VOCABULARY.terms["referral_body"]) == sorted(bodies, key=list(VOCABULARY.terms["referral_body"]).index)
    assert len(bodies) == len(directory().bodies)
    for term in VOCABULARY.of("referral_body"):
        assert bodies[term.code].is_confirmed == term.is_confirmed, term.code


def test_no_contact_of_the_project_passes_for_sure_without_a_day_on_which_it_was_checked() -> None:
    contacts = [contact for body in directory().bodies for contact in body.contacts]
    assert contacts
    assert [contact for contact in contacts if contact.is_sure(date(2026, 11, 24)) and contact.checked_on is None] == []


def test_every_row_of_facts_names_its_source() -> None:
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert [row for row in rows if not row["source"]] == [], path.name


def test_languages_are_official_only_where_that_is_confirmed() -> None:
    official = directory().official
    codes = {one.names["sr-Latn"]: code for code, one in PLACES.municipalities.items()}
    assert {"hu", "hr"} <= official[codes["Subotica"]].languages
    assert official[codes["Pančevo"]].in_parts >= {"hu", "bg", "mk", "ro"}
    assert codes["Stara Pazova"] not in official
    assert set(official) <= set(PLACES.municipalities)


def test_the_operators_organisations_are_added(tmp_path: Path) -> None:
    [added] = [body for body in directory(own(tmp_path, A_ROW)).bodies if body.name]
    assert (added.name, added.tag, added.need, added.reach) == (A_ROW["name"], "sr-Cyrl", Need.SUPPORT, Reach.LISTED)
    assert (added.grounds, added.municipalities) == ({"disability", "age"}, {"80438", "89010"})
    assert [(one.value, one.checked_on) for one in added.contacts] == [("018 000 000", date(2026, 10, 2))]


def test_a_file_from_a_spreadsheet_with_a_mark_at_its_start_and_line_breaks_is_read(tmp_path: Path) -> None:
    text = ",".join(OWN_COLUMNS) + '\r\n"Egyesület","Segítünk,\r\nha hív.",hu,support,,,,,,,,,2026-01-31\r\n'
    [added] = [body for body in directory(own(tmp_path, text="\ufeff" + text)).bodies if body.name]
    assert (added.name, added.reach, added.takes_others) == ("Egyesület", Reach.COUNTRY, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "the column name is empty"),
        ({"tag": "sr"}, "the column tag must be one of sr-Cyrl, "),
        ({"need": "help"}, "the column need must be one of crime, "),
        ({"need": ""}, "not empty"),
        ({"checked_on": ""}, "the column checked_on is empty"),
        ({"checked_on": "2.10.2026."}, "2.10.2026. is not a date; write it as 2026-03-15"),
        ({"grounds": "disability|hair"}, "the column grounds has codes that are not of the list ground: hair"),
        ({"acts": "threats"}, "the column acts has codes that are not of the list act_type: threats"),
        ({"settings": "x"}, "the column settings has codes that are not of the list setting: x"),
        ({"municipalities": "Beč"}, "these are not municipalities of the register: Beč"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    [fault] = faults(own(tmp_path, A_ROW, A_ROW | change))
    assert fault.startswith("local.csv:3: ")
    assert sentence in fault


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    assert len(faults(own(tmp_path, A_ROW | {"tag": ""}, A_ROW | {"need": ""}, A_ROW | {"checked_on": "x"}))) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name;need\nA;support\n", "local.csv:1: these columns are missing: name, about, tag"),
        (",".join(OWN_COLUMNS) + "\n" + "a," * 20, "local.csv:2: there are more cells than columns"),
    ],
)
def test_a_file_of_another_shape_is_told_of(tmp_path: Path, text: str, sentence: str) -> None:
    [fault] = faults(own(tmp_path, text=text))
    assert fault.startswith(sentence)


def test_a_file_that_is_not_text_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "local.csv"
    path.write_bytes(b"\xff\xfe\x00n\x00a")
    assert faults(path) == ["local.csv:1: this file cannot be read as UTF-8 text"]
