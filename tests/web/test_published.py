import copy
import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.adapters import catalogues, data_files
from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import MemberId
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.core.languages import LANGUAGES
from incidents.core.places import KOSOVO
from incidents.core.release import sha256
from incidents.core.script import to_latin
from incidents.core.shapes import STEP
from incidents.db.database import Database
from incidents.db.incident import Incident, IncidentCode
from incidents.services import crosstables, releases
from incidents.web import headers
from incidents.web.published.headlines import headlines
from incidents.web.published.shown import Line, TableAt
from tests import builders, databases, pages
from tests.conftest import NOW, settings_in
from tests.web.released import stored
from tests.web.said import said

TAGS = [language.tag for language in LANGUAGES]
TABLES = [
    "ground", "act", "district", "verification", "reported", "gender", "age", "delay", "setting",
    "received", "set_aside", "corrections",
]  # fmt: skip
"""Those of one dimension, in the order of a page."""
TREND = "trend"
DEEPER = ["region_ground", "ground_act", "ground_social_area", "ground_gender", "ground_age"]
CORRECTED = 3
"""The release that tells of four corrections, all of one kind."""
TIMES = {
    "2026-Q3": "3rd quarter 2026",
    "2026-Q2": "2nd quarter 2026",
    "2026-Q1": "1st quarter 2026",
    "2025-Q4": "4th quarter 2025",
    "2025": "2025",
}
"""As an English page writes them, in its order."""
QUARTERS = {1: TIMES["2025-Q4"], 2: TIMES["2026-Q1"], 3: TIMES["2026-Q2"], 4: TIMES["2026-Q3"]}
"""What each release first counts."""
DESCRIPTION = "release.json"
NEWEST, DRAFT = 4, 5
API = "/api/v1/releases"
FOREVER = "public, max-age=31536000, immutable"
WITHHELD = {
    "sr-Cyrl": "необјављено",
    "sr-Latn": "neobjavljeno",
    "hu": "nem közölt",
    "sq": "e mbajtur",
    "bs": "neobjavljeno",
    "hr": "neobjavljeno",
    "rom": "garado",
    "ro": "reținut",
    "sk": "zadržané",
    "rsk": "затримане",
    "bg": "задържано",
    "mk": "задржано",
    "en": "withheld",
}
SVG = "{http://www.w3.org/2000/svg}"

Lines = list[list[str]]
Open = Callable[[str], str]


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


@pytest.fixture(scope="module")
def opened(site: Flask) -> Open:
    """The page at an address. Each is asked for once: they are long, and many tests look at the same."""
    client = site.test_client()

    @cache
    def opened(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200, path
        return answer.text

    return opened


@cache
def parsed(page: str) -> Element:
    return pages.parsed(page)


def words(page: str) -> str:
    return "".join(part for main in parsed(page).iter("main") for part in main.itertext())


def csv_lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def tables_on(page: str) -> dict[tuple[str, str], Lines]:
    """The tables of figures by subject and time; each line is a name and a figure."""
    return {
        (section.get("aria-labelledby") or "", table.findtext("caption") or ""): [
            ["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")
        ][1:]
        for section in parsed(page).iter("section")
        if section.get("aria-labelledby") != TREND
        for table in section.iter("table")
    }


def dimension(line: dict[str, str]) -> str:
    """Of a table of one: the column behind the time."""
    return list(line)[1]


def tables_in(files: dict[str, bytes], *, language: str, withheld: str) -> dict[tuple[str, str], Lines]:
    """What the files say, as a page shows it: the total, which they begin with, stands below."""
    found: dict[tuple[str, str], Lines] = {}
    for name in (*TABLES, "target"):
        for line in csv_lines(files[f"{name}.csv"]):
            label = line[f"{dimension(line)}_{language}"]
            found.setdefault((name, line["time"]), []).append([label, line["obs_value"].replace("[c]", withheld)])
    return {which: [*lines, total] for which, (total, *lines) in found.items()}


def section(page: str, name: str) -> Element:
    [found] = parsed(page).findall(f".//section[@aria-labelledby='{name}']")
    return found


def depths(page: str, name: str) -> list[str]:
    """How deep the lines of a table stand at the quarter of the release."""
    first = next(section(page, name).iter("table"))
    return [head.get("class") or "" for head in first.findall("tbody/tr/th")]


def outermost(files: dict[str, bytes], name: str) -> set[str]:
    """The codes of a dimension that no other but the total is above."""
    rel = json.loads(files["plan-incidents-2026.json"])["dims"][name]
    return set(rel["rel"][rel["total"]])


def chart(page: str, of: str = "ground") -> Element:
    [svg] = [one for one in section(page, of).iter(f"{SVG}svg") if one.get("class") == "bars"]
    return svg


def drawn_map(page: str, name: str) -> Element:
    return the_map(section(page, name))


def the_map(page: Element) -> Element:
    [svg] = [one for one in page.iter(f"{SVG}svg") if one.get("class") == "map"]
    return svg


def titles(svg: Element) -> list[str]:
    """What the areas of a map are called and how many they have; that of the map itself left out."""
    return ["".join(title.itertext()) for path in svg.iter(f"{SVG}path") for title in path.iter(f"{SVG}title")]


def with_class(svg: Element, name: str) -> list[Element]:
    return [element for element in svg.iter() if element.get("class") == name]


def bars(page: str, of: str = "ground") -> Lines:
    """The chart's lines, each a name and a figure."""
    texts = [
        [element.text or "" for element in with_class(chart(page, of), f"bars__{part}")] for part in ("text", "value")
    ]
    return [list(line) for line in zip(*texts, strict=True)]


# Before the first release.


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("sr-Cyrl", "Још ништа није објављено."),
        ("sr-Latn", "Još ništa nije objavljeno."),
        ("hu", "Még semmi sem jelent meg."),
        ("en", "Nothing is published yet."),
    ],
)
def test_before_the_first_release_the_page_says_so_in_words(client: FlaskClient, tag: str, words: str) -> None:
    answer = client.get(f"/{tag}/statistics/")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, headers.PUBLIC)
    assert words in pages.text_of(answer.text)


