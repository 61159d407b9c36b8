"""Ten quarters of releases, with late incidents, corrections and free cross-tables, attacked as one."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files
from incidents.core.accounts import MemberId
from incidents.core.incident import NO_PLACE, ONLINE, BiasStrength, Decision, Verification
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO
from incidents.core.release import cells_file, from_csv, plan_file
from incidents.core.tables import INCIDENTS, SUBJECTS
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.release import CountedIncident, ReceivedReports, ReleaseCell
from incidents.disclosure import files
from incidents.disclosure.spec import spec_of
from incidents.disclosure.verdict import verdict
from incidents.services import crosstables, published, releases
from incidents.services.accounts import Member
from incidents.services.corrections import note_correction
from tests import builders

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()
QUARTERS = [Quarter(2024, 3)]
while len(QUARTERS) < 10:
    QUARTERS.append(QUARTERS[-1].following())
VOLUMES = [40, 180, 420, 610, 530, 700, 90, 300, 260, 150]
"""Accepted incidents by quarter: 2025 has over 2,000, so 2026 has more tables."""
TOWNS = sorted(PLACES.municipalities.values(), key=lambda one: -one.population)


def last_day(quarter: Quarter) -> date:
    following = quarter.following()
    return date(following.year, following.number * 3 - 2, 1) - timedelta(days=1)


def drawn(random: Random, names: list[str], skew: float = 1.3) -> str:
    """One of these, the earlier ones more often."""
    return random.choices(names, [(place + 1) ** -skew for place in range(len(names))])[0]


def codes_of(random: Random) -> dict[str, set[str]]:
    """What happened, why, to whom, and who was told, as unequal as life."""
    lists = {
        name: [term.code for term in VOCABULARY.of(name) if term.code != "not_sure"]
        for name in ("ground", "act_type", "gender_of_victim", "age_band", "reported_to")
    }
    return {
        "ground": {drawn(random, lists["ground"]) for _ in range(random.choice([1, 1, 1, 2, 3]))},
        "act_type": {drawn(random, lists["act_type"]) for _ in range(random.choice([1, 1, 2]))},
        "gender_of_victim": {drawn(random, lists["gender_of_victim"]) for _ in range(random.choice([0, 1, 1, 2]))},
        "age_band": {drawn(random, lists["age_band"]) for _ in range(random.choice([0, 1, 1, 2]))},
        "reported_to": {drawn(random, lists["reported_to"])},
    }


def fill(session: Session, random: Random, quarter: Quarter, number: int) -> None:
    """Incidents accepted in a quarter, one in three of which happened before it."""
    incidents, codes = [], []
    for _ in range(number):
        late = random.random() < 0.33
        place = drawn(random, [*(one.code for one in TOWNS), ONLINE, NO_PLACE, KOSOVO, "19"], 0.9)
        incidents.append(
            {
                "id": UUID(int=random.getrandbits(128)),
                "version": 1,
                "decision": Decision.ACCEPTED,
                "verification": random.choice(
                    [Verification.REPORTED_ONLY, Verification.PLAUSIBLE, Verification.CORROBORATED]
                ),
                "bias_strength": BiasStrength.PERCEIVED,
                "year": quarter.year - (random.random() < 0.3) if late else quarter.year,
                "month": random.choice([None, *range(1, 13)]) if late else quarter.number * 3 - 1,
                "place": place,
                "setting": "social_network" if place == ONLINE else random.choice(["street", "home", "school"]),
                "vocabulary_version": VOCABULARY.version,
                "accepted_on": last_day(quarter) - timedelta(days=random.randrange(60)),
            }
        )
        codes += [
            {"incident_id": incidents[-1]["id"], "vocabulary": name, "code": code}
            for name, own in codes_of(random).items()
            for code in sorted(own)
        ]
    session.execute(sa.insert(Incident), incidents)
    session.execute(sa.insert(IncidentCode), codes)
    reasons = [term.code for term in VOCABULARY.of("set_aside_reason")]
    aside = [{"id": uuid4(), "quarter": str(quarter), "reason": drawn(random, reasons)} for _ in range(number // 5)]
    session.execute(sa.insert(SetAside), aside)
    came = {"linked": number, "set_aside": number // 5, "open": random.randrange(12)}
    received = [
        {"id": uuid4(), "batch": str(quarter), "standing": standing, "reports": reports}
        for standing, reports in came.items()
    ]
    session.execute(sa.insert(ReceivedReports), received)


def correct(session: Session, random: Random, quarter: Quarter, number: int) -> None:
    """Counted incidents that turn out otherwise in a quarter."""
    counted = session.scalars(
        sa.select(Incident)
        .join(CountedIncident)
        .options(sa.orm.selectinload(Incident.codes))
        .order_by(Incident.accepted_on, Incident.place, Incident.id)
    ).all()
    for row in random.sample(counted, min(number, len(counted))):
        row.place = drawn(random, [one.code for one in TOWNS])
        if random.random() < 0.3:
            row.verification = Verification.DID_NOT_HAPPEN
        session.flush()
        note_correction(session, row, vocabulary=VOCABULARY, places=PLACES, actor="ana", now=noon(last_day(quarter)))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def surroundings(day: date) -> dict[str, Any]:
    return {
        "today": day,
        "vocabulary": VOCABULARY,
        "places": PLACES,
        "label": catalogues.label,
        "pepper": builders.PEPPER,
        "actor": "operator",
        "now": noon(day),
    }


def sign(session: Session, draft: published.ReleaseSummary, desk: list[Member], day: date) -> None:
    for member in desk[:2]:
        releases.sign_release(
            session, draft.number, digest=draft.digest, member=MemberId(member.id), today=day, now=noon(day)
        )


def live_through(session: Session, desk: list[Member], random: Random) -> Iterator[int]:
    """Ten quarters; the number of each release that is published."""
    for quarter, volume in zip(QUARTERS, VOLUMES, strict=True):
        fill(session, random, quarter, volume)
        correct(session, random, quarter, 12)
        day = last_day(quarter)
        draft = releases.build_release(session, **surroundings(day))
        sign(session, draft, desk, day)
        yield draft.number
        if quarter.number == 4 and quarter.year < 2026:
            for cuts in (["area@region", "reported"], ["ground@group", "gender"]):
                extra = crosstables.add_table(session, cuts, quarter.year, **surroundings(day))
                sign(session, extra, desk, day)
                yield extra.number


@pytest.mark.parametrize("engine_database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_ten_quarters_with_late_incidents_and_corrections_give_nobody_away(
    session: Session, desk: list[Member]
) -> None:
    before: dict[str, bytes] = {}
    for number in live_through(session, desk, Random(7)):
        found = published.contents(session, number)
        for name, content in before.items():
            assert not name.endswith(".csv") or name.startswith("cells-") or found[name].startswith(content), name
        before = found
    check = releases.check_release(session, number)
    assert (check.wrong, check.given_away) == ([], [])
    assert 0 < check.withheld < check.cells / 2
    empty = sa.select(sa.func.count()).where(ReleaseCell.is_withheld, ReleaseCell.count == 0)
    assert session.scalar(empty) > check.withheld / 20
    plans = {year: json.loads(before[plan_file("incidents", year)])["plan"] for year in (2024, 2025, 2026)}
    assert [plan.split()[-1] for plan in plans.values()] == ["small", "small", "middle"]
    _outsiders_learn_nothing(before)
    _years_are_sums(before)


def _outsiders_learn_nothing(files_of_release: dict[str, bytes]) -> None:
    """With the files alone: whatever is withheld can be enough to be published."""
    for subject in SUBJECTS:
        for year in (2024, 2025, 2026):
            spec = spec_of(json.loads(files_of_release[plan_file(subject.name, year)]))
            name = cells_file(subject.name, year)
            stored = files.cells_of(name, files_of_release[name].decode().splitlines(), spec)
            found = verdict(stored.cells, stored.withheld, spec)
            told = [cell for cell in found.bounds if not found.may_be_enough(cell)]
            assert [stored.cells.codes(cell) for cell in told] == []
            assert found.groups == []


def _years_are_sums(files_of_release: dict[str, bytes]) -> None:
    """Every published year is the sum of its quarters, where these are published too."""
    for table in ("ground", "act", "district", "delay", "received", "set_aside", "corrections"):
        values: dict[tuple[str, tuple[str, ...]], int | None] = {
            (row.time, row.codes): row.value for row in from_csv(files_of_release[f"{table}.csv"])
        }
        for (time, codes), value in values.items():
            quarters = [other for (when, own), other in values.items() if own == codes and when.startswith(f"{time}-")]
            if "-" not in time and value is not None and None not in quarters:
                assert value == np.sum(np.array(quarters, dtype=np.int64)), (table, time, codes)


def test_a_cross_table_is_built_on_what_is_published_and_changes_none_of_it(
    session: Session, desk: list[Member]
) -> None:
    random = Random(3)
    for quarter in QUARTERS[:2]:
        fill(session, random, quarter, 120)
        sign(session, releases.build_release(session, **surroundings(last_day(quarter))), desk, last_day(quarter))
    before = published.contents(session, 2)
    day = last_day(QUARTERS[1])
    draft = crosstables.add_table(session, ["time", "area@region", "act@group"], 2024, **surroundings(day))
    sign(session, draft, desk, day)
    after = published.contents(session, 3)
    assert {name: after[name] for name in before if name.endswith(".csv") and not name.startswith("cells-")} == {
        name: content for name, content in before.items() if name.endswith(".csv") and not name.startswith("cells-")
    }
    assert (draft.added_table, draft.counted) == ("time-area_region-act_group", 0)
    assert {row.time for row in from_csv(after["time-area_region-act_group.csv"])} == {"2024-Q3", "2024-Q4", "2024"}
    assert releases.check_release(session, 3).given_away == []
    assert INCIDENTS.name in after["release.json"].decode()
