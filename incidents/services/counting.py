"""What a release counts: incidents taken into a quarter's batch and frozen as rows, then read out as rows to tabulate.

Late incidents belong to the quarter in which they were accepted; corrections are counted as corrections, in a batch of
their own. Batches never overlap, so years are sums of quarters and nothing published is ever revised.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import counting
from incidents.core.counting import Counted
from incidents.core.incident import Decision, Handling, Verification, is_counted
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.tables import CORRECTIONS, COUNT, INCIDENTS, RECEIVED, SET_ASIDE, SEVERAL, SOURCE, Subject
from incidents.core.vocabulary import Vocabulary
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.release import Correction, CountedIncident, ReceivedReports, Release
from incidents.db.report import Report

Rows = tuple[Sequence[str], Sequence[Sequence[str]]]
"""A header and rows of texts."""

AT_ONCE = 5_000
"""Incidents that are frozen at once."""
_DIMENSIONS = ("area", "ground", "target", "act", "setting", "verification", "gender", "age", "reported", "delay")


def take_batch(session: Session, quarter: Quarter, today: date, vocabulary: Vocabulary, places: Places) -> None:
    """Give the quarter's batch to all that was settled up to `today` and is in none, and freeze how it is counted."""
    counted = [level for level in Verification if is_counted(level)]
    session.execute(
        sa.update(Incident)
        .where(
            Incident.decision == Decision.ACCEPTED,
            Incident.verification.in_(counted),
            Incident.accepted_on <= today,
            Incident.batch.is_(None),
        )
        .values(batch=str(quarter))
    )
    for other in (SetAside, Correction):
        session.execute(
            sa.update(other).where(other.quarter <= str(quarter), other.batch.is_(None)).values(batch=str(quarter))
        )
    for rows in _frozen(session, quarter, vocabulary, places):
        session.execute(sa.insert(CountedIncident), rows)
    for standing, reports in _received_since(session, today).items():
        session.add(ReceivedReports(id=uuid4(), batch=str(quarter), standing=standing, reports=reports))
    session.flush()


def give_back(session: Session, batch: str) -> None:
    """Undo `take_batch`, for a draft that is dropped."""
    for counted in (Incident, SetAside, Correction):
        session.execute(sa.update(counted).where(counted.batch == batch).values(batch=None))
    for frozen in (CountedIncident, ReceivedReports):
        session.execute(sa.delete(frozen).where(frozen.batch == batch))


def rows_of(session: Session, subject: Subject, year: int) -> Rows:
    """All that batches of a year hold of one subject, like rows together with how many they are."""
    return _ROWS[subject](session, [f"{year}-Q{number}" for number in range(1, 5)])


def _frozen(
    session: Session, quarter: Quarter, vocabulary: Vocabulary, places: Places
) -> Iterator[list[dict[str, Any]]]:
    """Rows of counted incidents, AT_ONCE at most: a million take no more memory than that."""
    of_batch = Incident.batch == str(quarter)
    columns = (Incident.year, Incident.month, Incident.place, Incident.setting, Incident.verification, Incident.source)
    some = sa.select(Incident.id, *columns).where(of_batch).order_by(Incident.id).limit(AT_ONCE)
    rows = session.execute(some).all()
    while rows:
        codes: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        of_these = IncidentCode.incident_id.between(rows[0].id, rows[-1].id)
        for incident, name, code in session.execute(
            sa.select(IncidentCode.incident_id, IncidentCode.vocabulary, IncidentCode.code)
            .join(Incident)
            .where(of_these, of_batch)
        ):
            codes[incident][name].add(code)
        yield [
            {
                "id": uuid4(),
                "incident_id": row.id,
                "batch": str(quarter),
                "source": row.source,
                **as_texts(counted(row, codes[row.id], quarter, vocabulary, places)),
            }
            for row in rows
        ]
        rows = session.execute(some.where(Incident.id > rows[-1].id)).all()


