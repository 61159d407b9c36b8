"""One subject of a release: from its plan and its rows to cells, those to withhold, and the proof that they protect.

The plan is the specification that the release carries, the rows are those that it counts, and what earlier releases of
the year decided stands as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from typing import Any

import numpy as np

from incidents.core.tables import joined, key_of, pair_of
from incidents.disclosure import files
from incidents.disclosure.audit import Bounds
from incidents.disclosure.counts import Cells, Ints, Mask, table_of, tabulate
from incidents.disclosure.protection import CannotProtect, Status, protect
from incidents.disclosure.relations import relations
from incidents.disclosure.rows import data_of
from incidents.disclosure.rules import ENDLESS, Rules, least_of_wholes, rules_of, small
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
    known: Bounds | None = None
    """What readers know of a withheld one."""

    @property
    def least(self) -> int:
        """What readers know that it is at the least."""
        if self.is_withheld:
            return self.known.lower if self.known else 0
        return self.count

    @property
    def most(self) -> int:
        """What they know of a withheld one that it is at the most, rules.ENDLESS where nothing limits it."""
        return int(ENDLESS) if self.known is None or self.known.upper is None else self.known.upper


@dataclass(frozen=True)
class Protected:
    """Every cell of a year so far, in the order of the plan."""

    spec: Spec
    cells: Cells
    withheld: Mask
    dominated: Mask
    """Cells that are to be protected like small ones, though they are not small: one source told most of them."""
    is_new: Mask
    bounds: Mapping[int, Bounds]
    """By withheld cell, what it can be for all that is published."""

    @cached_property
    def codes(self) -> list[tuple[str, ...]]:
        """By cell, its code of each tree."""
        return list(self.cells.all_codes())

    @cached_property
    def keys(self) -> list[str]:
        """By cell, its canonical key."""
        axes = sorted(range(len(self.cells.trees)), key=lambda axis: self.cells.trees[axis].name)
        columns = []
        for tree, places in ((self.cells.trees[axis], self.cells.places[:, axis].tolist()) for axis in axes):
            pairs = [pair_of(tree.name, code) for code in tree.codes]
            columns.append([pairs[place] for place in places])
        return [joined(pairs) for pairs in zip(*columns, strict=True)]

    def table(self, number: int) -> list[int]:
        """The cells of one table of the plan: the times in their order, the year last; parents before their parts."""
        cells = table_of(self.cells, self.spec, self.spec.tables[number])
        return cells[np.argsort(self._order[cells])].tolist()  # type: ignore[no-any-return]

    @cached_property
    def _order(self) -> Ints:
        """By cell, where it stands among all."""
        ranks = [_depth_first(tree.children) for tree in self.cells.trees]
        keys = [rank[self.cells.places[:, axis]] for axis, rank in enumerate(ranks)]
        keys[TIME] = np.where(self.cells.places[:, TIME] == 0, len(ranks[TIME]), keys[TIME])
        found = np.empty(len(self.cells), dtype=np.int64)
        found[np.lexsort(keys[::-1])] = np.arange(len(found))
        return found

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
    nothing = np.zeros(len(cells), dtype=bool)
    found = Protected(spec, cells, nothing, nothing, nothing, {})
    before = [earlier.get(key) for key in found.keys]
    for key, was, count in zip(found.keys, before, cells.counts.tolist(), strict=True):
        if was is not None and was.count != count:
            raise CountsChanged(key)
    decided = [None if was is None else _status(was) for was in before]
    rules = _as_known(rules, cells, spec, before)
    statuses = protect(cells, spec, rules, earlier=decided, secret=secret)
    withheld = np.array([status.is_withheld for status in statuses], dtype=bool)
    attacked = _attacked(cells, withheld, spec, rules)
    if given := given_away(cells, withheld, spec, rules, attacked):
        own = int(rules.thresholds[found.keys.index(given[0])]) if given[0] in found.keys else spec.threshold
        raise CannotProtect([given[0]], own)
    bounds = {cell: bound for cell, bound in attacked.bounds.items() if cell < len(cells)}
    is_new = np.array([was is None for was in before], dtype=bool)
    return replace(found, withheld=withheld, dominated=rules.unsafe, is_new=is_new, bounds=bounds)


def _as_known(rules: Rules, cells: Cells, spec: Spec, before: Sequence[Before | None]) -> Rules:
    """The rules with what readers know from earlier releases. What these published stays, and what follows from it."""
    least = np.array([0 if was is None else was.least for was in before], dtype=np.int64)
    most = np.array([ENDLESS if was is None else was.most for was in before], dtype=np.int64)
    is_published = np.array([was is not None and not was.is_withheld for was in before], dtype=bool)
    matrix, _ = relations(cells, spec.multi_response)
    least = np.maximum(least, least_of_wholes(matrix, least)[: len(cells)])
    unsafe = rules.unsafe & ~is_published & (least < cells.counts)
    return replace(rules, most=most, least=np.where(unsafe, least, 0), unsafe=unsafe)


def bounds_in(plan: Mapping[str, Any], content: bytes) -> dict[str, Bounds]:
    """What a released file of cells says that withheld ones can be, by key."""
    names = spec_of(plan).names
    return {
        key_of({name: row[name] for name in names if name in row}): Bounds(
            int(row["lower"]), int(row["upper"]) if row["upper"] else None
        )
        for row in csv.DictReader(content.decode().splitlines())
        if row["lower"]
    }


def given_away_by(
    plan: Mapping[str, Any], name: str, content: bytes, counts: Mapping[str, int], dominated: Set[str] = frozenset()
) -> list[str]:
    """The small counts that a released file of cells gives away, by key. `counts` are the true ones.

    `dominated` are the keys of cells that have to be protected like small ones; wholes as far as their parts are.
    Raises audit.Contradiction where its figures do not add up, trees.BadSpec where it is no such file.
    """
    spec = spec_of(plan)
    stored = files.cells_of(name, content.decode().splitlines(), spec)
    shown = Protected(spec, stored.cells, stored.withheld, stored.withheld, stored.withheld, {})
    true = np.array([counts[key] for key in shown.keys], dtype=np.int64)
    cells = Cells(stored.cells.trees, stored.cells.places, true)
    unsafe = np.array([key in dominated for key in shown.keys], dtype=bool)
    rules = replace(rules_of(spec, cells), unsafe=unsafe)
    attacked = _attacked(cells, stored.withheld, spec, rules)
    lowers = [attacked.bounds[cell].lower if stored.withheld[cell] else true[cell] for cell in range(len(cells))]
    matrix, _ = relations(cells, spec.multi_response)
    of_parts = least_of_wholes(matrix, np.array(lowers, dtype=np.int64))[: len(cells)]
    rules = replace(rules, least=np.where(unsafe, of_parts, 0))
    return given_away(cells, stored.withheld, spec, rules, attacked)


def given_away(cells: Cells, withheld: Mask, spec: Spec, rules: Rules, found: Verdict) -> list[str]:
    """Small counts, small differences and shared traits that a reader can find out; `cells` hold the true counts."""
    shown = Protected(spec, cells, withheld, withheld, withheld, {})
    bad = [shown.keys[cell] for cell in np.flatnonzero(small(cells, rules) & ~withheld).tolist()]
    for column in _small_columns(cells, withheld, spec, rules):
        least = int(rules.least[column]) if column < len(cells) else 0
        if not found.hides(column, least=least):
            bad.append(shown.keys[column] if column < len(cells) else "a difference between cells")
    return [*bad, *(shown.keys[trait] for _, trait in found.groups)]


def _attacked(cells: Cells, withheld: Mask, spec: Spec, rules: Rules) -> Verdict:
    asked = {*np.flatnonzero(withheld).tolist(), *_small_columns(cells, withheld, spec, rules)}
    return verdict(cells, withheld, spec, asked=sorted(asked))


def _small_columns(cells: Cells, withheld: Mask, spec: Spec, rules: Rules) -> list[int]:
    """Withheld cells and differences that are small, by column; cells of one source as well."""
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
