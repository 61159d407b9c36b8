"""When the regular work of a site was last done. Where it touches reports only the day is known."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base


class Job(Base):
    __tablename__ = "job"

    name: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    done_on: orm.Mapped[date]
    done_at: orm.Mapped[datetime | None]
    """Of what a timer starts: the moment tells of the machine, and of nobody who writes to it."""


TICK = "tick"
BACKUP = "backup"


def last_done(session: orm.Session, name: str) -> Job | None:
    return session.get(Job, name)


def remember(session: orm.Session, name: str, *, on: date, at: datetime | None = None) -> None:
    """That the job was done, in the unit of work that did it: both stay or neither."""
    session.merge(Job(name=name, done_on=on, done_at=at))
    session.flush()
