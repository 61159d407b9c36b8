"""Invitations to the desk, and what those who came by one will do there once they are let in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.accounts import Role
from incidents.db.base import Base


class Invitation(Base):
    """One link for one person. It stays until they are let in: then they have their roles, and it goes."""

    __tablename__ = "invitation"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(80), unique=True)
    language: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    token_hash: orm.Mapped[bytes | None] = orm.mapped_column(sa.LargeBinary(32), unique=True)
    """Of the link's secret; none once somebody came by it."""
    partner: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    """As of a member."""
    invited_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    expires_at: orm.Mapped[datetime]
    member_id: orm.Mapped[UUID | None] = orm.mapped_column(sa.ForeignKey("member.id"), unique=True)
    """Who came by it and waits to be let in."""

    roles: orm.Mapped[list[InvitationRole]] = orm.relationship(lazy="raise")


class InvitationRole(Base):
    __tablename__ = "invitation_role"

    invitation_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("invitation.id"), primary_key=True)
    role: orm.Mapped[Role] = orm.mapped_column(primary_key=True)