def test_before_the_first_release_there_is_no_figure_anywhere(client: FlaskClient) -> None:
    page = client.get("/en/statistics/").text
    assert not re.search(r"\d", pages.text_of(page))
    assert tables_on(page) == {}
    assert client.get("/en/statistics/1/").status_code == 404
    assert client.get(API).json == {"releases": []}


# Sites of their own: before the first whole year, and after one with many incidents.


def settle(database: Database, number: int) -> None:
    """So many incidents of Subotica, all alike."""
    codes = (("act_type", "threat"), ("ground", "race"))
    with database.unit_of_work() as session:
        session.add_all(
            Incident(
                id=uuid4(),
                decision=Decision.ACCEPTED,
                verification=Verification.PLAUSIBLE,
                bias_strength=BiasStrength.PERCEIVED,
                year=2024,
                month=6,
                place="80438",
                setting="street",
                vocabulary_version=data_files.vocabulary().version,
                accepted_on=date(2024, 7, 1),
                codes=[IncidentCode(vocabulary=name, code=code) for name, code in codes],
            )
            for _ in range(number)
        )


def release_on(database: Database, day: date, signers: list[MemberId]) -> None:
    with database.unit_of_work() as session:
        built = releases.build_release(
            session,
            today=day,
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            label=catalogues.label,
            pepper=builders.PEPPER,
            actor="system",
            now=NOW,
        )
        for member in signers:
            releases.sign_release(session, built.number, digest=built.digest, member=member, today=day, now=NOW)


@pytest.fixture
def signers(database: Database, settings: Settings) -> list[MemberId]:
    with database.unit_of_work() as session:
        return [MemberId(member.id) for member in builders.a_desk(session, settings, now=NOW)]


@pytest.fixture
def after_many(address_of: Callable[[str], str]) -> FlaskClient:
    """A reader of the figures of 2026: in the year before there were so many that municipalities are published."""
    return _site_after_many(address_of("many")).test_client()


@cache
def _site_after_many(url: str) -> Flask:
    database, settings = databases.at(url), settings_in(Path())
    with database.unit_of_work() as session:
        signers = [MemberId(member.id) for member in builders.a_desk(session, settings, now=NOW)]
    settle(database, 2_000)
    release_on(database, date(2025, 12, 31), signers)
    settle(database, 30)
    release_on(database, date(2026, 12, 31), signers)
    return create_app(settings, now=lambda: NOW, database=database)


def test_a_table_without_lines_yet_is_not_listed(
    client: FlaskClient, database: Database, signers: list[MemberId]
) -> None:
    settle(database, 20)
    release_on(database, date(2026, 9, 30), signers)
    names = [one.get("aria-labelledby") for one in parsed(client.get("/en/statistics/").text).iter("section")]
    assert names == [*TABLES, "readers", "method"]


def test_before_a_year_is_whole_pages_of_years_say_when_they_fill(
    client: FlaskClient, database: Database, signers: list[MemberId]
) -> None:
    settle(database, 20)
    release_on(database, date(2026, 9, 30), signers)
    for path in ("commissioner", "treaties"):
        page = pages.text_of(client.get(f"/en/statistics/1/{path}/").text)
        assert "It fills when the last quarter of a year is published." in page
    assert client.get("/en/statistics/1/treaties.csv").text.count("\n") == 1


@pytest.mark.parametrize(
    ("cuts", "name", "title"),
    [
        (["time", "setting"], "time-setting", "Kind of place"),
        (["time", "reported", "act@group"], "time-reported-act_group", "Whether an authority was told × What happened"),
    ],
)
def test_a_free_table_stands_on_the_page_and_can_be_downloaded(
    client: FlaskClient, database: Database, signers: list[MemberId], cuts: list[str], name: str, title: str
) -> None:
    settle(database, 20)
    release_on(database, date(2026, 9, 30), signers)
    with database.unit_of_work() as session:
        built = crosstables.add_table(session, cuts, 2026, today=date(2026, 10, 2), **_surroundings())
        for member in signers:
            releases.sign_release(
                session, built.number, digest=built.digest, member=member, today=date(2026, 10, 2), now=NOW
            )
    page = client.get("/en/statistics/")
    assert page.status_code == 200
    assert title in pages.text_of(page.text)
    for address in (f"{API}/2/tables/{name}.csv", f"{API}/2/tables/{name}.hu.xlsx", f"{API}/2/tables/{name}.sdmx.csv"):
        assert client.get(address).status_code == 200
    assert f"{API}/2/tables/{name}.csv" in client.get(API).json["releases"][0]["files"]


def _surroundings() -> dict[str, Any]:
    return {
        "vocabulary": data_files.vocabulary(),
        "places": data_files.places(),
        "label": catalogues.label,
        "pepper": builders.PEPPER,
        "actor": "system",
        "now": NOW,
    }


def test_a_table_of_whole_years_is_shown_at_its_year(after_many: FlaskClient) -> None:
    for tag in TAGS:
        answer = after_many.get(f"/{tag}/statistics/")
        assert answer.status_code == 200
        assert [time[:4] for name, time in tables_on(answer.text) if name == "municipality"] == ["2026"]


def test_the_map_of_municipalities_has_those_that_are_published(after_many: FlaskClient) -> None:
    lines = dict(tables_on(after_many.get("/en/statistics/").text)["municipality", "2026"])
    page = after_many.get("/en/statistics/2/municipalities/").text
    shown = dict(title.rsplit(": ", 1) for title in titles(the_map(parsed(page))))
    assert shown["Subotica"] == lines["Subotica"]
    together = [name for name in shown if name.lower().endswith("smaller municipalities together")]
    assert len(together) > 15
    assert all(shown[name] == lines[name] for name in shown if not name.startswith("Kosovo"))


