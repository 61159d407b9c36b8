"""Shapes of areas on a map that share their borders: each border is kept once, so that no gap can open along it.

A topology as in TopoJSON: arcs, and rings made of arcs. Whole numbers only, in steps of `STEP` degrees, so that areas
are exact. It knows nothing of what an area stands for.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

STEP = 0.00001
"""Degrees of longitude or latitude: about a metre. So fine that official borders stay apart where they run close."""

Point = tuple[int, int]
Points = tuple[Point, ...]
Ring = tuple[int, ...]
"""Arcs one after the other by their numbers; ~n is arc n from its end to its start. Outer rings run anticlockwise."""
Polygon = tuple[Ring, ...]
"""The outer ring, then the holes."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """Equal only to itself, so that what is worked out from it can be kept."""

    arcs: tuple[Points, ...]
    polygons: Mapping[str, tuple[Polygon, ...]]
    """By the code of the area."""

    def rings(self, code: str) -> list[Ring]:
        return [ring for polygon in self.polygons[code] for ring in polygon]

    def arc(self, number: int) -> Points:
        return self.arcs[number] if number >= 0 else self.arcs[~number][::-1]

    def points(self, ring: Ring) -> Points:
        """Its corners, the first one again at the end."""
        found = list(self.arc(ring[0]))
        for number in ring[1:]:
            found += self.arc(number)[1:]
        return tuple(found)

    def doubled_area(self, rings: Iterable[Ring]) -> int:
        """Twice the area in square steps; holes count against it."""
        return sum(doubled_area(self.points(ring)) for ring in rings)

    def merged(self, codes: Collection[str]) -> list[Ring]:
        """The rings around areas taken together. Borders between them fall away."""
        directed = {number for code in sorted(codes) for ring in self.rings(code) for number in ring}
        left = sorted((number for number in directed if ~number not in directed), key=lambda n: (max(n, ~n), n))
        return _joined(left, self)


@cache
def neighbours(shapes: Shapes) -> Mapping[str, frozenset[str]]:
    """For each area those that share a stretch of border with it."""
    beside: dict[int, set[str]] = defaultdict(set)
    for code in shapes.polygons:
        for ring in shapes.rings(code):
            for number in ring:
                beside[max(number, ~number)].add(code)
    found: dict[str, set[str]] = {code: set() for code in shapes.polygons}
    for codes in beside.values():
        for code in codes:
            found[code] |= codes - {code}
    return {code: frozenset(others) for code, others in found.items()}


def doubled_area(points: Sequence[Point]) -> int:
    """Of a closed ring; positive where it runs anticlockwise."""
    return sum(x * b - a * y for (x, y), (a, b) in itertools.pairwise(points))


def _joined(arcs: Iterable[int], shapes: Shapes) -> list[Ring]:
    """Rings made of arcs that each follow another."""
    waiting = dict.fromkeys(arcs)
    starting: dict[Point, list[int]] = {}
    for number in reversed(waiting):
        starting.setdefault(shapes.arc(number)[0], []).append(number)
    rings = []
    while waiting:
        ring = [next(iter(waiting))]
        starting[shapes.arc(ring[0])[0]].remove(ring[0])
        while shapes.arc(ring[-1])[-1] != shapes.arc(ring[0])[0]:
            ring.append(starting[shapes.arc(ring[-1])[-1]].pop())
        for number in ring:
            del waiting[number]
        rings.append(tuple(ring))
    return rings


def topology(polygons: Mapping[str, Sequence[Sequence[Sequence[Point]]]]) -> Shapes:
    """The same areas with every stretch of border kept once.

    Rings are closed (the first point again at the end), in any direction; corners that neighbours share are the same
    points in both. Repeated points, spikes and rings without an area are left out, and areas of which nothing is left.
    """
    clean = {
        code: [rings for polygon in own if (rings := _directed(polygon))] for code, own in sorted(polygons.items())
    }
    junctions = _junctions(ring for own in clean.values() for rings in own for ring in rings)
    numbers: dict[Points, int] = {}
    built = {
        code: tuple(tuple(_numbered(ring, junctions, numbers) for ring in rings) for rings in own)
        for code, own in clean.items()
        if own
    }
    return Shapes(tuple(numbers), built)


def _directed(polygon: Sequence[Sequence[Point]]) -> list[Points]:
    """The outer ring anticlockwise and the holes clockwise; nothing if the outer one has no area."""
    rings = [_without_spikes(ring) for ring in polygon]
    if not rings or not doubled_area(rings[0]):
        return []
    whole = [ring for ring in rings if doubled_area(ring)]
    return [ring if (doubled_area(ring) > 0) == (place == 0) else ring[::-1] for place, ring in enumerate(whole)]


def _without_spikes(ring: Sequence[Point]) -> Points:
    """The ring without corners that are there twice in a row, or to which it only goes to come straight back."""
    kept: list[Point] = []
    for point in ring[:-1]:
        if len(kept) > 1 and kept[-2] == point:
            kept.pop()
        elif not kept or kept[-1] != point:
            kept.append(point)
    while len(kept) > 2 and (kept[-1] == kept[0] or kept[-2] == kept[0]):
        kept.pop()
    while len(kept) > 2 and kept[1] == kept[-1]:
        kept = kept[1:-1]
    return (*kept, *kept[:1])


def _junctions(rings: Iterable[Points]) -> set[Point]:
    """The points where more than two stretches of border meet."""
    beside: dict[Point, set[Point]] = {}
    for ring in rings:
        for one, other in itertools.pairwise(ring):
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    return {point for point, around in beside.items() if len(around) > 2}


def _numbered(ring: Points, junctions: set[Point], numbers: dict[Points, int]) -> Ring:
    """The ring as arcs between junctions; arcs that are new get the next number."""
    corners = ring[:-1]
    first = next((place for place, point in enumerate(corners) if point in junctions), None)
    start = corners.index(min(corners)) if first is None else first
    turned = (*corners[start:], *corners[:start], corners[start])
    cuts = [place for place, point in enumerate(turned) if point in junctions] if first is not None else []
    ends = [0, *(place for place in cuts if 0 < place < len(turned) - 1), len(turned) - 1]
    return tuple(_number(turned[one : other + 1], numbers) for one, other in itertools.pairwise(ends))


def _number(arc: Points, numbers: dict[Points, int]) -> int:
    if arc in numbers:
        return numbers[arc]
    backwards = arc[::-1]
    return ~numbers[backwards] if backwards in numbers else numbers.setdefault(arc, len(numbers))
