"""CELLS.csv, the statistician's own file: one row a cell, its codes, its figure unless it is withheld, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import IO

import numpy as np

from incidents.core.release import WITHHELD
from incidents.disclosure.audit import Bounds
from incidents.disclosure.counts import Cells, keys_of
from incidents.disclosure.protection import Status
from incidents.disclosure.spec import TOTAL, Spec
from incidents.disclosure.task import Mask
from incidents.disclosure.trees import BadSpec, Tree, tree_from_pairs

_PARENT = "_parent"
"""Behind a dimension's name: column of its codes' parents, where the specification does not state its tree."""
SUPPRESSED = "suppressed"
"""The one mark of withheld cells in released files, which do not say why."""
_WITHHELD = {Status.PRIMARY.value, Status.COMPLEMENTARY.value, SUPPRESSED}
_SHOWN = {Status.PUBLISHED.value, Status.ZERO.value}


@dataclass(frozen=True)
class Stored:
    """Cells as a file has them; the count of a withheld cell is -1."""

    cells: Cells
    statuses: list[str]

    @property
    def withheld(self) -> Mask:
        return np.array([status in _WITHHELD for status in self.statuses], dtype=bool)


def write_cells(file: IO[str], cells: Cells, statuses: Sequence[Status], spec: Spec) -> None:
    """The rows in the order of the cells' keys; a withheld figure is empty."""
    stated = _with_parents(cells.trees, spec)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_titles(cells.trees, stated), "value", "status"])
    for codes, count, status in zip(_codes(cells, stated), cells.counts.tolist(), statuses, strict=True):
        writer.writerow([*codes, "" if status.is_withheld else count, status.value])


def write_bounds(
    file: IO[str], stored: Stored, bounds: Mapping[int, Bounds], protected: Mapping[int, bool], spec: Spec
) -> None:
    """A row for each withheld cell: what it can be at the least and at the most, empty where nothing limits it."""
    cells, stated = stored.cells, _with_parents(stored.cells.trees, spec)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_titles(cells.trees, stated), "status", "lower", "upper", "protected"])
    for cell, codes in enumerate(_codes(cells, stated)):
        if found := bounds.get(cell):
            upper = "" if found.upper is None else found.upper
            verdict = "yes" if protected[cell] else "no"
            writer.writerow([*codes, stored.statuses[cell], found.lower, upper, verdict])


def write_released(file: IO[str], cells: Cells, withheld: Mask, bounds: Mapping[int, Bounds], spec: Spec) -> None:
    """The rows for everybody: one mark for all that is withheld, and what it can be for all that is published."""
    stated = _with_parents(cells.trees, spec)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_titles(cells.trees, stated), "value", "status", "lower", "upper"])
    for cell, (codes, count) in enumerate(zip(_codes(cells, stated), cells.counts.tolist(), strict=True)):
        if withheld[cell]:
            writer.writerow([*codes, WITHHELD, SUPPRESSED, bounds[cell].lower, bounds[cell].upper])
        else:
            writer.writerow([*codes, count, (Status.PUBLISHED if count else Status.ZERO).value, "", ""])


