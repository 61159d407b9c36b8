"""Derives approximate shapes of municipalities from points of settlements and a public-domain outline of the country.

Each settlement takes the land that is nearest to it, more of it the more people live there; what belongs to one
municipality is joined, and the whole is cut by the outline. No official polygon is read. Needs the libraries of the
extra `shapes`, which the site does not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.spatial import ConvexHull, cKDTree
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from incidents.adapters.place_build import BadTable, Tables
from incidents.adapters.shape_files import absolute, on_grid
from incidents.core.places import KOSOVO
from incidents.core.shapes import Shapes, topology

_SERBIA, _KOSOVO = "Serbia", "Kosovo"
"""As Natural Earth calls its countries; Kosovo* stands apart there."""
_RADIUS_KM = 6371.0088
_MIDDLE = math.radians(20.9)
_USUAL_PEOPLE, _FEW_PEOPLE = 400, 30
_PULL = 0.1
"""Measured: 0.05 to 0.15 agree best with true borders, by half a percent of the country's area more than 0."""
_NEIGHBOURS = 6
_GRID_KM = 0.001
_FAR_KM = 3000.0
_LEAST_PIECE_KM2 = 12.0
"""A smaller piece apart from its municipality, with no settlement of it inside, falls to a neighbour."""
_TOLERANCE_KM = 0.6


@dataclass(frozen=True)
class Sites:
    """Points that land is given to, in kilometres, with how far each one's land reaches out."""

    points: np.ndarray
    codes: list[str]
    """Of the municipality of each."""
    reach: np.ndarray

    def nearest(self, where: np.ndarray) -> list[str]:
        """The municipality of the site that each point falls to."""
        lifted = np.column_stack([self.points, np.sqrt(self.reach.max() - self.reach)])
        _, found = cKDTree(lifted).query(np.column_stack([where, np.zeros(len(where))]))
        return [self.codes[place] for place in found]


def build(tables: Tables, outline: Path) -> Shapes:
    """Shapes of all municipalities in the tables, and of Kosovo* as one.

    `outline` is countries-10m.json of the package world-atlas: Natural Earth, in the public domain. The same tables
    and libraries give the same shapes. Raises BadTable.
    """
    serbia, kosovo = _countries(outline)
    sites = _sites(tables)
    pieces = _pieces(sites, serbia, kosovo)
    areas = {code: shapely.union_all(parts) for code, parts in sorted(_without_scraps(pieces, sites).items())}
    lost = {row["municipality_code"] for row in tables["municipalities"]} - set(areas)
    if lost:
        raise BadTable(f"The points of these municipalities lie outside the country: {', '.join(sorted(lost))}.")
    return _on_the_grid(areas)


def _countries(path: Path) -> tuple[BaseGeometry, BaseGeometry]:
    try:
        atlas = json.loads(path.read_bytes())
        (x_scale, y_scale), (left, bottom) = atlas["transform"]["scale"], atlas["transform"]["translate"]
        arcs = [[(x * x_scale + left, y * y_scale + bottom) for x, y in absolute(arc)] for arc in atlas["arcs"]]
        features = {one["properties"]["name"]: one for one in atlas["objects"]["countries"]["geometries"]}
        serbia, kosovo = (_country(features[name], arcs) for name in (_SERBIA, _KOSOVO))
    except OSError as error:
        raise BadTable(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise BadTable(f"{path} is not countries-10m.json of the package world-atlas.") from None
    return serbia, kosovo


def _country(feature: Mapping[str, Any], arcs: Sequence[Sequence[tuple[float, float]]]) -> BaseGeometry:
    polygons = [feature["arcs"]] if feature["type"] == "Polygon" else feature["arcs"]
    outer = [
        [point for arc in polygon[0] for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])] for polygon in polygons
    ]
    return MultiPolygon([Polygon(kilometres(np.array(ring))) for ring in outer])


def _sites(tables: Tables) -> Sites:
    """Settlements with a point of their own, quarters of Belgrade, and the seat of a municipality that has neither."""
    settled = [row for row in tables["settlements"] if row["coord_quality"] != "municipality"]
    known = {row["municipality_code"] for row in settled}
    quarters = [row for row in tables["neighbourhoods"] if row["municipality_code"] in known]
    alone = [row for row in tables["municipalities"] if row["municipality_code"] not in known]
    rows = [*settled, *quarters, *alone]
    points = kilometres(np.array([(float(row["lon"]), float(row["lat"])) for row in rows]))
    spacing = cKDTree(points).query(points, k=min(_NEIGHBOURS, len(points) - 1) + 1)[0][:, 1:].mean(axis=1)
    people = [float(row.get("population_2022") or _USUAL_PEOPLE) for row in settled] + [_USUAL_PEOPLE] * (
        len(rows) - len(settled)
    )
    reach = _PULL * spacing**2 * np.log((np.array(people) + _FEW_PEOPLE) / (_USUAL_PEOPLE + _FEW_PEOPLE))
    return Sites(points, [row["municipality_code"] for row in rows], reach - reach.min())


