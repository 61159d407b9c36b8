"""The rule that sends a flood to be checked, without knowing where anything came from."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.db.report import Batch
from incidents.services.accounts import Member
from incidents.services.pulse import Pulse
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW


@pytest.fixture
def arrive(session: Session, settings: Settings, desk: list[Member]):
    def some(number: int, *, now: datetime = NOW) -> None:
        for _ in range(number):
            builders.send(session, a_report(), settings, now=now)

    return some


def feels(pulse: Pulse, session: Session, now: datetime = NOW) -> bool:
    return pulse.is_flooded(lambda: nullcontext(session), today=now.date(), now=now)


def test_a_few_reports_are_no_flood(session: Session, arrive) -> None:
    pulse = Pulse()
    feels(pulse, session)
    arrive(20)
    assert not feels(pulse, session, NOW + timedelta(seconds=30))


def test_many_reports_at_once_are_a_flood_and_it_ends(session: Session, arrive) -> None:
    pulse = Pulse()
    feels(pulse, session)
    arrive(21)
    assert feels(pulse, session, NOW + timedelta(seconds=30))
    assert not feels(pulse, session, NOW + timedelta(minutes=3))


def test_a_process_feels_what_others_take(session: Session, arrive) -> None:
    """Each of four processes takes only a quarter itself, and looks at different moments."""
    pulses = [Pulse() for _ in range(4)]
    for pulse in pulses:
        feels(pulse, session)
    arrive(24)
    assert all(feels(pulse, session, NOW + timedelta(seconds=5 + wait)) for wait, pulse in enumerate(pulses))


def test_the_same_number_over_an_hour_is_no_flood(session: Session, arrive) -> None:
    pulse = Pulse()
    felt = []
    for minute in range(60):
        felt.append(feels(pulse, session, NOW + timedelta(minutes=minute)))
        arrive(2)
    assert not any(felt)


def test_what_this_site_is_used_to_is_no_flood(session: Session, arrive) -> None:
    for days in range(1, 16):
        arrive(120, now=NOW - timedelta(days=days))
    used, pulse = Pulse(), Pulse()
    feels(used, session)
    arrive(400)
    assert feels(used, session, NOW + timedelta(seconds=30)), "120 a day are not 400 a minute"
    assert not feels(pulse, session), "a process that has just started has felt nothing yet"


def test_a_large_file_of_an_organisation_is_no_flood(session: Session, arrive) -> None:
    pulse = Pulse()
    feels(pulse, session)
    arrive(501)
    session.add(Batch(id=uuid4(), file_digest=bytes(32), partner="praxis", received_on=NOW.date(), reports=501))
    session.flush()
    later = NOW + timedelta(seconds=30)
    assert not feels(pulse, session, later)
    arrive(21)
    assert feels(pulse, session, later + timedelta(seconds=5))


def test_midnight_starts_a_new_count(session: Session, arrive) -> None:
    pulse, late = Pulse(), NOW.replace(hour=23, minute=59)
    arrive(40, now=late)
    feels(pulse, session, late)
    assert not feels(pulse, session, late + timedelta(minutes=2))


def test_a_flooded_day_stays_one_for_a_process_that_has_just_started(session: Session, arrive) -> None:
    arrive(501)
    assert feels(Pulse(), session)
