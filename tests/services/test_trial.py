from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.config import Settings
from incidents.core import report as rules
from incidents.core.accounts import Role
from incidents.core.audit import first_break
from incidents.core.incident import OPEN, Decision, Handling, problems
from incidents.core.report import Report
from incidents.core.synthesis.samples import OPEN_FOR, Sample, samples
from incidents.core.synthesis.world import seeded
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.release import CountedIncident, Release, ReleaseCell, batches_of
from incidents.services import keys, moderation, settled, trial
from incidents.services.accounts import Member
from incidents.services.queue import Waiting
from incidents.services.reporting import NoDeskKey
from incidents.services.trial import TrialMember
from tests import builders
from tests.conftest import NOW

VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
OPEN_REPORTS, INCIDENTS = 6, 30


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


def a_trial(session: Session, settings: Settings, *, open_reports: int, incidents: int) -> list[TrialMember]:
    return trial.make_trial(
        session,
        pepper=settings.pepper,
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        vocabulary=VOCABULARY,
        places=PLACES,
        now=NOW,
        open_reports=open_reports,
        incidents=incidents,
    )


@pytest.fixture
def members(session: Session, settings: Settings) -> list[TrialMember]:
    """Of a small trial site that was just made."""
    return a_trial(session, settings, open_reports=OPEN_REPORTS, incidents=INCIDENTS)


def unlocked(session: Session, settings: Settings, member: TrialMember) -> Member:
    key = keys.unlock_member_key(session, member.id, member.password, memory_mib=settings.seal_memory_mib)
    return Member(member.id, member.name, "sr-Latn", member.roles, key, NOW)


def queue(session: Session, member: Member) -> list[Waiting]:
    return builders.queue_of(session, member, now=NOW)


def opened(session: Session, member: Member) -> list[tuple[date, Report]]:
    """All open reports with the days on which they came."""
    private = moderation.private_keys(session, member)
    rows = session.scalars(sa.select(stored.Report).where(stored.Report.handling.in_(OPEN)))
    found = [(row.received_on, moderation.content_of(row, private)) for row in rows]
    return [(day, content) for day, content in found if content is not None]


def invented(count: int, seed: int = 1) -> list[Sample]:
    return list(
        samples(
            count,
            random=seeded(seed),
            vocabulary=VOCABULARY,
            places=PLACES,
            today=NOW.date(),
            texts=synthetic_texts(),
        )
    )


def fill(session: Session, settings: Settings, samples: list[Sample], members: list[Member]) -> trial.Filled:
    return trial.fill(
        session,
        samples,
        members=[member.id for member in members],
        random=seeded(1),
        pepper=settings.pepper,
        vocabulary=VOCABULARY,
        now=NOW,
    )


