"""Likely twins of a taken report among the open reports and the incidents, found in memory; no pair is kept.

What can be compared of each open report is remembered from one page of a session to the next (services.memory), so that
only the likely ones are opened again. What is kept is that a member found two records not to be the same (db.twins),
and which report rests on which incident.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from geopy.geocoders.base import Geocoder
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core.incident import NO_PLACE, OPEN, Decision, Settlement
from incidents.core.places import Places
from incidents.core.report import Report
from incidents.core.twins.account import (
    Account,
    areas_of,
    as_lists,
    from_lists,
    of_report,
    of_settlement,
    outline,
    with_words,
)
from incidents.core.twins.lexicon import Lexicon
from incidents.core.twins.likeness import (
    LIKELY,
    Likeness,
    is_likely_by_codes,
    likeness,
    may_be_twins,
    rarity,
)
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.incident import Incident
from incidents.db.twins import RuledOut, tags_of
from incidents.services import settled
from incidents.services import settlement as settlements
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.geocoding import areas_meant
from incidents.services.memory import Recall
from incidents.services.moderation import (
    NoSuchReport,
    NotTaken,
    StaleReport,
    content_of,
    held_row,
    holder_of,
    is_within,
    private_keys,
    take_report,
    taken_row,
)
from incidents.services.settled import Shown
from incidents.services.told import told_of

_MOST = 12
_TEXTS = 100
"""So many texts tell how rare a word is."""
_MOST_INCIDENTS = 500
_SHELF = "twins"
_PLAIN = (
    stored.ID_AS_TEXT,
    *(getattr(stored.Report, name) for name in ("version", "received_on", "epoch", "lease_member_id", "lease_until")),
)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What accounts are understood with."""

    lexicon: Lexicon
    vocabulary: Vocabulary
    places: Places
    geocoder: Geocoder
    neighbours: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class TwinReport:
    """An open report that likely tells of the same."""

    id: UUID
    version: int
    received_on: date
    holder: str | None
    """A colleague who has it just now."""
    content: Report
    like: Likeness


@dataclass(frozen=True)
class TwinIncident:
    """An incident of about that place and time, judged by its codes."""

    incident: Shown
    like: Likeness
    is_likely: bool


@dataclass(frozen=True)
class Twins:
    """The likeliest first."""

    reports: list[TwinReport]
    incidents: list[TwinIncident]
    near: list[TwinIncident]
    """Incidents of which only place, time and ground allow it."""
    ruled_out: list[TwinReport | TwinIncident]
    """What would stand among them, had no member found it to be something else."""


@dataclass(frozen=True)
class Seen:
    """A record as the page showed it."""

    id: UUID
    version: int


def likely_twins(
    session: Session,
    report: UUID,
    *,
    member: Member,
    within: Surroundings,
    recall: Recall,
    pepper: bytes,
    now: datetime,
) -> Twins:
    """For the member who has taken the report. Raises what services.moderation.held_row raises."""
    row = held_row(session, report, member=member, now=now)
    private = private_keys(session, member)
    content = content_of(row, private)
    if content is None:
        return Twins([], [], [], [])
    likely = _likely_reports(session, row, content, private, within, recall)
    incidents = _like_incidents(session, row, content, within) if row.incident_id is None else []
    tags = tags_of(session, [report, *(one.id for one in likely)])

    def is_ruled_out(other: UUID) -> bool:
        pairs = ((report, other), (other, report))
        return any(sealing.tag_of_pair(*pair, pepper) in tags for pair in pairs)

    first = [one for one in likely if not is_ruled_out(one.id)][:_MOST]
    others = [one for one in likely if is_ruled_out(one.id)]
    reports = {one.id: one for one in _opened(session, [*first, *others], private, member, now)}
    return Twins(
        [reports[one.id] for one in first if one.id in reports],
        [one for one in incidents if one.is_likely and not is_ruled_out(one.incident.id)][:_MOST],
        [one for one in incidents if not one.is_likely and not is_ruled_out(one.incident.id)][:_MOST],
        [
            *(reports[one.id] for one in others if one.id in reports),
            *(one for one in incidents if is_ruled_out(one.incident.id)),
        ],
    )


