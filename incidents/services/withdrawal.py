"""A reporter takes their report back: it is deleted with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core.audit import REPORTER, WITHDRAW_REPORT
from incidents.core.incident import DECISION, Decision, step
from incidents.core.periods import Quarter
from incidents.core.receipt import ReceiptCode
from incidents.db.audit import record
from incidents.db.coding import ReturnNote
from incidents.db.incident import Incident, SetAside, incident_with_codes
from incidents.db.release import batches_of
from incidents.db.report import Report, rests_on_reports
from incidents.db.twins import RuledOut
from incidents.services.drafts import drop_draft
from incidents.services.receipts import row_of


def withdraw_report(session: Session, code: ReceiptCode, *, today: date, pepper: bytes) -> None:
    """Delete a report, its messages and its files. Of it stays that one was withdrawn, and the day.

    Releases count it among the reports that were set aside, unless they tell of it already: set aside before, or in an
    incident that stays. The incident made from it stays if another report rests on it, or if a published release counts
    it: it holds nothing of what was said. Otherwise it is withdrawn too, and a draft that counts it falls.
    Raises services.receipts.UnknownCode.
    """
    take_back(session, row_of(session, code, pepper=pepper, to_change=True), today=today, pepper=pepper)


def take_back(session: Session, row: Report, *, today: date, pepper: bytes) -> None:
    """As `withdraw_report`, of a report that is at hand."""
    incident = incident_with_codes(session, row.incident_id, to_change=True) if row.incident_id else None
    report, before = row.id, row.handling.value
    is_told = row.set_aside_reason is not None
    session.delete(row)
    session.flush()
    forget_pairs(session, [report], pepper)
    # No time of day: it would tell when somebody was at their phone.
    at = datetime.combine(today, time.min, UTC)
    record(session, at=at, actor=REPORTER, action=WITHDRAW_REPORT, subject=f"report:{report}", before=before)
    if incident is not None:
        _let_go(session, incident, at)
    if not is_told and (incident is None or incident.decision is Decision.WITHDRAWN):
        session.add(SetAside(id=uuid4(), quarter=str(Quarter.of(today)), reason="withdrawn"))
        session.flush()


def forget_pairs(session: Session, reports: Collection[UUID], pepper: bytes) -> None:
    """What was ruled out of these goes with them; what they were ruled out of is found by the keyed hash alone."""
    if not reports:
        return
    for pair in session.scalars(sa.select(RuledOut)).all():
        if any(pair.tag == sealing.tag_of_pair(pair.report_id, report, pepper) for report in reports):
            session.delete(pair)
    session.flush()


def _let_go(session: Session, incident: Incident, at: datetime) -> None:
    # It may hold words of what was said.
    session.execute(sa.delete(ReturnNote).where(ReturnNote.incident_id == incident.id))
    before = incident.decision
    if not rests_on_reports(session, incident.id) and before is not Decision.WITHDRAWN:
        for batch in batches_of(session, [incident.id]).values():
            drop_draft(session, batch, actor=REPORTER, now=at)
        if not batches_of(session, [incident.id]):  # no published one either
            incident.decision = step(DECISION, before, Decision.WITHDRAWN)
            session.flush()
    record(
        session,
        at=at,
        actor=REPORTER,
        action=WITHDRAW_REPORT,
        subject=f"incident:{incident.id}",
        before=before.value,
        after=incident.decision.value,
    )