def how_many(session: Session, table: type[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# A whole trial.


def test_a_trial_has_three_members_of_whom_one_keeps_the_house(members: list[TrialMember]) -> None:
    assert [member.name for member in members] == ["Ana", "Boris", "Vesna"]
    assert [member.name for member in members if Role.ADMINISTRATOR in member.roles] == ["Vesna"]


def test_every_member_opens_every_report(session: Session, settings: Settings, members: list[TrialMember]) -> None:
    for member in members:
        lines = queue(session, unlocked(session, settings, member))
        assert len(lines) == OPEN_REPORTS
        assert all(line.content is not None for line in lines)


def test_the_reports_keep_the_rules_and_came_lately(
    session: Session, settings: Settings, members: list[TrialMember]
) -> None:
    found = opened(session, unlocked(session, settings, members[0]))
    assert len(found) == OPEN_REPORTS
    for day, content in found:
        assert rules.problems(content, VOCABULARY, today=day) == []
        assert timedelta(0) <= NOW.date() - day < OPEN_FOR


def test_the_reports_are_sealed(session: Session, settings: Settings, members: list[TrialMember]) -> None:
    found = opened(session, unlocked(session, settings, members[0]))
    words = [content.words.encode() for _, content in found if content.words]
    sealed = list(session.scalars(sa.select(stored.Report.sealed)))
    assert words
    assert not any(text in blob for text in words for blob in sealed)


def test_the_desk_can_work_on_what_waits(session: Session, settings: Settings, members: list[TrialMember]) -> None:
    ana = unlocked(session, settings, members[0])
    report = queue(session, ana)[0].id
    version = moderation.take_report(session, report, member=ana, now=NOW)
    moderation.ask(session, report, "Kada je to bilo?", version=version, member=ana, now=NOW)
    assert moderation.read_report(session, report, member=ana, now=NOW).handling is Handling.AWAITING_REPORTER


def test_every_incident_is_accepted_by_another_than_who_proposed_it(
    session: Session, members: list[TrialMember]
) -> None:
    rows = list(session.scalars(sa.select(Incident)))
    deciding = {(row.decision, row.proposed_by == row.decided_by) for row in rows}
    assert (len(rows), deciding) == (INCIDENTS, {(Decision.ACCEPTED, False)})
    assert {row.proposed_by for row in rows} | {row.decided_by for row in rows} <= {member.id for member in members}


def test_every_incident_keeps_the_rules(session: Session, members: list[TrialMember]) -> None:
    shown = settled.incidents_in(session, Decision.ACCEPTED)
    assert len(shown) == INCIDENTS
    assert [problems(one.settlement, VOCABULARY, PLACES, today=NOW.date()) for one in shown] == [[]] * INCIDENTS


def test_who_was_hit_and_where_it_was_reported_is_stored_of_some(session: Session, members: list[TrialMember]) -> None:
    stored_lists = set(session.scalars(sa.select(IncidentCode.vocabulary)))
    assert {"gender_of_victim", "age_band", "reported_to"} <= stored_lists


def test_no_incident_is_accepted_in_the_future_or_before_it_happened(
    session: Session, members: list[TrialMember]
) -> None:
    for row in session.scalars(sa.select(Incident)):
        assert row.accepted_on is not None
        assert date(row.year, row.month or 1, 1) <= row.accepted_on <= NOW.date()


def test_no_release_counts_anything_yet(session: Session, members: list[TrialMember]) -> None:
    assert (how_many(session, CountedIncident), how_many(session, Release)) == (0, 0)


def test_the_trial_says_in_its_audit_trail_that_all_is_invented(session: Session, members: list[TrialMember]) -> None:
    chain = list(entries(session))
    last = chain[-1][0]
    assert (last.action, last.reason) == ("synthesise", "invented, for a trial")
    assert last.after.startswith(f"{OPEN_REPORTS} reports, {INCIDENTS} incidents, ")
    assert first_break(chain) is None


def test_a_trial_can_be_without_open_reports(session: Session, settings: Settings) -> None:
    a_trial(session, settings, open_reports=0, incidents=5)
    assert (how_many(session, stored.Report), how_many(session, Incident)) == (0, 5)


# Filling.


def test_every_sample_is_stored_as_what_it_is(session: Session, settings: Settings) -> None:
    samples = invented(60)
    filled = fill(session, settings, samples, builders.a_desk(session, settings, now=NOW))
    open_reports = sum(sample.is_open for sample in samples)
    incidents = sum(sample.settlement is not None for sample in samples)
    assert filled == trial.Filled(open_reports, incidents, 60 - open_reports - incidents)
    stored_rows = [how_many(session, table) for table in (stored.Report, Incident, SetAside)]
    assert stored_rows == [filled.open_reports, filled.incidents, filled.set_aside]


def test_what_is_stored_is_what_was_invented(session: Session, settings: Settings) -> None:
    samples = invented(120)
    desk = builders.a_desk(session, settings, now=NOW)
    fill(session, settings, samples, desk)
    contents = Counter(content for _, content in opened(session, desk[1]))
    counted = Counter(one.settlement for one in settled.incidents_in(session, Decision.ACCEPTED))
    assert contents == Counter(sample.report for sample in samples if sample.is_open)
    assert counted == Counter(sample.settlement for sample in samples if sample.settlement)


def test_more_than_fit_at_once_are_stored_all(session: Session, settings: Settings) -> None:
    settled = [sample for sample in invented(700) if sample.settlement]
    fill(session, settings, settled, builders.a_desk(session, settings, now=NOW))
    assert how_many(session, Incident) == len(settled) > 500


def test_nothing_is_stored_of_nothing(session: Session, settings: Settings) -> None:
    filled = fill(session, settings, [], builders.a_desk(session, settings, now=NOW))
    assert filled == trial.Filled(0, 0, 0)


def test_a_tally_of_what_was_set_aside_is_never_of_a_later_quarter(session: Session, settings: Settings) -> None:
    aside = [sample for sample in invented(400) if sample.set_aside_reason]
    fill(session, settings, aside, builders.a_desk(session, settings, now=NOW))
    quarters = set(session.scalars(sa.select(SetAside.quarter)))
    assert len(quarters) > 2
    assert max(quarters) <= "2026-Q4"


def test_without_a_desk_key_nothing_is_filled(session: Session, settings: Settings) -> None:
    people = [builders.a_member(session, settings, now=NOW) for _ in range(2)]
    with pytest.raises(NoDeskKey):
        fill(session, settings, invented(5), people)


def test_one_member_alone_is_too_few(session: Session, settings: Settings) -> None:
    desk = builders.a_desk(session, settings, now=NOW, members=1)
    with pytest.raises(trial.TooFewMembers):
        fill(session, settings, invented(5), desk)
    assert how_many(session, Incident) == 0


# Publishing.


def publish(session: Session, members: list[TrialMember]) -> None:
    trial.publish_past_quarters(
        session,
        [member.id for member in members],
        vocabulary=VOCABULARY,
        places=PLACES,
        label=catalogues.label,
        pepper=builders.PEPPER,
        now=NOW,
    )


def test_the_past_quarters_are_published_and_this_one_is_left(session: Session, settings: Settings) -> None:
    publish(session, a_trial(session, settings, open_reports=0, incidents=200))
    assert set(session.scalars(sa.select(Release.quarter))) == {"2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"}
    of_this_quarter = sa.select(Incident.id).where(Incident.accepted_on >= date(2026, 10, 1))
    assert batches_of(session, session.scalars(of_this_quarter).all()) == {}


def test_a_release_counts_no_report_that_was_set_aside_after_its_quarter(session: Session, settings: Settings) -> None:
    publish(session, a_trial(session, settings, open_reports=0, incidents=200))
    rows = session.execute(sa.select(SetAside.quarter, sa.func.count()).group_by(SetAside.quarter))
    aside = {quarter: number for quarter, number in rows if quarter <= "2026-Q3"}
    totals = sa.select(sa.func.sum(ReleaseCell.count)).where(
        ReleaseCell.subject == "set_aside", ReleaseCell.cell.like("time=____-Q_")
    )
    assert session.scalar(totals) == sum(aside.values()) > 0


def test_a_release_tells_of_the_reports_behind_what_it_counts(session: Session, settings: Settings) -> None:
    publish(session, a_trial(session, settings, open_reports=0, incidents=200))

    def told(subject: str) -> int:
        total = sa.select(sa.func.sum(ReleaseCell.count))
        return session.scalar(total.where(ReleaseCell.subject == subject, ReleaseCell.cell.like("time=____-Q_"))) or 0

    settled = session.scalar(sa.select(sa.func.count()).where(Incident.accepted_on <= date(2026, 9, 30))) or 0
    assert told("received") == settled + told("set_aside") > told("incidents") > 0


def test_one_member_cannot_publish(session: Session, members: list[TrialMember]) -> None:
    with pytest.raises(trial.TooFewMembers):
        publish(session, members[:1])
    assert how_many(session, Release) == 0
