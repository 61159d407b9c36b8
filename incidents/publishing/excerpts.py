"""Lines of published tables put together for one reader: a place, a community, a committee. Nothing is counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from incidents.core import treaties
from incidents.core.release import Row, as_text
from incidents.core.tables import TOTAL
from incidents.core.treaties import BODIES, Reading
from incidents.publishing.edition import Edition, Figures, figures
from incidents.publishing.tidy import shown, status_word

GRID = "ground_social_area"


@dataclass(frozen=True)
class Line:
    """One figure, with the names of all its codes that are not totals; none for the total itself."""

    names: Sequence[str]
    codes: str
    figures: Figures
    row: Row
    reading: Reading | None = None


@dataclass(frozen=True)
class Section:
    """Lines that belong together: those of one table, or of one committee."""

    key: str
    title: str
    notes: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Grid:
    """A table of two dimensions in rows and columns, at one time."""

    columns: Sequence[tuple[str, str]]
    """Codes and names."""
    lines: Sequence[tuple[str, str, int, Sequence[Row]]]
    """Code, name, how deep it lies, and one row a column."""
    notes: Sequence[str]


def newest_year(edition: Edition, table: str) -> str:
    """The newest whole year that a table has lines of; empty where there is none."""
    if table not in edition.tables:
        return ""
    years = {row.time for row in figures(edition, table, "en").rows if "-" not in row.time}
    return max(years, default="")


def grid(edition: Edition, tag: str, year: str) -> Grid:
    """The grounds of the law by areas of social life in one year."""
    found = figures(edition, GRID, tag)
    grounds, areas = found.dimensions[1:]
    rows = {row.codes: row for row in found.rows if row.time == year}
    known = {codes[0] for codes in rows}
    columns = [code for code in areas.labels if (TOTAL, code) in rows]
    lines = [
        (code, name, len(grounds.above(code)), [rows[code, column] for column in columns])
        for code, name in grounds.labels.items()
        if code in known
    ]
    return Grid([(code, areas.labels[code]) for code in columns], lines, found.notes)


def about(edition: Edition, tag: str, dimension: str, code: str) -> list[Section]:
    """All lines of all tables that have this code, and those of the places right under it; newest first."""
    found = []
    for name, table in edition.tables.items():
        if dimension not in table.dimensions:
            continue
        own = figures(edition, name, tag)
        axis = table.dimensions.index(dimension)
        under = {below for below, above in own.dimensions[axis + 1].parents.items() if above == code}
        rows = [row for row in own.rows if row.codes[axis] == code or row.codes[axis] in under]
        if rows:
            rows.sort(key=lambda row: row.time, reverse=True)
            found.append(Section(name, own.title, own.notes, [line_of(own, row) for row in rows]))
    return found


def by_committee(edition: Edition, tag: str, readings: Sequence[Reading], year: str) -> list[Section]:
    """For each committee the figures of a year that it asks about."""
    return [Section(body, "", [], list(_lines_of(edition, tag, body, readings, year))) for body in BODIES]


def _lines_of(edition: Edition, tag: str, body: str, readings: Sequence[Reading], year: str) -> Iterator[Line]:
    for one in treaties.wanted(body, readings):
        if one.table in edition.tables:
            own = figures(edition, one.table, tag)
            for row in treaties.matching(one, edition.tables[one.table], own.rows, year):
                yield line_of(own, row, one.reading)


def line_of(own: Figures, row: Row, reading: Reading | None = None) -> Line:
    pairs = [(one, code) for one, code in zip(own.dimensions[1:], row.codes, strict=True) if code != TOTAL]
    names = [one.labels[code] for one, code in pairs]
    return Line(names, " ".join(f"{one.name}={code}" for one, code in pairs), own, row, reading)


def to_csv(edition: Edition, sections: Iterable[Section], *, mapping: str = "") -> bytes:
    """One line a figure; `mapping` is the version of the readings, where there are any."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    measured = ["obs_value", "obs_status", "conf_status", "obs_lower", "obs_upper", "obs_status_label"]
    read = ["article", "article_status", "mapping"] if mapping else []
    writer.writerow(["release", "section", "table", "time", "codes", "label", *measured, *read])
    for section in sections:
        for line in section.lines:
            label = as_text(" · ".join(line.names))
            own = [edition.number, section.key, line.figures.name, line.row.time, line.codes, label]
            status = as_text(status_word(line.figures, line.row))
            why = [_article(line.reading), _checked(line.reading), mapping] if mapping and line.reading else []
            writer.writerow([*own, *shown(line.row), status, *why])
    return text.getvalue().encode()


def _article(reading: Reading) -> str:
    where = f"{reading.body}, {reading.article}"
    return as_text(where)


def _checked(reading: Reading) -> str:
    return "general" if reading.is_confirmed else "unconfirmed"
