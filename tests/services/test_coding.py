from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.agreement import Draw
from incidents.core.incident import Decision, NotAllowed, Settlement
from incidents.db.audit import entries
from incidents.db.coding import CodedAs, Disagreement, ReturnNote
from incidents.db.incident import Incident
from incidents.services import coding, settled, settlement, training
from incidents.services.accounts import Member
from incidents.services.settled import NoSuchIncident
from incidents.services.settlement import (
    LONGEST_NOTE,
    NotCodedYet,
    NoteTooLong,
    NothingMarked,
    Rejected,
    SamePerson,
    StaleIncident,
)
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW
from tests.services import test_deidentify
from tests.services.test_settlement import a_settlement, accept, arrived, propose, revise, show

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()
EVERY = Draw(b"", 100)


@pytest.fixture
def report(session: Session, settings: Settings, desk: list[Member]) -> UUID:
    return arrived(session, settings)


@pytest.fixture
def incident(session: Session, report: UUID, ana: Member) -> UUID:
    return propose(session, report, ana)


def version(session: Session, incident: UUID) -> int:
    return session.get_one(Incident, incident).version


def accept_drawn(session: Session, incident: UUID, member: Member, draw: Draw = EVERY) -> None:
    settlement.accept_incident(
        session,
        incident,
        version=version(session, incident),
        member=member,
        vocabulary=VOCABULARY,
        places=PLACES,
        draw=draw,
        today=NOW.date(),
        now=NOW,
    )


def code(session: Session, incident: UUID, member: Member, settled: Settlement | None = None, **changes: Any) -> None:
    values: dict[str, Any] = {"version": version(session, incident), "now": NOW, **changes}
    coding.code_again(
        session,
        incident,
        settled or a_settlement(),
        member=member,
        draw=EVERY,
        vocabulary=VOCABULARY,
        places=PLACES,
        **values,
    )


def waiting(session: Session, member: Member) -> list[UUID]:
    return coding.waiting_to_be_coded(session, member, draw=EVERY, vocabulary=VOCABULARY)


# Coded twice.


def test_what_is_drawn_is_accepted_only_after_a_second_coding(
    session: Session, incident: UUID, ana: Member, boris: Member
) -> None:
    with pytest.raises(NotCodedYet):
        accept_drawn(session, incident, boris)
    with pytest.raises(NotCodedYet):
        builders.send_back(session, incident, boris, version=1, now=NOW, draw=EVERY, grounds="not_said")
    assert (waiting(session, boris), waiting(session, ana)) == ([incident], [])
    code(session, incident, boris)
    assert waiting(session, boris) == []
    accept_drawn(session, incident, boris)
    assert show(session, incident).decision is Decision.ACCEPTED


