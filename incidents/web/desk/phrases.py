"""Phrases for messages to a reporter: which are offered for a report, and one of them filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.adapters.phrase_files import phrases
from incidents.core.help import Question
from incidents.core.languages import BY_TAG, Language
from incidents.core.phrases import NEVER_SAID, SETTLED, Filled, Phrase, Use, fill
from incidents.core.referral import is_made_for, recipients
from incidents.core.report import Report
from incidents.services.helping import region_of
from incidents.services.moderation import Opened
from incidents.web.desk.around import find
from incidents.web.languages import current_language, label, speaking
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

_MOST_BODIES = 3
_SITUATIONS = {
    "place_unclear": _("The place is not clear"),
    "place_which": _("Several places have this name"),
    "date_unclear": _("The time is not clear"),
    "who_targeted": _("Who it was aimed at"),
    "danger_now": _("Is anybody in danger now?"),
    "pass_on": _("May we pass it on?"),
    "settled": _("Thank you, it is settled"),
    "set_aside": _("It was set aside: why, and who can help"),
}


@dataclass(frozen=True)
class Shown:
    """A phrase for the reporter, and the same for the member where that is another language."""

    filled: Filled
    own: str
    use: Use


def offered(report: Opened) -> list[tuple[str, str]]:
    """The situations that a message can begin with, and what the desk calls them."""
    if report.content is None:
        return []
    values = _values(report, report.content, current_language())
    return [
        (phrase.situation, str(_SITUATIONS[phrase.situation]))
        for phrase in phrases()
        if _fits(phrase, report) and fill(phrase, current_language().tag, values) is not None
    ]


def phrase_for(situation: str, report: Opened) -> Shown | None:
    """The phrase in the language of the report's form; None for one that is not offered."""
    chosen = next((one for one in phrases() if one.situation == situation and _fits(one, report)), None)
    if chosen is None or report.content is None:
        return None
    filled = _filled(chosen, report, report.content, BY_TAG[report.content.language])
    own = _filled(chosen, report, report.content, current_language())
    if filled is None or own is None:
        return None
    return Shown(filled, own.text if own.tag != filled.tag else "", chosen.use)


def _fits(phrase: Phrase, report: Opened) -> bool:
    return phrase.situation != SETTLED or report.incident is not None


def _filled(phrase: Phrase, report: Opened, content: Report, language: Language) -> Filled | None:
    with speaking(language):
        return fill(phrase, language.tag, _values(report, content, language))


def _values(report: Opened, content: Report, language: Language) -> Mapping[str, str]:
    """What stands for each variable: of codes only; empty where there is nothing to say."""
    terms = platform().vocabulary.terms
    with speaking(language):
        places = [place_name(code) for code in find(content.place)] if content.place else []
        reason = report.set_aside_reason
        return {
            "places": ", ".join(places) if len(places) > 1 else "",
            "bodies": "; ".join(label(terms["referral_body"][code]) for code in _bodies(content)),
            "reason": label(terms["set_aside_reason"][reason]) if reason and reason not in NEVER_SAID else "",
            "help": gettext("Who can help"),
        }


def _bodies(content: Report) -> list[str]:
    """The first few that are made for what was reported."""
    listed = recipients(question_of(content), platform().directory, today=platform().today())
    return [one.body.code for one in listed if is_made_for(one.reasons)][:_MOST_BODIES]


def question_of(content: Report) -> Question:
    """What the page of help would be asked with these answers."""
    return Question(
        acts=content.acts,
        grounds=content.grounds,
        settings=frozenset({content.setting}),
        municipality=content.area,
        region=region_of(content.area, platform().places),
        language=content.language,
    )
