from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.config import Settings
from incidents.core.audit import first_break
from incidents.core.incident import Handling, NotAllowed
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.incident import SetAside
from incidents.db.report import MessageKind
from incidents.services import moderation, receipts
from incidents.services.accounts import Member
from incidents.services.moderation import LEASE, LONGEST_QUESTION, NotTaken, Opened, StaleReport
from incidents.services.queue import Waiting, gist_of
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

CALM = frozenset({"verbal_insult"})
GRAVE = frozenset({"physical_attack"})


@pytest.fixture
def code(session: Session, settings: Settings, desk: list[Member]) -> ReceiptCode:
    """Of the report that most tests are about."""
    return builders.send(session, a_report(), settings, now=NOW)


@pytest.fixture
def report(session: Session, code: ReceiptCode) -> UUID:
    return builders.only_report(session)


def arrived(session: Session, settings: Settings, *, days_ago: int = 0, **changes: object) -> UUID:
    """One more report at the desk."""
    code = builders.send(session, a_report(**changes), settings, now=NOW - timedelta(days=days_ago))
    row = stored.report_by_verifier(session, sealing.verifier_of(code, settings.pepper))
    assert row is not None
    return row.id


def queue(session: Session, member: Member, now=NOW) -> list[Waiting]:
    return builders.queue_of(session, member, now=now)


def take(session: Session, report: UUID, member: Member, now=NOW) -> int:
    return moderation.take_report(session, report, member=member, now=now)


def read(session: Session, report: UUID, member: Member, now=NOW) -> Opened:
    return moderation.read_report(session, report, member=member, now=now)


def ask(session: Session, report: UUID, member: Member, text: str = "Када је то било?") -> None:
    version = take(session, report, member)
    moderation.ask(session, report, text, version=version, member=member, now=NOW)


def put_aside(session: Session, report: UUID, member: Member, reason: str = "too_little", now=NOW) -> None:
    version = take(session, report, member, now)
    moderation.set_aside(session, report, reason, version=version, member=member, now=now)


def bring_back(session: Session, report: UUID, member: Member) -> None:
    moderation.bring_back(session, report, version=take(session, report, member), member=member, now=NOW)


def tallies(session: Session) -> list[tuple[str, str]]:
    return [(row.quarter, row.reason) for row in session.scalars(sa.select(SetAside).order_by(SetAside.quarter))]


def actions(session: Session, report: UUID, member: Member) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.action, entry.after) for entry in read(session, report, member).history]


ACTS = {
    "put_back": moderation.put_back,
    "ask": lambda session, report, **held: moderation.ask(session, report, "Када?", **held),
    "set_aside": lambda session, report, **held: moderation.set_aside(session, report, "abuse", **held),
    "bring_back": moderation.bring_back,
}


# The queue.


def test_those_at_risk_come_first_and_then_the_oldest(session: Session, settings: Settings, ana: Member) -> None:
    old = arrived(session, settings, days_ago=9, acts=CALM)
    new = arrived(session, settings, days_ago=1, acts=CALM)
    new_at_risk = arrived(session, settings, acts=GRAVE)
    old_at_risk = arrived(session, settings, days_ago=4, acts=CALM | {"threat"})
    assert [line.id for line in queue(session, ana)] == [old_at_risk, new_at_risk, old, new]


