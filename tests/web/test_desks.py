"""Pages of two desks: each member sees their own, and every way to a report of the other leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.report import Report
from incidents.services import moderation, resealing, settlement
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.conftest import NOW
from tests.web import test_odihr as odihr
from tests.web.desk import AtDesk, a_desk, come_in

BOTH = (Role.MODERATOR, Role.REVIEWER)
WORDS = "Bacali su kamenje na moju kuću."


@dataclass
class Two:
    """Ana is at both desks, Boris at the national one, Vesna at `sever`, where the report lies."""

    ana: AtDesk
    boris: AtDesk
    vesna: AtDesk
    report: UUID


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> Two:
    ana, boris, vesna = a_desk(app, database, settings, BOTH, BOTH, BOTH)
    with database.unit_of_work() as session:
        builders.keys.take_grants(session, vesna.member.id)
        epoch = builders.a_further_desk(session, ana.member, vesna.member, now=NOW)
        builders.send(session, builders.a_report(words=WORDS), settings, now=NOW, epoch=epoch)
        return Two(ana, boris, vesna, builders.only_report(session))


def ways(app: Flask, report: UUID) -> list[tuple[str, str]]:
    """Every address with a report in it, and how it is asked for."""
    found = []
    for rule in app.url_map.iter_rules():
        if "report" in rule.arguments and rule.rule.startswith("/desk/"):
            values = {name: str(uuid4()) for name in rule.arguments - {"report", "number", "part"}}
            path = rule.rule.replace("<uuid:report>", str(report)).replace("<int:number>", "1")
            for name, value in values.items():
                path = path.replace(f"<uuid:{name}>", value)
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_no_way_leads_to_a_report_of_another_desk(app: Flask, two: Two, database: Database) -> None:
    asked = ways(app, two.report)
    assert len(asked) > 20
    with app.test_request_context():
        token = new_token()
    for method, path in asked:
        sent = {"data": {"token": token, "version": "1"}} if method == "POST" else {}
        answer = two.boris.client.open(path, method=method, **sent)
        assert answer.status_code != 500, (method, path)
        assert WORDS not in answer.text, (method, path)
    with database.reader() as session:
        row = session.scalars(sa.select(Report)).one()
    assert (row.handling.value, row.lease_member_id, row.version) == ("received", None, 1)


def test_it_answers_as_one_that_was_never_sent(two: Two) -> None:
    mine, nobodys = (two.boris.client.get(f"/desk/reports/{one}") for one in (two.report, uuid4()))
    assert (mine.status_code, mine.text) == (nobodys.status_code, nobodys.text) == (404, mine.text)


def test_the_queue_names_the_desk_to_who_is_at_several(two: Two) -> None:
    assert "Север" in two.ana.open("/desk/")
    assert "Север" not in two.vesna.open("/desk/")
    assert str(two.report) in two.vesna.open("/desk/")
    assert str(two.report) not in two.boris.open("/desk/")
    assert "Север" in two.ana.open(f"/desk/reports/{two.report}")


def test_who_cannot_read_an_incidents_reports_is_told_who_decides(two: Two, database: Database) -> None:
    with database.unit_of_work() as session:
        version = moderation.take_report(session, two.report, member=two.vesna.member, now=NOW)
        incident = settlement.propose_incident(
            session,
            two.report,
            builders.a_settlement(acts=frozenset({"verbal_insult"})),
            version=version,
            member=two.vesna.member,
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            now=NOW,
        )
    told = "налазе се код другог тима"
    page = two.boris.open(f"/desk/incidents/{incident}")
    assert told in page
    assert "/accept" not in page
    assert str(two.report) not in page
    assert told not in two.ana.open(f"/desk/incidents/{incident}")
    assert two.boris.client.get("/desk/incidents/next").location == "/desk/incidents/"
    assert two.ana.client.get("/desk/incidents/next").location == f"/desk/incidents/{incident}"


def given(who: AtDesk, report: UUID, **changes: str) -> TestResponse:
    return who.press(f"/desk/reports/{report}/hand-over", "/hand-over", **changes)


def test_a_report_is_handed_over_and_back_and_loses_nothing(two: Two, database: Database) -> None:
    here = f"/desk/reports/{two.report}"
    two.vesna.press(here, "/take")
    assert "/hand-over" in two.vesna.open(here)
    refused = given(two.vesna, two.report)
    assert (refused.status_code, refused.text.count("Изаберите тим."), refused.text.count("Изаберите разлог.")) == (
        422,
        2,
        2,
    )
    assert given(two.vesna, two.report, desk="jug", why="place").status_code == 422
    assert given(two.vesna, two.report, desk="national", why="because").status_code == 422
    two.vesna.press(here, "/summary#marks", summary="Бацано је камење на кућу.")
    two.vesna.press(here, "/ask", question="Да ли је неко још видео?")
    assert given(two.vesna, two.report, desk="national", why="language").status_code == 303
    assert two.vesna.client.get(here).status_code == 404
    assert str(two.report) not in two.vesna.open("/desk/")
    two.boris.press(here, "/take")
    page = two.boris.open(here)
    assert all(text in page for text in (WORDS, "Бацано је камење на кућу.", "Да ли је неко још видео?"))
    assert given(two.boris, two.report, desk="sever", why="too_close").status_code == 303
    assert two.boris.client.get(here).status_code == 404
    two.vesna.press(here, "/take")
    assert WORDS in two.vesna.open(here)
    with database.reader() as session:
        told = [entry for entry, _ in entries(session, subject=f"report:{two.report}", action="hand_over")]
    assert [(one.before, one.after, one.reason) for one in told] == [
        ("sever", "national", "language"),
        ("national", "sever", "too_close"),
    ]


def test_all_of_a_report_that_is_sealed_to_a_desk_is_handed_over_with_it() -> None:
    """What `services.handing_over` goes through by hand, held against the list of all that is sealed so."""
    of_reports = {name for name, kind in resealing.KINDS.items() if "report_id" in kind.table.c}
    assert of_reports == {"messages", "files"}


def test_only_who_has_taken_it_hands_it_over(two: Two) -> None:
    answer = given(two.vesna, two.report, desk="national", why="place")
    assert answer.status_code == 409
    two.vesna.press(f"/desk/reports/{two.report}", "/take")
    old = pages.form(two.vesna.open(f"/desk/reports/{two.report}/hand-over"), "/hand-over")
    two.ana.press(f"/desk/reports/{two.report}", "/take")
    sent = old.sent(desk="national", why="place")
    assert two.vesna.client.post(old.action, data=sent).status_code == 409
    assert two.vesna.client.post(old.action, data={**sent, "token": "x"}).status_code == 422


EVERY_ROLE = frozenset(Role) - {Role.PARTNER}


@pytest.fixture
def nowhere(app: Flask, two: Two, database: Database, settings: Settings) -> list[AtDesk]:
    """Two members with every role who work at no desk, beside a report of each desk."""
    with database.unit_of_work() as session:
        builders.send(session, builders.a_report(words=WORDS), settings, now=NOW)
        members = [builders.a_member(session, settings, *EVERY_ROLE, now=NOW) for _ in range(2)]
    return [come_in(app, database, settings, member) for member in members]


def reports_of(database: Database) -> dict[UUID, tuple[str, int]]:
    with database.reader() as session:
        return {row.id: (row.handling.value, row.version) for row in session.scalars(sa.select(Report))}


def test_who_is_at_no_desk_opens_no_report_of_any(app: Flask, nowhere: list[AtDesk], database: Database) -> None:
    zora, _mira = nowhere
    before = reports_of(database)
    assert len(before) == 2
    with app.test_request_context():
        token = new_token()
    for report in before:
        assert str(report) not in zora.open("/desk/")
        assert zora.client.get(f"/desk/reports/{report}").status_code == 404
        for method, path in ways(app, report):
            sent = {"data": {"token": token, "version": "1"}} if method == "POST" else {}
            answer = zora.client.open(path, method=method, **sent)
            assert answer.status_code != 500, (method, path)
            assert WORDS not in answer.text, (method, path)
    assert reports_of(database) == before


def test_who_is_at_no_desk_finds_all_pages_that_their_roles_open(nowhere: list[AtDesk]) -> None:
    zora, _mira = nowhere
    links = [one.get("href") or "" for one in pages.parsed(zora.open("/desk/")).iterfind(".//nav//a")]
    found = {link for link in links if link.startswith("/desk/") and "intake" not in link}
    assert {"/desk/odihr/", "/desk/audit", "/desk/releases/", "/desk/incidents/"} <= found
    for link in found:
        assert WORDS not in zora.open(link), link


def test_publishers_at_no_desk_take_out_the_numbers_for_odihr(nowhere: list[AtDesk], database: Database) -> None:
    zora, mira = nowhere
    for _ in range(6):
        odihr.an_incident(database, acts=["graffiti_symbols"])
    export = odihr.asked(zora)
    assert odihr.approve(mira, export).status_code == 303
    numbers = odihr.rows_of(odihr.fetch(zora, export), "numbers.csv")
    assert "6" in {row["incidents"] for row in numbers}


def test_publishers_at_no_desk_take_out_no_summary(
    two: Two, nowhere: list[AtDesk], database: Database, settings: Settings
) -> None:
    odihr.told(database, settings, two.boris, odihr.an_incident(database))
    assert odihr.refused(odihr.ask(nowhere[0]), "Ваш кључ не отвара све пријаве")
