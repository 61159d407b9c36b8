"""Corrections: what turns out otherwise after a release counted it. Published figures stay, the next release tells."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from incidents.core.incident import is_counted
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.vocabulary import Vocabulary
from incidents.db.incident import Incident
from incidents.db.release import Correction, CountedIncident, batches_of
from incidents.services.counting import as_texts, counted
from incidents.services.drafts import drop_draft

WITHDRAWN = "withdrawn"
"""The kind of correction that takes an incident out of what happened."""
_KINDS = {
    "area": "place",
    "ground": "ground",
    "act": "act",
    "verification": "verification",
    "gender": "victim",
    "age": "victim",
    "setting": "other",
    "reported": "other",
    "delay": "other",
}
"""What a correction is called by the dimension that changed; of several the first here stands for it."""


def note_correction(
    session: Session, row: Incident, *, vocabulary: Vocabulary, places: Places, actor: str, now: datetime
) -> None:
    """Keep what is wrong with how a published release counts an incident settled anew; nothing if all is right.

    One correction an incident waits for the next release at most: what is settled last is told.
    """
    if (frozen := _frozen(session, row)) is not None:
        _replace(session, row, _kind(row, frozen, vocabulary, places), actor, now)


def note_withdrawal(session: Session, row: Incident, *, actor: str, now: datetime) -> None:
    """Keep that an incident which a published release counts is one no more."""
    if _frozen(session, row) is not None:
        _replace(session, row, WITHDRAWN, actor, now)


def _frozen(session: Session, row: Incident) -> CountedIncident | None:
    """How a release counts the incident; None where none does."""
    if not batches_of(session, [row.id]):
        return None
    own = sa.select(CountedIncident).where(CountedIncident.incident_id == row.id)
    return session.scalar(own.options(joinedload(CountedIncident.line)))


def _replace(session: Session, row: Incident, kind: str, actor: str, now: datetime) -> None:
    """Let this be the correction of the incident that waits for a release; none if `kind` is empty."""
    for waiting in session.scalars(sa.select(Correction).where(Correction.incident_id == row.id)):
        if waiting.batch is None or drop_draft(session, waiting.batch, actor=actor, now=now):
            session.delete(waiting)
    if kind:
        quarter = str(Quarter.of(now.date()))
        session.add(Correction(id=uuid4(), incident_id=row.id, kind=kind, quarter=quarter))
    session.flush()


def _kind(row: Incident, frozen: CountedIncident, vocabulary: Vocabulary, places: Places) -> str:
    """The code of `correction` for what changed; empty where nothing that is counted did."""
    if not is_counted(row.verification):
        return WITHDRAWN
    codes: dict[str, set[str]] = {}
    for code in row.codes:
        codes.setdefault(code.vocabulary, set()).add(code.code)
    now = as_texts(counted(row, codes, Quarter.parse(frozen.batch), vocabulary, places))
    return next((kind for name, kind in _KINDS.items() if now[name] != getattr(frozen.line, name)), "")
