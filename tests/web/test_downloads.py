"""Releases in every format, from the site: addresses, what is negotiated, what caches and other sites are told."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import date

import feedparser
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.core.release import from_csv
from incidents.core.tables import TABLES
from incidents.db.release import Release
from incidents.publishing.words import WORDS
from incidents.web.published.files import A_DAY, FOREVER
from tests import pages
from tests.conftest import NOW
from tests.publishing import editions
from tests.web.released import stored
from tests.web.test_published import API, DEEPER, DRAFT, NEWEST, TAGS
from tests.web.test_published import TABLES as SIMPLE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
HERE = f"{API}/{NEWEST}"


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


OF_A_TABLE = ["csv", "xlsx", "ods", "jsonstat", "svg"]
ADDRESSES = {
    **{f"{HERE}/tables/ground.hu.{form}": A_DAY for form in OF_A_TABLE},
    f"{HERE}/tables/ground.csv": FOREVER,
    f"{HERE}/tables/ground.json": FOREVER,
    f"{HERE}/tables/ground.sdmx.csv": A_DAY,
    f"{HERE}/tables/ground.csv-metadata.json": A_DAY,
    f"{HERE}/tables/ground.hu.csv-metadata.json": A_DAY,
    f"{HERE}/structure.xml": A_DAY,
    f"{HERE}/datapackage.json": A_DAY,
    **{f"{HERE}/release.hu.{form}": A_DAY for form in ("zip", "xlsx", "ods")},
    **{f"{HERE}/citation.hu.{form}": A_DAY for form in ("txt", "bib", "ris")},
    f"{HERE}/files/SHA256SUMS": A_DAY,
    f"{HERE}/files/{WORDS}": FOREVER,
}


@pytest.mark.parametrize(("path", "keep"), ADDRESSES.items())
def test_every_address_answers_with_what_caches_and_other_sites_need(
    reader: FlaskClient,
    path: str,
    keep: str,
) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, keep)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in answer.headers["Link"]
    again = reader.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == keep


@pytest.mark.parametrize("path", [path.replace(f"/{NEWEST}/", f"/{DRAFT}/") for path in ADDRESSES])
def test_nothing_is_made_of_a_draft(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.data == reader.get(path.replace(f"/{DRAFT}/", "/9/")).data


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_was_kept_is_what_would_be_made_anew(site: Flask, reader: FlaskClient, path: str) -> None:
    first = reader.get(path).data
    site.extensions["incidents"].kept._files.clear()
    assert reader.get(path).data == first


@pytest.mark.parametrize("tag", ["sr-Cyrl", "hu", "en"])
def test_all_formats_say_what_was_signed(site: Flask, reader: FlaskClient, tag: str) -> None:
    by_xlsx = editions.from_xlsx(reader.get(f"{HERE}/release.{tag}.xlsx").data)
    by_ods = editions.from_ods(reader.get(f"{HERE}/release.{tag}.ods").data)
    files = stored(site, NEWEST)
    for name in (*SIMPLE, *DEEPER):
        wanted, size = editions.truth(from_csv(files[f"{name}.csv"])), len(TABLES[name].dimensions)
        assert editions.from_tidy(reader.get(f"{HERE}/tables/{name}.{tag}.csv").data) == wanted
        assert editions.from_sdmx(reader.get(f"{HERE}/tables/{name}.sdmx.csv").data) == wanted
        assert editions.from_sheet(by_xlsx[name], size) == wanted
        assert editions.from_sheet(by_ods[name], size) == wanted
        cube = editions.from_jsonstat(reader.get(f"{HERE}/tables/{name}.{tag}.jsonstat").data)
        assert cube == {codes: told for codes, *rest in wanted for told in [tuple(rest)]}


@pytest.mark.parametrize("tag", TAGS)
def test_files_call_codes_as_the_page_does(reader: FlaskClient, tag: str) -> None:
    page = pages.parsed(reader.get(f"/{tag}/statistics/").text)
    [ground] = page.findall(".//section[@aria-labelledby='ground']")
    shown = {"".join(head.itertext()).strip() for head in ground.iter("th") if head.get("scope") == "row"}
    lines = editions.columns(reader.get(f"{HERE}/tables/ground.{tag}.csv").data)
    [labels] = [set(column[1:]) for column in lines if column[0] == "ground_label"]
    assert labels == shown


def test_the_archive_holds_every_signed_file(site: Flask, reader: FlaskClient) -> None:
    with zipfile.ZipFile(io.BytesIO(reader.get(f"{HERE}/release.sk.zip").data)) as archive:
        start = f"release-{NEWEST}/files/"
        found = {name.removeprefix(start): archive.read(name) for name in archive.namelist() if name.startswith(start)}
    assert found.pop("SHA256SUMS") == reader.get(f"{HERE}/files/SHA256SUMS").data
    assert found == stored(site, NEWEST)


def test_the_checksums_are_those_that_were_signed(site: Flask, reader: FlaskClient) -> None:
    sums = reader.get(f"{HERE}/files/SHA256SUMS").data
    with site.extensions["incidents"].database.reader() as session:
        digest = session.scalar(sa.select(Release.digest).where(Release.number == NEWEST))
    assert hashlib.sha256(sums).digest() == digest


# What is negotiated.


@pytest.mark.parametrize(
    ("accepted", "kind", "ending"),
    [
        ("", "text/csv", "sk.csv"),
        ("*/*", "text/csv", "sk.csv"),
        ("text/csv", "text/csv", "sk.csv"),
        ("application/json", "application/json", "json"),
        (XLSX, XLSX, "sk.xlsx"),
        (ODS, ODS, "sk.ods"),
        ("application/vnd.sdmx.data+csv;version=2.0.0", "application/vnd.sdmx.data+csv", "sdmx.csv"),
        ("text/html, image/svg+xml;q=0.9, */*;q=0.1", "image/svg+xml", "sk.svg"),
        ("application/json;q=0.3, text/csv;q=0.8", "text/csv", "sk.csv"),
    ],
)
def test_a_table_comes_as_the_reader_likes_it_best(
    reader: FlaskClient,
    accepted: str,
    kind: str,
    ending: str,
) -> None:
    answer = reader.get(f"{HERE}/tables/ground", headers={"Accept": accepted, "Accept-Language": "sk, en;q=0.5"})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.headers["Content-Location"] == f"{HERE}/tables/ground.{ending}"
    assert {"Accept", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    assert answer.data == reader.get(answer.headers["Content-Location"]).data
    assert answer.headers["Cache-Control"] == A_DAY


@pytest.mark.parametrize("accepted", ["application/pdf", "text/html", "application/json;q=0"])
def test_what_comes_in_no_accepted_type_is_refused_with_the_types_that_there_are(
    reader: FlaskClient,
    accepted: str,
) -> None:
    for path in (f"{HERE}/tables/ground", "/api/v1/catalog"):
        answer = reader.get(path, headers={"Accept": accepted, "Accept-Language": "en"})
        assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
        assert answer.json is not None
        assert "This table comes as" in answer.json["detail"] or "application/ld+json" in answer.json["detail"]


@pytest.mark.parametrize(
    ("accepted", "kind"), [("", "application/ld+json"), ("text/turtle", "text/turtle"), ("*/*", "application/ld+json")]
)
def test_the_catalogue_comes_as_the_reader_likes_it(reader: FlaskClient, accepted: str, kind: str) -> None:
    answer = reader.get("/api/v1/catalog", headers={"Accept": accepted})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert answer.data == reader.get(answer.headers["Content-Location"]).data
    assert f"/releases/{NEWEST}" in answer.text
    assert f"/releases/{DRAFT}" not in answer.text


# Other sites.


def test_a_page_of_another_site_may_ask_with_a_mark_first(reader: FlaskClient) -> None:
    asked = {"Origin": "https://news.example", "Access-Control-Request-Headers": "if-none-match"}
    answer = reader.options(f"{HERE}/tables/ground.csv", headers=asked)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_only_what_is_published_is_open_to_other_sites(reader: FlaskClient) -> None:
    for path in ("/en/", "/en/report", "/en/receipt", "/en/statistics/", "/desk/", "/healthz"):
        assert "Access-Control-Allow-Origin" not in reader.get(path).headers, path
    assert "Access-Control-Allow-Origin" not in reader.options("/api/v1/reports").headers


def test_a_chart_can_be_embedded_and_runs_nothing(reader: FlaskClient) -> None:
    answer = reader.get(f"{HERE}/tables/ground.sr-Cyrl.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert "Content-Disposition" not in answer.headers
    assert "X-Frame-Options" not in answer.headers
    assert not re.search(r"<script|javascript:|\bon\w+=|style=|href", answer.text)


def test_problems_of_the_interface_are_open_too(reader: FlaskClient) -> None:
    answer = reader.get(f"{API}/9/tables/ground.hu.csv")
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


# Files on a reader's own machine.


def test_a_file_is_saved_under_a_name_that_says_which_it_is(reader: FlaskClient) -> None:
    saved = {path: reader.get(path).headers.get("Content-Disposition") for path in ADDRESSES}
    assert saved[f"{HERE}/tables/ground.hu.xlsx"] == f'attachment; filename="release-{NEWEST}-ground.hu.xlsx"'
    assert saved[f"{HERE}/release.hu.zip"] == f'attachment; filename="release-{NEWEST}-hu.zip"'
    assert len(set(saved.values())) == len(ADDRESSES)


def test_addresses_in_files_name_the_site_and_the_release(reader: FlaskClient) -> None:
    told = reader.get(f"{HERE}/citation.en.txt").text
    assert told == (
        f"Figures on hate crime and discrimination in Serbia, release {NEWEST} (2026-Q3), published on 2026-09-30, "
        f"http://localhost{HERE}\n"
    )


@pytest.mark.parametrize("tag", TAGS)
def test_the_page_says_how_to_cite_as_the_file_does(reader: FlaskClient, tag: str) -> None:
    assert reader.get(f"{HERE}/citation.{tag}.txt").text.strip() in pages.text_of(
        reader.get(f"/{tag}/statistics/").text
    )


def test_every_link_of_the_page_to_a_file_opens(reader: FlaskClient) -> None:
    links = pages.parsed(reader.get("/rom/statistics/").text).iter("a")
    found = {link.get("href") or "" for link in links if (link.get("href") or "").startswith("/api/")}
    assert len(found) > 70
    assert {path for path in found if reader.get(path).status_code != 200} == set()


# The feed.


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_the_feed_names_every_release_in_the_language_of_its_address(reader: FlaskClient, language) -> None:
    answer = reader.get(f"/{language.tag}/statistics/releases.atom")
    found = feedparser.parse(answer.data)
    assert (answer.mimetype, found.bozo, len(found.entries)) == ("application/atom+xml", False, NEWEST)
    assert found.feed.language == language.tag
    newest = pages.parsed(reader.get(found.entries[0].link.removeprefix("http://localhost")).text)
    assert found.entries[0].title == newest.findtext(".//h1")


def test_every_release_of_the_feed_has_a_page_and_an_archive(reader: FlaskClient) -> None:
    for entry in feedparser.parse(reader.get("/en/statistics/releases.atom").data).entries:
        addresses = [link.href for link in entry.links if link.rel in {"alternate", "enclosure"}]
        assert [reader.get(one.removeprefix("http://localhost")).status_code for one in addresses] == [200, 200]


def test_the_feed_goes_on_from_a_release_and_is_not_upset_by_nonsense(reader: FlaskClient) -> None:
    def numbers(asked: str) -> list[str]:
        found = feedparser.parse(reader.get(f"/en/statistics/releases.atom?before={asked}").data)
        return [entry.id.rpartition(":")[2] for entry in found.entries]

    assert numbers("3") == ["2", "1"]
    assert numbers("1") == []
    for asked in ("x", "-1", "0", "99999999999999999999999", ""):
        assert numbers(asked) == ["4", "3", "2", "1"]


def test_a_page_of_figures_tells_browsers_of_its_feed(reader: FlaskClient) -> None:
    [link] = pages.parsed(reader.get("/bg/statistics/").text).findall(".//link[@type='application/atom+xml']")
    assert (link.get("rel"), link.get("href")) == ("alternate", "/bg/statistics/releases.atom")


# Cost.


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_file_that_is_kept_takes_the_one_query_that_finds_its_release(
    reader: FlaskClient,
    queries: list[str],
    path: str,
) -> None:
    reader.get(path)
    queries.clear()
    assert reader.get(path).status_code == 200
    assert [statement.split()[0] for statement in queries] == ["SELECT"]
    assert "FROM release" in queries[0]


# Releases of before.


def test_a_release_without_words_of_its_own_speaks_those_of_today(reader: FlaskClient, site: Flask) -> None:
    from incidents.adapters import catalogues, data_files
    from incidents.publishing.edition import figures
    from incidents.services import published
    from incidents.services.downloads import edition_of
    from incidents.services.published import Sight

    surroundings = {"vocabulary": data_files.vocabulary(), "places": data_files.places(), "label": catalogues.label}
    with site.extensions["incidents"].database.reader() as session:
        issue = published.issue(session, NEWEST, Sight(NOW))
        with pytest.MonkeyPatch.context() as patch:
            files = {name: content for name, content in stored(site, NEWEST).items() if name != WORDS}
            patch.setattr("incidents.services.downloads.contents", lambda _session, _number: files)
            old = edition_of(session, issue, address="https://a.example", **surroundings)
        new = edition_of(session, issue, address="https://a.example", **surroundings)
    assert WORDS not in old.files
    for tag in BY_TAG:
        assert figures(old, "district", tag) == figures(new, "district", tag)


def test_json_stat_names_its_dimensions_in_the_language(reader: FlaskClient) -> None:
    cube = json.loads(reader.get(f"{HERE}/tables/district.hu.jsonstat").data)
    assert cube["dimension"]["area"]["label"] == "Hely"
    assert cube["role"] == {"time": ["time"], "geo": ["area"], "metric": ["measure"]}
    assert date.fromisoformat(cube["updated"]) == date(2026, 9, 30)
