"""Rules of the queue: written, tried on the last reports, switched on. What they hit is worked out in memory only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.accounts import Role
from incidents.core.deidentify.known import Known
from incidents.core.deidentify.marks import marks
from incidents.core.incident import Handling
from incidents.core.queue_rules import (
    DRY_RUN_DAYS,
    LONGEST_NAME,
    LONGEST_TAG,
    BadRule,
    Condition,
    Effect,
    Rule,
    hits,
)
from incidents.core.report import plain_text
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.queue_rule import QueueRule
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.colleagues import colleagues
from incidents.services.moderation import content_of, private_keys
from incidents.services.queue import Gist, gist_of

_AT_ONCE = 500
SAMPLES = 20
"""Lines of a dry run that are shown."""


class NoSuchRule(Exception):
    """There is no rule with this id."""


class StaleRule(Exception):
    """A colleague changed the rule meanwhile."""


class NotTried(Exception):
    """The rule, as it is now, was not tried yet."""


class SamePerson(Exception):
    """What sets reports apart is switched on by another member than the one who wrote it."""


@dataclass(frozen=True)
class Written:
    """A rule as members see it."""

    rule: Rule
    written_by: str
    route_to: str
    """The colleague's name, with `Effect.ROUTE`."""
    is_on: bool
    is_tried: bool
    """As it is now."""
    tried_on: date | None
    tried_hits: int
    tried_of: int
    """Reports that could be opened, of those that came in DRY_RUN_DAYS."""


@dataclass(frozen=True)
class Line:
    """One report that a rule would have hit."""

    id: UUID
    received_on: date
    handling: Handling
    gist: Gist


@dataclass(frozen=True)
class DryRun:
    written: Written
    hits: int
    of: int
    closed: int
    """Reports that the member's key does not open."""
    by_handling: Mapping[Handling, int]
    at_risk: int
    """Of the hits; such a report is never set apart."""
    lines: Sequence[Line]
    """The newest SAMPLES at most."""


def all_rules(session: Session) -> list[Written]:
    names = member_names(session)
    return [_shown(row, names) for row in session.scalars(sa.select(QueueRule).order_by(QueueRule.name))]


def one_rule(session: Session, rule: UUID) -> Written:
    """Raises NoSuchRule."""
    return _shown(_row(session, rule), member_names(session))


def rules_in_force(session: Session) -> list[Rule]:
    """By name, so that tags always stand in the same order."""
    rows = session.scalars(sa.select(QueueRule).where(QueueRule.is_on).order_by(QueueRule.name))
    return [_rule(row) for row in rows]


def routable(session: Session) -> dict[UUID, str]:
    """Moderators that reports can be routed to."""
    return {one.id: one.name for one in colleagues(session) if Role.MODERATOR in one.roles and not one.is_out}


def save_rule(session: Session, rule: Rule, *, known: Known, member: Member, now: datetime) -> UUID:
    """Write a rule, or change what the one with this id says; it is off until it was tried and is switched on again.

    Names, tags and words are not sealed, so they must not point at a person. Raises BadRule, NoSuchRule, StaleRule.
    """
    rule = _checked(session, rule, known)
    row = session.get(QueueRule, rule.id)
    if row is None:
        if rule.version:
            raise NoSuchRule
        row = QueueRule(id=rule.id, version=1, is_on=False)
        session.add(row)
    elif row.version != rule.version:
        raise StaleRule
    else:
        row.version += 1
        row.is_on = False
    row.name, row.effect, row.tag, row.route_to = rule.name, rule.effect, rule.tag, rule.route_to
    for name in ("language", "place", "ground", "act", "words"):
        setattr(row, name, getattr(rule.condition, name))
    row.written_by = member.id
    session.flush()
    note(session, "write_rule", f"rule:{row.id}", member, now, after=row.effect.value)
    return row.id


