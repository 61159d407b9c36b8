"""The audit trail as a chain: each entry carries the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

START = b"\0" * 32
REPORTER = "reporter"
"""The actor where somebody acts with a receipt code, who has no name here."""
WITHDRAW_REPORT = "withdraw_report"
"""The only thing that a reporter does in the trail; on the report, and on the incident that rested on it."""
DESTROY_REPORT = "destroy_report"
DESTROY_FILES = "destroy_files"
"""What regular work does for the two who signed a batch, once for each report."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who did what to which, when, why. Never holds a word of a report."""

    number: int
    at: datetime
    """UTC, to the minute; to the day where a reporter acted."""
    actor: str
    action: str
    subject: str
    before: str = ""
    after: str = ""
    reason: str = ""

    @property
    def is_by_reporter(self) -> bool:
        return self.actor == REPORTER


def link(entry: Entry, previous: bytes) -> bytes:
    """The hash of an entry that follows the one with hash `previous` (BLAKE2b, 32 bytes)."""
    values = [
        entry.number,
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.before,
        entry.after,
        entry.reason,
    ]
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(previous + text.encode(), digest_size=32).digest()


def first_break(chain: Iterable[tuple[Entry, bytes]]) -> int | None:
    """The number of the first entry that does not follow from those before it; None for a whole chain."""
    previous, expected = START, 1
    for entry, digest in chain:
        if entry.number != expected or link(entry, previous) != digest:
            return expected
        previous, expected = digest, expected + 1
    return None
