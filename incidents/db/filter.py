"""Filters of the queue that members saved: codes and a name, nothing of a report."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base


class SavedFilter(Base):
    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("member_id", "name"),)

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    name: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    is_shared: orm.Mapped[bool]
    """All moderators see it; otherwise only its member."""
    view: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    language: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    place: orm.Mapped[str] = orm.mapped_column(sa.String(10))
    ground: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    act: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    held: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    rule: orm.Mapped[str] = orm.mapped_column(sa.String(36), server_default="")
    """The id of a rule; one that is gone leaves the filter without it."""
