import csv
import unicodedata
from typing import Any

import pytest
from geopy.exc import GeocoderUnavailable
from geopy.location import Location
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.resources import data_file

PLACES = data_files.places()
GEOCODER = data_files.geocoder()
CODES = {municipality.names["sr-Latn"]: code for code, municipality in PLACES.municipalities.items()}


def found(query: str) -> list[Location]:
    return GEOCODER.geocode(query, exactly_one=False) or []


def codes(query: str) -> list[str]:
    """Of the municipalities that may be meant; of a larger place its own."""
    return [location.raw["municipality_code"] or location.raw["code"] for location in found(query)]


def names(query: str) -> list[str]:
    """Of the municipalities that may be meant; of a larger place its own."""
    of = PLACES.municipalities
    return [of[code].names["sr-Latn"] if code in of else code for code in codes(query)]


def municipalities(query: str) -> set[str]:
    """Codes of all municipalities that may be meant, a city being all of its parts."""
    cities = PLACES.cities
    return {part for code in codes(query) for part in (PLACES.parts_of(code) if code in cities else [code])}


def bare(text: str) -> str:
    """As people type it who have no accents: Arandjelovac, Cacak."""
    spread = unicodedata.normalize("NFKD", text.replace("đ", "dj").replace("Đ", "Dj"))
    return "".join(c for c in spread if not unicodedata.combining(c))


def typed_places(language: str) -> list[tuple[str, str]]:
    """How people write "in ...", by language, and the municipality that is meant."""
    with data_file("synthetic/typed_places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row[language], row["municipality"]) for row in rows if row[language]]


# Names.


@pytest.mark.parametrize("tag", ["sr-Cyrl", "sr-Latn", "en", "hu", "sq"])
def test_every_municipality_is_found_by_its_names(tag: str) -> None:
    named = {code: one.names[tag] for code, one in PLACES.municipalities.items() if tag in one.names}
    assert [name for code, name in named.items() if codes(name)[:1] != [code]] == []


@pytest.mark.parametrize("write", [bare, str.upper, str.lower, lambda name: f"  {name}! "])
def test_every_municipality_is_found_however_its_name_is_typed(write) -> None:
    assert [name for name, code in CODES.items() if codes(write(name))[:1] != [code]] == []


def test_what_is_found_says_what_it_is_and_where() -> None:
    location = GEOCODER.geocode("Суботица")
    assert isinstance(location, Location)
    assert location.address == "Subotica"
    assert (location.latitude, location.longitude) == pytest.approx((46.1, 19.67), abs=0.02)
    assert location.raw | {"alternatives": []} == {
        "level": "settlement",
        "code": "804614",
        "name": "Суботица",
        "quarter": "",
        "settlement_code": "804614",
        "municipality_code": "80438",
        "district_code": "01",
        "score": 1.0,
        "ambiguous": False,
        "alternatives": [],
    }


# Other cases.


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("u Čačku", "Čačak"),
        ("у Суботици", "Subotica"),
        ("iz Šapca", "Šabac"),
        ("u Sapcu", "Šabac"),
        ("u Novom Sadu", "Novi Sad"),
        ("У НОВОМ ПАЗАРУ", "Novi Pazar"),
        ("u Leskovcu", "Leskovac"),
        ("u Zrenjaninu", "Zrenjanin"),
        ("blizu Rume", "Ruma"),
        ("kod Zaječara", "Zaječar"),
        ("u Sremskoj Mitrovici", "Sremska Mitrovica"),
        ("у Бачкој Паланци", "Bačka Palanka"),
        ("u Beloj Crkvi", "Bela Crkva"),
        ("Bajinoj Bašti", "Bajina Bašta"),
        ("u Novoj Varoši", "Nova Varoš"),
        ("u Arandjelovcu", "Aranđelovac"),
        ("u Petrovcu na Mlavi", "Petrovac na Mlavi"),
        ("u opštini Bečej", "Bečej"),
        ("grad Kragujevac", "Kragujevac"),
        ("na Novom Beogradu", "Novi Beograd"),
        ("na Starom gradu", "Stari Grad"),
        ("Szabadkán", "Subotica"),
        ("Zentán", "Senta"),
        ("Újvidéken", "Novi Sad"),
        ("Zomborban", "Sombor"),
        ("në Preshevë", "Preševo"),
        ("v Kovačici", "Kovačica"),
        ("in Novi Sad", "Novi Sad"),
    ],
)
def test_a_place_is_found_in_the_case_in_which_people_write_it(query: str, name: str) -> None:
    assert names(query) == [name]


