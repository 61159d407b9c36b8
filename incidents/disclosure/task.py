"""What protecting has to achieve, in numbers: columns, relations between them, and what must stay possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incidents.disclosure.counts import Ints
from incidents.disclosure.relations import Matrix

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""What is being done, how far it is, and of how many."""


class Unprotectable(Exception):
    """No pattern protects this column: what must be published gives it away."""

    def __init__(self, column: int) -> None:
        super().__init__(f"column {column}")
        self.column = column


@dataclass(frozen=True)
class Needs:
    """What must stay possible: that column `columns[k]` is lower (sign -1) or higher (+1) by `amounts[k]`."""

    columns: Ints
    signs: Ints
    amounts: Ints

    def __len__(self) -> int:
        return len(self.columns)

    def met_by(self, move: Ints) -> Mask:
        return self.signs * move[self.columns] >= self.amounts

    def some(self, chosen: Ints) -> tuple[Ints, Ints, Ints]:
        return self.columns[chosen], self.signs[chosen], self.amounts[chosen]

    def one(self, need: int) -> tuple[int, int, int]:
        return int(self.columns[need]), int(self.signs[need]), int(self.amounts[need])

    def hardest_first(self) -> Needs:
        return Needs(*self.some(np.lexsort((self.signs, self.columns, -self.amounts))))


@dataclass(frozen=True)
class Task:
    """Everything that protecting has to know."""

    matrix: Matrix
    counts: Ints
    needs: Needs
    withheld: Mask
    """Columns that are withheld whatever comes: small counts, differences that nobody publishes, earlier decisions."""
    closed: Mask
    """Columns that must be published."""
    prices: Floats
    """What withholding a column costs its readers."""

    def cost(self, pattern: Mask) -> float:
        return float(self.prices[pattern & ~self.withheld].sum())

    def is_move(self, move: Ints) -> bool:
        """Whether other figures that differ by this are figures at all, and fit every relation."""
        return not self.matrix.times(move).any() and bool(np.all(self.counts + move >= 0))
