"""Counts rows of data into cells: one cell one count, however many tables it stands in."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from incidents.disclosure.spec import TOTAL, BadSpec, Cut, Spec, Tree, tree_from_pairs

Ints = NDArray[np.int64]
_MOST_CELLS = 5_000_000
INCIDENT = "incident"
"""Column whose equal values make several rows one incident, where one incident may have several codes."""
_SEPARATOR = re.compile(r"\s*[;|]\s*")
"""Between several codes in one field."""


@dataclass(frozen=True)
class Cells:
    """Cells in the order of their keys. Row i of `places` has, by tree, the place of cell i's code; 0 is the total."""

    trees: tuple[Tree, ...]
    places: Ints
    """Shape (cells, trees)."""
    counts: Ints

    @property
    def keys(self) -> Ints:
        return keys_of(self.places, self.trees)

    def codes(self, cell: int) -> list[str]:
        return [tree.codes[place] for tree, place in zip(self.trees, self.places[cell], strict=True)]


@dataclass(frozen=True)
class Data:
    """Rows to be counted: for each tree the place of every row's code, and how much each row weighs."""

    trees: tuple[Tree, ...]
    places: Sequence[Ints]
    weights: Ints
    incidents: Ints | None = None
    """Number of the incident that each row tells of, where several rows may tell of one."""
    levels: Mapping[str, frozenset[str]] | None = None
    """Codes that stand in the columns of cuts, by the column's name."""


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


def _table(data: Data, spec: Spec, table: Sequence[Cut]) -> tuple[Ints, Ints]:
    """The places and the counts of one table's cells."""
    by_name = {tree.name: number for number, tree in enumerate(data.trees)}
    axes = [by_name[cut.name] for cut in table]
    kept = [_kept(data.trees[axis], cut, spec, data.levels or {}) for axis, cut in zip(axes, table, strict=True)]
    if prod(len(one) for one in kept) > _MOST_CELLS:
        raise BadSpec(f"A table of {' × '.join(cut.name for cut in table)} has over {_MOST_CELLS:,} cells.")
    several = spec.multi_response if spec.multi_response in [cut.name for cut in table] else None
    counts = _inner(data, axes, kept, several)
    for number, axis in enumerate(axes):
        if data.trees[axis].name != several:
            counts = _summed(counts, number, data.trees[axis], kept[number])
    grid = np.stack(np.meshgrid(*kept, indexing="ij"), axis=-1).reshape(-1, len(axes))
    places = np.zeros((len(grid), len(data.trees)), dtype=np.int64)
    places[:, axes] = grid
    return places, counts.reshape(-1)


def _kept(tree: Tree, cut: Cut, spec: Spec, levels: Mapping[str, frozenset[str]]) -> Ints:
    """The places of the codes that a table goes down to, parents first."""
    deepest = [len(tree.line(place)) - 1 for place in range(len(tree.codes))]
    if not cut.at:
        return np.arange(len(tree.codes), dtype=np.int64)
    word = cut.at[-1]
    ladder = spec.ladders.get(cut.name, ())
    depths = {column: len(ladder) - number for number, column in enumerate(ladder)}
    if word in levels and not ladder:
        named = {place for place, code in enumerate(tree.codes) if code in levels[word]}
        wanted = {above for place in named for above in tree.line(place)}
        return np.array(sorted(wanted), dtype=np.int64)
    if ladder and word.endswith(("levels", "level")) and word.split()[0].isdigit():
        depth = int(word.split()[0])
    elif ladder and word == "group" and len(ladder) > 1:
        depth = len(ladder) - 1
    else:
        fitting = [depth for column, depth in depths.items() if word == column or word.startswith(column)]
        if not fitting:
            known = ", ".join([*ladder, *levels]) or "none"
            raise BadSpec(f"Dimension {cut.name} has no level {word!r}; there are: {known}.")
        depth = max(fitting)
    return np.array([place for place, own in enumerate(deepest) if own <= depth], dtype=np.int64)


def _inner(data: Data, axes: Sequence[int], kept: Sequence[Ints], several: str | None) -> Ints:
    """Counts where every axis is at the deepest code that the table keeps; of several answers at every level."""
    columns, weights = [data.places[axis] for axis in axes], data.weights
    if data.incidents is not None or several:
        columns, weights = _one_a_mention(data, axes, several)
    shape = tuple(len(one) for one in kept)
    index = np.zeros(len(weights), dtype=np.int64)
    for number, (axis, column) in enumerate(zip(axes, columns, strict=True)):
        index = index * shape[number] + _position(data.trees[axis], kept[number])[column]
    size = prod(shape)
    if np.all(weights == 1):
        return np.bincount(index, minlength=size).astype(np.int64).reshape(shape)
    counts = np.zeros(size, dtype=np.int64)
    np.add.at(counts, index, weights)
    return counts.reshape(shape)


def _one_a_mention(data: Data, axes: Sequence[int], several: str | None) -> tuple[list[Ints], Ints]:
    """Rows such that an incident counts once under every code that it mentions, and under all above it."""
    incidents = data.incidents if data.incidents is not None else np.arange(len(data.weights), dtype=np.int64)
    columns = [data.places[axis] for axis in axes]
    names = [data.trees[axis].name for axis in axes]
    if several is None:
        _, first = np.unique(incidents, return_index=True)
        return [column[first] for column in columns], data.weights[first]
    own = names.index(several)
    tree = data.trees[axes[own]]
    lines = [tree.line(place) for place in range(len(tree.codes))]
    longest = max(len(line) for line in lines)
    padded = np.array([line + [-1] * (longest - len(line)) for line in lines], dtype=np.int64)
    mentioned = padded[columns[own]]
    row, _ = np.nonzero(mentioned >= 0)
    above = mentioned[mentioned >= 0]
    _, first = np.unique(incidents[row] * len(tree.codes) + above, return_index=True)
    row, above = row[first], above[first]
    return [above if number == own else column[row] for number, column in enumerate(columns)], data.weights[row]


