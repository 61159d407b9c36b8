"""The queue: open reports and those with news, in the order in which the desk should look at them.

What it says of a report is opened in memory (services.memory), but for the report's words, which it never has.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from incidents.core.incident import OPEN, Handling, is_at_risk
from incidents.core.queue_rules import Effect, Rule, hits
from incidents.core.report import Report
from incidents.core.targets import is_overdue
from incidents.core.vocabulary import Vocabulary
from incidents.core.welfare import hard_acts, is_about_child
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.key import epochs_open_to
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.services.memory import Recall
from incidents.services.moderation import is_taken, private_keys
from incidents.services.told import Plain, told_of

_SHELF = "queue"


class Gist(NamedTuple):
    """What the queue knows of what a report says. A tuple of plain lists, as it was kept: thousands are made for each
    page."""

    language: str
    acts: Collection[str]
    grounds: Collection[str]
    place: str
    """As it was typed."""
    area: str
    """The municipality, district or Kosovo* that it stands for; empty where several may be meant or none."""
    hit_by: Collection[str]
    """Ids of the rules that hit it."""
    is_about_child: bool


def gist_of(content: Report, area: str, hit_by: Iterable[str] = ()) -> Gist:
    return Gist(
        content.language,
        sorted(content.acts),
        sorted(content.grounds),
        content.place,
        area,
        sorted(hit_by),
        is_about_child(content.targets, content.relation),
    )


class Waiting(NamedTuple):
    """One line of the queue."""

    id_as_text: str
    """The report's, as the database writes it."""
    received_on: date
    handling: Handling
    content: Gist | None
    """None if the member's key does not open it."""
    holder: str | None
    is_mine: bool
    """The member took it last, also where their twenty minutes are over."""
    is_at_risk: bool
    is_overdue: bool
    has_news: bool
    """The reporter sent something since it was last read."""
    is_routed_here: bool
    """A rule routes it to this member, and nobody has taken it."""
    rules: tuple[Rule, ...]
    """That hit it, in the order of their names."""
    is_hard: bool
    """The story is hard to read (core.welfare)."""
    desk: str
    """Where it lies, of the desks that the member works at."""

    @property
    def id(self) -> UUID:
        return UUID(self.id_as_text)

    @property
    def is_flagged(self) -> bool:
        return any(rule.effect is Effect.FLAG for rule in self.rules)

    @property
    def is_apart(self) -> bool:
        """Nobody may be at risk in it, and a rule sets it apart."""
        return not self.is_at_risk and any(rule.effect is Effect.APART for rule in self.rules)

    @property
    def tags(self) -> list[str]:
        return [rule.tag for rule in self.rules if rule.effect is Effect.TAG]


class View(enum.Enum):
    """Parts of the queue. What `shows` asks a line for stands in `_kind`."""

    ALL = "all"
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    WAITING = "waiting"
    OVERDUE = "overdue"
    RISK = "risk"

    def shows(self, line: Waiting) -> bool:
        match self:
            case View.ALL:
                return True
            case View.MINE:
                return line.is_mine or line.is_routed_here
            case View.UNCLAIMED:
                return line.holder is None and line.handling is not Handling.AWAITING_REPORTER
            case View.WAITING:
                return line.handling is Handling.AWAITING_REPORTER
            case View.OVERDUE:
                return line.is_overdue
            case View.RISK:
                return line.is_at_risk


class Held(enum.Enum):
    """Whether reports that are held for a check are shown."""

    BOTH = ""
    ONLY = "only"
    NOT = "not"


@dataclass(frozen=True)
class Filter:
    """Which lines are shown: codes only, so that it can stand in an address and be saved. Empty: all of them."""

    view: View = View.ALL
    language: str = ""
    place: str = ""
    ground: str = ""
    act: str = ""
    held: Held = Held.BOTH
    rule: str = ""
    """The id of one that hit it."""

    def fits(self, line: Waiting) -> bool:
        return self.view.shows(line) and self._fits_content(line.content) and self._fits_held(line)

    def _fits_content(self, content: Gist | None) -> bool:
        if content is None:
            return not (self.language or self.place or self.ground or self.act or self.rule)
        return (
            self.language in {"", content.language}
            and self.place in {"", content.area}
            and (not self.ground or self.ground in content.grounds)
            and (not self.act or self.act in content.acts)
            and (not self.rule or self.rule in content.hit_by)
        )

    def _fits_held(self, line: Waiting) -> bool:
        is_held = line.handling is Handling.QUARANTINED or line.is_apart
        return self.held is Held.BOTH or is_held == (self.held is Held.ONLY)


@dataclass(frozen=True)
class Chosen:
    """What a filter leaves of the queue."""

    lines: list[Waiting]
    in_views: Mapping[View, int]
    """How many lines the filter would leave in each view."""


