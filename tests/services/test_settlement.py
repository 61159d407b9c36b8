from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files, sealing
from incidents.config import Settings
from incidents.core.audit import first_break
from incidents.core.incident import ONLINE, Decision, Handling, NotAllowed, Settlement, Verification
from incidents.core.receipt import ReceiptCode
from incidents.core.report import Problem
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.incident import Incident, IncidentCode
from incidents.db.release import CountedIncident, CountedLine, Release, ReleaseState
from incidents.db.report import MessageKind
from incidents.services import moderation, receipts, settled, settlement
from incidents.services.accounts import Member
from incidents.services.moderation import NotTaken, StaleReport
from incidents.services.settled import NoSuchIncident
from incidents.services.settlement import Rejected, SamePerson, StaleIncident
from tests import builders
from tests.builders import NO_DRAW, a_report
from tests.conftest import NOW

SUBOTICA = "80438"


def a_settlement(**changes: Any) -> Settlement:
    return builders.a_settlement(
        **({"acts": frozenset({"verbal_insult", "threat"}), "targets": frozenset({"roma"})} | changes)
    )


def answer(session: Session, code: ReceiptCode, settings: Settings) -> None:
    sent = {"nonce": builders.a_nonce(), "today": NOW.date(), "pepper": settings.pepper}
    receipts.say(session, code, MessageKind.ANSWER, "Јуче.", **sent)


@pytest.fixture
def report(session: Session, settings: Settings, desk: list[Member]) -> UUID:
    return arrived(session, settings)


@pytest.fixture
def incident(session: Session, report: UUID, ana: Member) -> UUID:
    """Proposed by Ana from the report."""
    return propose(session, report, ana)


@pytest.fixture
def accepted(session: Session, incident: UUID, boris: Member) -> UUID:
    accept(session, incident, boris)
    return incident


def arrived(session: Session, settings: Settings, **changes: Any) -> UUID:
    code = builders.send(session, a_report(**changes), settings, now=NOW)
    row = stored.report_by_verifier(session, sealing.verifier_of(code, settings.pepper))
    assert row is not None
    return row.id


def take(session: Session, report: UUID, member: Member) -> int:
    return moderation.take_report(session, report, member=member, now=NOW)


def propose(
    session: Session,
    report: UUID,
    member: Member,
    settled: Settlement | None = None,
    version: int | None = None,
    *,
    now: datetime = NOW,
) -> UUID:
    return settlement.propose_incident(
        session,
        report,
        settled or a_settlement(),
        version=version or take(session, report, member),
        member=member,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=now,
    )


def link(session: Session, report: UUID, incident: UUID, member: Member) -> None:
    version = take(session, report, member)
    settlement.link_report(session, report, incident, version=version, member=member, now=NOW)


def unlink(session: Session, report: UUID, member: Member) -> None:
    settlement.unlink_report(session, report, version=take(session, report, member), member=member, now=NOW)


def show(session: Session, incident: UUID) -> settled.Shown:
    return settled.show_incident(session, incident)


def seen(session: Session, incident: UUID, version: int | None) -> int:
    """The version that was read: the newest unless the test says another."""
    return show(session, incident).version if version is None else version


def revise(
    session: Session, incident: UUID, member: Member, settled: Settlement | None = None, version: int | None = None
) -> None:
    settlement.revise_incident(
        session,
        incident,
        settled or a_settlement(month=9),
        version=seen(session, incident, version),
        member=member,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=NOW,
    )


def accept(session: Session, incident: UUID, member: Member, version: int | None = None) -> None:
    version = seen(session, incident, version)
    settlement.accept_incident(
        session,
        incident,
        version=version,
        member=member,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        draw=NO_DRAW,
        today=NOW.date(),
        now=NOW,
    )


def send_back(session: Session, incident: UUID, member: Member, version: int | None = None) -> None:
    version = seen(session, incident, version)
    builders.send_back(session, incident, member, version=version, now=NOW, grounds="not_said")


