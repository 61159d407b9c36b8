"""Shapes derived for a country of four villages, and for the whole of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from incidents.adapters import shape_build
from incidents.adapters.place_build import BadTable, Row, Tables
from incidents.adapters.shape_files import written
from incidents.core.places import KOSOVO
from incidents.core.shapes import Shapes


def settlement(municipality: str, lon: float, lat: float, people: int = 400, quality: str = "point") -> Row:
    return {
        "municipality_code": municipality,
        "lon": str(lon),
        "lat": str(lat),
        "population_2022": str(people),
        "coord_quality": quality,
    }


def tables(*settlements: Row, quarters: tuple[Row, ...] = (), seats: tuple[Row, ...] = ()) -> Tables:
    known = {row["municipality_code"]: row for row in settlements}
    municipalities = [{"municipality_code": code, "lon": row["lon"], "lat": row["lat"]} for code, row in known.items()]
    return {
        "settlements": list(settlements),
        "municipalities": [*municipalities, *seats],
        "neighbourhoods": [*quarters],
    }


FOUR = (
    settlement("70017", 20.2, 44.0),
    settlement("70017", 20.4, 44.0),
    settlement("70025", 20.6, 44.0),
    settlement("70025", 20.8, 44.0),
)


def outline(folder: Path, **other: Any) -> Path:
    """A country one degree wide, half a degree high, with Kosovo* below its right half; they share one arc."""
    arcs = [
        [[500, 0], [500, 0]],
        [[1000, 0], [0, 500], [-1000, 0], [0, -500], [500, 0]],
        [[500, 0], [0, -300], [500, 0], [0, 300]],
    ]
    atlas: dict[str, Any] = {
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [20, 43.75]},
        "arcs": arcs,
        "objects": {
            "countries": {
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "Serbia"}},
                    {"type": "MultiPolygon", "arcs": [[[2, -1]]], "properties": {"name": "Kosovo"}},
                ]
            }
        },
    } | other
    path = folder / "countries.json"
    path.write_text(json.dumps(atlas), encoding="utf-8")
    return path


def area(shapes: Shapes, code: str) -> int:
    return shapes.doubled_area(shapes.rings(code))


def test_the_land_is_halved_between_two_municipalities_alike(tmp_path: Path) -> None:
    shapes = shape_build.build(tables(*FOUR), outline(tmp_path))
    assert set(shapes.polygons) == {"70017", "70025", KOSOVO}
    assert area(shapes, "70017") == pytest.approx(area(shapes, "70025"), rel=0.02)
    assert area(shapes, "70017") + area(shapes, "70025") == pytest.approx(2 * 1e5 * 0.5e5, rel=0.01)


def test_kosovo_is_as_the_outline_has_it_and_shares_its_border(tmp_path: Path) -> None:
    shapes = shape_build.build(tables(*FOUR), outline(tmp_path))
    assert area(shapes, KOSOVO) == pytest.approx(2 * 0.5e5 * 0.3e5, rel=0.01)
    assert len(shapes.merged(shapes.polygons)) == 1


def test_more_land_falls_to_where_more_people_live(tmp_path: Path) -> None:
    town = settlement("70025", 20.6, 44.0, people=40_000)
    shapes = shape_build.build(tables(*FOUR[:2], town, FOUR[3]), outline(tmp_path))
    assert area(shapes, "70025") > 1.1 * area(shapes, "70017")


def test_a_point_that_is_only_the_municipalitys_gives_no_land(tmp_path: Path) -> None:
    vague = settlement("70017", 20.75, 43.9, quality="municipality")
    with_it, without = (shape_build.build(tables(*rows), outline(tmp_path)) for rows in ((*FOUR, vague), FOUR))
    assert written(with_it) == written(without)


def test_quarters_give_land_and_so_does_the_seat_of_a_municipality_without_settlements(tmp_path: Path) -> None:
    quarter = settlement("70017", 20.7, 43.9)
    seat = settlement("71340", 20.9, 44.2)
    shapes = shape_build.build(tables(*FOUR, quarters=(quarter,), seats=(seat,)), outline(tmp_path))
    plain = shape_build.build(tables(*FOUR), outline(tmp_path))
    assert area(shapes, "70017") > area(plain, "70017")
    assert area(shapes, "71340") > 0


def test_areas_leave_no_gap_and_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [settlement(f"7{n % 7:04}", 20.03 + n * 37 % 95 / 100, 43.78 + n * 53 % 44 / 100, n * 90) for n in range(60)]
    first = shape_build.build(tables(*rows), outline(tmp_path))
    again = shape_build.build(tables(*rows), outline(tmp_path))
    assert written(first) == written(again)
    whole = first.merged(first.polygons)
    assert len(whole) == 1
    assert sum(area(first, code) for code in first.polygons) == first.doubled_area(whole)


def test_a_municipality_outside_the_outline_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="lie outside the country: 80438"):
        shape_build.build(tables(*FOUR, settlement("80438", 25.0, 46.1)), outline(tmp_path))


@pytest.mark.parametrize("other", [{"objects": {}}, {"arcs": 3}, {"transform": None}])
def test_another_file_is_not_taken_for_the_outline(tmp_path: Path, other: dict[str, Any]) -> None:
    with pytest.raises(BadTable, match=r"is not countries-10m\.json"):
        shape_build.build(tables(*FOUR), outline(tmp_path, **other))


def test_an_outline_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="cannot be read"):
        shape_build.build(tables(*FOUR), tmp_path / "none.json")
