"""What is said of a release beside its figures: that it was withdrawn, and when the next one comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from babel.dates import format_date, format_time

from incidents.core.periods import in_serbia
from incidents.core.script import to_latin
from incidents.core.workdays import LOCAL
from incidents.publishing.calendar import Event
from incidents.services.published import Issue, Upcoming
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.published.files import address_of
from incidents.web.published.shown import written
from incidents.web.texts import gettext as _


@dataclass(frozen=True)
class Sentence:
    tag: str
    text: str


@dataclass(frozen=True)
class Withdrawal:
    """As its pages show it."""

    on: date
    reason: str
    sentences: tuple[Sentence, ...]
    """What the desk wrote: in the reader's language where that is one of its two, else in both."""
    replaced_by: int | None


def reason_words() -> dict[str, str]:
    return {
        "wrong_count": _("Incidents were counted wrongly."),
        "wrong_rows": _("Incidents stand in rows where they do not belong."),
        "wrong_method": _("We did not count as we say that we count."),
        "other": _("There is another mistake in it."),
    }


def withdrawal_of(issue: Issue) -> Withdrawal | None:
    told = issue.withdrawn
    if told is None:
        return None
    tag = current_language().tag
    both = (Sentence("sr-Latn", to_latin(told.serbian)), Sentence("en", told.english))
    own = {"en": both[1:], "sr-Cyrl": (Sentence("sr-Cyrl", told.serbian),), "sr-Latn": both[:1]}
    return Withdrawal(told.on, reason_words()[told.reason], own.get(tag, both), told.replaced_by)


def compared_with(issue: Issue, issues: Iterable[Issue]) -> int | None:
    """The number of the release that this one takes the place of, or else of the one before it; None for the first."""
    known = list(issues)
    replaced = [one.number for one in known if one.withdrawn and one.withdrawn.replaced_by == issue.number]
    earlier = [one.number for one in known if one.number < issue.number]
    return min(replaced) if replaced else max(earlier, default=None)


def coming(upcoming: Upcoming) -> str:
    """When the next figures come out, in a sentence."""
    locale, local = current_language().formats, in_serbia(upcoming.public_at)
    day = format_date(local, "long", locale=locale)
    if local.time() == time():
        return _("The next figures come out on %(day)s.", day=day)
    at = format_time(local, "short", tzinfo=LOCAL, locale=locale)
    return _("The next figures come out on %(day)s at %(time)s.", day=day, time=at)


def events_of(upcoming: Iterable[Upcoming]) -> list[Event]:
    host = platform().settings.hosts[0]
    return [
        Event(
            f"{one.quarter}@{host}",
            title_of(one),
            one.public_at,
            one.announced_on,
            one.moved,
            address_of("published.newest"),
        )
        for one in upcoming
    ]


def title_of(upcoming: Upcoming) -> str:
    return _("Coming figures: %(quarter)s", quarter=written(upcoming.quarter))
