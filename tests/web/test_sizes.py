"""What the form costs on a slow line: bytes as they are sent, headers included, in every language."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from incidents.core.languages import LANGUAGES
from tests.web.test_reporting import desk

__all__ = ["desk"]
FORM, SCRIPT = 14_000, 6_000


def sent(client: FlaskClient, address: str) -> tuple[int, bytes]:
    """Bytes on the wire, and the content."""
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    head = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) + len("HTTP/1.1 200 OK\r\n\r\n")
    return head + len(answer.data), gzip.decompress(answer.data)


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_the_form_and_its_script_are_small(client, desk, tag: str) -> None:
    size, page = sent(client, f"/{tag}/report")
    sheets = re.findall(r'href="(/static/css/[^"]+)"', page.decode())
    scripts = re.findall(r'src="(/static/js/[^"]+)"', page.decode())
    assert (len(sheets), len(scripts)) == (1, 2)
    assert size + sum(sent(client, sheet)[0] for sheet in sheets) <= FORM
    assert sum(sent(client, script)[0] for script in scripts) <= SCRIPT