def chosen(waiting: Sequence[Waiting], by: Filter) -> Chosen:
    others = replace(by, view=View.ALL)
    fitting = list(waiting) if others == Filter() else [line for line in waiting if others.fits(line)]
    # Thousands of lines are of a dozen kinds: each kind is looked at once.
    kinds = list(map(_kind, fitting))
    numbers, examples = Counter(kinds), dict(zip(kinds, fitting, strict=True))
    shown = {view: {kind for kind, line in examples.items() if view.shows(line)} for view in View}
    lines = [line for line, kind in zip(fitting, kinds, strict=True) if kind in shown[by.view]]
    return Chosen(lines, {view: sum(numbers[kind] for kind in shown[view]) for view in View})


_kind = attrgetter("is_mine", "is_routed_here", "holder", "handling", "is_overdue", "is_at_risk")
"""All that a view asks a line for."""


def open_queue(
    session: Session,
    member: Member,
    *,
    recall: Recall,
    vocabulary: Vocabulary,
    area_of: Callable[[str], str],
    now: datetime,
    with_held: bool = True,
    rules: Sequence[Rule] = (),
) -> list[Waiting]:
    """Open reports and those with news at the member's desks: those at risk first, then what a rule flags, then by age.

    What a rule sets apart comes last. In a flood the held ones are left out: they are looked at together
    (services.clusters). `area_of` tells what a typed place stands for; `rules` are those in force.
    """
    desks = keys.desks_by_epoch(session, epochs_open_to(session, member.id))
    handlings = OPEN if with_held else OPEN - {Handling.QUARANTINED}
    rows = [row for row in stored.standing(session, handlings) if row.epoch in desks]
    gists = open_gists(session, rows, member, shelf=_SHELF, recall=recall, area_of=area_of, rules=rules)
    names = member_names(session)
    grave, hard = grave_acts(vocabulary), hard_acts(vocabulary)

    @cache
    def late(received_on: date, handling: Handling, at_risk: bool) -> bool:
        return is_overdue(received_on, handling, is_at_risk=at_risk, now=now)

    by_id = {str(rule.id): rule for rule in rules}
    waiting = []
    for report, _version, received_on, handling, epoch, member_id, until, has_news in rows:
        content = gists.get(report)
        hitting = (
            tuple(rule for key, rule in by_id.items() if key in content.hit_by) if content and content.hit_by else ()
        )
        is_free = until is None or not is_taken(until, now)
        at_risk = content is not None and not grave.isdisjoint(content.acts)
        waiting.append(
            Waiting(
                report,
                received_on,
                handling,
                content,
                None if is_free or member_id is None else names[member_id],
                member_id == member.id,
                at_risk,
                late(received_on, handling, at_risk),
                has_news,
                bool(hitting) and is_free and any(rule.route_to == member.id for rule in hitting),
                hitting,
                content is not None and is_hard(content, hard),
                desks[epoch],
            )
        )
    return sorted(waiting, key=_order)


def _order(line: Waiting) -> tuple[bool, bool, bool, date, str]:
    """Of a line in the queue: the lowest comes first."""
    if line.rules:
        return (line.is_apart, not line.is_at_risk, not line.is_flagged, line.received_on, line.id_as_text)
    return (False, not line.is_at_risk, True, line.received_on, line.id_as_text)


def is_hard(content: Gist, acts: frozenset[str]) -> bool:
    """Whether a story is hard to read; `acts` are those that make it so (core.welfare.hard_acts)."""
    return content.is_about_child or not acts.isdisjoint(content.acts)


def grave_acts(vocabulary: Vocabulary) -> frozenset[str]:
    """Acts in which somebody may be at risk: asked once, rather than for each of thousands."""
    return frozenset(term.code for term in vocabulary.of("act_type") if is_at_risk({term.code}, vocabulary))


def open_gists(
    session: Session,
    rows: Sequence[Plain],
    member: Member,
    *,
    shelf: str,
    recall: Recall,
    area_of: Callable[[str], str],
    rules: Sequence[Rule] = (),
) -> dict[str, Gist]:
    """Of those reports that the member's key opens just now."""
    hitting = [(str(rule.id), hits(rule.condition)) for rule in rules]

    def tell(_report: str, content: Report) -> Gist:
        area = content.area or (area_of(content.place) if content.place else "")
        return gist_of(content, area, (rule for rule, is_hit in hitting if is_hit(content, area)))

    told = told_of(
        session,
        rows,
        private_keys(session, member),
        shelf=shelf,
        recall=recall,
        tell=tell,
        by=tuple((rule.id, rule.version) for rule in rules),
    )
    return dict(zip(told, map(Gist._make, told.values()), strict=True))
