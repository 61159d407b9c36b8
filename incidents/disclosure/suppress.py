"""A good pattern of cells to withhold, for tables of any size.

Least-cost moves for each small count, then taking back what is not needed (Kelly, Golden & Assad 1992; Fischetti &
Salazar-González 2001, Management Science 47(7)). Every requirement ends with a witness: other whole figures that fit
all that is published. The audit trusts none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.programme import Moves, whole_move, whole_parts
from incidents.disclosure.task import Floats, Mask, Needs, Progress, Task, Unprotectable

_FREE = 1e-4
"""What moving a column costs that is withheld anyway."""
_NOTHING = 1e-9
_TRIES = 8
"""At a move in whole numbers with a linear programme, before the integer one is asked."""
_FEW = 2_000
"""Needs up to which the search is made a second time, knowing which cells serve many."""


def silent(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody is told of."""


def pattern(task: Task, *, progress: Progress = silent) -> Mask:
    """Columns to withhold so that every need is met. The same task gives the same columns. Raises Unprotectable."""
    task = replace(task, needs=task.needs.hardest_first())
    prices = task.prices * (1 + np.log1p(task.counts))
    state = _State(task)
    for again in range(2 if len(task.needs) <= _FEW else 1):
        # A cell that bore out many needs the first time is worth its price: the second time it looks cheaper.
        served = state.served() if again else np.zeros(len(prices))
        state = _State(task)
        _harvest(state, np.arange(len(task.needs)))
        _grow(state, prices / (1 + served), progress)
    _take_back(state, progress)
    if not state.is_certified():
        raise AssertionError("a pattern without witnesses")
    return state.withheld


def witnessed(task: Task, withheld: Mask) -> bool:
    """Whether every need has a witness in whole numbers through these columns alone."""
    state = _State(replace(task, needs=task.needs.hardest_first()))
    state.withheld = withheld.copy()
    _harvest(state, np.arange(len(task.needs)))
    moves = Moves(task.matrix, task.counts, withheld, np.ones(task.matrix.width))
    everything = np.arange(len(task.needs))
    for need in state.unmet(everything).tolist():
        if need in state.witness or _again(state, moves, need, everything):
            continue
        column, sign, amount = state.needs.one(need)
        move = whole_move(task.matrix, task.counts, withheld, column, sign, amount, np.ones(task.matrix.width))
        if move is None or not state.note(move.astype(np.float64), np.array([need])):
            return False
    return True


class _State:
    """The pattern so far, and a witness for every requirement that is met."""

    def __init__(self, task: Task) -> None:
        self.task, self.needs = task, task.needs
        self.withheld = task.withheld.copy()
        self.witness: dict[int, int] = {}
        """By requirement: which of the moves bears it out."""
        self.borne: list[set[int]] = []
        """By move: the requirements that it bears out."""
        self.moves: list[tuple[Ints, Ints]] = []
        """Columns and steps of each move."""
        self.using: dict[int, set[int]] = {}
        """By column withheld for others: the moves that change it."""
        self.reason: dict[int, int] = {}
        """By column withheld for others: the requirement that first called for it."""

    def unmet(self, among: Iterable[int]) -> Ints:
        return np.array([need for need in among if need not in self.witness], dtype=np.int64)

    def note(self, move: Floats, among: Ints) -> int:
        """Let the whole parts of a move bear out all of these requirements that they meet; how many."""
        steps = np.zeros(self.task.matrix.width, dtype=np.int64)
        by_column = np.full(len(steps), -1, dtype=np.int64)
        met_by: dict[int, list[int]] = {}
        parts = whole_parts(self.task.matrix, move)
        for number, (columns, part) in enumerate(parts):
            steps[columns] = part
            by_column[columns] = number
        if not self.task.is_move(steps):
            return 0
        met = among[self.needs.met_by(steps)[among]].tolist()
        for need in met:
            met_by.setdefault(int(by_column[self.needs.columns[need]]), []).append(need)
        for number, needs in met_by.items():
            own = len(self.borne)
            self.borne.append(set(needs))
            self.moves.append(parts[number])
            self.witness |= dict.fromkeys(needs, own)
            columns = parts[number][0]
            for column in columns[~self.task.withheld[columns]].tolist():
                self.using.setdefault(column, set()).add(own)
        return len(met)

    def is_certified(self) -> bool:
        """Whether every requirement has a witness, gone over again in whole numbers from what was kept of it."""
        if len(self.witness) < len(self.needs):
            return False
        for number in sorted(set(self.witness.values())):
            columns, part = self.moves[number]
            steps = np.zeros(self.task.matrix.width, dtype=np.int64)
            steps[columns] = part
            met = self.needs.met_by(steps)
            borne = [need for need in self.borne[number] if self.witness[need] == number]
            if not (self.withheld[columns].all() and met[borne].all() and self.task.is_move(steps)):
                return False
        return True

    def served(self) -> Floats:
        """How many requirements each column has helped to bear out."""
        served = np.zeros(self.task.matrix.width)
        for column, numbers in self.using.items():
            served[column] = sum(len(self.borne[number]) for number in numbers)
        return served

    def serves(self, column: int) -> bool:
        """Whether any witness needs this column."""
        return any(
            self.witness.get(need) == number for number in self.using.get(column, ()) for need in self.borne[number]
        )

    def let_go(self, column: int) -> dict[int, int]:
        """Forget the witnesses that change this column; which they were."""
        numbers = self.using.get(column, set())
        needs = {need for number in numbers for need in self.borne[number] if self.witness.get(need) == number}
        return {need: self.witness.pop(need) for need in sorted(needs)}


