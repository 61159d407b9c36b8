"""Releases: counting what is settled, protecting the counts, freezing the files, signing them, reading them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from incidents.core.accounts import MemberId
from incidents.core.disclosure import Solve
from incidents.core.places import Places
from incidents.core.vocabulary import Term, Vocabulary
from incidents.db.release import ReleaseState

Label = Callable[[Term, str], str]
"""What a term is called in the language with this tag, e.g. adapters.catalogues.label."""


@dataclass(frozen=True, kw_only=True)
class ReleaseSummary:
    number: int
    quarter: str
    state: ReleaseState
    built_on: date
    published_on: date | None
    signed_by: list[MemberId]
    counted: int
    """Incidents that this release counts for the first time."""
    file_names: list[str]


def build_release(
    session: Session,
    *,
    today: date,
    solve: Solve,
    vocabulary: Vocabulary,
    places: Places,
    label: Label,
    actor: str,
    now: datetime,
) -> ReleaseSummary:
    """Count, protect and freeze a draft of the release of the quarter `today` lies in.

    `solve` is adapters.solver.solve, `label` is adapters.catalogues.label, `actor` the name for the audit trail.
    Raises AlreadyPublished if that quarter or a later one is published, core.disclosure.Unprotectable if the
    counts cannot be protected. A draft that stands already is replaced, and signatures under it fall with it.
    """
    raise NotImplementedError


def sign_release(session: Session, number: int, *, member: MemberId, now: datetime) -> ReleaseSummary:
    """Put a member's name under a release; with the second name it is published.

    Raises NotFound, AlreadyPublished, AlreadySigned, and Tampered if the files are not those that were built.
    """
    raise NotImplementedError


def list_releases(session: Session) -> list[ReleaseSummary]:
    """Every release with the draft, newest first. For the desk; readers get `published`."""
    raise NotImplementedError
