"""Finding the entries of a few columns or rows in a large sparse matrix without going over all of it."""

from __future__ import annotations

import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.relations import Matrix


class Index:
    """Where each key stands in a list of keys from 0 to size - 1."""

    def __init__(self, keys: Ints, size: int) -> None:
        self._order = np.argsort(keys, kind="stable")
        self._lengths = np.bincount(keys, minlength=size)
        self._starts = np.cumsum(self._lengths) - self._lengths

    def lengths(self, keys: Ints) -> Ints:
        """How often each of these keys stands in the list."""
        found: Ints = self._lengths[keys]
        return found

    def places(self, keys: Ints) -> Ints:
        """The places of the first of these keys, then those of the second, and so on."""
        found: Ints = self._order[spans(self._starts[keys], self._lengths[keys])]
        return found


class Columns:
    """A matrix from which few columns at a time are taken."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self._entries = Index(matrix.columns, matrix.width)

    def rows(self, columns: Ints) -> Ints:
        """The rows that hold any of these columns, in their order."""
        return np.unique(self._matrix.rows[self._entries.places(columns)])

    def part(self, columns: Ints) -> tuple[Matrix, Ints]:
        """The matrix of these columns, in the order given, and the old number of each of its rows."""
        places = self._entries.places(columns)
        own = np.repeat(np.arange(len(columns), dtype=np.int64), self._entries.lengths(columns))
        rows = self._matrix.rows[places]
        order = np.argsort(rows, kind="stable")
        old, lengths = np.unique(rows, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Matrix(starts, own[order], self._matrix.signs[places[order]], len(columns)), old


def spans(starts: Ints, lengths: Ints) -> Ints:
    """The numbers from each start on, so many of each, one after the other."""
    ends = np.cumsum(lengths)
    found: Ints = np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(starts - (ends - lengths), lengths)
    return found
