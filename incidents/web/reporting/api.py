"""`POST /api/v1/reports`: a report from an app or a partner's program, under the rules of the form.

It sends no CORS headers, on purpose: only published figures may be read by pages of other sites, and no such page
shall be able to send a report from the phone of whoever happens to read it. There is no form token here, so the key
that the app draws for each report stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters.sealing import nonce_of_key
from incidents.core import report as rules
from incidents.core.desks import REGIONAL
from incidents.core.languages import BY_TAG
from incidents.core.receipt import ReceiptCode, grouped
from incidents.core.report import Problem
from incidents.services.geocoding import Certain
from incidents.services.reporting import AlreadySent, Rejected
from incidents.web import languages
from incidents.web.platform import platform
from incidents.web.problems import problem
from incidents.web.reporting import bodies, where
from incidents.web.reporting.bodies import Fault, NotAReport
from incidents.web.reporting.messages import sentence
from incidents.web.reporting.sending import take_in
from incidents.web.texts import gettext as _

intake = Blueprint("intake", __name__, url_prefix="/api/v1/reports")

KEY_PATTERN = "[A-Za-z0-9._~-]{20,100}"
"""A UUID is such a key. Quotation marks around it are allowed (draft-ietf-httpapi-idempotency-key-header)."""


@intake.post("")
def take() -> ResponseReturnValue:
    """Check, seal and store; the same key again gives the same code and stores nothing more."""
    if request.mimetype != "application/json" or "Content-Encoding" in request.headers:
        return _refused(415, "not_json", "Send the report as application/json, in UTF-8 and not compressed.")
    key = re.fullmatch(f'"?({KEY_PATTERN})"?', request.headers.get("Idempotency-Key", ""), re.ASCII)
    if key is None:
        return _refused(
            400,
            "no_key",
            "Draw a random key for each report, for example a UUID, and send it in the header Idempotency-Key.",
        )
    try:
        sent = bodies.parsed(request.get_data(cache=False))
    except NotAReport as error:
        return _refused(400, error.reason, _why(error))
    _speak(sent)
    site = platform()
    report, faults = bodies.read(sent)
    if faults:
        return _to_mend(faults, rules.problems(report, site.vocabulary, today=site.today()), sent)
    place = where.certain_of(report)
    if place is None:
        wrong = Fault("/place_code", Problem("place_code", "unknown_code"))
        return _to_mend([wrong], rules.problems(report, site.vocabulary, today=site.today()), sent)
    report = replace(report, place_code=place.meaning.code, area=place.meaning.area)
    try:
        nonce = nonce_of_key(key.group(1), site.settings.pepper)
        code = take_in(report, nonce, is_told=sent.get("readers") == REGIONAL)
    except Rejected as rejected:
        return _to_mend([], rejected.problems, sent)
    except AlreadySent:
        return _refused(422, "key_used", "This key was used already, for another report. Draw a new one for each.")
    return _receipt(code, report.language, place)


def _receipt(code: ReceiptCode, tag: str, place: Certain) -> Response:
    """The code stands in the body only: an address with it would be kept in logs and histories."""
    page = url_for("reporting.receipts.come_back", language=BY_TAG[tag])
    response = jsonify(
        {
            "receipt_code": code,
            "receipt_code_grouped": grouped(code),
            "status_page": page,
            "place": where.described(place),
        }
    )
    response.status_code = 201
    return response


def _speak(sent: Mapping[str, Any]) -> None:
    """Sentences come in the language that was asked for; where none was, in that of the report."""
    tag = sent.get("language")
    if not request.accept_languages and isinstance(tag, str) and tag in BY_TAG:
        languages.speak(BY_TAG[tag])


def _to_mend(faults: list[Fault], broken: list[Problem], sent: Mapping[str, Any]) -> Response:
    """What is wrong with the shape of members, and what the rules say to those whose shape is right."""
    wrong = {fault.problem.field for fault in faults}
    terms = platform().vocabulary
    ruled = [Fault(bodies.pointer_of(one, sent, terms), one) for one in broken if one.field not in wrong]
    errors = [
        {"pointer": fault.pointer, "code": fault.problem.message, "detail": sentence(fault.problem)}
        for fault in faults + ruled
    ]
    detail = _("Nothing was stored. Please mend what is named here and send it again.")
    return problem(422, _("Some answers need mending"), detail, code="to_mend", errors=errors)


def _refused(status: int, code: str, detail: str) -> Response:
    return problem(status, _("That did not work"), detail, code=code)


def _why(error: NotAReport) -> str:
    match error.reason:
        case "not_utf8":
            return "This is not UTF-8."
        case "twice":
            return "A name stands twice in one object."
        case "too_deep":
            return "This is nested too deeply."
        case "not_an_object":
            return "A report is a JSON object."
        case _:
            return "This is not JSON."
