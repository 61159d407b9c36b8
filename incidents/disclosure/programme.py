"""Linear programmes over moves, for the protector. A move says by how much other figures differ from the true ones.

Every model is built once and changed between runs; only bounds and costs move. What a solver says is rounded, checked
in whole numbers, and never believed.
"""

from __future__ import annotations

from collections.abc import Callable

import highspy
import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.relations import Matrix
from incidents.disclosure.task import Floats, Mask

_MOST_NODES = 2_000
_REWARD = 1_000.0
"""For one step towards what is asked, against the price of one step of a column."""


class SolverFailed(Exception):
    """HiGHS gave neither a solution nor a proof that there is none."""


class _Quiet(highspy.Highs):
    """HiGHS without callbacks: setting them prints a greeting on standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802 (its name)
        self.setOptionValue("output_flag", False)


_new_solver: Callable[[], highspy.Highs] = _Quiet


def new_solver() -> highspy.Highs:
    """One thread and one seed: the same questions in the same order get the same answers."""
    solver = _new_solver()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 1)
    return solver


def load(
    solver: highspy.Highs,
    matrix: Matrix,
    lower: Floats,
    upper: Floats,
    costs: Floats,
    *,
    rows_upper: Floats | None = None,
) -> None:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.width, matrix.height
    model.col_cost_, model.col_lower_, model.col_upper_ = costs, lower, upper
    model.row_lower_ = np.zeros(matrix.height)
    model.row_upper_ = np.zeros(matrix.height) if rows_upper is None else rows_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.starts.astype(np.int32)
    model.a_matrix_.index_ = matrix.columns.astype(np.int32)
    model.a_matrix_.value_ = matrix.signs
    solver.passModel(model)


def run(solver: highspy.Highs) -> Floats | None:
    """The solution, or None if there is none. A refusal after a warm start is asked again from cold."""
    for cold in (False, True):
        if cold:
            solver.clearSolver()
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return np.array(solver.getSolution().col_value)
    if solver.getModelStatus() in {
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
        highspy.HighsModelStatus.kSolutionLimit,
        highspy.HighsModelStatus.kIterationLimit,
    }:
        return None
    raise SolverFailed(solver.modelStatusToString(solver.getModelStatus()))


class Moves:
    """Moves of some columns, each at its price, that keep every relation at zero and every count at zero or more."""

    def __init__(self, matrix: Matrix, counts: Ints, movable: Mask, prices: Floats) -> None:
        part, self._old = matrix.only(movable)
        self._size = len(self._old)
        self._new = np.full(matrix.width, -1, dtype=np.int64)
        self._new[self._old] = np.arange(self._size)
        self._counts = counts[self._old].astype(np.float64)
        self._prices = prices[self._old].astype(np.float64)
        self._amount = 0
        self._random = np.random.Generator(np.random.PCG64(self._size))
        self._noise = np.ones(self._size)
        self._upper = np.concatenate([np.full(self._size, highspy.kHighsInf), self._counts])
        self._solver = new_solver()
        self._solver.setOptionValue("presolve", "off")
        load(self._solver, _twice(part), np.zeros(2 * self._size), self._upper, np.zeros(2 * self._size))

    def close(self, column: int) -> None:
        """Let a column stay as it is from now on."""
        self._limit(int(self._new[column]), 0.0, 0.0)

    def open(self, column: int) -> None:
        place = int(self._new[column])
        self._limit(place, self._upper[place], self._upper[self._size + place])

    def reprice(self, columns: Ints, price: float) -> None:
        self._prices[self._new[columns]] = price
        self._amount = 0

    def find(self, column: int, sign: int, amount: int) -> Floats | None:
        """The cheapest move that takes a column up or down by so much; None if there is none.

        Dense over all columns of the whole matrix, and not always whole.
        """
        self._price_for(amount)
        place = int(self._new[column])
        ahead, back = (place, self._size + place) if sign > 0 else (self._size + place, place)
        if self._upper[ahead] < amount:
            return None
        self._solver.changeColBounds(ahead, float(amount), float(amount))
        self._solver.changeColBounds(back, 0.0, 0.0)
        # From standing still only the way to the goal has to be found, not the way back from the last goal as well.
        self._solver.setBasis()
        found = run(self._solver)
        for each in (ahead, back):
            self._solver.changeColBounds(each, 0.0, self._upper[each])
        return None if found is None else self._dense(found)

    def shake(self) -> None:
        """Other prices for now: the next move goes another way, and may be whole."""
        self._noise = 1 + self._random.random(self._size)
        self._amount = 0

    def calm(self) -> None:
        """The true prices again."""
        self._noise = np.ones(self._size)
        self._amount = 0

    def reach(self, columns: Ints, signs: Ints, amounts: Ints) -> Floats:
        """One short move that goes as far as it can towards all of these together, no column being named twice."""
        self._price_for(1)
        ahead = np.where(signs > 0, 0, self._size) + self._new[columns]
        limits = np.minimum(amounts, self._upper[ahead])
        self._solver.changeColsBounds(len(ahead), ahead.astype(np.int32), np.zeros(len(ahead)), limits)
        self._solver.changeColsCost(len(ahead), ahead.astype(np.int32), np.full(len(ahead), -_REWARD))
        found = run(self._solver)
        self._solver.changeColsBounds(len(ahead), ahead.astype(np.int32), np.zeros(len(ahead)), self._upper[ahead])
        self._amount = 0
        if found is None:
            raise SolverFailed("standing still is always a move")
        return self._dense(found)

    def _dense(self, found: Floats) -> Floats:
        dense = np.zeros(len(self._new))
        dense[self._old] = found[: self._size] - found[self._size :]
        return dense

    def _limit(self, place: int, up: float, down: float) -> None:
        self._solver.changeColBounds(place, 0.0, up)
        self._solver.changeColBounds(self._size + place, 0.0, down)

    def _price_for(self, amount: int) -> None:
        """A column that can carry the whole amount costs its price for it; one that cannot costs more for its part."""
        if self._amount == amount:
            return
        self._amount = amount
        prices = self._prices * self._noise
        down = prices / np.maximum(np.minimum(self._counts, amount), 1.0)
        costs = np.concatenate([prices / amount, down])
        self._solver.changeColsCost(2 * self._size, np.arange(2 * self._size, dtype=np.int32), costs)


def whole_move(
    matrix: Matrix, counts: Ints, movable: Mask, column: int, sign: int, amount: int, prices: Floats
) -> Ints | None:
    """The cheapest move in whole numbers by so much, through these columns only; None if none was found."""
    part, old = matrix.only(movable)
    size, place = len(old), int(np.searchsorted(old, column))
    most = float(4 * amount + counts[old].max(initial=0))
    lower, upper = np.zeros(2 * size), np.concatenate([np.full(size, most), counts[old].astype(np.float64)])
    ahead, back = (place, size + place) if sign > 0 else (size + place, place)
    lower[ahead], upper[ahead], upper[back] = amount, amount, 0.0
    solver = new_solver()
    solver.setOptionValue("mip_max_nodes", _MOST_NODES)
    load(solver, _twice(part), lower, upper, np.concatenate([prices[old], prices[old]]))
    solver.changeColsIntegrality(
        2 * size, np.arange(2 * size, dtype=np.int32), np.full(2 * size, highspy.HighsVarType.kInteger)
    )
    found = run(solver)
    if found is None:
        return None
    dense = np.zeros(matrix.width, dtype=np.int64)
    dense[old] = np.rint(found[:size] - found[size:]).astype(np.int64)
    return dense


def _twice(matrix: Matrix) -> Matrix:
    """The same rows over how far each column goes up, then how far each goes down."""
    return Matrix(
        matrix.starts * 2,
        np.concatenate([matrix.columns[a:b] + shift for a, b in _spans(matrix) for shift in (0, matrix.width)])
        if len(matrix.columns)
        else matrix.columns,
        np.concatenate([sign * matrix.signs[a:b] for a, b in _spans(matrix) for sign in (1.0, -1.0)])
        if len(matrix.columns)
        else matrix.signs,
        2 * matrix.width,
    )


def _spans(matrix: Matrix) -> list[tuple[int, int]]:
    return list(zip(matrix.starts[:-1].tolist(), matrix.starts[1:].tolist(), strict=True))
