"""Headers that all answers have are laid under those of their own."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import create_environ

from incidents.web import headers
from incidents.web.headers import GuardedResponse, policy


def sent(answer: GuardedResponse) -> list[tuple[str, str]]:
    return answer.get_wsgi_response(create_environ())[2]


def test_an_answer_that_nobody_finished_is_as_guarded_as_any_page() -> None:
    found = dict(sent(GuardedResponse("Добар дан")))
    assert {name: found[name] for name in headers.FIXED} == headers.FIXED
    assert found["Content-Security-Policy"] == policy(with_script=False)
    assert found["Cache-Control"] == headers.PRIVATE


@pytest.mark.parametrize("name", ["Cache-Control", "cache-control", "CACHE-CONTROL"])
def test_what_an_answer_says_itself_stays_and_stands_once(name: str) -> None:
    answer = GuardedResponse("a,b\r\n", headers={name: headers.PUBLIC})
    found = [value for own, value in sent(answer) if own.lower() == "cache-control"]
    assert found == [headers.PUBLIC]


@pytest.mark.parametrize(
    "path", ["/sr-Cyrl/", "/hu/report", "/sq/receipt", "/nothing", "/static/css/site.css", "/api/v1/", "/healthz"]
)
def test_no_header_stands_twice(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert [name for name, times in Counter(name.lower() for name, _ in answer.headers).items() if times > 1] == []
    assert {name: answer.headers[name] for name in headers.FIXED} == headers.FIXED


@pytest.mark.parametrize(("host", "is_told"), [("localhost", True), ("abc.onion", False)])
def test_only_over_tls_a_browser_is_told_to_stay_with_it(
    app: Flask, client: FlaskClient, host: str, is_told: bool
) -> None:
    object.__setattr__(app.extensions["incidents"].settings, "https", True)
    answer = client.get("/sr-Cyrl/", headers={"Host": host})
    assert ("Strict-Transport-Security" in answer.headers) is is_told
