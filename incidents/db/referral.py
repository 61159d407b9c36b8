"""That a report was passed on, to which body, when and what came of it. Never what was written."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from incidents.core.incident import Referral as State
from incidents.core.referral import Basis, Outcome
from incidents.db.base import Base


class Referral(Base):
    __tablename__ = "referral"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    report_id: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"), index=True)
    recipient: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    """A code of `referral_body`."""
    state: orm.Mapped[State] = orm.mapped_column(index=True)
    basis: orm.Mapped[Basis | None]
    """None until it is known why it may be sent."""
    proposed_by: orm.Mapped[UUID] = orm.mapped_column(sa.ForeignKey("member.id"))
    sent_on: orm.Mapped[date | None]
    remind_on: orm.Mapped[date | None]
    outcome: orm.Mapped[Outcome | None]
    outcome_on: orm.Mapped[date | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it as it is)


def referrals_of(session: orm.Session, report: UUID) -> list[Referral]:
    query = sa.select(Referral).where(Referral.report_id == report)
    return list(session.scalars(query.order_by(Referral.recipient, Referral.id)))
