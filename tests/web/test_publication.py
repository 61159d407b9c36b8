"""A release from announcement to withdrawal, as members and readers meet it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import Door, Settings
from incidents.core.accounts import Role
from incidents.core.languages import BY_TAG
from incidents.db.database import Database
from incidents.web import headers
from tests import pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk
from tests.web.test_releases import FILES, HERE, INCIDENTS, accept, publish_last_quarter, sign, stored, two

__all__ = ["two"]

AHEAD = f"{HERE}1/ahead/"
ENGLISH = "The newspaper reports were counted twice."
SERBIAN = "Новинске вести пребројане су два пута."
API = "/api/v1/releases"


@pytest.fixture
def announced(two: list[AtDesk]) -> list[AtDesk]:
    """The figures of the fourth quarter are to come out in January, at ten."""
    answer = two[0].press(HERE, "/announce", quarter="2026-Q4", day="15. 1. 2027.", hour="10")
    assert answer.status_code == 303
    return two


@pytest.fixture
def closed(announced: list[AtDesk]) -> list[AtDesk]:
    """A release that both have signed and that waits for its day."""
    announced[0].press(HERE, "/build")
    assert [sign(who).status_code for who in announced] == [303, 303]
    return announced


@pytest.fixture
def public(two: list[AtDesk]) -> list[AtDesk]:
    """A release that is public."""
    two[0].press(HERE, "/build")
    assert [sign(who).status_code for who in two] == [303, 303]
    return two


@pytest.fixture
def withdrawn(public: list[AtDesk]) -> list[AtDesk]:
    assert withdraw(public).status_code == 303
    return public


def ask_to_withdraw(who: AtDesk, **changes: str) -> int:
    typed = {"reason": "wrong_count", "english": ENGLISH, "serbian": SERBIAN, "replaced_by": "", **changes}
    return who.press(HERE, "/1/withdraw", **typed).status_code


def withdraw(people: list[AtDesk], **changes: str):
    assert ask_to_withdraw(people[0], **changes) == 303
    return people[1].press(HERE, "/1/withdraw/approve")


@pytest.fixture
def on(settings: Settings, database: Database) -> Callable[[datetime], FlaskClient]:
    """A reader on another day."""
    return lambda day: create_app(settings, now=lambda: day, database=database).test_client()


# The calendar.


def test_everybody_reads_when_the_first_figures_come_out(announced: list[AtDesk], client: FlaskClient) -> None:
    assert announced
    assert "The next figures come out on 15 January 2027 at 10:00" in pages.text_of(
        client.get("/en/statistics/").text
    ).replace("\u202f", " ")
    for tag in BY_TAG:
        page = client.get(f"/{tag}/statistics/")
        assert "2027" in pages.text_of(page.text)
        assert f"/{tag}/statistics/calendar.ics" in page.text


def test_the_calendar_can_be_subscribed_to(announced: list[AtDesk], client: FlaskClient) -> None:
    assert announced
    answer = client.get("/sr-Cyrl/statistics/calendar.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    words = answer.text.replace("\r\n ", "")
    assert "DTSTART:20270115T090000Z" in words
    assert "SUMMARY:Најављене бројке: " in words
    again = client.get("/sr-Cyrl/statistics/calendar.ics", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_feed_tells_of_what_is_coming(announced: list[AtDesk], client: FlaskClient) -> None:
    assert announced
    found = feedparser.parse(client.get("/hu/statistics/releases.atom").data)
    assert (found.bozo, [entry.title for entry in found.entries]) == (False, ["Várható számok: 2026. IV. negyedév"])
    assert found.entries[0].tags[0].term == "announced"


def test_a_public_release_tells_when_the_next_one_comes(
    announced: list[AtDesk], database: Database, client: FlaskClient
) -> None:
    publish_last_quarter(announced, database)
    assert "The next figures come out on 15 January 2027" in pages.text_of(client.get("/en/statistics/").text)


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        ({"day": "sutra"}, 422, "Упишите дан овако"),
        ({"day": "15. 1. 2020."}, 409, "Тај тренутак је већ прошао."),
        ({"day": "2092-01-15"}, 409, "До тог дана има више година."),
    ],
)
def test_what_is_typed_wrong_is_not_announced(
    two: list[AtDesk], client: FlaskClient, typed: dict[str, str], status: int, told: str
) -> None:
    answer = two[0].press(HERE, "/announce", quarter="2026-Q4", hour="0", **typed)
    assert (answer.status_code, told in pages.text_of(answer.text)) == (status, True)
    assert "BEGIN:VEVENT" not in client.get("/en/statistics/calendar.ics").text


# Embargo, and looking ahead.


def test_until_its_day_public_addresses_know_nothing_of_it(closed: list[AtDesk], client: FlaskClient) -> None:
    assert "јавно од 15. 01. 2027. 10:00" in pages.text_of(closed[0].open(HERE))
    hidden = [
        "/en/statistics/1/",
        "/en/statistics/1/summary/",
        f"{API}/1",
        f"{API}/1/status",
        f"{API}/1/datapackage.json",
    ]
    hidden += [f"{API}/1/files/{name}" for name in FILES]
    assert {client.get(path).status_code for path in hidden} == {404}
    assert client.get(API).json == {"releases": []}
    assert "/statistics/1/" not in client.get("/en/statistics/releases.atom").text
    assert f"{API}/1" not in client.get("/api/v1/catalog.ttl").text


def test_on_its_day_it_is_public_without_anybody_doing_anything(
    closed: list[AtDesk], on: Callable[[datetime], FlaskClient]
) -> None:
    assert closed
    ten = datetime.fromisoformat("2027-01-15T10:00:00+01:00")
    assert on(ten - timedelta(seconds=1)).get("/en/statistics/1/").status_code == 404
    page = on(ten).get("/en/statistics/1/")
    assert "published on 15 Jan 2027" in pages.text_of(page.text)


def test_signers_see_ahead_the_very_page_that_will_be_public(
    closed: list[AtDesk], on: Callable[[datetime], FlaskClient]
) -> None:
    first = closed[1].client.get(AHEAD)
    assert first.headers["Location"] == f"{AHEAD}sr-Cyrl/statistics/1/"
    seen = closed[1].open(first.headers["Location"])
    later = on(datetime.fromisoformat("2027-01-15T10:00:00+01:00")).get("/sr-Cyrl/statistics/1/").text
    banner = '<aside class="trial"><p>Ово гледате унапред. Ова страница још није јавна.</p></aside>\n'
    assert banner in seen
    coming = "Следеће бројке излазе"
    without = [line for line in seen.replace(banner, "").replace(AHEAD, "/").splitlines() if coming not in line]
    assert [line for line in without if line] == [line for line in later.splitlines() if line]


@pytest.mark.parametrize("name", ["files/ground.csv", "tables/ground.hu.csv", "citation.en.txt", "release.en.zip"])
def test_files_seen_ahead_are_those_of_the_day_to_the_byte(
    closed: list[AtDesk], on: Callable[[datetime], FlaskClient], name: str
) -> None:
    seen = closed[0].client.get(f"{AHEAD}api/v1/releases/1/{name}")
    later = on(datetime.fromisoformat("2027-01-15T10:00:00+01:00")).get(f"{API}/1/{name}")
    assert (seen.status_code, seen.data) == (200, later.data)


def test_what_is_seen_ahead_is_kept_by_nobody(closed: list[AtDesk]) -> None:
    for path in ("en/statistics/1/", "api/v1/releases/1/files/ground.csv"):
        answer = closed[0].client.get(AHEAD + path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Content-Encoding" not in answer.headers


def test_a_page_seen_ahead_carries_every_header_once(closed: list[AtDesk]) -> None:
    """It passes two applications that add them; of some a second one makes browsers disregard both."""
    for path in ("en/statistics/1/", "api/v1/releases/1/tables/ground.hu.svg"):
        answer = closed[0].client.get(AHEAD + path)
        names = [name for name, _value in answer.headers]
        assert sorted(names) == sorted(set(names))
        assert {name: answer.headers[name] for name in headers.FIXED} == headers.FIXED


def test_a_draft_can_be_looked_at_before_it_is_signed(two: list[AtDesk], client: FlaskClient) -> None:
    two[0].press(HERE, "/build")
    assert f"{INCIDENTS} incidents" in pages.text_of(two[1].open(f"{AHEAD}en/statistics/1/"))
    assert client.get("/en/statistics/1/").status_code == 404


def test_only_figures_are_shown_ahead_and_only_of_the_release_that_is_named(closed: list[AtDesk]) -> None:
    paths = ["en/", "en/report", "desk/", "api/v1/places", "en/statistics/2/", "../../desk/", "healthz"]
    assert [path for path in paths if closed[0].client.get(AHEAD + path).status_code == 200] == []
    assert closed[0].client.get(f"{HERE}2/ahead/en/statistics/1/").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PUBLISHER])
def test_nobody_else_looks_ahead_announces_or_withdraws(
    closed: list[AtDesk], app: Flask, database: Database, settings: Settings, role: Role
) -> None:
    assert closed
    [other] = a_desk(app, database, settings, (role,))
    assert other.client.get(f"{AHEAD}en/statistics/1/").status_code == 403
    acts = ("announce", "1/withdraw", "1/withdraw/approve")
    assert {other.client.post(HERE + act).status_code for act in acts} == {403}


def test_a_header_of_a_request_opens_nothing(closed: list[AtDesk], client: FlaskClient) -> None:
    assert closed
    for name in ("incidents.preview", "Incidents-Preview", "X-Incidents-Preview"):
        assert client.get("/en/statistics/1/", headers={name: "1"}).status_code == 404


def test_a_desk_on_a_host_of_its_own_looks_ahead_too(
    closed: list[AtDesk], settings: Settings, database: Database
) -> None:
    assert closed
    desk_alone = create_app(replace(settings, door=Door.DESK), now=lambda: NOW, database=database)
    client = desk_alone.test_client()
    client._cookies = closed[0].client._cookies
    assert "published.newest" not in desk_alone.view_functions
    assert f"{INCIDENTS} incidents" in pages.text_of(client.get(f"{AHEAD}en/statistics/1/").text)


# Withdrawal.


def test_every_page_of_a_withdrawn_release_says_so_in_every_language(
    withdrawn: list[AtDesk], client: FlaskClient
) -> None:
    assert withdrawn
    parts = ("", "summary/", "places/", "commissioner/", "treaties/")
    for tag in BY_TAG:
        for part in parts:
            page = client.get(f"/{tag}/statistics/1/{part}")
            [note] = pages.parsed(page.text).findall(".//div[@class='withdrawn']")
            words = "".join(note.itertext())
            assert (SERBIAN if tag == "sr-Cyrl" else "Novinske vesti" if tag == "sr-Latn" else ENGLISH) in words
            assert "2026" in words


def test_an_english_page_says_when_why_and_what_takes_its_place(withdrawn: list[AtDesk], client: FlaskClient) -> None:
    assert withdrawn
    words = " ".join(pages.text_of(client.get("/en/statistics/1/").text).split())
    assert "This release was withdrawn on 24 November 2026. Incidents were counted wrongly." in words
    assert "No other release takes its place yet." in words


def test_its_files_stay_to_the_byte_and_say_it_beside_them(
    withdrawn: list[AtDesk], database: Database, client: FlaskClient
) -> None:
    assert withdrawn
    for name in FILES:
        answer = client.get(f"{API}/1/files/{name}")
        assert answer.data == stored(database, name)
        assert answer.headers["Release-Withdrawn"] == "2026-11-24; reason=wrong_count"
        assert '</api/v1/releases/1/status>; rel="status"' in answer.headers["Link"]
        assert "immutable" not in answer.headers["Cache-Control"]


def test_files_made_of_it_stay_as_they_were(public: list[AtDesk], client: FlaskClient) -> None:
    names = ("tables/ground.hu.csv", "release.sr-Latn.zip", "tables/act.en.svg", "tables/act.sdmx.csv")
    before = [client.get(f"{API}/1/{name}").data for name in names]
    withdraw(public)
    after = [client.get(f"{API}/1/{name}") for name in names]
    assert [answer.data for answer in after] == before
    assert {answer.headers["Release-Withdrawn"] for answer in after} == {"2026-11-24; reason=wrong_count"}


def test_data_portals_read_it_in_the_catalogue(public: list[AtDesk], client: FlaskClient) -> None:
    assert "distribution-status/WITHDRAWN" not in client.get("/api/v1/catalog.ttl").text
    withdraw(public)
    told = client.get("/api/v1/catalog.ttl").text
    assert "distribution-status/COMPLETED" not in told
    assert all(why in told for why in (ENGLISH, SERBIAN))


def test_programs_read_it_in_the_list_and_at_an_address_of_its_own(public: list[AtDesk], client: FlaskClient) -> None:
    assert client.get(f"{API}/1/status").json["status"] == "published"
    withdraw(public)
    told = {
        "on": "2026-11-24",
        "reason": "wrong_count",
        "explanation": {"en": ENGLISH, "sr-Cyrl": SERBIAN},
        "replaced_by": None,
        "replacement": None,
    }
    for found in (client.get(f"{API}/1/status").json, client.get(API).json["releases"][0]):
        assert (found["status"], found["withdrawn"]) == ("withdrawn", told)


def test_the_feed_tells_it_as_news(withdrawn: list[AtDesk], client: FlaskClient) -> None:
    assert withdrawn
    [entry] = feedparser.parse(client.get("/en/statistics/releases.atom").data).entries
    assert entry.title == "Withdrawn figures: 4th quarter 2026"
    assert (entry.summary, entry.tags[0].term) == ("Incidents were counted wrongly.", "withdrawn")


def test_the_release_that_takes_its_place_is_named_and_linked(
    two: list[AtDesk], database: Database, settings: Settings, client: FlaskClient
) -> None:
    publish_last_quarter(two, database)
    accept(INCIDENTS, two, database, settings)
    two[0].press(HERE, "/build")
    for who in two:
        who.press(HERE, "/2/sign")
    assert withdraw(two, replaced_by="2").status_code == 303
    assert 'href="/en/statistics/2/">Release 2 takes its place.</a>' in client.get("/en/statistics/1/").text
    link = client.get(f"{API}/1").headers["Link"]
    assert '</api/v1/releases/2>; rel="successor-version"' in link
    others = pages.parsed(client.get("/en/statistics/").text).findall(".//section[@aria-labelledby='others']//li")
    assert ["withdrawn" in "".join(one.itertext()) for one in others] == [False, True]


def test_who_asks_cannot_approve_and_reads_why(public: list[AtDesk], client: FlaskClient) -> None:
    assert ask_to_withdraw(public[0]) == 303
    assert not pages.has_form(public[0].open(HERE), "/1/withdraw/approve")
    assert ENGLISH in pages.text_of(public[1].open(HERE))
    assert client.get(f"{API}/1/status").json["status"] == "published"


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"serbian": "Novinske vesti."}, 422),
        ({"english": ""}, 422),
        ({"replaced_by": "7"}, 409),
        ({"replaced_by": "x"}, 409),
    ],
)
def test_what_was_typed_is_kept_when_something_is_missing(
    public: list[AtDesk], typed: dict[str, str], status: int
) -> None:
    values = {"reason": "other", "english": ENGLISH, "serbian": SERBIAN, "replaced_by": "", **typed}
    answer = public[0].press(HERE, "/1/withdraw", **values)
    assert answer.status_code == status
    kept = pages.form(answer.text, "/1/withdraw").sent()
    assert {name: kept[name] for name in values} == {name: [value] for name, value in values.items()}
