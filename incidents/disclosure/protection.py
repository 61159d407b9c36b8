"""From counted cells to a decision for each: published or withheld, release by release, and why."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from incidents.disclosure import exact, suppress
from incidents.disclosure.counts import Cells, Ints
from incidents.disclosure.relations import relations
from incidents.disclosure.spec import BadSpec, Spec
from incidents.disclosure.suppress import silent
from incidents.disclosure.task import Floats, Mask, Needs, Progress, Task, Unprotectable


class Status(enum.Enum):
    """What became of a cell. For the statistician only: released files say no more than that a cell is withheld."""

    PUBLISHED = "published"
    ZERO = "zero"
    PRIMARY = "primary"
    """Withheld because its own count is small."""
    COMPLEMENTARY = "complementary"
    """Withheld because it would give a small count away."""

    @property
    def is_withheld(self) -> bool:
        return self in {Status.PRIMARY, Status.COMPLEMENTARY}


class CannotProtect(Exception):
    """Whatever is withheld, this cell can be computed from what must be published: the tables must be coarser."""

    def __init__(self, codes: list[str], threshold: int) -> None:
        super().__init__(f"{' × '.join(codes)} cannot be kept from being computed (threshold {threshold}).")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What makes a count too small, and what hiding costs."""

    thresholds: Ints
    """By cell: counts from 1 to this less 1 are too small."""
    manual: Mask
    """Cells withheld whatever their count."""
    never: Mask
    """Cells that must be published."""
    prices: Floats


def rules_of(spec: Spec, cells: Cells) -> Rules:
    """The rules of a specification. Raises BadSpec for a manual cell that is not there."""
    size = len(cells.counts)
    manual, by_codes = np.zeros(size, dtype=bool), {tuple(cells.codes(cell)): cell for cell in range(size)}
    for stated in spec.manual:
        codes = tuple(stated.get(tree.name, tree.codes[0]) for tree in cells.trees)
        if codes not in by_codes:
            raise BadSpec(f"`manual_primary`: there is no cell {' × '.join(codes)}.")
        manual[by_codes[codes]] = True
    never = np.zeros(size, dtype=bool) if spec.zeros_may_be_withheld else cells.counts == 0
    return Rules(
        thresholds=np.full(size, spec.threshold, dtype=np.int64), manual=manual, never=never, prices=np.ones(size)
    )


def small(cells: Cells, rules: Rules) -> Mask:
    """The cells that must not be published for their own sake."""
    return ((cells.counts > 0) & (cells.counts < rules.thresholds)) | rules.manual


def protect(
    cells: Cells, spec: Spec, rules: Rules, *, earlier: list[Status | None] | None = None, progress: Progress = silent
) -> list[Status]:
    """The status of every cell. `earlier` has those decided by earlier releases, None for cells that are new.

    What was published stays published, what was withheld stays withheld. With a release dimension the releases are
    decided one after the other, each without the counts of later ones. Raises CannotProtect.
    """
    decided: list[Status | None] = list(earlier) if earlier else [None] * len(cells.counts)
    for chosen in _releases(cells, spec):
        part = Cells(cells.trees, cells.places[chosen], cells.counts[chosen])
        own = Rules(
            thresholds=rules.thresholds[chosen],
            manual=rules.manual[chosen],
            never=rules.never[chosen],
            prices=rules.prices[chosen],
        )
        for cell, status in zip(
            chosen.tolist(), _one_release(part, spec, own, [decided[cell] for cell in chosen], progress), strict=True
        ):
            decided[cell] = status
    return [status for status in decided if status is not None]


def _releases(cells: Cells, spec: Spec) -> Iterator[Ints]:
    """For each release the cells of it and of all before it."""
    everything = np.arange(len(cells.counts))
    if spec.release_dimension is None:
        yield everything
        return
    axis = [tree.name for tree in cells.trees].index(spec.release_dimension)
    tree = cells.trees[axis]
    inner = tree.children()
    leaves = [place for place in range(len(tree.codes)) if place not in inner]
    last = len(leaves)
    order = np.array([last if place in inner else leaves.index(place) for place in range(len(tree.codes))])
    number = order[cells.places[:, axis]]
    for release in range(last + 1):
        if np.any(number == release):
            yield everything[number <= release]


def _one_release(
    cells: Cells, spec: Spec, rules: Rules, decided: list[Status | None], progress: Progress
) -> list[Status]:
    primary = small(cells, rules)
    task = task_of(cells, spec, rules, decided)
    try:
        withheld = best(task, progress=progress)
    except Unprotectable as failed:
        if failed.column >= len(cells.counts):
            raise CannotProtect(["a difference between cells"], spec.threshold) from None
        raise CannotProtect(cells.codes(failed.column), int(rules.thresholds[failed.column])) from None
    statuses = []
    for cell, was in enumerate(decided):
        if was is not None:
            statuses.append(was)
        elif withheld[cell]:
            statuses.append(Status.PRIMARY if primary[cell] else Status.COMPLEMENTARY)
        else:
            statuses.append(Status.ZERO if cells.counts[cell] == 0 else Status.PUBLISHED)
    return statuses


def best(task: Task, *, progress: Progress = silent) -> Mask:
    """The cheapest pattern found: proved to be so where the tables are small. Raises Unprotectable."""
    if not len(task.needs):
        return task.withheld
    found = suppress.pattern(task, progress=progress)
    better = exact.better(task, found)
    if better is not found and suppress.witnessed(task, better):
        found = better
    return found


def task_of(cells: Cells, spec: Spec, rules: Rules, decided: list[Status | None]) -> Task:
    """The numbers behind the rules: what must stay possible, what is open and what is closed."""
    matrix, differences = relations(cells, spec.multi_response)
    size, extra = len(cells.counts), len(differences.counts)
    counts = np.concatenate([cells.counts, differences.counts])
    primary = np.concatenate([small(cells, rules), np.zeros(extra, dtype=bool)])
    thresholds = np.concatenate([rules.thresholds, np.full(extra, spec.threshold, dtype=np.int64)])
    if spec.protects_differences:
        near = (differences.counts > 0) & (differences.counts < spec.threshold)
        primary[size:] = differences.are_counts & near
    columns = np.flatnonzero(primary)
    downs, ups = counts[columns], np.maximum(thresholds[columns] - counts[columns], 1)
    asked = np.concatenate([downs, ups]) > 0
    needs = Needs(
        np.concatenate([columns, columns])[asked],
        np.repeat(np.array([-1, 1], dtype=np.int64), len(columns))[asked],
        np.concatenate([downs, ups])[asked],
    )
    was_withheld = np.array([status is not None and status.is_withheld for status in decided], dtype=bool)
    was_published = np.array([status is not None and not status.is_withheld for status in decided], dtype=bool)
    withheld = primary | np.concatenate([was_withheld, np.ones(extra, dtype=bool)])
    closed = np.concatenate([(rules.never | was_published) & ~withheld[:size], np.zeros(extra, dtype=bool)])
    return Task(matrix, counts, needs, withheld, closed, np.concatenate([rules.prices, np.ones(extra)]))
