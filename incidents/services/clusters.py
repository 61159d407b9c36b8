"""Waiting reports by likeness, opened in memory for a member with an unlocked key. Nothing of it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.incident import Handling
from incidents.core.likeness.groups import Group, Kind, grouped
from incidents.core.likeness.shared import Shared, shared
from incidents.core.report import Report
from incidents.db import report as stored
from incidents.db.key import epochs_open_to
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.keys import desks_by_epoch
from incidents.services.moderation import NoSuchReport, content_of, private_keys

MANY_HELD = 20
"""On a day on which so many were held, there was a flood, and the others of that day may be part of it."""
WAITING = (Handling.RECEIVED, Handling.QUARANTINED)
"""Reports that nobody has taken yet: only these are looked at together."""


@dataclass(frozen=True)
class Listed:
    """A report as a list showed it."""

    id: UUID
    version: int


@dataclass(frozen=True)
class Alike:
    """One report in a cluster."""

    id: UUID
    version: int
    received_on: date
    handling: Handling
    content: Report
    likeness: float | None
    """How much it is like the others, from 0 to 1; None where it was not compared."""
    desk: str


@dataclass(frozen=True)
class Cluster:
    """Reports of one desk that are alike, the most typical first."""

    kind: Kind
    reports: Sequence[Alike]
    nearest: float
    """How much the nearest other cluster is like this one."""
    shared: Shared

    def typical(self, most: int) -> Sequence[Alike]:
        """Samples spread over the more typical half, each with other words."""
        half = self.reports[: (len(self.reports) + 1) // 2]
        step = max(1, len(half) // (most * 4))
        by_words = {one.content.words: one for one in reversed(half[::step])}
        return list(reversed(by_words.values()))[:most]

    def least_typical(self, most: int) -> Sequence[Alike]:
        return list(reversed(self.reports[-min(most, len(self.reports) - 1) :])) if len(self.reports) > 1 else []

    @property
    def days(self) -> tuple[date, date]:
        """Of the first and the last that arrived."""
        days = [one.received_on for one in self.reports]
        return min(days), max(days)

    @property
    def desk(self) -> str:
        return self.reports[0].desk

    @property
    def held(self) -> int:
        return sum(one.handling is Handling.QUARANTINED for one in self.reports)

    def listed(self) -> list[Listed]:
        return [Listed(one.id, one.version) for one in self.reports]


@dataclass(frozen=True)
class Clusters:
    clusters: list[Cluster]
    """Of five and more, the largest first."""
    few: list[Cluster]
    single: list[Alike]
    unopened: int
    """Reports that the member's key does not open."""


def waiting_and_held(session: Session, member: Member) -> tuple[int, int]:
    """How many reports at the member's desks nobody has taken yet, and how many of them are held for a check."""
    numbers = session.execute(
        sa.select(stored.Report.handling, sa.func.count().label("number"))
        .where(stored.Report.handling.in_(WAITING), stored.Report.epoch.in_(epochs_open_to(session, member.id)))
        .group_by(stored.Report.handling)
    )
    by_handling = {row.handling: row.number for row in numbers}
    return sum(by_handling.values()), by_handling.get(Handling.QUARANTINED, 0)


def note_looking(session: Session, member: Member, *, now: datetime, around: UUID | None = None) -> None:
    """Put into the audit trail that the member opens all that wait, or those that are like one of them."""
    note(session, "open_clusters", f"report:{around}" if around else "reports", member, now)


def open_clusters(session: Session, member: Member) -> Clusters:
    """All that wait at the member's desks, by likeness.

    Each desk by itself: what is written about a cluster is for those who read all of its reports.
    """
    every, unopened = _opened(session, member, stored.Report.handling.in_(WAITING))
    clusters: list[Cluster] = []
    few: list[Cluster] = []
    single: list[Alike] = []
    for desk in sorted({one.desk for one in every}):
        opened = [one for one in every if one.desk == desk]
        found = grouped([one.content for one in opened], in_flood=_in_flood(opened))
        clusters += [_cluster(group, opened) for group in found.groups]
        few += [_cluster(group, opened) for group in found.few]
        single += [opened[index] for index in found.single]
    return Clusters(sorted(clusters, key=lambda one: -len(one.reports)), few, single, unopened)


def cluster_around(session: Session, member: Member, report: UUID) -> Cluster:
    """The cluster that a report is in, as it is now. Raises NoSuchReport if it waits no longer or is alone."""
    found = open_clusters(session, member)
    for cluster in (*found.clusters, *found.few):
        if any(one.id == report for one in cluster.reports):
            return cluster
    raise NoSuchReport


def cluster_listed(session: Session, member: Member, kind: Kind, listed: Sequence[Listed]) -> Cluster | None:
    """The cluster that a list showed, again, in its order; None if none of it can be opened."""
    ids = [one.id for one in listed]
    by_id: dict[UUID, Alike] = {}
    for start in range(0, len(ids), 500):
        some, _ = _opened(session, member, stored.Report.id.in_(ids[start : start + 500]))
        by_id |= {one.id: one for one in some}
    reports = [by_id[one] for one in ids if one in by_id]
    return Cluster(kind, reports, 0.0, shared([one.content for one in reports])) if reports else None


def _opened(session: Session, member: Member, which: sa.ColumnElement[bool]) -> tuple[list[Alike], int]:
    row, desks = stored.Report, desks_by_epoch(session, epochs_open_to(session, member.id))
    rows = session.execute(
        sa.select(row.id, row.version, row.received_on, row.handling, row.epoch, row.sealed, row.sealed_key)
        .where(which, row.epoch.in_(desks))
        .order_by(row.id)
    )
    private = private_keys(session, member)
    found, unopened = [], 0
    for one in rows:
        content = content_of(one, private)
        if content is None:
            unopened += 1
        else:
            found.append(Alike(one.id, one.version, one.received_on, one.handling, content, None, desks[one.epoch]))
    return found, unopened


def _in_flood(reports: Sequence[Alike]) -> set[int]:
    held = Counter(one.received_on for one in reports if one.handling is Handling.QUARANTINED)
    return {
        index
        for index, one in enumerate(reports)
        if one.handling is Handling.QUARANTINED or held[one.received_on] >= MANY_HELD
    }


def _cluster(group: Group, opened: Sequence[Alike]) -> Cluster:
    reports = [_with_likeness(opened[index], like) for index, like in zip(group.members, group.likeness, strict=True)]
    return Cluster(group.kind, reports, group.nearest, shared([one.content for one in reports]))


def _with_likeness(one: Alike, likeness: float) -> Alike:
    return replace(one, likeness=likeness)
