"""The primary rules on counted cells: which are not to be published for their own sake, and what hiding costs.

Hundepool et al. (2012), Statistical Disclosure Control, section 4.2: minimum frequency, dominance, group disclosure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from incidents.disclosure.counts import Cells, Data, Ints, Mask, largest_of_one_source
from incidents.disclosure.relations import Matrix, families
from incidents.disclosure.spec import GroupDisclosure, Spec
from incidents.disclosure.task import Floats
from incidents.disclosure.trees import BadSpec

ENDLESS = np.int64(2**40)
"""At the most so much: no limit."""


@dataclass(frozen=True)
class Pairs:
    """Groups, and traits that nearly all of each group share: a whole and one of its parts, by cell."""

    wholes: Ints
    parts: Ints

    def __len__(self) -> int:
        return len(self.wholes)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What makes a count unsafe, and what hiding costs: one entry a cell."""

    thresholds: Ints
    """Counts from 1 to this less 1 are too small."""
    unsafe: Mask
    """Cells withheld whatever their count: named by hand, or told by one source."""
    never: Mask
    """Cells that must be published."""
    most: Ints
    """What readers know from before that a cell is at the most; ENDLESS where they know nothing."""
    least: Ints
    """What they know from before that an unsafe one is at the least; of it no less has to be possible. A whole can be
    told mostly by one source though earlier parts of it, that are published, are not."""
    prices: Floats

    def only(self, chosen: Mask | Ints) -> Rules:
        return Rules(
            thresholds=self.thresholds[chosen],
            unsafe=self.unsafe[chosen],
            never=self.never[chosen],
            most=self.most[chosen],
            least=self.least[chosen],
            prices=self.prices[chosen],
        )


def rules_of(spec: Spec, cells: Cells, data: Data | None = None) -> Rules:
    """The rules of a specification. `data` tells of sources, where dominance is a rule.

    Raises BadSpec for a cell named by hand that is not there, or one that cannot be and has incidents all the same.
    """
    never = _always_published(spec, cells) | _impossible(spec, cells)
    if not spec.zeros_may_be_withheld:
        never |= cells.counts == 0
    thresholds = thresholds_of(spec, cells)
    unsafe = _manual(spec, cells)
    if spec.dominance is not None and data is not None:
        most = largest_of_one_source(data, spec, cells)
        unsafe |= (cells.counts >= thresholds) & (most > spec.dominance.share * cells.counts)
    return Rules(
        thresholds=thresholds,
        unsafe=unsafe & ~never,
        never=never,
        most=np.full(len(cells), ENDLESS),
        least=np.zeros(len(cells), dtype=np.int64),
        prices=_prices(spec, cells),
    )


def small(cells: Cells, rules: Rules) -> Mask:
    """The cells that must not be published for their own sake."""
    return (((cells.counts > 0) & (cells.counts < rules.thresholds)) | rules.unsafe) & ~rules.never


def thresholds_of(spec: Spec, cells: Cells) -> Ints:
    """By cell, the smallest count that may be published."""
    found = np.full(len(cells), spec.threshold, dtype=np.int64)
    for rule in reversed(spec.thresholds):
        found[cells.that_are(rule.where)] = rule.least
    return found


def most_of_parts(matrix: Matrix, known: Ints) -> Ints:
    """By column, what the cells that it is part of leave it at the most; `known` says of cells what they are at most.

    Where a part has a higher threshold than its whole, readers know from the whole alone that the part is below it.
    """
    return _most(matrix, known, _limit_parts)


def most_possible(matrix: Matrix, known: Ints) -> Ints:
    """As `most_of_parts`, and no more than all the parts of a cell can be together."""
    return _most(matrix, known, _limit_parts, _limit_wholes)


def least_of_wholes(matrix: Matrix, known: Ints) -> Ints:
    """By column, what its parts together are at the least; `known` says of cells what they are at the least."""
    is_part, _whole = _parts(matrix)
    own, least = np.zeros(matrix.width, dtype=np.int64), np.zeros(matrix.width, dtype=np.int64)
    own[: len(known)] = known
    while True:
        sums, found = np.zeros(matrix.height, dtype=np.int64), least.copy()
        np.add.at(sums, matrix.rows[is_part], np.maximum(own, least)[matrix.columns[is_part]])
        np.maximum.at(found, matrix.columns[matrix.starts[:-1]], sums)
        if np.array_equal(found, least):
            return least
        least = found


