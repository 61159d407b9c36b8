"""Desks and who works at them. What a member can open there stands in the grants of its key (db.key)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.desks import LONGEST_NAME, NATIONAL
from incidents.db.base import Base


class Desk(Base):
    """A group of members with a key of their own."""

    __tablename__ = "desk"

    code: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST_NAME))
    """What its members call it; empty for the national one, whose name is in the members' languages."""
    created_on: orm.Mapped[date]


class DeskMember(Base):
    """That a member works at a desk, also while their own key opens nothing there."""

    __tablename__ = "desk_member"

    desk: orm.Mapped[str] = orm.mapped_column(sa.ForeignKey("desk.code"), primary_key=True)
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), primary_key=True, index=True)


class DeskArea(Base):
    """That reports from a municipality go to a desk: to one at most."""

    __tablename__ = "desk_area"

    municipality: orm.Mapped[str] = orm.mapped_column(sa.String(5), primary_key=True)
    desk: orm.Mapped[str] = orm.mapped_column(sa.ForeignKey("desk.code"), index=True)


def all_desks(session: orm.Session) -> list[Desk]:
    """The national one first, then by code."""
    return list(session.scalars(sa.select(Desk).order_by(Desk.code != NATIONAL, Desk.code)))


def desks_of(session: orm.Session, member: UUID) -> frozenset[str]:
    """Codes of the desks that a member works at."""
    return frozenset(session.scalars(sa.select(DeskMember.desk).where(DeskMember.member_id == member)))


def add_to_desk(session: orm.Session, desk: str, member: UUID) -> None:
    """Does nothing where they are at it already."""
    session.merge(DeskMember(desk=desk, member_id=member))
    session.flush()


def areas(session: orm.Session) -> dict[str, str]:
    """The desk of each municipality that lies in the area of one."""
    return {row.municipality: row.desk for row in session.scalars(sa.select(DeskArea))}
