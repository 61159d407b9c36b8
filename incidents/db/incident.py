"""Incidents: codes, a municipality and a month; no text, and nothing that leads back to a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.db.base import Base

_UNSEEN = "seen_version <> version"


class Incident(Base):
    __tablename__ = "incident"
    __table_args__ = (
        sa.Index("ix_incident_place", "place", "year"),
        # Of the few that changed since releases were last counted, however many there are.
        sa.Index("ix_incident_unseen", "id", sqlite_where=sa.text(_UNSEEN), postgresql_where=sa.text(_UNSEEN)),
    )

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    decision: orm.Mapped[Decision] = orm.mapped_column(index=True)
    verification: orm.Mapped[Verification]
    bias_strength: orm.Mapped[BiasStrength]
    year: orm.Mapped[int]
    month: orm.Mapped[int | None]
    place: orm.Mapped[str] = orm.mapped_column(sa.String(10))
    """A municipality's code, or one of the words in core.incident and core.places."""
    setting: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    vocabulary_version: orm.Mapped[str] = orm.mapped_column(sa.String(20))
    source: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    """The organisation that alone told of it; None where a person did, or several. For the dominance rule: a cell most
    of which one organisation sent is protected (Hundepool et al. 2012, section 4.2). Never published."""
    proposed_by: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    decided_by: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    accepted_on: orm.Mapped[date | None]
    seen_version: orm.Mapped[int] = orm.mapped_column(default=0, server_default="0")
    """That of the last look for what releases count, see services.counting; no version is 0."""
    series: orm.Mapped[UUID | None] = orm.mapped_column(index=True)
    """The same for incidents that belong together, for example because the same people did them. Never published."""

    codes: orm.Mapped[list[IncidentCode]] = orm.relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it as it is)


class IncidentCode(Base):
    """One code of an incident, of a list that allows several (core.incident.SEVERAL)."""

    __tablename__ = "incident_code"

    incident_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True
    )
    vocabulary: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    code: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)


class SetAside(Base):
    """That one report was set aside, in which quarter and why: it stays when the report is destroyed."""

    __tablename__ = "set_aside"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    quarter: orm.Mapped[str] = orm.mapped_column(sa.String(7), index=True)
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    batch: orm.Mapped[str | None] = orm.mapped_column(sa.String(7), index=True)
    """The quarter whose release counts it, e.g. 2026-Q3; None where none does."""


def incident_with_codes(session: orm.Session, incident: UUID, *, to_change: bool = False) -> Incident | None:
    """`to_change` waits for whoever is changing it just now, and for a draft that is being built of them all."""
    if to_change:
        _lock(session, sa.func.pg_advisory_xact_lock_shared)
    codes = orm.selectinload(Incident.codes)
    return session.get(Incident, incident, options=[codes], with_for_update=to_change, populate_existing=to_change)


def unseen() -> sa.TextClause:
    """That an incident changed since the last look, in the words of the index (_UNSEEN): so that it is found in it."""
    return sa.text("incident.seen_version <> incident.version")


def hold_incidents(session: orm.Session) -> None:
    """Let none be changed until this transaction ends, so that what is read of them now is so then."""
    _lock(session, sa.func.pg_advisory_xact_lock)


def _lock(session: orm.Session, lock: Callable[[int], sa.ColumnElement[None]]) -> None:
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
        session.execute(sa.select(lock(710002)))


def codes_of(incident: Incident, vocabulary: str) -> frozenset[str]:
    return frozenset(row.code for row in incident.codes if row.vocabulary == vocabulary)
