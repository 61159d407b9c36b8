"""Passing reports on: nothing without consent, nothing that identifies, every step in the trail."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import Decision, NotAllowed, Settlement, Verification
from incidents.core.incident import Referral as State
from incidents.core.receipt import ReceiptCode
from incidents.core.referral import REMIND_AFTER, Basis, Outcome, Why
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.referral import Referral
from incidents.db.report import MessageKind
from incidents.services import deidentify, letters, moderation, receipts, referral, settlement
from incidents.services.accounts import Member
from incidents.services.moderation import NotTaken, StaleReport
from incidents.services.settled import show_incident
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import NO_DRAW, PEPPER, a_report
from tests.conftest import NOW

TODAY = NOW.date()
SUMMARY = "Двојица су викала на младића због његовог порекла и претила му."
NAMES = "Викао је Драган Петровић, 064/123-4567."
POLICE = frozenset({"refer_police"})


@pytest.fixture
def desk(session: Session, settings: Settings) -> list[Member]:
    return builders.a_desk(session, settings, Role.MODERATOR, Role.REVIEWER, now=NOW)


@pytest.fixture
def known() -> Any:
    return data_files.known_names()


class At:
    """One report at the desk, with what a member does to it."""

    def __init__(self, session: Session, settings: Settings, **changes: Any) -> None:
        self.session, self.settings = session, settings
        before = set(session.scalars(sa.select(stored.Report.id)))
        values = {"wish": "pass_on", "consents": POLICE, **changes}
        self.code: ReceiptCode = builders.send(session, a_report(**values), settings, now=NOW)
        [self.id] = set(session.scalars(sa.select(stored.Report.id))) - before

    def version(self) -> int:
        return self.session.get_one(stored.Report, self.id).version

    def take(self, member: Member) -> int:
        return moderation.take_report(self.session, self.id, member=member, now=NOW)

    def summarise(self, member: Member, summary: str = SUMMARY) -> None:
        values: dict[str, Any] = {"also": "", "summary": summary, "version": self.version()}
        deidentify.save(self.session, self.id, [], **values, member=member, now=NOW)

    def propose(self, member: Member, recipient: str = "police") -> UUID:
        return referral.propose(self.session, self.id, recipient, version=self.version(), member=member, now=NOW)

    def say(self, text: str = "Да, слажем се.", kind: MessageKind = MessageKind.ANSWER) -> None:
        values: dict[str, Any] = {"nonce": builders.a_nonce(), "today": TODAY, "pepper": self.settings.pepper}
        receipts.say(self.session, self.code, kind, text, **values)


@pytest.fixture
def at(session: Session, settings: Settings, ana: Member) -> At:
    """A report whose reporter agreed to the police, which Ana holds, with a summary that names nobody."""
    found = At(session, settings)
    found.take(ana)
    found.summarise(ana)
    return found


@pytest.fixture
def reluctant(session: Session, settings: Settings, ana: Member) -> At:
    """As above, but its reporter only wants it counted."""
    found = At(session, settings, wish="count_only", consents=frozenset())
    found.take(ana)
    found.summarise(ana)
    return found


@pytest.fixture
def sent(session: Session, at: At, ana: Member, known: Any) -> UUID:
    found = at.propose(ana)
    send(session, found, at, ana, known)
    return found


def seen(session: Session, found: UUID) -> int:
    return session.get_one(Referral, found).version


def both(session: Session, found: UUID, at: At) -> dict[str, int]:
    return {"seen": seen(session, found), "version": at.version()}


def send(session: Session, found: UUID, at: At, member: Member, known: Any) -> None:
    values: dict[str, Any] = {**both(session, found, at), "known": known, "pepper": PEPPER, "today": TODAY}
    referral.send(session, found, **values, member=member, now=NOW)


def read_letter(session: Session, found: UUID, member: Member, known: Any) -> letters.Letter:
    return referral.letter(session, found, member=member, known=known, pepper=PEPPER, now=NOW)


def state(session: Session, found: UUID) -> State:
    return session.get_one(Referral, found).state


def trail(session: Session, found: UUID) -> list[tuple[str, str]]:
    return [(entry.action, entry.reason) for entry, _ in entries(session, subject=f"referral:{found}")]


# With consent.


def test_with_consent_of_the_form_it_may_be_sent_at_once(session: Session, at: At, ana: Member) -> None:
    found = referral.read(session, at.propose(ana), ana)
    assert (found.state, found.basis) == (State.CONSENT_CHECKED, Basis.FORM)


def test_what_is_sent_is_the_summary_and_codes_and_no_word_of_the_story(
    session: Session, at: At, ana: Member, known: Any
) -> None:
    letter = read_letter(session, at.propose(ana), ana, known)
    assert letter.summary == SUMMARY
    assert letter.facts.acts == {"verbal_insult", "threat"}
    assert (letter.facts.year, letter.facts.month) == (2026, 10)
    assert not letter.facts.is_settled
    assert "видети шта ме чека" not in repr(letter)


def test_the_day_stays_here(session: Session, settings: Settings, ana: Member, known: Any) -> None:
    at = At(session, settings, when="exact", month="", day="2026-11-03")
    at.take(ana)
    at.summarise(ana)
    facts = read_letter(session, at.propose(ana), ana, known).facts
    assert (facts.year, facts.month) == (2026, 11)
    assert "2026-11-03" not in repr(facts)


def test_the_reference_leads_back_to_nothing(session: Session, at: At, ana: Member, known: Any) -> None:
    found = at.propose(ana)
    reference = read_letter(session, found, ana, known).reference
    assert reference not in (str(found).replace("-", ""), str(at.id).replace("-", ""))
    assert reference != referral.letter(session, found, member=ana, known=known, pepper=bytes(32), now=NOW).reference


def test_sending_keeps_the_body_and_the_day_and_no_words(session: Session, sent: UUID) -> None:
    row = session.get_one(Referral, sent)
    assert (row.recipient, row.state, row.sent_on) == ("police", State.SENT, TODAY)
    assert row.remind_on == TODAY + REMIND_AFTER
    assert [column for column in Referral.__table__.columns if isinstance(column.type, sa.LargeBinary | sa.Text)] == []


def test_every_step_is_in_the_trail_and_no_word_of_it(session: Session, sent: UUID) -> None:
    assert [action for action, _ in trail(session, sent)] == ["propose_referral", "consent_by_form", "send_referral"]
    assert SUMMARY not in repr(trail(session, sent))


def test_printing_is_in_the_trail(session: Session, at: At, ana: Member, known: Any) -> None:
    found = at.propose(ana)
    referral.print_letter(session, found, member=ana, known=known, pepper=PEPPER, now=NOW)
    assert trail(session, found)[-1][0] == "print_letter"


# Without consent.


@pytest.mark.parametrize(
    ("changes", "recipient"),
    [
        ({"consents": frozenset()}, "police"),
        ({"wish": "count_only"}, "police"),
        ({}, "commissioner_equality"),
        ({}, "ombudsman"),
    ],
)
def test_without_consent_nothing_is_shown_and_nothing_sent(
    session: Session, settings: Settings, ana: Member, known: Any, changes: dict[str, Any], recipient: str
) -> None:
    at = At(session, settings, **changes)
    at.take(ana)
    at.summarise(ana)
    found = at.propose(ana, recipient)
    assert state(session, found) is State.PROPOSED
    with pytest.raises(letters.NoConsent):
        read_letter(session, found, ana, known)
    with pytest.raises(letters.NoConsent):
        send(session, found, at, ana, known)
    assert state(session, found) is State.PROPOSED


def test_an_answer_to_a_question_can_give_consent(session: Session, reluctant: At, ana: Member, known: Any) -> None:
    found = reluctant.propose(ana)
    moderation.ask(session, reluctant.id, "Смемо ли?", version=reluctant.version(), member=ana, now=NOW)
    reluctant.say()
    reluctant.take(ana)
    referral.agreed_in_answer(session, found, **both(session, found, reluctant), member=ana, now=NOW)
    assert referral.read(session, found, ana).basis is Basis.ANSWER
    send(session, found, reluctant, ana, known)
    assert state(session, found) is State.SENT


def test_nobody_agreed_who_wrote_nothing(session: Session, reluctant: At, ana: Member) -> None:
    found = reluctant.propose(ana)
    moderation.ask(session, reluctant.id, "Смемо ли?", version=reluctant.version(), member=ana, now=NOW)
    with pytest.raises(referral.NoAnswer):
        referral.agreed_in_answer(session, found, **both(session, found, reluctant), member=ana, now=NOW)


def test_what_was_written_before_any_question_is_no_answer(session: Session, reluctant: At, ana: Member) -> None:
    reluctant.say(kind=MessageKind.ADDITION)
    reluctant.take(ana)
    found = reluctant.propose(ana)
    with pytest.raises(referral.NoAnswer):
        referral.agreed_in_answer(session, found, **both(session, found, reluctant), member=ana, now=NOW)


def test_what_the_reporter_wrote_meanwhile_has_to_be_read_first(
    session: Session, at: At, ana: Member, known: Any
) -> None:
    found = at.propose(ana)
    versions = both(session, found, at)
    at.say("Предомислио сам се, не шаљите.", MessageKind.CORRECTION)
    with pytest.raises(StaleReport):
        referral.send(session, found, **versions, member=ana, known=known, pepper=PEPPER, today=TODAY, now=NOW)


# The override.


def override(session: Session, found: UUID, at: At, member: Member) -> None:
    values = both(session, found, at)
    referral.override(session, found, Why.DANGER_TO_LIFE, **values, member=member, now=NOW)


def test_a_second_person_with_the_right_can_do_without_consent_and_the_reason_is_in_the_trail(
    session: Session, reluctant: At, ana: Member, boris: Member, known: Any
) -> None:
    found = reluctant.propose(ana)
    reluctant.take(boris)
    override(session, found, reluctant, boris)
    assert ("consent_by_override", "danger_to_life") in trail(session, found)
    send(session, found, reluctant, boris, known)
    assert state(session, found) is State.SENT


def test_nobody_does_without_consent_alone(session: Session, reluctant: At, ana: Member) -> None:
    found = reluctant.propose(ana)
    with pytest.raises(referral.OwnProposal):
        override(session, found, reluctant, ana)
    assert state(session, found) is State.PROPOSED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REVIEWER])
def test_without_the_right_nobody_does_without_consent(
    session: Session, settings: Settings, reluctant: At, ana: Member, role: Role
) -> None:
    found = reluctant.propose(ana)
    other = builders.a_member(session, settings, role, now=NOW)
    with pytest.raises(referral.NotEntitled):
        override(session, found, reluctant, other)


def test_who_has_not_taken_the_report_does_not_decide_on_it(
    session: Session, reluctant: At, ana: Member, boris: Member
) -> None:
    found = reluctant.propose(ana)
    with pytest.raises(NotTaken):
        override(session, found, reluctant, boris)


# The summary.


def test_without_a_summary_nothing_is_sent(session: Session, settings: Settings, ana: Member, known: Any) -> None:
    at = At(session, settings)
    at.take(ana)
    found = at.propose(ana)
    with pytest.raises(letters.NoSummary):
        send(session, found, at, ana, known)


def test_a_summary_that_identifies_somebody_is_not_sent(session: Session, at: At, ana: Member, known: Any) -> None:
    found = at.propose(ana)
    at.summarise(ana, NAMES)
    with pytest.raises(letters.Identifies) as refused:
        send(session, found, at, ana, known)
    assert "064/123-4567" in refused.value.words
    assert "064" not in str(refused.value)
    assert state(session, found) is State.CONSENT_CHECKED


# Who, when and what.


def test_proposing_takes_the_report_in_hand(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    at = At(session, settings)
    with pytest.raises(NotTaken):
        at.propose(boris)


def test_a_report_that_is_set_aside_is_not_passed_on(session: Session, at: At, ana: Member, known: Any) -> None:
    found = at.propose(ana)
    moderation.set_aside(session, at.id, "too_little", version=at.version(), member=ana, now=NOW)
    at.take(ana)
    with pytest.raises(NotAllowed):
        at.propose(ana, "prosecutor")
    with pytest.raises(NotAllowed):
        send(session, found, at, ana, known)


def test_a_body_gets_a_report_once(session: Session, at: At, ana: Member, sent: UUID) -> None:
    with pytest.raises(referral.AlreadyReferred):
        at.propose(ana)
    assert at.propose(ana, "prosecutor") != sent


def test_after_calling_off_it_can_be_proposed_again(session: Session, at: At, ana: Member) -> None:
    found = at.propose(ana)
    referral.revoke(session, found, seen=seen(session, found), member=ana, now=NOW)
    assert state(session, at.propose(ana)) is State.CONSENT_CHECKED


@pytest.mark.parametrize("act", ["acknowledge", "remind_later", "close", "revoke"])
def test_what_a_colleague_changed_has_to_be_read_again(session: Session, sent: UUID, boris: Member, act: str) -> None:
    extra: dict[str, Any] = {} if act == "revoke" else {"today": TODAY}
    do: Callable[..., None] = getattr(referral, act)
    positional = [Outcome.DISMISSED] if act == "close" else []
    with pytest.raises(referral.StaleReferral):
        do(session, sent, *positional, seen=seen(session, sent) - 1, member=boris, now=NOW, **extra)


def test_nobody_acts_on_what_is_not_there(session: Session, ana: Member) -> None:
    with pytest.raises(referral.NoSuchReferral):
        referral.read(session, uuid4(), ana)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_before_it_was_sent_cannot_be(session: Session, at: At, ana: Member, outcome: Outcome) -> None:
    found = at.propose(ana)
    with pytest.raises(NotAllowed):
        referral.close(session, found, outcome, seen=seen(session, found), member=ana, today=TODAY, now=NOW)


def test_what_is_sent_twice_is_sent_once(session: Session, at: At, sent: UUID, ana: Member, known: Any) -> None:
    with pytest.raises(NotAllowed):
        send(session, sent, at, ana, known)


def test_a_body_that_does_not_answer_is_work_after_thirty_days(session: Session, sent: UUID, ana: Member) -> None:
    [found] = referral.work(session, ana)
    assert not found.is_due(TODAY + REMIND_AFTER - timedelta(days=1))
    assert found.is_due(TODAY + REMIND_AFTER)
    assert [referral.due(session, today=TODAY + REMIND_AFTER - timedelta(days=early)) for early in (1, 0)] == [0, 1]
    later = TODAY + timedelta(days=40)
    referral.remind_later(session, sent, seen=found.version, member=ana, today=later, now=NOW)
    [again] = referral.work(session, ana)
    assert not again.is_due(later)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.CONFIRMED])
def test_what_was_answered_is_no_work_any_more(session: Session, sent: UUID, ana: Member, outcome: Outcome) -> None:
    referral.close(session, sent, outcome, seen=seen(session, sent), member=ana, today=TODAY, now=NOW)
    assert referral.work(session, ana) == []
    assert trail(session, sent)[-1] == ("close_referral", outcome.value)


def test_a_withdrawn_report_takes_its_referrals_with_it(
    session: Session, at: At, sent: UUID, settings: Settings
) -> None:
    withdraw_report(session, at.code, today=TODAY, pepper=settings.pepper)
    session.expire_all()
    assert session.scalars(sa.select(Referral)).all() == []


def test_the_receipt_says_nothing_of_it(session: Session, at: At, settings: Settings, ana: Member, known: Any) -> None:
    before = receipts.open_receipt(session, at.code, pepper=settings.pepper)
    send(session, at.propose(ana), at, ana, known)
    assert receipts.open_receipt(session, at.code, pepper=settings.pepper) == before


# What an authority confirmed.


def settled(
    verification: Verification = Verification.PLAUSIBLE, grounds: Iterable[str] = ("religious_belief",)
) -> Settlement:
    return builders.a_settlement(
        month=9,
        acts=frozenset({"verbal_insult"}),
        grounds=frozenset(grounds),
        targets=frozenset({"roma"}),
        verification=verification,
    )


SITE: dict[str, Any] = {"vocabulary": data_files.vocabulary(), "places": data_files.places()}


def an_incident(session: Session, at: At, ana: Member, boris: Member, **changes: Any) -> UUID:
    values: dict[str, Any] = {"version": at.version(), "member": ana, "now": NOW, **SITE}
    incident = settlement.propose_incident(session, at.id, settled(**changes), **values)
    accept(session, incident, boris)
    return incident


def accept(session: Session, incident: UUID, member: Member) -> None:
    version = show_incident(session, incident).version
    values: dict[str, Any] = {"draw": NO_DRAW, "today": TODAY, "now": NOW, **SITE}
    settlement.accept_incident(session, incident, version=version, member=member, **values)


def confirm(session: Session, found: UUID, member: Member) -> UUID:
    referral.close(session, found, Outcome.CONFIRMED, seen=seen(session, found), member=member, today=TODAY, now=NOW)
    return referral.propose_confirmed(session, found, seen=seen(session, found), member=member, now=NOW, **SITE)


def test_what_two_members_settled_is_passed_on_and_what_one_proposed_is_not(
    session: Session, at: At, ana: Member, boris: Member, known: Any
) -> None:
    found = at.propose(ana)
    values: dict[str, Any] = {"version": at.version(), "member": ana, "now": NOW, **SITE}
    incident = settlement.propose_incident(session, at.id, settled(), **values)
    assert read_letter(session, found, ana, known).facts.grounds == {"national_ethnic"}
    accept(session, incident, boris)
    facts = read_letter(session, found, ana, known).facts
    assert (facts.grounds, facts.place, facts.month, facts.is_settled) == ({"religious_belief"}, "80438", 9, True)


def test_a_confirmation_raises_the_incident_by_a_proposal_that_another_accepts(
    session: Session, at: At, sent: UUID, ana: Member, boris: Member
) -> None:
    incident = an_incident(session, at, ana, boris)
    assert confirm(session, sent, ana) == incident
    raised = show_incident(session, incident)
    assert (raised.decision, raised.settlement) == (Decision.PROPOSED, settled(Verification.CONFIRMED))
    with pytest.raises(settlement.SamePerson):
        accept(session, incident, ana)
    accept(session, incident, boris)
    assert show_incident(session, incident).settlement.verification is Verification.CONFIRMED
    assert referral.work(session, ana) == []


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.CONFIRMED])
def test_no_other_outcome_raises_anything(
    session: Session, at: At, sent: UUID, ana: Member, boris: Member, outcome: Outcome
) -> None:
    incident = an_incident(session, at, ana, boris)
    referral.close(session, sent, outcome, seen=seen(session, sent), member=ana, today=TODAY, now=NOW)
    with pytest.raises(referral.NothingConfirmed):
        referral.propose_confirmed(session, sent, seen=seen(session, sent), member=ana, now=NOW, **SITE)
    assert show_incident(session, incident).decision is Decision.ACCEPTED


def test_without_an_accepted_incident_there_is_nothing_to_raise(session: Session, sent: UUID, ana: Member) -> None:
    with pytest.raises(referral.NothingConfirmed):
        confirm(session, sent, ana)


def test_what_is_confirmed_already_is_not_raised_again(
    session: Session, at: At, sent: UUID, ana: Member, boris: Member
) -> None:
    an_incident(session, at, ana, boris, verification=Verification.CONFIRMED)
    with pytest.raises(referral.NothingConfirmed):
        confirm(session, sent, ana)
