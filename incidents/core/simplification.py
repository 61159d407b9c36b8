"""Fewer corners for shapes that are drawn small, without opening a gap between neighbours or letting borders cross."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from incidents.core.shapes import Point, Points, Shapes, doubled_area

_Corner = tuple[int, int, int, int, int]
"""Doubled area of its triangle, arc, place in it, and the places before and after."""
_CELL = 500
"""Steps, half a kilometre: few corners in a cell even where borders are drawn in detail, few cells in a triangle."""


def simplified(shapes: Shapes, least: float) -> Shapes:
    """The same topology without the corners whose triangle is smaller than `least` square steps.

    Visvalingam and Whyatt 1993 (Line generalisation by repeated elimination of points), the flattest corner of all
    first. Junctions stay, and a corner stays where another lies in its triangle: so no border crosses another, and no
    area vanishes.
    """
    lines = [_Line(arc) for arc in shapes.arcs]
    near = _Near(point for arc in shapes.arcs for point in arc)
    straight = {line.ends for line in lines if len(line.points) == 2}
    waiting = [corner for number, line in enumerate(lines) for corner in line.corners(number)]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] < 2 * least:
        size, number, place, before, after = heapq.heappop(waiting)
        line = lines[number]
        if not line.still_has(place, before, after) or not _may_go(line, place, near, straight):
            continue
        near.remove(line.points[place])
        line.remove(place)
        if len(line.points) == 2:
            straight.add(line.ends)
        for beside in (before, after):
            for corner in line.corner(number, beside):
                heapq.heappush(waiting, (max(size, corner[0]), *corner[1:]))
    return Shapes(tuple(tuple(line.points.values()) for line in lines), shapes.polygons)


class _Line:
    """One arc with what is left of its corners, by their first places."""

    def __init__(self, arc: Points) -> None:
        last = len(arc) - 1
        self.points = dict(enumerate(arc))
        self.before = {place: place - 1 for place in range(1, last + 1)}
        self.after = {place: place + 1 for place in range(last)}
        self.ends = frozenset((arc[0], arc[-1]))
        self.least = 4 if len(self.ends) == 1 else 2

    def corners(self, number: int) -> Iterator[_Corner]:
        for place in list(self.points):
            yield from self.corner(number, place)

    def corner(self, number: int, place: int) -> Iterator[_Corner]:
        """One, or none for an end of the arc."""
        if place in self.before and place in self.after:
            before, after = self.before[place], self.after[place]
            yield abs(doubled_area(self.triangle(place))), number, place, before, after

    def triangle(self, place: int) -> Points:
        before, after = self.points[self.before[place]], self.points[self.after[place]]
        return before, self.points[place], after, before

    def still_has(self, place: int, before: int, after: int) -> bool:
        return place in self.points and self.before[place] == before and self.after[place] == after

    def remove(self, place: int) -> None:
        before, after = self.before.pop(place), self.after.pop(place)
        del self.points[place]
        self.after[before], self.before[after] = after, before


def _may_go(line: _Line, place: int, near: _Near, straight: set[frozenset[Point]]) -> bool:
    before, here, after, _ = line.triangle(place)
    would_be_straight = len(line.points) == 3 and line.ends in straight
    if len(line.points) <= line.least or would_be_straight or before == after:
        return False
    return not any(_within(point, before, here, after) for point in near.around(before, here, after))


def _within(point: Point, *corners: Point) -> bool:
    """Whether it lies in the triangle or on its edge, and is none of its corners."""
    if point in corners:
        return False
    one, two, three = corners
    sides = [doubled_area((a, b, point, a)) for a, b in ((one, two), (two, three), (three, one))]
    return min(sides) >= 0 or max(sides) <= 0


class _Near:
    """All corners that are left, by where they lie."""

    def __init__(self, points: Iterable[Point]) -> None:
        self.cells: dict[Point, set[Point]] = {}
        for point in points:
            self.cells.setdefault(_cell(point), set()).add(point)

    def remove(self, point: Point) -> None:
        self.cells[_cell(point)].discard(point)

    def around(self, *corners: Point) -> Iterator[Point]:
        """Those in the rectangle around some points."""
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        bottom, top = min(y for _, y in corners), max(y for _, y in corners)
        (first, lowest), (last, highest) = _cell((left, bottom)), _cell((right, top))
        for column in range(first, last + 1):
            for row in range(lowest, highest + 1):
                for x, y in self.cells.get((column, row), ()):
                    if left <= x <= right and bottom <= y <= top:
                        yield x, y


def _cell(point: Point) -> Point:
    return point[0] // _CELL, point[1] // _CELL
