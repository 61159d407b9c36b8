"""How the questions are put: as most people read them, in the easiest words, and read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from incidents.web.texts import lazy_gettext as _


@dataclass(frozen=True)
class Wording:
    hints: Mapping[str, str]
    """By the name of a field, what helps to answer it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """By the name of a field, its question where it is put otherwise."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """By the name of a field, the list that has easier words for some of its codes."""


_EASIER = {"acts": "easy_act", "grounds": "easy_ground"}


PLAIN = Wording(
    hints={
        "acts": _("Tick all that fit."),
        "grounds": _("Because of what you are, or what they took you for. Tick all that fit."),
        "targets": _("You may leave this empty."),
        "indicators": _("You may leave this empty."),
        "when": _("As well as you know."),
        "month": _("Year-month, for example 2026-03. If it goes on: since when. If several times: the last time."),
        "year": _("For example 2025."),
        "when_words": _("For example: around Easter, two summers ago."),
        "link": _("Copy it here, or write what you remember."),
        "place": _("Only the town or village, no street or number. You may leave this empty."),
        "words": _(
            "A few sentences are enough, in any language. Please leave out names, numbers and addresses. "
            "You may leave this empty."
        ),
        "told": _("You may leave this empty."),
        "consents": _("The police and the Commissioner need a signed complaint. We can only prepare one with you."),
    }
)
EASY = Wording(
    choices=_EASIER,
    labels={
        "role": _("Who are you?"),
        "grounds": _("Why did they do it?"),
        "setting": _("Where was it?"),
        "place": _("Which town or village?"),
        "words": _("Tell it in your words."),
        "wish": _("What do you want?"),
    },
    hints={
        "role": _("Choose one."),
        "acts": _("You can tick more than one."),
        "grounds": _("What do you think? You can tick more than one."),
        "when": _("It is fine if you do not know."),
        "month": _("Month and year."),
        "year": _("For example 2025."),
        "setting": _("Choose one."),
        "place": _("You can skip this."),
        "words": _("Write as you speak. Please write no names. You can skip this."),
        "wish": _("Choose one."),
        "consents": _("They help only if you sign. We can help you with that."),
    },
)
ALOUD = Wording(
    choices=_EASIER,
    labels={name: text for name, text in EASY.labels.items() if name != "wish"},
    hints={
        "acts": _("You can name more than one."),
        "grounds": _("You can name more than one."),
        "indicators": _("You can name more than one."),
        "when": _("It is fine if you do not know."),
        "month": _("Month and year."),
        "year": _("For example 2025."),
        "place": _("You can skip this."),
        "words": _("Tell it as you like. Please tell me no names. You can skip this."),
        "told": _("You can skip this."),
        "consents": _("They help only if you sign. We can help you with that."),
    },
)
