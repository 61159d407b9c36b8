"""Small releases made by hand, and their files read back the way other people's tools read them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
from defusedxml import ElementTree

from incidents.core import release
from incidents.core.languages import BY_TAG
from incidents.core.periods import Quarter
from incidents.core.release import Extent, Row
from incidents.core.tables import INCIDENTS, Table
from incidents.publishing import words
from incidents.publishing.edition import Edition

GROUND = Table("ground", ("time", "ground"))
REGIONS = Table("region_ground", ("time", "area@region", "ground@group"))
PLAN = {
    "plan": "2026-B incidents small",
    "vocabulary": "2026-1",
    "dims": {
        "time": {"total": "2026", "rel": {"2026": ["2026-Q1", "2026-Q2"]}},
        "ground": {"total": "_T", "rel": {"_T": ["origin", "age"], "origin": ["race", "language"]}},
        "area": {"total": "_T", "rel": {"_T": ["RS12", "online"]}},
    },
}
ADDRESS = "https://prijava.example/api/v1/releases/7"
DAY = date(2026, 6, 30)

Cell = tuple[tuple[str, ...], int | None, int | None, int | None]
"""Codes with the time first, figure, least, most."""

LABELS = {
    "_T": "Total",
    "origin": "Origin, nationality or language",
    "race": "Race",
    "language": "Language",
    "age": "Age",
    "RS12": "Vojvodina Region",
    "online": "On the internet",
}


def a_row(time: str, *codes: str, value: int | None = None, lower: int = 0, upper: int | None = 4) -> Row:
    labels = (codes, codes)
    return Row(time, codes, labels, value) if value is not None else Row(time, codes, labels, None, lower, upper)


SOME = {
    GROUND: [
        a_row("2026-Q1", "_T", value=12),
        a_row("2026-Q1", "origin", value=9),
        a_row("2026-Q1", "race"),
        a_row("2026-Q1", "language", upper=None),
        a_row("2026-Q1", "age", value=0),
        a_row("2026-Q2", "_T", value=7),
        a_row("2026-Q2", "origin", value=7),
        a_row("2026-Q2", "race", value=3),
        a_row("2026-Q2", "language", lower=1, upper=4),
        a_row("2026-Q2", "age"),
    ],
    REGIONS: [
        a_row("2026-Q2", "_T", "_T", value=7),
        a_row("2026-Q2", "_T", "origin", value=7),
        a_row("2026-Q2", "RS12", "_T"),
        a_row("2026-Q2", "online", "origin", value=5),
    ],
}


def an_edition(
    tables: Mapping[Table, Sequence[Row]] = SOME,
    *,
    label: Callable[[str], str] = lambda code: LABELS.get(code, code),
    **changes: Any,
) -> Edition:
    """A release of these tables; `label` names codes in every language."""
    plan = {**PLAN, "table_names": [table.name for table in tables], "tables": [list(table.cuts) for table in tables]}
    files = {f"{table.name}.csv": release.to_csv(table, rows) for table, rows in tables.items()}
    files[release.plan_file(INCIDENTS.name, 2026)] = release.to_json_file(plan)
    say = dict.fromkeys(BY_TAG, lambda message: message)
    files[words.WORDS] = words.frozen(tables, say, dict.fromkeys(BY_TAG, lambda _dimension, code: label(code)))
    files["release.json"] = release.describe(
        files,
        number=7,
        quarter=Quarter(2026, 2),
        built_on=DAY,
        vocabulary_version="2026-1",
        counted=19,
        extents={"incidents": Extent(10, 2, {})},
        plans={"incidents": str(PLAN["plan"])},
    )
    values: dict[str, Any] = {
        "number": 7,
        "quarter": "2026-Q2",
        "published_on": DAY,
        "files": files,
        "spoken": files[words.WORDS],
        "address": ADDRESS,
    }
    return Edition(**{**values, **changes})


def truth(rows: Sequence[Row]) -> list[Cell]:
    return [((row.time, *row.codes), row.value, row.lower, row.upper) for row in rows]


# Readers.


def _number(text: str) -> int | None:
    return int(text) if text else None


def _figure(shown: Any) -> int | None:
    """A figure is a number or the one mark; nothing else may stand there."""
    if shown == "[c]":
        return None
    assert isinstance(shown, int) or str(shown).isdecimal(), shown
    return int(shown)


def from_tidy(content: bytes) -> list[Cell]:
    lines = csv.DictReader(io.StringIO(content.decode(), newline=""))
    found = []
    for line in lines:
        names = [name for name in line if f"{name}_label" in line and name != "obs_status"]
        codes = (line["time"], *(line[name] for name in names))
        value = _figure(line["obs_value"])
        assert (line["obs_status"], line["conf_status"]) == (("Q", "C") if value is None else ("A", "F"))
        found.append((codes, value, _number(line["obs_lower"]), _number(line["obs_upper"])))
    return found


def from_sdmx(content: bytes) -> list[Cell]:
    header, *lines = csv.reader(io.StringIO(content.decode(), newline=""))
    places = [header.index(name) for name in header[4 : header.index("TIME_PERIOD")]]
    found = []
    for line in lines:
        told = dict(zip(header, line, strict=True))
        value = None if told["OBS_VALUE"] == "NaN" else int(told["OBS_VALUE"])
        assert (told["OBS_STATUS"], told["CONF_STATUS"]) == (("Q", "C") if value is None else ("A", "F"))
        codes = (told["TIME_PERIOD"], *(line[place] for place in places))
        found.append((codes, value, _number(told["OBS_LOWER"]), _number(told["OBS_UPPER"])))
    return found


def from_jsonstat(content: bytes) -> dict[tuple[str, ...], tuple[int | None, int | None, int | None]]:
    """All cells of the cube that are not marked as missing."""
    cube = json.loads(content)
    keys: list[tuple[str, ...]] = [()]
    for name in cube["id"][:-1]:
        keys = [(*key, code) for key in keys for code in cube["dimension"][name]["category"]["index"]]
    assert len(keys) == len(cube["value"])
    bounds, found = cube["extension"]["bounds"], {}
    for place, (key, value) in enumerate(zip(keys, cube["value"], strict=True)):
        status = cube["status"].get(str(place), "A")
        assert (value is None) == (status != "A")
        if status != "O":
            found[key] = (value, *bounds.get(str(place), (None, None)))
    return found


Lines = list[list[Any]]


def from_xlsx(content: bytes) -> dict[str, Lines]:
    """Sheets as openpyxl reads them; an empty cell is an empty text."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for page in book:
        assert page.freeze_panes == "A2"
        assert {cell.data_type for row in page for cell in row} <= {"s", "n"}  # neither formulas nor dates
        assert not any(cell.hyperlink for row in page for cell in row)
    return {page.title: [[_empty(cell.value) for cell in row] for row in page] for page in book}


