from typing import Any

import pytest
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from incidents.adapters import data_files
from incidents.core.places import KOSOVO
from incidents.services.geocoding import areas_named, certain, district_named, places_meant, places_to_choose

PLACES = data_files.places()
GEOCODER = data_files.geocoder()


class Elsewhere(Geocoder):
    """Another geocoder in the place of ours: whatever is asked is one of the places it was given."""

    def __init__(self, *codes: str) -> None:
        super().__init__()
        self.codes = codes
        self.asked: list[str] = []

    def geocode(self, query: str, *, exactly_one: bool = True) -> list[Location] | None:
        assert not exactly_one
        self.asked.append(query)
        return [Location(code, Point(0, 0), _raw(code)) for code in self.codes] or None


def _raw(code: str) -> dict[str, str]:
    return {"level": "municipality", "code": code, "municipality_code": code}


def meant(query: str, geocoder: Geocoder = GEOCODER) -> list[str]:
    return places_meant(query, geocoder=geocoder, places=PLACES)


def names(codes: list[str]) -> set[str]:
    return {PLACES.municipalities[code].names["sr-Latn"] for code in codes}


@pytest.mark.parametrize(
    "query", ["Суботица", "Subotica", "у Суботици", "SUBOTICI", "Szabadkán", "Subotca", " subotica. "]
)
def test_a_place_that_can_only_be_one_gives_its_code(query: str) -> None:
    assert meant(query) == ["80438"]


@pytest.mark.parametrize(
    ("query", "all_meant"),
    [
        ("Палилула", {"Palilula (Beograd)", "Palilula (Niš)"}),
        ("na Paliluli", {"Palilula (Beograd)", "Palilula (Niš)"}),
        ("Slatina kod Beograda", {"Sopot"}),
        ("Niš", {"Niška Banja", "Pantelej", "Crveni Krst", "Palilula (Niš)", "Medijana"}),
    ],
)
def test_a_place_that_may_be_several_gives_each_of_them_once(query: str, all_meant: set[str]) -> None:
    codes = meant(query)
    assert names(codes) == all_meant
    assert len(codes) == len(all_meant)


@pytest.mark.parametrize(
    ("query", "district"), [("centar Beograda", "00"), ("Niš", "20"), ("Палилула", None), ("Суботица", None)]
)
def test_whoever_knows_the_city_alone_can_choose_its_district(query: str, district: str | None) -> None:
    offered = places_to_choose(query, geocoder=GEOCODER, places=PLACES)
    assert offered == [*([district] if district else []), *meant(query)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Mačvanski okrug", "08"),
        ("у Нишавском округу", "20"),
        ("Južnobanatski", "04"),
        ("Észak-bácskai", "01"),
        ("okrug Kolubarski", "09"),
    ],
)
def test_a_district_is_meant_without_the_words_that_all_of_them_share(query: str, code: str) -> None:
    assert meant(query) == [code]


@pytest.mark.parametrize("query", ["Косово", "Kosovska Mitrovica", "у Приштини", "Prishtinë", "Koszovó"])
def test_a_place_in_kosovo_is_kosovo_as_a_whole(query: str) -> None:
    assert meant(query) == [KOSOVO]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Banatsko Novo Selo", "Pančevo"),
        ("Njegoševa 8, Kikinda", "Kikinda"),
        ("на Дорћолу", "Stari Grad"),
        ("16000", "Leskovac"),
        ("Slatina kod Čačka", "Čačak"),
    ],
)
def test_what_is_smaller_than_a_municipality_is_its_municipality(query: str, name: str) -> None:
    assert names(meant(query)) == {name}


def test_a_village_that_several_municipalities_have_may_be_in_each() -> None:
    assert {"Čačak", "Loznica", "Ub"} < names(meant("Slatina"))


def test_the_name_of_a_municipality_means_it_whatever_villages_are_called() -> None:
    wrong = [
        one.names["sr-Latn"] for code, one in PLACES.municipalities.items() if meant(one.names["sr-Latn"]) != [code]
    ]
    assert wrong == []


