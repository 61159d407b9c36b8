"""Exports to ODIHR: that one member asked and another approved. What was in it is not kept, only its digest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base, Digest


class OdihrExport(Base):
    __tablename__ = "odihr_export"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    year: orm.Mapped[int]
    digest: orm.Mapped[Digest]
    """SHA-256 over its files: what the second member approves."""
    asked_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    approved_by: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    expires_at: orm.Mapped[datetime]
