"""The place files: codes, sums, parents, and that nothing is found by two names without it being known."""

from collections import Counter, defaultdict

import pytest

from incidents.adapters import data_files
from incidents.adapters.place_files import rows
from incidents.core.gazetteer.place import Kind, Level, Place
from incidents.core.script import fold, to_latin
from incidents.resources import data_file

FOLDER = data_file("places")
PLACES = data_files.places()
GAZETTEER = data_files.gazetteer()
OFFICIAL = [name for name in GAZETTEER.names if name.kind is Kind.OFFICIAL]
SETTLEMENTS = [name.place for name in OFFICIAL if name.place.level is Level.SETTLEMENT]
DISTRICTS = {code: one for code, one in PLACES.districts.items() if one.region_code != "RS-KM"}
DIFFER_IN_ACCENTS = {
    frozenset(pair.split())
    for pair in (
        "Врапче Врапце",
        "Грбавче Грбавце",
        "Жарево Зарево",
        "Жуче Зуце",
        "Кожељ Козељ",
        "Лешница Лесница",
        "Маглић Маглич",
        "Радошин Радосин",
        "Рибариће Рибарице",
    )
}
SERBIA = 6_647_003
"""Census 2022."""


def is_sound(code: str) -> bool:
    """The register's check digit: weights from the right 2, 3, 4 ...; 11 minus the sum modulo 11."""
    total = sum(int(digit) * weight for digit, weight in zip(reversed(code[:-1]), range(2, 8), strict=False))
    check = 11 - total % 11
    return int(code[-1]) == (check if check < 10 else 0)


def people(column: str) -> Counter[str]:
    """Inhabitants of the settlements, summed by a column of their municipality."""
    municipalities = {row["municipality_code"]: row for row in rows(FOLDER / "municipalities.csv")}
    total: Counter[str] = Counter()
    for row in rows(FOLDER / "settlements.csv"):
        total[municipalities[row["municipality_code"]][column]] += int(row["population_2022"])
    return total


def test_the_whole_register_is_there() -> None:
    counted = (len(PLACES.regions), len(PLACES.districts), len(PLACES.cities), len(PLACES.municipalities))
    assert (*counted, len(SETTLEMENTS)) == (4, 25 + 5, 2, 168, 4721)


def test_every_code_has_its_check_digit() -> None:
    codes = [*PLACES.municipalities, *(place.code for place in SETTLEMENTS)]
    assert [code for code in codes if not is_sound(code)] == []


def test_no_code_stands_twice() -> None:
    codes = [place.code for place in SETTLEMENTS]
    assert len(set(codes)) == len(codes)


def test_the_people_of_a_municipality_are_those_of_its_settlements() -> None:
    assert people("municipality_code") == {code: one.population for code, one in PLACES.municipalities.items()}


def test_the_people_of_districts_and_regions_are_those_of_their_settlements() -> None:
    assert people("district_code") == {code: one.population for code, one in DISTRICTS.items()}
    assert people("region_code") == {code: one.population for code, one in PLACES.regions.items()}


def test_the_people_of_serbia_are_those_of_the_census() -> None:
    assert sum(people("region_code").values()) == SERBIA


def test_every_parent_exists() -> None:
    assert {district.region_code for district in DISTRICTS.values()} == PLACES.regions.keys()
    assert {one.district_code for one in PLACES.municipalities.values()} == DISTRICTS.keys()
    assert {place.municipality_code for place in SETTLEMENTS} == PLACES.municipalities.keys()
    assert {city.district_code for city in PLACES.cities.values()} <= PLACES.districts.keys()


def test_every_seat_is_a_settlement_of_its_municipality() -> None:
    of = {place.code: place.municipality_code for place in SETTLEMENTS}
    assert {one.seat_code: code for code, one in PLACES.municipalities.items()}.items() <= of.items()


def test_belgrade_and_nis_are_cities_of_seventeen_and_five_municipalities() -> None:
    assert {code: len(PLACES.parts_of(code)) for code in PLACES.cities} == {"GRAD:BEOGRAD": 17, "GRAD:NIS": 5}


