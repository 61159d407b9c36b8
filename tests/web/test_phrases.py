"""Ready texts for messages at the desk, and messages that wait for no answer."""

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import Handling
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.report import Message, MessageKind
from incidents.services import receipts
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk


@pytest.fixture
def ana(app: Flask, database: Database, settings: Settings) -> AtDesk:
    return a_desk(app, database, settings, (Role.MODERATOR,))[0]


def taken(ana: AtDesk, database: Database, settings: Settings, **changes: object) -> str:
    with database.unit_of_work() as session:
        builders.send(session, a_report(**changes), settings, now=NOW)
        report = f"/desk/reports/{builders.only_report(session)}"
    assert ana.press(report, "/take").status_code == 303
    return report


def put(ana: AtDesk, report: str, situation: str, **typed: str) -> str:
    """The page with this text in its box."""
    form = pages.form(ana.open(report), "/ask")
    answer = ana.client.post(f"{report}/phrase", data=form.sent(situation=situation, **typed))
    assert answer.status_code == 200
    return answer.text


def box(page: str, ending: str = "/ask") -> str:
    return pages.form(page, ending).sent()["question"][0]


def test_a_text_comes_in_the_language_of_the_form_and_says_what_it_means(ana, database, settings) -> None:
    page = put(ana, taken(ana, database, settings, language="sq"), "date_unclear")
    assert box(page).startswith("Kur ndodhi kjo? Mjafton muaji.")
    assert "У њему пише: Када се ово догодило?" in pages.text_of(page)
    assert "Још га није прочитао нико коме је то матерњи језик." in pages.text_of(page)


def test_latin_serbian_is_derived(ana, database, settings) -> None:
    page = put(ana, taken(ana, database, settings, language="sr-Latn"), "who_targeted")
    assert box(page).startswith("Na koga je ovo bilo usmereno: na vas")


def test_namesakes_of_the_place_are_named_and_what_the_reporter_typed_is_not(ana, database, settings) -> None:
    page = put(ana, taken(ana, database, settings, language="hu", place="Слатина"), "place_which")
    assert "Bor" in box(page)
    assert "Слатина" not in box(page)


@pytest.mark.parametrize("situation", ["place_which", "settled", "set_aside", "nonsense", ""])
def test_what_has_nothing_to_say_is_neither_offered_nor_filled_in(ana, database, settings, situation: str) -> None:
    report = taken(ana, database, settings, place="")
    page = ana.open(report)
    assert f'value="{situation or "place_which"}"' not in page
    assert box(put(ana, report, situation)) == ""


def test_bodies_are_named_in_the_reporters_language(ana, database, settings) -> None:
    page = put(ana, taken(ana, database, settings, language="hu", acts=frozenset({"physical_attack"})), "pass_on")
    assert "Rendőrség" in box(page)
    assert "ügyészség" in box(page)


def test_what_was_typed_stays_and_an_unchanged_text_gives_way_to_another(ana, database, settings) -> None:
    report = taken(ana, database, settings, language="hu")
    first = put(ana, report, "date_unclear", question="Jó napot!")
    assert box(first).startswith("Jó napot!\n\nMikor történt ez?")
    form = pages.form(put(ana, report, "date_unclear"), "/ask")
    second = ana.client.post(f"{report}/phrase", data=form.sent(situation="who_targeted")).text
    assert box(second).startswith("Ki ellen irányult")
    assert "Mikor" not in box(second)


def test_nothing_is_stored_by_looking_at_a_text(ana, database, settings) -> None:
    put(ana, taken(ana, database, settings), "danger_now")
    with database.reader() as session:
        assert session.scalars(sa.select(Message)).all() == []


def test_a_notice_reaches_the_reporter_and_the_report_stays_where_it_stands(app, ana, database, settings) -> None:
    with database.unit_of_work() as session:
        code = builders.send(session, a_report(language="hu"), settings, now=NOW)
        report = f"/desk/reports/{(id_ := builders.only_report(session))}"
    ana.press(report, "/take")
    form = pages.form(ana.open(report), "/ask")
    assert ana.client.post(f"{report}/tell", data=form.sent(question="Köszönjük.")).status_code == 303
    with database.reader() as session:
        assert session.get_one(stored.Report, id_).handling is Handling.IN_TRIAGE
        opened = receipts.open_receipt(session, code, pepper=settings.pepper)
        assert [entry.action for entry, _ in entries(session, subject=f"report:{id_}")][-1] == "tell"
    [told] = opened.exchanges
    assert (told.kind, told.text) == (MessageKind.NOTICE, "Köszönjük.")
    assert "Писали смо" in pages.text_of(ana.open(report))


def test_why_a_report_was_set_aside_is_told_with_where_help_is(ana, database, settings) -> None:
    report = taken(ana, database, settings, language="sk")
    assert ana.press(report, "/set-aside", reason="outside_serbia").status_code == 303
    form = pages.form(ana.open(report), "/tell")
    page = ana.client.post(f"{report}/phrase", data=form.sent(situation="set_aside")).text
    assert "Kto môže pomôcť" in box(page, "/tell")
    assert "mimo" in box(page, "/tell").lower()
    assert not pages.has_form(page, "/ask")


@pytest.mark.parametrize("reason", ["abuse", "test"])
def test_nobody_is_told_that_we_took_them_for_a_nuisance(ana, database, settings, reason: str) -> None:
    report = taken(ana, database, settings)
    ana.press(report, "/set-aside", reason=reason)
    assert 'value="set_aside"' not in ana.open(report)


@pytest.mark.parametrize("act", ["ask", "tell"])
def test_the_same_message_is_not_sent_twice_from_one_page(ana, database, settings, act: str) -> None:
    report = taken(ana, database, settings)
    data = pages.form(ana.open(report), "/ask").sent(question="Да ли је било сведока?")
    assert ana.client.post(f"{report}/{act}", data=data).status_code == 303
    assert ana.client.post(f"{report}/{act}", data=data).status_code == 409


def test_a_reporter_cannot_pass_for_the_desk(app, ana, database, settings) -> None:
    with database.unit_of_work() as session:
        code = builders.send(session, a_report(), settings, now=NOW)
    client = app.test_client()
    page = client.get("/sr-Cyrl/receipt").text
    opened = client.post("/sr-Cyrl/receipt", data=pages.form(page, "", own="/sr-Cyrl/receipt").sent(code=code)).text
    form = pages.form(opened, "/sr-Cyrl/receipt", own="/sr-Cyrl/receipt")
    client.post("/sr-Cyrl/receipt", data=form.sent(answer="Пишем поново.", kind="notice"))
    with database.reader() as session:
        assert [message.kind for message in session.scalars(sa.select(Message))] == [MessageKind.ADDITION]
