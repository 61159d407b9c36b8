"""`POST /api/v1/reports`: an app's reports, under the rules of the form."""

import json
import unicodedata
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incidents.adapters import opening
from incidents.config import Settings
from incidents.core.report import BY_APP, Report, from_bytes
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.services import keys
from incidents.services.accounts import Member
from tests import builders
from tests.conftest import NOW
from tests.web.test_reporting import HOSTILE

ADDRESS = "/api/v1/reports"
KEY = "6c2f4f0e-31a5-4a5e-9a43-0b8f4f6f2b11"
SENT: dict[str, Any] = {
    "language": "hu",
    "role": "witness",
    "acts": ["verbal_insult", "threat"],
    "grounds": ["national_ethnic"],
    "targets": ["roma"],
    "when": "exact",
    "day": "2026-11-20",
    "setting": "public_transport",
    "place": "Szabadkán, a buszállomáson",
    "words": "A sofőr ránk kiabált, hogy szálljunk le.\nSenki nem szólt semmit.",
    "wish": "count_only",
}


@pytest.fixture
def desk(database: Database, settings: Settings) -> Member:
    with database.unit_of_work() as session:
        return builders.a_desk(session, settings, now=NOW)[0]


def send(client: FlaskClient, *, key: str | None = KEY, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    body = {name: value for name, value in {**SENT, **changes}.items() if value is not None}
    return send_bytes(client, json.dumps(body, ensure_ascii=False).encode(), key=key, headers=headers)


def send_bytes(
    client: FlaskClient, body: bytes, *, key: str | None = KEY, headers: dict[str, str] | None = None
) -> TestResponse:
    own = {} if key is None else {"Idempotency-Key": key}
    return client.post(ADDRESS, data=body, headers={"Content-Type": "application/json", **own, **(headers or {})})


def stored_reports(database: Database, desk: Member) -> list[Report]:
    with database.reader() as session:
        rows = session.scalars(sa.select(stored.Report)).all()
        private = keys.desk_private(session, 1, desk.id, desk.key)
    return [from_bytes(opening.open_report(r.sealed, r.sealed_key, report=r.id, desk_private=private)) for r in rows]


def errors(answer: Any) -> dict[str, str]:
    """Codes by pointer."""
    assert answer.mimetype == "application/problem+json"
    return {error["pointer"]: error["code"] for error in answer.json["errors"]}


def test_a_report_is_sealed_and_answered_with_its_code(client, database, desk) -> None:
    answer = send(client)
    assert (answer.status_code, answer.mimetype) == (201, "application/json")
    assert len(answer.json["receipt_code"]) == 28
    [report] = stored_reports(database, desk)
    assert (report.words, report.day, report.acts) == (SENT["words"], SENT["day"], {"verbal_insult", "threat"})
    assert (report.language, report.origin) == ("hu", BY_APP)


def test_the_code_opens_the_status_at_the_page_that_is_named(app, client, desk) -> None:
    from tests.web.test_reporting import a_token

    answer = send(client).json
    opened = client.post(answer["status_page"], data={"token": a_token(app), "code": answer["receipt_code_grouped"]})
    assert (opened.status_code, answer["status_page"]) == (200, "/hu/receipt")


def test_the_same_key_again_stores_once_and_gives_the_same_code(client, database, desk) -> None:
    first, again = send(client), send(client, key=f'"{KEY}"')
    assert (again.status_code, again.json) == (201, first.json)
    assert len(stored_reports(database, desk)) == 1


def test_the_order_of_codes_makes_no_other_report(client, database, desk) -> None:
    assert send(client).json == send(client, acts=["threat", "verbal_insult"]).json


def test_the_same_key_with_another_report_is_refused(client, database, desk) -> None:
    send(client)
    answer = send(client, words="Más szöveg")
    assert (answer.status_code, answer.json["code"]) == (422, "key_used")
    assert len(stored_reports(database, desk)) == 1


def test_the_key_stands_nowhere_and_leads_to_no_code_without_the_pepper(client, database, desk) -> None:
    from hashlib import blake2b

    from incidents.core.receipt import code_from_random

    code = send(client).json["receipt_code"]
    with database.reader() as session:
        everything = repr([list(row) for row in session.execute(sa.text("SELECT * FROM report"))])
    assert KEY not in everything
    assert KEY[:8] not in everything
    assert code != code_from_random(blake2b(KEY.encode(), digest_size=32, person=b"receipt code").digest())


@pytest.mark.parametrize("key", [None, "", "short", "a" * 19, "a" * 101, "ђ" * 30, '"' + "a" * 30 + '""', "a b" * 10])
def test_without_a_proper_key_nothing_is_taken(client, database, desk, key: str | None) -> None:
    answer = send(client, key=None if key is None else key.encode().decode("latin-1"))
    assert (answer.status_code, answer.json["code"]) == (400, "no_key")
    assert stored_reports(database, desk) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"role": None}, {"/role": "missing"}),
        ({"acts": []}, {"/acts": "missing"}),
        ({"acts": ["threat", "pretnja"]}, {"/acts/1": "unknown_code"}),
        ({"setting": "ulica"}, {"/setting": "unknown_code"}),
        ({"day": None}, {"/day": "missing_date"}),
        ({"day": "20. 11. 2026."}, {"/day": "not_a_date"}),
        ({"day": "2026-02-30"}, {"/day": "not_a_date"}),
        ({"day": "2026-11-25"}, {"/day": "in_future"}),
        ({"day": "1875-01-01"}, {"/day": "too_early"}),
        ({"when": "month", "month": "2026-10"}, {"/day": "not_asked"}),
        ({"when": "unknown"}, {"/day": "not_asked"}),
        ({"consents": ["refer_police"]}, {"/consents": "not_asked"}),
        ({"words": "a" * 10_001}, {"/words": "too_long"}),
        ({"place": "a" * 201}, {"/place": "too_long"}),
        ({"acts": "threat"}, {"/acts": "not_a_list"}),
        ({"acts": ["threat", 5]}, {"/acts/1": "not_a_text"}),
        ({"acts": ["threat", "threat"]}, {"/acts/1": "twice"}),
        ({"words": {"hu": "szöveg"}}, {"/words": "not_a_text"}),
        ({"role": 10**400}, {"/role": "not_a_text"}),
        ({"language": "de"}, {"/language": "unknown_language"}),
        ({"language": None}, {"/language": "unknown_language"}),
        ({"phone": "064 111 222"}, {"/phone": "unknown_member"}),
        ({"a/b~c\x00": 1}, {"/a~1b~0c": "unknown_member"}),
        (
            {"phone": 1, "wish": None, "acts": [1]},
            {"/phone": "unknown_member", "/wish": "missing", "/acts/0": "not_a_text"},
        ),
    ],
)
def test_each_mistake_is_named_where_it_stands(client, database, desk, changes, expected) -> None:
    answer = send(client, **changes)
    assert answer.status_code == 422
    assert errors(answer) == expected
    assert stored_reports(database, desk) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b'{"words": "\xff\xfe"}', "not_utf8"),
        ("{}".encode("utf-16"), "not_utf8"),
        (b"[" * 60_000, "too_deep"),
        (b'{"a":' * 10_000, "too_deep"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"role": "victim", "role": "witness"}', "twice"),
        (b'{"words": {"a": 1, "a": 2}}', "twice"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_report_at_all_is_refused_in_a_sentence(client, desk, body: bytes, code: str) -> None:
    answer = send_bytes(client, body)
    assert (answer.status_code, answer.json["code"]) == (400, code)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"])
def test_only_json_is_read(client, desk, kind: str) -> None:
    assert send(client, headers={"Content-Type": kind}).status_code == 415


def test_compressed_bodies_are_refused(client, desk) -> None:
    assert send(client, headers={"Content-Encoding": "gzip"}).status_code == 415


def test_too_much_is_refused_before_it_is_read(client, desk) -> None:
    answer = send(client, words="a" * 70_000)
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_ten_thousand_letters_of_any_script_fit(client, database, desk) -> None:
    assert send(client, words="ђ" * 10_000).status_code == 201
    assert len(stored_reports(database, desk)[0].words) == 10_000


def test_without_a_desk_key_it_says_so(client, database) -> None:
    answer = send(client)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert "192" in answer.json["detail"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [("", "Jelölje"), ("en", "Tick what happened"), ("sr-Latn", "Označite"), ("xx", "Означите")],
)
def test_sentences_come_in_the_language_asked_for_or_that_of_the_report(
    client, desk, asked: str, sentence: str
) -> None:
    answer = send(client, acts=[], headers={"Accept-Language": asked} if asked else {})
    assert answer.json["errors"][0]["detail"].startswith(sentence)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_kept_as_they_are(client, database, desk, words: str) -> None:
    assert send(client, words=words, place=words[:100]).status_code == 201
    [report] = stored_reports(database, desk)
    assert report.words == unicodedata.normalize("NFC", words)


def test_control_characters_and_halves_of_letters_are_dropped(client, database, desk) -> None:
    body = json.dumps({**SENT, "words": "a\x00b\ud800c\r\nd"}).encode()
    assert send_bytes(client, body).status_code == 201
    assert stored_reports(database, desk)[0].words == "abc\nd"


def test_a_half_letter_in_a_name_is_no_fault_of_ours(client, desk) -> None:
    answer = send_bytes(client, b'{"\\ud800x": 1, "role": "\\udfff"}')
    assert answer.status_code == 422


def test_no_page_of_another_site_can_send_or_read(client, desk) -> None:
    taken = send(client)
    asked = client.options(ADDRESS, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    refused = send(client, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 400
    for answer in (taken, asked, refused):
        assert [name for name in answer.headers if name[0].startswith(("Access-Control", "Set-Cookie"))] == []
    assert taken.headers["Cache-Control"] == "no-store"


def test_nothing_that_was_sent_is_logged(client, desk, caplog, capfd) -> None:
    caplog.set_level("DEBUG")
    send(client, words="marker-9917", phone="marker-9917")
    send_bytes(client, b'{"marker-9917')
    assert "marker-9917" not in caplog.text + "".join(capfd.readouterr())


def test_getting_the_address_says_what_it_takes(client) -> None:
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")


# Places.


@pytest.mark.parametrize(
    ("place", "code", "area"),
    [
        ("Szabadkán, a buszállomáson", "804614", "80438"),
        ("у Чачку", "746061", "71242"),
        ("Beograd", "GRAD:BEOGRAD", None),
        ("Detelinara", "89010", "89010"),
        ("Косовска Митровица", "KM", "KM"),
        ("negde na putu", None, None),
        (None, None, None),
    ],
)
def test_a_typed_place_is_understood_as_the_form_does(client, database, desk, place, code, area) -> None:
    answer = send(client, place=place)
    assert answer.status_code == 201
    assert answer.json["place"] == {"code": code, "area": area, "choices": []}
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code, report.area) == (place or "", code or "", area or "")


def test_of_several_places_the_answer_tells_and_the_report_is_taken(client, database, desk) -> None:
    answer = send(client, place="Slatina", language="sr-Latn")
    assert answer.status_code == 201
    told = answer.json["place"]
    assert (told["code"], told["area"]) == (None, None)
    assert {"code": "746002", "name": "Slatina (Čačak)"} in told["choices"]
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code, report.area) == ("Slatina", "", "")


def test_what_several_places_share_is_certain(client, database, desk) -> None:
    """Krupac is a village of Pirot and one of Bela Palanka, both in the district of Pirot."""
    told = send(client, place="u Krupcu").json["place"]
    assert (told["code"], told["area"], len(told["choices"])) == (None, "22", 2)
    [report] = stored_reports(database, desk)
    assert (report.place_code, report.area) == ("", "22")


def test_an_app_can_say_which_place_is_meant(client, database, desk) -> None:
    answer = send(client, place="Slatina", place_code="746002")
    assert answer.json["place"] == {"code": "746002", "area": "71242", "choices": []}
    [report] = stored_reports(database, desk)
    assert (report.place_code, report.area) == ("746002", "71242")


@pytest.mark.parametrize(("place", "code"), [("Slatina", "804614"), ("Slatina", "x"), (None, "746002")])
def test_a_code_that_the_place_does_not_have_has_to_be_mended(client, database, desk, place, code) -> None:
    assert errors(send(client, place=place, place_code=code)) == {"/place_code": "unknown_code"}
    assert stored_reports(database, desk) == []


def test_the_same_report_sent_again_is_told_the_same_of_its_place(client, database, desk) -> None:
    assert send(client, place="Slatina").json == send(client, place="Slatina").json
    assert len(stored_reports(database, desk)) == 1