def reopen(session: Session, incident: UUID, member: Member, version: int | None = None) -> None:
    version = seen(session, incident, version)
    settlement.reopen_incident(session, incident, version=version, member=member, now=NOW)


DECISIONS = {"revise": revise, "accept": accept, "return": send_back, "reopen": reopen}


def count_in_release(session: Session, incident: UUID, *, state: ReleaseState = ReleaseState.PUBLISHED) -> None:
    """As the release of the quarter does."""
    names = ("area", "ground", "target", "act", "setting", "verification", "gender", "age", "reported", "delay")
    line = CountedLine(key=bytes(16), **dict.fromkeys(names, ""))
    session.add(
        CountedIncident(
            id=uuid4(),
            incident_id=incident,
            rules=bytes(8),
            batch="2026-Q3",
            line=line,
        )
    )
    session.add(Release(number=1, quarter="2026-Q3", state=state, built_on=NOW.date(), digest=bytes(32)))
    session.flush()


def handling(session: Session, report: UUID) -> Handling:
    return session.get_one(stored.Report, report).handling


def how_many(session: Session, table: type[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# Proposing.


def test_what_is_proposed_is_what_was_settled(session: Session, incident: UUID, ana: Member) -> None:
    session.expire_all()
    shown = show(session, incident)
    assert shown.settlement == a_settlement()
    assert (shown.decision, shown.proposed_by, shown.proposer) == (Decision.PROPOSED, ana.id, ana.name)


def test_a_proposed_incident_rests_on_its_report(session: Session, report: UUID, incident: UUID, ana: Member) -> None:
    assert moderation.reports_of(session, incident) == [report]
    opened = moderation.read_report(session, report, member=ana, now=NOW)
    assert (opened.handling, opened.incident) == (Handling.LINKED, incident)


def test_an_incident_remembers_the_mapping_it_was_settled_with(session: Session, incident: UUID) -> None:
    version = session.get_one(Incident, incident).vocabulary_version
    assert version == data_files.vocabulary().version


@pytest.mark.parametrize(
    "changes", [{"place": ONLINE, "setting": "social_network"}, {"month": None}, {"targets": frozenset()}]
)
def test_what_is_not_known_can_be_left_open(
    session: Session, report: UUID, ana: Member, changes: dict[str, Any]
) -> None:
    incident = propose(session, report, ana, a_settlement(**changes))
    assert show(session, incident).settlement == a_settlement(**changes)


def test_who_was_hit_and_where_it_was_reported_are_kept_and_changed(
    session: Session, report: UUID, ana: Member, boris: Member
) -> None:
    before = a_settlement(
        genders=frozenset({"woman", "unknown"}), ages=frozenset({"14_17"}), reported_to=frozenset({"police", "ngo"})
    )
    after = a_settlement(genders=frozenset({"woman"}), ages=frozenset(), reported_to=frozenset({"none"}))
    incident = propose(session, report, ana, before)
    session.expire_all()
    assert show(session, incident).settlement == before
    revise(session, incident, boris, after)
    session.expire_all()
    assert show(session, incident).settlement == after


@pytest.mark.parametrize("part", settlement.RETURN_PARTS)
@pytest.mark.parametrize("why", settlement.RETURN_WHYS)
def test_every_part_can_be_why_an_incident_is_returned(
    session: Session, incident: UUID, boris: Member, part: str, why: str
) -> None:
    builders.send_back(session, incident, boris, version=1, now=NOW, **{part: why})
    assert show(session, incident).disagreements == {part: why}


def test_a_settlement_that_breaks_a_rule_stores_nothing(session: Session, report: UUID, ana: Member) -> None:
    with pytest.raises(Rejected) as rejected:
        propose(session, report, ana, a_settlement(place="00000", acts=frozenset()))
    assert rejected.value.problems == [Problem("place", "unknown_place"), Problem("acts", "missing")]
    assert (how_many(session, Incident), how_many(session, IncidentCode)) == (0, 0)
    assert handling(session, report) is Handling.IN_TRIAGE


def test_only_who_holds_the_report_proposes_from_it(session: Session, report: UUID, ana: Member, boris: Member) -> None:
    version = take(session, report, ana)
    with pytest.raises(NotTaken) as refused:
        propose(session, report, boris, version=version)
    assert refused.value.holder == ana.name
    assert how_many(session, Incident) == 0


def test_who_comes_second_learns_which_incident_the_report_rests_on(
    session: Session, report: UUID, ana: Member
) -> None:
    version = take(session, report, ana)
    incident = propose(session, report, ana, version=version)
    with pytest.raises(StaleReport) as refused:
        propose(session, report, ana, version=version)
    assert (refused.value.report, refused.value.incident) == (report, incident)


def test_a_report_makes_one_incident_only(session: Session, report: UUID, incident: UUID, ana: Member) -> None:
    with pytest.raises(NotAllowed), session.begin_nested():
        propose(session, report, ana)
    assert how_many(session, Incident) == 1


def test_there_is_no_incident_with_another_id(session: Session) -> None:
    with pytest.raises(NoSuchIncident):
        show(session, uuid4())


# Deciding.


def test_a_second_member_accepts(session: Session, incident: UUID, boris: Member) -> None:
    accept(session, incident, boris)
    shown = show(session, incident)
    assert (shown.decision, shown.accepted_on) == (Decision.ACCEPTED, NOW.date())
    assert session.get_one(Incident, incident).decided_by == boris.id


@pytest.mark.parametrize("decide", [accept, send_back])
def test_nobody_decides_on_their_own_proposal(session: Session, incident: UUID, ana: Member, decide) -> None:
    with pytest.raises(SamePerson):
        decide(session, incident, ana)
    shown = show(session, incident)
    assert (shown.decision, shown.accepted_on, shown.disagreements) == (Decision.PROPOSED, None, {})


def test_what_is_returned_says_which_part_is_not_shared(session: Session, incident: UUID, boris: Member) -> None:
    send_back(session, incident, boris)
    shown = show(session, incident)
    assert (shown.decision, shown.disagreements) == (Decision.RETURNED, {"grounds": "not_said"})
    assert shown.history[-1].reason == "grounds"


def test_what_was_returned_is_revised_and_accepted(
    session: Session, incident: UUID, ana: Member, boris: Member
) -> None:
    settled = a_settlement(month=9, acts=frozenset({"threat", "stalking"}), targets=frozenset())
    send_back(session, incident, boris)
    revise(session, incident, ana, settled)
    accept(session, incident, boris)
    session.expire_all()
    shown = show(session, incident)
    assert (shown.decision, shown.settlement, shown.disagreements) == (Decision.ACCEPTED, settled, {})


def test_who_revises_is_the_proposer_from_now_on(session: Session, incident: UUID, ana: Member, boris: Member) -> None:
    revise(session, incident, boris)
    with pytest.raises(SamePerson):
        accept(session, incident, boris)
    accept(session, incident, ana)
    assert show(session, incident).decision is Decision.ACCEPTED


def test_a_revision_that_breaks_a_rule_changes_nothing(session: Session, incident: UUID, ana: Member) -> None:
    with pytest.raises(Rejected) as rejected:
        revise(session, incident, ana, a_settlement(year=2027))
    assert rejected.value.problems == [Problem("year", "not_a_year")]
    assert show(session, incident).settlement == a_settlement()


def test_a_revision_cannot_say_that_nothing_was_assessed(session: Session, incident: UUID, ana: Member) -> None:
    with pytest.raises(Rejected) as rejected:
        revise(session, incident, ana, a_settlement(verification=Verification.NOT_ASSESSED))
    assert rejected.value.problems == [Problem("verification", "missing")]


def test_an_incident_is_returned_for_a_listed_reason_only(session: Session, incident: UUID, boris: Member) -> None:
    with pytest.raises(ValueError, match="no such part"):
        builders.send_back(session, incident, boris, version=1, now=NOW, **{"no such part": "not_said"})
    assert show(session, incident).decision is Decision.PROPOSED


def test_what_is_returned_cannot_be_accepted_as_it_is(session: Session, incident: UUID, boris: Member) -> None:
    send_back(session, incident, boris)
    with pytest.raises(NotAllowed):
        accept(session, incident, boris)


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_nobody_decides_on_what_a_colleague_saved_since(
    session: Session, incident: UUID, ana: Member, boris: Member, decide
) -> None:
    read = show(session, incident).version
    revise(session, incident, ana)
    with pytest.raises(StaleIncident) as refused:
        decide(session, incident, boris, version=read)
    assert refused.value.incident == incident


@pytest.mark.parametrize("name", ["acts", "ages", "reported_to"])
def test_a_save_that_changes_codes_alone_is_seen_by_who_comes_after(
    session: Session, incident: UUID, ana: Member, boris: Member, name: str
) -> None:
    read = show(session, incident).version
    codes = {"acts": {"arson"}, "ages": {"14_17"}, "reported_to": {"police"}}
    revise(session, incident, ana, a_settlement(**{name: frozenset(codes[name])}))
    with pytest.raises(StaleIncident):
        accept(session, incident, boris, version=read)


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_nobody_decides_on_an_incident_that_is_not_there(session: Session, boris: Member, decide) -> None:
    with pytest.raises(NoSuchIncident):
        decide(session, uuid4(), boris, version=1)


# Once accepted.


@pytest.mark.parametrize("decide", [revise, accept, send_back])
def test_what_is_accepted_changes_only_after_reopening(session: Session, accepted: UUID, boris: Member, decide) -> None:
    with pytest.raises(NotAllowed), session.begin_nested():
        decide(session, accepted, boris)
    assert show(session, accepted).decision is Decision.ACCEPTED


def test_what_is_reopened_is_no_longer_accepted(session: Session, accepted: UUID, ana: Member) -> None:
    reopen(session, accepted, ana)
    shown = show(session, accepted)
    assert (shown.decision, shown.accepted_on) == (Decision.OPEN, None)


def test_what_is_reopened_is_seen_by_two_again(session: Session, accepted: UUID, ana: Member, boris: Member) -> None:
    reopen(session, accepted, ana)
    revise(session, accepted, ana)
    with pytest.raises(SamePerson):
        accept(session, accepted, ana)
    accept(session, accepted, boris)
    assert show(session, accepted).settlement == a_settlement(month=9)


def test_what_is_only_proposed_cannot_be_reopened(session: Session, incident: UUID, boris: Member) -> None:
    with pytest.raises(NotAllowed):
        reopen(session, incident, boris)


def test_what_a_release_counts_can_be_settled_anew_and_stays_counted(
    session: Session, accepted: UUID, ana: Member
) -> None:
    count_in_release(session, accepted)
    reopen(session, accepted, ana)
    shown = show(session, accepted)
    assert (shown.decision, shown.accepted_on, shown.batch) == (Decision.OPEN, None, "2026-Q3")


def test_an_incident_that_only_a_draft_counts_is_reopened_and_the_draft_falls(
    session: Session, accepted: UUID, ana: Member
) -> None:
    count_in_release(session, accepted, state=ReleaseState.BUILT)
    reopen(session, accepted, ana)
    shown = show(session, accepted)
    assert (shown.decision, shown.batch) == (Decision.OPEN, None)
    assert session.get(Release, 1) is None
    assert [entry.action for entry, _ in entries(session, subject="release:1")] == ["drop_release"]


# Several reports of one incident.


def test_a_second_report_can_rest_on_the_same_incident(
    session: Session, settings: Settings, report: UUID, incident: UUID, boris: Member
) -> None:
    second = arrived(session, settings)
    link(session, second, incident, boris)
    assert set(moderation.reports_of(session, incident)) == {report, second}
    assert how_many(session, Incident) == 1


def test_linking_is_in_the_history_of_the_report(
    session: Session, settings: Settings, incident: UUID, boris: Member
) -> None:
    second = arrived(session, settings)
    link(session, second, incident, boris)
    last = moderation.read_report(session, second, member=boris, now=NOW).history[-1]
    assert (last.actor, last.action, last.after) == (boris.name, "link", "linked")
    assert last.reason == f"incident:{incident}"


def test_a_report_that_nobody_took_is_not_linked(
    session: Session, settings: Settings, incident: UUID, boris: Member
) -> None:
    second = arrived(session, settings)
    with pytest.raises(NotTaken):
        settlement.link_report(session, second, incident, version=1, member=boris, now=NOW)
    assert handling(session, second) is Handling.RECEIVED


def test_no_report_is_linked_to_an_incident_that_is_not_there(session: Session, report: UUID, ana: Member) -> None:
    with pytest.raises(NoSuchIncident):
        link(session, report, uuid4(), ana)


def test_taking_one_of_two_reports_off_leaves_the_incident(
    session: Session, settings: Settings, report: UUID, accepted: UUID, boris: Member
) -> None:
    second = arrived(session, settings)
    link(session, second, accepted, boris)
    unlink(session, report, boris)
    assert moderation.reports_of(session, accepted) == [second]
    assert show(session, accepted).decision is Decision.ACCEPTED


@pytest.mark.parametrize("state", ["incident", "accepted"])
def test_an_incident_without_reports_is_withdrawn(
    request: pytest.FixtureRequest, session: Session, report: UUID, ana: Member, state: str
) -> None:
    incident = request.getfixturevalue(state)
    unlink(session, report, ana)
    assert handling(session, report) is Handling.IN_TRIAGE
    assert show(session, incident).decision is Decision.WITHDRAWN
    assert show(session, incident).history[-1].action == "withdraw"


def test_a_report_that_was_taken_off_can_make_another_incident(
    session: Session, report: UUID, incident: UUID, ana: Member
) -> None:
    unlink(session, report, ana)
    other = propose(session, report, ana)
    assert moderation.reports_of(session, other) == [report]
    assert moderation.reports_of(session, incident) == []


def test_no_report_is_linked_to_a_withdrawn_incident(
    session: Session, report: UUID, incident: UUID, ana: Member
) -> None:
    unlink(session, report, ana)
    with pytest.raises(NotAllowed):
        link(session, report, incident, ana)
    assert moderation.reports_of(session, incident) == []


def test_an_incident_that_a_release_counts_is_withdrawn_with_its_last_report(
    session: Session, report: UUID, accepted: UUID, ana: Member
) -> None:
    count_in_release(session, accepted)
    unlink(session, report, ana)
    shown = show(session, accepted)
    assert (shown.decision, shown.batch) == (Decision.WITHDRAWN, "2026-Q3")


def test_a_linked_report_is_taken_off_before_it_is_set_aside(
    session: Session, report: UUID, incident: UUID, ana: Member
) -> None:
    with pytest.raises(NotAllowed):
        moderation.set_aside(session, report, "test", version=take(session, report, ana), member=ana, now=NOW)
    assert moderation.reports_of(session, incident) == [report]


@pytest.mark.parametrize("is_answered", [False, True], ids=["asked", "answered"])
def test_a_report_keeps_its_incident_while_its_sender_is_asked(
    session: Session, settings: Settings, ana: Member, is_answered: bool
) -> None:
    code = builders.send(session, a_report(), settings, now=NOW)
    report = builders.only_report(session)
    incident = propose(session, report, ana)
    moderation.ask(session, report, "Када?", version=take(session, report, ana), member=ana, now=NOW)
    if is_answered:
        answer(session, code, settings)
    with pytest.raises(NotAllowed), session.begin_nested():
        propose(session, report, ana)
    with pytest.raises(NotAllowed), session.begin_nested():
        moderation.set_aside(session, report, "test", version=take(session, report, ana), member=ana, now=NOW)
    assert moderation.reports_of(session, incident) == [report]


def test_an_answered_report_of_an_incident_is_put_back_to_it(session: Session, settings: Settings, ana: Member) -> None:
    code = builders.send(session, a_report(), settings, now=NOW)
    report = builders.only_report(session)
    propose(session, report, ana)
    moderation.ask(session, report, "Када?", version=take(session, report, ana), member=ana, now=NOW)
    answer(session, code, settings)
    moderation.put_back(session, report, version=take(session, report, ana), member=ana, now=NOW)
    assert handling(session, report) is Handling.LINKED


# Finding incidents.


def test_incidents_are_listed_by_where_they_stand(
    session: Session, settings: Settings, accepted: UUID, ana: Member
) -> None:
    proposed = propose(session, arrived(session, settings), ana)
    assert [one.id for one in settled.incidents_in(session, Decision.PROPOSED)] == [proposed]
    assert [one.id for one in settled.incidents_in(session, Decision.ACCEPTED)] == [accepted]


def test_the_newest_events_are_listed_first(session: Session, settings: Settings, ana: Member) -> None:
    for year, month in ((2025, 12), (2026, 10), (2026, 2)):
        propose(session, arrived(session, settings), ana, a_settlement(year=year, month=month))
    listed = settled.incidents_in(session, Decision.PROPOSED)
    assert [(one.settlement.year, one.settlement.month) for one in listed] == [(2026, 10), (2026, 2), (2025, 12)]


def test_proposals_of_others_come_first_and_of_these_the_one_that_waits_longest(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    early, own, late = (
        propose(session, arrived(session, settings), who, a_settlement(month=month), now=NOW + timedelta(minutes=wait))
        for who, month, wait in ((ana, 2, 1), (boris, 10, 2), (ana, 10, 3))
    )
    assert [one.id for one in settled.proposals(session, boris.id)] == [early, late, own]
    assert [one.id for one in settled.proposals(session, ana.id)] == [own, early, late]
    assert [one.id for one in settled.proposals(session, boris.id, most=1)] == [early]


# What stays on record.


def test_the_history_of_an_incident_names_each_step_in_order(
    session: Session, incident: UUID, ana: Member, boris: Member
) -> None:
    send_back(session, incident, boris)
    revise(session, incident, ana)
    accept(session, incident, boris)
    reopen(session, incident, ana)
    steps = [(entry.actor, entry.action, entry.after) for entry in show(session, incident).history]
    assert steps == [
        (ana.name, "propose", "proposed"),
        (boris.name, "return", "returned"),
        (ana.name, "revise", "proposed"),
        (boris.name, "accept", "accepted"),
        (ana.name, "reopen", "open"),
    ]


@pytest.mark.parametrize("table", ["audit_entry", "incident", "incident_code", "set_aside"])
def test_no_text_of_a_report_leaves_the_report(
    session: Session, settings: Settings, ana: Member, boris: Member, table: str
) -> None:
    report = arrived(session, settings, words="медењак купљен на пијаци", place="код Медвеђе")
    moderation.ask(session, report, "Ко је купио медењак?", version=take(session, report, ana), member=ana, now=NOW)
    accept(session, propose(session, report, ana), boris)
    everything = repr(session.execute(sa.text(f"SELECT * FROM {table}")).all())
    for plain in ("медењак", "купио", "Медвеђ"):
        assert plain not in everything


def test_nothing_in_an_incident_leads_to_its_report(session: Session, report: UUID, incident: UUID) -> None:
    values = [list(row) for row in session.execute(sa.select(*Incident.__table__.columns))]
    assert report not in values[0]
    assert not any("report" in column.name for column in Incident.__table__.columns)


def test_the_chain_is_whole_after_all_this(
    session: Session, report: UUID, incident: UUID, ana: Member, boris: Member
) -> None:
    send_back(session, incident, boris)
    revise(session, incident, ana)
    accept(session, incident, boris)
    unlink(session, report, ana)
    chain = list(entries(session))
    assert [entry.action for entry, _ in chain][-2:] == ["unlink", "withdraw"]
    assert first_break(chain) is None


# Who alone told of it.


def source(session: Session, incident: UUID) -> str | None:
    return session.get_one(Incident, incident, populate_existing=True).source


def test_an_incident_of_a_batch_knows_its_organisation(session: Session, settings: Settings, ana: Member) -> None:
    assert source(session, propose(session, arrived(session, settings, partner="praxis"), ana)) == "praxis"


def test_an_incident_that_a_person_reported_has_no_organisation(session: Session, incident: UUID) -> None:
    assert source(session, incident) is None


@pytest.mark.parametrize(("second", "left"), [("praxis", "praxis"), ("most", None), ("", None)])
def test_of_two_sources_neither_told_of_it_alone(
    session: Session, settings: Settings, ana: Member, second: str, left: str | None
) -> None:
    incident = propose(session, arrived(session, settings, partner="praxis"), ana)
    link(session, arrived(session, settings, partner=second), incident, ana)
    assert source(session, incident) == left


def test_what_a_person_reported_first_does_not_become_an_organisations(
    session: Session, settings: Settings, incident: UUID, ana: Member
) -> None:
    link(session, arrived(session, settings, partner="praxis"), incident, ana)
    assert source(session, incident) is None


@pytest.mark.parametrize(("others", "left"), [(["praxis"], "praxis"), (["praxis", "most"], None), ([""], None)])
def test_what_a_person_did_not_report_after_all_is_the_organisations_alone(
    session: Session, settings: Settings, report: UUID, incident: UUID, ana: Member, others: list[str], left: str | None
) -> None:
    for partner in others:
        link(session, arrived(session, settings, partner=partner), incident, ana)
    unlink(session, report, ana)
    assert source(session, incident) == left


@pytest.mark.parametrize("is_aside", [False, True])
def test_what_rests_on_no_incident_is_taken_off_none(
    session: Session, report: UUID, ana: Member, is_aside: bool
) -> None:
    version = take(session, report, ana)
    if is_aside:
        moderation.set_aside(session, report, "abuse", version=version, member=ana, now=NOW)
    with pytest.raises(NotAllowed):
        unlink(session, report, ana)


def test_a_report_whose_reporter_answered_can_be_taken_off_its_incident(
    session: Session, settings: Settings, ana: Member
) -> None:
    code = builders.send(session, a_report(), settings, now=NOW)
    report = builders.only_report(session)
    incident = propose(session, report, ana)
    moderation.ask(session, report, "Када?", version=take(session, report, ana), member=ana, now=NOW)
    answer(session, code, settings)
    unlink(session, report, ana)
    assert show(session, incident).decision is Decision.WITHDRAWN
    assert session.get_one(stored.Report, report).handling is Handling.IN_TRIAGE


def test_what_was_not_set_aside_is_not_brought_back(
    session: Session, report: UUID, incident: UUID, ana: Member
) -> None:
    with pytest.raises(NotAllowed):
        moderation.bring_back(session, report, version=take(session, report, ana), member=ana, now=NOW)
    assert session.get_one(stored.Report, report).incident_id == incident


def test_an_incident_that_no_report_is_left_for_is_not_opened_again(
    session: Session, report: UUID, incident: UUID, ana: Member
) -> None:
    unlink(session, report, ana)
    with pytest.raises(NotAllowed):
        reopen(session, incident, ana)
    assert show(session, incident).decision is Decision.WITHDRAWN
