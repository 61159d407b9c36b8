"""The files of a release: what its protected subjects say, table by table, set under what was published before."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
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
) -> tuple[dict[str, bytes], dict[Table, list[Row]]]:
    """All files but the words and the description, those of earlier releases with what this one adds; and all rows."""
    files = {file: content for file, content in earlier.items() if file != DESCRIPTION}
    new: dict[str, list[Row]] = {}
    for subject, part in parts.items():
        files[plan_file(subject.name, part.year)] = files_of_release.to_json_file(part.plan)
        files[cells_file(subject.name, part.year)] = part.protected.released()
        for place, table in enumerate(part.tables()):
            new.setdefault(table.name, []).extend(_rows(part.protected, place, table, name))
    several = [name for part in parts.values() for name in part.plan.get("multi_response", [])]
    rows: dict[Table, list[Row]] = {}
    for table in files_of_release.tables_in(files):
        before, added = earlier.get(f"{table.name}.csv", b""), new.get(table.name, [])
        rows[table] = (files_of_release.from_csv(before) if before else []) + added
        files[f"{table.name}.csv"] = files_of_release.to_csv(table, added, after=before)
        files[f"{table.name}.json"] = files_of_release.to_json(
            table, rows[table], number=number, quarter=quarter, several=several
        )
    return files, rows


def _rows(part: Protected, place: int, table: Table, name: Names) -> list[Row]:
    """The lines that a release adds to one table."""
    axes = {tree.name: axis for axis, tree in enumerate(part.cells.trees)}
    own = [axes[dimension] for dimension in table.dimensions]
    found = []
    for cell in part.table(place):
        if not part.is_new[cell]:
            continue
        all_codes = part.codes[cell]
        codes = tuple([all_codes[axis] for axis in own])
        labels = tuple([tuple(map(name, table.dimensions, codes, repeat(tag))) for tag in LANGUAGES])
        if part.withheld[cell]:
            bounds = part.bounds[cell]
            found.append(Row(all_codes[axes["time"]], codes, labels, None, bounds.lower, bounds.upper))
        else:
            found.append(Row(all_codes[axes["time"]], codes, labels, int(part.cells.counts[cell])))
    return found


def extent_of(part: Part, rows: Mapping[Table, Sequence[Row]]) -> Extent:
    """What a release withholds of the year so far, and of the incidents of the newest quarter or else the year.

    `rows` are all that stand in tables of these names: a later year may cut them otherwise.
    """
    of_table = {table.name: own for table, own in rows.items()}
    several, shares = set(part.plan.get("multi_response", [])), {}
    for place, table in enumerate(part.tables()):
        own = of_table[table.name]
        times = {row.time for row in own if row.time.startswith(part.year)}
        if times and not several & set(table.dimensions):
            newest = max(times - {part.year}, default=part.year)
            innermost = _innermost(part.protected, place, table)
            shares[table.name] = files_of_release.share_withheld(table, own, newest, innermost)
    return Extent(len(part.protected.cells), int(part.protected.withheld.sum()), shares)


def _innermost(part: Protected, place: int, table: Table) -> Iterator[tuple[str, ...]]:
    """The codes of the lines of a table that no other of its lines breaks down."""
    axes = {tree.name: axis for axis, tree in enumerate(part.cells.trees)}
    own = [axes[name] for name in table.dimensions]
    lines = {tuple([part.codes[cell][axis] for axis in own]) for cell in part.table(place)}
    above = set()
    for codes in lines:
        for which, tree in enumerate(part.cells.trees[axis] for axis in own):
            if (parent := tree.parents[tree.places[codes[which]]]) >= 0:
                above.add((*codes[:which], tree.codes[parent], *codes[which + 1 :]))
    yield from sorted(lines - above)


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
