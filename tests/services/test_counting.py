from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from incidents.adapters import data_files
from incidents.core import counting as rules_of_counting
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.tables import CORRECTIONS, INCIDENTS, SET_ASIDE, Subject
from incidents.db.database import Database
from incidents.db.incident import Incident, IncidentCode, SetAside, incident_with_codes, unseen
from incidents.db.release import Correction, CountedIncident, CountedLine, Release, ReleaseState
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


def draft(session: Session, quarter: Quarter = THIRD, *, places: Places = PLACES) -> None:
    """As a draft of the quarter does."""
    counting.take_batch(session, quarter, LAST_DAYS[quarter], VOCABULARY, places)
    session.expire_all()


def take(session: Session, quarter: Quarter = THIRD) -> None:
    """As the release of the quarter does."""
    draft(session, quarter)
    session.add(
        Release(
            number=session.query(Release).count() + 1,
            quarter=str(quarter),
            state=ReleaseState.PUBLISHED,
            built_on=LAST_DAYS[quarter],
            digest=bytes(32),
        )
    )
    session.flush()


def all_frozen(session: Session) -> Sequence[CountedIncident]:
    return session.scalars(sa.select(CountedIncident).options(joinedload(CountedIncident.line))).all()


def frozen(session: Session) -> CountedIncident:
    """The one there is."""
    [row] = all_frozen(session)
    return row


def looked_at_next(session: Session) -> set[UUID]:
    return set(session.scalars(sa.select(Incident.id).where(unseen())))


def rows(session: Session, year: int = 2026, subject: Subject = INCIDENTS) -> list[dict[str, str]]:
    header, found = counting.rows_of(session, subject, [f"{year}-Q{number}" for number in range(1, 5)])
    return [dict(zip(header, row, strict=True)) for row in found]


def test_many_are_frozen_in_steps_and_none_is_left_out(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    wanted = {settled(session, {"ground": {"language"}} if number % 2 else None).id: number for number in range(10)}
    take(session)
    found = {row.incident_id: row.line.ground for row in all_frozen(session)}
    assert found == {one: "language" if number % 2 else "national_ethnic" for one, number in wanted.items()}


# How an incident is counted.


def test_an_incident_is_frozen_with_a_code_of_every_dimension(session: Session) -> None:
    incident = settled(session)
    take(session)
    row = frozen(session)
    assert (row.incident_id, row.batch) == (incident.id, "2026-Q3")
    line = row.line
    assert (line.area, line.ground, line.act, line.setting) == ("80438", "national_ethnic", "threat", "street")
    assert (line.verification, line.gender, line.age, line.reported) == ("2", "unknown", "unknown", "unknown")
    assert line.delay == "same_quarter"


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
    assert getattr(frozen(session).line, name) == found


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
    assert getattr(frozen(session).line, name) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": Decision.PROPOSED, "accepted_on": None},
        {"decision": Decision.WITHDRAWN},
        {"verification": Verification.DID_NOT_HAPPEN},
        {"accepted_on": date(2026, 10, 1)},
    ],
    ids=["proposed", "withdrawn", "did not happen", "accepted later"],
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
    settled(session)
    take(session)
    late = settled(session, accepted_on=date(2026, 12, 1))
    draft(session, FOURTH)
    counting.give_back(session, "2026-Q4")
    draft(session, NEXT)
    found = {row.batch: row.incident_id for row in all_frozen(session)}
    assert sorted(found) == ["2026-Q3", "2027-Q1"]
    assert found["2027-Q1"] == late.id


def test_a_draft_that_is_built_anew_freezes_only_what_has_changed(session: Session) -> None:
    [changed, *others] = [settled(session) for _ in range(4)]
    draft(session)
    before = {row.incident_id: row.id for row in all_frozen(session)}
    changed.place = "70092"
    session.flush()
    new = settled(session)
    draft(session)
    after = {row.incident_id: row for row in all_frozen(session)}
    assert after.keys() == before.keys() | {new.id}
    assert {one.id for one in others} == {one for one in before if after[one].id == before[one]}
    assert after[changed.id].line.area == "70092"


def test_a_line_stays_as_long_as_any_incident_is_counted_so(session: Session) -> None:
    first, second = settled(session), settled(session)
    draft(session)
    assert areas(session) == ["80438"]
    first.place = "70092"
    session.flush()
    draft(session)
    assert areas(session) == ["70092", "80438"]
    second.place = "70092"
    session.flush()
    draft(session)
    assert areas(session) == ["70092"]


def areas(session: Session) -> list[str]:
    """Of all lines."""
    return sorted(session.scalars(sa.select(CountedLine.area)))


