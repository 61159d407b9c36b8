"""Where areas lie on a map of the shapes that the project carries."""

import re

import pytest

from incidents.adapters import data_files
from incidents.core.map_layout import FINE, WIDTH, Drawn, Inset, Layout, Panel, Spot, layout
from incidents.core.places import KOSOVO, Places

Point = tuple[int, int]


@pytest.fixture(scope="module")
def places() -> Places:
    return data_files.places()


@pytest.fixture(scope="module")
def of_municipalities(places: Places) -> Layout:
    spots = tuple(Spot(code, (code,)) for code in places.municipalities)
    cities = tuple(Inset(city, tuple(places.parts_of(city)), 160) for city in places.cities)
    return layout(data_files.shapes(), spots, cities, KOSOVO)


@pytest.fixture(scope="module")
def of_districts(places: Places) -> Layout:
    districts = {one.district_code for one in places.municipalities.values()}
    spots = tuple(
        Spot(district, tuple(code for code in places.municipalities if places.district_of(code) == district))
        for district in sorted(districts)
    )
    return layout(data_files.shapes(), spots, (), KOSOVO)


def corners(drawn: Drawn) -> list[Point]:
    """Where the path leads, in steps."""
    found = []
    for x, y, steps in re.findall(r"M(-?\d+) (-?\d+)l([^zM]*)z", drawn.path):
        at = (int(x), int(y))
        numbers = [int(number) for number in re.findall(r"-?\d+", steps)]
        found.append(at)
        for across, down in zip(numbers[::2], numbers[1::2], strict=True):
            at = (at[0] + across, at[1] + down)
            found.append(at)
    return found


def panel(at: Layout, key: str) -> Panel:
    [found] = [one for one in at.panels if one.key == key]
    return found


def test_every_area_is_drawn_and_lies_on_the_map(of_municipalities: Layout, of_districts: Layout) -> None:
    for at, many in ((of_municipalities, 168), (of_districts, 25)):
        whole = panel(at, "")
        assert len(whole.drawn) == many
        for key, drawn in whole.drawn:
            assert len(corners(drawn)) >= 3, key
            assert all(0 <= x <= whole.width * FINE and 0 <= y <= whole.height * FINE for x, y in corners(drawn)), key


def test_districts_have_room_for_figures_of_two_digits(of_districts: Layout) -> None:
    assert min(drawn.room for _, drawn in panel(of_districts, "").drawn) > 15


def test_neighbours_share_most_corners(of_districts: Layout) -> None:
    """One border drawn twice is one line; only where it ends can rounding differ."""
    drawn = dict(panel(of_districts, "").drawn)
    belgrade, srem = set(corners(drawn["00"])), set(corners(drawn["07"]))
    assert len(belgrade & srem) >= 5


def test_what_stands_apart_shares_no_corner_with_anything(of_districts: Layout) -> None:
    assert of_districts.apart is not None
    own = set(corners(of_districts.apart))
    others = {corner for _, drawn in panel(of_districts, "").drawn for corner in corners(drawn)}
    assert len(own) > 20
    assert not own & others


def test_cities_of_several_municipalities_are_there_again_and_larger(of_municipalities: Layout, places: Places) -> None:
    small = dict(panel(of_municipalities, "").drawn)
    for city, many in (("GRAD:BEOGRAD", 17), ("GRAD:NIS", 5)):
        enlarged = dict(panel(of_municipalities, city).drawn)
        assert set(enlarged) == set(places.parts_of(city))
        assert len(enlarged) == many
        grown = {code for code, drawn in enlarged.items() if drawn.room > max(10, 1.5 * small[code].room)}
        assert len(grown) >= many - 1  # Medijana is too narrow for a figure even so


def test_the_parts_stand_beside_each_other_within_the_drawing(of_municipalities: Layout) -> None:
    _, *insets = of_municipalities.panels
    left, right = insets
    assert left.x + left.width < right.x
    assert right.x + right.width <= WIDTH
    assert max(one.y + one.height for one in insets) == of_municipalities.bottom


def test_the_same_layout_is_worked_out_once(of_districts: Layout, places: Places) -> None:
    spots = tuple(
        Spot(key, tuple(code for code in places.municipalities if places.district_of(code) == key))
        for key, _ in panel(of_districts, "").drawn
    )
    assert layout(data_files.shapes(), spots, (), KOSOVO) is of_districts
