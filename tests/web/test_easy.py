"""The form in easy words and the form on paper: the same questions beneath, and nothing lost between them."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from incidents.adapters import data_files
from incidents.core.languages import LANGUAGES
from incidents.db.notice import Page
from incidents.services import notices
from tests import pages
from tests.conftest import NOW
from tests.web.test_branches import FOR_SOMEONE, ONLINE, TOLD
from tests.web.test_reporting import ANSWERS, a_token, code_on, desk, send, stored_reports

__all__ = ["desk"]

EASY, PLAIN, PAPER = "/sr-Cyrl/report/easy", "/sr-Cyrl/report", "/sr-Cyrl/report/paper"
LONGEST_SENTENCE = 14
"""Words."""


def post(client: Any, path: str, **data: Any) -> Any:
    return client.post(path, data={name: value for name, value in data.items() if value is not None})


def steps(page: str) -> list[Element]:
    return [part for part in pages.parsed(page).iter("section") if part.get("data-step")]


def test_what_is_told_in_easy_words_is_a_report_like_any_other(app, client, database, desk) -> None:
    answer = post(client, EASY, **ANSWERS, token=a_token(app), tongue="sr-Cyrl")
    assert len(code_on(answer.text)) == 28
    [report] = stored_reports(database, desk)
    assert (report.words, report.place_code, report.origin) == ("Само две речи", "730602", "")


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_each_step_asks_one_question_in_short_sentences(client, desk, tag: str) -> None:
    page = client.get(f"/{tag}/report/easy").text
    asked = steps(page)[:-1]
    assert len(asked) == 8
    for step in asked:
        assert len(list(step.iter("h2"))) == 1
        hints = [part for part in step.iter("p") if "field__hint" in (part.get("class") or "")]
        for text in ("".join(part.itertext()) for part in (*step.iter("h2"), *hints)):
            for sentence in text.replace("?", ".").replace("!", ".").split("."):
                assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


def test_the_commonest_answers_are_in_easy_words_too_and_mean_the_same(app, client, database, desk) -> None:
    plain, easy = (pages.text_of(client.get(path).text) for path in (PLAIN, EASY))
    assert "Говор мржње у медијима" in plain
    assert "Говор мржње у медијима" not in easy
    assert "Ружне речи у јавности" in easy
    assert "Зато што смо тог народа" in easy
    post(client, EASY, **{**ANSWERS, "acts": "public_hate_speech"}, token=a_token(app), tongue="sr-Cyrl")
    assert [report.acts for report in stored_reports(database, desk)] == [{"public_hate_speech"}]


def test_easier_words_stand_for_codes_that_there_are() -> None:
    vocabulary = data_files.vocabulary()
    for easier, listed in (("easy_act", "act_type"), ("easy_ground", "ground"), ("bias_sign", "bias_indicator")):
        assert {term.code for term in vocabulary.of(easier)} <= {term.code for term in vocabulary.of(listed)}


def test_a_mistake_gives_the_easy_form_back(app, client, database, desk) -> None:
    answer = post(client, EASY, **{**ANSWERS, "role": None}, token=a_token(app), tongue="sr-Cyrl")
    assert answer.status_code == 422
    assert "Ко сте ви?" in pages.text_of(answer.text)
    assert 'name="acts" value="threat" checked' in answer.text
    assert stored_reports(database, desk) == []


EVERYTHING: dict[str, Any] = {**ANSWERS, **FOR_SOMEONE, **ONLINE, **TOLD, "when_words": "пре Ускрса", "place": "Сента"}


@pytest.mark.parametrize(("there", "back"), [(EASY, PLAIN), (PLAIN, EASY)])
def test_changing_to_other_words_and_back_loses_no_answer(app, client, database, desk, there: str, back: str) -> None:
    data = {**EVERYTHING, "token": a_token(app), "tongue": "sr-Cyrl", "otherwise": "1"}
    first = post(client, there, **data)
    assert first.status_code == 200
    sent = pages.form(first.text, there, own=there).sent(otherwise="1")
    again = pages.form(post(client, back, **sent).text, back, own=back).sent()
    for name, value in EVERYTHING.items():
        assert sorted(again[name]) == sorted(value if isinstance(value, list) else [value]), name
    assert stored_reports(database, desk) == []


def test_each_form_leads_to_the_other_by_a_button_that_takes_the_answers_along(client, desk) -> None:
    for page, other in ((PLAIN, EASY), (EASY, PLAIN)):
        ways = [one.get("formaction") for one in pages.parsed(client.get(page).text).iter("button")]
        assert other in ways


def test_paper_has_every_question_open_and_sends_nothing(client, desk) -> None:
    page = client.get(PAPER).text
    main = pages.parsed(page).find(".//main")
    assert main is not None
    names = {field.get("name") for field in main.iter() if field.get("name")}
    assert set(EVERYTHING) | {"season", "organisation", "year"} <= names
    closed = [part for part in main.iter("details") if part.get("open") is None]
    assert len(closed) == 1  # the other languages
    assert list(pages.parsed(page).iter("script")) == []


def test_paper_says_where_it_is_taken_only_if_the_desk_does(client, database, desk) -> None:
    assert "Овај лист је за ваше белешке" in pages.text_of(client.get(PAPER).text)
    with database.unit_of_work() as session:
        notices.write_notice(
            session,
            Page.START,
            "sr-Cyrl",
            "Папир можете донети у Улицу липа 4, радним даном до 15 часова.",
            version=0,
            member=desk,
            now=NOW,
        )
    told = pages.text_of(client.get(PAPER).text)
    assert "Улицу липа 4" in told
    assert "Овај лист је за ваше белешке" not in told


def test_the_first_page_leads_to_easy_words_and_to_paper(client, desk) -> None:
    links = [link.get("href") for link in pages.parsed(client.get("/sr-Cyrl/").text).iter("a")]
    assert {EASY, PAPER} <= set(links)


def test_without_a_desk_key_easy_words_say_so_too(client) -> None:
    assert client.get("/en/report/easy").status_code == 503


def test_a_language_button_on_the_easy_form_stays_easy(app, client, desk) -> None:
    answer = post(client, EASY, **ANSWERS, token=a_token(app), speak="hu")
    assert "Ki Ön?" in pages.text_of(answer.text)
    assert send(client, a_token(app), speak="hu").status_code == 200
