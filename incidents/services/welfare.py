"""How many hard reports a member opened lately: counted anew from the audit trail each time, and kept nowhere.

The trail has who took which report since there has been one; whether a report is hard is read in the report, by the
member's own key. What is deleted is counted no more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.periods import in_serbia
from incidents.core.vocabulary import Vocabulary
from incidents.core.welfare import Exposure, exposure, hard_acts
from incidents.db import report as stored
from incidents.db.audit import subjects_of
from incidents.services.accounts import Member
from incidents.services.memory import Recall
from incidents.services.queue import is_hard, open_gists

_TAKING = ("take", "take_over")
_SHELF = "hard"
_REPORT = "report:"


def exposure_of(session: Session, member: Member, *, recall: Recall, vocabulary: Vocabulary, now: datetime) -> Exposure:
    """For the member alone: nobody else is told."""
    local = in_serbia(now)
    monday = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=local.weekday())
    taken = [
        (UUID(subject.removeprefix(_REPORT)), in_serbia(at).date())
        for subject, at in subjects_of(session, member.name, _TAKING, since=monday.astimezone(UTC))
    ]
    acts = hard_acts(vocabulary)
    row = stored.Report
    query = sa.select(stored.ID_AS_TEXT, row.version, row.epoch).where(row.id.in_({report for report, _day in taken}))
    rows = session.execute(query).all()
    gists = open_gists(session, rows, member, shelf=_SHELF, recall=recall, area_of=lambda _place: "")
    hard = {UUID(report) for report, gist in gists.items() if is_hard(gist, acts)}
    opened = [(str(report), day) for report, day in taken if report in hard]
    return exposure(opened, today=local.date())
