"""Pages for the Commissioner, committees, places and communities: lines of published tables, and no other figure."""

import csv
import gzip
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.core.languages import BY_TAG
from incidents.core.release import WITHHELD, from_csv
from incidents.core.tables import TOTAL
from incidents.web import headers
from tests import pages
from tests.web.released import stored

NEWEST, DRAFT, YEAR = 4, 5, "2025"
PAGES = ["commissioner/", "treaties/", "places/", "summary/", "places/RS12/", "communities/roma/"]


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


def address(path: str, tag: str = "en", number: int = NEWEST) -> str:
    return f"/{tag}/statistics/{number}/{path}"


def published(site: Flask, table: str) -> dict[tuple[str, ...], str]:
    """Every figure of a frozen table, by time and codes, as a file writes it."""
    rows = from_csv(stored(site, NEWEST)[f"{table}.csv"])
    return {(row.time, *row.codes): WITHHELD if row.value is None else str(row.value) for row in rows}


def lines(reader: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = reader.get(address(path))
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


@pytest.mark.parametrize("tag", BY_TAG)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_in_every_language_and_kept_a_while(reader: FlaskClient, path: str, tag: str) -> None:
    answer = reader.get(address(path, tag))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, headers.PUBLIC)
    assert pages.text_of(answer.text)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("number", [DRAFT, 99])
def test_what_is_not_published_has_no_page(reader: FlaskClient, path: str, number: int) -> None:
    assert reader.get(address(path, number=number)).status_code == 404


@pytest.mark.parametrize(
    "path", ["places/RS99/", "communities/martians/", "places/RS99.csv", "places/_T/", "grounds/race/"]
)
def test_what_is_in_no_table_has_no_page(reader: FlaskClient, path: str) -> None:
    assert reader.get(address(path)).status_code == 404


def test_the_page_of_a_release_leads_to_all_of_them(reader: FlaskClient) -> None:
    page = reader.get(address("")).text
    for path in PAGES[:4]:
        assert f'href="{address(path)}"' in page


def test_the_commissioner_reads_every_ground_by_every_area_as_published(site: Flask, reader: FlaskClient) -> None:
    page = reader.get(address("commissioner/")).text
    figures = published(site, "ground_social_area")
    assert [cell for row in pages.rows(page)[1:] for cell in row[1:]] == [
        "withheld" if word == WITHHELD else word for word in figures.values()
    ]
    assert "Housing (not confirmed)" in pages.text_of(page)
    assert "Health care (not confirmed)" not in pages.text_of(page)


def test_what_is_withheld_is_said_to_be_on_every_page(site: Flask, reader: FlaskClient) -> None:
    withheld = list(published(site, "ground_social_area").values()).count(WITHHELD)
    assert withheld
    assert reader.get(address("commissioner/")).text.count('<span class="withheld">withheld</span>') == withheld


def test_committees_read_published_figures_and_no_others(site: Flask, reader: FlaskClient) -> None:
    found = lines(reader, "treaties.csv")
    assert {line["section"] for line in found} == {"CERD", "CEDAW", "CRPD", "CRC", "CCPR"}
    for line in found:
        own = dict(pair.split("=") for pair in line["codes"].split())
        named = {"ground_gender": ("ground", "gender"), "ground_age": ("ground", "age")}
        codes = tuple(own.get(name, TOTAL) for name in named.get(line["table"], (line["table"],)))
        assert published(site, line["table"])[(YEAR, *codes)] == line["obs_value"]
        assert line["time"] == YEAR


def test_women_of_a_minority_stand_under_two_committees_with_one_figure(reader: FlaskClient) -> None:
    both = [line for line in lines(reader, "treaties.csv") if line["codes"] == "ground=origin gender=woman"]
    assert [line["section"] for line in both] == ["CERD", "CEDAW"]
    assert both[0]["obs_value"] == both[1]["obs_value"]


def test_an_article_that_was_not_checked_is_marked(reader: FlaskClient) -> None:
    [language] = [
        one for one in lines(reader, "treaties.csv") if (one["section"], one["codes"]) == ("CERD", "ground=language")
    ]
    assert (language["article_status"], language["mapping"]) == ("unconfirmed", "2026-1")
    assert "read with national or ethnic origin (not confirmed)" in pages.text_of(reader.get(address("treaties/")).text)


@pytest.mark.parametrize(
    ("path", "axis"), [("places/RS12.csv", "area"), ("places/01.csv", "area"), ("communities/roma.csv", "target")]
)
def test_an_excerpt_has_the_figures_of_the_tables(site: Flask, reader: FlaskClient, path: str, axis: str) -> None:
    found = lines(reader, path)
    assert found
    for line in found:
        own = dict(pair.split("=") for pair in line["codes"].split())
        names = {"region_ground": ("area", "ground"), "district": ("area",), "target": ("target",)}[line["table"]]
        codes = tuple(own.get(name, TOTAL) for name in names)
        assert axis in own
        assert published(site, line["table"])[(line["time"], *codes)] == line["obs_value"]


def test_a_region_has_its_districts_under_it(reader: FlaskClient) -> None:
    codes = {line["codes"] for line in lines(reader, "places/RS12.csv") if line["table"] == "district"}
    assert {"area=RS12", "area=01", "area=06"} <= codes


def test_every_place_and_community_that_is_offered_has_a_page(reader: FlaskClient) -> None:
    every = (link.get("href", "") for link in pages.parsed(reader.get(address("places/")).text).iter("a"))
    offered = [href for href in every if href.startswith((address("places/"), address("communities/")))]
    assert len(offered) > 60
    assert {reader.get(href).status_code for href in offered[::9]} == {200}


def test_one_page_says_that_there_are_no_figures_of_single_months(reader: FlaskClient) -> None:
    page = pages.text_of(reader.get(address("summary/")).text)
    assert "There are no figures of single months" in page


def test_the_first_page_of_figures_is_light_enough_for_a_phone(reader: FlaskClient) -> None:
    answer = reader.get("/sr-Cyrl/statistics/", headers={"Accept-Encoding": "gzip"})
    assert len(gzip.compress(answer.data)) < 30_000
