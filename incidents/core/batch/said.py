"""Sentences about a table, kept with their values: a command says them in English, a page in its reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Say = Callable[[str], str]
"""The same text in the reader's language, e.g. gettext."""


@dataclass(frozen=True)
class Said:
    text: str
    values: Mapping[str, object]

    def by(self, say: Say) -> str:
        return say(self.text) % self.values

    def __str__(self) -> str:
        return self.by(str)


def said(text: str, **values: object) -> Said:
    return Said(text, values)


def marked(text: str) -> str:
    """Leaves a text as it is, so that it is found for translation."""
    return text
