"""A release that is built and not yet published can be taken back: what it counts changed, or another is built."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.db import audit
from incidents.db.release import Release, ReleaseCell, ReleaseFile, ReleaseSignature, ReleaseState
from incidents.services import counting


def drop_draft(session: Session, quarter: str, *, actor: str, now: datetime) -> bool:
    """Take back the draft of a quarter, so that what it counts can change; False if there is none."""
    draft = session.scalar(
        sa.select(Release).where(
            Release.state == ReleaseState.BUILT, Release.quarter == quarter, Release.added_table.is_(None)
        )
    )
    if draft is None:
        return False
    number, digest = draft.number, draft.digest
    replace_draft(session)
    record_release(session, "drop_release", number, digest, actor=actor, now=now)
    return True


def replace_draft(session: Session) -> None:
    """Take back what was built and is not published, and the batches it gave: there is one draft at most."""
    draft = session.scalar(sa.select(Release).where(Release.state == ReleaseState.BUILT).with_for_update())
    if draft is None:
        return
    if draft.added_table is None:
        counting.give_back(session, draft.quarter)
    for part in (ReleaseFile, ReleaseSignature, ReleaseCell):
        session.execute(sa.delete(part).where(part.release_number == draft.number))
    session.delete(draft)
    session.flush()


def record_release(session: Session, action: str, number: int, digest: bytes, *, actor: str, now: datetime) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"release:{number}", after=digest.hex())
