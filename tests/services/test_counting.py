from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.core.periods import Quarter
from incidents.core.tables import CORRECTIONS, INCIDENTS, SET_ASIDE, Subject
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.release import Correction, CountedIncident
from incidents.services import counting

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()
THIRD, FOURTH, NEXT = Quarter(2026, 3), Quarter(2026, 4), Quarter(2027, 1)
LAST_DAYS = {THIRD: date(2026, 9, 30), FOURTH: date(2026, 12, 31), NEXT: date(2027, 3, 31)}


def settled(session: Session, codes: Mapping[str, set[str]] | None = None, **changes: Any) -> Incident:
    """An incident accepted in the third quarter, unless the test says something else."""
    listed = {"act_type": {"threat"}, "ground": {"national_ethnic"}, **(codes or {})}
    values: dict[str, Any] = {
        "decision": Decision.ACCEPTED,
        "verification": Verification.PLAUSIBLE,
        "bias_strength": BiasStrength.PERCEIVED,
        "year": 2026,
        "month": 8,
        "place": "80438",
        "setting": "street",
        "vocabulary_version": VOCABULARY.version,
        "accepted_on": date(2026, 9, 1),
    }
    rows = [IncidentCode(vocabulary=name, code=code) for name, given in listed.items() for code in given]
    incident = Incident(id=uuid4(), codes=rows, **{**values, **changes})
    session.add(incident)
    session.flush()
    return incident


def take(session: Session, quarter: Quarter = THIRD) -> None:
    counting.take_batch(session, quarter, LAST_DAYS[quarter], VOCABULARY, PLACES)
    session.expire_all()


def frozen(session: Session) -> CountedIncident:
    """The one there is."""
    return session.scalars(sa.select(CountedIncident)).one()


def rows(session: Session, year: int = 2026, subject: Subject = INCIDENTS) -> list[dict[str, str]]:
    header, found = counting.rows_of(session, subject, year)
    return [dict(zip(header, row, strict=True)) for row in found]


def test_many_are_frozen_in_steps_and_none_is_left_out(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    wanted = {settled(session, {"ground": {"language"}} if number % 2 else None).id: number for number in range(10)}
    take(session)
    found = {row.incident_id: row.ground for row in session.scalars(sa.select(CountedIncident))}
    assert found == {one: "language" if number % 2 else "national_ethnic" for one, number in wanted.items()}


# How an incident is counted.


def test_an_incident_is_frozen_with_a_code_of_every_dimension(session: Session) -> None:
    incident = settled(session)
    take(session)
    row = frozen(session)
    assert (row.incident_id, row.batch, incident.batch) == (incident.id, "2026-Q3", "2026-Q3")
    assert (row.area, row.ground, row.act, row.setting) == ("80438", "national_ethnic", "threat", "street")
    assert (row.verification, row.gender, row.age, row.reported) == ("2", "unknown", "unknown", "unknown")
    assert row.delay == "same_quarter"


@pytest.mark.parametrize(
    ("name", "codes", "found"),
    [
        ("ground", {"ground": {"sex", "age", "race"}}, "age|race|sex"),
        ("act", {"act_type": {"verbal_insult", "physical_attack"}}, "physical_attack"),
        ("gender", {"gender_of_victim": {"woman", "man"}}, "man|woman"),
        ("gender", {"gender_of_victim": {"prefer_not"}}, "unknown"),
        ("age", {"age_band": {"30_44", "prefer_not"}}, "30_44|unknown"),
        ("reported", {"reported_to": {"ngo", "police"}}, "police"),
        ("reported", {"reported_to": {"none"}}, "no_authority"),
    ],
)
def test_codes_of_lists_become_those_of_tables(
    session: Session, name: str, codes: dict[str, set[str]], found: str
) -> None:
    settled(session, codes)
    take(session)
    assert getattr(frozen(session), name) == found


@pytest.mark.parametrize(
    ("name", "changes", "found"),
    [
        ("area", {"place": "80241"}, "01-O"),
        ("area", {"place": "01"}, "01-U"),
        ("area", {"place": "25"}, "KM"),
        ("area", {"place": "online"}, "online"),
        ("verification", {"verification": Verification.CANNOT_BE_ASSESSED}, "U"),
        ("delay", {"month": 6}, "earlier_quarter"),
        ("delay", {"month": None}, "unknown"),
        ("delay", {"year": 2019}, "earlier_year"),
    ],
)
def test_what_an_incident_says_becomes_codes_of_tables(
    session: Session, name: str, changes: dict[str, Any], found: str
) -> None:
    settled(session, **changes)
    take(session)
    assert getattr(frozen(session), name) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": Decision.PROPOSED, "accepted_on": None},
        {"decision": Decision.WITHDRAWN},
        {"verification": Verification.DID_NOT_HAPPEN},
        {"accepted_on": date(2026, 10, 1)},
        {"batch": "2026-Q2"},
    ],
    ids=["proposed", "withdrawn", "did not happen", "accepted later", "counted before"],
)
def test_nothing_else_is_frozen(session: Session, changes: dict[str, Any]) -> None:
    settled(session, **changes)
    take(session)
    assert rows(session) == []


