"""The files of a release: what its protected subjects say, table by table, set under what was published before."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from incidents.core import release as files_of_release
from incidents.core import tables
from incidents.core.periods import Quarter
from incidents.core.release import DESCRIPTION, LANGUAGES, WITHHELD, Extent, Names, Row, cells_file, plan_file
from incidents.core.tables import Subject, Table
from incidents.disclosure.releasing import Protected


@dataclass(frozen=True)
class Part:
    """One subject of a release: the plan of its year, and its cells so far."""

    plan: Mapping[str, Any]
    protected: Protected

    @property
    def year(self) -> str:
        return str(self.plan["dims"]["time"]["total"])

    def tables(self) -> list[Table]:
        return [
            Table(name, tuple(cuts)) for name, cuts in zip(self.plan["table_names"], self.plan["tables"], strict=True)
        ]


def files_of(
    parts: Mapping[Subject, Part],
    earlier: Mapping[str, bytes],
    number: int,
    quarter: Quarter,
    name: Names,
) -> dict[str, bytes]:
    """All files but the description: those of earlier releases with what this one adds."""
    files = {file: content for file, content in earlier.items() if file != DESCRIPTION}
    for subject, part in parts.items():
        files[plan_file(subject.name, part.year)] = files_of_release.to_json_file(part.plan)
        files[cells_file(subject.name, part.year)] = part.protected.released()
        for place, table in enumerate(part.tables()):
            after = files.get(f"{table.name}.csv", b"")
            files[f"{table.name}.csv"] = files_of_release.to_csv(
                table, _rows(part.protected, place, table, name), after=after
            )
    several = [name for part in parts.values() for name in part.plan.get("multi_response", [])]
    for table in files_of_release.tables_in(files):
        files[f"{table.name}.json"] = files_of_release.to_json(
            table,
            files_of_release.from_csv(files[f"{table.name}.csv"]),
            number=number,
            quarter=quarter,
            several=several,
        )
    return files


def _rows(part: Protected, place: int, table: Table, name: Names) -> Iterator[Row]:
    """The lines that a release adds to one table."""
    axes = {tree.name: axis for axis, tree in enumerate(part.cells.trees)}
    for cell in part.table(place):
        if not part.is_new[cell]:
            continue
        own = part.cells.codes(cell)
        codes = tuple(own[axes[dimension]] for dimension in table.dimensions)
        labels = tuple(
            tuple(name(dimension, code, tag) for dimension, code in zip(table.dimensions, codes, strict=True))
            for tag in LANGUAGES
        )
        if part.withheld[cell]:
            bounds = part.bounds[cell]
            yield Row(own[axes["time"]], codes, labels, None, bounds.lower, bounds.upper)
        else:
            yield Row(own[axes["time"]], codes, labels, int(part.cells.counts[cell]))


def extent_of(part: Part, files: Mapping[str, bytes]) -> Extent:
    """What a release withholds of the year so far, and of the incidents of the newest quarter or else the year."""
    several, shares = set(part.plan.get("multi_response", [])), {}
    for place, table in enumerate(part.tables()):
        rows = files_of_release.from_csv(files[f"{table.name}.csv"])
        times = {row.time for row in rows if row.time.startswith(part.year)}
        if times and not several & set(table.dimensions):
            newest = max(times - {part.year}, default=part.year)
            innermost = _innermost(part.protected, place, table)
            shares[table.name] = files_of_release.share_withheld(table, rows, newest, innermost)
    return Extent(len(part.protected.cells), int(part.protected.withheld.sum()), shares)


def _innermost(part: Protected, place: int, table: Table) -> Iterator[tuple[str, ...]]:
    """The codes of the lines of a table that no other of its lines breaks down."""
    axes = {tree.name: axis for axis, tree in enumerate(part.cells.trees)}
    lines = {tuple(part.cells.codes(cell)[axes[name]] for name in table.dimensions) for cell in part.table(place)}
    parents = [
        {tree.codes[place]: {tree.codes[child] for child in children} for place, children in tree.children().items()}
        for tree in (part.cells.trees[axes[name]] for name in table.dimensions)
    ]
    for codes in sorted(lines):
        below = (
            (*codes[:axis], child, *codes[axis + 1 :])
            for axis, code in enumerate(codes)
            for child in parents[axis].get(code, ())
        )
        if not any(one in lines for one in below):
            yield codes


def _place(part: Protected, key: str) -> int:
    return next(cell for cell in range(len(part.cells)) if part.key(cell) == key)


def years_of(files: Mapping[str, bytes], subject: Subject) -> list[str]:
    start, end = cells_file(subject.name, "\0").split("\0")
    return sorted(name.removeprefix(start).removesuffix(end) for name in files if name.startswith(start))


def shown_in(files: Mapping[str, bytes], subject: Subject) -> Iterator[tuple[str, int | None]]:
    """Every cell of the table files of a subject with its figure, None where it is withheld."""
    for table, of in files_of_release.tables_in(files).items():
        if of == subject.name:
            for row in files_of_release.from_csv(files[f"{table.name}.csv"]):
                codes = dict(zip(table.dimensions, row.codes, strict=True))
                yield tables.key_of({"time": row.time, **codes}), row.value


def listed_in(files: Mapping[str, bytes], subject: Subject) -> Iterator[tuple[str, int | None]]:
    """Every cell of the files of cells of a subject with its figure, None where it is withheld."""
    for year in years_of(files, subject):
        names = json.loads(files[plan_file(subject.name, year)])["dims"]
        for row in csv.DictReader(files[cells_file(subject.name, year)].decode().splitlines()):
            value = row["value"]
            shown = int(value) if value not in {"", WITHHELD} else None  # none stood there in older releases
            yield tables.key_of({name: row[name] for name in names}), shown
