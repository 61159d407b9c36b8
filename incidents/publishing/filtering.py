"""One published table as a reader filters it: lines of the frozen file, and nothing is counted for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from incidents.core.release import Row
from incidents.core.tables import TOTAL
from incidents.publishing.edition import TIME, Dimension, Edition, Figures, figures
from incidents.publishing.excerpts import Line, line_of

ALL_TIMES = "all"
MOST = 300
"""Lines that a page shows."""


@dataclass(frozen=True)
class Choice:
    code: str
    text: str
    depth: int
    """How deep it lies under others of its dimension."""


@dataclass(frozen=True)
class Axis:
    """The time or a dimension: what can be chosen of it, and what is."""

    name: str
    text: str
    choices: Sequence[Choice]
    chosen: str
    """A code of `choices`, or ALL_TIMES; empty for all."""


@dataclass(frozen=True)
class View:
    figures: Figures
    axes: Sequence[Axis]
    columns: Sequence[Dimension]
    """Those in which the lines differ: they are what is left to be told apart."""
    lines: Sequence[Line]
    """In the file's order, the newest time first."""
    number: int
    """How many there are; `lines` may have fewer."""

    def texts(self, line: Line, time: Callable[[str], str]) -> list[str]:
        """A line's words in each of the columns; `time` writes a quarter or a year."""
        return [time(code) if one.name == TIME else one.labels[code] for one, code in self._codes(line)]

    def groups(self, time: Callable[[str], str]) -> list[tuple[str, list[tuple[str, int, Line]]]]:
        """The lines under what they share in all columns but the last: there words, depth and the line itself.

        So that a phone shows what is counted and how many beside each other, however many dimensions a table has.
        """

        def shared(line: Line) -> tuple[str, ...]:
            return tuple(code for _one, code in self._codes(line)[:-1])

        found = []
        for _shared, some in groupby(self.lines, shared):
            lines = [(self.texts(line, time), self._depth(line), line) for line in some]
            heading = " · ".join(lines[0][0][:-1])
            found.append((heading, [(texts[-1] if texts else "", depth, line) for texts, depth, line in lines]))
        return found

    def of_one_level(self) -> list[Line]:
        """Quarters without their years, or else the outermost lines of which there are several, without their parts."""
        levels: dict[int, list[Line]] = {}
        for line in self.lines:
            levels.setdefault(self._depth(line), []).append(line)
        is_time = bool(self.columns) and self.columns[-1].name == TIME
        return next((levels[depth] for depth in sorted(levels, reverse=is_time) if len(levels[depth]) > 1), [])

    def _depth(self, line: Line) -> int:
        """How deep it lies in the last column; years lie above quarters."""
        codes = self._codes(line)
        if not codes:
            return 0
        dimension, code = codes[-1]
        return int("-" in code) if dimension.name == TIME else len(dimension.above(code))

    def _codes(self, line: Line) -> list[tuple[Dimension, str]]:
        """Of the columns."""
        own = dict(zip((one.name for one in self.figures.dimensions), (line.row.time, *line.row.codes), strict=True))
        return [(one, own[one.name]) for one in self.columns]


def filtered(edition: Edition, name: str, tag: str, chosen: Mapping[str, str], *, most: int | None = MOST) -> View:
    """The lines with the chosen codes and with those below them; what is no code of the table counts as not chosen.

    Without a choice of time it is the release's own quarter, or the newest time of the table. `most` lines at most.
    Raises NoSuchTable.
    """
    found = figures(edition, name, tag)
    axes = [_axis(edition, one, chosen.get(one.name, "")) for one in found.dimensions]
    wanted = [_codes(axis, one) for axis, one in zip(axes, found.dimensions, strict=True)]

    def fits(row: Row) -> bool:
        return all(own is None or code in own for code, own in zip((row.time, *row.codes), wanted, strict=True))

    rows = sorted(filter(fits, found.rows), key=lambda row: row.time, reverse=True)
    told = [{(row.time, *row.codes)[at] for row in rows} for at in range(len(found.dimensions))]
    columns = [one for one, codes in zip(found.dimensions, told, strict=True) if len(codes) > 1]
    return View(found, axes, columns, [line_of(found, row) for row in rows[:most]], len(rows))


def _axis(edition: Edition, dimension: Dimension, typed: str) -> Axis:
    choices = [Choice(code, text, len(dimension.above(code))) for code, text in dimension.labels.items()]
    known = {*dimension.labels, *([ALL_TIMES] if dimension.name == TIME else [])}
    chosen = typed if typed in known else ""
    if dimension.name == TIME:
        choices.sort(key=lambda choice: choice.code, reverse=True)
        newest = edition.quarter if edition.quarter in known else max(dimension.labels)
        chosen = chosen or newest
    return Axis(dimension.name, dimension.label, choices, chosen)


def _codes(axis: Axis, dimension: Dimension) -> set[str] | None:
    """The codes that fit; None for all."""
    if axis.chosen in {"", ALL_TIMES}:
        return None
    if axis.chosen == TOTAL:  # not all that lies below it
        return {TOTAL}
    return {code for code in dimension.labels if axis.chosen in {code, *dimension.above(code)}}
