"""The letter with which a report is passed on: as points on a page and as a paper, in a language of the desk."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask_babel import format_date

from incidents.core.languages import Language
from incidents.core.paper import Line, Paper, Point
from incidents.core.referral import Basis
from incidents.services.letters import Facts, Letter
from incidents.web.languages import label, speaking
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

PARTS = {"acts": _("What happened"), "grounds": _("Grounds"), "time": _("When"), "place": _("Place")}
"""What a member may leave out; the summary is always in it."""


def paper_of(letter: Letter, parts: Collection[str], language: Language, *, addressee: str = "") -> Paper:
    """The letter in this language, to this organisation where the body is no single office.

    It says only codes and the summary, and only the parts that were ticked.
    """
    with speaking(language):
        said = _said(letter.facts)
        points = [
            Point(Line(gettext("Reference")), letter.reference),
            *(Point(Line(str(PARTS[part])), text) for part, text in said.items() if part in parts and text),
            Point(Line(gettext("How sure this is")), _how_sure(letter.facts)),
            Point(Line(gettext("Summary, without what could identify somebody")), letter.summary),
            Point(
                Line(gettext("How to answer")),
                gettext(
                    "Please name the reference. We do not know who the reporter is. We can put questions to them, "
                    "and they answer if they come back and want to."
                ),
            ),
        ]
        return Paper(
            Line(addressee or label(platform().vocabulary.terms["referral_body"][letter.recipient])),
            Line(gettext("A report that we pass on to you")),
            Line(_basis(letter.basis)),
            points,
            [Line(gettext("Place and date")), Line(gettext("Signature"))],
        )


def _said(facts: Facts) -> dict[str, str]:
    return {
        "acts": _labels("act_type", facts.acts),
        "grounds": _labels("ground", facts.grounds),
        "time": _when(facts),
        "place": place_name(facts.place) if facts.place else "",
    }


def _labels(listed: str, codes: frozenset[str]) -> str:
    return "; ".join(label(term) for term in platform().vocabulary.of(listed) if term.code in codes)


def _when(facts: Facts) -> str:
    if facts.year is None:
        return ""
    return format_date(date(facts.year, facts.month, 1), "LLLL y") if facts.month else str(facts.year)


def _how_sure(facts: Facts) -> str:
    if facts.is_settled:
        return gettext("Two members of our desk agreed on what happened.")
    return gettext("This is what one person reported. We have not settled it yet.")


def _basis(basis: Basis) -> str:
    if basis is Basis.OVERRIDE:
        return gettext(
            "This is neither a criminal complaint nor a complaint to the Commissioner. "
            "The reporter did not agree that we pass it on; we do so because somebody may be in danger or the law "
            "demands it. Please take every care that nobody is exposed."
        )
    return gettext(
        "This is neither a criminal complaint nor a complaint to the Commissioner. "
        "Somebody reported it without saying who they are, and agreed that you get this."
    )
