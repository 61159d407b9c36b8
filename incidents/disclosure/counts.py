"""Counts rows of data into cells: one cell one count, however many tables it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from incidents.disclosure.spec import ANY, Cut, Spec, Where
from incidents.disclosure.trees import BadSpec, Tree

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_AT_ONCE = 1 << 16
"""Rows that are counted together."""
_MOST_CELLS = 5_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells in the order of their keys. Row i of `places` has, by tree, the place of cell i's code; 0 is the total."""

    trees: tuple[Tree, ...]
    places: Ints
    """Shape (cells, trees)."""
    counts: Ints

    def __len__(self) -> int:
        return len(self.counts)

    @cached_property
    def keys(self) -> Ints:
        return keys_of(self.places, self.trees)

    def codes(self, cell: int) -> list[str]:
        return [tree.codes[place] for tree, place in zip(self.trees, self.places[cell], strict=True)]

    def all_codes(self) -> Iterator[tuple[str, ...]]:
        """Those of every cell, column by column: much sooner than one cell after the other."""
        columns = zip(self.trees, self.places.T.tolist(), strict=True)
        return zip(*([tree.codes[place] for place in places] for tree, places in columns), strict=True)

    def only(self, chosen: Mask | Ints) -> Cells:
        return Cells(self.trees, self.places[chosen], self.counts[chosen])

    def that_are(self, where: Where) -> Mask:
        """Which cells meet a condition. Raises BadSpec for a code or a level that the data do not have."""
        found = np.ones(len(self), dtype=bool)
        for axis, tree in enumerate(self.trees):
            if tree.name in where.codes:
                found &= _named(tree, where.codes[tree.name])[self.places[:, axis]]
            if where.only is not None and tree.name not in where.only:
                found &= self.places[:, axis] == 0
        return found


def _named(tree: Tree, listed: Sequence[str]) -> Mask:
    """By place, whether the code is one of those listed."""
    codes: set[str] = set()
    for word in listed:
        if word == ANY:
            codes |= set(tree.codes[1:])
        elif word.startswith("@"):
            codes |= tree.levels.get(word.removeprefix("@"), frozenset())
        else:
            codes.add(word)
    return np.array([code in codes for code in tree.codes], dtype=bool)


@dataclass(frozen=True)
class Data:
    """Rows to be counted: for each tree the place of every row's code, and how much each row weighs."""

    trees: tuple[Tree, ...]
    places: Sequence[Ints]
    weights: Ints
    incidents: Ints | None = None
    """Number of the incident that each row tells of, where several rows may tell of one; they all weigh the same."""
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Codes that stand in the columns of cuts, by the column's name."""
    sources: Ints | None = None
    """Who sent the incidents of each row: a number, 0 where it was nobody who sends many."""

    def of_source(self, source: int) -> Data:
        assert self.sources is not None  # noqa: S101 (asked for only where there are sources)
        own = self.sources == source
        incidents = None if self.incidents is None else self.incidents[own]
        return Data(self.trees, [column[own] for column in self.places], self.weights[own], incidents, self.levels)


def strides(trees: Sequence[Tree]) -> Ints:
    sizes = [len(tree.codes) for tree in trees]
    return np.array([prod(sizes[place + 1 :]) for place in range(len(sizes))], dtype=np.int64)


def keys_of(places: Ints, trees: Sequence[Tree]) -> Ints:
    """One number a cell, the same for the same codes."""
    return places @ strides(trees)


def tabulate(data: Data, spec: Spec) -> Cells:
    """Every cell of every table of the specification, zeros too. Raises BadSpec."""
    step = strides(data.trees)
    all_keys: list[Ints] = []
    all_places: list[Ints] = []
    all_counts: list[Ints] = []
    for table in spec.tables:
        places, counts = _table(data, spec, table)
        all_keys.append(places @ step)
        all_places.append(places)
        all_counts.append(counts)
    keys = np.concatenate(all_keys)
    _, first = np.unique(keys, return_index=True)
    return Cells(data.trees, np.concatenate(all_places)[first], np.concatenate(all_counts)[first])


