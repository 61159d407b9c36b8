from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.targets import Target
from incidents.db import report as stored
from incidents.db.key import epochs_open_to
from incidents.services import moderation, settlement, times
from incidents.services.accounts import Member
from incidents.services.memory import Memory
from incidents.services.queue import open_gists
from incidents.services.times import Figures
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

CALM = frozenset({"verbal_insult"})
GRAVE = frozenset({"physical_attack"})
SETTLED = builders.a_settlement(acts=CALM, targets=frozenset({"roma"}))
# NOW is a Tuesday; on the Monday before, everything came.
MONDAY = NOW - timedelta(days=1)


def arrived(session: Session, settings: Settings, at: datetime = MONDAY, **changes: object) -> UUID:
    before = set(session.scalars(sa.select(stored.Report.id)))
    builders.send(session, a_report(**{"acts": CALM, **changes}), settings, now=at)
    [report] = set(session.scalars(sa.select(stored.Report.id))) - before
    return report


def figures(session: Session, member: Member, now: datetime = NOW) -> dict[Target, Figures]:
    recall = Memory().of(b"c", now=now)
    return times.figures(
        session,
        builders.queue_of(session, member, now=now),
        gists_of=partial(open_gists, session, member=member, shelf="times", recall=recall, area_of=lambda _place: ""),
        epochs=epochs_open_to(session, member.id),
        vocabulary=data_files.vocabulary(),
        now=now,
    )


def take(session: Session, report: UUID, member: Member, at: datetime = NOW) -> int:
    return moderation.take_report(session, report, member=member, now=at)


def propose(session: Session, report: UUID, member: Member, at: datetime = NOW) -> UUID:
    return settlement.propose_incident(
        session,
        report,
        SETTLED,
        version=take(session, report, member, at),
        member=member,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=at,
    )


def test_on_an_empty_desk_there_are_no_times(session, ana) -> None:
    assert figures(session, ana) == dict.fromkeys(Target, Figures(0, 0, None, None, 0, 0))


def test_a_first_look_is_counted_by_whether_somebody_may_be_at_risk(session, settings, ana) -> None:
    for acts, at in ((GRAVE, MONDAY), (GRAVE, NOW), (CALM, NOW)):
        take(session, arrived(session, settings, acts=acts), ana, at)
    found = figures(session, ana)
    assert found[Target.RISK] == Figures(2, 1, 0, 1, 0, 0)
    assert found[Target.LOOK] == Figures(1, 1, 1, 1, 0, 0)


def test_only_the_first_look_counts(session, settings, ana, boris) -> None:
    report = arrived(session, settings)
    take(session, report, ana, MONDAY)
    take(session, report, boris, NOW)
    assert figures(session, ana)[Target.LOOK] == Figures(1, 1, 0, 0, 0, 0)


def test_what_waits_is_counted_and_what_of_it_is_overdue(session, settings, ana) -> None:
    arrived(session, settings, acts=GRAVE)
    arrived(session, settings)
    taken = arrived(session, settings, at=NOW - timedelta(days=12))
    take(session, taken, ana, NOW - timedelta(days=12))
    found = figures(session, ana)
    assert [(found[target].waiting, found[target].overdue) for target in Target] == [(1, 1), (1, 0), (1, 1), (0, 0)]


def test_settling_is_counted_from_the_day_on_which_the_report_came(session, settings, ana) -> None:
    propose(session, arrived(session, settings, at=NOW - timedelta(days=14)), ana)
    report = arrived(session, settings)
    moderation.set_aside(session, report, "abuse", version=take(session, report, ana), member=ana, now=NOW)
    # Two weeks have ten working days, but Armistice Day is among these.
    assert figures(session, ana)[Target.PROPOSE] == Figures(2, 1, 1, 9, 0, 0)


def test_the_second_persons_word_is_counted_from_the_last_proposal(session, settings, ana, boris) -> None:
    incident = propose(session, arrived(session, settings), ana, MONDAY)
    builders.send_back(session, incident, boris, version=1, now=NOW, place="reads_otherwise")
    again = NOW + timedelta(days=3)
    settlement.revise_incident(
        session,
        incident,
        SETTLED,
        version=2,
        member=ana,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=again,
    )
    assert figures(session, ana, again)[Target.ACCEPT] == Figures(1, 1, 1, 1, 1, 0)
    late = again + timedelta(days=6)
    assert figures(session, ana, late)[Target.ACCEPT] == Figures(1, 1, 1, 1, 1, 1)


def test_what_is_older_than_ninety_days_is_not_counted(session, settings, ana) -> None:
    report = arrived(session, settings, at=NOW - timedelta(days=100), month="2026-06")
    moderation.set_aside(session, report, "abuse", version=take(session, report, ana), member=ana, now=NOW)
    assert figures(session, ana)[Target.PROPOSE].done == 0


def test_who_cannot_open_the_reports_sees_no_figures_of_first_looks(session, settings, ana) -> None:
    late = builders.a_member(session, settings, now=NOW)
    take(session, arrived(session, settings), ana)
    assert figures(session, late)[Target.LOOK].done == 0


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_than_the_newest_are_counted(session, settings, ana, most, monkeypatch) -> None:
    monkeypatch.setattr(times, "MOST", most)
    for days_ago in (3, 2, 1):
        take(session, arrived(session, settings, at=NOW - timedelta(days=days_ago)), ana)
    assert figures(session, ana)[Target.LOOK].done == most
