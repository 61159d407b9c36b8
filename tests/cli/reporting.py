"""A report that is sent to a site over HTTP, and its code."""

from __future__ import annotations

from tests.pages import form, text_of
from tests.serving import Served
from tests.web.test_reporting import ANSWERS, code_on


def a_form(site: Served) -> dict[str, list[str]]:
    page = form(site.get("/sr-Cyrl/report")[1], "/sr-Cyrl/report", own="/sr-Cyrl/report")
    return page.sent(**{name: value for name, value in ANSWERS.items() if value is not None})


def sent(site: Served, answers: dict[str, list[str]]) -> str:
    """The code that a report is answered with."""
    status, page = site.post("/sr-Cyrl/report", answers)
    assert status == 200, text_of(page)
    return code_on(page)


def opens(site: Served, code: str) -> bool:
    return "/receipt/withdraw" in _status(site, code)


def withdraw(site: Served, code: str) -> None:
    asked = form(_status(site, code), "/receipt/withdraw")
    _, sure = site.post(asked.action, asked.sent())
    status, gone = site.post(asked.action, form(sure, "/receipt/withdraw", own=asked.action).sent(sure="yes"))
    assert status == 200, text_of(gone)


def _status(site: Served, code: str) -> str:
    """The page that a code opens; for an unknown one the page that says so."""
    page = form(site.get("/sr-Cyrl/receipt")[1], "/receipt", own="/sr-Cyrl/receipt")
    return site.post("/sr-Cyrl/receipt", page.sent(code=code))[1]