def table_of(cells: Cells, spec: Spec, table: Sequence[Cut]) -> Ints:
    """The cells that stand in one table of a specification whose trees are stated."""
    cuts = {cut.name: cut for cut in table}
    found = np.ones(len(cells), dtype=bool)
    for axis, tree in enumerate(cells.trees):
        kept = np.zeros(len(tree.codes), dtype=bool)
        kept[_kept(tree, cuts[tree.name], spec, {}) if tree.name in cuts else 0] = True
        found &= kept[cells.places[:, axis]]
    return np.flatnonzero(found)


def largest_of_one_source(data: Data, spec: Spec, cells: Cells) -> Ints:
    """By cell, how many of its incidents the one source sent that sent the most."""
    largest = np.zeros(len(cells), dtype=np.int64)
    if data.sources is not None:
        for source in np.unique(data.sources[data.sources > 0]).tolist():
            largest = np.maximum(largest, tabulate(data.of_source(source), spec).counts)
    return largest


def _table(data: Data, spec: Spec, table: Sequence[Cut]) -> tuple[Ints, Ints]:
    """The places and the counts of one table's cells."""
    by_name = {tree.name: number for number, tree in enumerate(data.trees)}
    axes = [by_name[cut.name] for cut in table]
    kept = [_kept(data.trees[axis], cut, spec, data.levels) for axis, cut in zip(axes, table, strict=True)]
    if prod(len(one) for one in kept) > _MOST_CELLS:
        raise BadSpec(f"A table of {' × '.join(cut.name for cut in table)} has over {_MOST_CELLS:,} cells.")
    counts = _inner(data, axes, kept, spec.multi_response)
    for number, axis in enumerate(axes):
        if data.trees[axis].name not in spec.multi_response:
            counts = _summed(counts, number, data.trees[axis], kept[number])
    grid = np.stack(np.meshgrid(*kept, indexing="ij"), axis=-1).reshape(-1, len(axes))
    places = np.zeros((len(grid), len(data.trees)), dtype=np.int64)
    places[:, axes] = grid
    return places, counts.reshape(-1)


def _kept(tree: Tree, cut: Cut, spec: Spec, levels: Mapping[str, frozenset[str]]) -> Ints:
    """The places of the codes that a table goes down to, parents first."""
    if not cut.at:
        return np.arange(len(tree.codes), dtype=np.int64)
    word = cut.at[-1]
    ladder = spec.ladders.get(cut.name, ())
    depths = {column: len(ladder) - number for number, column in enumerate(ladder)}
    named = tree.levels.get(word) or (None if ladder else levels.get(word))
    if named is not None:
        wanted = {above for code in named & tree.places.keys() for above in tree.lines[tree.places[code]]}
        return np.array(sorted(wanted), dtype=np.int64)
    if ladder and word.endswith(("levels", "level")) and word.split()[0].isdigit():
        depth = int(word.split()[0])
    elif ladder and word == "group" and len(ladder) > 1:
        depth = len(ladder) - 1
    else:
        fitting = [depth for column, depth in depths.items() if word == column or word.startswith(column)]
        if not fitting:
            known = ", ".join([*tree.levels, *ladder, *levels]) or "none"
            raise BadSpec(f"Dimension {cut.name} has no level {word!r}; there are: {known}.")
        depth = max(fitting)
    return np.array([place for place, line in enumerate(tree.lines) if len(line) - 1 <= depth], dtype=np.int64)


