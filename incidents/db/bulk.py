"""Acts on many reports at once: what was done and why, and for ten minutes with which reports."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.incident import Handling
from incidents.db.base import Base


class BulkKind(enum.Enum):
    SET_ASIDE = "set_aside"
    RELEASE = "release"
    """From quarantine to those that wait."""


class Outcome(enum.Enum):
    """What became of one report in it."""

    DONE = "done"
    NOTHING_TO_DO = "nothing_to_do"
    MOVED_ON = "moved_on"
    """A colleague has changed it since the list was made."""
    UNDONE = "undone"
    NOT_UNDONE = "not_undone"
    """A colleague has changed it since it was done."""


class Bulk(Base):
    __tablename__ = "bulk"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    kind: orm.Mapped[BulkKind]
    reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    at: orm.Mapped[datetime]
    listed: orm.Mapped[int]
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed_comment: orm.Mapped[bytes]
    """For the desk: it may hold words of a report."""


class BulkRow(Base):
    """One report in it. Gone when it can no longer be undone: which reports are alike is kept nowhere."""

    __tablename__ = "bulk_row"
    __table_args__ = ({"sqlite_with_rowid": False},)

    bulk_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("bulk.id", ondelete="CASCADE"), primary_key=True)
    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    before: orm.Mapped[Handling]
    version: orm.Mapped[int]
    """Of the report when this was done with it."""
    outcome: orm.Mapped[Outcome]


def rows_of(session: orm.Session, bulk: UUID) -> list[BulkRow]:
    return list(session.scalars(sa.select(BulkRow).where(BulkRow.bulk_id == bulk).order_by(BulkRow.report_id)))
