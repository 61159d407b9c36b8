"""What the desk can begin a message to a reporter with, in the language of their form.

Variables are filled in from codes alone, never from what a reporter wrote.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from incidents.core.languages import BY_TAG, fallbacks
from incidents.core.script import to_latin

VARIABLES = frozenset({"places", "bodies", "reason", "help"})
"""Names of municipalities, names of bodies, why a report was set aside, and what the page of help is called."""
SETTLED = "settled"
"""The situation that takes a report which rests on an incident."""
NEVER_SAID = frozenset({"abuse", "test", "withdrawn"})
"""Reasons of setting aside that no reporter is told: they would hurt whoever is honest."""


class Use(enum.Enum):
    QUESTION = "question"
    """The report then waits for an answer."""
    NOTICE = "notice"


@dataclass(frozen=True)
class Phrase:
    situation: str
    use: Use
    texts: Mapping[str, str]
    """By tag of the language."""
    reviewed: frozenset[str] = frozenset()
    """Languages in which a native speaker has read it."""


@dataclass(frozen=True)
class Filled:
    """A phrase in one language, ready to be changed and sent."""

    text: str
    tag: str
    is_reviewed: bool


def variables(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def fill(phrase: Phrase, tag: str, values: Mapping[str, str]) -> Filled | None:
    """The phrase in this language, or in the one that stands in for it; None where a variable has nothing to say."""
    written, source = next(_written(phrase, tag))
    text = phrase.texts[source]
    if not all(values.get(name) for name in variables(text)):
        return None
    shown = to_latin(text) if source != written else text
    return Filled(shown.format_map(values), written, source in phrase.reviewed)


def _written(phrase: Phrase, tag: str) -> Iterator[tuple[str, str]]:
    """The languages that can be shown for this one, best first, and the text that each is made from."""
    for language in fallbacks(BY_TAG[tag]):
        source = language.derived_from or language.tag
        if source in phrase.texts:
            yield language.tag, source
