"""Who can help, and the complaint: what is asked leaves no trace, what is not confirmed says so."""

import gzip
import logging
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.adapters.paper import draw
from incidents.app import create_app
from incidents.config import Settings
from incidents.core.languages import LANGUAGES
from incidents.core.paper import Paper
from incidents.db.base import Base
from incidents.db.database import Database
from incidents.web import headers
from incidents.web.help import shown
from incidents.web.tokens import new_token, open_answers, seal_answers
from tests import builders, pages
from tests.adapters.test_paper import words_of
from tests.conftest import NOW
from tests.web.test_reporting import HOSTILE, a_token, code_on, completed, send

TAGS = [language.tag for language in LANGUAGES]
UNSURE = "We could not confirm"


@pytest.fixture
def desk(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)


def ask(client: FlaskClient, tag: str = "en", **asked: str) -> Any:
    return client.post(f"/{tag}/help", data={"tongue": tag, **asked})


def names(page: str) -> list[str]:
    return ["".join(part.itertext()) for part in pages.parsed(page).iter("dt")]


def about(page: str, name: str) -> str:
    """Everything that is said of one body."""
    said: list[str] = []
    for part in pages.parsed(page).iter():
        if part.tag == "dt":
            here = "".join(part.itertext()) == name
        elif part.tag == "dd" and here:
            said.append(" ".join("".join(part.itertext()).split()))
    return "\n".join(said)


# Who can help.


@pytest.mark.parametrize("tag", TAGS)
def test_danger_comes_first_and_every_body_says_what_it_is_for(client: FlaskClient, tag: str) -> None:
    page = client.get(f"/{tag}/help").text
    assert page.index("tel:192") < page.index("tel:194") < page.index("<form") < page.index("<dl")
    listed = names(page)
    assert len(listed) == 19 == len(set(listed))
    assert all(about(page, name) for name in listed)


def test_every_body_has_words(app: Flask) -> None:
    bodies = {body.code for body in app.extensions["incidents"].directory.bodies}
    assert bodies == set(shown._ABOUT)


def test_the_answer_lists_who_is_competent_with_the_reason(client: FlaskClient) -> None:
    page = ask(client, act="unequal_work", ground="disability", place="Ниш", spoken="rom").text
    listed = names(page)
    assert listed[0] == "Commissioner for the Protection of Equality"
    assert "Labour Inspectorate" in listed
    assert not {"Provincial Protector of Citizens - Ombudsman (Vojvodina)", "Press Council"} & set(listed)
    assert "It is listed because of what happened." in about(page, "Labour Inspectorate")
    assert "It has forms in your language." in about(page, listed[0])
    assert "For this place: Niš" not in page  # a city of five municipalities, all alike
    assert "For this place: Subotica" in ask(client, place="Szabadka").text


def test_what_is_not_confirmed_says_so(client: FlaskClient) -> None:
    page = client.get("/en/help").text
    for name in ("Labour Inspectorate", "Press Council", "Centre for social work"):
        assert UNSURE in about(page, name)
    assert f"{UNSURE} this address" in about(page, "Commissioner for the Protection of Equality")
    assert UNSURE not in about(page, "Competent public prosecutor (hate-crime contact point)")
    for number in re.findall(r"tel:(\S+?)\"", page):
        assert number in {"192", "194", "+381214874144", "+38121557727"}


def test_an_address_is_read_in_the_script_of_the_page(client: FlaskClient) -> None:
    assert '<bdi lang="sr-Cyrl">Булевар краља Александра 84, 11000 Београд</bdi>' in client.get("/mk/help").text
    assert '<bdi lang="sr-Latn">Bulevar kralja Aleksandra 84, 11000 Beograd</bdi>' in client.get("/sk/help").text


def test_namesakes_are_asked_about_and_the_choice_is_answered(client: FlaskClient) -> None:
    page = ask(client, place="Јабука").text
    assert "Which of these places do you mean?" in page
    form = pages.form(page, "/en/help", own="/en/help")
    chosen = client.post("/en/help", data=form.sent(municipality="80314", spoken="hu")).text
    assert "For this place: Pančevo" in chosen
    assert "in parts of this municipality" in about(chosen, "Municipal free legal aid service")


@pytest.mark.parametrize(
    ("place", "said"), [("Beč", "We do not know this place"), ("Prishtina", "We have no list for Kosovo*")]
)
def test_a_place_without_a_list_is_told_of(client: FlaskClient, place: str, said: str) -> None:
    assert said in ask(client, place=place).text


