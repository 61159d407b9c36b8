"""The description of the interface says what the routes do: read by a validator that nobody here wrote."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from incidents.core.languages import BY_TAG
from incidents.core.report import REQUIRED, SEVERAL, SINGLE
from incidents.web.languages import speak
from incidents.web.published.vocabularies import QUESTIONS
from incidents.web.reporting.forms import ReportForm
from tests.web.test_intake import SENT, desk, send, send_bytes  # noqa: F401 (a fixture)

ADDRESS = "/api/v1/openapi.json"


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def holds(document: dict[str, Any], name: str, value: Any) -> None:
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, default_specification=DRAFT202012))
    schema = {"$ref": f"urn:api#/components/schemas/{name}"}
    jsonschema.Draft202012Validator(schema, registry=registry).validate(value)


def test_it_is_openapi(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1.")


def test_every_route_is_described_with_its_methods_and_no_other(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, told in document["paths"].items() for method in told} == routes
    assert len(routes) >= 9


def test_every_variable_part_of_a_path_is_a_parameter(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for told in methods.values():
            named = {one["name"] for one in told["parameters"] if one["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path)), path


def test_a_report_has_the_members_that_are_read_and_needs_those_that_the_rules_need(document: dict[str, Any]) -> None:
    report = document["components"]["schemas"]["Report"]
    assert {*SINGLE, *SEVERAL} < set(report["properties"])
    assert set(report["required"]) == {"language", *REQUIRED}
    holds(document, "Report", SENT)
    holds(document, "Report", report["example"])


@pytest.mark.parametrize(
    "change",
    [
        {"acts": []},
        {"phone": "1"},
        {"setting": "ulica"},
        {"day": "20.11.2026"},
        {"when": "month"},
        {"when": "unknown"},
        {"month": "2026-11"},
        {"consents": ["refer_ngo"]},
    ],
)
def test_what_is_refused_is_against_the_description(client, desk, document, change) -> None:  # noqa: F811 (a fixture)
    assert send(client, **change).status_code == 422
    with pytest.raises(jsonschema.ValidationError):
        holds(document, "Report", {**SENT, **change})


def test_the_example_is_taken(client, desk, document) -> None:  # noqa: F811 (a fixture)
    example = document["components"]["schemas"]["Report"]["example"]
    answer = send(client, **{**dict.fromkeys(SENT), **example})
    assert answer.status_code == 201
    holds(document, "Receipt", answer.json)


def test_the_example_of_the_guide_is_taken(client, desk) -> None:  # noqa: F811 (a fixture)
    guide = (Path(__file__).parents[2] / "docs" / "partners.md").read_text(encoding="utf-8")
    example = re.search(r"-d '\n *(\{.*?\})'", guide, re.DOTALL)
    assert example is not None
    assert send_bytes(client, example[1].encode()).status_code == 201


def test_problems_are_as_described(client, desk, document) -> None:  # noqa: F811 (a fixture)
    for answer in (
        send(client, acts=[], phone=1),
        send(client, key=None),
        client.get("/api/v1/nothing"),
        client.get("/api/v1/places"),
        client.get("/api/v1/releases?limit=0"),
        client.delete("/api/v1/releases"),
    ):
        assert answer.mimetype == "application/problem+json"
        assert answer.json["status"] == answer.status_code
        holds(document, "Problem", answer.json)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/places?q=Subotica", "Places"),
        ("/api/v1/places?q=Slatina", "Places"),
        ("/api/v1/places?q=Dor%C4%87ol", "Places"),
        ("/api/v1/releases", "Releases"),
        ("/api/v1/vocabularies", "Vocabularies"),
        ("/api/v1/vocabularies/target_group", "Vocabulary"),
    ],
)
def test_answers_are_as_described(client: FlaskClient, document: dict[str, Any], path: str, name: str) -> None:
    holds(document, name, client.get(path).json)


@pytest.mark.parametrize("path", [ADDRESS, "/api/v1/vocabularies", "/api/v1/releases", "/api/v1/places?q=Ruma"])
def test_a_copy_that_is_still_the_same_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, max-age=300"


# Vocabularies.


def test_every_question_of_an_app_is_that_of_the_form(app: Flask, client: FlaskClient) -> None:
    listed = client.get("/api/v1/vocabularies").json
    assert listed is not None
    with app.test_request_context():
        speak(BY_TAG["en"])
        form = ReportForm(formdata=None)
        asked = {member: str(form[member].label.text) for member in QUESTIONS}
    assert {one["member"]: one["question"]["en"] for one in listed["questions"]} == asked
    assert {one["question"]["hu"] for one in listed["questions"]}.isdisjoint(asked.values())


def test_every_list_opens_and_has_labels_in_every_language(client: FlaskClient) -> None:
    listed = client.get("/api/v1/vocabularies").json
    assert listed is not None
    for address in listed["vocabularies"].values():
        for term in client.get(address).json["terms"]:
            assert set(term["labels"]) == set(BY_TAG)
            assert all(term["labels"].values())


def test_labels_are_those_of_their_languages(client: FlaskClient) -> None:
    terms = client.get("/api/v1/vocabularies/act_type").json["terms"]
    labels = {term["code"]: term["labels"] for term in terms}
    assert labels["threat"] == {**labels["threat"], "sr-Cyrl": "Претње", "sr-Latn": "Pretnje", "en": "Threats"}


@pytest.mark.parametrize("name", ["nothing", "commissioner", "act_type.json", "ground%00"])
def test_a_list_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/api/v1/vocabularies/{name}").status_code == 404
