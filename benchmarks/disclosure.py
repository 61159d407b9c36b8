"""How long counting, protecting and attacking take on linked tables of a year, with the memory they need.

    python -m benchmarks.disclosure [small] [sparse] [million] [hard] [--count 10000000] [--json FILE]

Every incident is invented; the same seed gives the same tables. Counting is the floor: nothing is decided before it.
With `--count` so many incidents are only counted, in all tables, each incident a line of its own: a release counts like
lines together, which are fewer.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.serving import tell
from incidents.disclosure.audit import attack
from incidents.disclosure.counts import Cells, Data, Ints, tabulate
from incidents.disclosure.protection import Status, protect
from incidents.disclosure.relations import relations
from incidents.disclosure.rules import rules_of, small
from incidents.disclosure.spec import Cut, Spec
from incidents.disclosure.trees import Tree, tree_from_pairs


@dataclass(frozen=True)
class Size:
    incidents: int
    skew: float
    """How unequal codes are: the k-th is drawn in proportion to k ** -skew."""
    threshold: int
    is_deep: bool


SIZES = {
    "small": Size(1_500, 0.6, 5, is_deep=False),
    "sparse": Size(900, 0.6, 5, is_deep=False),
    "million": Size(1_000_000, 1.2, 5, is_deep=True),
    "hard": Size(100_000, 1.25, 10, is_deep=True),
}
_FLAT = [
    "area",
    "quarter area@district",
    "quarter area@region bias",
    "area@district bias@group",
    "quarter bias act",
    "area@region act setting",
    "bias@group gender age",
    "bias police",
]
_DEEP = [
    "quarter bias setting",
    "area@district gender age",
    "area bias@group",
    "bias act setting",
    "area@district act setting",
    "quarter area@district act",
    "area@district bias gender",
    "area police",
    "bias gender age",
    "setting gender age",
    "act gender police",
    "quarter setting police",
]


def _named(prefix: str, number: int) -> list[str]:
    return [f"{prefix}{each}" for each in range(number)]


def _tree(name: str, leaves: list[str], *levels: list[str]) -> Tree:
    """Leaves under the first level, each level under the next, the last under the total; shared out in turn."""
    pairs: dict[str, str] = {}
    below = leaves
    for level in (*levels, ["T"]):
        pairs |= {code: level[number % len(level)] for number, code in enumerate(below)}
        below = level
    return tree_from_pairs(name, name, pairs)


WITHIN_S = 5.0
"""Ten million are counted within this."""
REGIONS, DISTRICTS = _named("region", 5), _named("district", 25)
GROUPS, KINDS = _named("group", 6), _named("kind", 4)
TREES = (
    _tree("quarter", _named("q", 4)),
    _tree("area", _named("town", 168), DISTRICTS, REGIONS),
    _tree("bias", _named("bias", 20), GROUPS),
    _tree("act", _named("act", 12), KINDS),
    _tree("setting", _named("setting", 12)),
    _tree("gender", _named("gender", 3)),
    _tree("age", _named("age", 7)),
    _tree("police", _named("police", 3)),
)


def invented(size: Size) -> tuple[Spec, Data]:
    random = np.random.default_rng(1)
    tables = [tuple(_cut(word) for word in line.split()) for line in _FLAT + (_DEEP if size.is_deep else [])]
    spec = Spec(
        trees={tree.name: tree for tree in TREES},
        ladders={},
        tables=tables,
        threshold=size.threshold,
        names=[tree.name for tree in TREES],
    )
    columns = {"region": REGIONS, "district": DISTRICTS, "group": GROUPS}
    levels = {name: frozenset(codes) for name, codes in columns.items()}
    places = [_drawn(tree, size, random) for tree in TREES]
    return spec, Data(TREES, places, np.ones(size.incidents, dtype=np.int64), levels=levels)


def _cut(word: str) -> Cut:
    name, _, level = word.partition("@")
    return Cut(name, (level,) if level else ())


def _drawn(tree: Tree, size: Size, random: np.random.Generator) -> Ints:
    inner = tree.children
    leaves = np.array([place for place in range(len(tree.codes)) if place not in inner], dtype=np.int64)
    weights = np.arange(1, len(leaves) + 1) ** -(0.0 if tree.name == "quarter" else size.skew)
    return leaves[random.choice(len(leaves), size.incidents, p=weights / weights.sum())]


def measure(name: str) -> None:
    spec, data = invented(SIZES[name])
    started = time.perf_counter()
    cells = tabulate(data, spec)
    counted = time.perf_counter()
    statuses = protect(cells, spec, rules_of(spec, cells))
    protected = time.perf_counter()
    unsafe = _attacked(spec, cells, statuses)
    attacked = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:8} incidents {len(data.weights):>8}  cells {len(cells.counts)}  small {statuses.count(Status.PRIMARY)} "
        f" with them {statuses.count(Status.COMPLEMENTARY)}  not safe {unsafe}\n"
        f"         counting {counted - started:.2f} s  protecting {protected - counted:.1f} s  "
        f"attack {attacked - protected:.1f} s  attack/protecting "
        f"{(attacked - protected) / (protected - counted):.2f}  peak memory {memory:.0f} MB",
        flush=True,
    )


def count(incidents: int) -> dict[str, float | int]:
    spec, data = invented(Size(incidents, 1.2, 5, is_deep=True))
    started = time.perf_counter()
    cells = tabulate(data, spec)
    return {
        "incidents": incidents,
        "tables": len(spec.tables),
        "cells": len(cells.counts),
        "counting s": time.perf_counter() - started,
        "peak memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _attacked(spec: Spec, cells: Cells, statuses: list[Status]) -> int:
    """How many small counts the published cells give away: none, or the protection is broken."""
    matrix, _ = relations(cells, spec.multi_response)
    withheld = np.array([status.is_withheld for status in statuses], dtype=bool)
    bounds = attack(matrix, np.where(withheld, -1, cells.counts), withheld)
    primary = np.flatnonzero(small(cells, rules_of(spec, cells))).tolist()
    return sum(not bounds[cell].reaches(0, spec.threshold) for cell in primary)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", choices=[*SIZES, []], metavar="SIZE")
    parser.add_argument("--count", type=int, metavar="INCIDENTS")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.count:
        found = count(options.count)
        tell([("counting", found["counting s"] < WITHIN_S, found)], into=options.json)
        return
    for name in options.sizes or ["small", "million"]:
        measure(name)


if __name__ == "__main__":
    main()
