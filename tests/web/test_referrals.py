"""Passing reports on at the desk: what is seen, what is refused, what the letter says."""

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import Decision, Verification
from incidents.core.incident import Referral as State
from incidents.core.receipt import ReceiptCode
from incidents.core.referral import REMIND_AFTER, Outcome
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.incident import Incident
from incidents.db.referral import Referral
from incidents.services import deidentify
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

HERE = "/desk/referrals/"
BOTH = (Role.MODERATOR, Role.REVIEWER)
SUMMARY = "Двојица су викала на младића због његовог порекла и претила му."
POLICE = {"wish": "pass_on", "consents": frozenset({"refer_police"})}
ASSESSED = {"verification": "2", "bias_strength": "1"}


@pytest.fixture
def desk(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    return a_desk(app, database, settings, BOTH, BOTH, (Role.MODERATOR,))


class Report:
    """One report that a member has taken and summarised."""

    def __init__(
        self, database: Database, settings: Settings, member: AtDesk, summary: str = SUMMARY, **changes: Any
    ) -> None:
        with database.unit_of_work() as session:
            self.code: ReceiptCode = builders.send(session, a_report(**changes), settings, now=NOW)
            self.id = builders.only_report(session)
        self.path, self.refer = f"/desk/reports/{self.id}", f"{HERE}report/{self.id}"
        assert member.press(self.path, "/take").status_code == 303
        if summary:
            with database.unit_of_work() as session:
                version = session.get_one(stored.Report, self.id).version
                values: dict[str, Any] = {"also": "", "summary": summary, "version": version, "now": NOW}
                deidentify.save(session, self.id, [], **values, member=member.member)


@pytest.fixture
def filed(database: Database, settings: Settings, desk: list[AtDesk]) -> Report:
    """Its reporter agreed to the police; the first member has it."""
    return Report(database, settings, desk[0], **POLICE)


def propose(member: AtDesk, report: Report, recipient: str = "police") -> TestResponse:
    return member.press(report.refer, "/propose", recipient=recipient)


def proposed(member: AtDesk, report: Report, recipient: str = "police") -> str:
    answer = propose(member, report, recipient)
    assert answer.status_code == 303
    return str(answer.location)


def sent(member: AtDesk, report: Report) -> str:
    referral = proposed(member, report)
    assert member.press(referral, "/sent").status_code == 303
    return referral


def only(database: Database) -> Referral:
    with database.reader() as session:
        return session.scalars(sa.select(Referral)).one()


def refused(answer: TestResponse, words: str) -> bool:
    return answer.status_code == 409 and words in pages.text_of(answer.text)


def printed(answer: TestResponse) -> str:
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    return " ".join("\n".join(page.get_textpage().get_text_range() for page in document).split())


# What is seen.


def test_the_screen_shows_consent_competence_and_languages(desk: list[AtDesk], filed: Report) -> None:
    text = " ".join(pages.text_of(desk[0].open(filed.refer)).split())
    assert "Полиција" in text
    assert "особа која је пријавила је пристала" in text
    assert "особа која је пријавила није пристала" in text
    assert "образац не пита за ово тело" in text
    assert "magyar" in text


def test_who_has_not_taken_the_report_sees_nothing_of_it(desk: list[AtDesk], filed: Report) -> None:
    page = desk[1].open(filed.refer)
    assert not pages.has_form(page, "/propose")
    assert "refer_police" not in page


def test_the_letter_is_shown_with_summary_and_codes_and_without_the_story(desk: list[AtDesk], filed: Report) -> None:
    page = desk[0].open(proposed(desk[0], filed))
    assert SUMMARY in pages.text_of(page)
    assert "видети шта ме чека" not in page
    assert pages.points(page)["Када"] == "октобар 2026"


def test_a_colleague_who_has_not_taken_the_report_sees_no_letter(desk: list[AtDesk], filed: Report) -> None:
    assert SUMMARY not in desk[1].open(proposed(desk[0], filed))


def test_it_is_listed_as_work_and_reminded_of_after_thirty_days(
    desk: list[AtDesk], filed: Report, database: Database
) -> None:
    sent(desk[0], filed)
    assert "питајте их" not in desk[1].open(HERE)
    assert "Питајте их" not in desk[1].open("/desk/")
    with database.unit_of_work() as session:
        session.execute(sa.update(Referral).values(remind_on=NOW.date()))
    assert "питајте их шта је било даље" in desk[1].open(HERE)
    assert "1 орган још није јавио шта је било с пријавом." in pages.text_of(desk[1].open("/desk/"))


# The paper.


def test_the_letter_is_printed_with_what_was_ticked_only(desk: list[AtDesk], filed: Report) -> None:
    referral = proposed(desk[0], filed)
    whole = printed(desk[0].press(referral, "/letter", print="yes"))
    assert SUMMARY in whole
    assert "октобар 2026" in whole
    bare = printed(desk[0].press(referral, "/letter", print="yes", parts=["acts"]))
    assert SUMMARY in bare
    assert "октобар" not in bare
    assert "Претње" in whole
    assert "Претње" in bare


def test_it_says_that_it_is_no_complaint_and_that_the_reporter_agreed(desk: list[AtDesk], filed: Report) -> None:
    whole = printed(desk[0].press(proposed(desk[0], filed), "/letter", print="yes"))
    assert "Ово није ни кривична пријава ни притужба Поверенику." in whole
    assert "пристао је да вам ово пошаљемо" in whole


def test_a_letter_in_latin_and_for_a_body_that_reads_hungarian_in_hungarian(
    database: Database, settings: Settings, desk: list[AtDesk]
) -> None:
    agreed = {"wish": "pass_on", "consents": frozenset({"refer_commissioner"})}
    report = Report(database, settings, desk[0], **agreed)
    referral = proposed(desk[0], report, "commissioner_equality")
    assert "Prijava koju vam prosleđujemo" in printed(desk[0].press(referral, "/letter", print="yes", tongue="sr-Latn"))
    assert "Egyenlőségvédelmi biztos" in printed(desk[0].press(referral, "/letter", print="yes", tongue="hu"))


@pytest.mark.parametrize("tongue", ["hu", "sq", "xx", ""])
def test_a_language_that_is_not_offered_gives_serbian(desk: list[AtDesk], filed: Report, tongue: str) -> None:
    whole = printed(desk[0].press(proposed(desk[0], filed), "/letter", print="yes", tongue=tongue))
    assert "Пријава коју вам прослеђујемо" in whole


def test_no_letter_is_kept_anywhere(desk: list[AtDesk], filed: Report, database: Database) -> None:
    referral = proposed(desk[0], filed)
    answer = desk[0].press(referral, "/letter", print="yes")
    assert answer.headers["Cache-Control"] == "no-store"
    with database.reader() as session:
        assert "print_letter" in [entry.action for entry, _ in entries(session)]
        assert SUMMARY not in repr([entry for entry, _ in entries(session)])


NGO = {"wish": "pass_on", "consents": frozenset({"refer_ngo"})}
PRAXIS = "Praxis"


def test_an_association_is_named_in_the_letter_and_in_the_trail(
    database: Database, settings: Settings, desk: list[AtDesk]
) -> None:
    referral = proposed(desk[0], Report(database, settings, desk[0], **NGO), "ngo_support")
    assert PRAXIS in printed(desk[0].press(referral, "/letter", print="yes", organisation=PRAXIS))
    assert desk[0].press(referral, "/sent", went_to=PRAXIS).status_code == 303
    with database.reader() as session:
        found = [(e.action, e.reason) for e, _ in entries(session, subject=f"referral:{referral.rpartition('/')[2]}")]
    assert found[-2:] == [("print_letter", PRAXIS), ("send_referral", PRAXIS)]


@pytest.mark.parametrize("name", ["", "Неко удружење 12"])
def test_without_an_association_that_is_listed_nothing_is_printed_or_sent(
    database: Database, settings: Settings, desk: list[AtDesk], name: str
) -> None:
    referral = proposed(desk[0], Report(database, settings, desk[0], **NGO), "ngo_support")
    assert desk[0].press(referral, "/letter", print="yes", organisation=name).status_code == 422
    assert desk[0].press(referral, "/sent", went_to=name).status_code == 422
    assert "Неко удружење" not in desk[0].press(referral, "/letter", organisation=name).text
    assert only(database).state is State.CONSENT_CHECKED


def test_an_office_is_no_organisation_of_another_name(desk: list[AtDesk], filed: Report, database: Database) -> None:
    referral = proposed(desk[0], filed)
    assert desk[0].press(referral, "/sent", went_to=PRAXIS).status_code == 422
    assert desk[0].press(referral, "/letter", print="yes", organisation=PRAXIS).status_code == 422
    assert only(database).state is State.CONSENT_CHECKED


# What is refused.


@pytest.mark.parametrize(
    ("changes", "recipient"),
    [
        ({"wish": "pass_on"}, "police"),
        ({"wish": "count_only", "consents": frozenset({"refer_police"})}, "police"),
        (POLICE, "commissioner_equality"),
        (POLICE, "ngo_support"),
    ],
)
def test_without_consent_there_is_no_letter_and_no_sending(
    database: Database, settings: Settings, desk: list[AtDesk], changes: dict[str, Any], recipient: str
) -> None:
    report = Report(database, settings, desk[0], **changes)
    referral = proposed(desk[0], report, recipient)
    page = desk[0].open(referral)
    assert SUMMARY not in page
    assert not pages.has_form(page, "/sent")
    named = PRAXIS if recipient == "ngo_support" else ""
    data = pages.form(page, "/agreed").sent(went_to=named, organisation=named)
    assert refused(desk[0].client.post(f"{referral}/sent", data=data), "није пристала")
    assert refused(desk[0].client.post(f"{referral}/letter", data={**data, "print": "yes"}), "није пристала")
    assert only(database).state is State.PROPOSED


def test_agreeing_takes_an_answer(database: Database, settings: Settings, desk: list[AtDesk]) -> None:
    referral = proposed(desk[0], Report(database, settings, desk[0]))
    assert refused(desk[0].press(referral, "/agreed"), "није ништа написала")


@pytest.mark.parametrize(
    ("summary", "words"),
    [("", "Још нико није написао сажетак"), ("Викао је Драган Петровић, 064/123-4567.", "могао да ода некога")],
)
def test_what_is_not_cleared_is_not_sent(
    database: Database, settings: Settings, desk: list[AtDesk], summary: str, words: str
) -> None:
    referral = proposed(desk[0], Report(database, settings, desk[0], summary, **POLICE))
    page = desk[0].open(referral)
    assert words in pages.text_of(page)
    data = pages.form(page, "/revoke").sent()
    assert refused(desk[0].client.post(f"{referral}/sent", data=data), words)
    assert refused(desk[0].client.post(f"{referral}/letter", data={**data, "print": "yes"}), words)


def test_the_override_is_for_another_person_with_the_right_and_needs_a_reason(
    database: Database, settings: Settings, desk: list[AtDesk]
) -> None:
    ana, boris, vera = desk
    report = Report(database, settings, ana)
    referral = proposed(ana, report)
    data = pages.form(ana.open(referral), "/agreed").sent(why="danger_to_life")
    assert not pages.has_form(ana.open(referral), "/override")
    assert refused(ana.client.post(f"{referral}/override", data=data), "Ви сте ово предложили")
    vera.press(report.path, "/take")
    assert not pages.has_form(vera.open(referral), "/override")
    hers = pages.form(vera.open(referral), "/agreed").sent(why="danger_to_life")
    assert vera.client.post(f"{referral}/override", data=hers).status_code == 403
    boris.press(report.path, "/take")
    for why in ("", "because"):
        assert boris.press(referral, "/override", why=why).status_code == 422
    assert only(database).state is State.PROPOSED
    assert boris.press(referral, "/override", why="danger_to_life").status_code == 303
    assert "Особа која је пријавила није пристала да ово проследимо" in boris.open(referral)
    with database.reader() as session:
        found = [(e.actor, e.reason) for e, _ in entries(session, action="consent_by_override")]
    assert found == [(boris.member.name, "danger_to_life")]


@pytest.mark.parametrize("recipient", ["court_civil", "nobody", "", "provincial_ombudsman"])
def test_a_body_that_is_not_offered_gets_nothing(
    database: Database, settings: Settings, desk: list[AtDesk], recipient: str
) -> None:
    report = Report(database, settings, desk[0], place="Ниш", area="71293", **POLICE)
    assert propose(desk[0], report, recipient).status_code == 400


def test_the_same_body_is_not_asked_twice(desk: list[AtDesk], filed: Report) -> None:
    proposed(desk[0], filed)
    assert refused(propose(desk[0], filed), "већ има пријаву")


def test_a_page_that_is_out_of_date_sends_nothing(desk: list[AtDesk], filed: Report, database: Database) -> None:
    referral = proposed(desk[0], filed)
    old = pages.form(desk[0].open(referral), "/sent").sent()
    assert desk[0].press(referral, "/revoke").status_code == 303
    assert desk[0].client.post(f"{referral}/sent", data=old).status_code == 409
    assert only(database).state is State.REVOKED


@pytest.mark.parametrize(
    "act", ["agreed", "override", "letter", "sent", "acknowledged", "later", "outcome", "revoke", "confirmed"]
)
def test_nothing_is_done_without_the_pages_token(
    desk: list[AtDesk], filed: Report, database: Database, act: str
) -> None:
    referral = proposed(desk[0], filed)
    data = {**pages.form(desk[0].open(referral), "/sent").sent(), "token": "x", "why": "danger_to_life"}
    answer = desk[0].client.post(f"{referral}/{act}", data={**data, "outcome": "confirmed", "print": "yes"})
    assert answer.status_code == 422
    assert only(database).state is State.CONSENT_CHECKED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MODERATOR])