def test_an_official_file_takes_the_place_of_the_derived_shapes(
    settings: Settings, database: Database, signers: list[MemberId], tmp_path: Path
) -> None:
    ours = data_files.shapes()
    borders = [
        {
            "properties": {"municipality_code": code},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[[x * STEP, y * STEP] for x, y in ours.points(ring)] for ring in one] for one in own],
            },
        }
        for code, own in ours.polygons.items()
        if code != KOSOVO
    ]
    official = tmp_path / "borders.geojson"
    official.write_text(json.dumps({"type": "FeatureCollection", "features": borders}), encoding="utf-8")
    settle(database, 20)
    release_on(database, date(2026, 9, 30), signers)
    site = create_app(replace(settings, shapes=official), now=lambda: NOW, database=database)
    page = site.test_client().get("/en/statistics/").text
    assert len(titles(drawn_map(page, "district"))) == 25 + 1
    assert "approximate" not in page
    assert "Natural Earth" not in page


def test_pages_with_maps_are_light(after_many: FlaskClient) -> None:
    """30,000 bytes on the wire is the bar for a first page of figures, headers too."""
    for tag in TAGS:
        for path in (f"/{tag}/statistics/", f"/{tag}/statistics/2/municipalities/"):
            answer = after_many.get(path, headers={"Accept-Encoding": "gzip"})
            assert answer.status_code == 200
            assert len(answer.data) + len(str(answer.headers)) <= 25_000, path


def test_the_map_of_municipalities_says_in_every_language_what_it_is(after_many: FlaskClient) -> None:
    found = set()
    for tag in TAGS:
        page = parsed(after_many.get(f"/{tag}/statistics/2/municipalities/").text)
        heading = "".join(page.find(".//h1").itertext())
        assert "2026" in heading
        assert [element.text for element in the_map(page) if element.tag == f"{SVG}title"] == [heading]
        assert "1244" in "".join(page.find(".//main").itertext())
        found.add(heading)
    assert len(found) >= 10


def test_where_no_municipalities_are_published_there_is_no_map_of_them(
    client: FlaskClient, database: Database, signers: list[MemberId]
) -> None:
    settle(database, 20)
    release_on(database, date(2026, 9, 30), signers)
    assert client.get("/en/statistics/1/municipalities/").status_code == 404
    assert client.get("/en/statistics/2/municipalities/").status_code == 404
    assert "municipalities/" not in client.get("/en/statistics/").text


def test_municipalities_stand_under_their_districts(after_many: FlaskClient) -> None:
    page = after_many.get("/en/statistics/").text
    lines = tables_on(page)["municipality", "2026"]
    known = {name: depth for (name, figure), depth in zip(lines, depths(page, "municipality"), strict=False) if figure}
    assert [known[name] for name in ("Vojvodina Region", "North Bačka District", "Subotica")] == [
        "depth-1",
        "depth-2",
        "depth-3",
    ]
    assert ["Subotica", "30"] in lines


def test_every_table_of_a_large_release_is_offered_on_its_page(after_many: FlaskClient) -> None:
    links = parsed(after_many.get("/en/statistics/").text).findall(".//a[@download]")
    offered = {(link.get("href") or "").rpartition("/")[2] for link in links}
    names = {address.rpartition("/")[2] for address in after_many.get(API).json["releases"][0]["files"]}
    signed = {name for name in names if name.endswith(".json") and not name.startswith(("plan-", "words"))}
    made = {name.replace(".json", f".en.{form}") for name in signed for form in ("csv", "xlsx", "ods", "jsonstat")}
    assert offered == signed | made | {f"release.en.{form}" for form in ("zip", "xlsx", "ods")}


# Pages.


@pytest.mark.parametrize("tag", TAGS)
def test_the_first_page_is_that_of_the_newest_release(opened: Open, tag: str) -> None:
    newest = words(opened(f"/{tag}/statistics/"))
    assert newest == words(opened(f"/{tag}/statistics/{NEWEST}/"))
    assert newest != words(opened(f"/{tag}/statistics/{NEWEST - 1}/"))


@pytest.mark.parametrize("tag", TAGS)
def test_a_known_sentence_stands_in_the_figures_of_each_language(opened: Open, tag: str) -> None:
    assert said("figures")[tag] in words(opened(f"/{tag}/statistics/"))


@pytest.mark.parametrize(("number", "quarter"), QUARTERS.items())
def test_every_release_keeps_its_page(reader: FlaskClient, number: int, quarter: str) -> None:
    answer = reader.get(f"/en/statistics/{number}/")
    assert answer.status_code == 200
    assert parsed(answer.text).findtext(".//h1") == f"Figures: {quarter}"
    assert f"Release {number} ·" in words(answer.text)


@pytest.mark.parametrize("path", ["", "1/"])
@pytest.mark.parametrize("tag", TAGS)
def test_a_page_of_figures_is_valid_html_in_its_language(reader: FlaskClient, tag: str, path: str) -> None:
    answer = reader.get(f"/{tag}/statistics/{path}")
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(answer.text)
    assert [error for _, error, _ in parser.errors] == []
    assert f'<html lang="{tag}">' in answer.text


def test_a_page_of_figures_has_nothing_inline_and_no_name_twice(opened: Open) -> None:
    elements = list(parsed(opened("/en/statistics/")).iter())
    attributes = {name for element in elements for name in element.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert not {"script", "style"} & {str(element.tag) for element in elements}
    names = [element.get("id") for element in elements if element.get("id")]
    assert len(names) == len(set(names))


def test_a_page_of_figures_is_kept_a_while_by_anybody_and_read_by_our_pages_only(reader: FlaskClient) -> None:
    answer = reader.get("/en/statistics/")
    assert answer.headers["Cache-Control"] == headers.PUBLIC
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Content-Security-Policy"] == headers.policy(with_script=False)
    assert not {"Set-Cookie", "Access-Control-Allow-Origin"} & set(answer.headers.keys())


def test_in_latin_letters_the_page_says_what_it_says_in_cyrillic(opened: Open) -> None:
    cyrillic, latin = (words(opened(f"/{tag}/statistics/")) for tag in ("sr-Cyrl", "sr-Latn"))
    assert latin == to_latin(cyrillic)


@pytest.mark.parametrize("tag", ["sr-Latn", "hu", "en"])
def test_no_cyrillic_letter_stands_among_the_figures_of_another_script(opened: Open, tag: str) -> None:
    assert re.findall(r"\w*[\u0400-\u04ff]\w*", words(opened(f"/{tag}/statistics/"))) == []


def test_the_other_languages_of_a_release_are_one_step_away(opened: Open) -> None:
    links = parsed(opened("/hu/statistics/2/")).findall(".//a[@hreflang]")
    assert [link.get("href") for link in links] == [f"/{tag}/statistics/2/" for tag in TAGS if tag != "hu"]


def test_every_page_leads_to_all_releases_and_marks_its_own(opened: Open) -> None:
    [others] = parsed(opened("/en/statistics/3/")).findall(".//section[@aria-labelledby='others']")
    links = {link.text: link.get("href") for link in others.iter("a")}
    assert links == {QUARTERS[number]: f"/en/statistics/{number}/" for number in (4, 2, 1)}
    assert [here.text for here in others.findall(".//*[@aria-current='page']")] == [QUARTERS[3]]


# Figures.


@pytest.mark.parametrize("number", QUARTERS)
def test_the_tables_of_a_page_are_those_of_its_files(site: Flask, opened: Open, number: int) -> None:
    expected = tables_in(stored(site, number), language="en", withheld="withheld")
    shown = tables_on(opened(f"/en/statistics/{number}/"))
    assert shown == {(name, TIMES[time]): lines for (name, time), lines in expected.items()}


def test_in_serbian_the_lines_have_the_serbian_names_of_the_files(site: Flask, opened: Open) -> None:
    expected = tables_in(stored(site, NEWEST), language="sr", withheld="необјављено")
    shown = tables_on(opened("/sr-Cyrl/statistics/"))
    for name in TABLES:
        assert shown[name, "трећи квартал 2026."] == expected[name, "2026-Q3"]


@pytest.mark.parametrize("number", QUARTERS)
def test_the_quarter_of_the_release_stands_first_and_earlier_ones_below(opened: Open, number: int) -> None:
    known = list(TIMES.values())
    for name in TABLES:
        captions = [time for subject, time in tables_on(opened(f"/en/statistics/{number}/")) if subject == name]
        assert captions == known[known.index(QUARTERS[number]) :]


@pytest.mark.parametrize("tag", TAGS)
def test_the_figures_are_the_same_in_every_language(opened: Open, tag: str) -> None:
    def figures(tag: str) -> list[list[str]]:
        shown = tables_on(opened(f"/{tag}/statistics/"))
        return [[line[1].replace(WITHHELD[tag], "?") for line in lines] for lines in shown.values()]

    assert figures(tag) == figures("en")


def test_a_withheld_figure_is_a_word_on_the_page_and_a_mark_in_the_files(site: Flask, opened: Open) -> None:
    files = stored(site, NEWEST)
    hidden = [line for line in csv_lines(files["ground.csv"]) if line["obs_status"] == "Q"]
    in_json = [row["obs_value"] for row in json.loads(files["ground.json"])["rows"] if row["obs_status"] == "Q"]
    assert {line["obs_value"] for line in hidden} == {"[c]"}
    assert set(in_json) == {None}
    shown = dict(tables_on(opened("/en/statistics/"))["ground", QUARTERS[NEWEST]])
    assert {shown[line["ground_en"]] for line in hidden if line["time"] == "2026-Q3"} == {"withheld"}


def test_zero_and_withheld_are_two_marks(opened: Open) -> None:
    figures = {figure for lines in tables_on(opened("/en/statistics/")).values() for _, figure in lines}
    assert {"0", "withheld"} < figures
    assert all(figure.isdigit() for figure in figures - {"withheld"})


def test_the_first_sentence_says_the_total_of_the_quarter(site: Flask, opened: Open) -> None:
    counted = json.loads(stored(site, NEWEST)["release.json"])["incidents_counted"]
    page = opened("/en/statistics/")
    assert f"{counted} incidents were settled and accepted by two people in this quarter." in words(page)
    assert tables_on(page)["ground", QUARTERS[NEWEST]][-1] == ["Total", str(counted)]


def test_no_other_number_stands_on_the_page_than_figures_and_dates(site: Flask, opened: Open) -> None:
    page = opened("/en/statistics/")
    main = copy.deepcopy(parsed(page).find(".//main"))
    assert main is not None
    for parent in list(main.iter()):
        for part in [part for part in parent if part.tag in {"table", f"{SVG}svg", "ul", "figcaption"}]:
            parent.remove(part)
    counted = str(json.loads(stored(site, NEWEST)["release.json"])["incidents_counted"])
    numbers = re.findall(r"\d+", "".join(main.itertext()))
    cited, licence = ["4", "2026", "3", "2026", "09", "30", "1", "4"], ["4", "0"]
    assert numbers == ["4", "30", "2026", "3", "2026", counted, "1244", "1999", *cited, *licence]


def test_the_tables_stand_in_one_order_and_a_list_above_leads_to_each(opened: Open) -> None:
    main = parsed(opened("/en/statistics/"))
    names = [one.get("aria-labelledby") for one in main.iter("section")]
    [above] = main.findall(".//nav[@aria-label='On this page']")
    assert names == [TREND, *TABLES, "target", "deeper", "readers", "method", "others"]
    assert [link.get("href") for link in above.iter("a")] == [f"#{name}" for name in names[:-1]]


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("name", ["ground", "act", "district", "age"])
def test_parts_of_a_region_or_a_group_stand_deeper_than_it(site: Flask, opened: Open, name: str, tag: str) -> None:
    files = stored(site, NEWEST)
    lines = [line for line in csv_lines(files[f"{name}.csv"]) if line["time"] == "2026-Q3"]
    above = outermost(files, dimension(lines[0]))
    wanted = ["depth-1" if line[dimension(line)] in above else "depth-2" for line in lines[1:]]
    assert depths(opened(f"/{tag}/statistics/"), name) == wanted
    assert set(wanted) == {"depth-1", "depth-2"}


@pytest.mark.parametrize("name", ["verification", "gender", "reported", "delay", "set_aside", "corrections"])
def test_where_nothing_is_part_of_another_no_line_stands_deeper(opened: Open, name: str) -> None:
    assert set(depths(opened("/en/statistics/"), name)) == {"depth-1"}


def test_corrections_of_earlier_figures_are_shown_by_what_was_wrong(opened: Open) -> None:
    shown = tables_on(opened(f"/en/statistics/{CORRECTED}/"))["corrections", QUARTERS[CORRECTED]]
    assert [line for line in shown if line[1] != "0"] == [["Place", "4"], ["Total", "4"]]
    assert tables_on(opened("/en/statistics/"))["corrections", QUARTERS[NEWEST]][-1] == ["Total", "0"]


@pytest.mark.parametrize("name", DEEPER)
def test_a_deeper_table_is_listed_with_how_much_of_it_is_published(site: Flask, opened: Open, name: str) -> None:
    lines = csv_lines(stored(site, NEWEST)[f"{name}.csv"])
    withheld = sum(line["obs_status"] == "Q" for line in lines)
    counts = f": {len(lines) - withheld} figures published, {withheld} withheld"
    listed = ["".join(item.itertext()) for item in section(opened("/en/statistics/"), "deeper").iter("li")]
    assert 0 < withheld < len(lines)
    assert counts in listed[DEEPER.index(name)]


def test_a_deeper_table_is_not_shown_whole(opened: Open) -> None:
    page = opened("/en/statistics/")
    assert not {name for name, _ in tables_on(page)} & set(DEEPER)
    assert list(section(page, "deeper").iter("table")) == []


# The chart.


def test_the_chart_is_a_picture_with_a_title_and_a_description(opened: Open) -> None:
    svg = chart(opened("/en/statistics/"))
    named = {element.get("id"): element for element in svg.iter() if element.get("id")}
    title, description = (named[name] for name in (svg.get("aria-labelledby") or "").split())
    assert svg.get("role") == "img"
    assert (title.tag, title.text) == (f"{SVG}title", "By what people were attacked or treated worse for")
    assert description.tag == f"{SVG}desc"
    assert description.text


@pytest.mark.parametrize("number", QUARTERS)
def test_the_chart_shows_the_figures_of_its_table_the_most_frequent_first(opened: Open, number: int) -> None:
    page = opened(f"/en/statistics/{number}/")
    all_lines = tables_on(page)["ground", QUARTERS[number]][:-1]
    lines = [line for line, depth in zip(all_lines, depths(page, "ground"), strict=True) if depth == "depth-1"]
    known = sorted((line for line in lines if line[1] not in {"0", "withheld"}), key=lambda line: -int(line[1]))
    hidden = [line for line in lines if line[1] == "withheld"]
    drawn = bars(page)
    assert [figure for _, figure in drawn] == [figure for _, figure in [*known, *hidden]]
    # Long names are cut in the picture; the table has them whole.
    assert all(
        name.startswith(text.removesuffix("…")) for (text, _), (name, _) in zip(drawn, [*known, *hidden], strict=True)
    )


@pytest.mark.parametrize("tag", TAGS)
def test_the_chart_says_withheld_in_words_and_draws_no_bar_for_it(opened: Open, tag: str) -> None:
    page = opened(f"/{tag}/statistics/")
    figures = [figure for _, figure in bars(page)]
    assert WITHHELD[tag] in figures
    assert len(with_class(chart(page), "bars__withheld")) == figures.count(WITHHELD[tag])
    assert len(with_class(chart(page), "bars__bar")) == sum(figure.isdigit() for figure in figures)


def test_a_bar_is_as_long_as_its_figure_is_large(opened: Open) -> None:
    page = opened("/en/statistics/")
    figures = [int(figure) for _, figure in bars(page) if figure.isdigit()]
    widths = [float(bar.get("width") or "") for bar in with_class(chart(page), "bars__bar")]
    assert len(set(figures)) > 2
    assert [width / widths[0] for width in widths] == pytest.approx([one / figures[0] for one in figures], abs=0.001)


def test_every_line_of_the_chart_lies_within_its_frame(opened: Open) -> None:
    svg = chart(opened("/sr-Latn/statistics/"))
    _, _, width, height = (float(number) for number in (svg.get("viewBox") or "").split())
    for element in svg.iter():
        if element.get("y"):
            assert 0 <= float(element.get("y") or "") + float(element.get("height") or 0) <= height
            assert 0 <= float(element.get("x") or "") + float(element.get("width") or 0) <= width


NOT_ALL = (
    "People report here of their own accord. These are not all incidents, and the figures cannot be compared with "
    "those of the police."
)


@pytest.mark.parametrize("tag", TAGS)
def test_beside_every_chart_and_map_stands_what_it_does_not_say(opened: Open, tag: str) -> None:
    page = opened(f"/{tag}/statistics/")
    not_all = catalogues.catalogue(tag, "messages").gettext(NOT_ALL)
    figures = list(parsed(page).iter("figure"))
    assert len(figures) == len(parsed(page).findall(".//figure/figcaption")) == 3
    assert all(not_all in "".join(figure.itertext()) for figure in figures)


# From quarter to quarter, and in sentences.


@pytest.mark.parametrize("number", [2, 3, 4])
def test_what_was_counted_is_shown_quarter_by_quarter(site: Flask, opened: Open, number: int) -> None:
    lines = [
        line for line in csv_lines(stored(site, number)["ground.csv"]) if line["ground"] == "_T" and "-" in line["time"]
    ]
    expected = [[TIMES[line["time"]], line["obs_value"]] for line in sorted(lines, key=lambda line: line["time"])[::-1]]
    page = opened(f"/en/statistics/{number}/")
    rows = section(page, TREND).findall(".//tbody/tr")
    assert [["".join(cell.itertext()).strip() for cell in row] for row in rows] == expected
    assert bars(page, TREND) == expected
    assert len(expected) == number


def test_one_quarter_alone_is_no_row_of_quarters(opened: Open) -> None:
    assert parsed(opened("/en/statistics/1/")).find(f".//section[@aria-labelledby='{TREND}']") is None


def sentences(page: str) -> list[str]:
    [found] = [one for one in parsed(page).iter("ul") if "headlines" in (one.get("class") or "")]
    return ["".join(line.itertext()) for line in found]


@pytest.mark.parametrize("number", [2, 3, 4])
def test_sentences_say_what_the_tables_say(site: Flask, opened: Open, number: int) -> None:
    page = opened(f"/en/statistics/{number}/")
    tables = {name: dict(lines) for (name, time), lines in tables_on(page).items() if time == QUARTERS[number]}  # type: ignore[arg-type]
    told = sentences(page)
    before = dict(bars(page, TREND))[QUARTERS[number - 1]]
    assert told[0] == f"In the quarter before there were {before}."
    assert f"Of {tables['reported']['No authority']} of them no authority was told." in told
    late = [tables["delay"][name] for name in ("Earlier in the same year", "In an earlier year")]
    wanted = [] if "withheld" in late else [f"{sum(map(int, late))} of them happened in earlier quarters."]
    assert [sentence for sentence in told if "earlier quarters" in sentence] == wanted
    if int(corrected := tables["corrections"]["Total"]):
        assert f"{corrected} incidents of earlier releases turned out otherwise." in told
    else:
        assert not any("turned out otherwise" in sentence for sentence in told)
    assert (number == CORRECTED) == any("turned out otherwise" in sentence for sentence in told)


def a_table(name: str, *lines: Line, total: int | None = 40) -> TableAt:
    return TableAt(name, "2026-Q3", Line("_T", "Total", 0, total, None), lines)


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([Line("a", "A", 1, 20, None), Line("b", "B", 1, 10, None)], "A"),
        ([Line("a", "A", 1, 20, None), Line("b", "B", 1, 20, None)], None),
        ([Line("a", "A", 1, 20, None), Line("b", "B", 1, None, 19)], "A"),
        ([Line("a", "A", 1, 20, None), Line("b", "B", 1, None, 20)], None),
        ([Line("a", "A", 1, 20, None), Line("b", "B", 1, None, None)], None),
        ([Line("a", "A", 1, 20, None), Line("b", "B", 2, 30, None)], "A"),
        ([Line("a", "A", 1, None, 2), Line("b", "B", 1, 0, None)], None),
    ],
    ids=["greatest", "two alike", "withheld is less", "withheld as great", "withheld without limit", "part", "none"],
)
def test_a_ground_is_called_the_most_frequent_only_where_no_other_can_be(
    app: Flask, lines: list[Line], named: str | None
) -> None:
    with app.test_request_context("/en/statistics/"):
        app.preprocess_request()
        told = headlines([a_table("ground", *lines)], None)
    assert told == ([f"The most frequent ground: {named} (20)."] if named else [])


