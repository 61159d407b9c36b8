"""Files of shapes: the project's own as TopoJSON (format of topojson/topojson-specification, version 1.0.0)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from incidents.core.shapes import STEP, Points, Polygon, Shapes

_LAYER = "municipalities"
_GRID = 50
"""Steps of `core.shapes` in one of the file: 40 m by 56 m."""


def written(shapes: Shapes) -> bytes:
    """TopoJSON with one layer, whose features have the codes of the areas as `id`; one arc a line.

    All corners have to lie on the grid of the file, see `on_grid`.
    """
    scale = round(STEP * _GRID, 9)
    arcs = ",\n".join(json.dumps(_steps(arc), separators=(",", ":")) for arc in shapes.arcs)
    features = ",\n".join(
        json.dumps({"type": "MultiPolygon", "id": code, "arcs": own}, separators=(",", ":"))
        for code, own in sorted(shapes.polygons.items())
    )
    return (
        f'{{"type":"Topology","transform":{{"scale":[{scale},{scale}],"translate":[0,0]}},"objects":{{"{_LAYER}":'
        f'{{"type":"GeometryCollection","geometries":[\n{features}]}}}},"arcs":[\n{arcs}]}}\n'
    ).encode()


def read_shapes(path: Path) -> Shapes:
    """What `written` wrote."""
    found = json.loads(path.read_bytes())
    return Shapes(
        arcs=tuple(tuple((x * _GRID, y * _GRID) for x, y in absolute(arc)) for arc in found["arcs"]),
        polygons={
            feature["id"]: tuple(_polygon(polygon) for polygon in feature["arcs"])
            for feature in found["objects"][_LAYER]["geometries"]
        },
    )


def on_grid(degrees: float) -> int:
    """The nearest line of the file's grid, in steps."""
    return round(degrees / STEP / _GRID) * _GRID


def absolute(steps: Sequence[Sequence[int]]) -> Points:
    """The points of a TopoJSON arc, which gives each by its distance from the one before."""
    return tuple(zip(accumulate(x for x, _ in steps), accumulate(y for _, y in steps), strict=True))


def _steps(arc: Points) -> list[list[int]]:
    before = ((0, 0), *arc)
    return [[(x - left) // _GRID, (y - below) // _GRID] for (x, y), (left, below) in zip(arc, before, strict=False)]


def _polygon(rings: Sequence[Sequence[int]]) -> Polygon:
    return tuple(tuple(ring) for ring in rings)
