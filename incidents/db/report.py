"""Sealed reports and messages: what is plain here is an id, a date and a state."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from incidents.core.files import FilePart
from incidents.core.incident import OPEN, Handling
from incidents.db.base import Base, Digest

_IS_OPEN = f"handling IN ({', '.join(sorted(repr(handling.value) for handling in OPEN))})"


class Report(Base):
    __tablename__ = "report"
    __table_args__ = (
        # All that the queue reads of an open report, however many are settled: the rows with what is sealed lie apart.
        sa.Index(
            "ix_report_open",
            *("handling", "received_on", "version", "epoch", "has_news", "lease_member_id", "lease_until", "id"),
            sqlite_where=sa.text(_IS_OPEN),
            postgresql_where=sa.text(_IS_OPEN),
        ),
        # Of the few that have news, however many there are.
        sa.Index("ix_report_news", "id", sqlite_where=sa.text("has_news = 1"), postgresql_where=sa.text("has_news")),
        # Without rows' numbers, so that the order of arrival within a day is not kept.
        {"sqlite_with_rowid": False},
    )

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    received_on: orm.Mapped[date] = orm.mapped_column(index=True)
    handling: orm.Mapped[Handling] = orm.mapped_column(index=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)

    sealed: orm.Mapped[bytes]
    """All answers, padded; bound to `id`."""
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed_key: orm.Mapped[bytes]
    """The report key, sealed to the desk key of `epoch`. What is sealed is read only where it is opened (db.grants)."""

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
    has_news: orm.Mapped[bool] = orm.mapped_column(default=False, server_default=sa.false())
    """Its reporter sent something that nobody at the desk has looked at yet."""
    lease_member_id: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    lease_until: orm.Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it as it is)


_HANDLINGS = {handling.value: handling for handling in Handling}
ID_AS_TEXT = sa.cast(Report.id, sa.String).label("id")
"""For reading very many: no UUID is made of it. With or without dashes, as the database writes it."""


class Batch(Base):
    """That a file of an organisation was imported: so that nobody does it twice unawares."""

    __tablename__ = "batch"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    file_digest: orm.Mapped[Digest] = orm.mapped_column(index=True)
    """Keyed, so that a copy of the database does not say which file it was."""
    partner: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    received_on: orm.Mapped[date]
    reports: orm.Mapped[int]


class MessageKind(enum.Enum):
    """The desk's question or notice, or one of three things that a reporter says with their code."""

    QUESTION = "question"
    NOTICE = "notice"
    """What the desk tells the reporter without waiting for an answer."""
    ANSWER = "answer"
    ADDITION = "addition"
    CORRECTION = "correction"


class Message(Base):
    """What desk and reporter say to each other, sealed both ways."""

    __tablename__ = "message"
    __table_args__ = (sa.UniqueConstraint("report_id", "number"), {"sqlite_with_rowid": False})

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"))
    number: orm.Mapped[int]
    """1 is the first message of its report."""
    kind: orm.Mapped[MessageKind]
    sent_on: orm.Mapped[date]
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed_for_desk: orm.Mapped[bytes]
    sealed_for_reporter: orm.Mapped[bytes | None]
    """What the desk says only: what reporters say is not shown again on the phone that sent it."""
    token_digest: orm.Mapped[Digest | None] = orm.mapped_column(unique=True)
    """What reporters say only: a form can be sent once."""


_ADD_ONCE = {
    name: dialect.insert(Report.__table__).on_conflict_do_nothing().returning(Report.__table__.c.id)
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}


def add_once(session: orm.Session, values: Mapping[str, Any]) -> bool:
    """Add a report unless one came by the same token: one statement, so no two processes both add it."""
    connection = session.connection()
    return connection.execute(_ADD_ONCE[connection.dialect.name], dict(values)).first() is not None


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


class SentFile(Base):
    """A file of a reporter: what was sent and the copy made of it, both sealed in pieces of one length."""

    __tablename__ = "sent_file"
    __table_args__ = (sa.UniqueConstraint("report_id", "content_tag"), {"sqlite_with_rowid": False})

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"))
    received_on: orm.Mapped[date]
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed_key: orm.Mapped[bytes]
    """The file's key, sealed to the desk key of `epoch`."""
    sealed_facts: orm.Mapped[bytes]
    """Kind and sizes, under the file's key. Its name was never kept."""
    pieces: orm.Mapped[int]
    """How many there are of all its parts: what it takes of the disk."""
    content_tag: orm.Mapped[Digest]
    """Tells a file that was sent before; keyed by the receipt code, which is not stored."""