def counted(
    row: Any, codes: Mapping[str, set[str]], quarter: Quarter, vocabulary: Vocabulary, places: Places
) -> Counted:
    """How an incident with these codes by list is counted; `row` has its other columns."""
    return Counted(
        area=counting.area_of(row.place, places),
        ground=frozenset(codes.get("ground", ())),
        target=counting.stated(codes.get("target_group", ())),
        act=counting.act_of(codes.get("act_type", ()), vocabulary),
        setting=row.setting,
        verification=row.verification.value,
        gender=counting.stated(codes.get("gender_of_victim", ())),
        age=counting.stated(codes.get("age_band", ())),
        reported=counting.authority_told(codes.get("reported_to", ())),
        delay=counting.delay_of(row.year, row.month, quarter),
    )


def as_texts(one: Counted) -> dict[str, str]:
    """Its codes by dimension; several are sorted and joined."""
    found = {name: getattr(one, name) for name in _DIMENSIONS}
    return {name: code if isinstance(code, str) else SEVERAL.join(sorted(code)) for name, code in found.items()}


def _incidents(session: Session, batches: Sequence[str]) -> Rows:
    columns = [CountedIncident.batch, *(getattr(CountedIncident, name) for name in (*_DIMENSIONS, SOURCE))]
    found = session.execute(
        sa.select(*columns, sa.func.count()).where(CountedIncident.batch.in_(batches)).group_by(*columns)
    )
    return ["time", *_DIMENSIONS, SOURCE, COUNT], _texts(found)


def _received_since(session: Session, today: date) -> dict[str, int]:
    """Reports by where they stand, from the day on that the last release of a quarter was built.

    Without those of `today`: the day is not over, so the next release has them. What was taken back is not there.
    """
    before = sa.select(sa.func.max(Release.built_on)).where(Release.added_table.is_(None)).scalar_subquery()
    found = session.execute(
        sa.select(Report.handling, Report.incident_id.is_(None), sa.func.count())
        .where(Report.received_on < today, Report.received_on >= sa.func.coalesce(before, date.min))
        .group_by(Report.handling, Report.incident_id.is_(None))
    )
    standings: Counter[str] = Counter()
    for handling, rests_on_none, number in found:
        standings[standing_of(handling, belongs=not rests_on_none)] += number
    return dict(standings)


def standing_of(handling: Handling, *, belongs: bool) -> str:
    """A code of `standing`; `belongs` says whether the report belongs to an incident."""
    if handling in {Handling.LINKED, Handling.SET_ASIDE, Handling.CLOSED, Handling.DESTROYED}:
        return "linked" if belongs else "set_aside"
    return "open"


def _received(session: Session, batches: Sequence[str]) -> Rows:
    columns = (ReceivedReports.batch, ReceivedReports.standing)
    found = session.execute(
        sa.select(*columns, sa.func.sum(ReceivedReports.reports))
        .where(ReceivedReports.batch.in_(batches))
        .group_by(*columns)
    )
    return ["time", "standing", COUNT], _texts(found)


def _set_aside(session: Session, batches: Sequence[str]) -> Rows:
    columns = (SetAside.batch, SetAside.reason)
    found = session.execute(sa.select(*columns, sa.func.count()).where(SetAside.batch.in_(batches)).group_by(*columns))
    return ["time", "set_aside", COUNT], _texts(found)


def _corrections(session: Session, batches: Sequence[str]) -> Rows:
    columns = (Correction.batch, Correction.kind)
    found = session.execute(
        sa.select(*columns, sa.func.count()).where(Correction.batch.in_(batches)).group_by(*columns)
    )
    return ["time", "correction", COUNT], _texts(found)


def _texts(found: Iterable[Sequence[Any]]) -> list[list[str]]:
    return [["" if value is None else str(value) for value in row] for row in found]


_ROWS: Mapping[Subject, Callable[[Session, Sequence[str]], Rows]] = {
    INCIDENTS: _incidents,
    RECEIVED: _received,
    SET_ASIDE: _set_aside,
    CORRECTIONS: _corrections,
}