def test_only_moderators_pass_reports_on(
    app: Flask, database: Database, settings: Settings, desk: list[AtDesk], filed: Report, role: Role
) -> None:
    from tests.web.desk import come_in

    referral = proposed(desk[0], filed)
    with database.unit_of_work() as session:
        member = builders.a_member(session, settings, role, now=NOW)
    other = come_in(app, database, settings, member)
    assert [other.client.get(path).status_code for path in (HERE, filed.refer, referral)] == [403, 403, 403]
    acts = ("agreed", "override", "letter", "sent", "acknowledged", "later", "outcome", "revoke", "confirmed")
    assert {other.client.post(f"{referral}/{act}").status_code for act in acts} == {403}
    assert other.client.post(f"{filed.refer}/propose").status_code == 403


def test_what_is_not_there_is_not_found(desk: list[AtDesk]) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert desk[0].client.get(f"{HERE}{nobody}").status_code == 404
    assert desk[0].client.get(f"{HERE}report/{nobody}").status_code == 404


# What comes of it.


@pytest.mark.parametrize("outcome", ["", "won"])
def test_what_is_no_answer_is_not_written_down(desk: list[AtDesk], filed: Report, outcome: str) -> None:
    assert desk[0].press(sent(desk[0], filed), "/outcome", outcome=outcome).status_code == 422


