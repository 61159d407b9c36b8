"""Rules of the queue: codes, words to look for and a name; nothing of a report, nor what a rule hit."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.queue_rules import LONGEST_NAME, LONGEST_TAG, Effect
from incidents.core.search.query import LONGEST
from incidents.db.base import Base


class QueueRule(Base):
    __tablename__ = "queue_rule"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    """Of what it says; switching it on or off is no change of that."""
    name: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST_NAME), unique=True)
    effect: orm.Mapped[Effect]
    tag: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST_TAG))
    route_to: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    language: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    place: orm.Mapped[str] = orm.mapped_column(sa.String(10))
    ground: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    act: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    words: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST))
    written_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    """Who changed last what it says."""
    tried_version: orm.Mapped[int | None]
    """The version of the last dry run."""
    tried_on: orm.Mapped[date | None]
    tried_hits: orm.Mapped[int | None]
    tried_of: orm.Mapped[int | None]
    is_on: orm.Mapped[bool] = orm.mapped_column(default=False)
