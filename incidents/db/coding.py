"""Codings of incidents by a second member who did not see the first: codes only. And the parts that were not shared."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base


class SecondCoding(Base):
    """That an incident was coded a second time, by whom and in which month."""

    __tablename__ = "second_coding"

    incident_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True
    )
    coder_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    coded_in: orm.Mapped[str] = orm.mapped_column(sa.String(7), index=True)
    """The month, e.g. 2026-11."""


class CodedAs(Base):
    """One code of the first or of the second coding, as both stood when the second was made."""

    __tablename__ = "coded_as"

    incident_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("second_coding.incident_id", ondelete="CASCADE"), primary_key=True
    )
    is_second: orm.Mapped[bool] = orm.mapped_column(primary_key=True)
    field: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    code: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)


class Disagreement(Base):
    """A part of a returned incident that the second member does not share, and why: both are codes."""

    __tablename__ = "disagreement"

    incident_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True
    )
    part: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    why: orm.Mapped[str] = orm.mapped_column(sa.String(40))


class ReturnNote(Base):
    """What the second member wrote about it, sealed: it may hold words of a report. Gone when it is proposed again."""

    __tablename__ = "return_note"

    incident_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True
    )
    epoch: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("desk_key.epoch"))
    sealed: orm.Mapped[bytes]


def disagreements_of(session: orm.Session, incident: UUID) -> dict[str, str]:
    """Why, by part."""
    rows = session.scalars(sa.select(Disagreement).where(Disagreement.incident_id == incident))
    return {row.part: row.why for row in rows}


def forget_return(session: orm.Session, incident: UUID) -> None:
    for table in (Disagreement, ReturnNote):
        session.execute(sa.delete(table).where(table.incident_id == incident))


def codings_of(
    session: orm.Session, *conditions: sa.ColumnElement[bool]
) -> Mapping[UUID, tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]]:
    """The first and the second coding of each incident, by field."""
    rows = session.execute(
        sa.select(CodedAs.incident_id, CodedAs.is_second, CodedAs.field, CodedAs.code)
        .join(SecondCoding, SecondCoding.incident_id == CodedAs.incident_id)
        .where(*conditions)
    )
    found: dict[UUID, tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]] = {}
    for row in rows:
        codes = found.setdefault(row.incident_id, ({}, {}))[row.is_second]
        codes[row.field] = codes.get(row.field, frozenset()) | {row.code}
    return found
