"""From counted cells to a decision for each: published or withheld, release by release, and why."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence

import numpy as np

from incidents.disclosure import exact, suppress
from incidents.disclosure.counts import Cells, Ints, Mask
from incidents.disclosure.decoys import Draw, with_decoys
from incidents.disclosure.relations import Matrix, relations, with_others
from incidents.disclosure.rules import Pairs, Rules, groups, most_possible, shared_by_nearly_all, small
from incidents.disclosure.spec import Spec
from incidents.disclosure.suppress import silent
from incidents.disclosure.task import Needs, Progress, Task, Unprotectable
from incidents.disclosure.trees import BadSpec


class Status(enum.Enum):
    """What became of a cell. For the statistician only: released files say no more than that a cell is withheld."""

    PUBLISHED = "published"
    ZERO = "zero"
    PRIMARY = "primary"
    """Withheld for its own sake: its count is small, or it is a nothing that shall look like one."""
    COMPLEMENTARY = "complementary"
    """Withheld because it would give a small count away."""

    @property
    def is_withheld(self) -> bool:
        return self in {Status.PRIMARY, Status.COMPLEMENTARY}


class CannotProtect(Exception):
    """Whatever is withheld, this cell can be computed from what must be published: the tables must be coarser."""

    def __init__(self, codes: list[str], threshold: int) -> None:
        super().__init__(f"{' × '.join(codes)} cannot be kept from being computed (threshold {threshold}).")


def protect(
    cells: Cells,
    spec: Spec,
    rules: Rules,
    *,
    earlier: list[Status | None] | None = None,
    secret: bytes = b"",
    progress: Progress = silent,
) -> list[Status]:
    """The status of every cell. `earlier` has those decided by earlier releases, None for cells that are new.

    What was published stays published, what was withheld stays withheld. With a release dimension the releases are
    decided one after the other, each without the counts of later ones. `secret`, of 16 to 64 bytes, draws the decoys.
    Raises CannotProtect, and BadSpec for a specification with decoys where there is no secret.
    """
    if spec.decoy_zeros and not secret:
        raise BadSpec("`decoy_zeros` needs a secret that draws them.")
    draw = Draw(spec.decoy_zeros, secret) if spec.decoy_zeros else None
    decided: list[Status | None] = list(earlier) if earlier else [None] * len(cells.counts)
    for chosen in _releases(cells, spec):
        earlier_ones = [decided[cell] for cell in chosen]
        statuses = _one_release(cells.only(chosen), spec, rules.only(chosen), earlier_ones, draw, progress)
        for cell, status in zip(chosen.tolist(), statuses, strict=True):
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
    inner = tree.children
    leaves = [place for place in range(len(tree.codes)) if place not in inner]
    last = len(leaves)
    order = np.array([last if place in inner else leaves.index(place) for place in range(len(tree.codes))])
    number = order[cells.places[:, axis]]
    for release in range(last + 1):
        if np.any(number == release):
            yield everything[number <= release]


def _one_release(
    cells: Cells, spec: Spec, rules: Rules, decided: list[Status | None], draw: Draw | None, progress: Progress
) -> list[Status]:
    primary = small(cells, rules)
    task = task_of(cells, spec, rules, decided)
    try:
        withheld = best(task, progress=progress)
    except Unprotectable as failed:
        if failed.column >= len(cells.counts):
            raise CannotProtect(["a difference between cells"], spec.threshold) from None
        raise CannotProtect(cells.codes(failed.column), int(rules.thresholds[failed.column])) from None
    if draw is not None:
        were = np.array([status is Status.PRIMARY for status in decided], dtype=bool) & (cells.counts == 0) & ~primary
        most = _most(task.matrix, task.closed, cells, rules)[: len(cells)]
        room = np.where(rules.thresholds > 1, np.minimum(rules.thresholds, most), 0)
        withheld, decoys = with_decoys(task, withheld, cells, draw, room, were, progress=progress)
        primary |= decoys
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


def task_of(cells: Cells, spec: Spec, rules: Rules, decided: Sequence[Status | None]) -> Task:
    """The numbers behind the rules: what must stay possible, what is open and what is closed.

    Columns are the cells, then differences that readers can compute, then what is left of groups that share a trait.
    """
    matrix, differences = relations(cells, spec.multi_response)
    is_sum = np.zeros(matrix.width, dtype=bool)
    is_sum[matrix.columns[matrix.starts[:-1]]] = True
    shared = _shared_traits(cells, spec, rules)
    first_rest = matrix.width
    matrix = with_others(matrix, shared.wholes, shared.parts)
    rest = cells.counts[shared.wholes] - cells.counts[shared.parts]
    counts = np.concatenate([cells.counts, differences.counts, rest])
    size = len(cells)
    primary, thresholds = np.zeros(matrix.width, dtype=bool), np.zeros(matrix.width, dtype=np.int64)
    primary[:size], thresholds[:size] = small(cells, rules), rules.thresholds
    thresholds[size:first_rest] = rules.thresholds[differences.wholes]
    if spec.protects_differences:
        near = (differences.counts > 0) & (differences.counts < thresholds[size:first_rest])
        primary[size:first_rest] = differences.are_counts & near
    withheld, closed = np.ones(matrix.width, dtype=bool), np.zeros(matrix.width, dtype=bool)
    was_withheld = np.array([status is not None and status.is_withheld for status in decided], dtype=bool)
    was_published = np.array([status is not None and not status.is_withheld for status in decided], dtype=bool)
    withheld[:size] = primary[:size] | was_withheld
    closed[:size] = (rules.never | was_published) & ~withheld[:size]
    prices = np.ones(matrix.width)
    prices[:size] = rules.prices * np.where(is_sum[:size], spec.prices.sums, 1.0)
    most = _most(matrix, closed, cells, rules)
    least = np.zeros(matrix.width, dtype=np.int64)
    least[:size] = rules.least
    needs = _joined(_needs(primary, counts, thresholds, least, most), _needs_of_groups(first_rest, rest, spec))
    return Task(matrix, counts, needs, withheld, closed, prices)


def _most(matrix: Matrix, closed: Mask, cells: Cells, rules: Rules) -> Ints:
    """By column, what it can be at the most for all that must be published and was known before."""
    size = len(cells)
    most = most_possible(matrix, np.where(closed[:size], cells.counts, rules.most))
    most[:size] = np.minimum(most[:size], rules.most)
    return most


def _shared_traits(cells: Cells, spec: Spec, rules: Rules) -> Pairs:
    """Groups of which readers would learn that nearly all share a trait."""
    rule = spec.group_disclosure
    return shared_by_nearly_all(cells, rules.thresholds, groups(cells, rule), rule.others if rule else 0)


def _needs(primary: Mask, counts: Ints, thresholds: Ints, least: Ints, most: Ints) -> Needs:
    """Two for each unsafe count: that it may be nothing, and that it may be one that can be published.

    The first goes no further than what is known of its parts, the second than the published cells that it is part of.
    """
    columns = np.flatnonzero(primary)
    downs = counts[columns] - least[columns]
    ups = np.minimum(np.maximum(thresholds[columns] - counts[columns], 1), most[columns] - counts[columns])
    asked = np.concatenate([downs, ups]) > 0
    return Needs(
        np.concatenate([columns, columns])[asked],
        np.repeat(np.array([-1, 1], dtype=np.int64), len(columns))[asked],
        np.concatenate([downs, ups])[asked],
    )


def _needs_of_groups(first: int, rest: Ints, spec: Spec) -> Needs:
    """That more incidents may lack the trait than make it one of the whole group."""
    others = spec.group_disclosure.others if spec.group_disclosure else 0
    columns = first + np.arange(len(rest), dtype=np.int64)
    return Needs(columns, np.ones(len(rest), dtype=np.int64), others + 1 - rest)


def _joined(one: Needs, other: Needs) -> Needs:
    return Needs(
        np.concatenate([one.columns, other.columns]),
        np.concatenate([one.signs, other.signs]),
        np.concatenate([one.amounts, other.amounts]),
    )