def test_a_region_is_too_large_to_be_kept() -> None:
    assert meant("Vojvodina") == []


@pytest.mark.parametrize("query", ["Palilula (Niš)", "палилула, ниш"])
def test_with_its_city_a_shared_name_is_one_place(query: str) -> None:
    assert names(meant(query)) == {"Palilula (Niš)"}


@pytest.mark.parametrize(
    "query", ["", "   ", "?!", "негде", "ne znam", "код куће", "London", "80438", "01", "KM", "online"]
)
def test_what_is_no_place_of_ours_gives_nothing(query: str) -> None:
    assert meant(query) == []


def test_every_district_is_meant_by_each_of_its_names() -> None:
    wrong = [
        (name, meant(name))
        for code, district in PLACES.districts.items()
        for name in district.names.values()
        if meant(name) != [code]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("НИШАВСКИ УПРАВНИ ОКРУГ", "20"),
        ("nisavski upravni okrug", "20"),
        (" Macva  District ", "08"),
        ("eszak-bacskai korzet", "01"),
        ("град београд", "00"),
    ],
)
def test_a_district_is_found_in_any_letters_and_without_accents(query: str, code: str) -> None:
    assert district_named(query, PLACES) == code


@pytest.mark.parametrize("query", ["", " ", "okrug", "Nišavski", "Суботица", "Raška", "Bor", "Mačva Distric"])
def test_a_district_is_not_guessed_from_a_part_of_its_name(query: str) -> None:
    assert district_named(query, PLACES) == ""


def test_a_municipality_is_not_taken_for_the_district_that_is_named_after_it() -> None:
    assert names(meant("Raška")) == {"Raška"}
    assert meant("Raška District") == ["18"]


def test_every_code_given_is_one_that_an_incident_can_hold() -> None:
    known = PLACES.municipalities.keys() | PLACES.districts.keys()
    for place in (*PLACES.municipalities.values(), *PLACES.districts.values()):
        codes = meant(place.names["sr-Cyrl"])
        assert codes, place.names
        assert set(codes) <= known


@pytest.mark.parametrize("codes", [["70327"], ["70203", "71323"], []])
def test_another_geocoder_can_stand_in_the_place_of_ours(codes: list[str]) -> None:
    elsewhere = Elsewhere(*codes)
    assert meant("наша улица 5", elsewhere) == codes
    assert elsewhere.asked == ["наша улица 5"]


def test_another_geocoder_is_not_asked_for_a_district() -> None:
    elsewhere: Any = Elsewhere("70327")
    assert meant("Борски управни округ", elsewhere) == ["14"]
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("story", "areas"),
    [
        ("Krenuli smo iz Novog Sada u Suboticu i nazad u Novi Sad.", ["89010", "80438"]),
        ("Živimo u Moravičkom okrugu.", ["17"]),
        ("Било је у Приштини.", ["KM"]),
        ("Došao je Petar iz susednog sela i vikao.", []),
        ("", []),
    ],
)
def test_a_story_names_areas_in_its_order(story: str, areas: list[str]) -> None:
    assert areas_named(story, geocoder=GEOCODER) == areas


def test_namesakes_in_a_story_are_left_out_and_five_are_enough() -> None:
    assert areas_named("u Slatini", geocoder=GEOCODER) == []
    towns = "u Senti, u Somboru, u Vršcu, u Kikindi, u Zrenjaninu, u Pančevu"
    assert len(areas_named(towns, geocoder=GEOCODER)) == 5


@pytest.mark.parametrize(
    ("query", "code", "area", "choices"),
    [
        ("Szabadkán", "804614", "80438", 0),
        ("Niš", "GRAD:NIS", "", 0),
        ("Krupac", "", "22", 2),
        ("Slatina", "", "", 13),
        ("nigde", "", "", 0),
        ("", "", "", 0),
    ],
)
def test_of_a_typed_place_what_is_certain_is_told_apart(query: str, code: str, area: str, choices: int) -> None:
    found = certain(query, geocoder=GEOCODER)
    assert (found.meaning.code, found.meaning.area, len(found.choices)) == (code, area, choices)
