"""A release as its page shows it: tables and one chart, read out of the frozen files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from incidents.core.periods import Quarter
from incidents.core.release import Row, from_csv
from incidents.core.script import to_latin
from incidents.core.tables import PLAN, Table
from incidents.web.languages import current_language, label
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

_CHARTED = "ground"


@dataclass(frozen=True)
class Line:
    """One row of one table at one time."""

    text: str
    depth: int
    value: int | None
    """None where it is withheld."""


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


def tables_at(files: Mapping[str, bytes], time: str) -> list[TableAt]:
    """Every table of a release at one quarter or year."""
    return [_table(table, files, time) for table in PLAN]


def times(files: Mapping[str, bytes]) -> list[str]:
    """The quarters and years that a release covers, newest first."""
    rows = from_csv(files[f"{PLAN[0].name}.csv"])
    return sorted({row.time for row in rows}, reverse=True)


def bars(tables: Sequence[TableAt]) -> list[Bar]:
    """The chart: incidents by ground, the most frequent first; rows of nobody left out, withheld ones last."""
    lines = next(table.lines for table in tables if table.name == _CHARTED)
    known = sorted((line for line in lines if line.value), key=lambda line: -(line.value or 0))
    withheld = [line for line in lines if line.value is None]
    longest = max((line.value or 0 for line in known), default=1)
    return [Bar(line.text, line.value, (line.value or 0) / longest) for line in (*known, *withheld)]


def written(time: str) -> str:
    """A quarter or a year in the reader's language."""
    formats = current_language().formats
    if "-" not in time:
        return format_skeleton("y", date(int(time), 1, 1), locale=formats)
    quarter = Quarter.parse(time)
    return format_skeleton("yQQQQ", date(quarter.year, quarter.number * 3, 1), locale=formats)


def _table(table: Table, files: Mapping[str, bytes], time: str) -> TableAt:
    rows = [row for row in from_csv(files[f"{table.name}.csv"]) if row.time == time]
    lines = [Line(_text(table, row), len(row.path), row.value) for row in rows]
    return TableAt(table.name, time, lines[0], lines[1:])


def _text(table: Table, row: Row) -> str:
    """The row's name: the file's own in Serbian and English, by its code in other languages."""
    match current_language().tag:
        case "sr-Cyrl":
            return row.label_sr
        case "sr-Latn":
            return to_latin(row.label_sr)
        case "en":
            return row.label_en
    if not row.path:
        return _("Total")
    level, code = table.levels[len(row.path) - 1], row.path[-1]
    return place_name(code) if level == "area" else label(platform().vocabulary.terms[level][code])
