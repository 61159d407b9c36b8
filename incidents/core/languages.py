"""The languages of the site: tag, script, plural rule, formats, and which one a visitor gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    is_at_desk: bool = False
    """Whether the desk, too, speaks it; the public pages speak all."""


LANGUAGES: tuple[Language, ...] = (
    Language("sr-Cyrl", "српски (ћирилица)", "sr_Cyrl_RS", is_at_desk=True),
    Language("sr-Latn", "srpski (latinica)", "sr_Latn_RS", derived_from="sr-Cyrl", is_at_desk=True),
    Language("hu", "magyar", "hu", falls_back_to="sr-Latn", is_at_desk=True),
    Language("sq", "shqip", "sq", falls_back_to="sr-Latn"),
    Language("bs", "bosanski", "bs", falls_back_to="sr-Latn"),
    Language("hr", "hrvatski", "hr", falls_back_to="sr-Latn"),
    Language("rom", "romani čhib", "sr_Latn_RS", falls_back_to="sr-Latn"),
    Language("ro", "română", "ro", falls_back_to="sr-Latn"),
    Language("sk", "slovenčina", "sk", falls_back_to="sr-Latn"),
    Language("rsk", "руски язик (русински)", "sr_Cyrl_RS", falls_back_to="sr-Cyrl"),
    Language("bg", "български", "bg", falls_back_to="sr-Cyrl"),
    Language("mk", "македонски", "mk", falls_back_to="sr-Cyrl"),
    Language("en", "English", "en_GB", is_at_desk=True),
)
BY_TAG = {language.tag: language for language in LANGUAGES}
AT_DESK = tuple(language for language in LANGUAGES if language.is_at_desk)
DEFAULT = BY_TAG["sr-Cyrl"]

# What phones in the region send, longest prefix first. A country alone decides nothing: `hu-RS` is Hungarian, `sq-XK`
# Albanian. `sr-RS` says nothing of a script, so the official one is offered. Retired and neighbouring tags (ISO 639-3):
# `sh`, `hbs`, `srp`; `cnr` (Montenegrin); `rue` (Rusyn as browsers name it); `rmn`, `rmc`, `rmy` (Romani).
_ACCEPTED = (
    ("sr-latn", "sr-Latn"),
    ("sr-cyrl", "sr-Cyrl"),
    ("sr-me", "sr-Latn"),
    ("sr", "sr-Cyrl"),
    ("srp", "sr-Cyrl"),
    ("sh-cyrl", "sr-Cyrl"),
    ("sh", "sr-Latn"),
    ("hbs", "sr-Latn"),
    ("cnr-cyrl", "sr-Cyrl"),
    ("cnr", "sr-Latn"),
    ("rue", "rsk"),
    ("rmn", "rom"),
    ("rmc", "rom"),
    ("rmy", "rom"),
    ("mo", "ro"),
    *((language.tag, language.tag) for language in LANGUAGES if "-" not in language.tag),
)


def fallbacks(language: Language) -> Iterator[Language]:
    """The language itself, and those whose texts stand in where it has none."""
    yield language
    if language.falls_back_to:
        yield from fallbacks(BY_TAG[language.falls_back_to])


def at_desk(language: Language) -> Language:
    """The language that the desk speaks to somebody who reads this one."""
    return next(one for one in fallbacks(language) if one.is_at_desk)


def negotiate(wanted: Sequence[str]) -> Language:
    """The language for a visitor whose browser wants these tags, best first."""
    for tag in wanted:
        lower = tag.lower()
        for prefix, ours in _ACCEPTED:
            if lower == prefix or lower.startswith(prefix + "-"):
                return BY_TAG[ours]
    return DEFAULT