def note_comparing(session: Session, report: UUID, other: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Put into the trail that the member reads the words of another report beside those of a taken one.

    The other one is named and not the pair. Raises NoSuchReport, and what services.moderation.taken_row raises.
    """
    taken_row(session, report, version=version, member=member, now=now)
    row = session.get(stored.Report, other)
    if row is None or not is_within(session, row, member):
        raise NoSuchReport
    note(session, "compare", f"report:{row.id}", member, now, before=row.handling.value, after=row.handling.value)


def rule_out(
    session: Session, report: UUID, other: UUID, *, version: int, member: Member, pepper: bytes, now: datetime
) -> None:
    """Remember that a taken report and another one, or an incident, are not about the same event.

    The trail does not name the other one: which reports are alike is kept nowhere.
    Raises NoSuchReport, and what services.moderation.taken_row raises.
    """
    row = taken_row(session, report, version=version, member=member, now=now)
    twin = session.get(stored.Report, other)
    is_report = twin is not None and is_within(session, twin, member)
    if other == row.id or not (is_report or session.get(Incident, other) is not None):
        raise NoSuchReport
    if not _pairs(session, row.id, other, pepper):
        session.add(RuledOut(report_id=row.id, tag=sealing.tag_of_pair(row.id, other, pepper)))
        session.flush()
    state = row.handling.value
    note(session, "rule_out", f"report:{row.id}", member, now, before=state, after=state)


def think_again(
    session: Session, report: UUID, other: UUID, *, version: int, member: Member, pepper: bytes, now: datetime
) -> None:
    """Take `rule_out` back. Raises what services.moderation.taken_row raises."""
    row = taken_row(session, report, version=version, member=member, now=now)
    for pair in _pairs(session, row.id, other, pepper):
        session.delete(pair)
    session.flush()
    state = row.handling.value
    note(session, "think_again", f"report:{row.id}", member, now, before=state, after=state)


def propose_together(
    session: Session,
    report: UUID,
    settled: Settlement,
    others: Iterable[Seen],
    *,
    version: int,
    member: Member,
    vocabulary: Vocabulary,
    places: Places,
    now: datetime,
) -> UUID:
    """A new incident that rests on a taken report and on its twins, as the page showed them.

    All or nothing. Raises what settlement.propose_incident raises; StaleReport and NotTaken for the twins too.
    """
    seen = list(others)
    # All at once and in one order, so that two members who tick each other's reports never wait for each other.
    ids = [report, *(one.id for one in seen)]
    session.execute(
        sa.select(stored.Report.id).where(stored.Report.id.in_(ids)).order_by(stored.Report.id).with_for_update()
    )
    incident = settlements.propose_incident(
        session, report, settled, version=version, member=member, vocabulary=vocabulary, places=places, now=now
    )
    for other in seen:
        row = session.get(stored.Report, other.id, with_for_update=True)
        if row is None or not is_within(session, row, member):
            raise NoSuchReport
        if row.version != other.version:
            raise StaleReport(row.id, row.incident_id, has_news=row.has_news)
        holder = holder_of(row, member_names(session), now)
        if holder is not None and row.lease_member_id != member.id:
            raise NotTaken(row.id, holder)
        taken = take_report(session, other.id, member=member, now=now)
        settlements.link_report(session, other.id, incident, version=taken, member=member, now=now)
    return incident


def _pairs(session: Session, report: UUID, other: UUID, pepper: bytes) -> Sequence[RuledOut]:
    tags = [sealing.tag_of_pair(report, other, pepper), sealing.tag_of_pair(other, report, pepper)]
    query = sa.select(RuledOut).where(RuledOut.report_id.in_([report, other]), RuledOut.tag.in_(tags))
    return session.scalars(query).all()


class _Likely(NamedTuple):
    """An open report that likely tells of the same, before it is opened."""

    id: UUID
    plain: sa.Row[*tuple[Any, ...]]
    like: Likeness


def _likely_reports(
    session: Session,
    row: stored.Report,
    content: Report,
    private: Callable[[int], bytes],
    within: Surroundings,
    recall: Recall,
) -> list[_Likely]:
    """The likeliest first. What this session has not flushed yet is not seen."""
    query = sa.select(*_PLAIN).where(
        stored.Report.handling.in_(OPEN), stored.Report.incident_id.is_(None), stored.Report.id != row.id
    )
    rows = {one.id: one for one in session.connection().execute(query)}
    areas = _areas(within)

    def account(told: Report, received_on: date) -> Account:
        bare = of_report(told, areas(told), received_on=received_on, vocabulary=within.vocabulary)
        return with_words(bare, told, within.lexicon)

    def tell(one: str, told: Report) -> list[Any]:
        return as_lists(account(told, rows[one].received_on))

    remembered = told_of(session, list(rows.values()), private, shelf=_SHELF, recall=recall, tell=tell)
    own = account(content, row.received_on)
    # Words are compared where place, time and ground leave it open; some more texts tell which words are rare.
    near = {
        one: from_lists(lists)
        for one, lists in remembered.items()
        if may_be_twins(own, outline(lists), within.neighbours)
    }
    some = islice((one for one in rows if one in remembered), _TEXTS)
    rare = rarity([own, *near.values(), *(from_lists(remembered[one]) for one in some if one not in near)])
    found = [_Likely(UUID(one), rows[one], likeness(own, other, rare)) for one, other in near.items()]
    likely = [one for one in found if one.like.weight >= LIKELY]
    return sorted(likely, key=lambda one: (-one.like.weight, one.id))


def _opened(
    session: Session, likely: Sequence[_Likely], private: Callable[[int], bytes], member: Member, now: datetime
) -> Iterator[TwinReport]:
    """Those that the member's key opens."""
    by_id, names = {one.id: one for one in likely}, member_names(session)
    for row in stored.sealed_reports(session, by_id):
        content = content_of(row, private)
        if content is not None:
            _, plain, like = by_id[row.id]
            holder = holder_of(plain, names, now) if plain.lease_member_id != member.id else None
            yield TwinReport(row.id, plain.version, plain.received_on, holder, content, like)


def _like_incidents(session: Session, row: stored.Report, content: Report, within: Surroundings) -> list[TwinIncident]:
    """All that place, time and ground allow, and which of them are likely: of an incident there are no words."""
    areas = _areas(within)(content)
    own = of_report(content, areas, received_on=row.received_on, vocabulary=within.vocabulary)
    conditions = [Incident.decision != Decision.WITHDRAWN]
    if own.areas:
        near = own.areas.union(*(within.neighbours.get(code, frozenset()) for code in own.areas))
        districts = {within.places.district_of(code) for code in near if code in within.places.municipalities}
        conditions.append(Incident.place.in_([*near, *districts, NO_PLACE]))
    if own.first is not None and own.last is not None:
        month = Incident.year * 12 + sa.func.coalesce(Incident.month, 6)
        first, last = (day.year * 12 + day.month for day in (own.first, own.last))
        conditions.append(month.between(first - 6, last + 6))
    none = rarity([])
    found = []
    for one in settled.incidents_where(session, *conditions, most=_MOST_INCIDENTS):
        account = of_settlement(one.settlement, places=within.places, vocabulary=within.vocabulary)
        if may_be_twins(own, account, within.neighbours):
            like = likeness(own, account, none)
            found.append(TwinIncident(one, like, is_likely_by_codes(own, account, like)))
    return sorted(found, key=lambda one: (-one.like.weight, one.incident.id))


def _areas(within: Surroundings) -> Callable[[Report], frozenset[str]]:
    """The municipalities that a report's place may mean."""

    def areas(report: Report) -> frozenset[str]:
        if within.places.has_area(report.area):
            return areas_of(report.area, within.places)
        meant = areas_meant(report.place, geocoder=within.geocoder, places=within.places) if report.place else ()
        return frozenset().union(*(areas_of(one, within.places) for one in meant))

    return areas
