"""Search over what the desk may read: open reports with what their reporters added, summaries, and incidents by codes.

Everything is opened in memory for the member who searches (services.memory); there is no index on a disk. What was
typed is not kept and not logged: the audit trail says that somebody searched, and when.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.sealing import CannotOpen
from incidents.core.incident import Decision, Handling
from incidents.core.report import Report, from_bytes
from incidents.core.search import query
from incidents.core.search.finding import Labelled, Piece, codes_meant, fits, labelled, line_of, snippet
from incidents.core.search.query import ACT, GROUND, ID, LANGUAGE, PLACE, STATE, All, Field, Not, Part, Phrase, Word
from incidents.db import report as stored
from incidents.db.deidentify import Deidentification, deidentifications
from incidents.db.incident import Incident, IncidentCode
from incidents.db.report import Message, MessageKind
from incidents.services import keys, settlement
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.deidentify import summary_of
from incidents.services.memory import Recall
from incidents.services.moderation import OPEN, private_keys
from incidents.services.settlement import Shown

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
    acts: frozenset[str]
    language: str
    source: Source
    pieces: list[Piece]


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    """The newest, SHOWN at most."""
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
    rows, is_all = _rows(session)
    opener = _Opener(session, member, area_of, frozenset(row.id for row in rows if row.is_open))
    lines = recall.lines(_SHELF, {row.id: row.state for row in rows}, opener.lines)
    is_meant = fits(part, lambda field: codes_meant(field, labels))
    with_facts = query.has_fields(part)
    found, looked_through = [], 0
    for row in rows:
        line = lines.get(row.id)
        if line is None:
            continue
        epoch, language, acts, grounds, area, words = line.split("\t", 5)
        if not opener.may_open(epoch):
            continue
        looked_through += 1
        facts = {}
        if with_facts:
            facts = {
                LANGUAGE: frozenset({language}),
                ACT: frozenset(acts.split(",")),
                GROUND: frozenset(grounds.split(",")),
                PLACE: frozenset({area}),
                STATE: frozenset({row.handling.value}),
                ID: frozenset({row.id.replace("-", "")}),
            }
        if is_meant(words, facts):
            found.append(row)
    found.sort(key=lambda row: (row.received_on, row.id), reverse=True)
    incidents = settlement.incidents_where(session, _of_incidents(part, labels), most=SHOWN)
    return Found(opener.hits(found[:SHOWN], part), len(found), incidents, looked_through, is_all)


class _Row(NamedTuple):
    """What is plain of something that can be searched. A tuple: thirty thousand are made for a search."""

    id: str
    received_on: date
    handling: Handling
    is_open: bool
    state: tuple[int, int, bool]
    """Changes with every change of what is found in it: version, newest message, whether it is open."""


def _rows(session: Session) -> tuple[list[_Row], bool]:
    """All open reports and those with news, then settled ones with a summary; and whether these are all there are."""
    row = stored.Report
    # Only what SQLite keeps before the sealed bytes of a row: behind them, it has to read all of these first.
    plain = sa.select(stored.ID_AS_TEXT, row.version, row.received_on, row.handling)
    # Each in a query with an index of its own, see services.queue.
    either = (row.handling.in_(OPEN), row.has_news)
    open_ones = {one.id: one for which in either for one in session.execute(plain.where(which))}
    newest = sa.select(
        sa.cast(Message.report_id, sa.String).label("report_id"), sa.func.max(Message.number).label("number")
    ).join(row)
    numbers = {
        one.report_id: one.number
        for which in either
        for one in session.execute(newest.where(which).group_by(Message.report_id))
    }
    found = [_row(one, numbers.get(one.id, 0), is_open=True) for one in open_ones.values()]
    summaries = session.execute(
        plain.join(Deidentification)
        .where(Deidentification.sealed_summary.is_not(None), row.handling.not_in(OPEN))
        .order_by(row.received_on.desc(), row.id)
        .limit(max(0, MOST - len(found)) + 1)
    ).all()
    left = max(0, MOST - len(found))
    settled = [_row(one, 0, is_open=False) for one in summaries[:left] if one.id not in open_ones]
    return found + settled, len(summaries) <= left


def _row(one: sa.Row[*tuple[Any, ...]], newest: int, *, is_open: bool) -> _Row:
    return _Row(one.id, one.received_on, one.handling, is_open, (one.version, newest, is_open))


Texts = Mapping[Source, list[str]]


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
        for report, epoch, content, texts in self._texts(missing):
            area = content.area or (self._area_of(content.place) if content.place else "")
            words = line_of((text for several in texts.values() for text in several), known)
            codes = (str(epoch), content.language, ",".join(content.acts), ",".join(content.grounds), area)
            yield report, "\t".join((*codes, words))

    def hits(self, rows: Sequence[_Row], part: Part) -> list[Hit]:
        known: dict[str, str] = {}
        opened = {report: (content, texts) for report, _, content, texts in self._texts([row.id for row in rows])}
        found = []
        for row in rows:
            if row.id not in opened:  # withdrawn in this moment
                continue
            content, texts = opened[row.id]
            shown = ((source, snippet(text, part, known)) for source, several in texts.items() for text in several)
            source, pieces = next(((source, pieces) for source, pieces in shown if pieces), (Source.CODES, []))
            found.append(
                Hit(UUID(row.id), row.received_on, row.handling, content.acts, content.language, source, pieces)
            )
        return found

    def _texts(self, reports: Sequence[str]) -> Iterator[tuple[str, int, Report, Texts]]:
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
                yield some[row.id], row.epoch, content, texts

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