def _position(tree: Tree, kept: Ints) -> Ints:
    """For every place of the tree, where the nearest kept code at or above it stands among the kept ones."""
    where = {int(place): number for number, place in enumerate(kept)}
    return np.array(
        [where[next(above for above in tree.line(place) if above in where)] for place in range(len(tree.codes))],
        dtype=np.int64,
    )


def _summed(counts: Ints, axis: int, tree: Tree, kept: Ints) -> Ints:
    """The counts with every parent along one axis the sum of its children, the deepest first."""
    counts = np.moveaxis(counts, axis, 0).copy()
    where = {int(place): number for number, place in enumerate(kept)}
    for place in kept[::-1]:
        parent = tree.parents[place]
        if parent >= 0:
            counts[where[parent]] += counts[where[int(place)]]
    return np.moveaxis(counts, 0, axis)


def read_data(path: Path, spec: Spec) -> Data:
    """The rows of a CSV file, gzipped or not. Raises BadSpec, naming file and line."""
    try:
        with _text(path) as file:
            rows = csv.reader(file)
            header = next(rows, None)
            if header is None:
                raise BadSpec(f"{path.name} is empty.")
            return _data(path.name, header, list(rows), spec)
    except (OSError, EOFError) as error:
        raise BadSpec(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}.") from None
    except UnicodeDecodeError:
        raise BadSpec(f"{path.name} is not UTF-8.") from None
    except csv.Error as error:
        raise BadSpec(f"{path.name} is not CSV: {error}.") from None


def _text(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _data(name: str, header: list[str], rows: list[list[str]], spec: Spec) -> Data:
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise BadSpec(f"{name}, line {number}: {len(row)} fields where the first line has {len(header)}.")
    columns = {title: place for place, title in enumerate(header)}

    def column(title: str) -> list[str]:
        if title not in columns:
            raise BadSpec(f"{name} has no column {title!r}; it has {', '.join(header)}.")
        return [row[columns[title]] for row in rows]

    incidents = None
    if spec.multi_response:
        titles = columns.get(INCIDENT)
        rows, incidents = _one_a_code(rows, columns, spec.multi_response, spec, titles)
    trees = tuple(
        spec.trees.get(each) or _tree_from_columns(each, [column(title) for title in spec.ladders[each]], spec)
        for each in spec.names
    )
    cuts = {word for table in spec.tables for cut in table for word in cut.at if cut.name in spec.trees}
    weights = _weights(name, column(spec.count_column)) if spec.count_column else np.ones(len(rows), dtype=np.int64)
    return Data(
        trees,
        [_leaves(name, tree, column(tree.column)) for tree in trees],
        weights,
        incidents,
        {title: frozenset(column(title)) for title in cuts if title in columns},
    )


def _one_a_code(
    rows: list[list[str]], columns: Mapping[str, int], several: str, spec: Spec, own: int | None
) -> tuple[list[list[str]], Ints]:
    """Rows with one code each of the dimension that may have several, and the number of the incident of each row."""
    title = spec.trees[several].column if several in spec.trees else spec.ladders[several][0]
    place = columns.get(title)
    if place is None:
        raise BadSpec(f"The data have no column {title!r}.")
    found, incidents, numbers = [], [], dict[str, int]()
    for number, row in enumerate(rows):
        for code in _SEPARATOR.split(row[place].strip()):
            found.append([*row[:place], code, *row[place + 1 :]])
            incidents.append(number if own is None else numbers.setdefault(row[own], len(numbers)))
    return found, np.array(incidents, dtype=np.int64)


def _tree_from_columns(name: str, columns: list[list[str]], spec: Spec) -> Tree:
    """The tree of a ladder of columns, the finest first, as the rows have it."""
    pairs: dict[str, str] = {}
    tops = [TOTAL] * len(columns[0]) if columns else []
    for lower, upper in zip(columns, [*columns[1:], tops], strict=True):
        for code, parent in sorted(set(zip(lower, upper, strict=True))):
            if pairs.setdefault(code, parent) != parent:
                raise BadSpec(f"Dimension {name}: {code!r} stands under two parents, {pairs[code]!r} and {parent!r}.")
    return tree_from_pairs(name, spec.ladders[name][0], dict(sorted(pairs.items())))


def _leaves(name: str, tree: Tree, values: list[str]) -> Ints:
    known, inner = tree.places, set(tree.children())
    places = np.empty(len(values), dtype=np.int64)
    for row, value in enumerate(values):
        place = known.get(value)
        if place is None:
            raise BadSpec(f"{name}, line {row + 2}: {value!r} is no code of dimension {tree.name}.")
        if place in inner:
            raise BadSpec(
                f"{name}, line {row + 2}: {value!r} of dimension {tree.name} has codes below it; give one of those."
            )
        places[row] = place
    return places


def _weights(name: str, values: list[str]) -> Ints:
    weights = np.empty(len(values), dtype=np.int64)
    for row, value in enumerate(_whole(name, values)):
        weights[row] = value
    return weights


def _whole(name: str, values: list[str]) -> Iterator[int]:
    for row, value in enumerate(values, start=2):
        text = value.strip()
        if not (text.isascii() and text.isdigit()) or len(text) > 12:
            what = "is negative" if text.startswith("-") else "is no whole number"
            raise BadSpec(f"{name}, line {row}: the count {value!r} {what}.")
        yield int(text)