def _inner(data: Data, axes: Sequence[int], kept: Sequence[Ints], several: frozenset[str]) -> Ints:
    """Counts where every axis is at the deepest code that the table keeps; of several answers at every level."""
    shape = tuple(len(one) for one in kept)
    trees = [data.trees[axis] for axis in axes]
    positions = [_position(tree, own) for tree, own in zip(trees, kept, strict=True)]
    places = [data.places[axis] for axis in axes]
    if data.incidents is None and not any(tree.name in several for tree in trees):
        # Some rows at a time, so that what is worked out for them stays near the processor.
        counts = np.zeros(prod(shape), dtype=np.int64)
        for start in range(0, len(data.weights), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            columns = [position[column[some]] for position, column in zip(positions, places, strict=True)]
            counts += _summed_up(columns, shape, data.weights[some])
        return counts.reshape(shape)
    row, columns = _mentions(
        data,
        [position[column] for position, column in zip(positions, places, strict=True)],
        [_above(tree, own) if tree.name in several else None for tree, own in zip(trees, kept, strict=True)],
    )
    return _summed_up(columns, shape, data.weights[row]).reshape(shape)


def _summed_up(columns: Sequence[Ints], shape: tuple[int, ...], weights: Ints) -> Ints:
    """The weights of each cell together, cells in the order of a flat grid."""
    index = np.zeros(len(weights), dtype=np.int64)
    for column, size in zip(columns, shape, strict=True):
        index = index * size + column
    if np.all(weights == 1):
        return np.bincount(index, minlength=prod(shape)).astype(np.int64)
    counts = np.zeros(prod(shape), dtype=np.int64)
    np.add.at(counts, index, weights)
    return counts


def _mentions(data: Data, columns: list[Ints], above: Sequence[Ints | None]) -> tuple[Ints, list[Ints]]:
    """Rows such that an incident counts once under every code that it mentions, and once under all above it.

    `above` has, by axis of several answers, each kept code with those above it (-1 where there are no more).
    """
    row = np.arange(len(data.weights), dtype=np.int64)
    for number, lines in enumerate(above):
        if lines is not None:
            mentioned = lines[columns[number]]
            own, _ = np.nonzero(mentioned >= 0)
            columns = [column[own] for column in columns]
            columns[number], row = mentioned[mentioned >= 0], row[own]
    if data.incidents is None:
        return row, columns
    is_one_of_many = (np.bincount(data.incidents)[data.incidents] > 1)[row]
    key = data.incidents[row].copy()
    for column, lines in zip(columns, above, strict=True):
        if lines is not None:
            key = key * len(lines) + column
    many = np.flatnonzero(is_one_of_many)
    _, first = np.unique(key[many], return_index=True)
    chosen = np.sort(np.concatenate([np.flatnonzero(~is_one_of_many), many[first]]))
    return row[chosen], [column[chosen] for column in columns]


def _position(tree: Tree, kept: Ints) -> Ints:
    """For every place of the tree, where the nearest kept code at or above it stands among the kept ones."""
    where = {place: number for number, place in enumerate(kept.tolist())}
    return np.array(
        [where[next(above for above in line if above in where)] for line in tree.lines],
        dtype=np.int64,
    )


def _above(tree: Tree, kept: Ints) -> Ints:
    """For every kept code, itself and those above it by where they stand among the kept ones, -1 behind them."""
    where = {place: number for number, place in enumerate(kept.tolist())}
    lines = [[where[above] for above in tree.lines[place]] for place in where]
    longest = max(len(line) for line in lines)
    return np.array([line + [-1] * (longest - len(line)) for line in lines], dtype=np.int64)


def _summed(counts: Ints, axis: int, tree: Tree, kept: Ints) -> Ints:
    """The counts with every parent along one axis the sum of its children, the deepest first."""
    counts = np.moveaxis(counts, axis, 0).copy()
    where = {int(place): number for number, place in enumerate(kept)}
    for place in kept[::-1]:
        parent = tree.parents[place]
        if parent >= 0:
            counts[where[parent]] += counts[where[int(place)]]
    return np.moveaxis(counts, 0, axis)
