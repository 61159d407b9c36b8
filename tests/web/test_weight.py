"""What a reporter's phone has to fetch, in bytes on the wire with headers, compressed."""

import re

import pytest
from flask.testing import FlaskClient

from incidents.core.languages import LANGUAGES
from tests.web.test_reporting import desk

__all__ = ["desk"]

LARGEST_FORM, LARGEST_START, LARGEST_RECEIPT, LARGEST_SCRIPTS = 14_000, 14_000, 4_000, 6_000
STATUS_LINE = 20


def weight(client: FlaskClient, *paths: str) -> int:
    total = 0
    for path in paths:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        total += len(answer.data) + sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) + STATUS_LINE
    return total


def linked(client: FlaskClient, path: str, pattern: str) -> list[str]:
    return re.findall(rf'"(/static/{pattern})"', client.get(path).text)


@pytest.mark.parametrize("page", ["report", "report/easy"])
@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_the_form_with_its_sheet_fits_into_the_first_round_trip(client, desk, tag: str, page: str) -> None:
    path = f"/{tag}/{page}"
    [sheet, *others] = linked(client, path, r"css/[^\"]+")
    assert weight(client, path, sheet) <= LARGEST_FORM
    assert weight(client, path, sheet, *others) <= LARGEST_FORM


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_the_first_page_and_the_page_of_the_code_are_light(client, desk, tag: str) -> None:
    assert weight(client, f"/{tag}/", *linked(client, f"/{tag}/", r"css/[^\"]+")) <= LARGEST_START
    assert weight(client, f"/{tag}/receipt") <= LARGEST_RECEIPT


def test_the_scripts_of_the_form_are_small(client, desk) -> None:
    """Those that every reporter waits for; names of places and their script come when the field is touched."""
    scripts = re.findall(r'src="(/static/js/[^"]+)"', client.get("/en/report").text)
    assert len(scripts) == 2
    assert len(scripts) == 2
    assert weight(client, *scripts) <= LARGEST_SCRIPTS


def test_what_is_sent_of_a_script_has_no_comment_and_says_the_same(client, desk) -> None:
    [script] = linked(client, "/en/report", r"js/journey[^\"]+")
    lines = client.get(script).text.splitlines()
    assert not [line for line in lines if line.startswith(("//", " "))]
    assert 'const form = document.getElementById("journey");' in lines