def kilometres(degrees: np.ndarray) -> np.ndarray:
    """Transverse Mercator on a sphere, its middle in Serbia: lengths are right to one part in a thousand."""
    east, north = np.radians(degrees[:, 0]) - _MIDDLE, np.radians(degrees[:, 1])
    x = np.arctanh(np.cos(north) * np.sin(east))
    found: np.ndarray = _RADIUS_KM * np.column_stack([x, np.arctan2(np.tan(north), np.cos(east))])
    return found


def _degrees(kilometres: np.ndarray) -> np.ndarray:
    x, y = kilometres[:, 0] / _RADIUS_KM, kilometres[:, 1] / _RADIUS_KM
    north = np.arcsin(np.sin(y) / np.cosh(x))
    found: np.ndarray = np.degrees(np.column_stack([np.arctan2(np.sinh(x), np.cos(y)) + _MIDDLE, north]))
    return found


def _borders(sites: Sites) -> list[LineString]:
    """Where land of two municipalities meets: edges of the power diagram of the sites (Aurenhammer 1987).

    It is the lower side of the hull of the sites lifted onto a paraboloid, so that neighbours share corners exactly.
    """
    far = _FAR_KM * np.array([(1, 0), (0, 1), (-1, 0), (0, -1)]) + sites.points.mean(axis=0)
    points = np.vstack([sites.points, far])
    codes = [*sites.codes, *[""] * len(far)]
    lifted = (points**2).sum(axis=1) - np.concatenate([sites.reach, np.zeros(len(far))])
    hull = ConvexHull(np.column_stack([points, lifted]))
    a, b, c = hull.equations[:, :3].T
    lower = c < -1e-12
    corners = np.full((len(c), 2), np.nan)
    corners[lower] = np.column_stack([a[lower], b[lower]]) / (-2 * c[lower, None])
    borders = []
    for facet in np.flatnonzero(lower):
        for place, beside in enumerate(hull.neighbors[facet]):
            one, other = (codes[site] for site in np.delete(hull.simplices[facet], place))
            if facet < beside and lower[beside] and one != other:
                borders.append(LineString([corners[facet], corners[beside]]))
    return borders


def _pieces(sites: Sites, serbia: BaseGeometry, kosovo: BaseGeometry) -> dict[str, list[Polygon]]:
    """The land cut along all borders, by municipality, and Kosovo* uncut."""
    inside = shapely.intersection(shapely.union_all(_borders(sites)), serbia)
    lines = shapely.union_all([inside, serbia.boundary, kosovo.boundary], grid_size=_GRID_KM)
    faces = list(shapely.get_parts(shapely.polygonize([lines])))
    within = [shapely.point_on_surface(face) for face in faces]
    codes = sites.nearest(shapely.get_coordinates(within))
    pieces: dict[str, list[Polygon]] = {}
    for face, point, code in zip(faces, within, codes, strict=True):
        if serbia.contains(point) or kosovo.contains(point):
            pieces.setdefault(KOSOVO if kosovo.contains(point) else code, []).append(face)
    return pieces


def _without_scraps(pieces: Mapping[str, list[Polygon]], sites: Sites) -> dict[str, list[Polygon]]:
    """Small pieces of land apart from their municipality go to the neighbour with whom they share most border."""
    kept: dict[str, list[Polygon]] = {}
    scraps: list[Polygon] = []
    for code, parts in sorted(pieces.items()):
        own = shapely.multipoints(sites.points[[code == other for other in sites.codes]])
        largest = max(parts, key=lambda part: part.area)
        for part in parts:
            is_whole = part is largest or part.area >= _LEAST_PIECE_KM2 or part.intersects(own)
            (kept.setdefault(code, []) if is_whole else scraps).append(part)
    for scrap in sorted(scraps, key=lambda part: (-part.area, part.bounds)):
        shared = {
            code: sum(scrap.intersection(part).length for part in parts)
            for code, parts in kept.items()
            if code != KOSOVO
        }
        kept[max(shared, key=lambda code: shared[code])].append(scrap)
    return kept


def _on_the_grid(areas: Mapping[str, BaseGeometry]) -> Shapes:
    """Simplified together, so that neighbours keep one border, and in whole steps."""
    simple = shapely.coverage_simplify(list(areas.values()), _TOLERANCE_KM)
    steps = [shapely.transform(one, lambda corners: np.vectorize(on_grid)(_degrees(corners))) for one in simple]
    if not shapely.coverage_is_valid(steps):
        raise BadTable("Borders would cross on the grid of the file: make the grid finer.")
    return topology(
        {
            code: [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in shapely.get_parts(area)]
            for code, area in zip(areas, steps, strict=True)
        }
    )


def _ring(ring: BaseGeometry) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in ring.coords]
