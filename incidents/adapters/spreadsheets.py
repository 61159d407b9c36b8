"""Tables as organisations send them, CSV or XLSX, read into plain cells. No formula is reckoned, nothing is unpacked
that says it is too large, and what the file leaves to guess (encoding, separator, sheet) is told."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from incidents.core.batch.cells import Broken, Cell, Formula, Row
from incidents.core.batch.said import Said, said
from incidents.core.batch.said import marked as _

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 1_000
MOST_ROWS = 50_000
MOST_COLUMNS = 80
_LONGEST_CELL = 32_767
"""Of Excel."""
_DELIMITERS = ";,\t"
_LOOKED_AT = 20
_ZIP, _OLD_EXCEL = b"PK", b"\xd0\xcf\x11\xe0"

Known = Callable[[Sequence[Cell]], int]
"""How many cells of a row name a column: tells the separator and the sheet that were meant."""


class Unreadable(Exception):
    """The file is none that can be read here; what is said goes on after "it cannot be read:"."""

    def __init__(self, text: str, **values: object) -> None:
        self.said = said(text, **values)
        super().__init__(str(self.said))


@dataclass(frozen=True)
class Sheet:
    rows: list[Row]
    notes: list[Said]
    """What was guessed or left out."""


def content_of(file: Path) -> bytes:
    """Raises Unreadable."""
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise too_large(size)
        return file.read_bytes()
    except OSError as error:
        raise Unreadable("%(why)s.", why=error.strerror) from None


def too_large(size: int) -> Unreadable:
    """`size` in bytes."""
    text = _("it has %(size)s MB, and %(most)s are the most. Send it in parts.")
    return Unreadable(text, size=size // 2**20, most=LARGEST_FILE // 2**20)


def sheet_of(content: bytes, known: Known, *, wanted: str = "") -> Sheet:
    """The sheet of a file that names most columns, or the one with the name `wanted`. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(_("it is empty."))
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(_("it is an Excel file of before 2007, or has a password. Save it as .xlsx without one."))
    if content.startswith(_ZIP):
        return _from_xlsx(content, known, wanted)
    if wanted:
        raise Unreadable("it is CSV, which has no sheets.")
    return _from_csv(content, known)


# CSV.


def _from_csv(content: bytes, known: Known) -> Sheet:
    text, note = _decoded(content)
    if "\0" in text:
        raise Unreadable(_("it holds bytes that no text has. Save it as CSV UTF-8 or .xlsx."))
    hint = re.match(r"sep=(.)\r?\n", text)
    text = text[hint.end() :] if hint else text
    first = io.StringIO(text[:200_000], newline="")
    head = [line for line, _ in zip(first, range(_LOOKED_AT), strict=False)]
    delimiter = hint[1] if hint else max(_DELIMITERS, key=lambda one: _width(head, one, known))
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = _bounded(Row(number, tuple(cells)) for number, cells in enumerate(records, start=1))
    except csv.Error as error:
        raise Unreadable(_("it is not CSV: %(why)s."), why=error) from None
    return Sheet(rows, [note] if note else [])


def _width(lines: list[str], delimiter: str, known: Known) -> tuple[int, int]:
    """How well a separator fits: by the most columns that a row then names, then by the number of cells."""
    try:
        rows = [*csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return 0, 0
    return max(map(known, rows), default=0), max(map(len, rows), default=0)


def _decoded(content: bytes) -> tuple[str, Said | None]:
    """The text, and what had to be guessed about it, if anything."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16"), None
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        encoding = "windows-1251" if _looks_cyrillic(content) else "windows-1250"
        text = _("The file is not UTF-8; it was read as %(encoding)s. Look at the letters with accents.")
        return content.decode(encoding, "replace"), said(text, encoding=encoding)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(_("it says that it is %(encoding)s and is not."), encoding=encoding.upper()) from None


def _looks_cyrillic(content: bytes) -> bool:
    """In Cyrillic words letters above 127 stand side by side, in Latin ones mostly alone."""
    high = re.findall(rb"[\x80-\xff]+", content)
    return sum(len(run) for run in high if len(run) > 1) > sum(len(run) for run in high if len(run) == 1)


# XLSX.


def _from_xlsx(content: bytes, known: Known, wanted: str) -> Sheet:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of drop-down lists and styles that it does not keep
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                return _chosen(book, known, wanted)
            finally:
                book.close()
    # Whatever a broken archive or its XML makes the libraries stumble over; ParseError is a SyntaxError.
    except (
        BadZipFile,
        InvalidFileException,
        zlib.error,
        OSError,
        EOFError,
        NotImplementedError,
        SyntaxError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RuntimeError,
    ) as error:
        text = _("it is no sound .xlsx file (%(why)s). Save it anew, or as CSV.")
        raise Unreadable(text, why=type(error).__name__) from None


def _check_parts(archive: ZipFile) -> None:
    """Sizes as the archive tells them: Python unpacks no more of a part than it says. XML here has no use for DTDs."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        text = _("it unpacks to more than %(most)s MB, or has far too many parts.")
        raise Unreadable(text, most=LARGEST_UNPACKED // 2**20)
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise Unreadable(_("it is an archive and no .xlsx file. Save the table as .xlsx or CSV."))
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            written = archive.read(part)
            if any("<!DOCTYPE".encode(encoding) in written for encoding in ("ascii", "utf-16-le", "utf-16-be")):
                raise Unreadable(_("its XML declares entities, which no office program writes."))


def _chosen(book: Any, known: Known, wanted: str) -> Sheet:
    """The visible sheet with the best header. The others are named, so that nobody misses one."""
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    notes = [said(_("The hidden sheet “%(title)s” was not read."), title=title) for title in hidden]
    if wanted:
        visible = [sheet for sheet in visible if sheet.title == wanted]
    read = {sheet.title: _rows(sheet) for sheet in visible}
    if not read:
        if not wanted:
            raise Unreadable(_("no sheet is visible."))
        titles = ", ".join(sheet.title for sheet in book.worksheets)
        raise Unreadable("it has no visible sheet “%(wanted)s”; it has %(titles)s.", wanted=wanted, titles=titles)
    best = max(read, key=lambda title: max((known(row.cells) for row in read[title][:_LOOKED_AT]), default=0))
    left = [title for title, rows in read.items() if title != best and rows]
    notes += [said(_("The sheet “%(title)s” was not read."), title=title) for title in left]
    return Sheet(read[best], [said(_("Read from the sheet “%(title)s”."), title=best), *notes] if notes else [])


def _rows(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # what programs write there is not always so
    rows = (
        Row(number, _without_end([_cell(cell) for cell in cells]))
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 2), start=1)
    )
    return _bounded(rows)


def _without_end(cells: list[Cell]) -> tuple[Cell, ...]:
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula()
    if cell.data_type == "e":
        return Broken(str(value))
    match value:
        case bool():
            return str(value)
        case int() | float():
            return float(value)
        case datetime():
            return value.date()
        case date():
            return value
        case time():
            return ""
        case _:
            return str(value)


# Both.


def _bounded(rows: Iterable[Row]) -> list[Row]:
    """The rows that hold anything. Raises Unreadable where there are too many, or a cell is longer than any may be."""
    found = []
    for row in rows:
        if not row.is_empty:
            found.append(row)
        if len(found) > MOST_ROWS:
            raise Unreadable(_("it has more than %(most)s rows. Send it in parts."), most=MOST_ROWS)
        if any(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in row.cells):
            text = _("row %(row)s has a cell of more than %(most)s characters.")
            raise Unreadable(text, row=row.number, most=_LONGEST_CELL)
    return found
