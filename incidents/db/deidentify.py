"""What the desk does to the words of a report before others read of it: sealed under the report's own key."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base


class Deidentification(Base):
    __tablename__ = "deidentification"
    __table_args__ = ({"sqlite_with_rowid": False},)

    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    sealed_rulings: orm.Mapped[bytes | None]
    """What was decided on each mark: offsets and kinds."""
    sealed_summary: orm.Mapped[bytes | None]
    """The summary, once a member has written it."""


def deidentifications(session: orm.Session, reports: Collection[UUID]) -> dict[UUID, Deidentification]:
    rows = session.scalars(sa.select(Deidentification).where(Deidentification.report_id.in_(reports)))
    return {row.report_id: row for row in rows}
