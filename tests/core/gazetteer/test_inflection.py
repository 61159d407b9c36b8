import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.gazetteer.inflection import readings
from incidents.core.script import fold


@pytest.mark.parametrize(
    ("inflected", "name"),
    [
        ("Čačku", "Čačak"),
        ("Čačka", "Čačak"),
        ("Šapcu", "Šabac"),
        ("Leskovcu", "Leskovac"),
        ("Vršcu", "Vršac"),
        ("Žablju", "Žabalj"),
        ("Krupnju", "Krupanj"),
        ("Gracu", "Gradac"),
        ("Novom Pazaru", "Novi Pazar"),
        ("Novog Sada", "Novi Sad"),
        ("Beloj Crkvi", "Bela Crkva"),
        ("Bačkoj Palanci", "Bačka Palanka"),
        ("Požezi", "Požega"),
        ("Bačkom Petrovom Selu", "Bačko Petrovo Selo"),
        ("Donjem Dolu", "Donji Do"),
        ("Sremskim Karlovcima", "Sremski Karlovci"),
        ("Sremskih Karlovaca", "Sremski Karlovci"),
        ("Užicu", "Užice"),
        ("Vranja", "Vranje"),
        ("Novoj Varoši", "Nova Varoš"),
        ("Petrovcu na Mlavi", "Petrovac na Mlavi"),
        ("Petrovci", "Petrovec"),
        ("Starej Pazove", "Stará Pazova"),
        ("Preshevës", "Preshevë"),
    ],
)
def test_a_name_is_read_back_from_its_cases(inflected: str, name: str) -> None:
    known = {*fold(name).split()}
    assert (fold(name), False) in list(readings(fold(inflected).split(), known))


@pytest.mark.parametrize(
    ("inflected", "name"),
    [("Szabadkán", "Szabadka"), ("Zomborban", "Zombor"), ("Újvidéken", "Újvidék"), ("Topolyáról", "Topolya")],
)
def test_hungarian_cases_are_marked_as_such(inflected: str, name: str) -> None:
    assert (fold(name), True) in list(readings([fold(inflected)], {fold(name)}))


def test_a_word_as_it_stands_is_no_other_case_of_itself() -> None:
    assert list(readings(["ruma"], {"ruma"})) == []


@given(st.lists(st.text(alphabet="abcijkou", min_size=1, max_size=8), min_size=1, max_size=5))
def test_only_known_words_are_read(words: list[str]) -> None:
    known = {"abac", "oka", "ko", "bi", "uja"}
    assert {part for key, _ in readings(words, known) for part in key.split()} <= known


def test_long_lists_of_words_do_not_take_long() -> None:
    assert len(list(readings(["ba"] * 12, {"ba", "b", "bo", "be", "bi"}))) <= 1000
