"""Decoys: nothings that are withheld so that a withheld cell need not be a small count.

Whoever sees a mark should not be able to say that somebody was there. So some innermost zeros are withheld as well,
with the same requirement as small counts. A secret draws them: whoever has it gets the same ones, nobody else can tell
which they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import islice
from math import ceil

import numpy as np

from incidents.disclosure import suppress
from incidents.disclosure.counts import Cells, Ints, Mask
from incidents.disclosure.programme import Moves
from incidents.disclosure.task import Needs, Progress, Task, Unprotectable


@dataclass(frozen=True)
class Draw:
    """How many decoys there shall be, and in which order zeros become some."""

    share: float
    """Of the withheld innermost cells, how many shall be decoys at the least."""
    secret: bytes

    def order(self, cells: Cells, among: Ints) -> list[int]:
        """These cells in an order that only the secret tells; the same for the same codes, whatever cells there are."""
        return sorted(among.tolist(), key=lambda cell: self._rank(cells.codes(cell)))

    def _rank(self, codes: Sequence[str]) -> bytes:
        return blake2b("\0".join(codes).encode(), digest_size=16, key=self.secret, person=b"decoys").digest()


def with_decoys(
    task: Task, withheld: Mask, cells: Cells, draw: Draw, room: Ints, earlier: Mask, *, progress: Progress
) -> tuple[Mask, Mask]:
    """The pattern with what decoys need besides, and which cells are decoys.

    `earlier` are the decoys of earlier releases, which stay deniable as small counts do. For new ones no figure is
    given up: what hides a decoy is withheld already, or another zero. A zero that cannot be hidden so is passed over,
    so there may be fewer than wished for. `room` says of every cell how much it must be possible that it is, were it a
    decoy.
    """
    decoys = np.zeros(len(cells), dtype=bool)
    withheld, kept = _protected(task, withheld, np.flatnonzero(earlier & (room > 0)).tolist(), room, progress)
    decoys[kept] = True
    task = replace(task, closed=task.closed | ((task.counts > 0) & ~withheld))
    innermost = _innermost(task, len(cells))
    waiting = iter(draw.order(cells, _eligible(task, cells, innermost, room)))
    moves = Moves(task.matrix, task.counts, ~task.closed | withheld, np.ones(task.matrix.width))
    while True:
        missing = ceil(draw.share * int((withheld[: len(cells)] & innermost).sum())) - int((decoys & innermost).sum())
        hidden = (cell for cell in waiting if moves.find(cell, 1, int(room[cell])) is not None)
        new = list(islice(hidden, max(missing, 0)))
        if not new:
            return withheld, decoys
        withheld, kept = _protected(task, withheld, new, room, progress)
        decoys[kept] = True


def _innermost(task: Task, size: int) -> Mask:
    """By cell, whether it is no sum of others."""
    found = np.ones(task.matrix.width, dtype=bool)
    found[_wholes(task)] = False
    return found[:size]


def _eligible(task: Task, cells: Cells, innermost: Mask, room: Ints) -> Ints:
    """Zeros where a small count could be as well: part of nothing that is itself nothing."""
    size = len(cells)
    in_nothing = np.zeros(task.matrix.width, dtype=bool)
    is_part_of_nothing = task.counts[_wholes(task)][task.matrix.rows] == 0
    in_nothing[task.matrix.columns[is_part_of_nothing]] = True
    return np.flatnonzero(
        (cells.counts == 0) & innermost & ~in_nothing[:size] & ~task.closed[:size] & (room[:size] > 0)
    )


def _wholes(task: Task) -> Ints:
    """The whole of every relation: its first column."""
    return task.matrix.columns[task.matrix.starts[:-1]]


def _protected(
    task: Task, withheld: Mask, chosen: Sequence[int], room: Ints, progress: Progress
) -> tuple[Mask, list[int]]:
    """The pattern with these cells protected too, and those of them for which there was a way."""
    left = list(chosen)
    while left:
        columns = np.array(left, dtype=np.int64)
        base = withheld.copy()
        base[columns] = True
        needs = Needs(columns, np.ones(len(left), dtype=np.int64), room[columns])
        try:
            return suppress.pattern(replace(task, withheld=base, needs=needs), progress=progress), left
        except Unprotectable as failed:
            left.remove(failed.column)
    return withheld, left
