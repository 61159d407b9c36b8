"""Search over what the desk may read: open reports with what their reporters added, summaries, and incidents by codes.

Everything is opened in memory for the member who searches (services.memory); there is no index on a disk. What was
typed is not kept and not logged: the audit trail says that somebody searched, and when.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.sealing import CannotOpen
from incidents.core.incident import OPEN, Decision, Handling
from incidents.core.report import Report, from_bytes
from incidents.core.search import query
from incidents.core.search.finding import Facts, Labelled, Piece, codes_meant, fits, labelled, line_of, snippet
from incidents.core.search.query import ACT, GROUND, ID, LANGUAGE, PLACE, STATE, All, Field, Not, Part, Phrase, Word
from incidents.db import report as stored
from incidents.db.deidentify import Deidentification, deidentifications
from incidents.db.incident import Incident, IncidentCode
from incidents.db.report import Message, MessageKind
from incidents.services import keys, settled
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.deidentify import summary_of
from incidents.services.memory import Recall
from incidents.services.moderation import private_keys
from incidents.services.settled import Shown

MOST = 30_000
"""Texts that are looked through: all open reports, then the newest summaries."""
SHOWN = 50
_AT_ONCE = 500
_SHELF = "search"
_LISTS = {GROUND: "ground", ACT: "act_type"}


class Source(enum.Enum):
    """Which text of a report it was."""

    WORDS = "words"
    SHORT = "short"
    """What was typed for place, time, organisation or page."""
    TALK = "talk"
    SUMMARY = "summary"
    CODES = "codes"
    """None: its codes were asked for."""


@dataclass(frozen=True)
class Hit:
    id: UUID
    received_on: date
    handling: Handling
    content: Report
    source: Source
    pieces: list[Piece]


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    """SHOWN at most: of open reports first, each the newest first."""
    number: int
    """How many there are."""
    incidents: list[Shown]
    looked_through: int
    is_all: bool
    """False where there are more summaries than are looked through."""


def note_searching(session: Session, member: Member, *, now: datetime) -> None:
    """Put into the audit trail that the member opens all that can be searched; never what for."""
    note(session, "search", "reports", member, now)


def search(
    session: Session,
    member: Member,
    part: Part,
    *,
    recall: Recall,
    labels: Sequence[Labelled],
    area_of: Callable[[str], str],
) -> Found:
    """`labels` are what codes are called in the member's language; `area_of` tells what a typed place stands for."""
    rows, open_ones, is_all = _rows(session)
    opener = _Opener(session, member, area_of, open_ones)
    lines = recall.lines(_SHELF, {row: state for row, state, _ in rows}, opener.lines)
    is_meant = fits(part, lambda field: codes_meant(field, labels))
    with_facts = query.has_fields(part)
    found, looked_through = [], 0
    for row, _, handling in rows:
        line = lines.get(row)
        if line is None:
            continue
        epoch, language, acts, grounds, area, words = line.split("\t", 5)
        if not opener.may_open(epoch):
            continue
        looked_through += 1
        facts: Facts = {}
        if with_facts:
            facts = {
                LANGUAGE: frozenset({language}),
                ACT: frozenset(acts.split(",")),
                GROUND: frozenset(grounds.split(",")),
                PLACE: frozenset({area}),
                STATE: frozenset({handling}),
                ID: frozenset({row.replace("-", "")}),
            }
        if is_meant(words, facts):
            found.append(row)
    incidents = settled.incidents_where(session, _of_incidents(part, labels), most=SHOWN)
    return Found(opener.hits(found[:SHOWN], part), len(found), incidents, looked_through, is_all)


_Row = tuple[str, Hashable, str]
"""Id, what changes with every change of what is found in it, and where it stands. As plain as the database gives it:
thirty thousand are read for a search."""


def _rows(session: Session) -> tuple[list[_Row], frozenset[str], bool]:
    """All open reports and those with news, then settled ones with a summary, each the newest first.

    Besides, which are the open ones, and whether these are all there are.
    """
    row = stored.Report
    handling = sa.cast(row.handling, sa.String)
    # Only what SQLite keeps before the sealed bytes of a row: behind them, it has to read all of these first.
    plain = sa.select(stored.ID_AS_TEXT, row.version, handling, row.received_on)
    # Each in a query with an index of its own, as in db.report.standing.
    either = (stored.is_open(), row.has_news)
    open_ones = {one.id: one for which in either for one in session.execute(plain.where(which))}
    of_report = sa.cast(Message.report_id, sa.String).label("report_id")
    newest = sa.select(of_report, sa.func.max(Message.number).label("number")).join(row)
    numbers = {
        one.report_id: one.number
        for which in either
        for one in session.execute(newest.where(which).group_by(Message.report_id))
    }
    by_day = sorted(open_ones.values(), key=lambda one: (one.received_on, one.id), reverse=True)
    found: list[_Row] = [(one.id, (one.version, numbers.get(one.id, 0)), one[2]) for one in by_day]
    left = max(0, MOST - len(found))
    summaries = session.execute(
        sa.select(stored.ID_AS_TEXT, row.version, handling)
        .join(Deidentification)
        .where(Deidentification.sealed_summary.is_not(None), row.handling.not_in(OPEN))
        .order_by(row.received_on.desc(), row.id)
        .limit(left + 1)
    ).all()
    found += [one for one in summaries[:left] if one[0] not in open_ones]
    return found, frozenset(open_ones), len(summaries) <= left