def read_cells(path: Path, spec: Spec) -> Stored:
    """What `write_cells` wrote, or a released file with one mark for all that is withheld. Raises BadSpec."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return cells_of(path.name, file, spec)
    except OSError as error:
        raise BadSpec(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise BadSpec(f"{path.name} is not CSV in UTF-8.") from None


def cells_of(called: str, file: Iterable[str], spec: Spec) -> Stored:
    """The cells in the lines of a file, which faults are said to be in. Raises BadSpec."""
    rows = list(csv.DictReader(file))
    if not rows:
        raise BadSpec(f"{called} has no cells.")
    for title in (*spec.names, "value", "status"):
        if title not in rows[0]:
            raise BadSpec(f"{called} has no column {title!r}.")
    trees = tuple(spec.trees.get(name) or _tree(name, rows, called) for name in spec.names)
    places = np.zeros((len(rows), len(trees)), dtype=np.int64)
    for axis, tree in enumerate(trees):
        known = tree.places
        for number, row in enumerate(rows):
            if row[tree.name] not in known:
                raise BadSpec(f"{called}, line {number + 2}: {row[tree.name]!r} is no code of {tree.name}.")
            places[number, axis] = known[row[tree.name]]
    counts = np.array(list(_figures(called, rows)), dtype=np.int64)
    keys = keys_of(places, trees)
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(twice):
        raise BadSpec(f"{called}, line {order[twice[0] + 1] + 2}: this cell stands there twice.")
    return Stored(Cells(trees, places[order], counts[order]), [rows[number]["status"] for number in order])


def _figures(name: str, rows: Sequence[Mapping[str, str]]) -> Iterator[int]:
    for line, row in enumerate(rows, start=2):
        value, status = row["value"] or "", row["status"]
        if status in _WITHHELD:
            if value not in {"", WITHHELD}:
                raise BadSpec(f"{name}, line {line}: a cell that is {status} has a value.")
            yield -1
        elif status in _SHOWN:
            if not (value.isascii() and value.isdigit()):
                raise BadSpec(f"{name}, line {line}: the value {value!r} is no whole number.")
            yield int(value)
        else:
            raise BadSpec(f"{name}, line {line}: {status!r} is no status.")


def _with_parents(trees: Sequence[Tree], spec: Spec) -> list[bool]:
    """Which trees have to be told in the file: those of several levels that the specification does not state."""
    return [tree.name not in spec.trees and max(tree.parents) > 0 for tree in trees]


def _titles(trees: Sequence[Tree], stated: Sequence[bool]) -> list[str]:
    titles = [tree.name for tree in trees]
    return titles + [tree.name + _PARENT for tree, is_stated in zip(trees, stated, strict=True) if is_stated]


def _codes(cells: Cells, stated: Sequence[bool]) -> Iterator[tuple[str, ...]]:
    """The first fields of every cell's row: its codes, then those above them in trees that have to be told."""
    columns = [
        [tree.codes[tree.parents[place]] if tree.parents[place] >= 0 else "" for place in places]
        for tree, places, is_stated in zip(cells.trees, cells.places.T.tolist(), stated, strict=True)
        if is_stated
    ]
    above = zip(*columns, strict=True) if columns else repeat(())
    return (codes + own for codes, own in zip(cells.all_codes(), above, strict=False))


def _tree(name: str, rows: Sequence[Mapping[str, str]], file: str) -> Tree:
    """The tree of a dimension from its codes and, where they are told, the parents of those."""
    title = name + _PARENT
    if title in rows[0]:
        pairs = {row[name]: row[title] for row in rows if row[title]}
        return tree_from_pairs(name, name, dict(sorted(pairs.items())))
    codes = sorted({row[name] for row in rows})
    if TOTAL not in codes:
        raise BadSpec(f"{file} has no total of {name} (code {TOTAL}).")
    return tree_from_pairs(name, name, dict.fromkeys((code for code in codes if code != TOTAL), TOTAL))


def as_earlier(stored: Sequence[Stored], cells: Cells) -> list[Status | None]:
    """What earlier releases decided of these cells. Raises BadSpec where they cannot both be true."""
    numbers = {tuple(cells.codes(cell)): cell for cell in range(len(cells.counts))}
    decided: list[Status | None] = [None] * len(numbers)
    for one in stored:
        for number, status in enumerate(one.statuses):
            codes = one.cells.codes(number)
            cell = numbers.get(tuple(codes))
            if cell is None:
                raise BadSpec(
                    f"{' × '.join(codes)} was released and is in none of these tables: name every table ever released."
                )
            published, now = int(one.cells.counts[number]), int(cells.counts[cell])
            if published not in {-1, now}:
                raise BadSpec(
                    f"{' × '.join(codes)} was published as {published}, and the data now give {now}. What is published "
                    "is never changed: count what came later in a release of its own."
                )
            decided[cell] = Status.COMPLEMENTARY if status == SUPPRESSED else Status(status)
    return decided
