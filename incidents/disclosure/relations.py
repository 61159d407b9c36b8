"""How cells hang together: every sum and every union that a reader of the cells can set up, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from incidents.disclosure.counts import Cells, Ints, strides

Signs = NDArray[np.float64]


@dataclass(frozen=True)
class Matrix:
    """Rows whose weighted sums are zero, in compressed form: row r has entries starts[r] to starts[r + 1]."""

    starts: Ints
    columns: Ints
    signs: Signs
    width: int
    """How many columns there are: cells first, then differences that readers can compute."""

    @property
    def height(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def rows(self) -> Ints:
        """The row of every entry."""
        return np.repeat(np.arange(self.height, dtype=np.int64), np.diff(self.starts))

    def times(self, values: Ints) -> Ints:
        """What each row adds up to, in whole numbers."""
        sums = np.zeros(self.height, dtype=np.int64)
        np.add.at(sums, self.rows, self.signs.astype(np.int64) * values[self.columns])
        return sums

    def groups(self, chosen: NDArray[np.bool_]) -> Ints:
        """For every chosen column a number that it shares with the chosen columns it hangs together with; -1 else."""
        kept = chosen[self.columns]
        rows, columns = self.rows[kept], self.columns[kept]
        label = np.where(chosen, np.arange(self.width, dtype=np.int64), -1)
        if not len(rows):
            return label
        starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
        lengths = np.diff(np.append(starts, len(rows)))
        while True:
            least = np.repeat(np.minimum.reduceat(label[columns], starts), lengths)
            new = label.copy()
            np.minimum.at(new, columns, least)
            jumped = np.where(chosen, new[np.maximum(new, 0)], -1)
            if np.array_equal(jumped, label):
                return label
            label = jumped

    def beside(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The columns that share a row with a chosen one, and those themselves."""
        touched = np.zeros(self.height, dtype=bool)
        touched[self.rows[chosen[self.columns]]] = True
        found = chosen.copy()
        found[self.columns[touched[self.rows]]] = True
        return found

    def only(self, kept: NDArray[np.bool_]) -> tuple[Matrix, Ints]:
        """The part in these columns without rows that have none of them, and the old number of each new column."""
        old = np.flatnonzero(kept)
        new = np.full(self.width, -1, dtype=np.int64)
        new[old] = np.arange(len(old))
        chosen = kept[self.columns]
        rows = self.rows[chosen]
        _, lengths = np.unique(rows, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Matrix(starts, new[self.columns[chosen]], self.signs[chosen], len(old)), old


@dataclass(frozen=True)
class Differences:
    """Columns behind the cells: what is left of a whole when one of its parts, or all but one mention, is taken off."""

    counts: Ints
    are_counts: NDArray[np.bool_]
    """Whether each is itself a number of incidents of some kind: those without one answer, or with both of two."""
    wholes: Ints
    """The cell that each is a difference from."""


_KNOWN: WeakKeyDictionary[Cells, dict[Set[str], tuple[Matrix, Differences]]] = WeakKeyDictionary()
"""What was worked out of cells that are still in use, by their trees of several answers."""


def relations(cells: Cells, several: Set[str]) -> tuple[Matrix, Differences]:
    """Every relation between cells that are there.

    A parent and all of its children, at any codes of the other trees, give a sum. In a tree among `several`, of which
    an incident may have many codes, they give a union: with N the parent and c_j the children, N - c_j and sum c_j - N
    are not negative, and stand as columns of their own behind the cells. Worked out once for the same cells, which
    are not changed afterwards, and neither is what was worked out.
    """
    known = _KNOWN.setdefault(cells, {})
    if frozenset(several) not in known:
        known[frozenset(several)] = _relations(cells, several)
    return known[frozenset(several)]


def _relations(cells: Cells, several: Set[str]) -> tuple[Matrix, Differences]:
    builder = _Builder(cells)
    for axis, tree in enumerate(cells.trees):
        for found in families(cells, axis):
            if tree.name in several:
                builder.add_unions(found)
            else:
                builder.add_sums(found)
    return builder.built()


def with_others(matrix: Matrix, wholes: Ints, parts: Ints) -> Matrix:
    """The matrix with a column at the end for each whole less one of its parts: all the others together."""
    size = len(wholes)
    others = matrix.width + np.arange(size, dtype=np.int64)
    return Matrix(
        np.concatenate([matrix.starts, matrix.starts[-1] + 3 * np.arange(1, size + 1, dtype=np.int64)]),
        np.concatenate([matrix.columns, np.stack([wholes, parts, others], axis=1).reshape(-1)]),
        np.concatenate([matrix.signs, np.tile([1.0, -1.0, -1.0], size)]),
        matrix.width + size,
    )


@dataclass(frozen=True)
class Families:
    """Cells with one code of a tree, each with its cells for all codes below that."""

    wholes: Ints
    """Shape (families,)."""
    parts: Ints
    """Shape (families, codes below)."""


def families(cells: Cells, axis: int) -> Iterator[Families]:
    """Those of one tree, by parent; only cells that have all their parts."""
    tree, keys, places = cells.trees[axis], cells.keys, cells.places[:, axis]
    step, is_there = strides(cells.trees)[axis], np.bincount(places, minlength=len(tree.codes)) > 0
    for parent, children in tree.children.items():
        below = np.array(children, dtype=np.int64)
        if not (is_there[parent] and np.all(is_there[below])):
            continue
        wholes = np.flatnonzero(places == parent)
        wanted = keys[wholes][:, None] + (below - parent) * step
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        complete = np.all(keys[found] == wanted, axis=1)
        if np.any(complete):
            yield Families(wholes[complete], found[complete])


class _Builder:
    """Rows in the making, and the differences that come with unions."""

    def __init__(self, cells: Cells) -> None:
        self._counts = cells.counts
        self._width = len(cells)
        self._columns: list[Ints] = []
        self._signs: list[Signs] = []
        self._lengths: list[Ints] = []
        self._differences: list[Ints] = []
        self._are_counts: list[NDArray[np.bool_]] = []
        self._wholes: list[Ints] = []

    def add_sums(self, found: Families) -> None:
        """A row a family: the whole less all its parts."""
        size = found.parts.shape[1]
        self._add(np.column_stack([found.wholes, found.parts]), [1.0] + [-1.0] * size, [1 + size])

    def add_unions(self, found: Families) -> None:
        """For each part a row: the whole less it is a difference. Then one: all parts less the whole are another."""
        wholes, parts = found.wholes, found.parts
        size = parts.shape[1]
        # Mentions beyond the first; with two answers, the incidents that have both.
        beyond = self._counts[parts].sum(axis=1) - self._counts[wholes]
        differences = np.column_stack([self._counts[wholes][:, None] - self._counts[parts], beyond])
        own = self._width + np.arange(differences.size, dtype=np.int64).reshape(differences.shape)
        each = np.stack([np.broadcast_to(wholes[:, None], parts.shape), parts, own[:, :-1]], axis=2)
        self._add(
            np.column_stack([each.reshape(len(wholes), -1), wholes, parts, own[:, -1]]),
            [1.0, -1.0, -1.0] * size + [-1.0] + [1.0] * size + [-1.0],
            [3] * size + [size + 2],
        )
        self._width += differences.size
        self._differences.append(differences.reshape(-1))
        self._are_counts.append(np.tile(np.arange(size + 1) < size + (size == 2), len(wholes)))
        self._wholes.append(np.repeat(wholes, size + 1))

    def _add(self, columns: Ints, signs: list[float], lengths: list[int]) -> None:
        """For each line of `columns` rows of so many entries, with these signs."""
        self._columns.append(columns.reshape(-1))
        self._signs.append(np.tile(np.array(signs, dtype=np.float64), len(columns)))
        self._lengths.append(np.tile(np.array(lengths, dtype=np.int64), len(columns)))

    def built(self) -> tuple[Matrix, Differences]:
        none = np.zeros(0, dtype=np.int64)
        matrix = Matrix(
            np.cumsum(np.concatenate([[0], *self._lengths]), dtype=np.int64),
            np.concatenate([none, *self._columns]),
            np.concatenate([none.astype(np.float64), *self._signs]),
            self._width,
        )
        return matrix, Differences(
            np.concatenate([none, *self._differences]),
            np.concatenate([none.astype(bool), *self._are_counts]),
            np.concatenate([none, *self._wholes]),
        )
