"""`/api/v1/openapi.json`: the interface described for programs (OpenAPI 3.1).

Paths and their parameters are read from the routes themselves, the report's members from the table that reads them;
what stands here by hand is what each answer means. A test compares the description with the routes and with answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from incidents.core.languages import BY_TAG
from incidents.core.tables import TABLES
from incidents.services.withdrawn_releases import REASONS
from incidents.web.platform import platform
from incidents.web.published.api import LARGEST_NUMBER
from incidents.web.published.api import MOST as MOST_RELEASES
from incidents.web.published.api import USUAL as USUAL_RELEASES
from incidents.web.published.files import current
from incidents.web.published.operations import DOWNLOADS
from incidents.web.published.places import LONGEST, MOST, USUAL
from incidents.web.published.vocabularies import names
from incidents.web.reporting import bodies
from incidents.web.reporting.api import KEY_PATTERN

openapi = Blueprint("openapi", __name__, url_prefix="/api/v1")

Schema = dict[str, Any]
ROOT = "/api/v1/"
_VERSION = "1.0.0"
_ABOUT = (
    "Reports of hate crime, hate incidents and discrimination in Serbia: how an app sends one, and the figures that "
    "are published. Nothing here needs an account, a key of ours or a cookie, and nobody's address is kept. Sentences "
    "for people come in the language of Accept-Language. Errors are problem details (RFC 9457)."
)


@openapi.get("/openapi.json")
def described() -> ResponseReturnValue:
    return current(jsonify(document()))


def document() -> Schema:
    paths: dict[str, dict[str, Schema]] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(ROOT):
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            for method in sorted(methods):
                paths.setdefault(_path(rule), {})[method.lower()] = _operation(rule)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Incidents", "version": _VERSION, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _path(rule: Rule) -> str:
    return _PARTS.sub(r"{\g<name>}", rule.rule)


def _operation(rule: Rule) -> Schema:
    stated = _OPERATIONS[rule.endpoint]
    inside = [
        {"name": part["name"], "in": "path", "required": True, "schema": _of_part(rule, part)}
        for part in _PARTS.finditer(rule.rule)
    ]
    return {
        "operationId": rule.endpoint.replace(".", "_"),
        **stated,
        "parameters": [*inside, *stated.get("parameters", ())],
    }


def _of_part(rule: Rule, part: re.Match[str]) -> Schema:
    """What may stand in a variable part of a path, by the converter that reads it and the names that are known."""
    if part["converter"] == "table":
        free = {"type": "string", "pattern": "^[a-z_-]+$", "description": "One that was added to a release later."}
        return {"anyOf": [{"type": "string", "enum": list(TABLES)}, free]}
    if part["converter"] == "language":
        return {"type": "string", "enum": list(BY_TAG)}
    if rule.endpoint == "api.vocabularies.shown":
        return {"type": "string", "enum": names()}
    if part["converter"] == "release":
        return _whole(LARGEST_NUMBER)
    if part["converter"] == "any":
        return {"type": "string", "enum": re.split(r",\s*", part["arguments"])}
    return {"type": "string", "pattern": "^[^/]+$"}


def _whole(largest: int, usual: int | None = None) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": largest, **({} if usual is None else {"default": usual})}


def _asked(name: str, told: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "description": told, "schema": schema}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(told: str, name: str) -> Schema:
    return {"description": told, "content": {"application/json": {"schema": _ref(name)}}}


def _problem(told: str) -> Schema:
    return {"description": told, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _object(needed: list[str], /, **properties: Schema) -> Schema:
    return {"type": "object", "required": needed, "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_PARTS = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<arguments>[^)]*)\))?:)?(?P<name>\w+)>")
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
_DAY: Schema = {"type": "string", "format": "date"}
_BY_LANGUAGE: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_STANDING: dict[str, Schema] = {
    "status": {"type": "string", "enum": ["published", "withdrawn"]},
    "withdrawn": {"anyOf": [_ref("Withdrawal"), {"type": "null"}], "description": "Why it is not to be used any more."},
}
_SAME: Schema = {"description": "What you have (ETag) is still the same."}
_BAD_ASKING = _problem("A parameter is not as described.")
_NOT_THERE = _problem("There is no such thing, or it is not published.")
_CLOSED = _problem("The database, or the key that reports are sealed to, is not there. Try again later.")
_ANY_JSON: Schema = {"application/json": {"schema": {"type": "object"}}}

_OPERATIONS: Mapping[str, Schema] = {
    "intake.take": {
        "summary": "Send a report",
        "description": "Checked by the rules of the form, sealed, stored once. The code in the answer is shown to the "
        "reporter once and belongs to them: it opens the status and the desk's questions, never the report. "
        "A web page of another site cannot call this (there are no CORS headers, on purpose).",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "Drawn at random for each report, for example a UUID. Sending again with the same key, "
                "after a lost answer, stores nothing more and gives the same code. It may stand in quotation marks.",
                "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Report")}}},
        "responses": {
            "201": _json("Stored, now or by an earlier sending with the same key.", "Receipt"),
            "400": _problem("No proper key, or the body is no JSON object (`code` says which)."),
            "413": _problem("More than 64 KiB."),
            "415": _problem("Not application/json."),
            "422": _problem("Answers have to be mended (`errors` names each), or the key was used for another report."),
            "503": _CLOSED,
        },
    },
    "api.listed": {
        "summary": "Published releases, newest first",
        "parameters": [
            _asked("before", "Only releases before this number.", _whole(LARGEST_NUMBER)),
            _asked("limit", "So many at most.", _whole(MOST_RELEASES, USUAL_RELEASES)),
        ],
        "responses": {
            "200": _json("One page of the list; `next` leads on.", "Releases"),
            "304": _SAME,
            "400": _BAD_ASKING,
            "503": _CLOSED,
        },
    },
    "api.described": {
        "summary": "What a release says of itself: tables, notes, checksums",
        "responses": {
            "200": _json("As it was frozen; it never changes.", "Release"),
            "304": _SAME,
            "404": _NOT_THERE,
            "503": _CLOSED,
        },
    },
    "api.status": {
        "summary": "Whether a release is still to be used, or was withdrawn, and what takes its place",
        "description": "Files of a withdrawn release stay as they are. They are sent with the header "
        "Release-Withdrawn (a day and a reason) and with links to this answer and to the successor.",
        "responses": {"200": _json("It may change.", "Status"), "304": _SAME, "404": _NOT_THERE, "503": _CLOSED},
    },
    **DOWNLOADS,
    "api.places.found": {
        "summary": "What a typed place may mean",
        "description": "Found on our own machine, in every script, case and spelling. What is asked is kept nowhere.",
        "parameters": [
            _asked(
                "q",
                "A place as people type it.",
                {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"\S"},
                required=True,
            ),
            _asked("limit", "So many at most.", _whole(MOST, USUAL)),
        ],
        "responses": {"200": _json("Likeliest first; none for no place.", "Places"), "304": _SAME, "400": _BAD_ASKING},
    },
    "api.vocabularies.listed": {
        "summary": "The questions of a report, and the lists of codes",
        "responses": {"200": _json("In the order in which the form asks.", "Vocabularies"), "304": _SAME},
    },
    "api.vocabularies.shown": {
        "summary": "One list of codes, with labels in every language",
        "responses": {"200": _json("In the order of the list.", "Vocabulary"), "304": _SAME, "404": _NOT_THERE},
    },
    "openapi.described": {
        "summary": "This description",
        "responses": {
            "200": {"description": "OpenAPI 3.1.", "content": _ANY_JSON},
            "304": _SAME,
        },
    },
}


def _schemas() -> dict[str, Schema]:
    return {
        "Report": {
            **_object(bodies.required(), **bodies.members(platform().vocabulary)),
            "additionalProperties": False,
            "allOf": bodies.conditions(),
            "example": _EXAMPLE,
        },
        "Receipt": _object(
            ["receipt_code", "receipt_code_grouped", "status_page", "place"],
            receipt_code={"type": "string", "pattern": "^[0-9]{28}$"},
            receipt_code_grouped={"type": "string", "description": "The same in seven groups of four, to be shown."},
            status_page={"type": "string", "format": "uri-reference", "description": "Where the code can be typed."},
            place={
                **_object(
                    ["code", "area", "choices"],
                    code={**_TEXT_OR_NONE, "description": "Of the place that was understood."},
                    area={
                        **_TEXT_OR_NONE,
                        "description": "The municipality, district or Kosovo* (KM) in which an incident there counts.",
                    },
                    choices={
                        **_list(_object(["code", "name"], code=_TEXT, name=_TEXT)),
                        "description": "Places of this name, if it is not clear which is meant. The report is taken.",
                    },
                ),
                "description": "What the typed place was understood as: all empty for no place, or none that we know.",
            },
        ),
        "Problem": _object(
            ["type", "title", "status", "detail"],
            type={"type": "string", "format": "uri-reference"},
            title=_TEXT,
            status={"type": "integer", "minimum": 400, "maximum": 599},
            detail={
                "type": "string",
                "description": "What to do: in the reader's language, or in English for makers of programs.",
            },
            code={"type": "string", "description": "The same for programs."},
            errors=_list(
                _object(
                    ["pointer", "code", "detail"],
                    pointer={"type": "string", "format": "json-pointer", "description": "Into what was sent."},
                    code=_TEXT,
                    detail=_TEXT,
                )
            ),
        ),
        "Releases": _object(
            ["releases"],
            releases=_list(_ref("ReleaseSummary")),
            next={"type": "string", "format": "uri-reference", "description": "The next page, if there is one."},
        ),
        "ReleaseSummary": _object(
            ["release", "quarter", "published_on", "incidents_counted", "description", "status", "withdrawn", "files"],
            release=_whole(LARGEST_NUMBER),
            quarter={"type": "string", "pattern": "^[0-9]{4}-Q[1-4]$"},
            published_on=_DAY,
            incidents_counted=_NUMBER,
            description={"type": "string", "format": "uri-reference"},
            **_STANDING,
            files=_list({"type": "string", "format": "uri-reference"}),
        ),
        "Status": _object(
            ["release", "quarter", "published_on", "sha256", "status", "withdrawn"],
            release=_whole(LARGEST_NUMBER),
            quarter={"type": "string", "pattern": "^[0-9]{4}-Q[1-4]$"},
            published_on=_DAY,
            sha256={"type": "string", "description": "What the two signatures stand for."},
            **_STANDING,
        ),
        "Withdrawal": _object(
            ["on", "reason", "explanation", "replaced_by", "replacement"],
            on=_DAY,
            reason={"type": "string", "enum": list(REASONS)},
            explanation=_BY_LANGUAGE,
            replaced_by={"type": ["integer", "null"], "description": "Number of the release that takes its place."},
            replacement={"type": ["string", "null"], "format": "uri-reference"},
        ),
        "Release": _object(
            ["release", "quarter", "files"],
            release=_whole(LARGEST_NUMBER),
            quarter=_TEXT,
            files={**_BY_LANGUAGE, "description": "SHA-256 of every file, by its name."},
        ),
        "Places": _object(["places", "attribution"], places=_list(_ref("Place")), attribution=_TEXT),
        "Place": _object(
            ["level", "code", "name", "score", "ambiguous"],
            level=_TEXT,
            code=_TEXT,
            name=_BY_LANGUAGE,
            quarter={"type": ["object", "null"], "additionalProperties": {"type": "string"}},
            settlement_code=_TEXT_OR_NONE,
            municipality_code=_TEXT_OR_NONE,
            municipality={"type": ["object", "null"], "additionalProperties": {"type": "string"}},
            district_code=_TEXT_OR_NONE,
            latitude={"type": "number"},
            longitude={"type": "number"},
            score={"type": "number", "minimum": 0, "maximum": 1},
            ambiguous={"type": "boolean"},
        ),
        "Vocabularies": _object(
            ["version", "languages", "questions", "vocabularies"],
            version=_TEXT,
            languages=_BY_LANGUAGE,
            questions=_list(
                _object(
                    ["member", "vocabulary", "several", "required", "question"],
                    member={"type": "string", "description": "Of a report: it takes the answer."},
                    vocabulary=_TEXT,
                    several={"type": "boolean"},
                    required={"type": "boolean"},
                    question=_BY_LANGUAGE,
                )
            ),
            vocabularies={**_BY_LANGUAGE, "description": "Addresses by name."},
        ),
        "Vocabulary": _object(
            ["vocabulary", "version", "terms"],
            vocabulary={"type": "string", "enum": names()},
            version=_TEXT,
            terms=_list(
                _object(
                    ["code", "parents", "labels"],
                    code=_TEXT,
                    parents=_list(_TEXT),
                    labels={"type": "object", "required": list(BY_TAG), "additionalProperties": _TEXT},
                )
            ),
        ),
    }


_EXAMPLE: Schema = {
    "language": "sr-Latn",
    "role": "witness",
    "acts": ["verbal_insult", "threat"],
    "grounds": ["national_ethnic"],
    "targets": ["roma"],
    "when": "month",
    "month": "2026-03",
    "setting": "public_transport",
    "place": "Novi Sad",
    "words": "Vozač je vikao na njih da izađu.",
    "wish": "count_only",
}
