"""Pairs that a member has looked at and found to be of two events: kept so that nobody is asked again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base, Digest


class RuledOut(Base):
    """One such pair. Which the other one is, nobody reads from the tables: it is part of a keyed hash."""

    __tablename__ = "ruled_out"
    __table_args__ = ({"sqlite_with_rowid": False},)

    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    tag: orm.Mapped[Digest] = orm.mapped_column(primary_key=True)
    """Of this report and the other one, or the incident."""


def tags_of(session: orm.Session, reports: Iterable[UUID]) -> set[bytes]:
    query = sa.select(RuledOut.tag).where(RuledOut.report_id.in_(list(reports)))
    return set(session.scalars(query))