def test_what_invented_reporters_write_in_serbian_is_found_nearly_always() -> None:
    typed = [(query, code) for query, code in typed_places("sr") if code in PLACES.municipalities]
    missed = [query for query, code in typed if code not in municipalities(query)]
    assert len(typed) > 80
    assert len(missed) <= 5, missed


@pytest.mark.parametrize("language", ["sr", "hu", "sq", "sk"])
def test_what_invented_reporters_write_never_finds_another_place(language: str) -> None:
    meant = {query: municipalities(query) for query, _ in typed_places(language)}
    assert [query for query, code in typed_places(language) if meant[query] and code not in meant[query]] == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Suvi Do Palilula", "Palilula (Niš)"),
        ("u selu Suvi Do u opštini Palilula", "Palilula (Niš)"),
        ("Petrovac na Mlavi Trnovče", "Petrovac na Mlavi"),
        ("Novo Selo kod Raške", "Raška"),
        ("Beogradska 3 u Raški", "Raška"),
        ("u Lazarevom Selu", "Niška Banja"),
        ("Oraovica (kod Crkovnice)", "Leskovac"),
    ],
)
def test_prepositions_and_adjectives_in_names_do_not_lead_astray(query: str, name: str) -> None:
    assert names(query)[0] == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("B. Palanka", "Bačka Palanka"),
        ("S. Palanka", "Smederevska Palanka"),
        ("Б. Топола", "Bačka Topola"),
        ("u B. Topoli", "Bačka Topola"),
        ("Sr. Mitrovica", "Sremska Mitrovica"),
        ("N.Sad", "Novi Sad"),
        ("G. Milanovac", "Gornji Milanovac"),
        ("Vel. Gradište", "Veliko Gradište"),
        ("Trg slobode 1, N. Pazar", "Novi Pazar"),
        ("Novi Bgd", "Novi Beograd"),
    ],
)
def test_a_name_may_be_shortened_with_a_full_stop(query: str, name: str) -> None:
    assert names(query)[0] == name


# Slips.


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Subotca", "Subotica"),
        ("Subottica", "Subotica"),
        ("Суботциа", "Subotica"),
        ("Kragujvac", "Kragujevac"),
        ("u Kragujvcu", "Kragujevac"),
        ("Novi Sd", "Novi Sad"),
        ("Zrenjannin", "Zrenjanin"),
        ("Smedervo", "Smederevo"),
    ],
)
def test_one_slip_does_not_hide_a_place(query: str, name: str) -> None:
    [location] = found(query)
    assert location.address == name
    assert 0.7 < location.raw["score"] < 1


def test_every_long_name_with_one_letter_missing_is_found() -> None:
    slipped = {
        name[: len(name) // 2] + name[len(name) // 2 + 1 :]: code for name, code in CODES.items() if len(name) > 7
    }
    assert [query for query, code in slipped.items() if code not in codes(query)] == []


def test_no_name_of_a_municipality_is_taken_for_a_slip_of_another() -> None:
    assert {location.raw["score"] for name in CODES for location in found(name)} <= {1.0, 0.9}


# What may be several.


@pytest.mark.parametrize("query", ["Palilula", "ПАЛИЛУЛА", "na Paliluli", "Paliluli"])
def test_two_cities_have_a_palilula(query: str) -> None:
    locations = found(query)
    assert {location.address for location in locations} == {"Palilula (Beograd)", "Palilula (Niš)"}
    assert all(location.raw["ambiguous"] for location in locations)


@pytest.mark.parametrize("query", ["Palilula (Niš)", "Palilula, Niš", "палилула ниш"])
def test_with_its_city_it_is_one(query: str) -> None:
    [location] = found(query)
    assert (location.address, location.raw["ambiguous"]) == ("Palilula (Niš)", False)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("u Beogradu", "GRAD:BEOGRAD"),
        ("Београд", "GRAD:BEOGRAD"),
        ("grad Beograd", "GRAD:BEOGRAD"),
        ("Belgrádban", "GRAD:BEOGRAD"),
        ("kod Niša", "GRAD:NIS"),
        ("Ниш", "GRAD:NIS"),
        ("grad Niš", "GRAD:NIS"),
    ],
)
def test_a_city_of_several_municipalities_is_a_city(query: str, code: str) -> None:
    [location] = found(query)
    assert (location.raw["level"], location.raw["code"], location.raw["municipality_code"]) == ("city", code, "")
    assert not location.raw["ambiguous"]


