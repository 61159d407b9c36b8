"""A report as JSON: which members it has, and how an app's bytes become one.

The description of the interface is made from the same table, so that neither can say what the other does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

from incidents.core.desks import REGIONAL
from incidents.core.languages import BY_TAG
from incidents.core.report import (
    BY_APP,
    DATES,
    LONGEST_LINES,
    MOST_WORDS,
    REQUIRED,
    SEVERAL,
    SINGLE,
    Problem,
    Report,
    plain_text,
)
from incidents.core.vocabulary import Vocabulary

_YEAR, _MONTH, _DAY = "(199[0-9]|20[0-9]{2})", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
"""As far as a pattern can say it: from core.report.EARLIEST_YEAR on, no later than today."""
_PATTERNS = {"day": f"^{_YEAR}-{_MONTH}-{_DAY}$", "month": f"^{_YEAR}-{_MONTH}$", "year": f"^{_YEAR}$"}
_LONGEST = {**LONGEST_LINES, "place_code": 20, "words": MOST_WORDS}
_TOLD = {
    "language": "The language that the reporter reads; sentences come back in it.",
    "role": "Who the reporter is in this.",
    "relation": "For a relative or friend: what that person is to the reporter.",
    "aware": "For somebody else: whether that person knows and agrees.",
    "organisation": "For which organisation the reporter speaks, as typed.",
    "acts": "What happened.",
    "grounds": "Why the reporter thinks it happened.",
    "targets": "Which group was meant.",
    "indicators": "What makes the reporter think so.",
    "when": "How precisely the date is known. It says which of day, month and year goes with it, if any.",
    "day": "With `when` exact or approx_week; no day to come.",
    "month": "With `when` month, or ongoing (since when), or several (the last time).",
    "season": "With `when` season: which one, of `year`.",
    "year": "With `when` year, or season.",
    "when_words": "When it was, in the reporter's words.",
    "setting": "What kind of place it was.",
    "platform": "Of what happened on the internet: which service.",
    "content": "Of what happened on the internet: what kind of things.",
    "link": "Of what happened on the internet: the address of a page, as typed; nobody's machine opens it.",
    "place": "As typed: a village, a quarter, a town.",
    "place_code": "Which place is meant, if several are called so: its `code` in /api/v1/places for the same words.",
    "words": "As typed, in any language and script.",
    "told": "Whom somebody told of it before; `none` stands alone.",
    "outcomes": "What those who were told did.",
    "untold": "Why nobody was told.",
    "wish": "What is to be done.",
    "consents": "With `wish` pass_on: to whom it may be passed on.",
    "readers": "`regional` where the app told the reporter that a regional desk may read the report, as the page on "
    "privacy does on sites that have one. Without it the national desk reads it.",
}
"""Every member of a report, in the order in which it is asked, and what it holds."""
_NOT_KEPT = {"readers"}
"""Says how the report is to be taken, and is no part of it."""
_LONGEST_NAME = 60
_MOST_FAULTS = 50


class NotAReport(Exception):
    """The bytes are no JSON object; `reason` is "not_utf8", "not_json", "twice", "too_deep" or "not_an_object"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Fault:
    """One thing to mend, and where: a JSON pointer (RFC 6901) into what was sent."""

    pointer: str
    problem: Problem


def members(vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """The JSON schema of every member."""
    return {name: {**_shape(name, vocabulary), "description": told} for name, told in _TOLD.items()}


def required() -> list[str]:
    return ["language", *REQUIRED]


def conditions() -> list[dict[str, Any]]:
    """Which members go with which answers, as JSON schemas."""
    found = []
    for name in _PATTERNS:
        asking = sorted(precision for precision, date in DATES.items() if date == name)
        then = {} if "ongoing" in asking else {"required": [name]}
        found.append(_condition("when", asking, then, {"not": {"required": [name]}}))
    required = _condition("when", ["month"], {"required": ["month"]}, {})
    return [*found, required, _condition("wish", ["pass_on"], {}, {"properties": {"consents": {"maxItems": 0}}})]


def _condition(name: str, codes: list[str], then: dict[str, Any], otherwise: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {name: {"enum": codes}}}, "then": then, "else": otherwise}


