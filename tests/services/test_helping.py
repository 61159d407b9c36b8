from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from incidents.adapters import data_files, help_files
from incidents.core.help import Question, Reason
from incidents.core.places import KOSOVO
from incidents.resources import data_file
from incidents.services.helping import Found, find_help

PLACES = data_files.places()
DIRECTORY = help_files.read_directory(data_file("help"), data_files.vocabulary(), PLACES)
GEOCODER = data_files.geocoder()


def find(typed: str, chosen: str = "", **asked: Any) -> Found:
    return find_help(
        replace(Question(language="hu"), **{name: frozenset({value}) for name, value in asked.items()}),
        typed,
        chosen,
        directory=DIRECTORY,
        geocoder=GEOCODER,
        places=PLACES,
        today=date(2026, 11, 24),
    )


def codes(found: Found) -> list[str]:
    return [one.body.code for group in found.answer.groups.values() for one in group]


@pytest.mark.parametrize("typed", ["Суботица", "Szabadkán", "suboticaa", "u Subotici", "Subotica, Srbija"])
def test_a_place_is_understood_as_people_type_it(typed: str) -> None:
    found = find(typed)
    assert (found.place, found.choices, found.is_unknown) == ("80438", (), False)
    assert "provincial_ombudsman" in codes(found)


def test_the_provinces_ombudsman_is_for_the_province_only() -> None:
    assert "provincial_ombudsman" not in codes(find("Ниш"))
    assert "provincial_ombudsman" not in codes(find("у Приштини"))
    assert "provincial_ombudsman" in codes(find(""))
    assert "provincial_ombudsman" in codes(find("Војводина"))
    assert "provincial_ombudsman" in codes(find("Južnobački"))


def test_a_city_of_several_municipalities_has_one_answer() -> None:
    found = find("Београд")
    assert (found.place, found.choices, found.is_unknown) == ("", (), False)
    assert "provincial_ombudsman" not in codes(found)


def test_namesakes_with_different_answers_are_asked_about_and_one_can_be_chosen() -> None:
    found = find("Јабука")
    assert [PLACES.municipalities[code].names["sr-Latn"] for code in found.choices] == ["Pančevo", "Prijepolje"]
    chosen = find("Јабука", found.choices[0])
    assert (chosen.place, chosen.choices) == (found.choices[0], ())
    assert "provincial_ombudsman" in codes(chosen)


@pytest.mark.parametrize("chosen", ["80438", "KM", "<b>", "70203"])
def test_only_a_place_that_the_typed_one_may_mean_can_be_chosen(chosen: str) -> None:
    assert find("Јабука", chosen) == find("Јабука")


@pytest.mark.parametrize("typed", ["Beč", "qwrtz", "🙂", "'; DROP TABLE report; --", "{{ 7*7 }}"])
def test_a_place_that_nobody_knows_gets_the_list_of_the_whole_country(typed: str) -> None:
    found = find(typed)
    assert found.is_unknown
    assert found.answer == find("").answer


def test_kosovo_is_said_to_be_without_a_list() -> None:
    assert find("Prishtina").place == KOSOVO


def test_what_happened_where_and_in_which_language_decides_what_stands_first() -> None:
    found = find("Szabadka", acts="unequal_authority", settings="public_office")
    first = next(iter(found.answer.groups.values()))[0]
    assert first.body.code == "commissioner_equality"
    assert Reason.FORMS_IN_LANGUAGE in first.reasons
    assert "labour_inspection" not in codes(found)
    assert codes(find("Szabadka", acts="physical_attack"))[:2] == ["police", "prosecutor"]


def test_the_number_of_a_towns_ombudsman_is_shown_for_that_town() -> None:
    def numbers(typed: str) -> list[str]:
        groups = find(typed).answer.groups.values()
        return [
            c.value for group in groups for one in group if one.body.code == "local_ombudsman" for c in one.contacts
        ]

    assert (numbers("Újvidék"), numbers("Суботица"), numbers("")) == (["021 420 211"], [], [])