Texts = Mapping[Source, list[str]]
_Opened = tuple[sa.Row[*tuple[Any, ...]], Report, Texts]
"""The row, what the report says, and the texts that are searched of it."""


class _Opener:
    """Opens what one member's key opens, some hundred at a time."""

    def __init__(
        self, session: Session, member: Member, area_of: Callable[[str], str], open_ones: frozenset[str]
    ) -> None:
        self._session = session
        self._private = private_keys(session, member)
        self._area_of = area_of
        self._open_ones = open_ones
        self._may_open: dict[str, bool] = {}

    def may_open(self, epoch: str) -> bool:
        """Whether the member holds the key of an epoch just now: what is in memory may have been opened before."""
        found = self._may_open.get(epoch)
        if found is None:
            try:
                found = bool(self._private(int(epoch)))
            except keys.NoGrant:
                found = False
            self._may_open[epoch] = found
        return found

    def lines(self, missing: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What is searched of each: some codes, and the words of its texts, as keys."""
        known: dict[str, str] = {}
        for report, (row, content, texts) in self._texts(missing):
            area = content.area or (self._area_of(content.place) if content.place else "")
            words = line_of((text for several in texts.values() for text in several), known)
            codes = (str(row.epoch), content.language, ",".join(content.acts), ",".join(content.grounds), area)
            yield report, "\t".join((*codes, words))

    def hits(self, reports: Sequence[str], part: Part) -> list[Hit]:
        known: dict[str, str] = {}
        opened = dict(self._texts(reports))
        found = []
        for report in reports:
            if report not in opened:  # withdrawn in this moment
                continue
            row, content, texts = opened[report]
            shown = ((source, snippet(text, part, known)) for source, several in texts.items() for text in several)
            source, pieces = next(((source, pieces) for source, pieces in shown if pieces), (Source.CODES, []))
            found.append(Hit(row.id, row.received_on, row.handling, content, source, pieces))
        return found

    def _texts(self, reports: Sequence[str]) -> Iterator[tuple[str, _Opened]]:
        for start in range(0, len(reports), _AT_ONCE):
            some = {UUID(one): one for one in reports[start : start + _AT_ONCE]}
            kept = deidentifications(self._session, some)
            talk = self._talk([one for one, text in some.items() if text in self._open_ones])
            for row in stored.sealed_reports(self._session, some):
                try:
                    key = opening.open_key(row.sealed_key, self._private(row.epoch))
                    content = from_bytes(opening.open_under(key, row.sealed, bound_to=row.id.bytes))
                    summary = summary_of(key, kept[row.id]) if row.id in kept else ""
                except (keys.NoGrant, CannotOpen):
                    continue
                texts: Texts = {Source.SUMMARY: [summary]}
                if some[row.id] in self._open_ones:
                    short = [content.place, content.when_words, content.organisation, content.link]
                    texts = {Source.WORDS: [content.words], Source.SHORT: short, Source.TALK: talk[row.id], **texts}
                yield some[row.id], (row, content, texts)

    def _talk(self, reports: Sequence[UUID]) -> defaultdict[UUID, list[str]]:
        found: defaultdict[UUID, list[str]] = defaultdict(list)
        rows = self._session.scalars(
            sa.select(Message)
            .where(Message.report_id.in_(reports), Message.kind != MessageKind.QUESTION)
            .order_by(Message.report_id, Message.number)
        )
        for row in rows:
            with suppress(keys.NoGrant, CannotOpen):
                found[row.report_id].append(opening.open_message(row.sealed_for_desk, self._private(row.epoch)))
        return found


def _of_incidents(part: Part, labels: Sequence[Labelled]) -> sa.ColumnElement[bool]:
    """The same question about incidents, which have no words: a word asks for what is called so."""
    match part:
        case Word() | Phrase():
            return sa.or_(sa.false(), *(_has_codes(label.field, label.codes) for label in labelled(part, labels)))
        case Field(name, value) if name == ID:
            return _has_id(value)
        case Field(name):
            return _has_codes(name, codes_meant(part, labels))
        case Not(inner):
            return sa.not_(_of_incidents(inner, labels))
        case All(parts):
            return sa.and_(*(_of_incidents(one, labels) for one in parts))
        case query.Any(parts):
            return sa.or_(*(_of_incidents(one, labels) for one in parts))


def _has_codes(field: str, codes: frozenset[str]) -> sa.ColumnElement[bool]:
    if field == PLACE:
        return Incident.place.in_(codes)
    if field == STATE:
        return Incident.decision.in_([decision for decision in Decision if decision.value in codes])
    if field not in _LISTS:
        return sa.false()
    return Incident.codes.any(sa.and_(IncidentCode.vocabulary == _LISTS[field], IncidentCode.code.in_(codes)))


def _has_id(typed: str) -> sa.ColumnElement[bool]:
    start = typed.lower().replace("-", "")
    try:
        first, last = UUID(start.ljust(32, "0")), UUID(start.ljust(32, "f"))
    except ValueError:
        return sa.false()
    return Incident.id.between(first, last)
