"""Where areas lie on a drawn map: their outlines as SVG paths, and where in each there is room for a figure.

The same shapes give the same layout, whatever is shown on it; it is worked out once and kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from incidents.core.shapes import STEP, Point, Ring, Shapes
from incidents.core.simplification import simplified

FINE = 2
"""Steps of a path in one unit of the drawing: paths are whole numbers."""
WIDTH = 360
"""Of the whole drawing in units; one is a pixel on a small phone."""
_MAIN_WIDTH = 336
_INSET_HEIGHT = 168
_INSET_GAP = 12
_APART = 0.9
"""How much smaller what stands apart is drawn, around its middle, so that it shares no line with its neighbours."""
_MIDDLE = math.cos(math.radians(44.2))
_SMALL_KM2 = 60
_SEEN = 1.5
"""Square units: a corner that changes less is not seen."""
_TEXT_HEIGHT = 12
_DOT = 4


@dataclass(frozen=True)
class Spot:
    """An area that is shown as one: the shapes it is made of, and a point to mark if there is none of them."""

    key: str
    codes: tuple[str, ...]
    longitude: float = 0.0
    latitude: float = 0.0


@dataclass(frozen=True)
class Inset:
    """A part of the map that is shown larger: by the codes of its shapes, with the width that it gets."""

    key: str
    codes: tuple[str, ...]
    width: int


@dataclass(frozen=True)
class Drawn:
    path: str
    x: float
    y: float
    room: float
    """Width of the widest line of text inside; its middle is at x and y."""


@dataclass(frozen=True)
class Panel:
    """A map or an enlarged part of it, in units from the top left corner of the drawing."""

    key: str
    x: int
    y: int
    width: int
    height: int
    drawn: tuple[tuple[str, Drawn], ...]


@dataclass(frozen=True)
class Layout:
    panels: tuple[Panel, ...]
    """The whole, then the enlarged parts."""
    apart: Drawn | None
    bottom: int


@dataclass(frozen=True)
class _View:
    """From steps of longitude and latitude to steps of the drawing: even in both directions at the middle of Serbia."""

    left: float
    top: float
    scale: float

    def of(self, point: Point) -> tuple[float, float]:
        return (point[0] * _MIDDLE - self.left) * self.scale, (self.top - point[1]) * self.scale


@lru_cache(maxsize=16)
def layout(shapes: Shapes, spots: tuple[Spot, ...], insets: tuple[Inset, ...] = (), apart: str = "") -> Layout:
    """The map of all spots and the enlarged parts below it; `apart` is the code of what stands apart."""
    whole = _view(shapes, list(shapes.polygons), _MAIN_WIDTH * FINE)
    seen = simplified(shapes, _SEEN * FINE**2 / (whole.scale**2 * _MIDDLE))
    main = Panel("", (WIDTH - _MAIN_WIDTH) // 2, 4, _MAIN_WIDTH, _height(shapes, whole), _all(seen, spots, whole))
    beside = _drawn(seen, Spot(apart, (apart,)), _shrunk(shapes, apart, whole)) if apart in shapes.polygons else None
    below, left, panels = main.y + main.height + 30, main.x, [main]
    for inset in insets:
        panels.append(_enlarged(shapes, spots, inset, left, below))
        left += inset.width + _INSET_GAP
    return Layout(tuple(panels), beside, below + _INSET_HEIGHT if insets else main.y + main.height)


def _view(shapes: Shapes, codes: Iterable[str], width: float, height: float = 0) -> _View:
    """The one that shows these areas in a box, in the middle of it."""
    left, bottom, right, top = _bounds(shapes, codes)
    scale = width / (right - left)
    if height:
        scale = min(scale, height / (top - bottom))
        left -= (width / scale - (right - left)) / 2
        top += (height / scale - (top - bottom)) / 2
    return _View(left, top, scale)


def _shrunk(shapes: Shapes, code: str, view: _View) -> _View:
    """The same view of everything, only smaller around the middle of one area."""
    left, bottom, right, top = _bounds(shapes, [code])
    less = 1 / _APART - 1
    return _View(
        view.left - ((left + right) / 2 - view.left) * less,
        view.top + (view.top - (bottom + top) / 2) * less,
        view.scale * _APART,
    )


def _bounds(shapes: Shapes, codes: Iterable[str]) -> tuple[float, float, float, float]:
    points = [point for code in codes for ring in shapes.rings(code) for point in shapes.points(ring)]
    across, up = [x * _MIDDLE for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _height(shapes: Shapes, view: _View) -> int:
    _, bottom, _, _ = _bounds(shapes, shapes.polygons)
    return math.ceil((view.top - bottom) * view.scale / FINE)


def _all(shapes: Shapes, spots: Iterable[Spot], view: _View) -> tuple[tuple[str, Drawn], ...]:
    return tuple((spot.key, _drawn(shapes, spot, view)) for spot in spots)


def _enlarged(shapes: Shapes, spots: Iterable[Spot], inset: Inset, x: int, y: int) -> Panel:
    """So large that its small municipalities can be told apart; the large ones around them are cut off."""
    own = [code for code in inset.codes if code in shapes.polygons]
    small = [code for code in own if _square_kilometres(shapes, code) < _SMALL_KM2]
    view = _view(shapes, small if len(small) > 2 else own, (inset.width - 8) * FINE, (_INSET_HEIGHT - 8) * FINE)
    shifted = _View(view.left - 4 * FINE / view.scale, view.top + 4 * FINE / view.scale, view.scale)
    parts = [
        Spot(spot.key, codes)
        for spot in spots
        if (codes := tuple(code for code in spot.codes if code in inset.codes and code in shapes.polygons))
    ]
    return Panel(inset.key, x, y, inset.width, _INSET_HEIGHT, _all(shapes, parts, shifted))


def _square_kilometres(shapes: Shapes, code: str) -> float:
    return shapes.doubled_area(shapes.rings(code)) / 2 * (STEP * 111.2) ** 2 * _MIDDLE


def _drawn(shapes: Shapes, spot: Spot, view: _View) -> Drawn:
    rings = shapes.merged([code for code in spot.codes if code in shapes.polygons])
    if not rings:
        x, y = view.of((round(spot.longitude / STEP), round(spot.latitude / STEP)))
        r = _DOT * FINE
        return Drawn(f"M{round(x) - r} {round(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0-{2 * r} 0z", 0, 0, 0)
    lines = [_rounded(shapes, ring, view) for ring in rings]
    x, y, room = _widest([line for line in lines if len(line) > 3])
    return Drawn("".join(_path(line) for line in lines), x / FINE, y / FINE, room / FINE)


def _rounded(shapes: Shapes, ring: Ring, view: _View) -> list[Point]:
    """The corners of a closed ring in steps of the drawing, each once after the other."""
    points = [(round(x), round(y)) for x, y in map(view.of, shapes.points(ring))]
    return [point for place, point in enumerate(points) if not place or point != points[place - 1]]


def _path(line: Sequence[Point]) -> str:
    if len(line) < 4:
        return ""
    (x, y), *_ = line
    steps = [number for (a, b), (c, d) in pairwise(line[:-1]) for number in (c - a, d - b)]
    written = "".join(str(number) if number < 0 or not place else f" {number}" for place, number in enumerate(steps))
    return f"M{x} {y}l{written}z"


def _widest(lines: Sequence[Sequence[Point]]) -> tuple[float, float, float]:
    """Middle and width of the widest line of text that lies inside closed lines."""
    heights = [y for line in lines for _, y in line]
    best = (0.0, 0.0, 0.0)
    half = _TEXT_HEIGHT * FINE / 2
    for y in range(min(heights, default=0), max(heights, default=0), FINE):
        for left, right in _inside(lines, y - half, y, y + half):
            if right - left > best[2]:
                best = ((left + right) / 2, float(y), right - left)
    return best


def _inside(lines: Sequence[Sequence[Point]], *heights: float) -> Iterator[tuple[float, float]]:
    """Stretches that lie inside at all these heights."""
    first, *others = [list(_stretches(lines, y + 0.25)) for y in heights]
    for stretches in others:
        first = [
            (max(left, a), min(right, b)) for left, right in first for a, b in stretches if max(left, a) < min(right, b)
        ]
    yield from first


def _stretches(lines: Sequence[Sequence[Point]], y: float) -> Iterator[tuple[float, float]]:
    """Where a level line runs inside."""
    crossed = sorted(
        a + (y - b) * (c - a) / (d - b) for line in lines for (a, b), (c, d) in pairwise(line) if (b < y) != (d < y)
    )
    yield from zip(crossed[::2], crossed[1::2], strict=False)
