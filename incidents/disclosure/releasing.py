"""One subject of a release: from its plan and its rows to cells, those to withhold, and the proof that they protect.

The plan is the specification that the release carries, the rows are those that it counts, and what earlier releases of
the year decided stands as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import numpy as np

from incidents.core.tables import key_of
from incidents.disclosure import files
from incidents.disclosure.audit import Bounds
from incidents.disclosure.counts import Cells, Mask, table_of, tabulate
from incidents.disclosure.protection import CannotProtect, Status, protect
from incidents.disclosure.relations import relations
from incidents.disclosure.rows import data_of
from incidents.disclosure.rules import ENDLESS, rules_of, small
from incidents.disclosure.spec import Spec, spec_of
from incidents.disclosure.verdict import Verdict, verdict

TIME = 0
"""The axis of time: the first dimension of every plan, with the year as its total."""


class CountsChanged(Exception):
    """A cell that was counted before would now be counted otherwise: the rows behind a release were changed."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} was counted otherwise")
        self.key = key


@dataclass(frozen=True)
class Before:
    """What an earlier release decided of a cell."""

    count: int
    is_withheld: bool
    upper: int | None = None
    """What readers know of a withheld one that it is at the most; None where nothing limits it."""


@dataclass(frozen=True)
class Protected:
    """Every cell of a year so far, in the order of the plan."""

    spec: Spec
    cells: Cells
    withheld: Mask
    is_new: Mask
    bounds: Mapping[int, Bounds]
    """By withheld cell, what it can be for all that is published."""

    def key(self, cell: int) -> str:
        names = (tree.name for tree in self.cells.trees)
        return key_of(dict(zip(names, self.cells.codes(cell), strict=True)))

    def table(self, number: int) -> Iterator[int]:
        """The cells of one table of the plan: the times in their order, the year last; parents before their parts."""
        cells = table_of(self.cells, self.spec, self.spec.tables[number])
        ranks = [_depth_first(tree.children()) for tree in self.cells.trees]
        keys = [rank[self.cells.places[cells, axis]] for axis, rank in enumerate(ranks)]
        keys[TIME] = np.where(self.cells.places[cells, TIME] == 0, len(ranks[TIME]), keys[TIME])
        yield from cells[np.lexsort(keys[::-1])].tolist()

    def released(self) -> bytes:
        """All cells as a file for everybody, which `release audit` reads."""
        file = StringIO()
        files.write_released(file, self.cells, self.withheld, self.bounds, self.spec)
        return file.getvalue().encode()


def protected(
    plan: Mapping[str, Any],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    is_released: Callable[[str], bool],
    earlier: Mapping[str, Before],
    secret: bytes = b"",
) -> Protected:
    """Count the rows, decide what to withhold, and attack the result.

    `is_released` says of a time whether its cells are published by now; `earlier` has what was published before, by
    key; `secret` draws the decoys, where the plan has some. Raises protection.CannotProtect, CountsChanged, and
    trees.BadSpec for a code that the plan does not know.
    """
    spec = spec_of(plan)
    data = data_of("the counted rows", header, rows, spec)
    everything = tabulate(data, spec)
    times = np.array([is_released(code) for code in everything.trees[TIME].codes])
    chosen = times[everything.places[:, TIME]]
    cells, rules = everything.only(chosen), rules_of(spec, everything, data).only(chosen)
    found = Protected(spec, cells, np.zeros(len(cells), dtype=bool), np.zeros(len(cells), dtype=bool), {})
    before = [earlier.get(found.key(cell)) for cell in range(len(cells))]
    for cell, was in enumerate(before):
        if was is not None and was.count != cells.counts[cell]:
            raise CountsChanged(found.key(cell))
    decided = [None if was is None else _status(was) for was in before]
    most = np.array([ENDLESS if was is None or was.upper is None else was.upper for was in before], dtype=np.int64)
    statuses = protect(cells, spec, replace(rules, most=most), earlier=decided, secret=secret)
    withheld = np.array([status.is_withheld for status in statuses], dtype=bool)
    attacked = _attacked(cells, withheld, spec)
    if given := given_away(cells, withheld, spec, attacked):
        own = next((cell for cell in range(len(cells)) if found.key(cell) == given[0]), None)
        raise CannotProtect([given[0]], spec.threshold if own is None else int(rules.thresholds[own]))
    bounds = {cell: bound for cell, bound in attacked.bounds.items() if cell < len(cells)}
    return Protected(spec, cells, withheld, np.array([was is None for was in before], dtype=bool), bounds)