def delete_rule(session: Session, rule: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Raises NoSuchRule, StaleRule."""
    row = _row(session, rule, version)
    session.delete(row)
    session.flush()
    note(session, "delete_rule", f"rule:{rule}", member, now, before=row.effect.value)


def try_rule(
    session: Session,
    rule: UUID,
    *,
    version: int,
    member: Member,
    area_of: Callable[[str], str],
    grave: frozenset[str],
    today: date,
    now: datetime,
) -> DryRun:
    """What the rule would have hit among the reports of DRY_RUN_DAYS. Only the two counts are kept.

    Raises NoSuchRule, StaleRule.
    """
    row = _row(session, rule, version)
    is_hit, private = hits(_rule(row).condition), private_keys(session, member)
    since = today - timedelta(days=DRY_RUN_DAYS)
    report = stored.Report
    ids = session.scalars(
        sa.select(report.id).where(report.received_on >= since).order_by(report.received_on.desc(), report.id)
    ).all()
    found: list[Line] = []
    by_handling: Counter[Handling] = Counter()
    opened = closed = at_risk = 0
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = {one.id: one for one in stored.sealed_reports(session, some)}
        for one in (rows[each] for each in some if each in rows):
            content = content_of(one, private)
            if content is None:
                closed += 1
                continue
            opened += 1
            area = content.area or (area_of(content.place) if content.place else "")
            if not is_hit(content, area):
                continue
            by_handling[one.handling] += 1
            at_risk += not grave.isdisjoint(content.acts)
            if len(found) < SAMPLES:
                gist = gist_of(content, area)
                found.append(Line(one.id, one.received_on, one.handling, gist))
    row.tried_version, row.tried_on = row.version, today
    row.tried_hits, row.tried_of = by_handling.total(), opened
    session.flush()
    note(session, "try_rule", f"rule:{row.id}", member, now)
    written = _shown(row, member_names(session))
    return DryRun(written, by_handling.total(), opened, closed, by_handling, at_risk, found)


def switch_rule(session: Session, rule: UUID, *, on: bool, version: int, member: Member, now: datetime) -> None:
    """Raises NoSuchRule, StaleRule, NotTried, SamePerson."""
    row = _row(session, rule, version)
    if row.is_on == on:
        return
    if on and row.tried_version != row.version:
        raise NotTried
    if on and row.effect is Effect.APART and row.written_by == member.id:
        raise SamePerson
    row.is_on = on
    session.flush()
    before, after = ("off", "on") if on else ("on", "off")
    note(session, "switch_rule", f"rule:{row.id}", member, now, before=before, after=after)


def _row(session: Session, rule: UUID, version: int | None = None) -> QueueRule:
    row = session.get(QueueRule, rule, with_for_update=version is not None)
    if row is None:
        raise NoSuchRule
    if version is not None and row.version != version:
        raise StaleRule
    return row


def _rule(row: QueueRule) -> Rule:
    condition = Condition(row.language, row.place, row.ground, row.act, row.words)
    return Rule(row.id, row.version, row.name, row.effect, row.tag, row.route_to, condition)


def _shown(row: QueueRule, names: Mapping[UUID, str]) -> Written:
    return Written(
        _rule(row),
        names[row.written_by],
        names[row.route_to] if row.route_to else "",
        row.is_on,
        row.tried_version == row.version,
        row.tried_on,
        row.tried_hits or 0,
        row.tried_of or 0,
    )


def _checked(session: Session, rule: Rule, known: Known) -> Rule:
    """The rule with its texts tidied and only what belongs to its effect. Raises BadRule."""
    name, tag = (" ".join(plain_text(text).split()) for text in (rule.name, rule.tag))
    words = " ".join(plain_text(rule.condition.words).split())
    needed = {"name": name, **({"tag": tag} if rule.effect is Effect.TAG else {})}
    for field, text in needed.items():
        if not text:
            raise BadRule(field, "missing")
    for field, text, longest in (("name", name, LONGEST_NAME), ("tag", tag, LONGEST_TAG)):
        if len(text) > longest:
            raise BadRule(field, "too_long")
    for field, text in (("name", name), ("tag", tag), ("words", words)):
        if marks(text, known):
            raise BadRule(field, "names_somebody")
    others = sa.select(QueueRule.id).where(QueueRule.name == name, QueueRule.id != rule.id)
    if session.scalar(others) is not None:
        raise BadRule("name", "taken")
    if rule.effect is Effect.ROUTE and rule.route_to not in routable(session):
        raise BadRule("route_to", "missing")
    condition = replace(rule.condition, words=words)
    hits(condition)
    return replace(
        rule,
        name=name,
        tag=tag if rule.effect is Effect.TAG else "",
        route_to=rule.route_to if rule.effect is Effect.ROUTE else None,
        condition=condition,
    )
