from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.welfare import Exposure
from incidents.db import report as stored
from incidents.services import moderation, welfare
from incidents.services.accounts import Member
from incidents.services.memory import Memory
from tests import builders
from tests.builders import a_report

THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
BEATEN = {"acts": frozenset({"physical_attack"})}
INSULTED = {"acts": frozenset({"verbal_insult"})}


def opened_by(session: Session, settings: Settings, member: Member, now: datetime, **changes: object) -> None:
    """A report comes and the member takes it."""
    known = set(session.scalars(sa.select(stored.Report.id)))
    builders.send(session, a_report(**changes), settings, now=now)
    [new] = set(session.scalars(sa.select(stored.Report.id))) - known
    moderation.take_report(session, new, member=member, now=now)


def exposure(session: Session, member: Member, now: datetime = THURSDAY) -> Exposure:
    return welfare.exposure_of(
        session, member, recall=Memory().of(b"cookie" * 6, now=now), vocabulary=data_files.vocabulary(), now=now
    )


def test_hard_reports_that_a_member_opened_are_counted_for_them_alone(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    opened_by(session, settings, ana, THURSDAY, **BEATEN)
    opened_by(session, settings, ana, THURSDAY, **INSULTED, targets=frozenset({"children_youth"}))
    opened_by(session, settings, ana, THURSDAY, **INSULTED)
    opened_by(session, settings, ana, THURSDAY - timedelta(days=3), **BEATEN)
    opened_by(session, settings, boris, THURSDAY, **BEATEN)
    assert exposure(session, ana) == Exposure(today=2, week=3)
    assert exposure(session, boris) == Exposure(today=1, week=1)


def test_taking_the_same_report_again_counts_once(session: Session, settings: Settings, ana: Member) -> None:
    opened_by(session, settings, ana, THURSDAY, **BEATEN)
    moderation.take_report(session, builders.only_report(session), member=ana, now=THURSDAY + timedelta(hours=1))
    assert exposure(session, ana) == Exposure(1, 1)


def test_what_a_colleague_handed_over_counts_for_both(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    opened_by(session, settings, ana, THURSDAY, **BEATEN)
    moderation.take_report(session, builders.only_report(session), member=boris, now=THURSDAY)
    assert [exposure(session, who) for who in (ana, boris)] == [Exposure(1, 1)] * 2


@pytest.mark.parametrize(("hour", "today"), [(22, 1), (23, 0)])
def test_the_day_ends_at_midnight_in_serbia(session: Session, settings: Settings, ana: Member, hour, today) -> None:
    opened_by(session, settings, ana, THURSDAY, **BEATEN)
    assert exposure(session, ana, THURSDAY.replace(hour=hour)).today == today


def test_the_week_begins_on_monday_in_serbia(session: Session, settings: Settings, ana: Member) -> None:
    sunday_night = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    for now in (sunday_night, sunday_night + timedelta(minutes=1)):
        opened_by(session, settings, ana, now, **BEATEN)
    assert exposure(session, ana) == Exposure(0, 1)


def test_nothing_is_written_by_counting(session: Session, settings: Settings, ana: Member) -> None:
    opened_by(session, settings, ana, THURSDAY, **BEATEN)
    exposure(session, ana)
    assert [*session.new, *session.dirty, *session.deleted] == []
