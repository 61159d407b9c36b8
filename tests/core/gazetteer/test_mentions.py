"""Places in stories, found with the whole gazetteer: what is a place depends on all names there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core.gazetteer.index import Index, Match
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
        ("Szabadkán lakom.", [("Szabadkán", "Subotica")]),
        ("A fiam Zentáról jár be, Magyarkanizsára nem.", [("Zentáról", "Senta"), ("Magyarkanizsára", "Kanjiža")]),
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
        "A Németh család és Kovács Béla Szerbiában él.",
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


class _Counting(Index):
    """An index that counts how often it was asked for a name."""

    asked = 0

    def exact(self, key: str, likeness: float = 1.0) -> list[Match]:
        self.asked += 1
        return super().exact(key, likeness)


def test_a_longer_story_asks_for_as_many_names_a_word_as_a_short_one() -> None:
    story = "Išla sam iz Novog Pazara u Kraljevo, tamo je Milan Petrović vikao na nas. "
    index = _Counting(data_files.gazetteer())
    list(mentions(story, index))
    once = index.asked
    list(mentions(story * 100, index))
    assert index.asked == once * 101
