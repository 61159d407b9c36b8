"""Answers the searches of disclosure control with HiGHS. Knows nothing of what the cells mean."""

from __future__ import annotations

from collections.abc import Callable

import highspy

from incidents.core.disclosure import Deviation, Search
from incidents.core.tables import Cell

_ALMOST_WHOLE = 1e-6


class SolverFailed(Exception):
    """HiGHS gave neither a solution nor a proof that there is none."""


class _Quiet(highspy.Highs):
    """HiGHS without callbacks: setting them prints a greeting on standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802 (its name)
        self.setOptionValue("output_flag", False)


_new_solver: Callable[[], highspy.Highs] = _Quiet


def solve(search: Search) -> Deviation | None:
    """Whole-number deviations of least cost, or None if there are none. Raises SolverFailed.

    A linear programme first: its corners are nearly always whole; where one is not, the integer programme.
    Every search starts cold: a warm start can call a feasible model infeasible.
    """
    cells = list(search.bounds)
    values = _run(_model(search, cells, whole=False))
    if values is not None and any(abs(value - round(value)) > _ALMOST_WHOLE for value in values):
        values = _run(_model(search, cells, whole=True))
    if values is None:
        return None
    moved = (round(up) - round(down) for up, down in zip(values[: len(cells)], values[len(cells) :], strict=True))
    return {cell: change for cell, change in zip(cells, moved, strict=True) if change}


def _model(search: Search, cells: list[Cell], *, whole: bool) -> highspy.HighsLp:
    """Columns: by how much each cell goes up, then by how much each goes down. Rows: the relations."""
    bounds = [search.bounds[cell] for cell in cells]
    ups = [(max(0, low), _or_infinite(high)) for low, high in bounds]
    downs = [(0 if high is None else max(0, -high), max(0, -low)) for low, high in bounds]
    starts, columns, signs = _rows(search, cells)
    model = highspy.HighsLp()
    model.num_col_ = 2 * len(cells)
    model.num_row_ = len(starts) - 1
    model.col_cost_ = [search.costs[cell] for cell in cells] * 2
    model.col_lower_ = [float(low) for low, _ in ups + downs]
    model.col_upper_ = [float(high) for _, high in ups + downs]
    model.row_lower_ = model.row_upper_ = [0.0] * (len(starts) - 1)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = columns
    model.a_matrix_.value_ = signs
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
    return model


def _or_infinite(high: int | None) -> float:
    return highspy.kHighsInf if high is None else max(0.0, float(high))


def _rows(search: Search, cells: list[Cell]) -> tuple[list[int], list[int], list[float]]:
    place = {cell: column for column, cell in enumerate(cells)}
    starts, columns, signs = [0], [], []
    for relation in search.relations:
        terms = [(place[cell], float(sign)) for cell, sign in relation.items() if cell in place]
        if not terms:
            continue
        columns += [column for column, _ in terms] + [column + len(cells) for column, _ in terms]
        signs += [sign for _, sign in terms] + [-sign for _, sign in terms]
        starts.append(len(columns))
    return starts, columns, signs


def _run(model: highspy.HighsLp) -> list[float] | None:
    highs = _new_solver()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.passModel(model)
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise SolverFailed(highs.modelStatusToString(status))
    return list(highs.getSolution().col_value)
