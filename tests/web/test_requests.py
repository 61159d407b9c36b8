"""What is said about a request beside its line: another method, another host, another way to a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.serving import Served, served

OVERRIDES = ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method")
OWN = "Host: 127.0.0.1\r\n"
FOREIGN = "Host: evil.example\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("asked")) as site:
        yield site


def ask(site: Served, line: str, head: str = OWN) -> tuple[int, bytes]:
    """Status and whole answer to a request whose line and headers are sent as they are."""
    answer = site.raw(f"{line} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
    return int(answer[9:12]), answer


@pytest.mark.parametrize("header", OVERRIDES)
def test_no_header_changes_the_method(client: FlaskClient, header: str) -> None:
    assert client.get("/desk/logout", headers={header: "POST"}).status_code == 405
    assert client.post("/en/", headers={header: "GET"}).status_code == 405


def test_no_field_changes_the_method(client: FlaskClient) -> None:
    assert client.get("/desk/logout?_method=POST").status_code == 405
    assert client.post("/en/", data={"_method": "GET"}).status_code == 405


@pytest.mark.parametrize("hosts", [FOREIGN, OWN + FOREIGN, FOREIGN + OWN])
def test_a_foreign_host_is_refused_alone_and_beside_our_own(site: Served, hosts: str) -> None:
    assert ask(site, "GET /en/", hosts)[0] == 400


def test_who_names_no_host_is_refused(site: Served) -> None:
    assert ask(site, "GET /en/", "")[0] == 400
    assert site.raw(b"GET /en/ HTTP/1.0\r\n\r\n")[9:12] == b"200"


def test_a_whole_address_does_not_stand_for_the_host(site: Served) -> None:
    assert ask(site, "GET http://127.0.0.1/en/", FOREIGN)[0] == 400
    status, answer = ask(site, "GET http://evil.example/en/")
    assert (status, b"evil" in answer) == (200, False)


def test_what_a_proxy_is_said_to_have_been_asked_is_not_believed(site: Served) -> None:
    said = f"{OWN}X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"
    status, answer = ask(site, "GET /en/statistics", said)
    assert (status, b"\r\nLocation: /en/statistics/\r\n" in answer, b"evil" in answer) == (308, True, False)


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example/", "//evil.example/en/statistics", "/\\evil.example", "/en/statistics//evil.example"),
        *("/en/../desk/", "/en/%2e%2e/desk/", "/static/../pyproject.toml", "/static/..%2fpyproject.toml"),
        *("/static/%252e%252e/pyproject.toml", "/en;x=1/", "/en/report;id=1", "/en/%00", "/static/css/%00"),
        *("/en/%ff%fe", "/%0d%0aX-Evil:%20evil", "/" + "a" * 4000),
    ],
)
def test_a_twisted_path_leads_nowhere(site: Served, path: str) -> None:
    status, answer = ask(site, f"GET {path}")
    assert (status, b"evil" in answer) == (404, False)


def test_a_path_that_is_too_long_is_refused_unread(site: Served) -> None:
    assert ask(site, "GET /" + "a" * 9000)[0] == 414


def test_two_slashes_are_one_on_our_own_host(site: Served) -> None:
    status, answer = ask(site, "GET /en//report")
    assert (status, b"\r\nLocation: /en/report\r\n" in answer) == (308, True)
