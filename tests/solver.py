"""Whether whole numbers fit: an attacker's tool for these tests, which shares nothing with the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy

from incidents.core.tables import Cell, Relation

Bounds = Mapping[Cell, tuple[int, int | None]]


class _Silent(highspy.Highs):
    def enableCallbacks(self) -> None:  # noqa: N802 (its name)
        self.setOptionValue("output_flag", False)


def whole_numbers_fit(relations: Sequence[Relation], bounds: Bounds) -> bool:
    """Whether there are whole numbers within the bounds that keep every relation at zero."""
    solver, place = _Silent(), {cell: number for number, cell in enumerate(bounds)}
    for low, high in bounds.values():
        solver.addVar(low, highspy.kHighsInf if high is None else high)
    for number in range(len(place)):
        solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
    for relation in relations:
        columns = [place[cell] for cell in relation]
        solver.addRow(0.0, 0.0, len(columns), columns, [float(sign) for sign in relation.values()])
    solver.run()
    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)
