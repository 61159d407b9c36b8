"""What a report form sent, read from the request itself: on public pages a form is made only to be shown again.

Its fields are those of `forms.ReportFields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from incidents.core.desks import REGIONAL
from incidents.core.periods import iso_date
from incidents.core.report import DATES, NOBODY, Report, plain_text
from incidents.web.languages import current_language

NO_WISH = "count_only"
"""What is done with a report that says nothing of it."""
_TYPED = ("organisation", "day", "month", "year", "when_words", "place", "words")
"""Where people write what they like; fields that ask for a number, an address or a link are not among them."""

# Which answer opens which branch: what stands in a closed one is not part of the report. The style sheet opens the
# same ones on the page.
_FOR_RELATIVES = {"family_friend"}
_FOR_OTHERS = {"family_friend", "professional", "organisation"}
_FOR_ORGANISATIONS = {"organisation"}
_ONLINE = {"social_network", "private_message", "media_outlet"}


@dataclass(frozen=True)
class Answers:
    sent: MultiDict[str, str]

    @property
    def token(self) -> str:
        return self.sent.get("token", "")

    @property
    def has_told_of_desks(self) -> bool:
        """Whether the page said that reports from some places are read by regional desks."""
        return self.sent.get("readers") == REGIONAL

    @property
    def trap_is_filled(self) -> bool:
        return bool(self.sent.get("website"))

    @property
    def place(self) -> str:
        return self._line("place")

    @property
    def chosen_place(self) -> str | None:
        """See `chosen_of`."""
        return chosen_of(self.place, self.sent.get("place_asked"), self.sent.get("place_code"))

    def typed(self) -> Mapping[str, str]:
        """Texts in the reporter's own words, by field."""
        return {name: text for name in _TYPED if (text := self._text(name))}

    def report(self) -> Report:
        """What was answered, as typed; not yet judged by the rules. What stands in a closed branch is left out."""
        role, when, setting = (self.sent.get(name, "") for name in ("role", "when", "setting"))
        date_field = DATES.get(when)
        told, wish = self._codes("told"), self.sent.get("wish", NO_WISH)
        is_online = setting in _ONLINE
        return Report(
            language=current_language().tag,
            role=role,
            relation=self._text("relation") if role in _FOR_RELATIVES else "",
            aware=self._text("aware") if role in _FOR_OTHERS else "",
            organisation=self._line("organisation") if role in _FOR_ORGANISATIONS else "",
            acts=self._codes("acts"),
            grounds=self._codes("grounds"),
            targets=self._codes("targets"),
            indicators=self._codes("indicators"),
            when=when,
            day=iso_date(self._text("day")) if date_field == "day" else "",
            month=iso_date(self._text("month")) if date_field == "month" else "",
            year=self._text("year") if date_field == "year" else "",
            season=self._text("season") if when == "season" else "",
            when_words=self._line("when_words"),
            setting=setting,
            platform=self._text("platform") if is_online else "",
            content=self._codes("content") if is_online else frozenset(),
            link=self._line("link") if is_online else "",
            place=self.place,
            words=self._text("words"),
            told=told,
            outcomes=self._codes("outcomes") if told - {NOBODY} else frozenset(),
            untold=self._codes("untold") if NOBODY in told else frozenset(),
            wish=plain_text(wish),
            consents=self._codes("consents") if wish == "pass_on" else frozenset(),
        )

    def _text(self, name: str) -> str:
        return plain_text(self.sent.get(name, ""))

    def _line(self, name: str) -> str:
        return _line(self.sent.get(name))

    def _codes(self, name: str) -> frozenset[str]:
        return frozenset(self.sent.getlist(name))


def chosen_of(place: str | None, asked: str | None, code: str | None) -> str | None:
    """Which of the places that were offered for these words was chosen, empty for none; None if none were.

    `asked` are the words that `code` answers: another place typed since makes the answer void.
    """
    return code or "" if asked and _line(asked) == _line(place) else None


def _line(typed: str | None) -> str:
    return plain_text(typed or "").replace("\n", " ")
