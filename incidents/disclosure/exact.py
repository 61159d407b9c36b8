"""The fewest cells that can be withheld, for tables small enough to prove it: cutting planes over yes-or-no choices.

After Fischetti & Salazar-González (2001), section 4: whoever wants to pin a small count down solves a linear programme
over what is withheld; its dual says which cells could have stopped him, and at least some of them must be withheld.
"""

from __future__ import annotations

import highspy
import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.programme import load, new_solver, run
from incidents.disclosure.relations import Matrix
from incidents.disclosure.task import Floats, Mask, Task

_MOST_COLUMNS = 400
_MOST_ROUNDS = 40
_MOST_NODES = 3_000
_FAR = 50
"""How many thresholds a cell may move up at the most: far more than any protection needs."""
_VIOLATED = 1e-6


def better(task: Task, known: Mask) -> Mask:
    """A pattern that costs less than `known`, which protects; `known` itself where there is none or none was found.

    Works on whole tables of at most _MOST_COLUMNS columns; larger ones give `known` back.
    """
    free = np.flatnonzero(~task.closed & ~task.withheld)
    if task.matrix.width > _MOST_COLUMNS or not len(free):
        return known
    search = _Search(task, free)
    least = float(task.prices[free].min())
    best = task.cost(known)
    for is_whole in (False, True):
        for _ in range(_MOST_ROUNDS):
            choice = search.choose(whole=is_whole)
            if choice is None or search.bound > best - least + _VIOLATED:
                return known
            if not search.cut_off(choice):
                if is_whole:
                    return search.pattern(choice)
                break
    return known


class _Search:
    """Choices of the columns to withhold, and the cuts that the attacker's programmes have given so far."""

    def __init__(self, task: Task, free: Ints) -> None:
        self._task, self._free = task, free
        self._attack = _Attack(task.matrix, task.counts, int(task.needs.amounts.max()) * _FAR)
        self._cuts: list[tuple[Floats, float]] = []
        self.bound = 0.0

    def choose(self, *, whole: bool) -> Floats | None:
        """The cheapest choice that no cut forbids, one number from 0 to 1 for each free column."""
        size = len(self._free)
        rows = [np.flatnonzero(coefficients) for coefficients, _ in self._cuts]
        matrix = Matrix(
            np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64),
            np.concatenate([*rows, np.zeros(0)]).astype(np.int64),
            np.concatenate([*(c[row] for (c, _), row in zip(self._cuts, rows, strict=True)), np.zeros(0)]),
            size,
        )
        solver = new_solver()
        solver.setOptionValue("mip_max_nodes", _MOST_NODES)
        solver.setOptionValue("mip_rel_gap", 0.0)
        load(solver, matrix, np.zeros(size), np.ones(size), self._task.prices[self._free], rows_upper=None)
        for row, (_, least) in enumerate(self._cuts):
            solver.changeRowBounds(row, least, highspy.kHighsInf)
        if whole:
            solver.changeColsIntegrality(
                size, np.arange(size, dtype=np.int32), np.full(size, highspy.HighsVarType.kInteger)
            )
        found = run(solver)
        if found is None:
            return None
        self.bound = float(self._task.prices[self._free] @ found)
        return found

    def cut_off(self, choice: Floats) -> int:
        """Add the cut of every requirement that the choice does not meet; how many."""
        share = np.zeros(self._task.matrix.width)
        share[self._task.withheld] = 1.0
        share[self._free] = choice
        added, needs = 0, self._task.needs
        self._attack.open(share)
        for column, sign, amount in zip(needs.columns, needs.signs, needs.amounts, strict=True):
            reached, capacities = self._attack.push(int(column), int(sign), int(amount))
            if reached > amount - _VIOLATED * amount:
                continue
            given = float(capacities[self._task.withheld].sum())
            coefficients = np.minimum(capacities[self._free], amount - given)
            self._cuts.append((np.where(coefficients > _VIOLATED, coefficients, 0.0), amount - given))
            added += 1
        return added

    def pattern(self, choice: Floats) -> Mask:
        withheld = self._task.withheld.copy()
        withheld[self._free[choice > 0.5]] = True
        return withheld


class _Attack:
    """How far a column can be moved when every column may move by its share of what it could."""

    def __init__(self, matrix: Matrix, counts: Ints, far: int) -> None:
        self._matrix, self._down, self._up = matrix, counts.astype(np.float64), float(far)
        self._solver = new_solver()
        load(self._solver, matrix, np.zeros(matrix.width), np.zeros(matrix.width), np.zeros(matrix.width))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def open(self, share: Floats) -> None:
        width = len(share)
        self._share = share
        self._solver.changeColsBounds(width, np.arange(width, dtype=np.int32), -self._down * share, self._up * share)

    def push(self, column: int, sign: int, amount: int) -> tuple[float, Floats]:
        """How far the column goes, at most so much, and what each column would add to that if it were withheld."""
        low, high = -self._down[column] * self._share[column], self._up * self._share[column]
        self._solver.changeColBounds(
            column, low if sign > 0 else max(low, -amount), min(high, amount) if sign > 0 else high
        )
        self._solver.changeColCost(column, float(sign))
        found = run(self._solver)
        duals = np.array(self._solver.getSolution().col_dual)
        self._solver.changeColCost(column, 0.0)
        self._solver.changeColBounds(column, low, high)
        if found is None:
            return 0.0, np.zeros(len(self._share))
        reached = sign * float(found[column])
        capacities = np.maximum(duals, 0.0) * self._up + np.maximum(-duals, 0.0) * self._down
        capacities[column] = 0.0
        return reached, capacities