@pytest.mark.parametrize("name", ["Užice", "Požarevac", "Vranje"])
def test_a_part_with_the_name_of_its_city_is_meant_by_it(name: str) -> None:
    assert names(name) == [name]


def test_asked_for_one_it_says_that_there_are_more() -> None:
    location = GEOCODER.geocode("Palilula")
    assert isinstance(location, Location)
    assert location.raw["ambiguous"]


# What is no municipality.


NOWHERE = ("", "   ", "!!!", "u", "na", "qwertyuiop", "ne znam", "kod kuće", "internet", "у школи", "Bg", "😔")
ELSEWHERE = ("Srbija", "London", "Zagreb", "Sarajevo", "Budimpešta")


@pytest.mark.parametrize("query", [*NOWHERE, *ELSEWHERE])
def test_what_is_no_municipality_is_not_found(query: str) -> None:
    assert GEOCODER.geocode(query) is None
    assert GEOCODER.geocode(query, exactly_one=False) is None


@pytest.mark.parametrize(
    ("query", "municipality", "quarter"),
    [
        ("11070", "Нови Београд", ""),
        ("11070 Beograd", "Нови Београд", ""),
        ("11080 Земун", "Земун", ""),
        ("21101", "Нови Сад", ""),
        ("11232 Beograd", "Вождовац", ""),
        ("Ubu", "Уб", ""),
        ("Убу", "Уб", ""),
        ("Uba", "Уб", ""),
        ("Adi", "Ада", ""),
        ("Detelinara", "Нови Сад", "Детелинара"),
        ("на Детелинари", "Нови Сад", "Детелинара"),
        ("na Telepu, Novi Sad", "Нови Сад", "Телеп"),
        ("Prozivka, Szabadka", "Суботица", "Прозивка"),
        ("u Valjevskoj Kamenici", "Ваљево", ""),
        ("Валјевска Каменица", "Ваљево", ""),
        ("kragujevačko Stanovo", "Крагујевац", "Станово"),
        ("iz Niške Kamenice", "Пантелеј", ""),
        ("beogradska Palilula", "Палилула (Београд)", ""),
        ("Niška Palilula", "Палилула (Ниш)", ""),
    ],
)
def test_codes_of_posts_short_names_quarters_and_villages_named_after_a_town(
    query: str, municipality: str, quarter: str
) -> None:
    raw = GEOCODER.geocode(query).raw
    assert data_files.places().municipalities[raw["municipality_code"]].names["sr-Cyrl"] == municipality
    assert raw["quarter"] == quarter


@pytest.mark.parametrize("query", ["11077", "11120 Beograd", "18105"])
def test_a_post_inside_a_city_is_the_city(query: str) -> None:
    assert GEOCODER.geocode(query).raw["level"] == "city"


@pytest.mark.parametrize("query", ["11111", "10123", "12345", "Slavonska Požega", "Bosanska Kamenica", "Ubi"])
def test_what_only_looks_like_it_is_not_found(query: str) -> None:
    assert GEOCODER.geocode(query) is None


def test_short_words_are_not_taken_for_slips() -> None:
    assert [query for query in ("Abo", "Bar", "Ubi", "Bra", "Šad") if found(query)] == []


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_places_or_nothing(query: str) -> None:
    assert set(codes(query)) <= PLACES.municipalities.keys()


def test_a_whole_story_in_the_field_is_no_municipality() -> None:
    assert found("не сећам се тачно где је то било, негде " * 5) == []


# The other way, and the network.


def test_every_seat_lies_in_its_own_municipality() -> None:
    seats = {one.code: GEOCODER.reverse((one.latitude, one.longitude)) for one in PLACES.municipalities.values()}
    assert [code for code, seat in seats.items() if seat is None or seat.raw["municipality_code"] != code] == []


def test_a_point_gives_a_list_when_a_list_is_asked_for() -> None:
    [location] = GEOCODER.reverse((46.1, 19.66), exactly_one=False)
    assert location.address == "Subotica"


@pytest.mark.parametrize("ask", ["get_json", "get_text"])
def test_it_has_no_network(ask: str) -> None:
    reach: Any = getattr(GEOCODER.adapter, ask)
    with pytest.raises(GeocoderUnavailable):
        reach("https://example.org/", timeout=1.0, headers={})


def test_nothing_is_asked_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def reached(*_: object) -> None:
        raise AssertionError("the network was reached")

    monkeypatch.setattr(socket.socket, "connect", reached)
    monkeypatch.setattr(socket, "getaddrinfo", reached)
    assert names("u Subotici") == ["Subotica"]
    assert GEOCODER.geocode("nigde") is None