def test_the_gravest_acts_wait_for_a_second_coding_whatever_is_drawn(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    incident = propose(session, report, ana, a_settlement(acts=frozenset({"attempted_killing"})))
    with pytest.raises(NotCodedYet):
        accept(session, incident, boris)


def test_the_second_coder_sees_the_reports_and_that_is_noted(
    session: Session, report: UUID, incident: UUID, boris: Member
) -> None:
    opened = coding.open_to_code(session, incident, member=boris, draw=EVERY, vocabulary=VOCABULARY, now=NOW)
    assert [one.words for one in opened.reports] == [a_report().words]
    last = [entry for entry, _ in entries(session, subject=f"report:{report}")][-1]
    assert (last.actor, last.action) == (boris.name, "open_to_code")


def test_nobody_codes_their_own_proposal(session: Session, incident: UUID, ana: Member) -> None:
    with pytest.raises(SamePerson):
        coding.open_to_code(session, incident, member=ana, draw=EVERY, vocabulary=VOCABULARY, now=NOW)
    with pytest.raises(SamePerson):
        code(session, incident, ana)


def test_the_first_coding_is_hidden_from_all_but_its_proposer_until_there_is_a_second(
    session: Session, incident: UUID, ana: Member, boris: Member
) -> None:
    def hidden() -> list[bool]:
        return [
            coding.is_hidden_from(session, incident, member, draw=EVERY, vocabulary=VOCABULARY)
            for member in (ana, boris)
        ]

    assert hidden() == [False, True]
    code(session, incident, boris)
    assert hidden() == [False, False]


def test_both_codings_are_kept_as_they_stood(session: Session, incident: UUID, ana: Member, boris: Member) -> None:
    other = a_settlement(acts=frozenset({"threat"}), month=None, setting="school")
    code(session, incident, boris, other)
    revise(session, incident, ana, a_settlement(month=8))
    both = coding.both_codings(session, incident)
    assert both is not None
    assert (both.first, both.second, both.coder) == (a_settlement(), other, boris.name)
    assert show(session, incident).settlement == a_settlement(month=8)


def test_a_second_coding_is_made_once_on_the_newest_page_and_by_the_rules(
    session: Session, incident: UUID, boris: Member
) -> None:
    with pytest.raises(StaleIncident):
        code(session, incident, boris, version=7)
    with pytest.raises(Rejected):
        code(session, incident, boris, a_settlement(acts=frozenset()))
    assert session.scalars(sa.select(CodedAs)).all() == []
    before = version(session, incident)
    code(session, incident, boris)
    assert version(session, incident) > before
    with pytest.raises(NotAllowed):
        code(session, incident, boris)


def test_what_is_not_drawn_is_not_coded_twice(session: Session, incident: UUID, boris: Member) -> None:
    with pytest.raises(NotAllowed):
        coding.open_to_code(session, incident, member=boris, draw=builders.NO_DRAW, vocabulary=VOCABULARY, now=NOW)
    accept_drawn(session, incident, boris, builders.NO_DRAW)
    assert coding.both_codings(session, incident) is None


def test_agreement_is_told_by_month_the_newest_first(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    for days, setting in ((0, "street"), (0, "school"), (40, "street")):
        one = propose(session, arrived(session, settings), ana)
        code(session, one, boris, a_settlement(setting=setting), now=NOW - timedelta(days=days))
    months = coding.agreement_by_month(session)
    assert [(month.name, month.incidents) for month in months] == [("2026-11", 2), ("2026-10", 1)]
    [setting] = [one for one in months[0].fields if one.field == "setting"]
    assert (setting.alike, setting.pairs, setting.is_too_few) == (1, 2, True)


# Returned part by part.


def give_back(session: Session, incident: UUID, member: Member, typed: str = "", **parts: str) -> None:
    builders.send_back(session, incident, member, typed, version=version(session, incident), now=NOW, **parts)


def test_each_part_that_is_not_shared_is_returned_with_its_reason(
    session: Session, incident: UUID, ana: Member, boris: Member
) -> None:
    give_back(session, incident, boris, "У трећој реченици пише школа.", acts="more_is_said", place="reads_otherwise")
    shown = show(session, incident)
    assert shown.decision is Decision.RETURNED
    assert shown.disagreements == {"acts": "more_is_said", "place": "reads_otherwise"}
    assert settled.return_note(session, incident, ana) == "У трећој реченици пише школа."
    assert "школа".encode() not in session.scalars(sa.select(ReturnNote.sealed)).one()


def test_what_was_returned_is_forgotten_when_it_is_proposed_again(
    session: Session, incident: UUID, ana: Member, boris: Member
) -> None:
    give_back(session, incident, boris, "Погледајте место.", place="reads_otherwise")
    revise(session, incident, ana)
    assert (show(session, incident).disagreements, settled.return_note(session, incident, ana)) == ({}, "")
    assert session.scalars(sa.select(Disagreement)).all() == []


def test_nothing_marked_or_too_long_a_note_returns_nothing(session: Session, incident: UUID, boris: Member) -> None:
    with pytest.raises(NothingMarked):
        give_back(session, incident, boris, "Не слажем се.")
    with pytest.raises(NoteTooLong):
        give_back(session, incident, boris, "а" * (LONGEST_NOTE + 1), place="not_said")
    with pytest.raises(ValueError, match="because"):
        give_back(session, incident, boris, place="because")
    assert show(session, incident).decision is Decision.PROPOSED


def test_a_note_goes_when_the_reporter_withdraws(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    receipt = builders.send(session, a_report(), settings, now=NOW)
    incident = propose(session, builders.only_report(session), ana)
    give_back(session, incident, boris, "Пише да је било пред школом.", place="not_said")
    withdraw_report(session, receipt, today=NOW.date(), pepper=settings.pepper)
    assert session.scalars(sa.select(ReturnNote)).all() == []


# Practice.


def summarised(session: Session, report: UUID, member: Member, summary: str | None) -> None:
    test_deidentify.take(session, report, member)
    test_deidentify.save(session, report, member, summary=summary)


def test_accepted_incidents_with_cleared_summaries_are_practised_on_by_all_but_their_proposer(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    summarised(session, report, ana, "Особи је на улици прећено због порекла.")
    incident = propose(session, report, ana)
    known = data_files.known_names()
    assert training.any_exercise(session, boris, known=known) is None
    accept(session, incident, boris)
    assert training.any_exercise(session, boris, known=known) == incident
    assert training.any_exercise(session, ana, known=known) is None
    found = training.exercise(session, incident, boris, known=known)
    assert (found.summaries, found.agreed) == (["Особи је на улици прећено због порекла."], a_settlement())


@pytest.mark.parametrize("summary", [None, "Претио је Драган Петровић, 064/123-4567."])
def test_a_summary_that_is_missing_or_names_somebody_is_never_shown(
    session: Session, report: UUID, ana: Member, boris: Member, summary: str | None
) -> None:
    if summary:
        summarised(session, report, ana, summary)
    incident = propose(session, report, ana)
    accept(session, incident, boris)
    known = data_files.known_names()
    assert training.any_exercise(session, boris, known=known) is None
    with pytest.raises(NoSuchIncident):
        training.exercise(session, incident, boris, known=known)
