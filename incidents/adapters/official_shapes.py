"""Reads an operator's official borders of municipalities from GeoJSON (RFC 7946), and says what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from incidents.core.places import KOSOVO, Places
from incidents.core.shapes import STEP, Point, Ring, Shapes, topology
from incidents.core.simplification import simplified

CODE = "municipality_code"
_MOST_BYTES = 60_000_000
_MOST_POINTS = 100_000
"""Two to a shared border; more would make the site's start slow, and are not seen."""
_OF_KOSOVO = "9"
"""First digit of the codes that the register of spatial units has for municipalities of Kosovo*."""
_EAST, _NORTH = (18.0, 24.0), (41.0, 47.0)
_UNSEEN = 100_000
"""Square steps, a third of a kilometre to each side: finer corners are not seen on our maps."""
_MOST_STRAY_SEATS = 8
"""Simplified polygons may miss a town hall or two at their edge; exchanged codes miss many."""

Lines = list[list[Point]]


class BadShapes(Exception):
    """The file cannot be used; the text says why and what to do."""


def read_official(path: Path, places: Places, ours: Shapes) -> Shapes:
    """The municipalities of the file, and Kosovo* as it is in `ours`. Raises BadShapes.

    Every municipality has to be there once, with its five-digit code as `municipality_code`; those parts of cities
    other than Beograd and Niš that have no official polygon may be missing. Neighbours must share their border points.
    """
    polygons = _polygons(_features(path), places)
    many = sum(len(line) for own in polygons.values() for lines in own for line in lines)
    if many > _MOST_POINTS:
        raise BadShapes(f"{path} has {many:,} points: simplify its borders to at most {_MOST_POINTS:,} first.")
    missing = set(places.municipalities) - set(polygons) - _without_polygon(places)
    if missing:
        raise BadShapes(f"{path} has no polygon of {_some(missing, places)}.")
    shapes = topology(polygons)
    _refuse_overlaps(shapes, places)
    _refuse_gaps(shapes, places)
    _refuse_other_places(shapes, places)
    return _with_kosovo(simplified(shapes, _UNSEEN), ours)


def _without_polygon(places: Places) -> set[str]:
    """Kostolac, Sevojno, Vranjska Banja: their land is inside the polygon of the city that they are a part of."""
    divided = {code for city in places.cities for code in places.parts_of(city)}
    return {code for code, one in places.municipalities.items() if one.city} - divided


def _some(codes: Iterable[str], places: Places) -> str:
    """The first few by name."""
    first, *_ = known = sorted(codes)
    names = [f"{places.municipalities[code].names['sr-Latn']} ({code})" for code in known[:3]]
    return ", ".join(names) + (f" and {len(known) - 3} more" if len(known) > 3 else "") if first else ""


