"""Releases: frozen files, who signed them, and the true counts that later releases have to respect."""

from __future__ import annotations

import enum
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.db.base import Base, Digest


class ReleaseState(enum.Enum):
    BUILT = "built"
    """Made and checked; one or no signature. Not public."""
    PUBLISHED = "published"
    """Signed by two; frozen for good. Public at once, or from the end of its embargo on."""


class Release(Base):
    __tablename__ = "release"

    number: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    quarter: orm.Mapped[str] = orm.mapped_column(sa.String(7), index=True)
    """The newest quarter it counts, e.g. 2026-Q3."""
    added_table: orm.Mapped[str | None] = orm.mapped_column(sa.String(80))
    """The one table that it adds to what is published; None where it counts a quarter for the first time."""
    state: orm.Mapped[ReleaseState]
    built_on: orm.Mapped[date]
    published_on: orm.Mapped[date | None]
    """The day it became public, or will."""
    embargoed_until: orm.Mapped[datetime | None]
    """When it becomes public, if that was announced for later than the second signature."""
    digest: orm.Mapped[Digest]
    """SHA-256 over all files: what the signatures stand for."""


class Announcement(Base):
    """When the figures of a quarter will become public, as everybody was told ahead."""

    __tablename__ = "announcement"

    quarter: orm.Mapped[str] = orm.mapped_column(sa.String(7), primary_key=True)
    public_at: orm.Mapped[datetime] = orm.mapped_column(index=True)
    announced_on: orm.Mapped[date]
    """The day it was last set."""
    moved: orm.Mapped[int]
    """How often it was set to another moment."""


class ReleaseWithdrawal(Base):
    """That a published release is not to be used any more; its files stay. It takes two members."""

    __tablename__ = "release_withdrawal"

    release_number: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("release.number"), primary_key=True)
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    """What kind of mistake it was, by its code."""
    english: orm.Mapped[str] = orm.mapped_column(sa.Text)
    serbian: orm.Mapped[str] = orm.mapped_column(sa.Text)
    """The same sentence for everybody, in Cyrillic letters."""
    replaced_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("release.number"))
    asked_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    approved_by: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"))
    withdrawn_on: orm.Mapped[date | None]
    """None until a second member has approved it."""


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
    subject: orm.Mapped[str] = orm.mapped_column(sa.String(20), primary_key=True)
    """What is counted: a name of core.tables.SUBJECTS."""
    cell: orm.Mapped[str] = orm.mapped_column(sa.String(200), primary_key=True)
    """Canonical key, see core.tables.key_of."""
    count: orm.Mapped[int]
    is_withheld: orm.Mapped[bool]
    is_dominated: orm.Mapped[bool] = orm.mapped_column(default=False)
    """Most of it was told by one organisation, so that it is protected like a small count."""


class CountedLine(Base):
    """How incidents are counted that are alike in every dimension: their codes, once for however many there are."""

    __tablename__ = "counted_line"

    key: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary(16), primary_key=True)
    """Digest of all that stands in it: core.counting.line_key."""
    area: orm.Mapped[str] = orm.mapped_column(sa.String(10))
    ground: orm.Mapped[str] = orm.mapped_column(sa.Text)
    """Several codes are sorted, with core.tables.SEVERAL between them; target, gender and age as well."""
    target: orm.Mapped[str] = orm.mapped_column(sa.Text)
    act: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    setting: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    verification: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    gender: orm.Mapped[str] = orm.mapped_column(sa.Text)
    age: orm.Mapped[str] = orm.mapped_column(sa.Text)
    reported: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    delay: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    source: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    """As that of the incidents, when they were counted."""


class CountedIncident(Base):
    """An incident as a release counts it: its line, frozen when its quarter is built.

    Tables are counted from these rows alone: an incident settled anew later changes nothing that was published. Rows
    of a quarter that is not published yet are brought up to date by each draft.
    """

    __tablename__ = "counted_incident"
    __table_args__ = (sa.Index("ix_counted_incident_batch", "batch", "line_key"),)

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    incident_id: orm.Mapped[UUID | None] = orm.mapped_column(
        sa.ForeignKey("incident.id", ondelete="SET NULL"), unique=True
    )
    rules: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary(8))
    """What it was counted by: core.counting.rules_digest."""
    batch: orm.Mapped[str] = orm.mapped_column(sa.String(7))
    """The quarter whose release counts it, e.g. 2026-Q3."""
    line_key: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary(16), sa.ForeignKey("counted_line.key"), index=True)
    line: orm.Mapped[CountedLine] = orm.relationship(lazy="raise")


class ReceivedReports(Base):
    """How many reports came since the release before, and where they stood when the release of `batch` was built."""

    __tablename__ = "received_reports"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    batch: orm.Mapped[str] = orm.mapped_column(sa.String(7), index=True)
    standing: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    reports: orm.Mapped[int]


class Correction(Base):
    """That an incident of a published release was settled anew, or is one no more; what was wrong, and when."""

    __tablename__ = "correction"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    incident_id: orm.Mapped[UUID | None] = orm.mapped_column(
        sa.ForeignKey("incident.id", ondelete="SET NULL"), index=True
    )
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    quarter: orm.Mapped[str] = orm.mapped_column(sa.String(7), index=True)
    batch: orm.Mapped[str | None] = orm.mapped_column(sa.String(7), index=True)
    """The quarter whose release tells of it."""


def batches_of(session: orm.Session, incidents: Collection[UUID]) -> dict[UUID, str]:
    """By incident, the quarter whose release counts it, whether published or a draft; others are not there."""
    stands = sa.exists().where(Release.quarter == CountedIncident.batch, Release.added_table.is_(None))
    found = session.execute(
        sa.select(CountedIncident.incident_id, CountedIncident.batch).where(
            CountedIncident.incident_id.in_(incidents), stands
        )
    )
    return {incident: batch for incident, batch in found if incident is not None}
