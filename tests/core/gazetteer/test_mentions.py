"""Places in stories, found with the whole gazetteer: what is a place depends on all names there are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core.gazetteer.index import Index
from incidents.core.gazetteer.mentions import mentions
from incidents.core.script import to_latin

INDEX = Index(data_files.gazetteer())


def named(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], to_latin(one.answer.place.name)) for one in mentions(text, INDEX)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Живим у Суботици, а ово је било у Новом Саду.", [("Суботици", "Subotica"), ("Новом Саду", "Novi Sad")]),
        ("Išli smo iz Čačka u Gornji Milanovac.", [("Čačka", "Čačak"), ("Gornji Milanovac", "Gornji Milanovac")]),
        ("Radim u selu Slatina kod škole.", [("Slatina", "Slatina")]),
        ("Na stanici u Vrnjačkoj Banji su vikali.", [("Vrnjačkoj Banji", "Vrnjačka Banja")]),
        ("Beograd je veliki grad.", [("Beograd", "Beograd")]),
        ("Petrovac na Mlavi, leti.", [("Petrovac na Mlavi", "Petrovac na Mlavi")]),
        ("Szabadkán lakom.", []),
        ("Desilo se u Beloj Crkvi", [("Beloj Crkvi", "Bela Crkva")]),
    ],
)
def test_places_are_found_where_they_stand(text: str, places: list[tuple[str, str]]) -> None:
    assert named(text) == places


@pytest.mark.parametrize(
    "text",
    [
        "Bilo je kasno i nisam znao šta da radim.",
        "Komšija Petar i njegova žena Milica su me vređali.",
        "Nikola mi je rekao da idem kući.",
        "Grad je bio prazan.",
        "Prošle godine u Sarajevu, posle u Podgorici i u Beču.",
        "bio sam u školi i na poslu",
        "Dobra žena mi je pomogla. Stara kuća.",
        "",
    ],
)
def test_people_everyday_words_and_places_abroad_are_no_mentions(text: str) -> None:
    assert named(text) == []


@given(st.text(max_size=400))
def test_mentions_lie_in_the_text_in_order_and_do_not_overlap(text: str) -> None:
    ends = [0]
    for one in mentions(text, INDEX):
        assert ends[-1] <= one.start < one.end <= len(text)
        ends.append(one.end)


def test_ten_times_the_text_takes_about_ten_times_as_long() -> None:
    story = "Išla sam iz Novog Pazara u Kraljevo, tamo je Milan Petrović vikao na nas. " * 40

    def took(text: str) -> float:
        began = time.process_time()
        list(mentions(text, INDEX))
        return time.process_time() - began

    took(story)
    assert took(story * 10) < 30 * min(took(story) for _ in range(3))