def uppers_in(plan: Mapping[str, Any], content: bytes) -> dict[str, int]:
    """What a released file of cells says that withheld ones are at the most, by key; those without limit left out."""
    found = {}
    names = spec_of(plan).names
    for row in csv.DictReader(content.decode().splitlines()):
        if row["upper"]:
            found[key_of({dimension: row[dimension] for dimension in names if dimension in row})] = int(row["upper"])
    return found


def given_away_by(plan: Mapping[str, Any], name: str, content: bytes, counts: Mapping[str, int]) -> list[str]:
    """The small counts that a released file of cells gives away, by key. `counts` are the true ones.

    Raises audit.Contradiction where its figures do not add up, trees.BadSpec where it is no such file.
    """
    spec = spec_of(plan)
    stored = files.cells_of(name, content.decode().splitlines(), spec)
    shown = Protected(spec, stored.cells, stored.withheld, stored.withheld, {})
    true = np.array([counts[shown.key(cell)] for cell in range(len(stored.cells))], dtype=np.int64)
    cells = Cells(stored.cells.trees, stored.cells.places, true)
    return given_away(cells, stored.withheld, spec, _attacked(cells, stored.withheld, spec))


def given_away(cells: Cells, withheld: Mask, spec: Spec, found: Verdict) -> list[str]:
    """Small counts, small differences and shared traits that a reader can find out; `cells` hold the true counts."""
    shown = Protected(spec, cells, withheld, withheld, {})
    rules = rules_of(spec, cells)
    bad = [shown.key(cell) for cell in np.flatnonzero(small(cells, rules) & ~withheld).tolist()]
    for column in _small_columns(cells, withheld, spec):
        if not found.hides(column):
            bad.append(shown.key(column) if column < len(cells) else "a difference between cells")
    return [*bad, *(shown.key(trait) for _, trait in found.groups)]


def _attacked(cells: Cells, withheld: Mask, spec: Spec) -> Verdict:
    asked = {*np.flatnonzero(withheld).tolist(), *_small_columns(cells, withheld, spec)}
    return verdict(cells, withheld, spec, asked=sorted(asked))


def _small_columns(cells: Cells, withheld: Mask, spec: Spec) -> list[int]:
    """Withheld cells and differences that are small, by column."""
    rules = rules_of(spec, cells)
    columns = np.flatnonzero(small(cells, rules) & withheld).tolist()
    if spec.protects_differences:
        _, differences = relations(cells, spec.multi_response)
        near = (differences.counts > 0) & (differences.counts < rules.thresholds[differences.wholes])
        columns += (len(cells) + np.flatnonzero(differences.are_counts & near)).tolist()
    return columns


def _status(before: Before) -> Status:
    if before.is_withheld:
        # A nothing that was withheld stays as deniable as it was, whatever it was withheld for.
        return Status.COMPLEMENTARY if before.count else Status.PRIMARY
    return Status.PUBLISHED if before.count else Status.ZERO


def _depth_first(children: Mapping[int, Sequence[int]]) -> Any:
    """By place, its number when every code stands right before those under it."""
    order: list[int] = []
    waiting = [0]
    while waiting:
        place = waiting.pop()
        order.append(place)
        waiting += reversed(children.get(place, ()))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank
