"""Published tables as a reader filters them: every line that is shown is one of the frozen file."""

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.core.languages import LANGUAGES
from incidents.core.release import from_csv
from incidents.core.tables import TOTAL
from tests import pages
from tests.web.released import stored

NEWEST = 4
HERE = f"/en/statistics/{NEWEST}/tables"


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


def lines(page: str) -> list[list[str]]:
    """The cells of each line of figures."""
    [table] = [one for one in pages.parsed(page).iter("table") if "figures" in (one.get("class") or "")]
    rows = [row for body in table.findall("tbody") for row in body if row.find("td") is not None]
    return [["".join(cell.itertext()).strip() for cell in row] for row in rows]


def headings(page: str) -> list[str]:
    """What lines stand under."""
    return ["".join(one.itertext()) for one in pages.parsed(page).iter("th") if one.get("scope") == "rowgroup"]


def choices(page: str) -> dict[str, list[str]]:
    return {
        one.get("name") or "": [each.get("value") or "" for each in one.iter("option")]
        for one in pages.parsed(page).iter("select")
    }


def tables(site: Flask) -> Iterator[tuple[str, bytes]]:
    for name, content in stored(site, NEWEST).items():
        if name.endswith(".csv") and content.count(b"\n") > 1 and not name.startswith("cells-"):
            yield name.removesuffix(".csv"), content


def test_every_table_of_a_release_has_a_page_and_all_its_lines_are_found_there(site, reader: FlaskClient) -> None:
    found = dict(tables(site))
    assert {"ground", "region_ground", "ground_act"} <= found.keys()
    for name, content in found.items():
        rows = from_csv(content)
        answer = reader.get(f"{HERE}/{name}.csv?time=all")
        shown = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert sorted((one["time"], one["obs_value"]) for one in shown) == sorted(
            (row.time, "[c]" if row.value is None else str(row.value)) for row in rows
        )
        assert reader.get(f"{HERE}/{name}/").status_code == 200, name


def test_a_choice_leaves_the_code_and_what_lies_below_it(site, reader: FlaskClient) -> None:
    rows = [row for row in from_csv(stored(site, NEWEST)["ground.csv"]) if row.time == "2026-Q3"]
    page = reader.get(f"{HERE}/ground/").text
    assert len(lines(page)) == len(rows)
    some = {code: reader.get(f"{HERE}/ground/?ground={code}").text for code in choices(page)["ground"] if code}
    assert len(lines(some[TOTAL])) == 1
    assert any(1 < len(lines(one)) < len(rows) for one in some.values())
    for row in rows:
        [first, *_below] = lines(some[row.codes[0]])
        figure = first[-1].split()[0]
        assert figure == ("withheld" if row.value is None else str(row.value))


def test_a_withheld_figure_says_what_it_can_be(site, reader: FlaskClient) -> None:
    rows = [row for row in from_csv(stored(site, NEWEST)["district.csv"]) if row.time == "2026-Q3"]
    wanted = [f"({row.lower or 0}–{'…' if row.upper is None else row.upper})" for row in rows if row.value is None]
    shown = [line[-1] for line in lines(reader.get(f"{HERE}/district/").text)]
    assert wanted
    assert [one.partition(" ")[2].strip() for one in shown if "(" in one] == wanted


def test_one_thing_over_all_times_is_a_chart_in_their_order(reader: FlaskClient) -> None:
    page = reader.get(f"{HERE}/ground/?time=all&ground=_T").text
    [chart] = [one for one in pages.parsed(page).iter() if one.get("class") == "bars"]
    texts = [one.text for one in chart.iter() if one.get("class") == "bars__text"]
    assert texts == [line[0] for line in lines(page) if "quarter" in line[0]][::-1]
    assert len(texts) == len(lines(page)) - 1 == 4  # the whole year is in the table alone


def test_of_two_dimensions_one_stands_above_the_lines_of_the_other(reader: FlaskClient) -> None:
    page = reader.get(f"{HERE}/region_ground/").text
    assert {len(line) for line in lines(page)} == {2}
    regions = choices(page)["area"][1:]
    assert len(headings(page)) == len(regions) > 3
    one = reader.get(f"{HERE}/region_ground/?area={regions[-1]}").text
    assert headings(one) == []
    assert len(lines(one)) * len(regions) == len(lines(page))


@pytest.mark.parametrize("query", ["ground=x", "time=1875", "nothing=1", "ground=%00", "ground=_T'--", "time="])
def test_what_is_no_choice_counts_as_not_chosen(reader: FlaskClient, query: str) -> None:
    plain = lines(reader.get(f"{HERE}/ground/").text)
    assert lines(reader.get(f"{HERE}/ground/?{query}").text) == plain


@pytest.mark.parametrize("path", ["/no_such/", "/no_such.csv", "/plan-incidents/"])
def test_a_table_that_is_not_there_is_not_found(reader: FlaskClient, path: str) -> None:
    assert reader.get(f"{HERE}{path}").status_code == 404
    assert reader.get("/en/statistics/99/tables/ground/").status_code == 404


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_the_page_speaks_every_language_and_is_kept_and_known_by_its_content(reader: FlaskClient, tag: str) -> None:
    there = f"/{tag}/statistics/{NEWEST}/tables/ground_act/?time=all"
    answer = reader.get(there, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.data) + len(str(answer.headers)) < 30_000
    assert reader.get(there, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "<script" not in reader.get(there).text


def test_a_chart_shows_one_level_and_no_parts_beside_their_whole(reader: FlaskClient) -> None:
    def charted(query: str) -> list[str]:
        page = pages.parsed(reader.get(f"{HERE}/district/{query}").text)
        return [one.text or "" for one in page.iter() if one.get("class") == "bars__text"]

    regions = charted("")
    assert "Vojvodina Region" in regions
    assert not any("District" in name for name in regions)
    parts = charted("?area=RS12")
    assert len(parts) > 1
    assert all("District" in name for name in parts)
