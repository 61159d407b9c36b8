"""The forms that set the day of a release, and that ask for one to be withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import SelectField, StringField, TextAreaField

from incidents.core.periods import Quarter, iso_date
from incidents.services.withdrawn_releases import REASONS, Reason
from incidents.web.desk.forms import ActForm
from incidents.web.published.standing import reason_words
from incidents.web.texts import lazy_gettext as _


def day_of(typed: str) -> date | None:
    """None for what is no day."""
    try:
        return date.fromisoformat(iso_date(typed.strip()))
    except ValueError:
        return None


class AnnounceForm(ActForm):
    quarter = SelectField(_("Quarter"), validate_choice=False)
    day = StringField(_("Day"))
    hour = SelectField(_("Hour"), validate_choice=False)

    def __init__(self, quarters: Sequence[Quarter], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._quarters = {str(one): one for one in quarters}
        self.quarter.choices = [(code, code) for code in self._quarters]
        self.hour.choices = [(str(hour), f"{hour}:00") for hour in range(24)]

    def chosen(self) -> Quarter:
        """The quarter; the next one if another was asked for."""
        return self._quarters.get(self.quarter.data or "", next(iter(self._quarters.values())))

    def typed_day(self) -> date | None:
        return day_of(self.day.data or "")

    def chosen_hour(self) -> int:
        hours = {str(hour): hour for hour in range(24)}
        return hours.get(self.hour.data or "", 0)


class WithdrawForm(ActForm):
    reason = SelectField(_("Reason"), validate_choice=False)
    english = TextAreaField(_("One sentence in English, for everybody"))
    serbian = TextAreaField(_("The same sentence in Serbian, in Cyrillic letters"))
    replaced_by = StringField(_("Number of the release that takes its place, if there is one"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = reason_words()
        self.reason.choices = [(code, words[code]) for code in REASONS]

    def typed_reason(self) -> Reason:
        """As typed; a number that is none becomes 0, which no release has."""
        number = (self.replaced_by.data or "").strip().rstrip(".")
        is_number = number.isascii() and number.isdigit() and len(number) < 7
        return Reason(
            self.reason.data or "",
            " ".join((self.english.data or "").split()),
            " ".join((self.serbian.data or "").split()),
            (int(number) if is_number else 0) if number else None,
        )
