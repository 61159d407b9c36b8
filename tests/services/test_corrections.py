"""What becomes of an incident that a published release counts and that turns out otherwise."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files
from incidents.core.accounts import MemberId
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.core.release import from_csv
from incidents.db.incident import Incident, IncidentCode, incident_with_codes
from incidents.db.release import Correction, CountedIncident, CountedLine, ReleaseState
from incidents.services import published, releases
from incidents.services.accounts import Member
from incidents.services.corrections import note_correction, note_withdrawal
from incidents.services.published import ReleaseSummary
from tests import builders

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()
AUTUMN, WINTER, SPRING = date(2026, 9, 30), date(2026, 12, 31), date(2027, 3, 31)


def an_incident(session: Session) -> UUID:
    codes = {"act_type": "threat", "ground": "national_ethnic", "gender_of_victim": "woman", "reported_to": "police"}
    row = Incident(
        id=uuid4(),
        decision=Decision.ACCEPTED,
        verification=Verification.PLAUSIBLE,
        bias_strength=BiasStrength.PERCEIVED,
        year=2026,
        month=8,
        place="80438",
        setting="street",
        vocabulary_version=VOCABULARY.version,
        accepted_on=date(2026, 9, 1),
        codes=[IncidentCode(vocabulary=name, code=code) for name, code in codes.items()],
    )
    session.add(row)
    session.flush()
    return row.id


def publish(session: Session, desk: list[Member], day: date) -> ReleaseSummary:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = releases.build_release(
        session,
        today=day,
        vocabulary=VOCABULARY,
        places=PLACES,
        label=catalogues.label,
        pepper=builders.PEPPER,
        actor="operator",
        now=now,
    )
    for member in desk[:2]:
        found = releases.sign_release(
            session, found.number, digest=found.digest, member=MemberId(member.id), today=day, now=now
        )
    assert found.state is ReleaseState.PUBLISHED
    return found


@pytest.fixture
def incident(session: Session, desk: list[Member]) -> UUID:
    """One of eight that the first release counts."""
    incidents = [an_incident(session) for _ in range(8)]
    publish(session, desk, AUTUMN)
    return incidents[0]


def settle(session: Session, incident: UUID, day: date = date(2026, 11, 2), **changes: Any) -> None:
    """As the second person accepts it anew."""
    row = incident_with_codes(session, incident)
    assert row is not None
    for name, value in changes.items():
        if isinstance(value, set):
            others = [code for code in row.codes if code.vocabulary != name]
            row.codes = others + [IncidentCode(vocabulary=name, code=code) for code in value]
        else:
            setattr(row, name, value)
    session.flush()
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    note_correction(session, row, vocabulary=VOCABULARY, places=PLACES, actor="ana", now=now)


def waiting(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Correction.kind).where(Correction.batch.is_(None))))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"place": "70017"}, "place"),
        ({"ground": {"sex"}}, "ground"),
        ({"ground": {"national_ethnic", "sex"}}, "ground"),
        ({"act_type": {"threat", "arson"}}, "act"),
        ({"verification": Verification.CONFIRMED}, "verification"),
        ({"gender_of_victim": {"man"}}, "victim"),
        ({"age_band": {"18_29"}}, "victim"),
        ({"setting": "home"}, "other"),
        ({"month": 3}, "other"),
        ({"verification": Verification.DID_NOT_HAPPEN}, "withdrawn"),
        ({"place": "70017", "act_type": {"arson"}}, "place"),
    ],
)
def test_a_correction_is_called_by_what_was_wrong(
    session: Session, incident: UUID, changes: dict[str, Any], kind: str
) -> None:
    settle(session, incident, **changes)
    assert waiting(session) == [kind]


@pytest.mark.parametrize(
    "changes",
    [{}, {"bias_strength": BiasStrength.SEVERAL}, {"target_group": {"roma"}}, {"act_type": {"threat", "other_act"}}],
)
def test_what_no_table_counts_is_no_correction(session: Session, incident: UUID, changes: dict[str, Any]) -> None:
    settle(session, incident, **changes)
    assert waiting(session) == []


def test_what_is_settled_last_is_told_and_a_mistake_taken_back_is_none(session: Session, incident: UUID) -> None:
    settle(session, incident, place="70017")
    settle(session, incident, place="80438", act_type={"arson"})
    assert waiting(session) == ["act"]
    settle(session, incident, act_type={"threat"})
    assert waiting(session) == []


def test_what_no_release_counts_needs_no_correction(session: Session, incident: UUID) -> None:
    other = an_incident(session)
    settle(session, other, place="70017")
    assert waiting(session) == []


def test_an_incident_that_is_withdrawn_is_told_as_one_no_more(session: Session, incident: UUID) -> None:
    row = session.get_one(Incident, incident)
    note_withdrawal(session, row, actor="ana", now=datetime(2026, 11, 2, tzinfo=UTC))
    assert waiting(session) == ["withdrawn"]


def test_published_figures_stay_and_the_next_release_tells_of_the_corrections(
    session: Session, incident: UUID, desk: list[Member]
) -> None:
    first = dict(published.contents(session, 1))
    others = session.scalars(sa.select(Incident.id).where(Incident.id != incident)).all()
    for one in (incident, *others[:3]):
        settle(session, one, place="70017")
    publish(session, desk, WINTER)
    files = published.contents(session, 2)
    told = {(row.time, row.codes): row.value for row in from_csv(files["corrections.csv"])}
    assert told["2026-Q4", ("place",)] == told["2026-Q4", ("_T",)] == 4
    assert files["district.csv"].startswith(first["district.csv"])
    assert releases.check_release(session, 2).wrong == []


def test_few_corrections_are_withheld_like_any_small_count(
    session: Session, incident: UUID, desk: list[Member]
) -> None:
    settle(session, incident, place="70017")
    publish(session, desk, WINTER)
    rows = from_csv(published.contents(session, 2)["corrections.csv"])
    told = {row.codes[0]: row.value for row in rows if row.time == "2026-Q4"}
    assert told["_T"] == 1
    assert told["place"] is None


def test_a_draft_that_tells_of_a_correction_falls_when_it_is_settled_otherwise(
    session: Session, incident: UUID, desk: list[Member]
) -> None:
    settle(session, incident, place="70017")
    now = datetime(2026, 12, 31, tzinfo=UTC)
    releases.build_release(
        session,
        today=WINTER,
        vocabulary=VOCABULARY,
        places=PLACES,
        label=catalogues.label,
        pepper=builders.PEPPER,
        actor="operator",
        now=now,
    )
    settle(session, incident, place="80438")
    assert [found.number for found in published.list_releases(session)] == [1]
    assert session.scalars(sa.select(Correction)).all() == []


def test_how_it_was_counted_is_kept_when_the_incident_is_settled_anew(session: Session, incident: UUID) -> None:
    settle(session, incident, ground={"sex"}, place="70017")
    query = sa.select(CountedLine).join(CountedIncident).where(CountedIncident.incident_id == incident)
    line = session.scalars(query).one()
    assert (line.ground, line.area) == ("national_ethnic", "80438")


def test_a_told_correction_is_told_once(session: Session, incident: UUID, desk: list[Member]) -> None:
    settle(session, incident, place="70017")
    publish(session, desk, WINTER)
    publish(session, desk, SPRING)
    rows = from_csv(published.contents(session, 3)["corrections.csv"])
    assert {row.value for row in rows if row.time == "2027-Q1"} == {0}
