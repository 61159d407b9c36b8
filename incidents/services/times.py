"""How long the desk takes, against what it means to keep to (core.targets). No figure is about a member.

Counted from the audit trail: what is read there is when something was done, to which id, never by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.incident import Decision
from incidents.core.targets import Target, due, percentile, target_of
from incidents.core.vocabulary import Vocabulary
from incidents.core.workdays import LOCAL, working_days_between
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.incident import Incident
from incidents.services import settled
from incidents.services.queue import Gist, Waiting, grave_acts

SINCE = timedelta(days=90)
MOST = 2_000
"""Of the newest so many reports at most: on a busy site these are enough, and the page stays quick."""
_LOOKS = ("take", "take_over")
_SETTLES = ("link", "set_aside")


@dataclass(frozen=True)
class Figures:
    """What one target came to."""

    done: int
    in_time: int
    median: int | None
    """Working days, as the next; None where nothing was done."""
    nine_in_ten: int | None
    waiting: int
    overdue: int
    """Of those that wait."""


@dataclass(frozen=True)
class _Step:
    since: date
    done_at: datetime

    @property
    def days(self) -> int:
        return working_days_between(self.since, self.done_at.astimezone(LOCAL).date())


def figures(
    session: Session,
    waiting: Sequence[Waiting],
    *,
    gists_of: Callable[[Sequence[sa.Row[*tuple[Any, ...]]]], Mapping[str, Gist]],
    epochs: Collection[int],
    vocabulary: Vocabulary,
    now: datetime,
) -> dict[Target, Figures]:
    """Of the last ninety days; `waiting` is the queue, `epochs` are those of the same desks.

    `gists_of` opens reports, to tell whether somebody was at risk: what it cannot open is in no figure of a first look.
    """
    since = now - SINCE
    row = stored.Report
    came = session.execute(
        sa.select(stored.ID_AS_TEXT, row.version, row.epoch, row.received_on)
        .where(row.received_on >= since.date(), row.epoch.in_(epochs))
        .order_by(row.received_on.desc(), row.id)
        .limit(MOST)
    ).all()
    days = {UUID(one.id): one.received_on for one in came}
    looked = _first(session, _LOOKS, "report", since)
    settled = _first(session, _SETTLES, "report", since)
    gists, grave = gists_of([one for one in came if UUID(one.id) in looked]), grave_acts(vocabulary)
    risk = {UUID(one): not grave.isdisjoint(gist.acts) for one, gist in gists.items()}
    steps: dict[Target, list[_Step]] = {
        Target.RISK: [_Step(days[one], looked[one]) for one, at_risk in risk.items() if at_risk],
        Target.LOOK: [_Step(days[one], looked[one]) for one, at_risk in risk.items() if not at_risk],
        Target.PROPOSE: [_Step(day, settled[one]) for one, day in days.items() if one in settled],
        Target.ACCEPT: _decided(session, since),
    }
    left = [(target_of(line.handling, is_at_risk=line.is_at_risk), line.received_on) for line in waiting]
    left += [(Target.ACCEPT, day) for day in _proposed(session)]
    return {target: _figures(target, steps[target], left, now) for target in Target}


def _figures(
    target: Target, steps: Sequence[_Step], left: Iterable[tuple[Target | None, date]], now: datetime
) -> Figures:
    days = [step.days for step in steps]
    waiting = [since for of, since in left if of is target]
    return Figures(
        done=len(steps),
        in_time=sum(step.done_at <= due(target, step.since) for step in steps),
        median=percentile(days, 0.5) if days else None,
        nine_in_ten=percentile(days, 0.9) if days else None,
        waiting=len(waiting),
        overdue=sum(now > due(target, since) for since in waiting),
    )


def _first(session: Session, actions: Sequence[str], kind: str, since: datetime) -> dict[UUID, datetime]:
    """When one of these was first done to each, within this time."""
    return {one: moments[0] for one, moments in _moments(session, actions, kind, since).items()}


def _moments(session: Session, actions: Sequence[str], kind: str, since: datetime) -> dict[UUID, list[datetime]]:
    entry = AuditEntry
    rows = session.execute(
        sa.select(entry.subject, entry.at)
        .where(entry.action.in_(actions), entry.at >= since, entry.subject.startswith(f"{kind}:"))
        .order_by(entry.number)
    )
    found: dict[UUID, list[datetime]] = {}
    for row in rows:
        found.setdefault(UUID(row.subject.partition(":")[2]), []).append(row.at)
    return found


def _decided(session: Session, since: datetime) -> list[_Step]:
    """The second person's word, each after the proposal that it is about."""
    proposed = _moments(session, settled.PROPOSES, "incident", since)
    found = []
    for incident, moments in _moments(session, ("accept", "return"), "incident", since).items():
        for at in moments:
            before = [moment for moment in proposed.get(incident, []) if moment <= at]
            if before:
                found.append(_Step(before[-1].astimezone(LOCAL).date(), at))
    return found


def _proposed(session: Session) -> list[date]:
    """The days on which those were proposed that wait for a second person."""
    proposed = session.scalars(sa.select(Incident.id).where(Incident.decision == Decision.PROPOSED)).all()
    waiting = settled.proposed_at(session, proposed)
    return [at.astimezone(LOCAL).date() for at in waiting.values()]
