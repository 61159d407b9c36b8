"""The letter with which a report is passed on: what it says, and what must hold before anybody reads or prints it.

It is drawn anew each time and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core import referral as rules
from incidents.core.incident import Decision
from incidents.core.referral import Basis
from incidents.core.report import Report
from incidents.db.referral import Referral
from incidents.services.deidentify import Deidentified
from incidents.services.settled import show_incident


class Hindered(Exception):
    """What stands in the way of passing a report on."""


class NoConsent(Hindered):
    """The reporter did not agree that this body gets the report."""


class NoSummary(Hindered):
    """Nobody has written what would be sent."""


class Identifies(Hindered):
    """What would be sent may still identify somebody; `words` are what in it."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(len(words))
        self.words = words


@dataclass(frozen=True)
class Facts:
    """What a letter may say besides the summary: codes, as settled, or as reported where nothing is settled yet."""

    acts: frozenset[str]
    grounds: frozenset[str]
    year: int | None
    month: int | None
    place: str
    """A code of places; empty for none."""
    is_settled: bool


@dataclass(frozen=True)
class Letter:
    recipient: str
    basis: Basis
    reference: str
    """Keyed, so that an answer can be matched and nobody else can."""
    summary: str
    facts: Facts


def letter_of(
    session: Session, row: Referral, incident: UUID | None, content: Report, summary: Deidentified, *, pepper: bytes
) -> Letter:
    """What would be sent of a report that rests on `incident`. Raises NoConsent, NoSummary, Identifies."""
    basis = _checked(row, content)
    if not summary.summary:
        raise NoSummary
    if summary.left_in_summary:
        raise Identifies(summary.left_in_summary)
    reference = sealing.reference_of(row.id, pepper)
    return Letter(row.recipient, basis, reference, summary.summary, _facts(session, incident, content))


def _checked(row: Referral, content: Report) -> Basis:
    """Why it may be sent. What the form says is read anew; what a member read or answers for was checked then.

    Raises NoConsent.
    """
    if row.basis is None or (row.basis is Basis.FORM and not rules.agrees(content, row.recipient)):
        raise NoConsent
    return row.basis


def _facts(session: Session, incident: UUID | None, content: Report) -> Facts:
    """As two members settled it; what one alone proposed is not passed on as settled."""
    if incident is not None:
        found = show_incident(session, incident)
        if found.decision is Decision.ACCEPTED:
            settled = found.settlement
            return Facts(settled.acts, settled.grounds, settled.year, settled.month, settled.place, True)
    # Never the day: a month is enough for whoever gets it, and says less about who was where.
    told = (content.day or content.month or content.year).split("-")
    year = int(told[0]) if told[0] else None
    month = int(told[1]) if len(told) > 1 else None
    return Facts(content.acts, content.grounds, year, month, content.area, False)
