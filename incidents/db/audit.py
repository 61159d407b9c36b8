"""The audit trail's rows: added, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.audit import START, Entry, link
from incidents.db.base import Base, Digest


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    # What one member did lately, however long the trail is.
    __table_args__ = (sa.Index("ix_audit_entry_actor_at", "actor", "at"),)

    number: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    at: orm.Mapped[datetime]
    actor: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    action: orm.Mapped[str] = orm.mapped_column(sa.String(40), index=True)
    subject: orm.Mapped[str] = orm.mapped_column(sa.String(80), index=True)
    before: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    after: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    hash: orm.Mapped[Digest]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one entry tells about its subject."""

    subject: str
    before: str = ""
    after: str = ""
    reason: str = ""


def record(
    session: orm.Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> None:
    """Add one entry to the chain, in the caller's unit of work: both stay or neither."""
    change = Change(subject=subject, before=before, after=after, reason=reason)
    record_all(session, [change], at=at, actor=actor, action=action)


def record_all(session: orm.Session, changes: Iterable[Change], *, at: datetime, actor: str, action: str) -> None:
    """Add an entry for each change, in their order; as `record` does for one."""
    if session.get_bind().dialect.name == "postgresql":
        # One writer at a time, else two entries would follow the same one. SQLite has only one writer.
        session.execute(sa.text("SELECT pg_advisory_xact_lock(710001)"))
    last = session.execute(
        sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    first, previous = (last.number + 1, last.hash) if last else (1, START)
    for number, change in enumerate(changes, start=first):
        entry = Entry(
            number=number,
            at=at.replace(second=0, microsecond=0),
            actor=actor,
            action=action,
            subject=change.subject,
            before=change.before,
            after=change.after,
            reason=change.reason,
        )
        previous = link(entry, previous)
        session.add(
            AuditEntry(
                number=entry.number,
                at=entry.at,
                actor=entry.actor,
                action=entry.action,
                subject=entry.subject,
                before=entry.before,
                after=entry.after,
                reason=entry.reason,
                hash=previous,
            )
        )
    session.flush()


def subjects_of(
    session: orm.Session, actor: str, actions: Collection[str], *, since: datetime
) -> list[tuple[str, datetime]]:
    """What somebody did one of these things with, and when, the oldest first."""
    query = sa.select(AuditEntry.subject, AuditEntry.at).where(
        AuditEntry.actor == actor, AuditEntry.at >= since, AuditEntry.action.in_(actions)
    )
    return [(row.subject, row.at) for row in session.execute(query.order_by(AuditEntry.at))]


def entries(
    session: orm.Session, *, subject: str | None = None, action: str | None = None, since: datetime | None = None
) -> Iterator[tuple[Entry, bytes]]:
    """All entries in order with their stored hashes, or those of one subject, of one action, from a moment on."""
    query = sa.select(AuditEntry).order_by(AuditEntry.number)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    for row in session.scalars(query):
        yield (
            Entry(
                number=row.number,
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                before=row.before,
                after=row.after,
                reason=row.reason,
            ),
            row.hash,
        )
