"""The question before sending: asked once, everything kept, never in the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from incidents.db import report as stored
from tests import pages
from tests.web.test_reporting import a_token, code_on, desk, send, stored_reports

__all__ = ["desk"]
TOLD = "Зовем се Марија Станковић. Возио је ауто БГ 123-АБ, а мене зовите на 064/123-4567."


def asked_about(page: str) -> list[str]:
    section = pages.parsed(page).find(".//section[@data-asked]")
    return [] if section is None else ["".join(point.itertext()) for point in section.iter("li")]


def typed_into(page: str) -> dict[str, list[str]]:
    return pages.form(page, "/report", own="/report").sent()


def test_the_first_send_names_what_was_found_and_stores_nothing(app, client, database, desk) -> None:
    answer = send(client, a_token(app), words=TOLD)
    assert answer.status_code == 422
    assert asked_about(answer.text) == [
        "Име: Марија Станковић",
        "Регистарска таблица: БГ 123-АБ",
        "Број телефона: 064/123-4567",
    ]
    assert stored_reports(database, desk) == []


def test_the_second_send_passes_at_once_with_the_same_token(app, client, database, desk) -> None:
    token = a_token(app)
    asked = send(client, token, words=TOLD)
    form = typed_into(asked.text)
    assert form["token"] == [token]
    assert code_on(client.post("/sr-Cyrl/report", data=form).text)
    assert [report.words for report in stored_reports(database, desk)] == [TOLD]


def test_links_that_look_alike_are_named_once_and_hide_nothing_behind_them(app, client, desk) -> None:
    links = " ".join(f"https://www.facebook.com/grupa/{number}" for number in range(12))
    asked = asked_about(send(client, a_token(app), words=f"{links} Зовите ме на 064/123-4567.").text)
    assert len(asked) == 2
    assert asked[0].endswith("https://www.facebook.co…")
    assert asked[1] == "Број телефона: 064/123-4567"


def test_every_answer_is_kept_while_it_is_asked(app, client, desk) -> None:
    form = typed_into(send(client, a_token(app), words=TOLD).text)
    assert (form["acts"], form["grounds"], form["month"]) == (
        ["verbal_insult", "threat"],
        ["religious_belief"],
        ["2026-10"],
    )
    assert (form["words"], form["place"], form["wish"]) == ([TOLD], ["Нови Пазар"], ["count_only"])


def test_a_text_changed_after_the_question_is_taken_whatever_stands_in_it(app, client, database, desk) -> None:
    form = typed_into(send(client, a_token(app), words=TOLD).text)
    form["words"] = ["Зовите ме на 065/765-4321."]
    assert client.post("/sr-Cyrl/report", data=form).status_code == 200
    assert [report.words for report in stored_reports(database, desk)] == ["Зовите ме на 065/765-4321."]


def test_mistakes_and_the_question_come_back_together(app, client, desk) -> None:
    page = send(client, a_token(app), words=TOLD, role=None).text
    assert len(asked_about(page)) == 3
    assert 'class="mistakes"' in page


def test_the_place_is_looked_at_too(app, client, desk) -> None:
    page = send(client, a_token(app), place="Зовите 064/123-4567").text
    assert asked_about(page) == ["Број телефона: 064/123-4567"]
    assert 'href="#place"' in page


@pytest.mark.parametrize(
    "words", ["", "Само две речи", "Било је 12.03.2024. у 18 сати, њих 20-25.", "Возио је БМВ 320."]
)
def test_who_wrote_nothing_of_the_kind_is_not_asked(app, client, words: str, desk) -> None:
    assert send(client, a_token(app), words=words).status_code == 200


def test_what_was_found_is_shortened_and_never_markup(app, client, desk) -> None:
    page = send(client, a_token(app), tag="en", words="vidi https://primer.rs/<b>ovo</b>/" + "x" * 80).text
    assert asked_about(page) == ["A link or a user name: https://primer.rs/"]
    page = send(client, a_token(app), tag="en", words="vidi https://primer.rs/" + "x" * 80).text
    assert asked_about(page) == ["A link or a user name: https://primer.rs/xxxxx…"]


def test_a_changed_language_does_not_ask_again(app, client, database, desk) -> None:
    form = typed_into(send(client, a_token(app), words=TOLD).text)
    spoken = client.post("/sr-Cyrl/report", data={**form, "speak": "hu"})
    assert asked_about(spoken.text) == []
    assert client.post("/hu/report", data=typed_into(spoken.text)).status_code == 200
    assert len(stored_reports(database, desk)) == 1


def test_changing_the_language_before_sending_leaves_the_question_open(app, client, desk) -> None:
    spoken = send(client, a_token(app), words=TOLD, speak="hu")
    field = re.search(r'<input type="hidden" name="cautioned"[^>]*>', spoken.text)
    assert field is not None
    assert "disabled" in field[0]


def test_who_fell_into_the_trap_is_not_asked_and_gets_the_same_page(app, client, desk) -> None:
    assert code_on(send(client, a_token(app), words=TOLD, website="http://x.example").text)


def test_an_answer_to_the_desk_is_asked_about_once_as_well(app, client, database, desk) -> None:
    code = code_on(send(client, a_token(app)).text)
    data: dict[str, Any] = {"token": a_token(app), "code": code, "answer": "Пишите на ana@primer.rs"}
    asked = client.post("/sr-Cyrl/receipt", data=data)
    assert (asked.status_code, asked_about(asked.text)) == (422, ["Имејл адреса: ana@primer.rs"])
    thanks = client.post("/sr-Cyrl/receipt", data=pages.form(asked.text, "/receipt", own="/receipt").sent())
    assert thanks.status_code == 200
    with database.reader() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(stored.Message)) == 1
