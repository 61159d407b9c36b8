"""The shapes that the project carries: whole, without gaps, and with every code."""

import json
from collections import Counter
from itertools import pairwise

import pytest

from incidents.adapters import data_files, shape_files
from incidents.core.places import KOSOVO, Places
from incidents.core.shapes import STEP, Shapes, doubled_area
from incidents.resources import data_file

FILE = data_file("places/shapes.json")


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return shape_files.read_shapes(FILE)


@pytest.fixture(scope="module")
def places() -> Places:
    return data_files.places()


def square_kilometres(shapes: Shapes, codes: list[str]) -> float:
    return sum(shapes.doubled_area(shapes.rings(code)) for code in codes) / 2 * (STEP * 111.2) ** 2 * 0.717


def test_every_municipality_has_a_shape_and_kosovo_is_one_apart(shapes: Shapes, places: Places) -> None:
    assert set(shapes.polygons) == {*places.municipalities, KOSOVO}
    assert len(places.municipalities) == 168


def test_parts_of_cities_without_an_official_polygon_have_one(shapes: Shapes, places: Places) -> None:
    names = {one.names["sr-Latn"]: code for code, one in places.municipalities.items()}
    for name in ("Kostolac", "Vranjska Banja", "Sevojno"):
        assert 5 < square_kilometres(shapes, [names[name]]) < 400


def test_every_district_but_those_of_kosovo_can_be_drawn(shapes: Shapes, places: Places) -> None:
    drawn = {one.district_code for one in places.municipalities.values()}
    assert len(drawn) == 25
    assert "00" in drawn
    for district in drawn:
        codes = [code for code, one in places.municipalities.items() if one.district_code == district]
        assert shapes.doubled_area(shapes.merged(codes)) > 0


def test_every_inner_border_is_that_of_two_and_every_outer_one_that_of_one(shapes: Shapes) -> None:
    uses = Counter(number for code in shapes.polygons for ring in shapes.rings(code) for number in ring)
    assert set(uses.values()) == {1}, "no area has a border on the same side as another"
    assert {max(number, ~number) for number in uses} == set(range(len(shapes.arcs)))


def test_areas_sum_to_the_land_inside_the_border_around_them_all(shapes: Shapes) -> None:
    around = [doubled_area(shapes.points(ring)) for ring in shapes.merged(shapes.polygons)]
    assert min(around) > 0, "a hole would be a gap"
    assert sum(shapes.doubled_area(shapes.rings(code)) for code in shapes.polygons) == sum(around)


def test_no_border_stands_twice_and_none_is_empty(shapes: Shapes) -> None:
    edges = [frozenset(edge) for arc in shapes.arcs for edge in pairwise(arc)]
    assert len(edges) == len(set(edges))
    assert {len(edge) for edge in edges} == {2}


def test_the_country_is_as_large_as_the_register_says(shapes: Shapes) -> None:
    own = [code for code in shapes.polygons if code != KOSOVO]
    assert square_kilometres(shapes, own) == pytest.approx(77_369, rel=0.02)


def test_most_towns_lie_in_their_own_shape(shapes: Shapes, places: Places) -> None:
    inside = 0
    for code, one in places.municipalities.items():
        x, y = one.longitude / STEP, one.latitude / STEP
        edges = [edge for ring in shapes.rings(code) for edge in pairwise(shapes.points(ring))]
        crossed = sum(a + (y - b) * (c - a) / (d - b) > x for (a, b), (c, d) in edges if (b < y) != (d < y))
        inside += crossed % 2
    assert inside >= 0.97 * len(places.municipalities)


def test_what_is_written_is_read_again_and_is_the_file(shapes: Shapes) -> None:
    assert shape_files.written(shapes) == FILE.read_bytes()


def test_the_file_is_topojson_that_others_can_read() -> None:
    found = json.loads(FILE.read_bytes())
    assert found["type"] == "Topology"
    assert found["transform"] == {"scale": [0.0005, 0.0005], "translate": [0, 0]}
    features = found["objects"]["municipalities"]["geometries"]
    assert {feature["type"] for feature in features} == {"MultiPolygon"}
    assert len(FILE.read_bytes()) < 60_000