def test_a_line_of_the_queue_tells_what_was_sent_and_who_holds_it(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    take(session, report, boris)
    [line] = queue(session, ana)
    assert line.id == report
    assert line == Waiting(
        id_as_text=line.id_as_text,
        received_on=NOW.date(),
        handling=Handling.IN_TRIAGE,
        content=gist_of(a_report(place="у Суботици"), "80438"),
        holder=boris.name,
        is_mine=False,
        is_at_risk=True,
        is_overdue=False,
        has_news=False,
        is_routed_here=False,
        rules=(),
        is_hard=True,
        desk="national",
    )


def test_a_member_without_a_grant_sees_only_that_reports_wait(
    session: Session, settings: Settings, desk: list[Member]
) -> None:
    late = builders.a_member_without_a_grant(session, settings, now=NOW)
    at_risk = arrived(session, settings, acts=GRAVE)
    older = arrived(session, settings, days_ago=3, acts=CALM)
    lines = queue(session, late)
    assert [(line.id, line.content, line.is_at_risk) for line in lines] == [
        (older, None, False),
        (at_risk, None, False),
    ]


def test_a_member_without_a_grant_takes_a_report_and_still_reads_nothing(
    session: Session, settings: Settings, report: UUID
) -> None:
    late = builders.a_member_without_a_grant(session, settings, now=NOW)
    take(session, report, late)
    opened = read(session, report, late)
    assert (opened.holder, opened.content) == (late.name, None)


def test_what_waits_for_its_sender_or_for_a_check_stands_in_the_queue_too(
    session: Session, settings: Settings, report: UUID, ana: Member
) -> None:
    ask(session, report, ana)
    builders.send(session, a_report(), settings, now=NOW, trap_is_filled=True)
    handlings = {line.handling for line in queue(session, ana)}
    assert handlings == {Handling.AWAITING_REPORTER, Handling.QUARANTINED}


def test_what_is_set_aside_leaves_the_queue(session: Session, report: UUID, ana: Member) -> None:
    put_aside(session, report, ana)
    assert queue(session, ana) == []


# Taking and reading.


def test_the_words_are_shown_to_who_has_taken_the_report(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    opened = read(session, report, ana)
    assert opened.content == a_report()
    assert (opened.handling, opened.holder) == (Handling.IN_TRIAGE, ana.name)


def test_nobody_reads_the_words_before_taking_the_report(session: Session, report: UUID, ana: Member) -> None:
    opened = read(session, report, ana)
    assert (opened.content, opened.messages, opened.holder) == (None, [], None)
    assert (opened.received_on, opened.handling) == (NOW.date(), Handling.RECEIVED)


def test_a_colleague_sees_who_holds_a_report_and_not_its_words(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    ask(session, report, ana)
    opened = read(session, report, boris)
    assert (opened.holder, opened.content, opened.messages) == (ana.name, None, [])


def test_taking_is_in_the_audit_trail(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    assert actions(session, report, ana) == [(ana.name, "take", "in_triage")]


def test_taking_gives_the_version_that_the_next_step_needs(session: Session, report: UUID, ana: Member) -> None:
    before = read(session, report, ana).version
    assert take(session, report, ana) == read(session, report, ana).version == before + 1


def test_what_is_held_for_a_check_can_be_taken(session: Session, settings: Settings, ana: Member) -> None:
    held = arrived(session, settings)
    session.execute(sa.update(stored.Report).values(handling=Handling.QUARANTINED))
    take(session, held, ana)
    assert read(session, held, ana).handling is Handling.IN_TRIAGE


def test_a_colleague_can_take_a_report_over(session: Session, report: UUID, ana: Member, boris: Member) -> None:
    take(session, report, ana)
    take(session, report, boris)
    assert read(session, report, boris).content == a_report()
    assert read(session, report, ana).content is None


def test_taking_over_is_told_apart_in_the_audit_trail(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    take(session, report, ana)
    take(session, report, boris)
    assert actions(session, report, boris)[-1] == (boris.name, "take_over", "in_triage")


def test_taking_again_what_one_holds_is_no_taking_over_and_lasts_longer(
    session: Session, report: UUID, ana: Member
) -> None:
    take(session, report, ana)
    take(session, report, ana, NOW + LEASE / 2)
    assert read(session, report, ana, NOW + LEASE).content == a_report()
    assert [action for _, action, _ in actions(session, report, ana)] == ["take", "take"]


def test_a_report_is_held_until_its_twenty_minutes_are_over(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    assert read(session, report, ana, NOW + LEASE - timedelta(seconds=1)).content is not None
    after = read(session, report, ana, NOW + LEASE)
    assert (after.content, after.holder) == (None, None)


def test_what_nobody_holds_any_longer_is_taken_and_not_taken_over(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    take(session, report, ana)
    take(session, report, boris, NOW + LEASE)
    assert actions(session, report, boris)[-1] == (boris.name, "take", "in_triage")


def test_what_is_put_back_waits_again_for_anybody(session: Session, report: UUID, ana: Member) -> None:
    moderation.put_back(session, report, version=take(session, report, ana), member=ana, now=NOW)
    opened = read(session, report, ana)
    assert (opened.handling, opened.holder, opened.content) == (Handling.RECEIVED, None, None)
    assert actions(session, report, ana)[-1] == (ana.name, "put_back", "received")


def test_what_is_put_back_after_a_question_still_waits_for_its_sender(
    session: Session, report: UUID, ana: Member
) -> None:
    ask(session, report, ana)
    moderation.put_back(session, report, version=take(session, report, ana), member=ana, now=NOW)
    assert read(session, report, ana).handling is Handling.AWAITING_REPORTER


def test_there_is_no_report_with_another_id(session: Session, ana: Member) -> None:
    with pytest.raises(moderation.NoSuchReport):
        read(session, uuid4(), ana)
    with pytest.raises(moderation.NoSuchReport):
        take(session, uuid4(), ana)


# What is refused.


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_with_a_report_that_a_colleague_changed(
    session: Session, report: UUID, ana: Member, act: str
) -> None:
    version = take(session, report, ana)
    with pytest.raises(StaleReport) as refused:
        ACTS[act](session, report, version=version - 1, member=ana, now=NOW)
    assert (refused.value.report, refused.value.incident) == (report, None)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_with_a_report_that_a_colleague_holds(
    session: Session, report: UUID, ana: Member, boris: Member, act: str
) -> None:
    version = take(session, report, ana)
    with pytest.raises(NotTaken) as refused:
        ACTS[act](session, report, version=version, member=boris, now=NOW)
    assert (refused.value.report, refused.value.holder) == (report, ana.name)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_with_a_report_whose_time_ran_out(
    session: Session, report: UUID, ana: Member, act: str
) -> None:
    version = take(session, report, ana)
    with pytest.raises(NotTaken) as refused:
        ACTS[act](session, report, version=version, member=ana, now=NOW + LEASE)
    assert refused.value.holder is None


def test_what_is_refused_changes_nothing(session: Session, report: UUID, ana: Member, boris: Member) -> None:
    version = take(session, report, ana)
    with pytest.raises(NotTaken):
        moderation.set_aside(session, report, "abuse", version=version, member=boris, now=NOW)
    assert (read(session, report, ana).handling, read(session, report, ana).version) == (Handling.IN_TRIAGE, version)
    assert tallies(session) == []


# Asking the sender.


def test_a_question_waits_for_its_answer(session: Session, report: UUID, ana: Member) -> None:
    ask(session, report, ana)
    assert read(session, report, ana).handling is Handling.AWAITING_REPORTER
    assert actions(session, report, ana)[-1] == (ana.name, "ask", "awaiting_reporter")


def test_a_question_is_read_by_its_sender_and_by_the_desk(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, boris: Member
) -> None:
    ask(session, report, ana, "  Када је то било?\r\n")
    [seen] = receipts.open_receipt(session, code, pepper=settings.pepper).exchanges
    take(session, report, boris)
    assert seen == receipts.Exchange(MessageKind.QUESTION, NOW.date(), "Када је то било?")
    assert read(session, report, boris).messages == [
        moderation.Said(MessageKind.QUESTION, NOW.date(), "Када је то било?")
    ]


def test_an_answer_puts_the_report_back_to_work_and_is_read_by_the_desk(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    ask(session, report, ana)
    receipts.say(
        session,
        code,
        MessageKind.ANSWER,
        "У уторак.",
        nonce=builders.a_nonce(),
        today=NOW.date(),
        pepper=settings.pepper,
    )
    opened = read(session, report, ana)
    assert opened.handling is Handling.IN_TRIAGE
    assert [(said.kind, said.text) for said in opened.messages][1:] == [(MessageKind.ANSWER, "У уторак.")]


def test_a_second_question_can_follow_before_the_answer(session: Session, report: UUID, ana: Member) -> None:
    ask(session, report, ana, "Када?")
    ask(session, report, ana, "Где?")
    opened = read(session, report, ana)
    assert [said.text for said in opened.messages] == ["Када?", "Где?"]
    assert opened.handling is Handling.AWAITING_REPORTER


@pytest.mark.parametrize(("text", "reason"), [(" \n ", "missing"), ("а" * (LONGEST_QUESTION + 1), "too_long")])
def test_an_empty_or_endless_question_is_refused(
    session: Session, report: UUID, ana: Member, text: str, reason: str
) -> None:
    with pytest.raises(moderation.NotAQuestion) as refused:
        ask(session, report, ana, text)
    assert refused.value.reason == reason
    assert read(session, report, ana).messages == []


def test_nothing_is_asked_about_what_is_set_aside(session: Session, report: UUID, ana: Member) -> None:
    put_aside(session, report, ana)
    with pytest.raises(NotAllowed):
        ask(session, report, ana)


# Setting aside.


def test_what_is_set_aside_keeps_its_reason(session: Session, report: UUID, ana: Member) -> None:
    put_aside(session, report, ana, "out_of_scope")
    opened = read(session, report, ana)
    assert (opened.handling, opened.set_aside_reason) == (Handling.SET_ASIDE, "out_of_scope")
    assert [(entry.action, entry.reason) for entry in opened.history][-1] == ("set_aside", "out_of_scope")


def test_setting_aside_is_tallied_by_quarter_and_leads_back_to_no_report(
    session: Session, report: UUID, ana: Member
) -> None:
    put_aside(session, report, ana, "out_of_scope")
    assert tallies(session) == [("2026-Q4", "out_of_scope")]
    assert session.scalars(sa.select(SetAside.id)).one() != report


def test_nothing_is_set_aside_twice(session: Session, report: UUID, ana: Member) -> None:
    put_aside(session, report, ana)
    with pytest.raises(NotAllowed):
        put_aside(session, report, ana)
    assert len(tallies(session)) == 1


def test_what_is_brought_back_is_in_work_and_tallied_no_longer(session: Session, report: UUID, ana: Member) -> None:
    put_aside(session, report, ana)
    bring_back(session, report, ana)
    opened = read(session, report, ana)
    assert (opened.handling, opened.set_aside_reason) == (Handling.IN_TRIAGE, None)
    assert tallies(session) == []


def test_bringing_one_back_leaves_the_tallies_of_others(session: Session, settings: Settings, ana: Member) -> None:
    first, second, third = (arrived(session, settings) for _ in range(3))
    put_aside(session, first, ana, "abuse")
    put_aside(session, second, ana, "test")
    put_aside(session, third, ana, "abuse")
    bring_back(session, third, ana)
    assert sorted(tallies(session)) == [("2026-Q4", "abuse"), ("2026-Q4", "test")]


def test_bringing_back_takes_from_the_newest_quarter_of_the_reason(
    session: Session, settings: Settings, report: UUID, ana: Member
) -> None:
    session.add(SetAside(id=uuid4(), quarter="2026-Q1", reason="abuse"))
    put_aside(session, report, ana, "abuse")
    bring_back(session, report, ana)
    assert tallies(session) == [("2026-Q1", "abuse")]


def test_only_what_is_set_aside_can_be_brought_back(session: Session, report: UUID, ana: Member) -> None:
    ask(session, report, ana)
    put_aside(session, report, ana)
    bring_back(session, report, ana)
    with pytest.raises(NotAllowed):
        bring_back(session, report, ana)


# The audit trail.


def test_the_history_of_a_report_names_each_step_in_order(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    ask(session, report, ana)
    put_aside(session, report, boris)
    bring_back(session, report, boris)
    done = [(actor, action) for actor, action, _ in actions(session, report, boris)]
    assert done == [
        (ana.name, "take"),
        (ana.name, "ask"),
        (boris.name, "take_over"),
        (boris.name, "set_aside"),
        (boris.name, "take"),
        (boris.name, "bring_back"),
    ]


def test_no_word_of_a_report_stands_in_the_audit_trail(session: Session, settings: Settings, ana: Member) -> None:
    report = arrived(session, settings, words="медењак купљен на пијаци", place="Medveđa")
    ask(session, report, ana, "Ко је купио медењак?")
    put_aside(session, report, ana)
    trail = repr(session.execute(sa.text("SELECT * FROM audit_entry")).all())
    for plain in ("медењак", "Medve", "national_ethnic", "threat"):
        assert plain not in trail


def test_the_chain_is_whole_after_all_this(session: Session, report: UUID, ana: Member, boris: Member) -> None:
    ask(session, report, ana)
    put_aside(session, report, boris)
    bring_back(session, report, ana)
    moderation.put_back(session, report, version=take(session, report, ana), member=ana, now=NOW)
    chain = list(entries(session))
    assert len(chain) > 7
    assert first_break(chain) is None


def test_a_report_that_came_on_another_day_keeps_its_day(session: Session, settings: Settings, ana: Member) -> None:
    report = arrived(session, settings, days_ago=24)
    take(session, report, ana)
    assert read(session, report, ana).received_on == date(2026, 10, 31)
