"""The audit trail as a chain: each entry carries the hash of the one before."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

START = b"\0" * 32
_MOST_GONE = 1_000
"""So many entries that were taken out, and the others numbered anew, are still told from a change."""
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


class Tampering(enum.Enum):
    """What was done to a trail, as far as the rest of it shows."""

    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    CHANGED = "changed"


def tampering_at(chain: Sequence[tuple[Entry, bytes]], number: int) -> Tampering:
    """What happened where a chain breaks; `number` is what `first_break` found, `chain` is in the order of numbers.

    Entries that follow are taken at their word: they show by what their own hashes follow from, also where somebody
    gave them new numbers.
    """
    at = number - 1
    if at >= len(chain) or chain[at][0].number > number:
        return Tampering.REMOVED
    before = chain[at - 1][1] if at else START
    _, digest = chain[at]
    following = chain[at + 1 : at + 2]
    is_copy = [kept for _, kept in chain].count(digest) > 1
    if _stood_elsewhere(chain, at) and not is_copy:
        return Tampering.MOVED
    if is_copy or any(_follows(one, before, number) for one in following):
        return Tampering.INSERTED
    gone = range(number + 2, number + _MOST_GONE)
    if any(_follows(one, digest, later) for one in following for later in gone):
        return Tampering.REMOVED
    return Tampering.CHANGED


def _follows(one: tuple[Entry, bytes], previous: bytes, number: int) -> bool:
    return link(replace(one[0], number=number), previous) == one[1]


def _stood_elsewhere(chain: Sequence[tuple[Entry, bytes]], at: int) -> bool:
    """Whether the entry, as it is, follows from one that it does not stand behind; that one may have moved as well."""
    behind = [(START, 0), *((digest, place) for place, (_, digest) in enumerate(chain, 1))]
    return any(
        _follows(chain[at], previous, number)
        for previous, place in behind
        for number in (place, place + 1, place + 2)
        if number != at + 1
    )
