"""The languages of the site: tag, script, plural rule, formats, and which one a visitor gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    tag: str
    """Stands in the URL and in `html lang` (BCP 47)."""
    endonym: str
    formats: str
    """Babel locale for dates and numbers; not every language has one of its own."""
    derived_from: str | None = None
    """Tag of the language whose texts this one shows in Latin script."""
    falls_back_to: str | None = None


LANGUAGES: tuple[Language, ...] = (
    Language("sr-Cyrl", "српски (ћирилица)", "sr_Cyrl_RS"),
    Language("sr-Latn", "srpski (latinica)", "sr_Latn_RS", derived_from="sr-Cyrl"),
    Language("hu", "magyar", "hu", falls_back_to="sr-Latn"),
    Language("en", "English", "en_GB"),
)
BY_TAG = {language.tag: language for language in LANGUAGES}
DEFAULT = BY_TAG["sr-Cyrl"]

# What browsers in the region send, as prefixes, longest first. A country alone never decides:
# `hu-RS` is Hungarian and `sr-RS` says nothing of a script, so the official one is offered.
_ACCEPTED = (
    ("sr-latn", "sr-Latn"),
    ("sr-cyrl", "sr-Cyrl"),
    ("sr-me", "sr-Latn"),
    ("sr", "sr-Cyrl"),
    ("sh", "sr-Latn"),
    ("hbs", "sr-Latn"),
    ("cnr", "sr-Latn"),
    ("bs", "sr-Latn"),
    ("hr", "sr-Latn"),
    ("hu", "hu"),
    ("en", "en"),
)


def negotiate(wanted: Sequence[str]) -> Language:
    """The language for a visitor whose browser wants these tags, best first."""
    for tag in wanted:
        lower = tag.lower()
        for prefix, ours in _ACCEPTED:
            if lower == prefix or lower.startswith(prefix + "-"):
                return BY_TAG[ours]
    return DEFAULT
