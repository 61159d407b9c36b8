"""What was destroyed or withdrawn stays so when a backup of before is restored.

The audit trail names what is gone, and goes back with the database. So regular work copies that to a list outside of it
(adapters.erased_list), and restoring takes off again what stands on the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.sealing import tag_of_erased
from incidents.core.audit import DESTROY_FILES, DESTROY_REPORT, WITHDRAW_REPORT
from incidents.db.audit import AuditEntry
from incidents.db.report import Report, SentFile
from incidents.services import destruction, withdrawal
from incidents.services.retention import STEP

_KINDS = (WITHDRAW_REPORT, DESTROY_REPORT, DESTROY_FILES)
_BEFORE_ID = "report:"


@dataclass(frozen=True)
class Again:
    """What restoring took off once more."""

    reports: int = 0
    withdrawn: int = 0
    files_of: int = 0
    """Reports that lost their files only."""

    @property
    def is_any(self) -> bool:
        return bool(self.reports or self.withdrawn or self.files_of)


def tags(session: Session, pepper: bytes) -> frozenset[str]:
    """Of all that the audit trail says is gone: a tag each, which without the pepper stands for nothing."""
    rows = session.execute(
        sa.select(AuditEntry.action, AuditEntry.subject).where(
            AuditEntry.action.in_(_KINDS), AuditEntry.subject.startswith(_BEFORE_ID)
        )
    )
    return frozenset(tag_of_erased(row.action, UUID(row.subject.removeprefix(_BEFORE_ID)), pepper) for row in rows)


def take_off(session: Session, listed: Set[str], *, pepper: bytes, now: datetime) -> Again:
    """Destroy and withdraw again what is on the list and came back with a backup. Figures stay, as they did then."""
    destroyed = list(_on_list(session, DESTROY_REPORT, listed, pepper))
    withdrawn = list(_on_list(session, WITHDRAW_REPORT, listed, pepper))
    for some in _steps(destroyed):
        destruction.destroy_again(session, some, pepper=pepper, now=now)
    for report in withdrawn:
        withdrawal.take_back(session, session.get_one(Report, report), today=now.date(), pepper=pepper)
    without_files = list(_on_list(session, DESTROY_FILES, listed, pepper, having_files=True))
    for some in _steps(without_files):
        destruction.destroy_files_again(session, some, now=now)
    return Again(len(destroyed), len(withdrawn), len(without_files))


def _steps(reports: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Not more in one statement than any database takes."""
    for start in range(0, len(reports), STEP):
        yield reports[start : start + STEP]


def _on_list(
    session: Session, kind: str, listed: Set[str], pepper: bytes, *, having_files: bool = False
) -> Iterator[UUID]:
    query = sa.select(Report.id).order_by(Report.id)
    if having_files:
        query = query.where(sa.exists().where(SentFile.report_id == Report.id))
    for report in session.scalars(query).all():
        if tag_of_erased(kind, report, pepper) in listed:
            yield report