def test_what_was_asked_stays_in_the_form_in_another_language_too(client: FlaskClient) -> None:
    page = ask(client, act="threat", ground="age", place="Ада", spoken="hu", speak="hu").text
    assert pages.parsed(page).get("lang") == "hu"
    form = pages.form(page, "/help", own="/en/help")
    values = {name: value for name, value in form.fields if name != "token"}
    assert values == {"tongue": "hu", "act": "threat", "ground": "age", "place": "Ада", "spoken": "hu"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_come_back_as_text(client: FlaskClient, text: str) -> None:
    answer = ask(client, act=text, ground=text, place=text)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert pages.form(answer.text, "/help", own="/en/help").sent()["place"] == [text]


@pytest.mark.parametrize("tag", TAGS)
def test_answers_and_the_complaint_are_valid_html_of_at_most_14000_bytes_with_their_sheet(
    app, client, tag: str
) -> None:
    packed = {"Accept-Encoding": "gzip"}
    sheet = re.search(r"/static/css/site[^\"]+", client.get("/en/").text)
    assert sheet is not None
    answers = [
        client.get(f"/{tag}/help", headers=packed),
        client.post(f"/{tag}/help", data={"tongue": tag, "place": "Јабука"}, headers=packed),
        client.get(f"/{tag}/complaint", headers=packed),
        client.post(f"/{tag}/complaint", data={"tongue": tag, "make": "1", "for_whom": "x"}, headers=packed),
    ]
    for answer in answers:
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(gzip.decompress(answer.data).decode())
        assert [error for _, error, _ in parser.errors] == []
        sent = [answer, client.get(sheet[0], headers=packed)]
        assert sum(len(one.data) + len(str(one.headers)) for one in sent) < 14_000


def test_answers_are_kept_by_nobody(client: FlaskClient) -> None:
    answer = ask(client, act="threat", place="Суботица")
    assert answer.headers["Cache-Control"] == headers.PRIVATE
    assert "Set-Cookie" not in answer.headers
    assert "/sweep.css" in answer.text
    assert client.get("/en/help").headers["Cache-Control"] == headers.PUBLIC
    assert client.get("/en/help?act=unequal_work&place=Ниш").text == client.get("/en/help").text


def test_neither_form_lets_the_browser_fill_answers_in_again(client: FlaskClient) -> None:
    for page in (client.get("/hu/help").text, ask(client, place="Јабука").text, client.get("/hu/complaint").text):
        assert completed(page) == []


def test_the_operators_organisations_are_shown_apart_in_their_own_language(settings, database, tmp_path: Path) -> None:
    path = tmp_path / "local.csv"
    path.write_text(
        "name,about,tag,need,acts,grounds,settings,municipalities,address,phone,email,site,checked_on\n"
        "Udruženje <Most>,Slušamo vas.,sr-Latn,support,,,,Subotica,,024 000 000,,,2026-11-01\n"
        "Stari broj,,sr-Latn,support,,,,,,024 111 111,,,2025-11-01\n",
        encoding="utf-8",
    )
    client = create_app(replace(settings, help_file=path), now=lambda: NOW, database=database).test_client()
    page = ask(client, "hu", place="Szabadka").text
    assert '<dt lang="sr-Latn">Udruženje &lt;Most&gt;</dt>' in page
    assert "Az oldal működtetői vették fel" in page
    assert "024 000 000" in about(page, "Udruženje <Most>")
    assert "024 111 111" not in page
    assert "Udruženje" not in ask(client, "hu", place="Ниш").text


# After a report.


def carried(page: str) -> str:
    form = pages.form(page, "/help")
    return dict(form.fields)["answers"]


def test_the_receipt_leads_to_help_for_what_was_just_told(app, client, desk) -> None:
    receipt = send(client, a_token(app), acts=["unequal_work"], grounds=["disability"], setting="workplace").text
    page = client.post("/sr-Cyrl/help", data={"answers": carried(receipt)}).text
    assert names(page)[0] == "Повереник за заштиту равноправности"
    assert "Инспекција рада" in names(page)
    assert "Савет за штампу" not in names(page)
    assert "За ово место: Нови Пазар" in page


def test_the_receipt_shows_nothing_of_the_report_to_whoever_looks(app, client, desk) -> None:
    receipt = send(client, a_token(app)).text
    assert len(code_on(receipt)) == 28
    for told in ("threat", "religious_belief", "Нови Пазар", "2026-10", "Само две речи"):
        assert told not in receipt
    assert len(gzip.compress(receipt.encode())) < 4000


def test_what_the_receipt_carries_holds_no_words_and_dies_after_an_hour(app, client, desk) -> None:
    sealed = carried(send(client, a_token(app)).text)
    with app.test_request_context():
        assert open_answers(sealed) == {
            "acts": ["threat", "verbal_insult"],
            "grounds": ["religious_belief"],
            "settings": ["street"],
            "place": ["Нови Пазар"],
            "when": ["2026-10"],
        }
        site = app.extensions["incidents"]
        app.extensions["incidents"] = replace(site, now=lambda: NOW + timedelta(hours=1))
        assert open_answers(sealed) == {}


@pytest.mark.parametrize("forged", ["", "x", "A" * 300, "Ж", "===="])
def test_a_forged_carriage_is_as_if_nothing_had_been_answered(client: FlaskClient, forged: str) -> None:
    assert names(ask(client, answers=forged).text) == names(client.get("/en/help").text)


def test_a_form_token_is_no_carriage(app, client: FlaskClient) -> None:
    with app.test_request_context():
        token = new_token()
        assert open_answers(token) == {}


def test_the_complaint_begins_with_what_was_told_and_without_its_words(app, client, desk) -> None:
    receipt = send(client, a_token(app), grounds=["age", "not_sure"]).text
    page = client.post("/sr-Cyrl/complaint", data={"answers": carried(receipt)}).text
    values = pages.form(page, "/complaint", own="/sr-Cyrl/complaint").sent()
    assert values["grounds"] == ["age"]
    assert (values["when"], values["where"], values["what"]) == (["2026-10"], ["Нови Пазар"], [""])


# The complaint.

TYPED = {
    "make": "1",
    "script": "sr-Cyrl",
    "for_whom": "other",
    "name": "Подносилац Пример",
    "contact": "Улица без броја",
    "person": "Пријатељица Пример",
    "wrongdoer": "Kafana „Kod mosta”",
    "grounds": ["disability", "age"],
    "when": "у петак увече",
    "where": "Kikinda",
    "what": "Nem engedtek be a kerekesszékkel.\nŐk azt mondták: „nincs hely”.",
    "evidence": "Снимак; сведоци",
}


def make(client: FlaskClient, tag: str = "hu", **changes: Any) -> Any:
    return client.post(f"/{tag}/complaint", data={"tongue": tag, **TYPED, **changes})


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> list[Paper]:
    """What is handed to be drawn, in the order of the requests."""
    seen: list[Paper] = []

    def drawn(paper: Paper) -> bytes:
        seen.append(paper)
        return draw(paper)

    monkeypatch.setattr("incidents.adapters.paper.draw", drawn)
    return seen


def test_the_document_holds_everything_in_serbian_with_the_readers_labels_beside(client: FlaskClient) -> None:
    answer = make(client)
    assert answer.status_code == 200
    words = words_of(answer.data)
    for typed in (
        "Подносилац Пример",
        "Пријатељица",
        "Kafana „Kod mosta”",
        "у петак увече",
        "Kikinda",
        "Ők azt",
        "сведоци",
    ):
        assert typed in words
    for serbian in (
        "Повереник за",
        "Притужба због дискриминације",
        "члан 35",
        "Инвалидитет",
        "Старосно доба",
        "За неког",
    ):
        assert serbian in words
    for hungarian in ("Egyenlőségvédelmi biztos", "Ki tette?", "Aláírás"):
        assert hungarian in words
    assert "Fogyatékosság" not in words


@pytest.mark.parametrize("script", ["sr-Cyrl", "sr-Latn"])
def test_a_serbian_reader_gets_each_label_once(client: FlaskClient, papers: list[Paper], script: str) -> None:
    make(client, "sr-Latn", script=script)
    [drawn] = papers
    assert [point.label.own for point in drawn.points] == [""] * 10
    assert (
        drawn.title.text
        == {"sr-Cyrl": "Притужба због дискриминације", "sr-Latn": "Pritužba zbog diskriminacije"}[script]
    )


@pytest.mark.parametrize("tag", [tag for tag in TAGS if not tag.startswith("sr-")])
def test_every_other_reader_gets_each_label_in_both_languages(
    client: FlaskClient, papers: list[Paper], tag: str
) -> None:
    assert make(client, tag).status_code == 200
    [drawn] = papers
    lines = [drawn.addressee, drawn.title, drawn.basis, *(point.label for point in drawn.points), *drawn.to_sign]
    assert all(line.text and line.own for line in lines)
    assert all(re.search("[а-џ]", line.text) for line in lines)
    assert sum(line.text != line.own for line in lines) > 10


@pytest.mark.parametrize(
    ("whom", "has_person", "signatures"), [("self", False, 2), ("other", True, 3), ("group", True, 2)]
)
def test_the_consent_is_signed_only_where_somebody_complains_for_another(
    client: FlaskClient, papers: list[Paper], whom: str, has_person: bool, signatures: int
) -> None:
    make(client, "sr-Cyrl", for_whom=whom)
    [drawn] = papers
    assert any("Пријатељица" in point.text for point in drawn.points) is has_person
    assert len(drawn.to_sign) == signatures


def test_an_empty_form_gives_a_document_to_fill_in_by_hand(client: FlaskClient, papers: list[Paper]) -> None:
    answer = client.post("/en/complaint", data={"make": "1", "tongue": "en", "for_whom": "self"})
    assert answer.mimetype == "application/pdf"
    [drawn] = papers
    assert {point.text for point in drawn.points} == {"", "Za sebe"}
    assert all(point.rules for point in drawn.points if not point.text)


def test_the_document_is_kept_by_nobody_and_its_name_tells_nothing(client: FlaskClient) -> None:
    answer = make(client)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == headers.PRIVATE
    assert {name: answer.headers[name] for name in headers.FIXED} == headers.FIXED
    assert "Set-Cookie" not in answer.headers
    assert make(client).data == answer.data


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_become_a_document_or_come_back_as_text(client: FlaskClient, text: str) -> None:
    fields = dict.fromkeys(("name", "contact", "person", "wrongdoer", "when", "where"), text[:200])
    answer = make(client, **fields, what=text, evidence=text)
    if answer.status_code == 200:
        assert answer.data.startswith(b"%PDF-")
        return
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "שלום" in text, "only letters that cannot be drawn are a reason to refuse"


def test_mistakes_keep_every_answer_and_are_said_at_their_fields(client: FlaskClient) -> None:
    answer = make(client, "sr-Latn", what="اخرج من هنا", name="ж" * 301)
    assert answer.status_code == 422
    assert "Dokument može da sadrži samo" in answer.text
    assert 'aria-invalid="true"' in answer.text
    form = pages.form(answer.text, "/complaint", own="/sr-Latn/complaint").sent()
    kept = {name: value[0] for name, value in form.items() if name in TYPED and name != "grounds"}
    typed = {name: value for name, value in TYPED.items() if name not in {"make", "grounds"}}
    assert kept == {**typed, "what": "اخرج من هنا", "name": "ж" * 301}
    assert set(form["grounds"]) == {"disability", "age"}


def test_another_language_keeps_every_answer(client: FlaskClient) -> None:
    answer = client.post("/hu/complaint", data={**TYPED, "make": [], "tongue": "hu", "speak": "sk"})
    assert pages.parsed(answer.text).get("lang") == "sk"
    form = pages.form(answer.text, "/complaint", own="/hu/complaint").sent()
    assert form["tongue"] == ["sk"]
    assert form["what"] == [TYPED["what"]]
    assert set(form["grounds"]) == set(TYPED["grounds"])
    assert form["script"] == ["sr-Cyrl"]


def test_too_long_a_complaint_is_told_of_in_the_readers_language(client: FlaskClient) -> None:
    answer = make(client, "hu", what="ж" * 8001)
    assert answer.status_code == 422
    assert "Ez túl hosszú" in answer.text
    longest = {**TYPED, "what": "ж" * 8000, "evidence": "ж" * 3000}
    assert client.post("/hu/complaint", data=longest, content_type="multipart/form-data").status_code == 200


# No trace.


def everything_stored(database: Database) -> str:
    with database.reader() as session:
        return "".join(repr(session.execute(sa.select(table)).all()) for table in Base.metadata.sorted_tables)


def test_no_marker_of_what_was_typed_is_found_in_database_log_or_file(
    client, database, desk, tmp_path: Path, caplog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    marker = "МаркерКојиСеТражи"
    typed = {
        name: f"{marker}{name}"
        for name in ("name", "contact", "person", "wrongdoer", "when", "where", "what", "evidence")
    }
    before = everything_stored(database)
    with caplog.at_level(logging.DEBUG):
        assert make(client, **typed).data.startswith(b"%PDF-")
        assert make(client, **typed | {"what": f"{marker} اخرج"}).status_code == 422
        assert ask(client, place=marker, act=marker).status_code == 200
        assert client.post("/en/complaint", data={"answers": marker}).status_code == 200
    assert everything_stored(database) == before
    assert "Чланица" in before, "the search finds what is stored"
    assert marker not in caplog.text
    assert [path for path in tmp_path.rglob("*") if path.is_file() and marker.encode() in path.read_bytes()] == []


def test_a_failure_while_drawing_gives_the_words_back_to_be_sent_again_and_says_nothing_else_of_them(
    client, monkeypatch, caplog
) -> None:
    def fail(_paper: Paper) -> bytes:
        raise ValueError(repr(_paper))

    monkeypatch.setattr("incidents.adapters.paper.draw", fail)
    answer = make(client, what="МаркерКојиСеТражи")
    assert answer.status_code == 500
    fields = re.compile(r"<input type=\"hidden\"[^>]*>|<textarea.*?</textarea>", re.DOTALL)
    assert "МаркерКојиСеТражи" in "".join(fields.findall(answer.text))
    assert "Маркер" not in fields.sub("", answer.text) + caplog.text
    assert "ValueError" in caplog.text


def test_sealed_answers_are_different_each_time(app: Flask) -> None:
    with app.test_request_context():
        assert seal_answers({"acts": ["threat"]}) != seal_answers({"acts": ["threat"]})
