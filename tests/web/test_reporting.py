import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.adapters import opening
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.languages import LANGUAGES
from incidents.core.report import SCHEMA, Report, from_bytes
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.conftest import NOW
from tests.web.said import said

ANSWERS: dict[str, Any] = {
    "role": "victim",
    "acts": ["threat", "verbal_insult"],
    "grounds": ["religious_belief"],
    "targets": ["muslim"],
    "when": "month",
    "month": "2026-10",
    "setting": "street",
    "place": "Нови Пазар",
    "words": "Само две речи",
    "wish": "count_only",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %} ${7*7} %(x)s %s",
    "=HYPERLINK('http://x')",
    "'; DROP TABLE report; --",
    "שלום \u202eevil\u202c 👩‍🦽🏳️‍🌈",
    "a" + "\u0301" * 2000,
    "&lt;b&gt; &amp;",
]


@pytest.fixture
def desk(database: Database, settings: Settings) -> Member:
    with database.unit_of_work() as session:
        return builders.a_desk(session, settings, now=NOW)[0]


def a_token(app: Flask, minutes: int = 5) -> str:
    with app.test_request_context():
        return new_token(opened_at=NOW - timedelta(minutes=minutes))


def send(client: FlaskClient, token: str, tag: str = "sr-Cyrl", **changes: Any) -> Any:
    data = {**ANSWERS, "token": token, "tongue": tag, **changes}
    return client.post(f"/{tag}/report", data={k: v for k, v in data.items() if v is not None})


def stored_reports(database: Database, desk: Member) -> list[Report]:
    with database.reader() as session:
        rows = session.scalars(sa.select(stored.Report)).all()
        private = keys.desk_private(session, 1, desk.id, desk.key)
    return [from_bytes(opening.open_report(r.sealed, r.sealed_key, report=r.id, desk_private=private)) for r in rows]


def code_on(page: str) -> str:
    return "".join(re.findall(r"<span>(\d{4})</span>", page))


def test_a_report_is_taken_and_answered_with_a_code(app, client, database, desk) -> None:
    answer = send(client, a_token(app))
    assert answer.status_code == 200
    assert len(code_on(answer.text)) == 28
    [report] = stored_reports(database, desk)
    assert (report.words, report.place, report.month) == ("Само две речи", "Нови Пазар", "2026-10")
    assert report.acts == {"threat", "verbal_insult"}


def test_the_code_opens_the_status_and_never_the_report(app, client, desk) -> None:
    code = code_on(send(client, a_token(app)).text)
    opened = client.post("/sr-Cyrl/receipt", data={"token": a_token(app), "code": code})
    assert opened.status_code == 200
    for secret in ("Само две речи", "Нови Пазар", "Претње"):
        assert secret not in opened.text


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_a_known_sentence_stands_on_the_receipt_and_the_status_of_each_language(app, client, desk, tag: str) -> None:
    sent = send(client, a_token(app), tag).text
    assert said("sent")[tag] in pages.text_of(sent)
    opened = client.post(f"/{tag}/receipt", data={"token": a_token(app), "code": code_on(sent)}).text
    assert said("status")[tag] in pages.text_of(opened)


def completed(page: str) -> list[str]:
    """Fields and forms of the main part that a browser may fill in again by itself.

    A box may not carry the attribute; browsers heed that of its form.
    """
    boxes = {"hidden", "checkbox", "radio"}
    main = pages.parsed(page).find(".//main")
    assert main is not None
    return [
        field.get("name") or field.tag
        for field in main.iter()
        if field.tag in {"form", "input", "select", "textarea"}
        and field.get("type") not in boxes
        and field.get("autocomplete") != "off"
    ]


def test_no_page_of_the_journey_lets_the_browser_fill_answers_in_again(app, client, desk) -> None:
    form, sent = client.get("/hu/report").text, send(client, a_token(app)).text
    opened = client.post("/sr-Cyrl/receipt", data={"token": a_token(app), "code": code_on(sent)}).text
    assert 'name="words"' in form
    assert 'name="answer"' in opened
    for page in (form, opened, client.get("/hu/receipt").text):
        assert completed(page) == []


