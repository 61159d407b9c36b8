"""Notices: short texts that the desk puts on public pages, one a page and language."""

from __future__ import annotations

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base


class Page(enum.Enum):
    """A public page that can carry a notice."""

    START = "start"
    HELP = "help"


class Notice(Base):
    __tablename__ = "notice"

    page: orm.Mapped[Page] = orm.mapped_column(primary_key=True)
    language: orm.Mapped[str] = orm.mapped_column(sa.String(12), primary_key=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    written: orm.Mapped[str] = orm.mapped_column(sa.Text)
    """As the member wrote it; cleaned each time it is shown, by today's rules."""
    changed_on: orm.Mapped[date]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it as it is)
