from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.db.incident import Incident, IncidentCode
from incidents.services import alarms
from incidents.services.accounts import Member
from incidents.services.alarms import Bunch, Flood
from incidents.services.yearly import Yearly
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

TODAY = NOW.date()
SUBOTICA = "80438"


@pytest.fixture
def arrive(session: Session, settings: Settings, desk: list[Member]):
    def some(number: int, *, days_ago: int = 0, held: bool = False, **changes: object) -> None:
        for _ in range(number):
            now = NOW - timedelta(days=days_ago)
            builders.send(session, a_report(**{"month": "2026-06", **changes}), settings, now=now, trap_is_filled=held)

    return some


def bunched(session: Session, member: Member) -> list[Bunch]:
    return alarms.bunches(session, builders.queue_of(session, member, now=NOW), yearly=Yearly(), today=TODAY)


def settled(session: Session, number: int, *, year: int = 2026, month: int = 3) -> None:
    for _ in range(number):
        row = Incident(
            id=uuid4(),
            decision=Decision.ACCEPTED,
            verification=Verification.PLAUSIBLE,
            bias_strength=BiasStrength.PERCEIVED,
            year=year,
            month=month,
            place=SUBOTICA,
            setting="street",
            vocabulary_version="2026-1",
        )
        row.codes = [IncidentCode(vocabulary="ground", code="national_ethnic")]
        session.add(row)
    session.flush()


def test_on_an_ordinary_day_there_is_no_flood(session, arrive) -> None:
    arrive(6)
    arrive(3, held=True)
    assert alarms.flood(session, today=TODAY) is None


def test_many_held_reports_are_a_flood_until_they_are_looked_at(session, arrive) -> None:
    for days_ago in range(1, 20):
        arrive(2, days_ago=days_ago)
    arrive(20, held=True)
    arrive(1)
    assert alarms.flood(session, today=TODAY) == Flood(held=20, today=21, usual=2)


def test_five_reports_of_one_place_and_ground_within_a_week_bunch_however_it_is_spelled(session, arrive, ana) -> None:
    for days_ago, place in enumerate(("у Суботици", "Subotica", "Szabadkán", "subotica", "Палић")):
        arrive(1, days_ago=days_ago, place=place)
    assert bunched(session, ana) == [Bunch(SUBOTICA, "national_ethnic", 5, TODAY - timedelta(days=4))]


@pytest.mark.parametrize(
    "changes",
    [
        {"days_ago": 7},
        {"held": True},
        {"place": "Нови Пазар"},
        {"place": ""},
        {"grounds": frozenset({"sex"})},
        {"grounds": frozenset({"not_sure"})},
    ],
    ids=["a week ago", "held", "elsewhere", "nowhere", "another ground", "not sure"],
)
def test_what_is_of_another_week_place_or_ground_does_not_count(session, arrive, ana, changes) -> None:
    arrive(4)
    arrive(1, **changes)
    assert bunched(session, ana) == []


def test_where_as_many_are_usual_they_are_no_bunch(session, arrive, ana) -> None:
    arrive(5)
    settled(session, 52)
    assert bunched(session, ana) == []


def test_what_was_settled_more_than_a_year_ago_is_not_usual_any_more(session, arrive, ana) -> None:
    arrive(5)
    settled(session, 52, year=2025, month=11)
    assert len(bunched(session, ana)) == 1


def test_what_is_usual_is_counted_once_a_day_for_each_place(session) -> None:
    yearly = Yearly()
    settled(session, 3)
    assert yearly.of(session, {SUBOTICA}, today=TODAY) == {(SUBOTICA, "national_ethnic"): 3}
    settled(session, 2)
    assert yearly.of(session, {SUBOTICA, "71170"}, today=TODAY) == {(SUBOTICA, "national_ethnic"): 3}
    assert yearly.of(session, {SUBOTICA}, today=TODAY + timedelta(days=1)) == {(SUBOTICA, "national_ethnic"): 5}


def test_the_largest_bunch_comes_first(session, arrive, ana) -> None:
    arrive(5)
    arrive(6, place="Ниш, Пантелеј", grounds=frozenset({"sex"}))
    assert [(bunch.number, bunch.ground) for bunch in bunched(session, ana)] == [(6, "sex"), (5, "national_ethnic")]