def test_a_body_has_it_and_is_asked_again_and_answers(desk: list[AtDesk], filed: Report, database: Database) -> None:
    referral = sent(desk[0], filed)
    assert desk[1].press(referral, "/acknowledged").status_code == 303
    assert desk[1].press(referral, "/later").status_code == 303
    assert only(database).remind_on == NOW.date() + REMIND_AFTER
    assert desk[1].press(referral, "/outcome", outcome="proceedings").status_code == 303
    found = only(database)
    assert (found.state, found.outcome, found.remind_on) == (State.OUTCOME, Outcome.PROCEEDINGS, None)
    assert "Покренули су поступак" in desk[0].open(referral)


def test_a_confirmation_is_proposed_and_accepted_by_another(
    desk: list[AtDesk], filed: Report, database: Database
) -> None:
    ana, boris, _ = desk
    assert ana.press(filed.path, "/propose", **ASSESSED).status_code == 303
    with database.reader() as session:
        incident = f"/desk/incidents/{session.get_one(stored.Report, filed.id).incident_id}"
    assert boris.press(incident, "/accept").status_code == 303
    referral = sent(ana, filed)
    ana.press(referral, "/outcome", outcome="confirmed")
    assert "потврдио надлежни орган" in ana.open(HERE)
    assert ana.press(referral, "/confirmed").status_code == 303
    assert not pages.has_form(ana.open(incident), "/accept")
    assert boris.press(incident, "/accept").status_code == 303
    with database.reader() as session:
        row = session.scalars(sa.select(Incident)).one()
    assert (row.verification, row.decision) == (Verification.CONFIRMED, Decision.ACCEPTED)
    assert not pages.has_form(ana.open(referral), "/confirmed")


def test_the_lease_ends_and_with_it_the_letter(
    app: Flask, desk: list[AtDesk], filed: Report, database: Database
) -> None:
    referral = proposed(desk[0], filed)
    with database.unit_of_work() as session:
        session.execute(sa.update(stored.Report).values(lease_until=NOW - timedelta(seconds=1)))
    assert SUMMARY not in desk[0].open(referral)
