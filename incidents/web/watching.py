"""For the operator's watch: is the process alive, is the site ready, and how it does; nothing of who writes to it."""

from __future__ import annotations

import logging
import secrets
import time
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from flask import Blueprint, Flask, Response, abort, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from incidents.services.watching import numbers, readiness
from incidents.web.platform import platform

_log = logging.getLogger(__name__)
watching = Blueprint("watching", __name__)

_PARTS = {
    "reporting": "form",
    "reporting.receipts": "return",
    "intake": "apps",
    "helping": "help",
    "published": "figures",
    "api": "figures",
    "openapi": "figures",
    "pages": "pages",
    "accounts": "desk",
    "desk": "desk",
    "assets": "files",
    "watching": "watch",
}
"""What a page is counted as, by the blueprint that it is in, or the outer one of that."""
_PAGES = sorted({*_PARTS.values(), "nowhere"})
_STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
_UP_TO_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_PLACES = len(_UP_TO_S) + 1
_ANSWERS = len(_PAGES) * len(_STATUSES) * _PLACES
SIZE = _ANSWERS + len(_PAGES)
"""Answers by page, status and duration; then milliseconds by page."""
STEP = 50
"""Counts are told in steps: between two looks nobody sees that one person read a page or sent something."""


def init_app(app: Flask) -> None:
    app.register_blueprint(watching)
    counters = app.extensions["incidents"].counters

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _count(response: Response) -> Response:
        took_s = time.perf_counter() - g.began if "began" in g else 0.0
        page = _page(request.endpoint or "")
        status = min(max(response.status_code // 100, 1), 5) - 1
        place = bisect_left(_UP_TO_S, took_s)
        counted = (page * len(_STATUSES) + status) * _PLACES + place
        counters.add({counted: 1, _ANSWERS + page: int(took_s * 1000)})
        if response.status_code >= 500 and request.endpoint != "watching.ready":
            _log_fault(str((*_UP_TO_S, "more")[place]))
        return response


def _log_fault(took: str) -> None:
    """Only what went wrong: a line for each answer would tell when people write."""
    error, place = g.get("fault", ("none", __name__))
    route = request.endpoint or "none"
    facts = {"route": route, "status": "5xx", "took": took, "error": error, "place": place}
    _log.error("%s at %s in %s", error, place, route, extra=facts)


@watching.get("/healthz")
def health() -> ResponseReturnValue:
    """The process answers. Whether it can do its work is `ready`'s to say."""
    return {"status": "ok"}


@watching.get("/readyz")
def ready() -> ResponseReturnValue:
    """A replica that is lost is told, and is no reason to say no: its pages come from the database itself."""
    checks = _checks()
    return checks | platform().sources.checks(), 200 if all(checks.values()) else 503


@watching.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For Prometheus, to whoever knows the token.

    Not by address: behind a proxy all requests come from this machine, and no address of anybody is read here.
    """
    token = platform().settings.metrics_token
    given = request.headers.get("Authorization", "")
    if not token or not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        abort(404)
    lines = [*_lines_of_answers(platform().counters.totals()), *_lines_of_site()]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


@cache
def _page(endpoint: str) -> int:
    """What a page is counted as, as a place in _PAGES."""
    outer, inner = endpoint.partition(".")[0], endpoint.rpartition(".")[0]
    return _PAGES.index(_PARTS.get(inner) or _PARTS.get(outer, "nowhere"))


def _checks() -> dict[str, bool]:
    site = platform()
    return readiness(site.database, site.settings, now=site.now())


def _lines_of_answers(totals: list[int]) -> Iterator[str]:
    yield "# HELP incidents_answers_total Answers by kind of page and class of status, in steps."
    yield "# TYPE incidents_answers_total counter"
    for page, name in enumerate(_PAGES):
        for number, status in enumerate(_STATUSES):
            begin = (page * len(_STATUSES) + number) * _PLACES
            answered = _in_steps(sum(totals[begin : begin + _PLACES]))
            yield f'incidents_answers_total{{page="{name}",status="{status}"}} {answered}'
    yield "# HELP incidents_answer_seconds How long answers took, in steps."
    yield "# TYPE incidents_answer_seconds histogram"
    for page, name in enumerate(_PAGES):
        begin, width = page * len(_STATUSES) * _PLACES, len(_STATUSES) * _PLACES
        of_page, so_far = totals[begin : begin + width], 0
        for place, most in enumerate((*_UP_TO_S, "+Inf")):
            so_far += sum(of_page[place::_PLACES])
            yield f'incidents_answer_seconds_bucket{{page="{name}",le="{most}"}} {_in_steps(so_far)}'
        yield f'incidents_answer_seconds_sum{{page="{name}"}} {totals[_ANSWERS + page] // 10_000 * 10}'
        yield f'incidents_answer_seconds_count{{page="{name}"}} {_in_steps(so_far)}'


def _lines_of_site() -> Iterator[str]:
    yield "# HELP incidents_well Whether a check of readiness holds."
    yield "# TYPE incidents_well gauge"
    site = platform()
    for name, holds in (_checks() | site.sources.checks()).items():
        yield f'incidents_well{{check="{name}"}} {int(holds)}'
    if (behind_s := site.sources.behind_s) is not None:
        yield "# HELP incidents_replica_behind_seconds The replica shows everything of so many seconds ago."
        yield "# TYPE incidents_replica_behind_seconds gauge"
        yield f"incidents_replica_behind_seconds {int(behind_s)}"
    try:
        with site.database.reader() as session:
            found = numbers(session, today=site.today())
    except SQLAlchemyError:
        return
    yield "# HELP incidents_reports_yesterday Reports of yesterday, rounded down to a multiple of 20."
    yield "# TYPE incidents_reports_yesterday gauge"
    yield f"incidents_reports_yesterday {found.reports_yesterday}"
    yield "# HELP incidents_overdue Reports that wait too long, rounded down to a multiple of 20."
    yield "# TYPE incidents_overdue gauge"
    yield f"incidents_overdue {found.overdue}"


def _in_steps(number: int) -> int:
    return number - number % STEP
