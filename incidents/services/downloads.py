"""A published release, opened for the formats that are made of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from incidents.core.places import Places
from incidents.core.release import rows_in
from incidents.core.vocabulary import Vocabulary
from incidents.publishing.edition import Edition
from incidents.publishing.words import WORDS
from incidents.services.published import Issue, contents
from incidents.services.wording import Label, words_of


def edition_of(
    session: Session, issue: Issue, *, address: str, vocabulary: Vocabulary, places: Places, label: Label
) -> Edition:
    """`address` is where the interface answers for the release; `label` is adapters.catalogues.label."""
    files = contents(session, issue.number)
    # A release of before words were frozen speaks those of today.
    spoken = files.get(WORDS) or words_of(rows_in(files), vocabulary, places, label)
    return Edition(issue.number, issue.quarter, issue.published_on, files, spoken, address)