def _shape(name: str, vocabulary: Vocabulary) -> dict[str, Any]:
    if name == "language":
        return {"type": "string", "enum": [*BY_TAG]}
    if name == "readers":
        return {"type": "string", "enum": [REGIONAL]}
    if name in SINGLE:
        return {"type": "string", "enum": [term.code for term in vocabulary.of(SINGLE[name])]}
    if name in SEVERAL:
        codes = {"type": "string", "enum": [term.code for term in vocabulary.of(SEVERAL[name])]}
        least = {"minItems": 1} if name in REQUIRED else {}
        return {"type": "array", "items": codes, "uniqueItems": True, **least}
    if name in _PATTERNS:
        return {"type": "string", "pattern": _PATTERNS[name]}
    return {"type": "string", "maxLength": _LONGEST[name]}


def parsed(body: bytes) -> dict[str, Any]:
    """The object that was sent. Raises NotAReport."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAReport("not_utf8") from None
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise NotAReport("too_deep") from None
    except ValueError:  # numbers of thousands of digits too
        raise NotAReport("not_json") from None
    if not isinstance(found, dict):
        raise NotAReport("not_an_object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotAReport("twice")
    return found


def _no_number(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def read(sent: Mapping[str, Any]) -> tuple[Report, list[Fault]]:
    """The report that was sent, and what is wrong with its shape; rules are for core.report to judge.

    Where a member has the wrong shape, the report has it empty.
    """
    faults = [*islice(_faults(sent), _MOST_FAULTS)]
    wrong = {fault.problem.field for fault in faults}
    taken = _TOLD.keys() - _NOT_KEPT - wrong
    kept = {name: _value(name, value) for name, value in sent.items() if name in taken}
    empty: dict[str, Any] = {"language": "", **dict.fromkeys(SINGLE, ""), **dict.fromkeys(SEVERAL, frozenset())}
    return Report(**{**empty, **kept}, origin=BY_APP), faults


def _value(name: str, value: Any) -> Any:
    if name in SEVERAL:
        return frozenset(value)
    if name in _LONGEST:
        text = plain_text(value)
        return text.replace("\n", " ") if name in LONGEST_LINES else text
    return value


def _faults(sent: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in sent.items():
        if name not in _TOLD:
            yield Fault(_pointer(name), Problem(plain_text(name)[:_LONGEST_NAME], "unknown_member"))
        elif name in SEVERAL:
            yield from _faults_of_codes(name, value)
        elif not isinstance(value, str):
            yield Fault(_pointer(name), Problem(name, "not_a_text"))
        elif name == "readers" and value != REGIONAL:
            yield Fault(_pointer(name), Problem(name, "unknown_code"))
        elif name == "language" and value not in BY_TAG:
            yield Fault(_pointer(name), Problem(name, "unknown_language"))
        elif name in _PATTERNS and DATES.get(_text(sent, "when")) != name:
            yield Fault(_pointer(name), Problem(name, "not_asked"))
    if "language" not in sent:
        yield Fault(_pointer("language"), Problem("language", "unknown_language"))
    if sent.get("consents") and sent.get("wish") != "pass_on":
        yield Fault(_pointer("consents"), Problem("consents", "not_asked"))


def _faults_of_codes(name: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(_pointer(name), Problem(name, "not_a_list"))
        return
    seen: set[str] = set()
    for place, code in enumerate(value):
        if not isinstance(code, str):
            yield Fault(f"{_pointer(name)}/{place}", Problem(name, "not_a_text"))
        elif code in seen:
            yield Fault(f"{_pointer(name)}/{place}", Problem(name, "twice"))
        else:
            seen.add(code)


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    return value if isinstance(value, str) else ""


def pointer_of(problem: Problem, sent: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """Where a broken rule lies: at the code that is unknown, or at the member."""
    if problem.message == "unknown_code" and problem.field in SEVERAL:
        for place, code in enumerate(sent.get(problem.field, ())):
            if not vocabulary.has(SEVERAL[problem.field], code):
                return f"{_pointer(problem.field)}/{place}"
    return _pointer(problem.field)


def _pointer(name: str) -> str:
    return "/" + plain_text(name)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1")
