import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from incidents.core.shapes import Point, Shapes, doubled_area, topology
from incidents.core.simplification import simplified

Lines = list[list[Point]]


def square(x: int, y: int, size: int = 1) -> list[Point]:
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]


def wavy(x: int, y: int) -> list[Point]:
    """A square of 30 steps with a corner pushed out of each side, the same in both neighbours."""
    one = [(x, y), (x + 15, y + 2), (x + 30, y), (x + 32, y + 15), (x + 30, y + 30), (x + 15, y + 32), (x, y + 30)]
    return [*one, (x + 2, y + 15), (x, y)]


@st.composite
def countries(draw: st.DrawFn) -> dict[str, list[Lines]]:
    """A chessboard of fields, each of which belongs to one of a few areas; an area may be in pieces, and have holes."""
    width, height = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    owners = draw(st.lists(st.sampled_from("abcd"), min_size=width * height, max_size=width * height))
    polygons: dict[str, list[Lines]] = {}
    for place, owner in enumerate(owners):
        polygons.setdefault(owner, []).append([wavy(place % width * 30, place // width * 30)])
    return polygons


def sides(shapes: Shapes) -> Iterator[tuple[int, list[str]]]:
    """Every arc with the areas that have it on their left, and on their right."""
    for number in range(len(shapes.arcs)):
        for directed in (number, ~number):
            yield number, [code for code in shapes.polygons for ring in shapes.rings(code) if directed in ring]


@given(countries())
def test_a_border_is_kept_once_and_has_one_area_on_each_side_at_most(polygons: dict[str, list[Lines]]) -> None:
    shapes = topology(polygons)
    assert all(len(areas) <= 1 for _, areas in sides(shapes))
    edges = [frozenset(edge) for arc in shapes.arcs for edge in itertools.pairwise(arc)]
    assert len(edges) == len(set(edges))


@given(countries())
def test_areas_sum_to_what_the_border_around_them_all_holds(polygons: dict[str, list[Lines]]) -> None:
    shapes = topology(polygons)
    parts = sum(shapes.doubled_area(shapes.rings(code)) for code in shapes.polygons)
    assert parts == shapes.doubled_area(shapes.merged(shapes.polygons))
    assert parts == sum(doubled_area(ring) for own in polygons.values() for [ring] in own)


@given(countries(), st.floats(0, 2_000))
def test_simplified_areas_still_sum_to_the_whole_and_none_vanishes(
    polygons: dict[str, list[Lines]], least: float
) -> None:
    shapes = simplified(topology(polygons), least)
    areas = {code: shapes.doubled_area(shapes.rings(code)) for code in shapes.polygons}
    assert sum(areas.values()) == shapes.doubled_area(shapes.merged(shapes.polygons))
    assert min(areas.values()) > 0
    assert set(areas) == set(polygons)


def test_direction_of_rings_does_not_matter() -> None:
    there, back = square(0, 0, 4), square(0, 0, 4)[::-1]
    hole = square(1, 1)
    one, other = topology({"a": [[there, hole]]}), topology({"a": [[back, hole[::-1]]]})
    assert one.doubled_area(one.rings("a")) == other.doubled_area(other.rings("a")) == 2 * (16 - 1)


def test_a_hole_that_another_area_fills_is_one_border() -> None:
    shapes = topology({"around": [[square(0, 0, 4), square(1, 1)]], "within": [[square(1, 1)]]})
    assert len(shapes.arcs) == 2
    [outer] = shapes.merged(["around", "within"])
    assert doubled_area(shapes.points(outer)) == 2 * 16


def test_neighbours_that_meet_in_a_row_share_the_border_between_them() -> None:
    shapes = topology({"a": [[square(0, 0)]], "b": [[square(1, 0)]]})
    assert sorted(map(len, shapes.arcs)) == [2, 4, 4]
    assert shapes.merged(["a"]) == shapes.rings("a")


def test_rings_without_an_area_are_left_out() -> None:
    line = [(0, 0), (5, 5), (0, 0), (0, 0)]
    shapes = topology({"a": [[square(0, 0, 9), line]], "b": [[line]], "c": []})
    assert list(shapes.polygons) == ["a"]
    assert len(shapes.rings("a")) == 1
