"""Files as people make them, and files that nobody should open."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from incidents.adapters import spreadsheets
from incidents.adapters.spreadsheets import Unreadable, content_of, sheet_of
from incidents.core.batch.cells import Broken, Formula
from incidents.core.batch.columns import known

HEADER = ["Broj", "Šta se dogodilo", "Lično svojstvo", "Vrsta mesta", "Opis"]
CYRILLIC = "Број;Шта се догодило;Лично својство;Врста места;Опис\r\n1;претње;раса;улица;Викали су, претили.\r\n"
LATIN = "Broj;Šta se dogodilo;Lično svojstvo;Vrsta mesta;Opis\r\n1;pretnje;rasa;ulica;Vikali su, đaci i češće žene.\r\n"
HUNGARIAN = "Sorszám;Mi történt;Indíték;Hely típusa;Leírás\r\n1;fenyegetés;bőrszín;utca;Kővel dobálták, űzték őket.\r\n"


def cells(content: bytes, **more: str) -> list[tuple[Any, ...]]:
    return [row.cells for row in sheet_of(content, known, **more).rows]


def xlsx(fill: Callable[[Worksheet], None]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# CSV.


@pytest.mark.parametrize("text", [CYRILLIC, LATIN, HUNGARIAN])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_word(text: str, encoding: str) -> None:
    sheet = sheet_of(text.encode(encoding), known)
    assert [";".join(map(str, row.cells)) for row in sheet.rows] == text.splitlines()
    assert sheet.notes == []


@pytest.mark.parametrize(
    ("text", "encoding"), [(CYRILLIC, "windows-1251"), (LATIN, "windows-1250"), (HUNGARIAN, "windows-1250")]
)
def test_the_encodings_of_windows_are_guessed_and_told(text: str, encoding: str) -> None:
    sheet = sheet_of(text.encode(encoding), known)
    assert [";".join(map(str, row.cells)) for row in sheet.rows] == text.splitlines()
    assert encoding in str(sheet.notes[0])


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_separator_is_the_one_under_which_the_header_is_known(delimiter: str) -> None:
    quoted = '"Vikali su; pretili, i\totišli"' if delimiter != ";" else '"Vikali su; pretili, i otišli"'
    content = delimiter.join(HEADER) + "\n" + delimiter.join(["1", "threat", "race", "street", quoted]) + "\n"
    assert [len(row) for row in cells(content.encode())] == [5, 5]


def test_commas_in_words_are_no_separators() -> None:
    many = "a, b, c, d, e, f, g, h, i, j"
    assert cells(f"Broj;Delo;Osnov;Vrsta mesta;Opis\n1;x;y;z;{many}\n".encode())[1][4] == many


def test_the_hint_that_excel_writes_is_heeded_and_is_no_row() -> None:
    sheet = sheet_of(b"sep=;\r\nacts;grounds;setting\r\nthreat;race;street\r\n", known)
    assert [(row.number, len(row.cells)) for row in sheet.rows] == [(1, 3), (2, 3)]


def test_rows_keep_their_numbers_when_empty_ones_are_left_out() -> None:
    content = "acts;grounds;setting\n;;\n   ;\xa0;\nthreat;race;street\n".encode()
    assert [row.number for row in sheet_of(content, known).rows] == [1, 4]


def test_a_cell_may_have_several_lines() -> None:
    assert cells(b'acts;grounds;setting;words\na;b;c;"one\ntwo"\nd;e;f;g\n')[1][3] == "one\ntwo"


def test_what_begins_like_a_formula_is_text_in_csv() -> None:
    assert cells(b"acts;grounds;setting;words\na;b;c;=1+1\n")[1][3] == "=1+1"


# XLSX.


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append([*HEADER, "Datum"])
        sheet.append([1, "threat", "race", "street", "Текст", datetime(2026, 3, 15, tzinfo=None)])  # noqa: DTZ001 (a workbook has no zones)
        sheet.append([2, "threat", "race", "street", None, 46096])

    rows = cells(xlsx(fill))
    assert rows[1] == (1.0, "threat", "race", "street", "Текст", date(2026, 3, 15))
    assert rows[2][4:] == ("", 46096.0)


def test_formulas_and_errors_are_told_from_texts() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(HEADER)
        sheet.append([1, "=A1", "race", "street", "=nije formula"])
        sheet["E2"].data_type = "s"
        sheet["C2"].value = "#REF!"
        sheet["C2"].data_type = "e"

    assert cells(xlsx(fill))[1][1:] == (Formula(), Broken("#REF!"), "street", "=nije formula")


def test_titles_over_merged_cells_leave_the_rows_where_they_are() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "Izveštaj za prvo polugodište"
        sheet.merge_cells("A1:E1")
        for place, name in enumerate(HEADER, start=1):
            sheet.cell(3, place, name)
        sheet.cell(900, 2, "threat")

    read = sheet_of(xlsx(fill), known)
    assert [row.number for row in read.rows] == [1, 3, 900]


def test_hidden_sheets_are_left_out_and_told_and_the_best_of_the_others_is_read() -> None:
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Uputstvo"
    first.append(["Popunite drugi list."])
    for title, state in (("Šifre", "hidden"), ("Prijave", "visible"), ("Staro", "veryHidden")):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.sheet_state = state
    read = sheet_of(saved(book), known)
    assert [str(cell) for cell in read.rows[0].cells] == HEADER
    assert [str(note) for note in read.notes] == [
        "Read from the sheet “Prijave”.",
        "The hidden sheet “Šifre” was not read.",
        "The hidden sheet “Staro” was not read.",
        "The sheet “Uputstvo” was not read.",
    ]
    assert cells(saved(book), wanted="Uputstvo") == [("Popunite drugi list.",)]
    for title in ("Šifre", "nema"):
        with pytest.raises(Unreadable, match="no visible sheet"):
            sheet_of(saved(book), known, wanted=title)


def test_cells_that_look_empty_do_not_make_a_row() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(HEADER)
        sheet.append([None, "  ", None])
        sheet.cell(40_000, 1, " ")

    assert len(cells(xlsx(fill))) == 1


# What nobody should open.


def a_zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            written = old.read(part)
            new.writestr(part.filename, change(written) if part.filename == name else written)
    return out.getvalue()


GOOD = xlsx(lambda sheet: sheet.append(HEADER))
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "before 2007"),
        (b"PK\x03\x04 nothing", "no sound .xlsx"),
        (GOOD[:-200], "no sound .xlsx"),
        (GOOD[:300] + b"\0" * 300 + GOOD[600:], "no sound .xlsx"),
        (a_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "no .xlsx file"),
        (a_zip(**{"[Content_Types].xml": b"<x/>"}), "no sound .xlsx"),
        (with_part(GOOD, SHEET, lambda xml: xml[: len(xml) // 2]), "no sound .xlsx"),
        (with_part(GOOD, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml), "declares entities"),
        (b"acts;grounds\0;setting\n", "no text has"),
        (b"\xff\xfea\0b", "says that it is UTF-16"),
        (b'acts;grounds;setting\n"' + b"a" * 40_000 + b'";b;c\n', "32767"),
        (b'acts;grounds;setting\n"' + b"a" * 1_100_000, "not CSV"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        sheet_of(content, known)


def test_an_archive_that_unfolds_without_end_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = a_zip(**{"[Content_Types].xml": b"<x/>", "xl__media__big.bin": b"\0" * (spreadsheets.LARGEST_UNPACKED + 1)})
    assert len(bomb) < 400_000

    def unpacked(*_: object, **__: object) -> None:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "read", unpacked)
    with pytest.raises(Unreadable, match="unpacks to more than 200 MB"):
        sheet_of(bomb, known)


def test_an_archive_that_lies_about_a_size_gives_no_more_than_it_says() -> None:
    """The size in the directory is made smaller: what is unpacked stays within it, and the file is no sound one."""
    big = a_zip(**{"[Content_Types].xml": b"<x/>" + b" " * 1_000_000})
    place = big.rfind(b"PK\x01\x02") + 24
    lying = big[:place] + (100).to_bytes(4, "little") + big[place + 4 :]
    with pytest.raises(Unreadable, match="no sound"):
        sheet_of(lying, known)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 50000 rows"):
        sheet_of(b"acts;grounds;setting\n" + b"a;b;c\n" * 50_001, known)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        content_of(tmp_path / "nema.csv")
    with pytest.raises(Unreadable, match="directory"):
        content_of(tmp_path)
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(spreadsheets.LARGEST_FILE + 1)
    with pytest.raises(Unreadable, match="20 are the most"):
        content_of(large)
