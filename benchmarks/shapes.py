"""How well the derived shapes agree with true borders, and whether they leave a gap or overlap.

    python -m benchmarks.shapes MUNICIPALITIES.geojson [--shapes SHAPES.json]

The GeoJSON has one feature a municipality, with its code as `municipality_code`. A municipality that has none there is
judged together with the largest one of the same local self-government, whose polygon then holds both. Needs the
libraries of the extra `shapes`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from incidents.adapters import data_files, place_files, shape_build
from incidents.adapters.shape_files import read_shapes
from incidents.core.places import KOSOVO
from incidents.core.shapes import STEP, Shapes, doubled_area
from incidents.resources import data_file

BARS = {"municipality": 0.88, "district": 0.94}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", type=Path, metavar="MUNICIPALITIES.geojson")
    arguments.add_argument("--shapes", type=Path, default=data_file("places/shapes.json"))
    given = arguments.parse_args()
    shapes = read_shapes(given.shapes)
    derived = {code: _geometry(shapes, code) for code in shapes.polygons}
    print(f"{len(shapes.arcs)} borders, {sum(map(len, shapes.arcs))} corners, {given.shapes.stat().st_size:,} bytes")
    _gaps(shapes, derived)
    _agreement(derived, _true(given.file))


def _geometry(shapes: Shapes, code: str) -> BaseGeometry:
    """In whole steps."""
    return shapely.union_all(
        [
            shapely.Polygon(shapes.points(one[0]), [shapes.points(ring) for ring in one[1:]])
            for one in shapes.polygons[code]
        ]
    )


def _gaps(shapes: Shapes, derived: Mapping[str, BaseGeometry]) -> None:
    """In whole numbers: what the areas come to, against the land within the border around them all."""
    own = sum(shapes.doubled_area(shapes.rings(code)) for code in shapes.polygons)
    around = [doubled_area(shapes.points(ring)) for ring in shapes.merged(shapes.polygons)]
    crossing = sum(1 for invalid in shapely.coverage_invalid_edges(list(derived.values())) if not invalid.is_empty)
    gaps = sum(1 for area in around if area < 0)
    print(f"areas come to {own / sum(around):.9f} of the land inside the border around them")
    print(f"overlaps {crossing}, gaps {gaps}")


def _true(file: Path) -> dict[str, BaseGeometry]:
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    return {str(one["properties"]["municipality_code"]): _kilometres(shape(one["geometry"])) for one in features}


def _agreement(derived: Mapping[str, BaseGeometry], true: Mapping[str, BaseGeometry]) -> None:
    places = data_files.places()
    of_self_government = {
        row["municipality_code"]: row["local_self_government_sr_cyrl"]
        for row in place_files.rows(data_file("places/municipalities.csv"))
    }
    judged_as = {
        code: code
        if code in true
        else max(
            (one for one in true if of_self_government[one] == of_self_government[code]),
            key=lambda one: places.municipalities[one].population,
        )
        for code in places.municipalities
    }
    whole = sum(one.area for one in true.values())
    ours = {code: _kilometres(shapely.transform(one, lambda c: c * STEP)) for code, one in derived.items()}
    right: dict[str, float] = dict.fromkeys(true, 0.0)
    district = 0.0
    for code, one in ours.items():
        if code == KOSOVO:
            continue
        right[judged_as[code]] += one.intersection(true[judged_as[code]]).area
        same = [true[other] for other in true if places.district_of(other) == places.district_of(code)]
        district += one.intersection(shapely.union_all(same)).area
    shares = {"municipality": sum(right.values()) / whole, "district": district / whole}
    for level, share in shares.items():
        print(f"share of the country's area in the right {level}: {share:.4f} (at least {BARS[level]})")
    outline = shapely.union_all([one for code, one in ours.items() if code != KOSOVO])
    covered = outline.intersection(shapely.union_all(list(true.values()))).area
    print(f"share of it inside our outline at all: {covered / whole:.4f}")
    worst = sorted(true, key=lambda code: right[code] / true[code].area)
    of_each = np.array([right[code] / true[code].area for code in true])
    print(f"of a municipality's own area, in the middle {np.median(of_each):.3f}; least:")
    for code in worst[:8]:
        print(f"  {places.municipalities[code].names['sr-Latn']} {right[code] / true[code].area:.3f}")
    if any(share < BARS[level] for level, share in shares.items()):
        raise SystemExit("The shapes agree less than they should.")


def _kilometres(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, shape_build.kilometres)


if __name__ == "__main__":
    main()
