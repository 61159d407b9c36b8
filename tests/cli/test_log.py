import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.adapters.log_lines import ALLOWED, Lines
from tests.pages import form
from tests.serving import Served, served
from tests.web.test_reporting import ANSWERS

MARK = "Ознака7731"
PLAIN = "marker7731"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("logged")) as site:
        yield site


def lines(site: Served) -> list[dict[str, str]]:
    return [json.loads(line) for line in site.log.read_text(encoding="utf-8").splitlines()]


def a_form(site: Served) -> dict[str, list[str]]:
    return form(site.get("/sr-Cyrl/report")[1], "/sr-Cyrl/report", own="/sr-Cyrl/report").sent(**{})


def test_nothing_that_anybody_sends_is_logged(site: Served) -> None:
    headers = {
        "User-Agent": PLAIN,
        "Referer": f"https://{PLAIN}.example/",
        "X-Forwarded-For": "203.0.113.77",
        "Cookie": f"__Host-desk={PLAIN}",
        "Accept-Language": PLAIN,
        "Authorization": f"Bearer {PLAIN}",
    }
    answers = {**ANSWERS, "token": "", "words": MARK * 5, "place": PLAIN}
    assert site.post(f"/sr-Cyrl/report?{PLAIN}", answers, headers)[0] == 422
    assert site.get(f"/{PLAIN}/?q={PLAIN}", headers)[0] == 404
    assert site.get("/en/", {"Host": f"{PLAIN}.example"})[0] == 400
    assert site.post("/en/receipt", {"code": PLAIN}, headers)[0] in {400, 422}
    assert site.post("/desk/login", {"name": PLAIN, "password": PLAIN, "code": "123456"}, headers)[0] in {400, 403, 422}
    assert site.post("/api/v1/reports", {"words": PLAIN}, headers)[0] in {400, 415}
    for broken in (
        f"{PLAIN}\r\n\r\n",
        f"GET /{PLAIN} HTTP/9.9\r\n\r\n",
        f"GET / HTTP/1.1\r\n{PLAIN}\r\n\r\n",
        f"GET /{PLAIN * 900} HTTP/1.1\r\n\r\n",
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {PLAIN}\r\n\r\n",
    ):
        site.raw(broken.encode())
    with sqlite3.connect(site.instance / "incidents.sqlite") as tables:
        tables.execute("ALTER TABLE report RENAME TO report_away")
    try:
        sent = {**a_form(site), **ANSWERS, "words": MARK * 5}
        assert site.post("/sr-Cyrl/report", sent, headers)[0] == 503
    finally:
        with sqlite3.connect(site.instance / "incidents.sqlite") as tables:
            tables.execute("ALTER TABLE report_away RENAME TO report")
    found = lines(site)
    assert {"reporting.send"} <= {line.get("route") for line in found}
    assert {name for line in found for name in line} <= {"level", "day", *ALLOWED}
    written = site.log.read_text(encoding="utf-8")
    for mark in (MARK, MARK.encode("unicode_escape").decode(), PLAIN, "203.0.113", "127.0.0.1", "ip="):
        assert mark not in written


def test_what_worked_is_not_logged(site: Served) -> None:
    before = site.log.read_text(encoding="utf-8")
    assert site.post("/sr-Cyrl/report", {**a_form(site), **ANSWERS})[0] == 200
    assert site.get("/en/nothing")[0] == 404
    assert site.log.read_text(encoding="utf-8") == before


def _record(message: str, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("incidents.web", logging.ERROR, "/srv/watching.py", 7, message, (), None)
    record.__dict__.update(extra)
    return record


def test_a_line_has_what_is_allowed_and_nothing_else() -> None:
    record = _record(f"{MARK} 203.0.113.77", route="reporting.send", status="5xx", took="0.25", words=PLAIN)
    line = json.loads(Lines().format(record))
    assert set(line) == {"level", "day", "route", "status", "took", "place"}
    assert (line["route"], line["place"]) == ("reporting.send", "incidents.web:7")


@pytest.mark.parametrize("value", [MARK, "two words", "a\nb", '{"a": 1}', "x" * 101, 7, None, b"bytes", ""])
def test_a_value_that_is_no_word_of_the_program_is_left_out(value: object) -> None:
    assert "route" not in json.loads(Lines().format(_record("", route=value)))


def test_of_an_exception_only_its_kind_and_place_are_told() -> None:
    record = _record(MARK)
    try:
        raise ValueError(MARK)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    line = Lines().format(record)
    assert json.loads(line)["error"] == "ValueError"
    assert "test_log" in json.loads(line)["place"]
    assert MARK not in line
    assert "\\u" not in line


def test_a_line_is_of_a_day_and_not_of_a_moment(tmp_path: Path) -> None:
    assert len(json.loads(Lines().format(_record("")))["day"]) == len("2026-11-24")
