"""Message catalogues and labels in every language of the site, read from the .po files.

sr-Latn is not written by hand: it is sr-Cyrl in Latin letters. English is the message ids themselves.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

from babel import support
from babel.messages import pofile

from incidents.core.languages import BY_TAG
from incidents.core.script import to_latin
from incidents.core.vocabulary import Term
from incidents.resources import folder


class Catalogue(support.Translations):
    """One language's messages.

    Not through .mo files: Babel drops the plural rule of a language it does not know.
    """

    def __init__(self, path: Path, *, in_latin: bool = False) -> None:
        super().__init__()
        with path.open("rb") as file:
            messages = pofile.read_po(file)
        shown: Callable[[str], str] = to_latin if in_latin else str
        self.plural = cast(Any, gettext.c2py(messages.plural_expr))
        self._catalog: dict[str | tuple[str, int], str] = {}
        for message in messages:
            if not message.id or not message.string or message.fuzzy:
                continue
            singular = message.id if isinstance(message.id, str) else message.id[0]
            key = f"{message.context}\x04{singular}" if message.context else singular
            if isinstance(message.string, str):
                self._catalog[key] = shown(message.string)
            else:
                self._catalog |= {(key, n): shown(text) for n, text in enumerate(message.string)}


@cache
def catalogue(tag: str, domain: str) -> support.NullTranslations:
    """The catalogue of one language with its fallbacks. `domain` is "messages" or "vocabulary"."""
    language = BY_TAG[tag]
    path = folder("translations") / (language.derived_from or tag) / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return support.NullTranslations()
    found = Catalogue(path, in_latin=language.derived_from is not None)
    if language.falls_back_to:
        found.add_fallback(catalogue(language.falls_back_to, domain))
    return found


def label(term: Term, tag: str) -> str:
    """What a code is called in one language."""
    return str(catalogue(tag, "vocabulary").pgettext(term.key, term.label_en))