# Frozen for good.


def test_an_incident_that_changes_is_counted_as_it_was(session: Session) -> None:
    incident = settled(session)
    take(session)
    incident.place, incident.verification, incident.decision = "70092", Verification.CONFIRMED, Decision.WITHDRAWN
    session.flush()
    take(session, FOURTH)
    [row] = rows(session)
    assert (row["time"], row["area"], row["verification"], row["n"]) == ("2026-Q3", "80438", "2", "1")


def test_an_incident_that_is_deleted_is_counted_as_it_was(session: Session) -> None:
    settled(session)
    take(session)
    session.execute(sa.delete(Incident))
    session.expire_all()
    assert frozen(session).incident_id is None
    assert [row["n"] for row in rows(session)] == ["1"]


def test_no_incident_is_taken_twice(session: Session) -> None:
    settled(session)
    for quarter in (THIRD, FOURTH, NEXT):
        take(session, quarter)
    assert [row["time"] for row in rows(session)] == ["2026-Q3"]
    assert rows(session, 2027) == []


def test_a_batch_that_is_given_back_leaves_others_as_they_are(session: Session) -> None:
    first, second = settled(session), settled(session, accepted_on=date(2026, 12, 1))
    for quarter in (THIRD, FOURTH):
        take(session, quarter)
    counting.give_back(session, "2026-Q4")
    session.expire_all()
    assert (first.batch, second.batch) == ("2026-Q3", None)
    assert [row["time"] for row in rows(session)] == ["2026-Q3"]


def test_what_was_given_back_is_counted_as_it_is_by_then(session: Session) -> None:
    incident = settled(session)
    take(session)
    counting.give_back(session, "2026-Q3")
    session.expire_all()
    incident.place = "70092"
    session.flush()
    take(session, FOURTH)
    assert [(row["time"], row["area"]) for row in rows(session)] == [("2026-Q4", "70092")]


# Rows to tabulate.


def test_incidents_that_are_alike_are_one_row(session: Session) -> None:
    for _ in range(3):
        settled(session)
    settled(session, setting="home")
    take(session)
    assert sorted((row["setting"], row["n"]) for row in rows(session)) == [("home", "1"), ("street", "3")]


def test_a_year_has_the_rows_of_its_own_quarters(session: Session) -> None:
    for quarter in (THIRD, FOURTH, NEXT):
        settled(session, accepted_on=LAST_DAYS[quarter])
        take(session, quarter)
    assert sorted(row["time"] for row in rows(session)) == ["2026-Q3", "2026-Q4"]
    assert [row["time"] for row in rows(session, 2027)] == ["2027-Q1"]


def test_reports_set_aside_are_rows_by_reason(session: Session) -> None:
    for reason, quarter in (("test", "2026-Q2"), ("test", "2026-Q3"), ("abuse", "2026-Q3"), ("abuse", "2026-Q4")):
        session.add(SetAside(id=uuid4(), reason=reason, quarter=quarter))
    session.flush()
    take(session)
    found = [(row["time"], row["set_aside"], row["n"]) for row in rows(session, subject=SET_ASIDE)]
    assert sorted(found) == [("2026-Q3", "abuse", "1"), ("2026-Q3", "test", "2")]


def test_corrections_are_rows_by_what_was_wrong(session: Session) -> None:
    for kind in ("place", "place", "withdrawn"):
        session.add(Correction(id=uuid4(), kind=kind, quarter="2026-Q3"))
    session.flush()
    take(session)
    found = [(row["time"], row["correction"], row["n"]) for row in rows(session, subject=CORRECTIONS)]
    assert sorted(found) == [("2026-Q3", "place", "2"), ("2026-Q3", "withdrawn", "1")]


def test_what_was_set_aside_or_corrected_is_given_back_too(session: Session) -> None:
    session.add(SetAside(id=uuid4(), reason="test", quarter="2026-Q3"))
    session.add(Correction(id=uuid4(), kind="place", quarter="2026-Q3"))
    session.flush()
    take(session)
    counting.give_back(session, "2026-Q3")
    assert [rows(session, subject=subject) for subject in (SET_ASIDE, CORRECTIONS)] == [[], []]
