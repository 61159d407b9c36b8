"""Releases: frozen files, who signed them, and the true counts that later releases have to respect."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base, Digest


class ReleaseState(enum.Enum):
    BUILT = "built"
    """Made and checked; one or no signature. Not public."""
    PUBLISHED = "published"
    """Signed by two; frozen for good."""


class Release(Base):
    __tablename__ = "release"

    number: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    quarter: orm.Mapped[str] = orm.mapped_column(sa.String(7), unique=True)
    """The newest quarter it counts, e.g. 2026-Q3."""
    state: orm.Mapped[ReleaseState]
    built_on: orm.Mapped[date]
    published_on: orm.Mapped[date | None]
    digest: orm.Mapped[Digest]
    """SHA-256 over all files: what the signatures stand for."""


class ReleaseFile(Base):
    __tablename__ = "release_file"

    release_number: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("release.number"), primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(80), primary_key=True)
    media_type: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    content: orm.Mapped[bytes]


class ReleaseSignature(Base):
    __tablename__ = "release_signature"

    release_number: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("release.number"), primary_key=True)
    member_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    signed_at: orm.Mapped[datetime]


class ReleaseCell(Base):
    """The true count behind one cell, and whether it was withheld. Never leaves the database."""

    __tablename__ = "release_cell"

    release_number: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("release.number"), primary_key=True)
    cell: orm.Mapped[str] = orm.mapped_column(sa.String(200), primary_key=True)
    """Canonical key: dimension=code pairs, sorted, totals left out."""
    count: orm.Mapped[int]
    is_withheld: orm.Mapped[bool]
