"""How long reports have been as they are, which are held, and the batches in which they are destroyed."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.incident import Handling
from incidents.core.retention import Part
from incidents.db.base import Base


class Unchanged(Base):
    """Since which day a report has been as it is. Regular work notes it, so a change counts from the next time on."""

    __tablename__ = "unchanged"
    __table_args__ = ({"sqlite_with_rowid": False},)

    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    version: orm.Mapped[int]
    handling: orm.Mapped[Handling]
    since: orm.Mapped[date] = orm.mapped_column(index=True)


class Hold(Base):
    """A report that is kept longer than its days. Gone when it is lifted: the audit trail tells of it."""

    __tablename__ = "hold"
    __table_args__ = ({"sqlite_with_rowid": False},)

    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    placed_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    placed_on: orm.Mapped[date]
    until: orm.Mapped[date]
    """The last day of it."""


class Fate(enum.Enum):
    """What became of one line of a batch."""

    WAITING = "waiting"
    DESTROYED = "destroyed"
    CHANGED = "changed"
    """Somebody has changed the report since the list was made."""
    KEPT = "kept"
    """It is no longer due: it is held, taken, passed on, or the days are others."""
    GONE = "gone"
    """Its reporter withdrew it meanwhile."""


class Destruction(Base):
    """A batch: who proposed it, who signed it, and what was destroyed."""

    __tablename__ = "destruction"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    proposed_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    proposed_on: orm.Mapped[date]
    listed: orm.Mapped[int]
    digest: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    signed_by: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    signed_on: orm.Mapped[date | None]
    done_on: orm.Mapped[date | None]
    """When the last line was done with."""
    cleaned_on: orm.Mapped[date | None]
    """When what was deleted had left the files of the database too."""
    reports: orm.Mapped[int] = orm.mapped_column(default=0)
    messages: orm.Mapped[int] = orm.mapped_column(default=0)
    files: orm.Mapped[int] = orm.mapped_column(default=0)
    notes: orm.Mapped[int] = orm.mapped_column(default=0)
    """What the desk wrote: summaries and marks, and notes with which an incident was returned."""


class DestructionLine(Base):
    """One line of a batch. The report's id stays when the report is gone: it is random and tells nothing."""

    __tablename__ = "destruction_line"
    __table_args__ = ({"sqlite_with_rowid": False},)

    destruction_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("destruction.id", ondelete="CASCADE"), primary_key=True
    )
    report_id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    part: orm.Mapped[Part]
    version: orm.Mapped[int]
    handling: orm.Mapped[Handling]
    fate: orm.Mapped[Fate] = orm.mapped_column(default=Fate.WAITING)


def lines_of(session: orm.Session, destruction: UUID) -> list[DestructionLine]:
    query = sa.select(DestructionLine).where(DestructionLine.destruction_id == destruction)
    return list(session.scalars(query.order_by(DestructionLine.report_id)))
