"""The site's own tables, protected and attacked: from the linear system of core.tables to columns and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np

from incidents.core.disclosure import Unprotectable, primary
from incidents.core.tables import Cell, System
from incidents.disclosure import suppress, task
from incidents.disclosure.audit import attack
from incidents.disclosure.counts import Ints
from incidents.disclosure.relations import Matrix
from incidents.disclosure.task import Mask, Needs, Task


def protect(system: System, *, earlier: Mapping[Cell, bool]) -> frozenset[Cell]:
    """The cells to withhold, small and complementary alike.

    `earlier` says of each cell already published whether it was withheld; it stays as it was. Zeros may be withheld
    too. The same system gives the same cells. Raises core.disclosure.Unprotectable.
    """
    cells = sorted(system.counts)
    small = primary(system)
    if given := sorted(cell for cell in small if earlier.get(cell) is False):
        raise Unprotectable(given[0], system.thresholds[given[0]])
    withheld = small | system.slacks | {cell for cell, was_withheld in earlier.items() if was_withheld}
    closed = system.never_withheld | {cell for cell, was_withheld in earlier.items() if not was_withheld}
    asked = Task(
        _matrix(system, cells),
        _counts(system, cells),
        _needs(system, cells, small),
        _mask(cells, withheld),
        _mask(cells, closed),
        np.array([system.weights.get(cell, 1.0) for cell in cells]),
    )
    try:
        found = suppress.pattern(asked) if len(asked.needs) else asked.withheld
    except task.Unprotectable as failed:
        raise _unprotectable(system, cells, failed.column) from None
    return frozenset(cell for cell, is_withheld in zip(cells, found, strict=True) if is_withheld) - system.slacks


def given_away(system: System, withheld: Set[Cell]) -> list[Cell]:
    """The small counts of which readers of all other cells learn more than they may, by the audit's own attack."""
    cells = sorted(system.counts)
    hidden = _mask(cells, withheld | system.slacks)
    small = primary(system)
    asked = [column for column, cell in enumerate(cells) if cell in small and hidden[column]]
    figures = np.where(hidden, -1, _counts(system, cells))
    bounds = attack(_matrix(system, cells), figures, hidden, asked=asked)
    known = {cells[column] for column in asked if not bounds[column].reaches(0, system.thresholds[cells[column]])}
    return sorted(known | (small - withheld - system.slacks))


def _matrix(system: System, cells: Sequence[Cell]) -> Matrix:
    """The relations in the order of their columns, whatever order they came in."""
    place = {cell: column for column, cell in enumerate(cells)}
    rows = sorted(sorted((place[cell], sign) for cell, sign in relation.items()) for relation in system.relations)
    starts = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    columns = np.array([column for row in rows for column, _ in row], dtype=np.int64)
    signs = np.array([sign for row in rows for _, sign in row], dtype=np.float64)
    return Matrix(starts, columns, signs, len(cells))


def _counts(system: System, cells: Sequence[Cell]) -> Ints:
    return np.array([system.counts[cell] for cell in cells], dtype=np.int64)


def _mask(cells: Sequence[Cell], chosen: Set[Cell]) -> Mask:
    return np.array([cell in chosen for cell in cells], dtype=bool)


def _needs(system: System, cells: Sequence[Cell], small: Set[Cell]) -> Needs:
    """Two for each small count: that it may be nothing, and that it may be the threshold."""
    columns = np.flatnonzero(_mask(cells, small))
    counts = _counts(system, cells)[columns]
    thresholds = np.array([system.thresholds[cells[int(column)]] for column in columns], dtype=np.int64)
    signs = np.repeat(np.array([-1, 1], dtype=np.int64), len(columns))
    return Needs(np.concatenate([columns, columns]), signs, np.concatenate([counts, thresholds - counts]))


def _unprotectable(system: System, cells: Sequence[Cell], column: int) -> Unprotectable:
    return Unprotectable(cells[column], system.thresholds[cells[column]])
