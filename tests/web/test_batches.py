"""A partner at the desk: a table of theirs is looked through, sent whole, and nothing else is theirs to see."""

import csv
import io
import re
from base64 import b64decode
from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import Workbook
from werkzeug.test import TestResponse

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.receipt import parse_code
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.services import keys, moderation, receipts
from incidents.web.desk import batches
from tests import builders, pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

HERE = "/desk/tables/"
HEADER = ("acts", "grounds", "setting", "date", "place", "words", "reference")
GOOD = ("verbal_insult; threat", "national_ethnic", "street", "15.3.2026.", "Novi Sad", "Vikali su na nas 😔", "17/26")
OTHER = ("threat", "language", "public_transport", "3.2026", "Суботица", "Рекли су ми да ћутим.", "=1+1")


@pytest.fixture
def people(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    """A moderator, and a partner."""
    return a_desk(app, database, settings, (Role.MODERATOR,), (Role.PARTNER,))


def a_table(*rows: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEADER, *rows])
    return text.getvalue().encode()


def send(who: AtDesk, content: bytes, name: str = "prijave.csv", **changes: str) -> TestResponse:
    token = pages.form(who.open(HERE), HERE).sent()["token"]
    data = {"token": token, "language": "sr-Latn", "table": (io.BytesIO(content), name), **changes}
    return who.client.post(HERE, data=data, content_type="multipart/form-data")


def kept(database: Database) -> int:
    with database.reader() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(stored.Report)) or 0


def test_a_table_is_only_looked_through_unless_it_is_sent(people: list[AtDesk], database: Database) -> None:
    answer = send(people[1], a_table(GOOD, OTHER))
    words = pages.text_of(answer.text)
    assert answer.status_code == 200
    assert "2 реда могу да се приме." in words
    assert "Ништа није сачувано." in words
    assert kept(database) == 0


def test_a_table_is_sent_whole_with_a_code_for_each_row(
    people: list[AtDesk], database: Database, settings: Settings
) -> None:
    moderator, partner = people
    answer = send(partner, a_table(GOOD, OTHER), sends="y")
    assert answer.status_code == 200
    assert "Примљене су 2 пријаве" in pages.text_of(answer.text)
    [file] = re.findall(r'href="data:text/csv;base64,([^"]+)"', answer.text)
    rows = list(csv.DictReader(io.StringIO(b64decode(file).decode("utf-8-sig"))))
    assert [(row["row"], row["reference"]) for row in rows] == [("2", "17/26"), ("3", "'=1+1")]
    with database.unit_of_work() as session:
        for row in rows:
            code = parse_code(row["receipt_code"])
            assert receipts.open_receipt(session, code, pepper=settings.pepper)
        found = []
        for report in session.scalars(sa.select(stored.Report.id)).all():
            moderation.take_report(session, report, member=moderator.member, now=NOW)
            found.append(moderation.read_report(session, report, member=moderator.member, now=NOW).content)
        [batch] = session.scalars(sa.select(stored.Batch))
        told = [(one.actor, one.after) for one, _ in entries(session) if one.action == "import"]
    assert {one.words for one in found if one} == {GOOD[5], OTHER[5]}
    assert {one.partner for one in found if one} == {builders.ORGANISATION}
    assert (batch.partner, batch.reports) == (builders.ORGANISATION, 2)
    assert told == [(partner.member.name, "2 reports")]
    assert "2 пријаве" in pages.text_of(partner.open(HERE))


def test_one_row_that_cannot_be_taken_holds_back_the_whole_table(people: list[AtDesk], database: Database) -> None:
    wrong = ("udarac u vetar", "language", "street", "31.2.2026.", "Novo Selo", "", "3")
    answer = send(people[1], a_table(GOOD, wrong), sends="y")
    words = pages.text_of(answer.text)
    assert answer.status_code == 422
    assert "1 ред најпре треба исправити." in words
    assert "Ред 3, колона A (acts): „udarac u vetar“ овде није ни ознака ни назив." in words
    assert "Ред 3, колона D (date): „31.2.2026.“ није датум" in words
    assert "може бити више места. Напишите једно од ових:" in words
    assert kept(database) == 0


