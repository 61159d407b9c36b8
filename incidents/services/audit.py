"""The audit trail for its readers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from incidents.core.audit import Entry, first_break
from incidents.db.audit import entries


def newest_entries(session: Session, *, most: int) -> tuple[list[Entry], int | None]:
    """The newest entries, newest first, and the number of the first one that breaks the chain, if any does."""
    chain = list(entries(session))
    return [entry for entry, _ in chain[: -most - 1 : -1]], first_break(chain)