class FilePiece(Base):
    __tablename__ = "file_piece"
    __table_args__ = ({"sqlite_with_rowid": False},)

    file_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("sent_file.id", ondelete="CASCADE"), primary_key=True)
    part: orm.Mapped[FilePart] = orm.mapped_column(primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    sealed: orm.Mapped[bytes]


def report_by_verifier(session: orm.Session, verifier: bytes, *, to_change: bool = False) -> Report | None:
    """What the public door may read of it (db.grants): what is sealed to the desk is left out.

    `to_change` waits for whoever is changing it just now, so that messages and files are numbered one by one.
    """
    unsealed = orm.defer(Report.sealed), orm.defer(Report.sealed_key)
    query = sa.select(Report).where(Report.verifier == verifier).options(*unsealed)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


_LOOK_UP = sa.select(
    Report.id,
    Report.received_on,
    Report.handling,
    Report.reporter_private_sealed,
    sa.exists(sa.select(Message.id).where(Message.report_id == Report.id)).label("has_messages"),
    sa.select(sa.func.count(SentFile.content_tag))
    .where(SentFile.report_id == Report.id)
    .scalar_subquery()
    .label("files"),
).where(Report.verifier == sa.bindparam("verifier"))


def looked_up(session: orm.Session, verifier: bytes) -> sa.Row[UUID, date, Handling, bytes, bool, int] | None:
    """What the holder of a receipt code sees of it, in one question: nothing that is sealed to the desk."""
    return session.connection().execute(_LOOK_UP, {"verifier": verifier}).one_or_none()


def is_open() -> sa.TextClause:
    """Whether a report is still to be settled, in the words of the index of those: so that it is found in it."""
    return sa.text("report." + _IS_OPEN)


class Standing(NamedTuple):
    """What is plain of a report in the queue."""

    id: str
    """As the database writes it, with dashes or without."""
    version: int
    received_on: date
    handling: Handling
    epoch: int
    lease_member_id: UUID | None
    lease_until: datetime | None
    has_news: bool


def standing(session: orm.Session, handlings: Collection[Handling]) -> list[Standing]:
    """Open reports that stand so, and all that have news, each once. `handlings` are some of OPEN.

    In two queries, each with an index of its own: as one, with OR, the database would read all that were ever settled.
    What this session has not flushed yet is not seen.
    """
    plain = sa.select(
        ID_AS_TEXT,
        Report.version,
        Report.received_on,
        sa.cast(Report.handling, sa.String),
        Report.epoch,
        Report.lease_member_id,
        Report.lease_until,
        Report.has_news,
    )
    connection = session.connection()
    rows = [
        *connection.execute(plain.where(is_open(), Report.handling.in_(handlings))).all(),
        *connection.execute(plain.where(Report.has_news)).all(),
    ]
    # Thousands are made for each page.
    return [
        Standing(report, version, day, _HANDLINGS[handling], epoch, member, until, has_news)
        for report, version, day, handling, epoch, member, until, has_news in {row[0]: row for row in rows}.values()
    ]


def sealed_reports(
    session: orm.Session, ids: Collection[UUID]
) -> Sequence[sa.Row[UUID, date, Handling, int, bytes, bytes]]:
    """What it takes to open these reports: epoch, content and key; with what is plain of them."""
    plain = sa.select(Report.id, Report.received_on, Report.handling, Report.epoch, Report.sealed, Report.sealed_key)
    return session.execute(plain.where(Report.id.in_(ids))).all()


def rests_on_reports(session: orm.Session, incident: UUID) -> bool:
    return session.scalar(sa.select(Report.id).where(Report.incident_id == incident).limit(1)) is not None


def messages_of(session: orm.Session, report: UUID) -> list[Message]:
    return list(session.scalars(_messages(report)))


def messages_unsealed(session: orm.Session, report: UUID) -> list[Message]:
    """What the public door may read of them: what is sealed to the desk is left out."""
    return list(session.scalars(_messages(report).options(orm.defer(Message.sealed_for_desk))))


def _messages(report: UUID) -> sa.Select[Message]:
    return sa.select(Message).where(Message.report_id == report).order_by(Message.number)


def batch_of_file(session: orm.Session, file_digest: bytes) -> Batch | None:
    """The newest import of a file."""
    query = sa.select(Batch).where(Batch.file_digest == file_digest).order_by(Batch.received_on.desc()).limit(1)
    return session.scalar(query)


def next_number(session: orm.Session, report: UUID) -> int:
    """Of a message to a report whose row the caller holds to change it."""
    return (session.scalar(sa.select(sa.func.max(Message.number)).where(Message.report_id == report)) or 0) + 1


def files_of(session: orm.Session, report: UUID) -> list[SentFile]:
    query = sa.select(SentFile).where(SentFile.report_id == report)
    return list(session.scalars(query.order_by(SentFile.received_on, SentFile.id)))


def file_tags(session: orm.Session, report: UUID) -> list[bytes]:
    """One for each file of a report; all that the public door may read of them."""
    return list(session.scalars(sa.select(SentFile.content_tag).where(SentFile.report_id == report)))


def pieces_of(session: orm.Session, file: UUID, part: FilePart) -> list[bytes]:
    query = sa.select(FilePiece.sealed).where(FilePiece.file_id == file, FilePiece.part == part)
    return list(session.scalars(query.order_by(FilePiece.number)))


def pieces_stored(session: orm.Session) -> int:
    """Of all files of all reports."""
    return session.scalar(sa.select(sa.func.coalesce(sa.func.sum(SentFile.pieces), 0))) or 0
