"""Areas of desks: what they consist of, what they are called, and where a report's place lies."""

from __future__ import annotations

import pytest

from incidents.adapters import data_files
from incidents.core.desks import happened_in, in_short, inhabitants, municipalities_of, names_of_units, unit_called
from incidents.core.script import fold
from tests.builders import a_report

PLACES = data_files.places()
SUBOTICA, BACKA_TOPOLA, MALI_IDJOS = "80438", "80071", "80241"
NORTH_BACKA = {SUBOTICA, BACKA_TOPOLA, MALI_IDJOS}


@pytest.mark.parametrize(("code", "number"), [("80438", 1), ("01", 3), ("GRAD:BEOGRAD", 17), ("RS12", 45), ("KM", 0)])
def test_a_unit_consists_of_its_municipalities(code: str, number: int) -> None:
    assert len(municipalities_of(code, PLACES)) == number


def test_a_district_is_its_municipalities_and_has_their_inhabitants() -> None:
    assert municipalities_of("01", PLACES) == NORTH_BACKA
    assert inhabitants(NORTH_BACKA, PLACES) == PLACES.districts["01"].population == 160_163


@pytest.mark.parametrize(
    ("area", "place_code", "found"),
    [
        (SUBOTICA, "804614", {SUBOTICA}),
        ("01", "01", NORTH_BACKA),
        ("01", "", NORTH_BACKA),
        ("", "", set()),
        ("KM", "KM", set()),
        ("25", "25", set()),
        ("", "804614", set()),
    ],
)
def test_where_a_report_happened_as_far_as_it_was_understood(area: str, place_code: str, found: set[str]) -> None:
    assert happened_in(a_report(area=area, place_code=place_code), PLACES) == found


def test_of_a_city_alone_it_is_any_of_its_municipalities() -> None:
    assert happened_in(a_report(area="", place_code="GRAD:BEOGRAD"), PLACES) == set(PLACES.parts_of("GRAD:BEOGRAD"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("01", "01"),
        ("Суботица", SUBOTICA),
        ("subotica", SUBOTICA),
        ("Szabadka", SUBOTICA),
        ("North Bačka District", "01"),
        ("Vojvodina Region", "RS12"),
        ("Beograd", "GRAD:BEOGRAD"),
        ("Palilula (Niš)", "71323"),
        ("Palilula", None),
        ("Subotic", None),
        ("", None),
    ],
)
def test_a_unit_is_called_by_its_code_or_exactly_its_name(typed: str, code: str | None) -> None:
    assert unit_called(typed, PLACES) == code


def test_no_two_units_have_one_name() -> None:
    called = [{fold(name) for name in names.values()} for names in names_of_units(PLACES).values()]
    assert sum(map(len, called)) == len(set().union(*called))


def test_an_area_in_short_names_whole_districts_and_the_rest_one_by_one() -> None:
    novi_sad = "89010"
    assert in_short({*NORTH_BACKA, novi_sad}, PLACES) == ["01", novi_sad]
    assert in_short({SUBOTICA}, PLACES) == [SUBOTICA]
    assert in_short([], PLACES) == []
