"""Which cells to withhold so that nobody can be recognised, and the proof that it is enough. Not how to solve an LP.

A small count is protected when the published figures fit both nobody and `threshold` or more: readers can conclude
neither that something happened nor that it happened to few (Hundepool et al. 2012, Statistical Disclosure Control,
chapter 4). Complementary cells are found by least-cost deviations (Kelly, Golden & Assad 1992; Fischetti &
Salazar-González 2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Protocol

from incidents.core.tables import Cell, Relation, System

_ALREADY_WITHHELD = 0.001
"""What moving a cell costs that is not published anyway."""

Deviation = Mapping[Cell, int]
"""By how much other figures, which fit all that is published too, differ from the true ones; zeros left out."""


@dataclass(frozen=True)
class Search:
    """What a solver is asked: whole numbers that keep every relation at zero, within bounds, at least cost."""

    relations: tuple[Relation, ...]
    bounds: Mapping[Cell, tuple[int, int | None]]
    """Least and greatest deviation; None is no bound. All other cells stay as they are."""
    costs: Mapping[Cell, float]
    """Per unit of deviation, up or down; above zero."""


class Solve(Protocol):
    def __call__(self, search: Search, /) -> Deviation | None:
        """The deviation, or None if there is none. What it gives is checked here, never believed."""


@dataclass(frozen=True, order=True)
class Requirement:
    """That the figures published also fit a cell that is lower, or higher, by `change` or more."""

    cell: Cell
    change: int

    def is_met_by(self, deviation: Deviation) -> bool:
        moved = deviation.get(self.cell, 0)
        return moved <= self.change if self.change < 0 else moved >= self.change


class Unprotectable(Exception):
    """No pattern protects `cell`: what must be published gives it away. The tables must be coarser."""

    def __init__(self, cell: Cell, threshold: int) -> None:
        super().__init__(f"{cell} cannot be kept from being computed (threshold {threshold})")
        self.cell = cell
        self.threshold = threshold


def primary(system: System) -> frozenset[Cell]:
    """The cells too small to publish: from 1 to threshold - 1. Differences that readers can compute count too."""
    return frozenset(
        cell
        for cell, threshold in system.thresholds.items()
        if 1 <= system.counts[cell] < threshold and cell not in system.never_withheld
    )


def requirements(system: System) -> list[Requirement]:
    """Two for each primary cell, the largest change first."""
    found = []
    for cell in primary(system):
        count = system.counts[cell]
        found += [Requirement(cell, -count), Requirement(cell, system.thresholds[cell] - count)]
    return sorted(found, key=lambda need: (-abs(need.change), need))


def protect(system: System, *, earlier: Mapping[Cell, bool], solve: Solve) -> frozenset[Cell]:
    """The cells to withhold, primary and complementary alike.

    `earlier` says of each cell already published whether it was withheld; it stays as it was. Zeros may be withheld
    too. The same system gives the same cells. Raises Unprotectable.
    """
    closed = system.never_withheld | {cell for cell, is_withheld in earlier.items() if not is_withheld}
    fixed = primary(system) | system.slacks | {cell for cell, is_withheld in earlier.items() if is_withheld}
    open_, witnesses = _grown(system, fixed, closed, solve)
    hidden = _pruned(system, open_, fixed, witnesses, solve) - system.slacks
    for need in unmet(system, hidden, solve=solve):
        raise Unprotectable(need.cell, system.thresholds[need.cell])
    return hidden


def unmet(system: System, withheld: Set[Cell], *, solve: Solve) -> list[Requirement]:
    """The requirements that this pattern does not meet; empty if it protects every small count.

    Nothing is taken from the search that found the pattern. Each requirement needs a witness, other whole figures
    that fit all that is published; whether it is one is checked here in whole numbers.
    """
    hidden = withheld | system.slacks
    failed = []
    for need in requirements(system):
        witness = _moved(system, need, hidden, hidden, solve) if need.cell in hidden else None
        if witness is None or not _is_witness(witness, need, system, hidden):
            failed.append(need)
    return failed


_Witnesses = dict[Requirement, Deviation]


def _grown(system: System, fixed: Set[Cell], closed: Set[Cell], solve: Solve) -> tuple[Set[Cell], _Witnesses]:
    """Open cells until every requirement has a witness."""
    open_, witnesses = fixed, _Witnesses()
    movable = system.counts.keys() - closed
    for need in requirements(system):
        witness = next((known for known in witnesses.values() if need.is_met_by(known)), None)
        witness = witness or _moved(system, need, movable, open_, solve)
        if witness is None:
            raise Unprotectable(need.cell, system.thresholds[need.cell])
        open_ = open_ | witness.keys()
        witnesses[need] = witness
    return open_, witnesses


def _pruned(system: System, open_: Set[Cell], fixed: Set[Cell], witnesses: _Witnesses, solve: Solve) -> frozenset[Cell]:
    """Close again, the most useful first, every cell that the requirements can do without."""
    kept = set(open_)
    for cell in sorted(open_ - fixed, key=lambda cell: (-system.weights[cell], cell)):
        kept.remove(cell)
        instead = {}
        for need in [need for need, witness in witnesses.items() if cell in witness]:
            witness = _moved(system, need, kept, kept, solve)
            if witness is None:
                kept.add(cell)
                break
            instead[need] = witness
        else:
            witnesses.update(instead)
    return frozenset(kept)


def _moved(system: System, need: Requirement, movable: Set[Cell], open_: Set[Cell], solve: Solve) -> Deviation | None:
    """The least costly figures that meet `need` and change movable cells only."""
    bounds: dict[Cell, tuple[int, int | None]] = {cell: (-system.counts[cell], None) for cell in sorted(movable)}
    least, most = (-system.counts[need.cell], need.change) if need.change < 0 else (need.change, None)
    bounds[need.cell] = least, most
    costs = {cell: _ALREADY_WITHHELD if cell in open_ else system.weights[cell] for cell in bounds}
    return solve(Search(tuple(system.relations), bounds, costs))


def _is_witness(witness: Deviation, need: Requirement, system: System, hidden: Set[Cell]) -> bool:
    return (
        need.is_met_by(witness)
        and witness.keys() <= hidden
        and all(system.counts[cell] + moved >= 0 for cell, moved in witness.items())
        and all(
            sum(sign * witness.get(cell, 0) for cell, sign in relation.items()) == 0 for relation in system.relations
        )
    )