def _empty(value: Any) -> Any:
    return "" if value is None else value


def from_ods(content: bytes) -> dict[str, Lines]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        root = ElementTree.fromstring(archive.read("content.xml"))
    assert not [name for element in root.iter() for name in element.attrib if name.endswith("}formula")]
    return {
        str(page.get(f"{TABLE}name")): [[_cell(cell) for cell in row.iter(f"{TABLE}table-cell")] for row in _rows(page)]
        for page in root.iter(f"{TABLE}table")
    }


TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _rows(page: Element) -> Iterator[Element]:
    return page.iter(f"{TABLE}table-row")


def _cell(cell: Element) -> Any:
    match cell.get(f"{OFFICE}value-type"):
        case "float":
            return int(str(cell.get(f"{OFFICE}value")))
        case "string":
            return "".join(_letters(cell))
        case _:
            return ""


def _letters(element: Element) -> Iterator[str]:
    yield {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n", f"{TEXT}s": " "}.get(element.tag, "")
    yield element.text or ""
    for part in element:
        yield from _letters(part)
        yield part.tail or ""


def from_sheet(lines: Lines, dimensions: int) -> list[Cell]:
    """A sheet of a table: the time, then a label and a code a dimension, then the figure, its status and bounds."""
    found = []
    for line in lines[1:]:
        codes = (line[0], *line[2 : 2 * dimensions + 1 : 2])
        value, _status, lower, upper = line[2 * dimensions + 1 :]
        assert all(isinstance(bound, int) or bound == "" for bound in (lower, upper))
        found.append((codes, _figure(value), lower if lower != "" else None, upper if upper != "" else None))
    return found


def parsed(content: bytes) -> Element:
    found: Element = ElementTree.fromstring(content)
    return found


def columns(content: bytes) -> list[tuple[str, ...]]:
    """The columns of CSV, each with its title first."""
    return list(zip(*csv.reader(io.StringIO(content.decode(), newline="")), strict=True))
