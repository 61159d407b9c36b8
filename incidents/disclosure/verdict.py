"""What the attack on published cells means under the rules: bounds of all that is withheld, and what they give away.

Like the attack itself it knows nothing of how cells were chosen: it takes figures, relations and rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from incidents.disclosure.audit import Bounds, attack
from incidents.disclosure.counts import Cells, Ints, Mask
from incidents.disclosure.relations import Matrix, relations, with_others
from incidents.disclosure.rules import ENDLESS, Pairs, groups, most_of_parts, most_possible, thresholds_of
from incidents.disclosure.spec import Spec


@dataclass(frozen=True)
class Verdict:
    """What a reader of published cells can find out."""

    bounds: Mapping[int, Bounds]
    """By cell that is withheld, or by the column of a difference that was asked for."""
    thresholds: Ints
    """By column."""
    most: Ints
    """By column, what the cells that it is part of leave it at the most, for all that readers know of these."""
    groups: Sequence[tuple[int, int]]
    """Groups of which nearly all are known to share a trait: the cell of the group and that of the trait."""

    def hides(self, cell: int, *, least: int = 0) -> bool:
        """Whether a withheld cell may be both nothing and as much as may be published, for all that readers know.

        Or as much as the cell that it is part of can be, if that is less: it may have a lower threshold. `least` is
        what has to be possible where it cannot be nothing.
        """
        return self.bounds[cell].reaches(least, min(int(self.thresholds[cell]), int(self.most[cell])))

    def may_be_enough(self, cell: int) -> bool:
        """Whether a withheld cell may be as much as may be published, or as the cell that it is part of can be.

        All that can be asked of a cell of which one does not know why it is withheld: one that is withheld for others
        may be known to be more than nothing.
        """
        upper = self.bounds[cell].upper
        return upper is None or upper >= min(int(self.thresholds[cell]), int(self.most[cell]))


def verdict(
    cells: Cells,
    withheld: Mask,
    spec: Spec,
    *,
    asked: Sequence[int] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verdict:
    """Attack cells whose counts are published, all but the withheld ones; of these `asked` are bounded, None for all.

    `asked` may name differences too, by their columns behind the cells (relations.relations).
    Raises audit.Contradiction where no counts fit what is published.
    """
    matrix, differences = relations(cells, spec.multi_response)
    hidden = np.concatenate([withheld, np.ones(len(differences.counts), dtype=bool)])
    figures = np.concatenate([np.where(withheld, 0, cells.counts), np.zeros(len(differences.counts), dtype=np.int64)])
    wanted = np.flatnonzero(withheld).tolist() if asked is None else asked
    bounds = attack(matrix, figures, hidden, asked=wanted, progress=progress)
    own = thresholds_of(spec, cells)
    thresholds = np.concatenate([own, own[differences.wholes]])
    told = _told(cells, withheld, spec, thresholds, bounds)
    known = np.where(withheld, ENDLESS, cells.counts)
    for cell, found in bounds.items():
        if cell < len(cells) and found.upper is not None:
            known[cell] = found.upper
    published = np.where(withheld, ENDLESS, cells.counts)
    most = np.minimum(most_of_parts(matrix, known), most_possible(matrix, published))
    return Verdict(bounds, thresholds, most, _nearly_all(matrix, figures, hidden, told, spec))


def _told(cells: Cells, withheld: Mask, spec: Spec, thresholds: Ints, bounds: Mapping[int, Bounds]) -> Pairs:
    """Groups and traits of which readers know that so many incidents have the trait as may be published."""
    pairs = groups(cells, spec.group_disclosure)
    least = np.where(withheld, 0, cells.counts)
    for cell, found in bounds.items():
        if cell < len(cells):
            least[cell] = found.lower
    known = least[pairs.parts] >= thresholds[pairs.parts]
    return Pairs(pairs.wholes[known], pairs.parts[known])


def _nearly_all(matrix: Matrix, figures: Ints, hidden: Mask, told: Pairs, spec: Spec) -> list[tuple[int, int]]:
    if spec.group_disclosure is None or not len(told):
        return []
    wider = with_others(matrix, told.wholes, told.parts)
    rest = matrix.width + np.arange(len(told), dtype=np.int64)
    bounds = attack(
        wider,
        np.concatenate([figures, np.zeros(len(told), dtype=np.int64)]),
        np.concatenate([hidden, np.ones(len(told), dtype=bool)]),
        asked=rest.tolist(),
    )
    few = spec.group_disclosure.others
    return [
        (whole, part)
        for column, whole, part in zip(rest.tolist(), told.wholes.tolist(), told.parts.tolist(), strict=True)
        if (most := bounds[column].upper) is not None and most <= few
    ]
