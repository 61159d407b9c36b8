"""`GET /api/v1/places?q=`: public, without a trace of what was asked."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ADDRESS = "/api/v1/places"


def ask(client: FlaskClient, q: str, **more: str) -> TestResponse:
    return client.get(ADDRESS, query_string={"q": q, **more})


def places(client: FlaskClient, q: str, **more: str) -> list[dict[str, Any]]:
    answer = ask(client, q, **more)
    assert answer.status_code == 200
    assert answer.json is not None
    return list(answer.json["places"])


def test_a_place_is_answered_with_its_codes(client: FlaskClient) -> None:
    assert places(client, "у Суботици") == [
        {
            "level": "settlement",
            "code": "804614",
            "name": {"sr-Cyrl": "Суботица", "sr-Latn": "Subotica"},
            "quarter": None,
            "settlement_code": "804614",
            "municipality_code": "80438",
            "municipality": {"sr-Cyrl": "Суботица", "sr-Latn": "Subotica"},
            "district_code": "01",
            "latitude": 46.10176,
            "longitude": 19.6646,
            "score": 0.95,
            "ambiguous": False,
        }
    ]


def test_a_quarter_is_answered_with_its_municipality(client: FlaskClient) -> None:
    [found] = places(client, "Dorćol")
    assert (found["level"], found["code"], found["quarter"]["sr-Latn"]) == ("municipality", "70246", "Dorćol")


def test_a_place_in_kosovo_has_no_codes_of_the_register(client: FlaskClient) -> None:
    [found] = places(client, "Приштина")
    assert (found["level"], found["municipality"], found["district_code"]) == ("kosovo", None, None)


def test_namesakes_are_all_answered_up_to_ten(client: FlaskClient) -> None:
    found = places(client, "Slatina")
    assert len(found) == 10
    assert all(one["ambiguous"] for one in found)


def test_fewer_or_more_can_be_asked_for(client: FlaskClient) -> None:
    assert [len(places(client, "Slatina", limit=limit)) for limit in ("1", "12")] == [1, 12]


def test_what_is_no_place_is_an_empty_list(client: FlaskClient) -> None:
    assert places(client, "qwertyuiop") == []


def test_the_sources_are_named_in_every_answer(client: FlaskClient) -> None:
    answer = ask(client, "Ruma").json
    assert answer is not None
    assert "GeoNames (CC BY 4.0)" in answer["attribution"]


def test_it_may_be_kept_for_a_while_and_read_from_any_page(client: FlaskClient) -> None:
    headers = ask(client, "Ruma").headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("q", ["", "   ", "x" * 201])
def test_nothing_and_too_much_are_refused_with_a_sentence(client: FlaskClient, q: str) -> None:
    answer = ask(client, q)
    assert answer.status_code == 400
    assert answer.json is not None
    assert "200" in answer.json["detail"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_question_it_says_how_to_ask(client: FlaskClient) -> None:
    assert client.get(ADDRESS).status_code == 400


@pytest.mark.parametrize("limit", ["0", "21", "-1", "1.5", "ten", "", "٣", "1" * 5000])
def test_a_limit_that_is_none_is_refused(client: FlaskClient, limit: str) -> None:
    answer = ask(client, "Ruma", limit=limit)
    assert answer.status_code == 400
    assert answer.json is not None
    assert "20" in answer.json["detail"]


@pytest.mark.parametrize("q", ["\x00", "\u202eamuR", "%00%ff", "=1+1", "'; drop table", "<script>", "😀" * 100])
def test_whatever_is_asked_is_answered(client: FlaskClient, q: str) -> None:
    assert ask(client, q).status_code == 200


def test_what_was_asked_is_neither_answered_back_nor_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = ask(client, "tajnasela xyzzy")
    assert "xyzzy" not in answer.get_data(as_text=True)
    assert "xyzzy" not in caplog.text
    assert "xyzzy" not in "".join(capfd.readouterr())
