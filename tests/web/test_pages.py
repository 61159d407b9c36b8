from dataclasses import replace
from datetime import timedelta

import html5lib
import pytest
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.languages import LANGUAGES
from incidents.db.database import Database
from incidents.web import headers
from tests import builders
from tests.conftest import NOW

PUBLIC = ["", "report", "receipt", "help", "complaint", "privacy", "statistics/"]


@pytest.fixture
def open_client(client: FlaskClient, database: Database, settings: Settings) -> FlaskClient:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    return client


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_every_public_page_is_valid_html_in_its_language_and_sets_no_cookie(open_client, tag: str, path: str) -> None:
    answer = open_client.get(f"/{tag}/{path}")
    assert answer.status_code == 200
    assert f'<html lang="{tag}">' in answer.text
    assert "Set-Cookie" not in answer.headers
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(answer.text)
    assert [error for _, error, _ in parser.errors] == []


@pytest.mark.parametrize(
    "path",
    [
        "/de/",
        "/sr/report",
        "/EN/",
        "/sr-cyrl/",
        "/..%2f/",
        "/en/nothing",
        "/static/",
        "/.git/config",
        "/.env",
        "/console",
    ],
)
def test_what_is_not_there_is_not_found(open_client, path: str) -> None:
    answer = open_client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_the_root_sends_each_visitor_to_their_language(client) -> None:
    answer = client.get("/", headers={"Accept-Language": "hu-RS,sr;q=0.5"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/hu/")


def test_the_exit_answers_twice_and_its_end_is_fixed(client) -> None:
    first = client.get("/exit?to=https://evil.example")
    assert len(first.data) < 300
    assert 'content="0;url=/exit/on"' in first.text
    second = client.get("/exit/on?url=https://evil.example")
    assert (second.status_code, second.headers["Location"]) == (303, "https://neutral.example/")
    assert second.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_the_receipt_page_sweeps_what_the_browser_kept(client) -> None:
    assert client.get("/sweep.css").headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("path", "cache", "script"),
    [
        ("/en/", headers.PUBLIC, False),
        ("/en/help", headers.PUBLIC, False),
        ("/en/complaint", headers.PRIVATE, False),
        ("/en/report", headers.PRIVATE, True),
        ("/en/receipt", headers.PRIVATE, False),
        ("/desk/login", headers.PRIVATE, True),
        ("/exit", headers.PRIVATE, False),
        ("/en/nothing", headers.PRIVATE, False),
    ],
)
def test_every_page_carries_all_headers(open_client, path: str, cache: str, script: bool) -> None:
    answer = open_client.get(path)
    assert {name: answer.headers[name] for name in headers.FIXED} == headers.FIXED
    names = [name for name, _value in answer.headers]
    assert sorted(names) == sorted(set(names))
    assert answer.headers["Content-Security-Policy"] == headers.policy(with_script=script)
    assert answer.headers["Cache-Control"] == cache
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_static_files_carry_a_hash_and_stay_for_ever(client) -> None:
    import re

    name = re.search(r"/static/css/site\.[0-9a-f]{10}\.css", client.get("/en/").text)
    assert name is not None
    answer = client.get(name[0])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/css/site.css").status_code == 404


def test_public_pages_are_compressed_and_desk_pages_never(open_client) -> None:
    wish = {"Accept-Encoding": "gzip"}
    assert open_client.get("/en/report", headers=wish).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in open_client.get("/desk/login", headers=wish).headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", ""])
def test_another_host_is_refused(client, host: str) -> None:
    assert client.get("/en/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/en/report", "/en/receipt", "/en/help", "/en/complaint", "/desk/login", "/desk/logout"]
)
def test_a_post_from_another_site_is_refused(open_client, path: str, foreign: dict[str, str]) -> None:
    assert open_client.post(path, headers=foreign).status_code == 400


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(open_client, method: str) -> None:
    assert open_client.open("/en/report", method=method).status_code == 405


def test_search_engines_are_kept_from_the_desk_and_the_way_out(client) -> None:
    answer = client.get("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == ["User-agent: *", "Disallow: /desk/", "Disallow: /exit"]


def test_whoever_finds_a_flaw_is_told_where_to_write(database: Database, settings: Settings) -> None:
    told = replace(settings, flaws_to="mailto:propusti@example.org")
    site = create_app(told, now=lambda: NOW, database=database)
    answer = site.test_client().get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:propusti@example.org",
        f"Expires: {(NOW + timedelta(days=180)).date().isoformat()}T00:00:00Z",
        "Preferred-Languages: sr, hu, en",
        "Canonical: http://localhost/.well-known/security.txt",
    ]


def test_a_site_that_names_nobody_has_no_such_file(client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


def test_health_is_told(client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
