"""Searching a country of a few invented and a few real places, small enough to see through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.gazetteer.index import Index
from incidents.core.gazetteer.nearest import nearest
from incidents.core.gazetteer.place import Gazetteer, Kind, Level, Name, Place
from incidents.core.gazetteer.ranking import distance_km, is_close
from incidents.core.gazetteer.search import find


def municipality(code: str, name: str, people: int, at: tuple[float, float]) -> Place:
    return Place(Level.MUNICIPALITY, code, name, code, "09", frozenset({"09", "RS21"}), people, True, *at)


def settlement(code: str, name: str, of: Place, people: int, *, seat: bool = False) -> Place:
    within = frozenset({of.code, *of.within})
    at = (of.latitude, of.longitude)
    return Place(Level.SETTLEMENT, code, name, of.code, "09", within, people, seat, *at)


HILL, DALE = municipality("1", "Брдац", 50_000, (44.0, 20.0)), municipality("2", "Долац", 9_000, (44.3, 20.0))
TOWN, OTHER_TOWN = settlement("11", "Брдац", HILL, 50_000, seat=True), settlement("21", "Долац", DALE, 9_000, seat=True)
VILLAGE, NAMESAKE = settlement("12", "Липовица", HILL, 300), settlement("22", "Липовица", DALE, 900)
WORD, ABROAD = settlement("13", "Било", HILL, 12), settlement("23", "Никшић", DALE, 40)
QUARTER = Place(
    Level.MUNICIPALITY, "1", "Брдац", "1", "09", frozenset({"1", "09", "RS21"}), 5000, False, 44.0, 20.0, "Блок 45"
)
PLACES = [TOWN, OTHER_TOWN, VILLAGE, NAMESAKE, WORD, ABROAD]
INDEX = Index(
    Gazetteer(
        names=[
            *(Name(place.name, place, Kind.OFFICIAL) for place in PLACES),
            Name("Блок 45", QUARTER, Kind.OFFICIAL),
            Name("Hegyes", TOWN, Kind.MINORITY, "hu"),
        ],
        points=PLACES,
        municipalities={"1": HILL, "2": DALE},
        postal_codes={"14000": TOWN, "14250": NAMESAKE},
        elsewhere=frozenset({"niksic", "brdal", "crna gora"}),
        everyday=frozenset({"bilo", "skola"}),
        streets=frozenset({"ulica"}),
    )
)


def code(text: str) -> str | None:
    answer = find(text, INDEX)
    return answer.place.code if answer else None


@pytest.mark.parametrize(
    "text",
    ["Брдац", "brdac", "u Brdcu", "Brdacc", "Hegyes", "Hegyesen", "14000", "ulica 5, Brdac", "Njegoševa 8 Brdac"],
)
def test_a_town_is_found_in_every_form(text: str) -> None:
    assert code(text) == "11"


def test_a_village_that_stands_alone_with_its_name_is_sure() -> None:
    answer = find("Било, Брдац", INDEX)
    assert answer is not None
    assert (answer.place, answer.rivals, answer.score) == (WORD, [], 1.0)


def test_namesakes_are_rivals_and_the_larger_one_comes_first() -> None:
    answer = find("Lipovica", INDEX)
    assert answer is not None
    assert (answer.place, answer.rivals) == (NAMESAKE, [VILLAGE])
    assert answer.score < 1


@pytest.mark.parametrize(
    "text",
    [
        "Lipovica, Brdac",
        "Brdac, Lipovica",
        "Lipovica kod Brdca",
        "Lipovica Brdac",
        "Lipovica, opština Brdac",
        "Lipovca, Brdac",
        "14000 Lipovica",
    ],
)
def test_what_stands_beside_a_name_decides_between_namesakes(text: str) -> None:
    assert code(text) == "12"


@pytest.mark.parametrize(
    "text", ["bilo", "škola", "bilo škola", "Nikšić", "u Nikšiću", "Nikšić, Crna Gora", "Lipovica, Crna Gora"]
)
def test_everyday_words_and_places_abroad_are_not_answered(text: str) -> None:
    assert code(text) is None


@pytest.mark.parametrize(("text", "found"), [("Bilo", "13"), ("selo bilo", "13"), ("Nikšić, Dolac", "23")])
def test_a_village_with_such_a_name_is_found_when_it_is_clear_that_it_is_meant(text: str, found: str) -> None:
    assert code(text) == found


def test_a_slip_does_not_lead_from_a_place_abroad_to_one_here() -> None:
    assert (code("Brdal"), code("Brdall"), code("Brdavc")) == (None, None, "11")


def test_the_word_municipality_asks_for_the_municipality() -> None:
    answer = find("opština Brdac", INDEX)
    assert answer is not None
    assert answer.place is HILL


def test_a_quarter_answers_its_municipality() -> None:
    answer = find("blok 45", INDEX)
    assert answer is not None
    assert (answer.place.level, answer.place.code, answer.place.quarter) == (Level.MUNICIPALITY, "1", "Блок 45")


def test_two_towns_that_have_nothing_to_do_with_each_other_are_no_sure_answer() -> None:
    answer = find("Brdac, Dolac", INDEX)
    assert answer is not None
    assert answer.score <= 0.6


@given(st.text(max_size=250))
def test_whatever_is_typed_gives_a_score_from_nothing_to_one(text: str) -> None:
    answer = find(text, INDEX)
    assert answer is None or 0 < answer.score <= 1


PIECES = ["brdac", "lipovica", "dolcu", "kod", "u", "5", "14250", "bilo", "ulica", ",", "(", "opština", "nigde"]


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_words_in_any_order_give_a_place_or_nothing(words: list[str]) -> None:
    answer = find(" ".join(words), INDEX)
    assert answer is None or answer.place not in answer.rivals


# Points.


def test_a_degree_along_a_meridian_is_a_hundred_and_eleven_kilometres() -> None:
    assert distance_km(44, 20, 45, 20) == pytest.approx(111.2)


def test_thirty_kilometres_are_not_near() -> None:
    assert not is_close(TOWN, OTHER_TOWN)
    assert is_close(TOWN, VILLAGE)


def test_a_point_belongs_to_the_place_whose_middle_is_nearest() -> None:
    assert nearest([TOWN, OTHER_TOWN], 44.27, 20.02) is OTHER_TOWN


def test_a_point_far_from_every_place_belongs_to_none() -> None:
    assert nearest([TOWN, OTHER_TOWN], 47.0, 20.0) is None
    assert nearest([], 44.0, 20.0) is None