def test_what_is_withheld_is_not_spoken_of(app: Flask) -> None:
    hidden = [
        a_table("ground", Line("a", "A", 1, None, 2), total=None),
        a_table("reported", Line("no_authority", "No authority", 1, None, 4)),
        a_table("delay", Line("earlier_quarter", "", 1, 9, None), Line("earlier_year", "", 1, None, 3)),
        *(a_table(name, total=None) for name in ("received", "set_aside", "corrections")),
    ]
    with app.test_request_context("/en/statistics/"):
        app.preprocess_request()
        assert headlines(hidden, None) == []


# Maps.


@pytest.mark.parametrize("tag", TAGS)
def test_the_map_of_districts_says_in_words_what_its_table_says(site: Flask, opened: Open, tag: str) -> None:
    page = opened(f"/{tag}/statistics/")
    [lines] = [lines for (name, _), lines in tables_on(page).items() if name == "district"][:1]
    files = stored(site, NEWEST)
    codes = [line["area"] for line in csv_lines(files["district.csv"]) if line["time"] == "2026-Q3"]
    shown = dict(zip(codes[1:], lines, strict=False))  # the total stands last on the page
    expected = {": ".join(shown[code]) for code in codes if code.isdigit()}
    assert len(expected) == 25
    assert set(titles(drawn_map(page, "district"))) >= expected


