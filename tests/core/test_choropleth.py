import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.choropleth import MOST_CLASSES, Figure, Missing, Words, classes, drawing
from incidents.core.map_layout import Inset, Layout, Spot, layout
from incidents.core.shapes import Shapes, topology

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words(
    title="Инциденти <по> месту & времену",
    description="Иста табела је испод.",
    withheld="необјављено",
    not_reported="нема бројке",
    apart="Косово*",
    apart_in_words="Косово*: без бројки",
    insets={"city": "Град, увећано"},
)


def field(x: int, y: int, size: int = 15_000) -> list[list[list[tuple[int, int]]]]:
    return [[[(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]]]


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    """Six fields in a row in the middle of Serbia, with one apart below them."""
    x, y = 2_050_000, 4_400_000
    fields = {str(n): field(x + n * 15_000, y) for n in range(6)}
    return topology({**fields, "KM": field(x + 15_000, y - 15_000)})


@pytest.fixture(scope="module")
def whole(shapes: Shapes) -> Layout:
    return layout(shapes, tuple(Spot(str(n), (str(n),)) for n in range(6)), (), "KM")


FIGURES: Mapping[str, Figure] = {"0": 0, "1": 4, "2": 57, "3": Missing.WITHHELD, "4": 12}
NAMES = {str(n): f"Округ {n}" for n in range(6)}


def drawn(at: Layout, figures: Mapping[str, Figure] = FIGURES) -> ET.Element:
    return ET.fromstring(drawing(at, figures, NAMES, WORDS, name="district"))  # noqa: S314 (our own drawing)


def looks(svg: ET.Element) -> dict[str, str]:
    """The class of every area by what it says."""
    paths = [path for path in svg.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    return {path.findtext(f"{SVG}title") or "": path.get("class") or "" for path in paths}


def test_every_area_says_its_name_and_its_figure(whole: Layout) -> None:
    assert looks(drawn(whole)) == {
        "Округ 0: 0": "map__0",
        "Округ 1: 4": "map__1",
        "Округ 2: 57": "map__5",
        "Округ 3: необјављено": "map__withheld",
        "Округ 4: 12": "map__3",
        "Округ 5: нема бројке": "map__not-reported",
        "Косово*: без бројки": "map__apart",
    }


def test_zero_withheld_and_not_reported_look_different_without_a_style_sheet(whole: Layout) -> None:
    svg = drawn(whole)
    fills = [path.get("fill") for path in svg.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert len(fills) == len(set(fills)) == 7


def test_figures_stand_in_the_areas_that_have_one(whole: Layout) -> None:
    texts = [one.text for one in drawn(whole).iter(f"{SVG}text") if one.get("class") == "map__figure"]
    assert sorted(texts, key=str) == ["0", "12", "4", "57", "Косово*"]


def test_the_legend_has_what_is_on_the_map_and_no_more(whole: Layout) -> None:
    svg = drawn(whole)
    legend = [one.text for one in svg.iter(f"{SVG}text") if one.get("class") != "map__figure"]
    steps = ["1–5", "6–10", "11–20", "21–50", "51–100"]
    assert legend == ["0", *steps, "необјављено", "нема бројке", "Косово*: без бројки"]
    only_zero = drawn(whole, dict.fromkeys(NAMES, 0))
    assert [one.text for one in only_zero.iter(f"{SVG}text") if not one.get("class")] == ["0", "Косово*: без бројки"]


def test_words_are_escaped_and_nothing_is_inline(whole: Layout) -> None:
    text = drawing(whole, FIGURES, {**NAMES, "1": "<script>alert('&')</script>"}, WORDS, name="district")
    assert "<script" not in text
    assert "Инциденти &lt;по&gt; месту &amp; времену" in text
    assert not re.search(r"\sstyle=|<style|\son\w+=", text)


def test_the_title_and_the_description_are_what_names_it(whole: Layout) -> None:
    svg = drawn(whole)
    named = {one.get("id"): one.text for one in svg}
    assert [named[one] for one in (svg.get("aria-labelledby") or "").split()] == [WORDS.title, WORDS.description]
    assert svg.get("role") == "img"


def test_an_enlarged_part_has_its_areas_again_larger_and_its_name(shapes: Shapes) -> None:
    spots = tuple(Spot(str(n), (str(n),)) for n in range(6))
    at = layout(shapes, spots, (Inset("city", ("0", "1"), 200),), "KM")
    svg = drawn(at)
    assert [key for key, _ in at.panels[1].drawn] == ["0", "1"]
    assert at.panels[1].drawn[0][1].room > 1.2 * at.panels[0].drawn[0][1].room
    assert "Град, увећано" in [one.text for one in svg.iter(f"{SVG}text")]


def test_areas_that_are_published_together_are_one_shape(shapes: Shapes) -> None:
    at = layout(shapes, (Spot("0", ("0", "1")), Spot("2", ("2",))), (), "KM")
    assert at.panels[0].drawn[0][1].path.count("z") == 1


def test_an_area_without_a_shape_is_a_dot_at_its_point(shapes: Shapes) -> None:
    at = layout(shapes, (Spot("0", ("elsewhere",), 20.6, 44.1), Spot("1", ("1",))))
    assert "a8 8" in at.panels[0].drawn[0][1].path


@given(st.lists(st.integers(0, 10**7), max_size=30))
def test_every_figure_but_zero_is_in_one_class(figures: list[int]) -> None:
    steps = classes(figures)
    assert len(steps) <= MOST_CLASSES
    for figure in filter(None, figures):
        assert sum(least <= figure <= greatest for least, greatest in steps) == 1


@pytest.mark.parametrize(
    ("greatest", "steps"),
    [
        (0, []),
        (1, [(1, 1)]),
        (3, [(1, 1), (2, 2), (3, 5)]),
        (50, [(1, 2), (3, 5), (6, 10), (11, 20), (21, 50)]),
        (112, [(1, 10), (11, 20), (21, 50), (51, 100), (101, 200)]),
    ],
)
def test_classes_follow_the_rule_that_the_page_states(greatest: int, steps: list[tuple[int, int]]) -> None:
    assert classes([0, greatest]) == steps