def test_a_place_that_is_not_clear_is_taken_if_the_partner_says_so(people: list[AtDesk], database: Database) -> None:
    unclear = (*GOOD[:4], "Novo Selo", *GOOD[5:])
    assert send(people[1], a_table(unclear), sends="y").status_code == 422
    assert send(people[1], a_table(unclear), sends="y", takes_unsure="y").status_code == 200
    assert kept(database) == 1


def test_a_workbook_is_read_too(people: list[AtDesk], database: Database) -> None:
    book, content = Workbook(), io.BytesIO()
    for row in (HEADER, GOOD):
        book.active.append([cell.replace("=", "") for cell in row])
    book.save(content)
    assert send(people[1], content.getvalue(), "prijave.xlsx", sends="y").status_code == 200
    assert kept(database) == 1


def test_the_same_file_is_not_taken_twice_unawares(people: list[AtDesk], database: Database) -> None:
    send(people[1], a_table(GOOD), sends="y")
    answer = send(people[1], a_table(GOOD), sends="y")
    assert answer.status_code == 409
    assert f"Баш ова датотека послата је {NOW.date().isoformat()}" in pages.text_of(answer.text)
    assert send(people[1], a_table(GOOD), sends="y", again="y").status_code == 200
    assert kept(database) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "празна је."),
        (b"PK\x03\x04 no archive", "није исправна .xlsx датотека"),
        (b"\xd0\xcf\x11\xe0 old", "Excel датотека старија од 2007."),
        (b"a;b;c\n1;2;3\n", "ниједан ред не именује колоне acts, grounds, setting."),
        (";".join(HEADER).encode(), "има од 1 до 2000 редова."),
    ],
)
def test_a_file_that_is_no_table_of_reports_is_refused_in_a_sentence(
    people: list[AtDesk], content: bytes, said: str
) -> None:
    answer = send(people[1], content, sends="y")
    assert answer.status_code == 422
    assert said in pages.text_of(answer.text)


def test_a_table_that_is_too_long_is_refused(
    people: list[AtDesk], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_ROWS", 2)
    answer = send(people[1], a_table(GOOD, OTHER, GOOD), sends="y")
    assert (answer.status_code, kept(database)) == (422, 0)
    assert "има од 1 до 2 редова." in pages.text_of(answer.text)


def test_without_a_file_or_with_an_old_page_nothing_happens(people: list[AtDesk], database: Database) -> None:
    token = pages.form(people[1].open(HERE), HERE).sent()["token"]
    assert people[1].client.post(HERE, data={"token": token, "language": "hu"}).status_code == 422
    assert send(people[1], a_table(GOOD), token="old", sends="y").status_code == 422
    assert kept(database) == 0


def test_the_empty_table_is_read_as_one_with_an_example_to_delete(people: list[AtDesk]) -> None:
    empty = people[1].client.get(f"{HERE}template.csv")
    assert empty.data.startswith(b"\xef\xbb\xbf")
    words = pages.text_of(send(people[1], empty.data).text)
    assert "ово је пример из празне табеле: обришите ред." in words


def test_a_partner_comes_to_the_tables_and_sees_nothing_else(people: list[AtDesk]) -> None:
    partner = people[1]
    assert partner.client.get("/desk/").location == HERE
    page = pages.parsed(partner.open(HERE))
    menu = [link.get("href") for nav in page.iter("nav") for link in nav.iter("a")]
    assert HERE in menu
    assert not any("/desk/reports" in (address or "") for address in menu)
    assert partner.client.get("/desk/search/").status_code == 403


def test_a_partner_is_given_no_key(database: Database, people: list[AtDesk]) -> None:
    moderator, partner = people
    with database.unit_of_work() as session:
        assert partner.member.id not in keys.holders_of_now(session)
        with pytest.raises(keys.Partner):
            keys.share_desk_keys(session, partner.member.id, by=moderator.member.id, by_key=moderator.member.key)