@pytest.mark.parametrize("tag", TAGS)
def test_kosovo_is_on_the_map_without_a_figure_and_with_its_note(opened: Open, tag: str) -> None:
    page = opened(f"/{tag}/statistics/")
    [apart] = with_class(drawn_map(page, "district"), "map__apart")[:1]
    assert "*" in "".join(apart.itertext())
    assert not re.search(r"\d", "".join(apart.itertext()))
    assert "1244" in "".join(section(page, "district").itertext())


def test_a_map_has_nothing_inline_and_ids_of_its_own(opened: Open) -> None:
    page = opened("/en/statistics/")
    svg = drawn_map(page, "district")
    ids = [element.get("id") for element in parsed(page).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert not any(element.get("style") or element.tag == f"{SVG}style" for element in svg.iter())
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


@pytest.mark.parametrize("tag", ["en", "sr-Cyrl", "sq"])
def test_a_map_of_derived_shapes_says_so_and_where_they_are_from(opened: Open, tag: str) -> None:
    [caption] = section(opened(f"/{tag}/statistics/"), "district").iter("figcaption")
    assert "Natural Earth" in "".join(caption.itertext())


# Files.


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("number", QUARTERS)
def test_a_file_goes_out_byte_for_byte_as_it_was_frozen(
    site: Flask, reader: FlaskClient, number: int, form: str
) -> None:
    names = [*TABLES, *DEEPER]
    sent = {f"{name}.{form}": reader.get(f"{API}/{number}/tables/{name}.{form}").data for name in names}
    assert sent == {name: content for name, content in stored(site, number).items() if name in sent}


@pytest.mark.parametrize("number", QUARTERS)
def test_the_description_goes_out_as_it_was_frozen_and_its_checksums_hold(
    site: Flask, reader: FlaskClient, number: int
) -> None:
    answer = reader.get(f"{API}/{number}")
    assert answer.data == stored(site, number)["release.json"]
    sent = {name: reader.get(f"{API}/{number}/files/{name}").data for name in answer.json["files"]}
    assert {name: sha256(content) for name, content in sent.items()} == answer.json["files"]
    assert {*sent, DESCRIPTION} == stored(site, number).keys()


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("subject", ["incidents", "set_aside", "corrections"])
def test_plans_and_cells_go_out_as_they_were_frozen(site: Flask, reader: FlaskClient, subject: str, year: int) -> None:
    names = [f"plan-{subject}-{year}.json", f"cells-{subject}-{year}.csv"]
    answers = [reader.get(f"{API}/{NEWEST}/files/{name}") for name in names]
    assert [answer.data for answer in answers] == [stored(site, NEWEST)[name] for name in names]
    assert [answer.mimetype for answer in answers] == ["application/json", "text/csv"]
    saved = [answer.headers["Content-Disposition"] for answer in answers]
    assert saved == [f'attachment; filename="release-{NEWEST}-{name}"' for name in names]


@pytest.mark.parametrize("name", [*TABLES, *DEEPER])
def test_json_says_what_csv_says(reader: FlaskClient, name: str) -> None:
    lines = csv_lines(reader.get(f"{API}/{NEWEST}/tables/{name}.csv").data)
    rows = json.loads(reader.get(f"{API}/{NEWEST}/tables/{name}.json").data)["rows"]
    for row in rows:
        row["obs_value"] = "[c]" if row["obs_value"] is None else row["obs_value"]
    assert [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows] == lines


@pytest.mark.parametrize("name", TABLES)
def test_what_was_once_published_stands_unchanged_in_every_later_release(reader: FlaskClient, name: str) -> None:
    versions = [reader.get(f"{API}/{number}/tables/{name}.csv").data for number in QUARTERS]
    for earlier, later in pairwise(versions):
        assert later.startswith(earlier)
        assert len(later) > len(earlier)


def test_a_table_of_whole_years_has_no_new_lines_before_the_year_is_over(reader: FlaskClient) -> None:
    versions = {reader.get(f"{API}/{number}/tables/ground_act.csv").data for number in QUARTERS}
    assert {line["time"] for version in versions for line in csv_lines(version)} == {"2025"}
    assert len(versions) == 1


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        (API, "application/json", headers.PUBLIC),
        (f"{API}/4", "application/json", FOREVER),
        (f"{API}/4/tables/ground.json", "application/json", FOREVER),
        (f"{API}/4/files/plan-incidents-2026.json", "application/json", FOREVER),
        (f"{API}/4/files/cells-incidents-2026.csv", "text/csv; charset=utf-8; header=present", FOREVER),
        (f"{API}/4/tables/ground.csv", "text/csv; charset=utf-8; header=present", FOREVER),
    ],
)
def test_published_data_may_be_read_from_anywhere_and_kept(
    reader: FlaskClient, path: str, kind: str, cache: str
) -> None:
    sent = reader.get(path).headers
    assert (sent["Content-Type"], sent["Cache-Control"]) == (kind, cache)
    assert sent["Access-Control-Allow-Origin"] == "*"
    assert sent["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in sent
    assert "Cookie" not in sent.get("Vary", "")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_is_saved_under_a_name_that_says_what_it_is(reader: FlaskClient, form: str) -> None:
    sent = reader.get(f"{API}/2/tables/act.{form}").headers
    assert sent["Content-Disposition"] == f'attachment; filename="release-2-act.{form}"'


def test_a_reader_who_has_a_file_gets_it_only_once(reader: FlaskClient) -> None:
    path = f"{API}/4/tables/ground.csv"
    answer = reader.get(path, headers={"If-None-Match": reader.get(path).headers["ETag"]})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_compressed_or_not_known_already_or_not_a_file_has_one_mark(reader: FlaskClient) -> None:
    path, packed = f"{API}/4/tables/ground.csv", {"Accept-Encoding": "gzip"}
    first = reader.get(path, headers=packed)
    again = reader.get(path, headers={**packed, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers["ETag"] == again.headers["ETag"] == reader.get(path).headers["ETag"]
    assert first.headers["Vary"] == again.headers["Vary"] == "Accept-Encoding"


def test_the_mark_of_another_release_does_not_pass_for_this_one(reader: FlaskClient) -> None:
    mark = reader.get(f"{API}/3/tables/ground.csv").headers["ETag"]
    assert reader.get(f"{API}/4/tables/ground.csv", headers={"If-None-Match": mark}).status_code == 200


def test_a_file_sent_compressed_opens_to_the_same_bytes(site: Flask, reader: FlaskClient) -> None:
    answer = reader.get(f"{API}/4/tables/ground.csv", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == stored(site, NEWEST)["ground.csv"]
    assert answer.headers["ETag"].startswith('W/"')


def test_the_list_names_all_releases_newest_first(reader: FlaskClient) -> None:
    listed = reader.get(API).json["releases"]
    assert [release["release"] for release in listed] == [4, 3, 2, 1]
    assert [release["quarter"] for release in listed] == ["2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4"]


def test_the_list_comes_page_by_page(reader: FlaskClient) -> None:
    first = reader.get(f"{API}?limit=3").json
    last = reader.get(first["next"]).json
    assert [release["release"] for release in (*first["releases"], *last["releases"])] == [4, 3, 2, 1]
    assert "next" not in last
    assert "next" not in reader.get(f"{API}?limit=4").json
    assert reader.get(f"{API}?before=1").json == {"releases": []}


@pytest.mark.parametrize("asked", ["limit=0", "limit=101", "limit=x", "limit=", "before=0", "before=٣", "before=1e9"])
def test_a_page_that_is_none_is_refused_in_a_sentence(reader: FlaskClient, asked: str) -> None:
    answer = reader.get(f"{API}?{asked}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert asked.partition("=")[0] in answer.json["detail"]


@pytest.mark.parametrize("number", QUARTERS)
def test_the_list_names_every_file_of_a_release_at_an_address_that_opens(
    site: Flask, reader: FlaskClient, number: int
) -> None:
    [release] = [one for one in reader.get(API).json["releases"] if one["release"] == number]
    sent = {address.rpartition("/")[2]: reader.get(address).data for address in release["files"]}
    assert {**sent, DESCRIPTION: reader.get(release["description"]).data} == stored(site, number)


def test_the_list_says_of_a_release_what_its_description_says(reader: FlaskClient) -> None:
    for release in reader.get(API).json["releases"]:
        described = reader.get(release["description"]).json
        assert described["incidents_counted"] == release["incidents_counted"]
        assert (described["release"], described["quarter"]) == (release["release"], release["quarter"])


@pytest.mark.parametrize("tag", TAGS)
def test_a_page_offers_the_files_of_its_own_release(opened: Open, tag: str) -> None:
    links = parsed(opened(f"/{tag}/statistics/3/")).findall(".//a[@download]")
    own = ("csv", "xlsx", "ods", "jsonstat")
    wanted = {f"{API}/3/tables/{name}.{tag}.{form}" for name in (*TABLES, "target", *DEEPER) for form in own}
    wanted |= {f"{API}/3/tables/{name}.json" for name in (*TABLES, "target", *DEEPER)}
    wanted |= {f"{API}/3/release.{tag}.{form}" for form in ("zip", "xlsx", "ods")}
    assert {link.get("href") for link in links} == wanted
    assert (
        len({"".join(link.itertext()) for link in links if "/tables/" in (link.get("href") or "")}) == len(wanted) - 3
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [API, f"{API}/4", f"{API}/4/tables/ground.csv", f"{API}/4/files/plan-incidents-2026.json", "/en/statistics/4/"],
)
def test_published_data_can_only_be_read(reader: FlaskClient, method: str, path: str) -> None:
    assert reader.open(path, method=method).status_code == 405


# What is not there.


@pytest.mark.parametrize("path", ["/en/statistics", "/hu/statistics/4"])
def test_a_missing_slash_is_added_without_naming_a_host(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path, headers={"Host": "localhost"})
    assert (answer.status_code, answer.headers["Location"], answer.data) == (308, f"{path}/", b"")


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/9",
        f"{API}/0",
        f"{API}/-1",
        f"{API}/newest",
        f"{API}/9/tables/ground.csv",
        f"{API}/4/tables/nothing.csv",
        f"{API}/4/tables/nothing.json",
        f"{API}/4/tables/Ground",
        f"{API}/4/tables/ground.de.csv",
        f"{API}/4/tables/ground.hu.json",
        f"{API}/4/tables/ground_act.hu.svg",
        f"{API}/4/tables/municipality.hu.csv",
        f"{API}/4/tables/words.json",
        f"{API}/4/release.de.zip",
        f"{API}/4/release.zip",
        f"{API}/4/tables/ground.xlsx",
        f"{API}/4/tables/ground.CSV",
        f"{API}/4/tables/ground.csv.json",
        f"{API}/4/tables/",
        f"{API}/4/tables/..%2frelease.json",
        f"{API}/4/tables/release.json",
        f"{API}/4/tables/plan-incidents-2026.json",
        f"{API}/4/tables/municipality.csv",
        f"{API}/4/files/",
        f"{API}/4/files/nothing.csv",
        f"{API}/4/files/plan-incidents-2024.json",
        f"{API}/4/files/cells-incidents-2026.json",
        f"{API}/4/files/..%2frelease.json",
        f"{API}/9/files/plan-incidents-2026.json",
        f"{API}/3000000000",
        f"{API}/99999999999999999999/tables/ground.csv",
        "/en/statistics/3000000000/",
        "/en/statistics/99999999999999999999/",
        "/en/statistics/9/",
        "/en/statistics/0/",
        "/en/statistics/-1/",
        "/en/statistics/newest/",
        "/de/statistics/4/",
    ],
)
def test_what_was_never_published_is_not_found(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, headers.PRIVATE)
    assert answer.mimetype == ("application/problem+json" if path.startswith("/api/") else "text/html")


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/{DRAFT}",
        *(f"{API}/{DRAFT}/tables/{name}.{form}" for name in TABLES for form in ("csv", "json")),
        *(f"{API}/{DRAFT}/files/{name}" for name in (DESCRIPTION, "plan-incidents-2027.json", "ground.csv")),
        *(f"/{tag}/statistics/{DRAFT}/" for tag in TAGS),
    ],
)
def test_a_draft_that_one_has_signed_is_not_found_by_the_public(site: Flask, reader: FlaskClient, path: str) -> None:
    assert stored(site, DRAFT)
    answer = reader.get(path)
    assert answer.status_code == 404
    assert answer.data == reader.get(path.replace(str(DRAFT), "9")).data


def test_no_page_and_no_list_names_the_draft(reader: FlaskClient) -> None:
    for path in ("/en/statistics/", *(f"/en/statistics/{number}/" for number in QUARTERS)):
        page = reader.get(path).text
        assert "2027" not in page
        assert not re.search(rf"(statistics|releases)/{DRAFT}\b", page)
    assert "2027" not in reader.get(API).text