def test_only_what_has_changed_is_looked_at_again(session: Session) -> None:
    incidents = [settled(session) for _ in range(3)]
    later = settled(session, accepted_on=date(2026, 10, 1))
    settled(session, decision=Decision.PROPOSED, accepted_on=None)
    draft(session)
    assert looked_at_next(session) == {later.id}
    incidents[1].place = "70092"
    session.flush()
    assert looked_at_next(session) == {later.id, incidents[1].id}


def test_what_changes_after_its_release_is_looked_at_once_more_and_left_as_it_was(session: Session) -> None:
    incident = settled(session)
    take(session)
    incident.place = "70092"
    session.flush()
    assert looked_at_next(session) == {incident.id}
    take(session, FOURTH)
    assert looked_at_next(session) == set()
    assert (frozen(session).batch, frozen(session).line.area) == ("2026-Q3", "80438")


def reopened(session: Session, incident: Incident) -> None:
    incident.decision, incident.accepted_on = Decision.OPEN, None


def found_not_to_have_happened(session: Session, incident: Incident) -> None:
    incident.verification = Verification.DID_NOT_HAPPEN


def accepted_later(session: Session, incident: Incident) -> None:
    incident.accepted_on = date(2026, 10, 1)


def deleted(session: Session, incident: Incident) -> None:
    session.delete(incident)


@pytest.mark.parametrize("change", [reopened, found_not_to_have_happened, accepted_later, deleted])
def test_a_draft_that_is_built_anew_lets_go_what_it_would_not_count(
    session: Session, change: Callable[[Session, Incident], None]
) -> None:
    incident, other = settled(session), settled(session)
    draft(session)
    change(session, incident_with_codes(session, incident.id) or incident)
    session.flush()
    draft(session)
    assert frozen(session).incident_id == other.id


def test_a_draft_of_a_later_quarter_counts_by_that_quarter(session: Session) -> None:
    settled(session)
    draft(session)
    counting.give_back(session, "2026-Q3")
    draft(session, FOURTH)
    row = frozen(session)
    assert (row.batch, row.line.delay) == ("2026-Q4", "earlier_quarter")


def test_where_places_are_counted_otherwise_by_now_all_is_frozen_anew(session: Session) -> None:
    settled(session, place="70017")
    draft(session)
    smaller = replace(PLACES.municipalities["70017"], population=900)
    draft(session, places=replace(PLACES, municipalities={**PLACES.municipalities, "70017": smaller}))
    assert frozen(session).line.area == f"{smaller.district_code}-O"


def test_where_others_count_by_now_all_are_looked_at_anew(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(session, verification=Verification.DID_NOT_HAPPEN)
    draft(session)
    assert rows(session) == []
    for module in (counting, rules_of_counting):
        monkeypatch.setattr(module, "is_counted", lambda _level: True)
    draft(session)
    assert frozen(session).line.verification == "N"


def test_what_has_changed_is_found_in_its_index(session: Session) -> None:
    """So a draft built anew costs what has changed, whatever there is besides."""
    for _ in range(60):
        settled(session)
    draft(session)
    changed = settled(session)
    session.execute(sa.text("ANALYZE incident"))
    is_file = session.connection().dialect.name == "sqlite"
    if not is_file:  # of sixty rows it would rather read all
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        session.execute(sa.text("ALTER TABLE incident DROP CONSTRAINT pk_incident CASCADE"))
    query = str(sa.select(Incident.id).where(unseen()).order_by(Incident.id))
    plan = session.execute(sa.text(("EXPLAIN QUERY PLAN " if is_file else "EXPLAIN ") + query)).all()
    assert "ix_incident_unseen" in str(plan)
    assert looked_at_next(session) == {changed.id}


def test_what_a_release_has_counted_is_never_frozen_anew(session: Session) -> None:
    incident = settled(session)
    take(session)
    incident.place = "70092"
    session.flush()
    draft(session, FOURTH)
    assert (frozen(session).batch, frozen(session).line.area) == ("2026-Q3", "80438")


@pytest.mark.parametrize("own_database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_nobody_changes_an_incident_while_a_draft_is_built_of_it(own_database: Database) -> None:
    with own_database.unit_of_work() as session:
        incident = settled(session).id
    with own_database.unit_of_work() as changing:
        changing.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        with own_database.unit_of_work() as building:
            draft(building)
            with pytest.raises(OperationalError), changing.begin_nested():
                incident_with_codes(changing, incident, to_change=True)
        assert incident_with_codes(changing, incident, to_change=True)


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