def test_without_a_desk_key_the_form_says_so_with_numbers_to_call(client) -> None:
    answer = client.get("/en/report")
    assert answer.status_code == 503
    assert "192" in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_form_with_mistakes_comes_back_with_every_answer(app, client, desk, text: str) -> None:
    answer = send(client, a_token(app), role=None, words=text, place=text[:100])
    assert answer.status_code == 422
    page = answer.text
    assert page.index('class="mistakes"') < page.index('id="journey"')
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'name="acts" value="threat" checked' in page
    assert 'name="targets" value="muslim" checked' in page
    import html

    area = re.search(r'<textarea id="words"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert area is not None
    assert html.unescape(area[1]) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_as_typed(app, client, database, desk, text: str) -> None:
    assert send(client, a_token(app), words=text).status_code == 200
    [report] = stored_reports(database, desk)
    import unicodedata

    assert report.words == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(("tag", "word"), [("hu", "Küldés"), ("sr-Latn", "Pošalji"), ("en", "Send")])
def test_changing_the_language_keeps_every_answer_and_stores_nothing(app, client, database, desk, tag, word) -> None:
    token = a_token(app)
    answer = send(client, token, speak=tag)
    assert answer.status_code == 200
    assert f'<html lang="{tag}">' in answer.text
    assert word in answer.text
    assert "Само две речи" in answer.text
    assert 'value="muslim" checked' in answer.text
    assert f'name="token" value="{token}"' in answer.text
    assert stored_reports(database, desk) == []


def test_a_report_remembers_the_language_it_was_written_in(app, client, database, desk) -> None:
    send(client, a_token(app), tag="sr-Cyrl", tongue="hu")
    assert [report.language for report in stored_reports(database, desk)] == ["hu"]


def test_sending_twice_shows_the_same_code_and_makes_one_report(app, client, database, desk) -> None:
    token = a_token(app)
    codes = {code_on(send(client, token).text) for _ in range(3)}
    assert len(codes) == 1
    assert len(stored_reports(database, desk)) == 1


def test_an_edited_form_sent_again_is_given_back_with_a_fresh_token(app, client, database, desk) -> None:
    token = a_token(app)
    send(client, token)
    again = send(client, token, words="Нешто друго")
    assert again.status_code == 422
    assert "Нешто друго" in again.text
    fresh = re.search(r'name="token" value="([^"]+)"', again.text)
    assert fresh is not None
    assert fresh[1] != token
    assert send(client, fresh[1], words="Нешто друго").status_code == 200
    assert len(stored_reports(database, desk)) == 2


@pytest.mark.parametrize("token", ["", "x", "A" * 200, None])
def test_a_form_without_a_token_of_ours_stores_nothing_and_loses_nothing(app, client, database, desk, token) -> None:
    answer = send(client, token)
    assert answer.status_code == 422
    assert "Само две речи" in answer.text
    assert stored_reports(database, desk) == []


def test_a_token_older_than_its_life_gives_the_form_back(app, client, database, desk) -> None:
    assert send(client, a_token(app, minutes=60 * 24 * 8)).status_code == 422
    assert send(client, a_token(app, minutes=60 * 24 * 6)).status_code == 200


@pytest.mark.parametrize("changes", [{"website": "http://x"}, {}])
def test_what_looks_like_a_machine_gets_the_same_page(app, client, database, desk, changes) -> None:
    minutes = 5 if changes else 0
    answer = send(client, a_token(app, minutes=minutes), **changes)
    assert len(code_on(answer.text)) == 28
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report.handling)).all() == [Handling.QUARANTINED]


def test_only_answers_of_the_open_branch_are_kept(app, client, database, desk) -> None:
    send(client, a_token(app), day="2026-01-01", year="2020", consents=["refer_police"])
    [report] = stored_reports(database, desk)
    assert (report.day, report.year, report.consents) == ("", "", frozenset())


def test_unknown_fields_are_never_stored(app, client, database, desk) -> None:
    send(client, a_token(app), handling="closed", id="1", schema="9", origin="telephone")
    [report] = stored_reports(database, desk)
    assert (report.schema, report.origin) == (SCHEMA, "")


@pytest.mark.parametrize("name", ["words", "place", "wish"])
def test_an_answer_that_comes_as_a_file_is_refused_and_not_lost_without_a_word(
    app, client, database, desk, name: str
) -> None:
    answers = {"role": "victim", "acts": "threat", "grounds": "age", "when": "unknown", "setting": "street"}
    sent = {"token": a_token(app), **answers, name: (io.BytesIO("Гурнули су ме.".encode()), "a.txt")}
    answer = client.post("/sr-Cyrl/report", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert stored_reports(database, desk) == []


def test_too_much_at_once_is_said_in_the_readers_language(client, desk) -> None:
    answer = client.post("/en/report", data={"words": "x" * 70_000})
    assert answer.status_code == 413
    assert "shorten" in answer.text


@pytest.mark.parametrize("code", ["1" * 28, "12", "нема", ""])
def test_a_wrong_code_gets_a_clear_sentence(app, client, desk, code: str) -> None:
    answer = client.post("/en/receipt", data={"token": a_token(app), "code": code})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
