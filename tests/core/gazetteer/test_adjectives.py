import pytest

from incidents.core.gazetteer.adjectives import stem_of, stems
from incidents.core.script import fold


@pytest.mark.parametrize(
    ("adjective", "town"),
    [
        ("Valjevska", "Valjevo"),
        ("Valjevskoj", "Valjevo"),
        ("Niškog", "Niš"),
        ("Užička", "Užice"),
        ("Lozničkoj", "Loznica"),
        ("Šabačka", "Šabac"),
        ("Čačanska", "Čačak"),
        ("Leskovačkom", "Leskovac"),
        ("Kraljevačka", "Kraljevo"),
        ("Požeška", "Požega"),
        ("Vranjska", "Vranje"),
        ("Novosadska", "Novi Sad"),
        ("Novopazarskoj", "Novi Pazar"),
        ("Subotička", "Subotica"),
        ("Ваљевској", "Ваљево"),
    ],
)
def test_an_adjective_leads_to_its_town(adjective: str, town: str) -> None:
    assert stem_of(fold(adjective)) in set(stems(fold(town)))


@pytest.mark.parametrize("word", ["Kamenica", "ska", "Novi", "", "brza", "Subotica"])
def test_other_words_are_no_adjectives_of_towns(word: str) -> None:
    assert stem_of(fold(word)) == ""


@pytest.mark.parametrize("town", ["Ub", "Bor", "Bajina Bašta", "Stari Grad", "Dimitrovgrad", "Crveni Krst"])
def test_every_town_has_some(town: str) -> None:
    assert all(stem.endswith("k") for stem in stems(fold(town)))
    assert set(stems(fold(town)))
