"""A release as its page shows it: tables and one chart, read out of the frozen files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from incidents.core.periods import Quarter
from incidents.core.release import LANGUAGES, Row, from_csv, plan_file, tables_in
from incidents.core.script import to_latin
from incidents.core.tables import LISTS, SUBJECTS, TABLES, TOTAL, Table
from incidents.publishing import words
from incidents.publishing.words import WORDS
from incidents.web.languages import current_language, label
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

_CHARTED = "ground"


@dataclass(frozen=True)
class Line:
    """One row of one table at one time."""

    code: str
    text: str
    depth: int
    value: int | None
    """None where it is withheld."""
    upper: int | None
    """What it can be at most, where it is withheld; None where nothing limits that."""


@dataclass(frozen=True)
class TableAt:
    """One table at one time."""

    name: str
    time: str
    total: Line
    lines: Sequence[Line]


@dataclass(frozen=True)
class Bar:
    text: str
    value: int | None
    share: float
    """Of the longest bar, 0 to 1."""


@dataclass(frozen=True)
class Deeper:
    """A table of several dimensions, which is only to be downloaded."""

    name: str
    published: int
    withheld: int
    """Lines of either kind."""


def tables_at(files: Mapping[str, bytes], time: str) -> list[TableAt]:
    """Every table of one dimension that a release has of one quarter or year."""
    depths = _depths(files, time)
    found = []
    for table in tables_in(files):
        rows = [row for row in from_csv(files[f"{table.name}.csv"]) if row.time == time]
        if len(table.dimensions) == 1 and rows:
            lines = [
                Line(row.codes[0], _text(table, row), depths[table.dimensions[0], row.codes[0]], row.value, row.upper)
                for row in rows
            ]
            found.append(TableAt(table.name, time, lines[0], lines[1:]))
    return found


def newest_table(files: Mapping[str, bytes], name: str) -> TableAt | None:
    """One table at the newest time that it has lines of; None if there is none."""
    return next((table for time in times(files) for table in tables_at(files, time) if table.name == name), None)


def deeper_tables(files: Mapping[str, bytes]) -> list[Deeper]:
    """The tables of several dimensions, with what they hold of all times together."""
    found = []
    for table in tables_in(files):
        if len(table.dimensions) > 1:
            rows = from_csv(files[f"{table.name}.csv"])
            withheld = sum(row.value is None for row in rows)
            found.append(Deeper(table.name, len(rows) - withheld, withheld))
    return found


def free_tables(files: Mapping[str, bytes]) -> dict[str, str]:
    """What the tables are called that nobody planned: by the dimensions that they cross, as the release words them."""
    found = [table for table in tables_in(files) if table.name not in TABLES]
    if not found:
        return {}
    said = words.read(json.loads(files[WORDS]), current_language().tag)
    return {table.name: said.title(table) for table in found}


def times(files: Mapping[str, bytes]) -> list[str]:
    """The quarters and years that a release covers, newest first."""
    return sorted({row.time for row in from_csv(files[f"{_CHARTED}.csv"])}, reverse=True)


def bars(tables: Sequence[TableAt]) -> list[Bar]:
    """The chart: incidents by ground, the most frequent first; rows of nobody left out, withheld ones last.

    Groups stand for their parts.
    """
    lines = [line for table in tables if table.name == _CHARTED for line in table.lines if line.depth == 1]
    known = sorted((line for line in lines if line.value), key=lambda line: -(line.value or 0))
    withheld = [line for line in lines if line.value is None]
    longest = max((line.value or 0 for line in known), default=1)
    return [Bar(line.text, line.value, (line.value or 0) / longest) for line in (*known, *withheld)]


def trend(files: Mapping[str, bytes]) -> list[Bar]:
    """All incidents of every quarter, the newest first."""
    totals = _totals(files)
    longest = max((value or 0 for value in totals.values()), default=0) or 1
    return [Bar(written(time), value, (value or 0) / longest) for time, value in totals.items()]


def before(files: Mapping[str, bytes], quarter: str) -> int | None:
    """All incidents of the quarter before this one; None where they are withheld, or nothing was published of it."""
    return _totals(files).get(str(Quarter.parse(quarter).preceding()))


def _totals(files: Mapping[str, bytes]) -> dict[str, int | None]:
    rows = (row for row in from_csv(files[f"{_CHARTED}.csv"]) if row.codes == (TOTAL,) and "-" in row.time)
    return {row.time: row.value for row in sorted(rows, key=lambda row: row.time, reverse=True)}


def written(time: str) -> str:
    """A quarter or a year in the reader's language."""
    formats = current_language().formats
    if "-" not in time:
        return format_skeleton("y", date(int(time), 1, 1), locale=formats)
    quarter = Quarter.parse(time)
    return format_skeleton("yQQQQ", date(quarter.year, quarter.number * 3, 1), locale=formats)


def _depths(files: Mapping[str, bytes], time: str) -> dict[tuple[str, str], int]:
    """How deep every code lies in its dimension, by the plans of the year."""
    found: dict[tuple[str, str], int] = {}
    for subject in SUBJECTS:
        plan = files.get(plan_file(subject.name, time.partition("-")[0]))
        for name, dimension in json.loads(plan)["dims"].items() if plan else ():
            level, depth = [dimension["total"]], 0
            while level:
                found |= {(name, code): depth for code in level}
                level, depth = [code for above in level for code in dimension["rel"].get(above, ())], depth + 1
    return found


def _text(table: Table, row: Row) -> str:
    """The row's name: the file's own in Serbian and English, by its code in other languages."""
    tag = current_language().tag
    if tag == "sr-Latn":
        return to_latin(row.labels[LANGUAGES.index("sr-Cyrl")][0])
    if tag in LANGUAGES:
        return row.labels[LANGUAGES.index(tag)][0]
    if row.codes[0] == TOTAL:
        return _("Total")
    if table.dimensions[0] == "area":
        return place_name(row.codes[0])
    terms = platform().vocabulary.terms
    return label(next(terms[own][row.codes[0]] for own in LISTS[table.dimensions[0]] if row.codes[0] in terms[own]))