def _most(matrix: Matrix, known: Ints, *limits: Callable[[Matrix, Ints, Ints], None]) -> Ints:
    own, most = np.full(matrix.width, ENDLESS), np.full(matrix.width, ENDLESS)
    own[: len(known)] = known
    while True:
        found = most.copy()
        for limit in limits:
            limit(matrix, np.minimum(own, most), found)
        if np.array_equal(found, most):
            return most
        most = found


def _limit_parts(matrix: Matrix, limits: Ints, found: Ints) -> None:
    is_part, whole = _parts(matrix)
    np.minimum.at(found, matrix.columns[is_part], limits[whole[is_part]])


def _limit_wholes(matrix: Matrix, limits: Ints, found: Ints) -> None:
    is_part, _whole = _parts(matrix)
    sums = np.zeros(matrix.height, dtype=np.int64)
    np.add.at(sums, matrix.rows[is_part], limits[matrix.columns[is_part]])
    rows = np.unique(matrix.rows[is_part])
    np.minimum.at(found, matrix.columns[matrix.starts[:-1]][rows], np.minimum(sums[rows], ENDLESS))


def _parts(matrix: Matrix) -> tuple[Mask, Ints]:
    """Which entries are parts of the first of their row, and that first."""
    first = np.zeros(len(matrix.columns), dtype=bool)
    first[matrix.starts[:-1]] = True
    whole = matrix.columns[matrix.starts[:-1]][matrix.rows]
    return ~first & (matrix.signs[matrix.starts[:-1]] > 0)[matrix.rows] & (matrix.signs < 0), whole


def groups(cells: Cells, rule: GroupDisclosure | None) -> Pairs:
    """Every group that the rule is about, with each trait that its incidents can have."""
    none = np.zeros(0, dtype=np.int64)
    wholes, parts = [none], [none]
    if rule is not None:
        is_group = cells.that_are(rule.where)
        for axis, tree in enumerate(cells.trees):
            if tree.name not in rule.of:
                continue
            for found in families(cells, axis):
                own = is_group[found.wholes]
                wholes.append(np.repeat(found.wholes[own], found.parts.shape[1]))
                parts.append(found.parts[own].reshape(-1))
    return Pairs(np.concatenate(wholes), np.concatenate(parts))


def shared_by_nearly_all(cells: Cells, thresholds: Ints, pairs: Pairs, others: int) -> Pairs:
    """The groups of which at most so many incidents lack a trait that may be published."""
    traits, rest = cells.counts[pairs.parts], cells.counts[pairs.wholes] - cells.counts[pairs.parts]
    told = (traits >= thresholds[pairs.parts]) & (rest <= others)
    return Pairs(pairs.wholes[told], pairs.parts[told])


def _manual(spec: Spec, cells: Cells) -> Mask:
    manual = np.zeros(len(cells), dtype=bool)
    by_codes = {tuple(cells.codes(cell)): cell for cell in range(len(cells))} if spec.manual else {}
    for stated in spec.manual:
        codes = tuple(stated.get(tree.name, tree.codes[0]) for tree in cells.trees)
        if codes not in by_codes:
            raise BadSpec(f"`manual_primary`: there is no cell {' × '.join(codes)}.")
        manual[by_codes[codes]] = True
    return manual


def _always_published(spec: Spec, cells: Cells) -> Mask:
    found = np.zeros(len(cells), dtype=bool)
    names = [tree.name for tree in cells.trees]
    for dimensions in spec.always_published:
        wanted = np.array([name in dimensions for name in names])
        found |= np.all((cells.places > 0) == wanted, axis=1)
    return found


def _impossible(spec: Spec, cells: Cells) -> Mask:
    found = np.zeros(len(cells), dtype=bool)
    for where in spec.impossible:
        found |= cells.that_are(where)
    if wrong := np.flatnonzero(found & (cells.counts > 0)).tolist():
        raise BadSpec(f"`impossible`: {' × '.join(cells.codes(wrong[0]))} has {cells.counts[wrong[0]]} incidents.")
    return found


def _prices(spec: Spec, cells: Cells) -> Floats:
    prices = np.ones(len(cells))
    for axis, tree in enumerate(cells.trees):
        factors = np.array([spec.prices.codes.get(code, 1.0) for code in tree.codes])
        prices *= factors[cells.places[:, axis]]
    return prices
