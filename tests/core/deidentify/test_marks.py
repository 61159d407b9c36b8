from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.deidentify.known import Known, Person, known
from incidents.core.deidentify.marks import marks
from incidents.core.gazetteer.place import Gazetteer, Kind, Level, Name, Place

PEOPLE = [
    Person("Marko", "sr", is_surname=False, is_word=False),
    Person("Vuk", "sr", is_surname=False, is_word=True),
    Person("Gyula", "hu", is_surname=False, is_word=False),
    Person("Nagy", "hu", is_surname=True, is_word=True),
]
CUES = [("zovem", "INTRODUCES"), ("ime", "INTRODUCES"), ("komšija", "TITLE"), ("néni", "FOLLOWS")]


def a_place(name: str, *, is_main: bool) -> Name:
    place = Place(Level.SETTLEMENT, name, name, "1", "1", frozenset(), 500, is_main=is_main, latitude=45, longitude=20)
    return Name(name, place, Kind.OFFICIAL)


PLACES = [a_place("Јамена", is_main=False), a_place("Шид", is_main=True), a_place("Горња Топоница", is_main=False)]
GAZETTEER = Gazetteer(PLACES, [], {}, {}, frozenset(), frozenset(), frozenset())
KNOWN: Known = known(PEOPLE, CUES, ["marka"], GAZETTEER)


def marked(text: str) -> list[tuple[str, str]]:
    return [(mark.kind.value, mark.text) for mark in marks(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Видела сам Марка у парку", "Марка"),
        ("udario me marko iz prizemlja", "marko"),
        ("Uradio je to Marko Stanojev, sused", "Marko Stanojev"),
        ("Sa Petrovićem sam bila", "Petrovićem"),
        ("pitajte Petrovica", "Petrovica"),
        ("Nagy Gyula látta", "Nagy Gyula"),
        ("Láttam Csonka Gyulát", "Csonka Gyulát"),
        ("UDARIO ME MARKO PETROVIC SINOC", "MARKO PETROVIC"),
        ("Zovem se Xhavit Ndoci i", "Xhavit Ndoci"),
        ("ime mi je qerkin", "qerkin"),
        ("komšija Bezimeni viče", "Bezimeni"),
        ("Etus néni mondta", "Etus"),
        ("rekao je Vuk juče", "Vuk"),
        ("Mаrko Petrović-Ilić", "Mаrko Petrović-Ilić"),
    ],
)
def test_a_name_is_marked(text: str, name: str) -> None:
    if name == "Etus":
        text = f"Tegnap {text}"
    assert marked(text) == [("name", name)]


@pytest.mark.parametrize(
    "text",
    [
        "Vuk je životinja",
        "nova marka auta",
        "Beskućnici su tu",
        "Subotica i Loznica",
        "a nagy autó",
        "komšija viče",
        "ŠIDA",
    ],
)
def test_other_words_are_not(text: str) -> None:
    assert marked(text) == []


def test_places_finer_than_a_municipality_are_marked_and_others_not() -> None:
    assert marked("u Jameni kod Šida, kao i u Gornjoj Toponici") == [("place", "Jameni"), ("place", "Gornjoj Toponici")]
    assert marked("Jamena draga, u Šidu") == []


def test_what_is_exact_comes_first() -> None:
    assert marked("marko.0641234567@primer.rs") == [("email", "marko.0641234567@primer.rs")]


@given(st.text(st.sampled_from("MarkoVuk Petrović064/1-@.\u200bаЉ\n") | st.characters(), max_size=80))
def test_marks_stand_in_order_without_overlap_and_say_what_stands_there(text: str) -> None:
    found = marks(text, KNOWN)
    assert all(text[mark.start : mark.end] == mark.text and mark.text for mark in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
