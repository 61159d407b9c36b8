"""The attack: what a reader with every published figure, every rule and a solver can find out about what is withheld.

Written apart from the protector. It takes figures and relations and nothing else: no true count, no witness, no weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.relations import Matrix
from incidents.disclosure.task import Floats, Mask

_TOLERANCE = 1e-6
_MOST_NODES = 100_000
_TRIES = 12
_ROUNDS = 50
"""Of narrowing limits row by row."""
_PULL = 10_000.0
"""Of a goal, against the length of the way to it."""
_ENDLESS = {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}


class Contradiction(Exception):
    """No figures at all fit what is published: a sum is wrong."""


class Undecided(Exception):
    """HiGHS gave neither bounds nor a reason."""


@dataclass(frozen=True)
class Bounds:
    """What a withheld figure can be at the least and at the most; `upper` is None where nothing limits it."""

    lower: int
    upper: int | None

    def reaches(self, low: int, high: int) -> bool:
        """Whether a reader must hold both `low` or less and `high` or more for possible."""
        return self.lower <= low and (self.upper is None or self.upper >= high)


def attack(
    matrix: Matrix,
    figures: Ints,
    withheld: Mask,
    *,
    asked: Sequence[int] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> dict[int, Bounds]:
    """The exact whole-number bounds of withheld columns: of all, or of those asked.

    `figures` holds what is published; what stands there for withheld columns is not looked at. Raises Contradiction.
    """
    rest = matrix.times(np.where(withheld, 0, figures))
    unknown, old = matrix.only(withheld)
    known_rows = np.unique(matrix.rows[withheld[matrix.columns]])
    if np.any(rest[np.setdiff1d(np.arange(matrix.height), known_rows)]):
        raise Contradiction
    wanted = set(np.flatnonzero(withheld).tolist() if asked is None else asked)
    found: dict[int, Bounds] = {}
    label = unknown.groups(np.ones(unknown.width, dtype=bool))
    order = np.argsort(label, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        names = old[group]
        if not len(group) or wanted.isdisjoint(names.tolist()):
            continue
        mask = np.zeros(unknown.width, dtype=bool)
        mask[group] = True
        part, _ = unknown.only(mask)
        rows = known_rows[np.unique(unknown.rows[mask[unknown.columns]])]
        room = _Room(part, -rest[rows])
        places = [place for place, name in enumerate(names.tolist()) if name in wanted]
        for place in room.search(places):
            progress(len(found) + place, len(wanted))
        found |= {int(names[place]): room.bounds(place) for place in places}
    return found


class _Room:
    """All whole figures that some withheld columns that hang together can have, given the rest."""

    def __init__(self, matrix: Matrix, sums: Ints) -> None:
        self._matrix, self._sums, self._size = matrix, sums.astype(np.float64), matrix.width
        self._base = self._first()
        self._steps = _Steps(matrix)
        self._least, self._most = self._base.copy(), self._base.copy()
        """The smallest and the greatest whole value that each column was seen to have."""
        self._floor, self._ceiling = _limits(matrix, sums)
        self._ends: dict[tuple[int, int], int | None] = {}
        """By column and direction: the last whole value that it can have."""

    def search(self, places: Sequence[int]) -> Iterator[int]:
        """Find both ends of every column; how many columns have been looked at, one after the other.

        Those that need more than linear programmes come last: by then other figures have mostly shown their ends.
        """
        hard = []
        for done, place in enumerate(places):
            hard += [(place, sign, outer) for sign in (-1, 1) if (outer := self._try(place, sign)) is not None]
            yield done
        for place, sign, outer in hard:
            is_had = self._is_seen(place, sign, outer) or self._can_step(place, outer)
            self._ends[place, sign] = outer if is_had else self._whole_extreme(place, sign)

    def bounds(self, place: int) -> Bounds:
        lower = self._ends[place, -1]
        if lower is None:
            raise Undecided
        return Bounds(lower, self._ends[place, 1])

    def _try(self, place: int, sign: int) -> int | None:
        """Find the greatest (sign 1) or smallest (-1) value of a column; where that fails, one none lies beyond."""
        limit = float(self._ceiling[place] if sign > 0 else self._floor[place])
        if math.isfinite(limit) and self._is_seen(place, sign, int(limit)):
            self._ends[place, sign] = int(limit)
            return None
        reached, figures = self._steps.furthest(place, sign, self._base)
        if figures is None:
            self._ends[place, sign] = None
            return None
        # No whole value lies beyond this; whether it is one that whole figures can have is shown by having them.
        outer = math.floor(reached + _TOLERANCE) if sign > 0 else math.ceil(reached - _TOLERANCE)
        if self._is_seen(place, sign, outer) or self._is_had(figures, place, outer):
            self._ends[place, sign] = outer
            return None
        return outer

    def _is_seen(self, place: int, sign: int, value: int) -> bool:
        return bool((self._most[place] >= value) if sign > 0 else (self._least[place] <= value))

    def _can_step(self, place: int, value: int) -> bool:
        """Look for whole figures with this value by the shortest way from known ones."""
        for _ in range(_TRIES):
            figures = self._steps.to(place, value, self._base)
            if figures is None:
                return False
            if self._is_had(figures, place, value):
                return True
        return False

    def _is_had(self, values: Floats, place: int, value: int) -> bool:
        """Whether whole figures with this value of the column lie on the way from known ones to these."""
        steps = values - self._base
        near = np.rint(steps).astype(np.int64)
        group = self._matrix.groups(np.abs(steps) > _TOLERANCE)
        own = (group == group[place]) & (group >= 0)
        figures = self._base + np.where(own, near, 0)
        if figures[place] != value or np.any(figures < 0) or np.any(self._matrix.times(figures) != self._sums):
            return False
        opposite = self._base - np.where(own, near, 0)
        for each in (figures, opposite) if np.all(opposite >= 0) else (figures,):
            self._least, self._most = np.minimum(self._least, each), np.maximum(self._most, each)
        self._base = figures
        return True

    def _whole_extreme(self, place: int, sign: int) -> int | None:
        solver = self._whole()
        solver.changeColCost(place, float(-sign))
        solver.run()
        if solver.getModelStatus() in _ENDLESS:
            return None
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Undecided
        return round(solver.getSolution().col_value[place])

    def _first(self) -> Ints:
        """Some whole figures that fit."""
        solver = _solver(self._matrix, self._sums)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction
        near: Ints = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        if np.all(near >= 0) and np.array_equal(self._matrix.times(near), self._sums):
            return near
        solver = self._whole()
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Contradiction
        near = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        return near

    def _whole(self) -> highspy.Highs:
        solver = _solver(self._matrix, self._sums)
        solver.setOptionValue("mip_max_nodes", _MOST_NODES)
        solver.setOptionValue("mip_rel_gap", 0.0)
        kinds = np.full(self._size, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(self._size, np.arange(self._size, dtype=np.int32), kinds)
        return solver


def _limits(matrix: Matrix, sums: Ints) -> tuple[Floats, Floats]:
    """The least and the most that each column can be if one row at a time is looked at, again and again.

    No figures that fit lie outside; not all that lie within can be had.
    """
    low, high = np.zeros(matrix.width), np.full(matrix.width, np.inf)
    rows, columns, signs = matrix.rows, matrix.columns, matrix.signs
    for _ in range(_ROUNDS):
        ends = np.stack([low[columns], high[columns]])
        ends = np.where(signs > 0, ends, -ends[::-1])
        is_endless = np.isinf(ends)
        known = np.where(is_endless, 0.0, ends)
        others = np.stack([sums[rows] - (np.bincount(rows, one, matrix.height)[rows] - one) for one in known])
        endless = np.stack([np.bincount(rows, one, matrix.height)[rows] - one for one in is_endless.astype(np.float64)])
        most = np.where(endless[0] > 0, np.inf, others[0])
        least = np.where(endless[1] > 0, -np.inf, others[1])
        before = low.sum(), int(np.isfinite(high).sum()), high[np.isfinite(high)].sum()
        np.minimum.at(high, columns, np.where(signs > 0, most, -least))
        np.maximum.at(low, columns, np.where(signs > 0, least, -most))
        if before == (low.sum(), int(np.isfinite(high).sum()), high[np.isfinite(high)].sum()):
            break
    return low, high


class _Steps:
    """Shortest ways from known figures to others: how far each column goes up, then how far each goes down."""

    def __init__(self, matrix: Matrix) -> None:
        size = matrix.width
        rows = np.concatenate([matrix.rows, matrix.rows])
        order = np.argsort(rows, kind="stable")
        columns = np.concatenate([matrix.columns, matrix.columns + size])[order]
        signs = np.concatenate([matrix.signs, -matrix.signs])[order]
        self._size = size
        self._solver = _solver(Matrix(matrix.starts * 2, columns, signs, 2 * size), np.zeros(matrix.height))
        self._solver.setOptionValue("presolve", "off")
        self._random = np.random.Generator(np.random.PCG64(size))
        self._every = np.arange(2 * size, dtype=np.int32)

    def furthest(self, place: int, sign: int, base: Ints) -> tuple[float, Floats | None]:
        """How far a column can go, and figures in which it is there, by a short way; none where nothing stops it."""
        high = np.concatenate([np.full(self._size, highspy.kHighsInf), base])
        costs = np.ones(2 * self._size)
        costs[place], costs[self._size + place] = -_PULL * sign, _PULL * sign
        self._set(np.zeros(2 * self._size), high, costs)
        self._solver.setBasis()
        self._solver.run()
        if self._solver.getModelStatus() in _ENDLESS:
            return 0.0, None
        figures = self._figures(base)
        # The way had a price. Without it the column may go further yet; nearly always it is there already.
        costs = np.zeros(2 * self._size)
        costs[place], costs[self._size + place] = -sign, sign
        self._solver.changeColsCost(2 * self._size, self._every, costs)
        self._solver.run()
        if self._solver.getModelStatus() in _ENDLESS:
            return 0.0, None
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Undecided
        return float(self._figures(base)[place]), figures

    def to(self, place: int, value: int, base: Ints) -> Floats | None:
        """Figures with this value of a column, not always whole; each call goes another way. None if there are none."""
        low, high = np.zeros(2 * self._size), np.concatenate([np.full(self._size, highspy.kHighsInf), base])
        ahead = place if value >= base[place] else self._size + place
        low[ahead] = high[ahead] = abs(value - int(base[place]))
        high[(ahead + self._size) % (2 * self._size)] = 0
        self._set(low, high, 1 + self._random.random(2 * self._size))
        self._solver.setBasis()
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return self._figures(base)

    def _set(self, low: Floats, high: Floats, costs: Floats) -> None:
        self._solver.changeColsBounds(2 * self._size, self._every, low, high)
        self._solver.changeColsCost(2 * self._size, self._every, costs)

    def _figures(self, base: Ints) -> Floats:
        found = np.array(self._solver.getSolution().col_value)
        return np.asarray(base + found[: self._size] - found[self._size :], dtype=np.float64)


class _Silent(highspy.Highs):
    """HiGHS without callbacks: setting them prints a greeting on standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802 (its name)
        self.setOptionValue("output_flag", False)


_new: Callable[[], highspy.Highs] = _Silent


def _solver(matrix: Matrix, sums: Floats) -> highspy.Highs:
    solver = _new()
    solver.setOptionValue("threads", 1)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.width, matrix.height
    model.col_cost_, model.col_lower_ = np.zeros(matrix.width), np.zeros(matrix.width)
    model.col_upper_ = np.full(matrix.width, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = sums, sums
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.starts.astype(np.int32)
    model.a_matrix_.index_ = matrix.columns.astype(np.int32)
    model.a_matrix_.value_ = matrix.signs
    solver.passModel(model)
    return solver
