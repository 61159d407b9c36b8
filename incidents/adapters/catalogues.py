"""Message catalogues and labels in every language of the site, read from the .po files.

sr-Latn is not written by hand: it is sr-Cyrl in Latin letters. English is the message ids themselves.
Texts that only the desk shows stand in a catalogue of their own, which the languages of the desk have.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from babel import support
from babel.messages import pofile
from babel.messages.catalog import Catalog

from incidents.core.definitions import Definition
from incidents.core.languages import BY_TAG, Language
from incidents.core.script import to_latin
from incidents.core.vocabulary import Term
from incidents.resources import folder


class Catalogue(support.Translations):
    """One language's messages.

    Not through .mo files: Babel drops the plural rule of a language it does not know.
    """

    def __init__(self, paths: Sequence[Path], *, in_latin: bool = False) -> None:
        super().__init__()
        shown: Callable[[str], str] = to_latin if in_latin else str
        self._catalog: dict[str | tuple[str, int], str] = {}
        for path in paths:
            messages = _read(path)
            self.plural = cast(Any, gettext.c2py(messages.plural_expr))
            self._add(messages, shown)

    def _add(self, messages: Catalog, shown: Callable[[str], str]) -> None:
        for message in messages:
            if not message.id or not message.string or message.fuzzy:
                continue
            singular = message.id if isinstance(message.id, str) else message.id[0]
            key = f"{message.context}\x04{singular}" if message.context else singular
            if isinstance(message.string, str):
                self._catalog[key] = shown(message.string)
            else:
                self._catalog |= {(key, n): shown(text) for n, text in enumerate(message.string)}


_FILES = {"messages": ("messages", "desk"), "vocabulary": ("vocabulary",), "definitions": ("definitions",)}
"""The files of a domain; a language that the desk does not speak lacks the desk's."""


@cache
def catalogue(tag: str, domain: str) -> support.NullTranslations:
    """The catalogue of one language with its fallbacks. `domain` is "messages", "vocabulary" or "definitions"."""
    language = BY_TAG[tag]
    paths = [path for name in _FILES[domain] if (path := _written(language) / f"{name}.po").exists()]
    if not paths:
        return support.NullTranslations()
    found = Catalogue(paths, in_latin=language.derived_from is not None)
    if language.falls_back_to:
        found.add_fallback(catalogue(language.falls_back_to, domain))
    return found


@cache
def label(term: Term, tag: str) -> str:
    """What a code is called in one language."""
    return str(catalogue(tag, "vocabulary").pgettext(term.key, term.label_en))


def meaning(definition: Definition, tag: str) -> tuple[str, ...]:
    """What a code means in one language of the desk: definition, example, example near the border."""
    texts = catalogue(tag, "definitions")
    return tuple(
        str(texts.pgettext(context, text))
        for context, text in zip(definition.contexts(), definition.texts(), strict=True)
    )


@dataclass(frozen=True)
class Review:
    """How many of a language's public texts a native speaker has read and found right."""

    checked: int
    all: int


@cache
def review_of(tag: str) -> Review | None:
    """Of all texts that the public sees, those with a translator's comment that begins with "reviewed".

    None for English: it has no catalogue, because it stands in the message ids.
    """
    paths = [_written(BY_TAG[tag]) / f"{name}.po" for name in ("messages", "vocabulary")]
    if not paths[0].exists():
        return None
    messages = [message for path in paths for message in _read(path) if message.id]
    checked = [message for message in messages if any(note.startswith("reviewed") for note in message.user_comments)]
    return Review(len(checked), len(messages))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file)


def _written(language: Language) -> Path:
    return folder("translations") / (language.derived_from or language.tag) / "LC_MESSAGES"
