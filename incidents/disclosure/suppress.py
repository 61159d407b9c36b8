"""A good pattern of cells to withhold, for tables of any size.

Least-cost moves for each small count, then taking back what is not needed (Kelly, Golden & Assad 1992; Fischetti &
Salazar-González 2001, Management Science 47(7)). Every requirement ends with a witness: other whole figures that fit
all that is published. The audit trusts none of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.programme import Moves, whole_move
from incidents.disclosure.task import Floats, Mask, Needs, Progress, Task, Unprotectable
from incidents.disclosure.witnesses import Witnesses

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
        served = state.witnesses.served() if again else np.zeros(len(prices))
        state = _State(task)
        _harvest(state, np.arange(len(task.needs)))
        _grow(state, prices / (1 + served), progress)
    _take_back(state, progress)
    if not state.witnesses.bear_out(state.withheld):
        raise AssertionError("a pattern without witnesses")
    return state.withheld


def witnessed(task: Task, withheld: Mask) -> bool:
    """Whether every need has a witness in whole numbers through these columns alone."""
    state = _State(replace(task, needs=task.needs.hardest_first()))
    state.withheld = withheld.copy()
    _harvest(state, np.arange(len(task.needs)))
    moves = Moves(task.matrix, task.counts, withheld, np.ones(task.matrix.width))
    for need in state.witnesses.unmet(range(len(task.needs))).tolist():
        if need in state.witnesses or _again(state, moves, need):
            continue
        column, sign, amount = state.needs.one(need)
        move = whole_move(task.matrix, task.counts, withheld, column, sign, amount, np.ones(task.matrix.width))
        if move is None or not state.witnesses.note(move.astype(np.float64)):
            return False
    return state.witnesses.bear_out(withheld)


class _State:
    """The pattern so far, and a witness for every requirement that is met."""

    def __init__(self, task: Task) -> None:
        self.task, self.needs = task, task.needs
        self.withheld = task.withheld.copy()
        self.witnesses = Witnesses(task)
        self.reason: dict[int, int] = {}
        """By column withheld for others: the requirement that first called for it."""


def _harvest(state: _State, among: Ints) -> None:
    """Moves through withheld columns that meet many requirements at once."""
    left = state.witnesses.unmet(among)
    if not len(left):
        return
    moves = Moves(state.task.matrix, state.task.counts, state.withheld, np.ones(state.task.matrix.width))
    _reap(state, moves, left)


def _reap(state: _State, moves: Moves, left: Ints, *, most: int = 40) -> Ints:
    """Try these requirements together, half of them up and half down, as long as that meets some; what is left."""
    dry = 0
    random = np.random.Generator(np.random.PCG64(len(left)))
    for _ in range(most):
        if len(left) < 50 or dry == 2:
            break
        together = _one_a_column(state.needs, left[random.permutation(len(left))])
        gained = state.witnesses.note(moves.reach(*state.needs.some(together)))
        left = state.witnesses.unmet(left)
        dry = 0 if gained > max(10, len(left) // 400) else dry + 1
    return left


def _one_a_column(needs: Needs, order: Ints) -> Ints:
    """The first requirement of every column, in this order."""
    _, first = np.unique(needs.columns[order], return_index=True)
    return order[np.sort(first)]


def _grow(state: _State, prices: Floats, progress: Progress) -> None:
    task, needs = state.task, state.needs
    left = state.witnesses.unmet(range(len(needs)))
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
        left = state.witnesses.unmet(left)
        progress("finding cells to withhold", total - len(left), total)


def _grow_for(state: _State, growth: Moves, need: int, prices: Floats) -> None:
    steps = _whole_steps(state, growth, need, prices)
    state.witnesses.note(steps.astype(np.float64))
    _withhold(state, growth, steps, need, prices)


def _whole_steps(state: _State, growth: Moves, need: int, prices: Floats) -> Ints:
    """A cheap move in whole numbers that meets the requirement. Raises Unprotectable."""
    column, sign, amount = state.needs.one(need)
    first = move = growth.find(column, sign, amount)
    for _ in range(_TRIES):
        if move is None:
            raise Unprotectable(column)
        part = state.witnesses.part_with(move, column)
        if part is not None:
            steps = np.zeros(state.task.matrix.width, dtype=np.int64)
            steps[part[0]] = part[1]
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
    state.withheld &= task.withheld | state.witnesses.used()


def _take_back_one(state: _State, moves: Moves, column: int) -> None:
    """Close the column if every requirement that it bears out has a witness without it."""
    kept = state.witnesses.close(column)
    concerned = sorted(kept)
    moves.close(column)
    first = state.reason.get(column)
    if (first not in kept or first in state.witnesses or _again(state, moves, first)) and all(
        need in state.witnesses or _again(state, moves, need)
        for need in _reap(state, moves, state.witnesses.unmet(concerned), most=3).tolist()
    ):
        state.withheld[column] = False
    else:
        moves.open(column)
        state.witnesses.reopen(column, kept)


def _again(state: _State, moves: Moves, need: int) -> bool:
    """Look for a witness of one requirement through the columns that are open now."""
    move = moves.find(*state.needs.one(need))
    return move is not None and state.witnesses.note(move) > 0 and need in state.witnesses
