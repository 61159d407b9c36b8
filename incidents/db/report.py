"""Sealed reports and messages: what is plain here is an id, a date and a state."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from incidents.core.incident import Handling
from incidents.db.base import Base, Digest


class Report(Base):
    __tablename__ = "report"
    # Without rows' numbers, so that the order of arrival within a day is not kept.
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    received_on: orm.Mapped[date] = orm.mapped_column(index=True)
    handling: orm.Mapped[Handling] = orm.mapped_column(index=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)

    sealed: orm.Mapped[bytes]
    """All answers, padded; bound to `id`."""
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed_key: orm.Mapped[bytes]
    """The report key, sealed to the desk key of `epoch`."""

    verifier: orm.Mapped[Digest] = orm.mapped_column(unique=True)
    """Finds the row for a receipt code."""
    reporter_public: orm.Mapped[Digest]
    reporter_private_sealed: orm.Mapped[bytes]
    """Opened by the receipt code only."""

    token_digest: orm.Mapped[Digest] = orm.mapped_column(unique=True)
    """Of the form's token: a form can be sent once."""
    content_tag: orm.Mapped[Digest]
    """Tells a repeated sending from an edited one; keyed by the token, which is not stored."""

    incident_id: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("incident.id"), index=True)
    set_aside_reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    lease_member_id: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    lease_until: orm.Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it as it is)


class Batch(Base):
    """That a file of an organisation was imported: so that nobody does it twice unawares."""

    __tablename__ = "batch"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    file_digest: orm.Mapped[Digest] = orm.mapped_column(index=True)
    """Keyed, so that a copy of the database does not say which file it was."""
    partner: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    received_on: orm.Mapped[date]
    reports: orm.Mapped[int]


class Direction(enum.Enum):
    QUESTION = "question"
    ANSWER = "answer"


class Message(Base):
    """A question of the desk or an answer of the reporter, sealed both ways."""

    __tablename__ = "message"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), index=True)
    number: orm.Mapped[int]
    """1 is the first message of its report."""
    direction: orm.Mapped[Direction]
    sent_on: orm.Mapped[date]
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed_for_desk: orm.Mapped[bytes]
    sealed_for_reporter: orm.Mapped[bytes | None]
    """Questions only: answers are not shown again on the phone that sent them."""
    token_digest: orm.Mapped[Digest | None] = orm.mapped_column(unique=True)
    """Answers only: a form can be sent once."""


def add_once(session: orm.Session, values: Mapping[str, Any]) -> bool:
    """Add a report unless one came by the same token: one statement, so no two processes both add it."""
    if session.get_bind().dialect.name == "postgresql":
        added = postgresql.insert(Report).values(**values).on_conflict_do_nothing().returning(Report.id)
    else:
        added = sqlite.insert(Report).values(**values).on_conflict_do_nothing().returning(Report.id)
    return session.execute(added).first() is not None


def arrived_on(session: orm.Session, day: date) -> int:
    """As `arrivals_by_day`, of one day."""
    return arrivals_by_day(session, day, day + timedelta(days=1)).get(day, 0)


def arrivals_by_day(session: orm.Session, since: date, before: date) -> dict[date, int]:
    """How many reports arrived by themselves on each day that had any, from `since` and before `before`.

    Those of files that an operator imported are not among them, or a large file would be a flood.
    """
    arrived = _by_day(session, Report.received_on, sa.func.count(), since, before)
    imported = _by_day(session, Batch.received_on, sa.func.sum(Batch.reports), since, before)
    return {day: number - imported.get(day, 0) for day, number in arrived.items() if number > imported.get(day, 0)}


def _by_day(
    session: orm.Session,
    day: orm.InstrumentedAttribute[date],
    number: sa.ColumnElement[int],
    since: date,
    before: date,
) -> dict[date, int]:
    query = sa.select(day.label("day"), number.label("number")).where(day >= since, day < before).group_by(day)
    return {row.day: int(row.number) for row in session.execute(query)}


def report_by_verifier(session: orm.Session, verifier: bytes) -> Report | None:
    return session.scalar(sa.select(Report).where(Report.verifier == verifier))


def messages_of(session: orm.Session, report: UUID) -> list[Message]:
    return list(session.scalars(sa.select(Message).where(Message.report_id == report).order_by(Message.number)))


def batch_of_file(session: orm.Session, file_digest: bytes) -> Batch | None:
    """The newest import of a file."""
    query = sa.select(Batch).where(Batch.file_digest == file_digest).order_by(Batch.received_on.desc()).limit(1)
    return session.scalar(query)
