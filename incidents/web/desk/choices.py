"""Fields that choose codes of the vocabulary, with what each code is read as by others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, SelectMultipleField

from incidents.core.readings import covers, reads
from incidents.core.report import NOT_SURE
from incidents.core.vocabulary import Term
from incidents.web.desk.shown import named
from incidents.web.platform import platform

_Choice = tuple[Any, str, bool, dict[str, str]]
"""Value, text, whether it is chosen, and what it is read as by others."""


class Ticks(SelectMultipleField):
    listed = ""
    """The list of the vocabulary that its choices come from."""

    def offer(self, listed: str) -> None:
        """Let a member choose the codes of a list."""
        self.listed = listed
        self.choices = _read_choices(_settled(platform().vocabulary.of(listed)))

    def pre_validate(self, form: Any) -> None:
        """Unknown codes are left to the rules."""

    def open_choices(self) -> list[_Choice]:
        """Those that are ticked, which stand in sight."""
        return [choice for choice in self.iter_choices() if choice[2]]

    def other_choices(self) -> list[_Choice]:
        return [choice for choice in self.iter_choices() if not choice[2]]


class Pick(SelectField):
    listed = ""
    """The list of the vocabulary that its choices come from; empty where they are no codes."""

    def offer(self, listed: str, *, without: str = "") -> None:
        """Let a member choose one code of a list."""
        self.listed = listed
        terms = platform().vocabulary.of(listed)
        self.choices = [("", "–", {}), *_read_choices(term for term in terms if term.code != without)]

    def codes(self) -> list[tuple[str, str]]:
        """What can be chosen, but for choosing nothing."""
        return [(str(value), text) for value, text, _chosen, _attributes in self.iter_choices() if value]

    def pre_validate(self, form: Any) -> None:
        """Unknown codes are left to the rules."""


def _read_choices(terms: Iterable[Term]) -> list[tuple[str, str, dict[str, str]]]:
    """Codes with what each is read as, so that a script can show it at once."""
    terms, vocabulary = list(terms), platform().vocabulary
    return [
        (
            term.code,
            named(term),
            {
                "reads": " ".join(reads(vocabulary, term.vocabulary, term.code)),
                "covers": " ".join(covers(vocabulary, term.vocabulary, term.code)),
            },
        )
        for term in terms
    ]


def _settled(terms: list[Term]) -> list[Term]:
    """What a member can settle on: not that the reporter was not sure."""
    return [term for term in terms if term.code != NOT_SURE]
