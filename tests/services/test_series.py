from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.incident import Decision, NotAllowed
from incidents.db.audit import entries
from incidents.db.incident import Incident
from incidents.services import series, settled
from incidents.services.accounts import Member
from incidents.services.series import InAnotherSeries
from incidents.services.settled import NoSuchIncident
from incidents.services.settlement import StaleIncident
from tests.conftest import NOW
from tests.services.test_settlement import a_settlement, arrived, propose, unlink


@pytest.fixture
def four(session: Session, settings: Settings, ana: Member) -> list[UUID]:
    return [propose(session, arrived(session, settings), ana, a_settlement(month=month)) for month in (7, 8, 9, 10)]


def put(session: Session, incident: UUID, other: UUID, member: Member) -> None:
    version = session.get_one(Incident, incident).version
    series.put_in_series(session, incident, other, version=version, member=member, now=NOW)


def take_out(session: Session, incident: UUID, member: Member) -> None:
    version = session.get_one(Incident, incident).version
    series.take_out_of_series(session, incident, version=version, member=member, now=NOW)


def others(session: Session, incident: UUID) -> set[UUID]:
    return {one.id for one in series.series_of(session, incident)}


def test_a_series_grows_from_either_side(session: Session, four: list[UUID], ana: Member) -> None:
    put(session, four[0], four[1], ana)
    put(session, four[2], four[0], ana)
    assert others(session, four[1]) == {four[0], four[2]}
    assert others(session, four[3]) == set()


def test_who_is_left_alone_is_in_no_series(session: Session, four: list[UUID], ana: Member) -> None:
    put(session, four[0], four[1], ana)
    take_out(session, four[0], ana)
    assert [session.get_one(Incident, one).series for one in four[:2]] == [None, None]


def test_two_series_are_not_joined_unawares(session: Session, four: list[UUID], ana: Member) -> None:
    put(session, four[0], four[1], ana)
    put(session, four[2], four[3], ana)
    with pytest.raises(InAnotherSeries):
        put(session, four[0], four[2], ana)


def test_a_page_that_is_out_of_date_changes_no_series(session: Session, four: list[UUID], ana: Member) -> None:
    put(session, four[0], four[1], ana)
    with pytest.raises(StaleIncident):
        series.take_out_of_series(session, four[1], version=1, member=ana, now=NOW)


def test_no_series_with_itself_with_nothing_or_with_what_was_withdrawn(
    session: Session, settings: Settings, four: list[UUID], ana: Member
) -> None:
    report = arrived(session, settings)
    gone = propose(session, report, ana)
    unlink(session, report, ana)
    for other, refusal in ((four[0], NoSuchIncident), (uuid4(), NoSuchIncident), (gone, NotAllowed)):
        with pytest.raises(refusal):
            put(session, four[0], other, ana)


def test_what_is_withdrawn_is_no_longer_shown_in_its_series(
    session: Session, settings: Settings, four: list[UUID], ana: Member
) -> None:
    report = arrived(session, settings)
    incident = propose(session, report, ana)
    put(session, four[0], incident, ana)
    unlink(session, report, ana)
    assert others(session, four[0]) == set()


def test_offered_are_those_of_the_place_the_year_and_a_ground(
    session: Session, settings: Settings, four: list[UUID], ana: Member
) -> None:
    for changes in ({"place": "71331"}, {"year": 2023}, {"grounds": frozenset({"disability"})}):
        propose(session, arrived(session, settings), ana, a_settlement(**changes))
    put(session, four[0], four[1], ana)
    offered = series.may_belong(session, settled.show_incident(session, four[0]))
    assert {one.id for one in offered} == {four[2], four[3]}


def test_a_series_changes_no_decision_and_stands_in_the_trail(session: Session, four: list[UUID], ana: Member) -> None:
    put(session, four[0], four[1], ana)
    take_out(session, four[1], ana)
    assert session.get_one(Incident, four[0]).decision is Decision.PROPOSED
    told = [entry.action for entry, _ in entries(session, subject=f"incident:{four[0]}")]
    assert told[-2:] == ["put_in_series", "take_out_of_series"]
