"""Forms of passing reports on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, SelectField, SelectMultipleField

from incidents.core.languages import BY_TAG, Language
from incidents.core.referral import Outcome, Why
from incidents.web.desk.forms import ActForm
from incidents.web.desk.letters import PARTS
from incidents.web.desk.referral_words import OUTCOMES, WHYS
from incidents.web.help.forms import SCRIPTS
from incidents.web.platform import platform
from incidents.web.texts import lazy_gettext as _

_IN_HUNGARIAN = "hu"
"""The only minority language that the desk writes; offered to bodies that read it."""


class RecipientForm(ActForm):
    recipient = HiddenField()


class ReferralForm(ActForm):
    """`version` is of the report, `seen` of the referral."""

    seen_referral = HiddenField()

    def seen_version(self) -> int:
        typed = self.seen_referral.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class WhyForm(ReferralForm):
    why = SelectField(_("Why it is passed on without consent"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why.choices = [("", "–"), *((why.value, str(text)) for why, text in WHYS.items())]

    def chosen(self) -> Why | None:
        return next((why for why in Why if why.value == self.why.data), None)


class OutcomeForm(ReferralForm):
    outcome = SelectField(_("What they answered"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [("", "–"), *((one.value, str(text)) for one, text in OUTCOMES.items())]

    def chosen(self) -> Outcome | None:
        return next((one for one in Outcome if one.value == self.outcome.data), None)


class SentForm(ReferralForm):
    went_to = SelectField(_("Which organisation it went to"), validate_choice=False)

    def offer(self, names: Sequence[str]) -> None:
        self.went_to.choices = [("", "–"), *((name, name) for name in names)]


class LetterForm(ReferralForm):
    organisation = SelectField(_("Which organisation it is for"), validate_choice=False)
    parts = SelectMultipleField(_("What it says besides the summary"), validate_choice=False)
    tongue = SelectField(_("Language of the letter"), validate_choice=False)

    def __init__(self, recipient: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts.choices = [(part, str(text)) for part, text in PARTS.items()]
        self._tags = _tongues(recipient)
        self.tongue.choices = [(tag, BY_TAG[tag].endonym, {"lang": tag}) for tag in self._tags]

        self.offer([])

    def offer(self, names: Sequence[str]) -> None:
        self.organisation.choices = [("", "–"), *((name, name) for name in names)]

    def language(self) -> Language:
        return BY_TAG[self.tongue.data if self.tongue.data in self._tags else self._tags[0]]


def _tongues(recipient: str) -> tuple[str, ...]:
    """Serbian for everybody, and Hungarian for a body that reads it."""
    [body] = [body for body in platform().directory.bodies if body.code == recipient]
    reads = body.form_languages | body.official_languages
    return (*SCRIPTS, _IN_HUNGARIAN) if _IN_HUNGARIAN in reads else SCRIPTS
