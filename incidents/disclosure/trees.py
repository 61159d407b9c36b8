"""Trees of codes: the dimensions that counts are broken down by, each with its total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property


class BadSpec(Exception):
    """The specification contradicts itself, or the data contradict it; the text says where and how to mend it."""


@dataclass(frozen=True)
class Tree:
    """The codes of one dimension, each parent before its children; the first is the total."""

    name: str
    column: str
    codes: tuple[str, ...]
    parents: tuple[int, ...]
    """Place of each code's parent in `codes`; -1 for the total."""
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of depths that tables may stop at, and the codes that stand there."""

    @cached_property
    def places(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.codes)}

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """The places of the children of every code that has any."""
        found: dict[int, list[int]] = {}
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                found.setdefault(parent, []).append(place)
        return found

    @cached_property
    def lines(self) -> list[list[int]]:
        """By place, the code and all above it, the total last."""
        found: list[list[int]] = []
        for place, parent in enumerate(self.parents):
            found.append([place] if parent < 0 else [place, *found[parent]])
        return found


def tree_from_pairs(name: str, column: str, pairs: Mapping[str, str]) -> Tree:
    """The tree in which every code has the parent that `pairs` says; the total has none. Raises BadSpec."""
    children: dict[str, list[str]] = {}
    for code, parent in pairs.items():
        children.setdefault(parent, []).append(code)
    [*tops] = children.keys() - pairs.keys()
    if len(tops) != 1:
        raise BadSpec(
            f"Dimension {name} has {len(tops)} totals: {', '.join(sorted(tops)) or 'its codes go in a circle'}."
        )
    return tree_from_children(name, column, tops[0], children)


def tree_from_children(
    name: str,
    column: str,
    total: str,
    children: Mapping[str, Sequence[str]],
    levels: Mapping[str, frozenset[str]] | None = None,
) -> Tree:
    """The tree in which every code has the children listed for it. Raises BadSpec for codes that hang nowhere."""
    codes, parents, waiting = [total], [-1], [0]
    seen = {total}
    while waiting:
        parent = waiting.pop(0)
        for code in children.get(codes[parent], ()):
            if code in seen:
                raise BadSpec(f"Dimension {name}: {code!r} is above itself.")
            waiting.append(len(codes))
            codes.append(code)
            parents.append(parent)
            seen.add(code)
    known = {code for listed in children.values() for code in listed} | children.keys()
    if lost := sorted(known - seen):
        raise BadSpec(f"Dimension {name}: {', '.join(lost[:5])} hang below no total.")
    for level, named in (levels or {}).items():
        if unknown := sorted(named - seen):
            raise BadSpec(f"Dimension {name}, level {level}: there is no code {unknown[0]!r}.")
    return Tree(name, column, tuple(codes), tuple(parents), levels or {})