def test_names_that_meet_in_one_key_are_known_to() -> None:
    """413 names stand more than once in the register, and nine pairs differ only in their accents."""
    names: dict[str, set[str]] = defaultdict(set)
    for place in SETTLEMENTS:
        names[fold(place.name)].add(place.name)
    assert sum(1 for shared in Counter(place.name for place in SETTLEMENTS).values() if shared > 1) == 413
    assert {frozenset(of) for of in names.values() if len(of) > 1} == DIFFER_IN_ACCENTS


def test_no_municipality_has_two_settlements_of_one_name() -> None:
    keys = Counter((place.municipality_code, fold(place.name)) for place in SETTLEMENTS)
    assert [key for key, times in keys.items() if times > 1] == []


def test_points_lie_in_serbia() -> None:
    outside = [p.name for p in GAZETTEER.points if not (41.8 < p.latitude < 46.3 and 18.7 < p.longitude < 23.1)]
    assert (outside, len(GAZETTEER.points) > 4600) == ([], True)


def test_every_postal_code_is_of_a_place_and_has_five_digits() -> None:
    assert all(code.isdecimal() and len(code) == 5 for code in GAZETTEER.postal_codes)
    assert {place.level for place in GAZETTEER.postal_codes.values()} == {
        Level.SETTLEMENT,
        Level.CITY,
        Level.MUNICIPALITY,
    }
    assert (GAZETTEER.postal_codes["11070"].name, GAZETTEER.postal_codes["11080"].name) == ("Нови Београд", "Земун")


@pytest.mark.parametrize(
    ("language", "least"), [("hu", 350), ("sq", 100), ("ro", 50), ("bg", 35), ("sk", 18), ("rue", 8)]
)
def test_names_in_minority_languages_are_there(language: str, least: int) -> None:
    named = {name.place for name in GAZETTEER.names if name.language == language and name.kind is Kind.MINORITY}
    assert len(named) >= least


def test_kosovo_stands_apart_without_codes_or_districts() -> None:
    apart = [name.place for name in GAZETTEER.names if name.place.level is Level.KOSOVO]
    assert len(set(apart)) > 100
    assert {(place.code, place.municipality_code, place.district_code) for place in apart} == {("KM", "", "")}


def test_quarters_answer_for_municipalities_of_belgrade_and_of_other_cities() -> None:
    quarters = Counter(name.place.municipality_code for name in GAZETTEER.names if name.place.quarter)
    assert sum(quarters[code] for code in PLACES.parts_of("GRAD:BEOGRAD")) > 200
    assert {code for code, number in quarters.items() if number > 4} >= {"89010", "70645", "80438"}


def test_no_quarter_outside_belgrade_takes_the_name_of_a_village() -> None:
    elsewhere = {
        name.place.quarter
        for name in GAZETTEER.names
        if name.place.quarter and name.place.municipality_code not in PLACES.parts_of("GRAD:BEOGRAD")
    }
    assert {fold(quarter) for quarter in elsewhere} & {fold(place.name) for place in SETTLEMENTS} == set()
    assert len(elsewhere) > 70


def test_what_is_larger_holds_what_lies_in_it() -> None:
    by_code: dict[str, Place] = {name.place.code: name.place for name in GAZETTEER.names if not name.place.quarter}
    ripanj, subotica = by_code["703656"], by_code["804614"]
    assert [code for code in ("70106", "GRAD:BEOGRAD", "RS11", "RS12") if by_code[code].holds(ripanj)] == [
        "70106",
        "GRAD:BEOGRAD",
        "RS11",
    ]
    assert not subotica.holds(ripanj)


def test_latin_names_follow_from_the_cyrillic_ones() -> None:
    of = {place.code: place for place in SETTLEMENTS}
    assert to_latin(of["804606"].name) == "Stari Žednik"


def test_every_word_that_is_no_place_is_written_once() -> None:
    for name in ("elsewhere", "everyday", "streets"):
        keys = [fold(row["word"]) for row in rows(FOLDER / "hand" / f"{name}.csv")]
        assert len(set(keys)) == len(keys), name


def test_no_shapes_but_those_derived_are_carried() -> None:
    others = [path.name for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".csv"]
    assert others == ["shapes.json"]
