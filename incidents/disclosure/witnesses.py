"""Moves in whole numbers that were found so far, and which of them bears out each requirement.

A move that was found for one requirement often bears out others, and so does its opposite. All are kept: when a column
is closed, another witness is mostly at hand and no programme need be solved.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from incidents.disclosure.counts import Ints
from incidents.disclosure.index import Columns, Index
from incidents.disclosure.task import Floats, Mask, Task

_TOLERANCE = 1e-6
_TIMES = (1, 2, 3)
"""A move of halves or thirds is whole when it is made twice or three times."""
_ENOUGH = 30
"""Moves that are kept for one requirement."""


class Witnesses:
    """Every move keeps to columns that were open when it was noted; closing a column puts aside those that use it."""

    def __init__(self, task: Task) -> None:
        self._task, self._needs = task, task.needs
        self._columns = Columns(task.matrix)
        self._needs_of = Index(task.needs.columns, task.matrix.width)
        self._moves: list[tuple[Ints, Ints]] = []
        """Columns and steps of each move."""
        self._stopped: list[int] = []
        """By move: how many of its columns are closed."""
        self._borne: list[list[int]] = []
        """By move: the requirements that it was the first to bear out."""
        self._meeting: dict[int, list[int]] = {}
        """By requirement: the moves that meet it."""
        self._using: dict[int, list[int]] = {}
        """By column withheld for others: the moves that change it."""
        self._witness: dict[int, int] = {}

    def __contains__(self, need: int) -> bool:
        return need in self._witness

    def unmet(self, among: Iterable[int]) -> Ints:
        return np.array([need for need in among if need not in self._witness], dtype=np.int64)

    def note(self, move: Floats) -> int:
        """Keep the whole parts of a move and their opposites; how many requirements were met by none before."""
        return sum(
            self._keep(columns, steps)
            for columns, part in self.parts(move)
            for steps in (part, -part)
            if np.all(self._task.counts[columns] + steps >= 0)
        )

    def part_with(self, move: Floats, column: int) -> tuple[Ints, Ints] | None:
        """Columns and steps of the part of a move that changes a column, if that part is whole."""
        return next(((columns, part) for columns, part in self.parts(move) if column in columns), None)

    def parts(self, move: Floats) -> list[tuple[Ints, Ints]]:
        """The parts of a move that share no relation with each other, without those that are not whole.

        Each is a move of its own, gone over in whole numbers.
        """
        changed = np.flatnonzero(np.abs(move) > _TOLERANCE)
        if not len(changed):
            return []
        matrix, _ = self._columns.part(changed)
        label = matrix.groups(np.ones(len(changed), dtype=bool))
        order = np.argsort(label, kind="stable")
        cuts = np.flatnonzero(np.diff(label[order])) + 1
        steps = np.zeros(len(changed), dtype=np.int64)
        for group in np.split(order, cuts):
            steps[group] = self._whole(move[changed[group]], self._task.counts[changed[group]])
        wrong = set(label[matrix.columns[np.isin(matrix.rows, np.flatnonzero(matrix.times(steps)))]].tolist())
        return [
            (changed[group], steps[group])
            for group in np.split(order, cuts)
            if label[group[0]] not in wrong and steps[group].any()
        ]

    @staticmethod
    def _whole(part: Floats, counts: Ints) -> Ints:
        """A small multiple of the steps that is whole and possible; nothing if there is none."""
        for times in _TIMES:
            steps = np.rint(times * part).astype(np.int64)
            if np.all(np.abs(times * part - steps) <= _TOLERANCE) and np.all(counts + steps >= 0):
                return steps
        return np.zeros(len(part), dtype=np.int64)

    def _keep(self, columns: Ints, steps: Ints) -> int:
        wanted = [
            need
            for need in self._met_by(columns, steps)
            if len(self._meeting.get(need, ())) < _ENOUGH or need not in self._witness
        ]
        if not wanted:
            return 0
        own = len(self._moves)
        new = [need for need in wanted if need not in self._witness]
        self._moves.append((columns, steps))
        self._stopped.append(0)
        self._borne.append(new)
        self._witness |= dict.fromkeys(new, own)
        for need in wanted:
            self._meeting.setdefault(need, []).append(own)
        for column in columns[~self._task.withheld[columns]].tolist():
            self._using.setdefault(column, []).append(own)
        return len(new)

    def close(self, column: int) -> dict[int, int]:
        """Put aside the moves that use this column; the requirements that had one of them for witness, and which."""
        numbers = self._using.get(column, [])
        for number in numbers:
            self._stopped[number] += 1
        kept = {
            need: number
            for number in numbers
            for need in self._met_by(*self._moves[number])
            if self._witness.get(need) == number
        }
        for need in sorted(kept):
            other = next((each for each in self._meeting[need] if not self._stopped[each]), None)
            if other is None:
                del self._witness[need]
            else:
                self._witness[need] = other
        return kept

    def reopen(self, column: int, kept: dict[int, int]) -> None:
        """Take back what `close` did."""
        for number in self._using.get(column, []):
            self._stopped[number] -= 1
        self._witness |= kept

    def _met_by(self, columns: Ints, steps: Ints) -> list[int]:
        needs = self._needs_of.places(columns)
        made = np.repeat(steps, self._needs_of.lengths(columns))
        met: Ints = needs[self._needs.signs[needs] * made >= self._needs.amounts[needs]]
        return [int(need) for need in met]

    def served(self) -> Floats:
        """How many requirements each column has helped to bear out when nothing else did."""
        served = np.zeros(self._task.matrix.width)
        for column, numbers in self._using.items():
            served[column] = sum(len(self._borne[number]) for number in numbers)
        return served

    def used(self) -> Mask:
        """The columns that any witness needs."""
        used = np.zeros(self._task.matrix.width, dtype=bool)
        for number in set(self._witness.values()):
            used[self._moves[number][0]] = True
        return used

    def bear_out(self, withheld: Mask) -> bool:
        """Whether every requirement has a witness through these columns, gone over again in whole numbers."""
        by_move: dict[int, list[int]] = {}
        for need, number in self._witness.items():
            by_move.setdefault(number, []).append(need)
        for number, needs in by_move.items():
            columns, part = self._moves[number]
            steps = np.zeros(self._task.matrix.width, dtype=np.int64)
            steps[columns] = part
            if not (withheld[columns].all() and self._needs.met_by(steps)[needs].all() and self._task.is_move(steps)):
                return False
        return len(self._witness) == len(self._needs)
