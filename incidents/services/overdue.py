"""How many reports wait too long: told by numbers alone, also where nothing can be opened."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.incident import Handling
from incidents.core.upkeep import OVERDUE
from incidents.db.report import Report

_WAITING = (Handling.RECEIVED, Handling.QUARANTINED, Handling.IN_TRIAGE)


def overdue(session: Session, *, today: date) -> int:
    query = sa.select(sa.func.count()).where(Report.handling.in_(_WAITING), Report.received_on < today - OVERDUE)
    return session.scalars(query).one()
