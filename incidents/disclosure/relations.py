"""How cells hang together: every sum and every union that a reader of the cells can set up, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property

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


def relations(cells: Cells, several: Set[str]) -> tuple[Matrix, Differences]:
    """Every relation between cells that are there.

    A parent and all of its children, at any codes of the other trees, give a sum. In a tree among `several`, of which
    an incident may have many codes, they give a union: with N the parent and c_j the children, N - c_j and sum c_j - N
    are not negative, and stand as columns of their own behind the cells.
    """
    builder = _Builder(cells)
    for axis, tree in enumerate(cells.trees):
        for parent, children in tree.children().items():
            for whole, parts in families(cells, axis, parent, children):
                if tree.name in several:
                    builder.add_union(whole, parts)
                else:
                    builder.add([whole, *parts], [1.0] + [-1.0] * len(parts))
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


def families(cells: Cells, axis: int, parent: int, children: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Cells with one code of a tree, each with its cells for all codes below; only those that have them all."""
    keys = cells.keys
    wholes = np.flatnonzero(cells.places[:, axis] == parent)
    steps = (np.array(children, dtype=np.int64) - parent) * strides(cells.trees)[axis]
    wanted = keys[wholes][:, None] + steps
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    complete = np.all(keys[found] == wanted, axis=1)
    yield from zip(wholes[complete].tolist(), found[complete].tolist(), strict=True)


class _Builder:
    """Rows in the making, and the differences that come with unions."""

    def __init__(self, cells: Cells) -> None:
        self._counts = cells.counts.tolist()
        self._size = len(self._counts)
        self._columns: list[int] = []
        self._signs: list[float] = []
        self._starts = [0]
        self._differences: list[int] = []
        self._are_counts: list[bool] = []
        self._wholes: list[int] = []

    def add(self, columns: list[int], signs: list[float]) -> None:
        self._columns += columns
        self._signs += signs
        self._starts.append(len(self._columns))

    def add_union(self, whole: int, parts: list[int]) -> None:
        for part in parts:
            self.add(
                [whole, part, self._difference(whole, self._counts[whole] - self._counts[part], is_count=True)],
                [1, -1, -1],
            )
        beyond = sum(self._counts[part] for part in parts) - self._counts[whole]
        # Mentions beyond the first; with two answers, the incidents that have both.
        column = self._difference(whole, beyond, is_count=len(parts) == 2)
        self.add([whole, *parts, column], [-1.0] + [1.0] * len(parts) + [-1.0])

    def _difference(self, whole: int, count: int, *, is_count: bool) -> int:
        self._wholes.append(whole)
        self._differences.append(count)
        self._are_counts.append(is_count)
        return self._size + len(self._differences) - 1

    def built(self) -> tuple[Matrix, Differences]:
        matrix = Matrix(
            np.array(self._starts, dtype=np.int64),
            np.array(self._columns, dtype=np.int64),
            np.array(self._signs, dtype=np.float64),
            self._size + len(self._differences),
        )
        return matrix, Differences(
            np.array(self._differences, dtype=np.int64),
            np.array(self._are_counts, dtype=bool),
            np.array(self._wholes, dtype=np.int64),
        )
