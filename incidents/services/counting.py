"""What a release counts: incidents taken into a quarter's batch and frozen as rows, then read out as rows to tabulate.

Late incidents belong to the quarter in which they were accepted; corrections are counted as corrections, in a batch of
their own. Batches never overlap, so years are sums of quarters and nothing published is ever revised.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, cast
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import counting
from incidents.core.counting import Counted
from incidents.core.incident import Decision, Handling, is_counted
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.tables import CORRECTIONS, COUNT, INCIDENTS, RECEIVED, SET_ASIDE, SEVERAL, SOURCE, Subject
from incidents.core.vocabulary import Vocabulary
from incidents.db.incident import Incident, IncidentCode, SetAside, unseen
from incidents.db.release import Correction, CountedIncident, CountedLine, ReceivedReports, Release, ReleaseState
from incidents.db.report import Report

Rows = tuple[Sequence[str], Sequence[Sequence[str]]]
"""A header and rows of texts."""

_Row = sa.Row[*tuple[Any, ...]]
AT_ONCE = 5_000
"""Incidents that are frozen at once."""
DIMENSIONS = ("area", "ground", "target", "act", "setting", "verification", "gender", "age", "reported", "delay")


def take_batch(session: Session, quarter: Quarter, today: date, vocabulary: Vocabulary, places: Places) -> None:
    """Freeze how all that was settled up to `today` and is in no release is counted in this quarter.

    The caller holds the incidents (db.incident.hold_incidents). Those that did not change since an earlier draft of
    this quarter are not looked at again, so that building one anew costs what has changed; `today` is none before that
    of the earlier draft.
    """
    rules = counting.rules_digest(vocabulary, places)
    thawed = _thaw(session, quarter, rules)
    for other in (SetAside, Correction):
        session.execute(
            sa.update(other).where(other.quarter <= str(quarter), other.batch.is_(None)).values(batch=str(quarter))
        )
    for rows in _changed(session):
        # Others that are counted already are in a release; what a draft of this quarter has of these is out of date.
        ids = [row.id for row in rows]
        its = CountedIncident.incident_id.in_(ids)
        thawed += _change_many(session, sa.delete(CountedIncident).where(its, CountedIncident.batch == str(quarter)))
        released = set(session.scalars(sa.select(CountedIncident.incident_id).where(its)))
        settled = [row for row in rows if row.id not in released and _is_settled(row, today)]
        _freeze(session, settled, quarter, rules, vocabulary, places)
        seen = [row.id for row in rows if row.accepted_on is None or row.accepted_on <= today]
        _change_many(session, sa.update(Incident).where(Incident.id.in_(seen)).values(seen_version=Incident.version))
    if thawed:
        is_needed = sa.exists().where(CountedIncident.line_key == CountedLine.key)
        _change_many(session, sa.delete(CountedLine).where(~is_needed))
    for standing, reports in _received_since(session, today).items():
        session.add(ReceivedReports(id=uuid4(), batch=str(quarter), standing=standing, reports=reports))
    session.flush()


def give_back(session: Session, batch: str) -> None:
    """Undo `take_batch`, for a draft that is dropped. Its frozen incidents stay for the next one: see `_thaw`."""
    for counted in (SetAside, Correction):
        session.execute(sa.update(counted).where(counted.batch == batch).values(batch=None))
    session.execute(sa.delete(ReceivedReports).where(ReceivedReports.batch == batch))


def rows_of(session: Session, subject: Subject, batches: Collection[str]) -> Rows:
    """All that these batches hold of one subject, like rows together with how many they are."""
    return _ROWS[subject](session, batches)


def _thaw(session: Session, quarter: Quarter, rules: bytes) -> int:
    """Unless there is a draft of this quarter by these rules: forget every draft, and look at all in no release.

    How many were forgotten. So a changed rule reaches those too that nothing was frozen of.
    """
    published = sa.select(Release.quarter).where(Release.state == ReleaseState.PUBLISHED)
    is_current = sa.and_(
        CountedIncident.batch == str(quarter), CountedIncident.rules == rules, CountedIncident.incident_id.is_not(None)
    )
    stale = sa.and_(CountedIncident.batch.not_in(published), ~is_current)
    if _is_any(session, is_current) and not _is_any(session, stale):
        return 0
    thawed = _change_many(session, sa.delete(CountedIncident).where(stale))
    is_counted_already = sa.exists().where(CountedIncident.incident_id == Incident.id)
    was_seen = Incident.seen_version != 0
    _change_many(session, sa.update(Incident).where(was_seen, ~is_counted_already).values(seen_version=0))
    return thawed


def _is_any(session: Session, which: sa.ColumnElement[bool]) -> bool:
    return session.scalar(sa.select(CountedIncident.id).where(which).limit(1)) is not None


def _changed(session: Session) -> Iterator[Sequence[_Row]]:
    """Incidents that are not as they were at the last look, AT_ONCE at most, so that a million need no more memory."""
    columns = (Incident.year, Incident.month, Incident.place, Incident.setting, Incident.verification, Incident.source)
    some = (
        sa.select(Incident.id, Incident.version, Incident.decision, Incident.accepted_on, *columns)
        .where(unseen())
        .order_by(Incident.id)
        .limit(AT_ONCE)
    )
    rows = session.execute(some).all()
    while rows:
        is_last = len(rows) < AT_ONCE
        yield rows
        rows = [] if is_last else session.execute(some.where(Incident.id > rows[-1].id)).all()


def _is_settled(row: _Row, today: date) -> bool:
    """Whether a release built today counts an incident, if none before does."""
    is_accepted = row.decision is Decision.ACCEPTED and row.accepted_on is not None and row.accepted_on <= today
    return is_accepted and is_counted(row.verification)


def _freeze(
    session: Session,
    settled: Sequence[_Row],
    quarter: Quarter,
    rules: bytes,
    vocabulary: Vocabulary,
    places: Places,
) -> None:
    """Keep how each of these is counted."""
    codes: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for incident, name, code in session.execute(
        sa.select(IncidentCode.incident_id, IncidentCode.vocabulary, IncidentCode.code).where(
            IncidentCode.incident_id.in_([row.id for row in settled])
        )
    ):
        codes[incident][name].add(code)
    lines: dict[bytes, dict[str, Any]] = {}
    frozen = []
    for row in settled:
        texts = as_texts(counted(row, codes[row.id], quarter, vocabulary, places))
        key = counting.line_key([*texts.values(), row.source or ""])
        lines.setdefault(key, {"key": key, **texts, "source": row.source})
        own = {"incident_id": row.id, "batch": str(quarter), "rules": rules}
        frozen.append({"id": uuid4(), "line_key": key, **own})
    known = set(session.scalars(sa.select(CountedLine.key).where(CountedLine.key.in_(lines))))
    if new := [line for key, line in lines.items() if key not in known]:
        session.execute(sa.insert(CountedLine), new)
    if frozen:
        # By line, so that those that go to one place of an index go there together.
        frozen.sort(key=itemgetter("line_key"))
        session.connection().execute(sa.insert(CountedIncident), frozen)


def _change_many(session: Session, statement: sa.Update | sa.Delete) -> int:
    """Of rows that must not be open in this session: it does not look for them there. How many were changed."""
    found = session.execute(statement.execution_options(synchronize_session=False))
    return cast("sa.CursorResult[Any]", found).rowcount


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
    found = {name: getattr(one, name) for name in DIMENSIONS}
    return {name: code if isinstance(code, str) else SEVERAL.join(sorted(code)) for name, code in found.items()}


def _incidents(session: Session, batches: Collection[str]) -> Rows:
    number = sa.func.count().label(COUNT)
    alike = (
        sa.select(CountedIncident.batch, CountedIncident.line_key, number)
        .where(CountedIncident.batch.in_(batches))
        .group_by(CountedIncident.batch, CountedIncident.line_key)
        .subquery()
    )
    columns = [getattr(CountedLine, name) for name in (*DIMENSIONS, SOURCE)]
    query = sa.select(alike.c.batch, *columns, alike.c[COUNT]).join(CountedLine, CountedLine.key == alike.c.line_key)
    # Past the session's own machinery: there can be a hundred thousand of them.
    found = session.connection().execute(query)
    return ["time", *DIMENSIONS, SOURCE, COUNT], [(*codes, source or "", str(many)) for *codes, source, many in found]


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


def _received(session: Session, batches: Collection[str]) -> Rows:
    columns = (ReceivedReports.batch, ReceivedReports.standing)
    found = session.execute(
        sa.select(*columns, sa.func.sum(ReceivedReports.reports))
        .where(ReceivedReports.batch.in_(batches))
        .group_by(*columns)
    )
    return ["time", "standing", COUNT], _texts(found)


def _set_aside(session: Session, batches: Collection[str]) -> Rows:
    columns = (SetAside.batch, SetAside.reason)
    found = session.execute(sa.select(*columns, sa.func.count()).where(SetAside.batch.in_(batches)).group_by(*columns))
    return ["time", "set_aside", COUNT], _texts(found)


def _corrections(session: Session, batches: Collection[str]) -> Rows:
    columns = (Correction.batch, Correction.kind)
    found = session.execute(
        sa.select(*columns, sa.func.count()).where(Correction.batch.in_(batches)).group_by(*columns)
    )
    return ["time", "correction", COUNT], _texts(found)


def _texts(found: Iterable[Sequence[Any]]) -> list[list[str]]:
    return [["" if value is None else str(value) for value in row] for row in found]


_ROWS: Mapping[Subject, Callable[[Session, Collection[str]], Rows]] = {
    INCIDENTS: _incidents,
    RECEIVED: _received,
    SET_ASIDE: _set_aside,
    CORRECTIONS: _corrections,
}