def _harvest(state: _State, among: Ints) -> None:
    """Moves through withheld columns that meet many requirements at once."""
    left = state.unmet(among)
    if not len(left):
        return
    moves = Moves(state.task.matrix, state.task.counts, state.withheld, np.ones(state.task.matrix.width))
    _reap(state, moves, left)


def _reap(state: _State, moves: Moves, left: Ints, *, most: int = 40) -> Ints:
    """Try these requirements together, half of them up and half down, as long as that meets some; what is left."""
    dry = 0
    random = np.random.Generator(np.random.PCG64(len(left)))
    for _ in range(most):
        if not len(left) or dry == 2:
            break
        together = _one_a_column(state.needs, left[random.permutation(len(left))])
        gained = state.note(moves.reach(*state.needs.some(together)), left)
        left = state.unmet(left)
        dry = 0 if gained > len(left) // 50 else dry + 1
    return left


def _one_a_column(needs: Needs, order: Ints) -> Ints:
    """The first requirement of every column, in this order."""
    _, first = np.unique(needs.columns[order], return_index=True)
    return order[np.sort(first)]


def _grow(state: _State, prices: Floats, progress: Progress) -> None:
    task, needs = state.task, state.needs
    left = state.unmet(range(len(needs)))
    if not len(left):
        return
    prices = np.where(state.withheld, _FREE, prices)
    growth = Moves(task.matrix, task.counts, ~task.closed | state.withheld, prices)
    total, since = len(left), 0
    while len(left):
        before = state.withheld.sum()
        _grow_for(state, growth, int(left[0]), prices)
        since += int(state.withheld.sum() - before)
        if since >= 150:
            since = 0
            _harvest(state, left)
        left = state.unmet(left)
        progress("finding cells to withhold", total - len(left), total)


def _grow_for(state: _State, growth: Moves, need: int, prices: Floats) -> None:
    steps = _whole_steps(state, growth, need, prices)
    state.note(steps.astype(np.float64), state.unmet(range(len(state.needs))))
    _withhold(state, growth, steps, need, prices)


def _whole_steps(state: _State, growth: Moves, need: int, prices: Floats) -> Ints:
    """A cheap move in whole numbers that meets the requirement. Raises Unprotectable."""
    column, sign, amount = state.needs.one(need)
    first = move = growth.find(column, sign, amount)
    for _ in range(_TRIES):
        if move is None:
            raise Unprotectable(column)
        steps = _whole_part_with(state.task, move, column)
        if steps is not None:
            break
        growth.shake()
        move = growth.find(column, sign, amount)
    else:
        assert first is not None  # noqa: S101 (else it was raised)
        steps = _whole_near(state, first, column, sign, amount, prices)
    growth.calm()
    return steps


def _withhold(state: _State, growth: Moves, move: Ints, need: int, prices: Floats) -> None:
    new = np.flatnonzero((move != 0) & ~state.withheld)
    state.withheld[new] = True
    state.reason |= dict.fromkeys(new.tolist(), need)
    prices[new] = _FREE
    growth.reprice(new, _FREE)


def _whole_part_with(task: Task, move: Floats, column: int) -> Ints | None:
    """The part of a move that changes the column, if that part is whole."""
    for columns, part in whole_parts(task.matrix, move):
        if column in columns:
            steps = np.zeros(task.matrix.width, dtype=np.int64)
            steps[columns] = part
            return steps if task.is_move(steps) else None
    return None


def _whole_near(state: _State, near: Floats, column: int, sign: int, amount: int, prices: Floats) -> Ints:
    """A whole move through the columns of a broken one, or else through any that may be withheld."""
    task = state.task
    used = np.abs(near) > _NOTHING
    around = task.matrix.beside(task.matrix.beside(used) & state.withheld)
    for movable in (used | around & state.withheld, used | state.withheld, state.withheld | ~task.closed):
        move = whole_move(task.matrix, task.counts, movable, column, sign, amount, prices)
        if move is not None and task.is_move(move) and sign * move[column] >= amount:
            return move
    raise Unprotectable(column)


def _take_back(state: _State, progress: Progress) -> None:
    """Publish again, the dearest first, every cell that the requirements can do without."""
    task = state.task
    extra = np.flatnonzero(state.withheld & ~task.withheld)
    order = extra[np.lexsort((extra, task.counts[extra] == 0, -task.prices[extra]))]
    moves = Moves(task.matrix, task.counts, state.withheld, np.ones(task.matrix.width))
    for done, column in enumerate(order):
        _take_back_one(state, moves, int(column))
        progress("taking back what is not needed", done + 1, len(order))
    # What was kept early may have lost its last user since.
    idle = [column for column in np.flatnonzero(state.withheld & ~task.withheld).tolist() if not state.serves(column)]
    state.withheld[idle] = False


def _take_back_one(state: _State, moves: Moves, column: int) -> None:
    """Close the column if every requirement that it bears out has a witness without it."""
    kept = state.let_go(column)
    concerned = np.array(list(kept), dtype=np.int64)
    moves.close(column)
    first = state.reason.get(column)
    if (first not in kept or _again(state, moves, first, concerned)) and all(
        int(need) in state.witness or _again(state, moves, int(need), concerned)
        for need in _reap(state, moves, state.unmet(concerned), most=6)
    ):
        state.withheld[column] = False
    else:
        moves.open(column)
        state.witness |= kept


def _again(state: _State, moves: Moves, need: int, among: Ints) -> bool:
    """Look for a witness of one requirement through the columns that are open now."""
    move = moves.find(*state.needs.one(need))
    return move is not None and state.note(move, state.unmet(among)) > 0 and need in state.witness