def _features(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadShapes(f"{path} is larger than {_MOST_BYTES // 1_000_000} MB: simplify its borders first.")
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise BadShapes(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise BadShapes(f"{path} is not JSON.") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise BadShapes(f"{path} is not a FeatureCollection of GeoJSON.")
    return features


def _polygons(features: Sequence[Any], places: Places) -> dict[str, list[Lines]]:
    found: dict[str, list[Lines]] = {}
    for number, feature in enumerate(features, 1):
        try:
            code, geometry = str(feature["properties"][CODE]), feature["geometry"]
            kind, coordinates = geometry["type"], geometry["coordinates"]
        except (KeyError, TypeError):
            raise BadShapes(f"Feature {number} has no property {CODE} or no geometry.") from None
        if code.startswith(_OF_KOSOVO):
            continue
        if code not in places.municipalities:
            raise BadShapes(f"Feature {number}: {code} is not the code of a municipality.")
        if code in found:
            raise BadShapes(f"Feature {number}: {_some([code], places)} is there twice.")
        if kind not in {"Polygon", "MultiPolygon"}:
            raise BadShapes(f"Feature {number}: its geometry is neither a Polygon nor a MultiPolygon.")
        found[code] = [_lines(rings, number) for rings in ([coordinates] if kind == "Polygon" else coordinates)]
    return found


def _lines(rings: Any, number: int) -> Lines:
    try:
        lines = [[(float(position[0]), float(position[1])) for position in ring] for ring in rings]
    except (TypeError, ValueError, IndexError):
        raise BadShapes(f"Feature {number}: its coordinates are not lists of pairs of numbers.") from None
    if any(len(line) < 4 or line[0] != line[-1] for line in lines):
        raise BadShapes(f"Feature {number}: a ring is not closed, or has fewer than four points.")
    if not all(_EAST[0] < x < _EAST[1] and _NORTH[0] < y < _NORTH[1] for line in lines for x, y in line):
        raise BadShapes(
            f"Feature {number}: coordinates must be degrees, longitude first (WGS 84), and lie in Serbia. "
            "Files in metres have to be converted first."
        )
    return [[(round(x / STEP), round(y / STEP)) for x, y in line] for line in lines]


def _owners(shapes: Shapes) -> dict[int, list[str]]:
    """Whose every border is, by the arc's number in the direction in which they have it."""
    found: dict[int, list[str]] = {}
    for code in shapes.polygons:
        for ring in shapes.rings(code):
            for number in ring:
                found.setdefault(number, []).append(code)
    return found


def _refuse_overlaps(shapes: Shapes, places: Places) -> None:
    """Two areas on the same side of a border."""
    for owners in _owners(shapes).values():
        if len(set(owners)) > 1:
            raise BadShapes(f"These overlap: {_some(owners, places)}.")


def _refuse_gaps(shapes: Shapes, places: Places) -> None:
    """Rings that are outside of everything but surrounded by several areas, and slits where two of them cross."""
    owners = _owners(shapes)
    around = sorted(shapes.merged(shapes.polygons), key=lambda ring: -_bounding(shapes, ring))
    for ring in around[1:]:
        beside = {code for number in ring for code in owners[number]}
        if len(beside) > 1:
            raise BadShapes(
                f"There is a gap or an overlap between {_some(beside, places)}: neighbours must have the same points "
                "along their common border."
            )


def _bounding(shapes: Shapes, ring: Ring) -> int:
    points = shapes.points(ring)
    return (max(x for x, _ in points) - min(x for x, _ in points)) * (
        max(y for _, y in points) - min(y for _, y in points)
    )


def _refuse_other_places(shapes: Shapes, places: Places) -> None:
    """The town hall lies in its municipality, unless codes were exchanged."""
    stray = [
        code
        for code in shapes.polygons
        if not _holds(shapes, code, places.municipalities[code].longitude, places.municipalities[code].latitude)
    ]
    if len(stray) > _MOST_STRAY_SEATS:
        raise BadShapes(f"The seats of {_some(stray, places)} lie outside their polygons: are the codes right?")


def _holds(shapes: Shapes, code: str, longitude: float, latitude: float) -> bool:
    """Whether a ray to the east leaves the area an odd number of times."""
    x, y = longitude / STEP, latitude / STEP
    crossed = (
        a + (y - b) * (c - a) / (d - b) > x
        for ring in shapes.rings(code)
        for (a, b), (c, d) in pairwise(shapes.points(ring))
        if (b < y) != (d < y)
    )
    return sum(crossed) % 2 == 1


def _with_kosovo(shapes: Shapes, ours: Shapes) -> Shapes:
    """Drawn apart anyway, so its border need not be that of the file."""
    apart: Mapping[str, list[Lines]] = {
        KOSOVO: [[list(ours.points(ring)) for ring in polygon] for polygon in ours.polygons[KOSOVO]]
    }
    added = topology(apart)
    first = len(shapes.arcs)
    moved = tuple(
        tuple(tuple(n + first if n >= 0 else n - first for n in ring) for ring in polygon)
        for polygon in added.polygons[KOSOVO]
    )
    return Shapes((*shapes.arcs, *added.arcs), {**shapes.polygons, KOSOVO: moved})
