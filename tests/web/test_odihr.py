"""The submission to ODIHR at the desk: what is in it, and every refusal."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.incident import Incident, IncidentCode
from incidents.db.odihr import OdihrExport
from incidents.services import deidentify, moderation
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk, come_in

HERE = "/desk/odihr/"
BOTH = (Role.PUBLISHER, Role.MODERATOR)
SUMMARY = "Двојица су га ударила и викала због тога што је Ром."


@pytest.fixture
def desk(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    return a_desk(app, database, settings, BOTH, BOTH)


def an_incident(database: Database, *, acts: Iterable[str] = ("physical_attack",), **changes: Any) -> UUID:
    values = {
        "id": uuid4(),
        "decision": Decision.ACCEPTED,
        "verification": Verification.PLAUSIBLE,
        "bias_strength": BiasStrength.SEVERAL,
        "year": 2026,
        "month": 5,
        "place": "80438",
        "setting": "street",
        "vocabulary_version": "2026-1",
        **changes,
    }
    codes = [("ground", "national_ethnic"), ("target_group", "roma"), *(("act_type", act) for act in acts)]
    with database.unit_of_work() as session:
        row = Incident(**values, codes=[IncidentCode(vocabulary=name, code=code) for name, code in codes])
        session.add(row)
        return row.id


def told(
    database: Database,
    settings: Settings,
    member: AtDesk,
    incident: UUID,
    *,
    consents: Iterable[str] = ("share_odihr",),
    summary: str = SUMMARY,
) -> UUID:
    """A report that the incident rests on, with a summary that the member wrote."""
    with database.unit_of_work() as session:
        before = set(session.scalars(sa.select(stored.Report.id)))
        builders.send(session, a_report(wish="pass_on", consents=frozenset(consents)), settings, now=NOW)
        [report] = set(session.scalars(sa.select(stored.Report.id))) - before
        session.get_one(stored.Report, report).incident_id = incident
        session.flush()
        version = moderation.take_report(session, report, member=member.member, now=NOW)
        if summary:
            values = {"also": "", "summary": summary, "version": version, "member": member.member, "now": NOW}
            deidentify.save(session, report, [], **values)
    return report


def ask(member: AtDesk, year: str = "2026") -> TestResponse:
    return member.press(HERE, "/ask", year=year)


def asked(member: AtDesk, year: str = "2026") -> str:
    answer = ask(member, year)
    assert answer.status_code == 303
    return str(answer.location)


def approve(member: AtDesk, export: str) -> TestResponse:
    return member.press(export, "/approve", **member.proof())


def fetch(member: AtDesk, export: str) -> TestResponse:
    return member.press(export, "/odihr.zip", **member.proof())


def send(member: AtDesk, path: str, version: str = "") -> TestResponse:
    token = pages.form(member.open(HERE), "/ask").sent()["token"]
    return member.client.post(path, data={"token": token, "version": version, **member.proof()})


def digest_of(database: Database) -> str:
    with database.reader() as session:
        return session.scalars(sa.select(OdihrExport.digest)).one().hex()


def rows_of(answer: TestResponse, name: str) -> list[dict[str, str]]:
    assert answer.status_code == 200
    with ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["incidents.csv", "numbers.csv"]
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def refused(answer: TestResponse, words: str) -> bool:
    return answer.status_code == 409 and words in pages.text_of(answer.text)


@pytest.fixture
def described(database: Database, settings: Settings, desk: list[AtDesk]) -> UUID:
    """One incident whose reporter agreed, with a summary that names nobody."""
    incident = an_incident(database)
    return told(database, settings, desk[0], incident)


# What is in it.


def test_one_asks_another_approves_and_both_can_fetch_it(described: UUID, desk: list[AtDesk]) -> None:
    assert described
    ana, boris = desk
    export = asked(ana)
    assert approve(boris, export).status_code == 303
    [row] = rows_of(fetch(ana, export), "incidents.csv")
    assert row["description"] == SUMMARY
    assert row["bias_motivations"] == "Anti-Roma hate crime"
    assert row["type_of_incident"] == "Violent attacks against people"
    assert rows_of(fetch(boris, export), "incidents.csv") == [row]


def test_every_step_is_in_the_trail(described: UUID, desk: list[AtDesk], database: Database) -> None:
    assert described
    ana, boris = desk
    export = asked(ana)
    approve(boris, export)
    fetch(ana, export)
    subject = f"odihr:{export.rpartition('/')[2]}"
    with database.reader() as session:
        found = [(entry.actor, entry.action) for entry, _ in entries(session, subject=subject)]
    names = ana.member.name, boris.member.name
    assert found == [(names[0], "ask_odihr"), (names[1], "approve_odihr"), (names[0], "fetch_odihr")]


@pytest.mark.parametrize(
    ("consents", "summary", "words"),
    [
        ((), SUMMARY, "Нису се сложили сви"),
        (("refer_police",), SUMMARY, "Нису се сложили сви"),
        (("share_odihr",), "", "Још нема сажетка."),
        (("share_odihr",), "Напао га је Драган Петровић, 064/123-4567.", "Сажетак би још могао да ода некога."),
        (("share_odihr",), "Викали су. " * 150, "Сажетак има више од 1.500 знакова."),
    ],
)
def test_without_consent_and_a_summary_that_names_nobody_it_is_a_number(
    database: Database,
    settings: Settings,
    desk: list[AtDesk],
    consents: tuple[str, ...],
    summary: str,
    words: str,
) -> None:
    told(database, settings, desk[0], an_incident(database), consents=consents, summary=summary)
    export = asked(desk[0])
    assert words in pages.text_of(desk[0].open(export))
    approve(desk[1], export)
    assert rows_of(fetch(desk[0], export), "incidents.csv") == []


def test_one_of_two_who_did_not_agree_is_enough(
    described: UUID, database: Database, settings: Settings, desk: list[AtDesk]
) -> None:
    with database.reader() as session:
        incident = session.get_one(stored.Report, described).incident_id
    assert incident is not None
    told(database, settings, desk[0], incident, consents=())
    assert "Нису се сложили сви" in pages.text_of(desk[0].open(asked(desk[0])))


def test_an_incident_whose_reports_are_gone_is_a_number(database: Database, desk: list[AtDesk]) -> None:
    an_incident(database)
    assert "Нису се сложили сви" in pages.text_of(desk[0].open(asked(desk[0])))


def test_attacks_on_property_are_numbers_with_small_ones_withheld(
    database: Database, settings: Settings, desk: list[AtDesk]
) -> None:
    for _ in range(5):
        an_incident(database, acts=["graffiti_symbols"])
    told(database, settings, desk[0], an_incident(database, acts=["graffiti_symbols"]))
    an_incident(database, acts=["threat"])
    export = asked(desk[0])
    assert "Напади на имовину су само бројеви. (6)" in pages.text_of(desk[0].open(export))
    approve(desk[1], export)
    assert rows_of(fetch(desk[0], export), "incidents.csv") == []
    numbers = {
        (row["bias_motivation"], row["type_of_incident"]): row["incidents"]
        for row in rows_of(fetch(desk[0], export), "numbers.csv")
    }
    assert numbers["Anti-Roma hate crime", "Threats"] == "[c]"
    assert "1" not in numbers.values()


def test_what_is_described_is_not_counted_again(described: UUID, desk: list[AtDesk]) -> None:
    assert described
    export = asked(desk[0])
    approve(desk[1], export)
    assert {row["incidents"] for row in rows_of(fetch(desk[0], export), "numbers.csv")} <= {"0", "[c]"}


# What is refused.


@pytest.mark.parametrize(
    "changes",
    [
        {"year": 2025},
        {"decision": Decision.PROPOSED},
        {"verification": Verification.DID_NOT_HAPPEN},
        {"bias_strength": BiasStrength.NONE},
        {"acts": ["public_hate_speech"]},
        {"acts": ["refusal_service"]},
    ],
    ids=str,
)
def test_a_year_without_hate_crime_by_the_definition_gives_nothing(
    database: Database, desk: list[AtDesk], changes: dict[str, Any]
) -> None:
    an_incident(database, **changes)
    assert refused(ask(desk[0]), "злочин из мржње по дефиницији")


@pytest.mark.parametrize("year", ["", "twenty", "20266", "²⁰²⁶"])
def test_what_is_no_year_gives_nothing(described: UUID, desk: list[AtDesk], year: str) -> None:
    assert described
    assert refused(ask(desk[0], year), "злочин из мржње по дефиницији")


def test_who_asked_does_not_approve(described: UUID, desk: list[AtDesk], database: Database) -> None:
    assert described
    export = asked(desk[0])
    assert not pages.has_form(desk[0].open(export), "/approve")
    assert refused(send(desk[0], f"{export}/approve", digest_of(database)), "Одобрава га друга особа")


def test_nothing_is_fetched_before_it_is_approved(described: UUID, desk: list[AtDesk]) -> None:
    assert described
    export = asked(desk[0])
    assert not pages.has_form(desk[0].open(export), "/odihr.zip")
    for member in desk:
        assert refused(send(member, f"{export}/odihr.zip"), "најпре треба да одобри друга особа")


@pytest.mark.parametrize("wrong", [{"password": "not this one, surely"}, {"code": "000000"}, {"code": ""}])
def test_without_both_factors_it_is_neither_approved_nor_fetched(
    described: UUID, desk: list[AtDesk], wrong: dict[str, str]
) -> None:
    assert described
    ana, boris = desk
    export = asked(ana)
    assert boris.press(export, "/approve", **{**boris.proof(), **wrong}).status_code == 422
    assert "Одобри" in pages.text_of(boris.open(export))
    approve(boris, export)
    answer = ana.press(export, "/odihr.zip", **{**ana.proof(), **wrong})
    assert answer.status_code == 422
    assert "Content-Disposition" not in answer.headers
    assert pages.has_form(answer.text, "/odihr.zip")


def test_it_is_approved_once(described: UUID, desk: list[AtDesk], database: Database) -> None:
    assert described
    export = asked(desk[0])
    approve(desk[1], export)
    assert refused(send(desk[1], f"{export}/approve", digest_of(database)), "већ одобрен")


def test_only_what_was_read_can_be_approved(described: UUID, desk: list[AtDesk]) -> None:
    assert described
    export = asked(desk[0])
    assert refused(send(desk[1], f"{export}/approve", "00" * 32), "рекао нешто друго")


def test_after_seven_days_it_is_gone(described: UUID, desk: list[AtDesk], database: Database) -> None:
    assert described
    export = asked(desk[0])
    approve(desk[1], export)
    with database.unit_of_work() as session:
        row = session.scalars(sa.select(OdihrExport)).one()
        assert row.expires_at == NOW + timedelta(days=7)
        row.expires_at = NOW
    for answer in (desk[0].client.get(export), send(desk[0], f"{export}/odihr.zip")):
        assert refused(answer, "Седам дана овог извоза је прошло")


def test_what_is_withdrawn_meanwhile_takes_the_export_with_it(
    described: UUID, desk: list[AtDesk], database: Database
) -> None:
    export = asked(desk[0])
    approve(desk[1], export)
    with database.unit_of_work() as session:
        session.delete(session.get_one(stored.Report, described))
    for answer in (desk[0].client.get(export), send(desk[0], f"{export}/odihr.zip")):
        assert refused(answer, "рекао нешто друго")


def test_a_key_that_opens_no_report_makes_no_export(
    app: Flask, described: UUID, desk: list[AtDesk], database: Database, settings: Settings
) -> None:
    assert described
    export = asked(desk[0])
    with database.unit_of_work() as session:
        member = builders.a_member(session, settings, *BOTH, now=NOW)
    vesna = come_in(app, database, settings, member)
    words = "Ваш кључ не отвара све пријаве"
    assert refused(ask(vesna), words)
    assert refused(vesna.client.get(export), words)
    assert refused(send(vesna, f"{export}/approve", digest_of(database)), words)


@pytest.mark.parametrize("path", ["ask", "{}/approve", "{}/odihr.zip"])
def test_a_page_that_is_out_of_date_does_nothing(described: UUID, desk: list[AtDesk], path: str) -> None:
    assert described
    export = asked(desk[0]).rpartition("/")[2]
    answer = desk[1].client.post(HERE + path.format(export), data={"token": "old", "year": "2026"})
    assert answer.status_code == 422


def test_an_export_that_nobody_asked_for_is_not_found(desk: list[AtDesk]) -> None:
    assert desk[0].client.get(f"{HERE}{uuid4()}").status_code == 404
    assert send(desk[0], f"{HERE}{uuid4()}/approve").status_code == 404


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR, Role.PARTNER])
def test_only_who_publishes_enters(app: Flask, database: Database, settings: Settings, role: Role) -> None:
    [member] = a_desk(app, database, settings, (role,))
    assert member.client.get(HERE).status_code == 403
    assert member.client.post(f"{HERE}ask").status_code == 403
