"""Records at the desk in words: what a report says, what an incident says, and what differs between two of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from incidents.core.incident import Settlement
from incidents.core.languages import BY_TAG
from incidents.core.likeness.groups import Kind
from incidents.core.likeness.shared import Shared
from incidents.core.report import BY_APP, IN_BATCH, Report
from incidents.core.script import to_latin
from incidents.core.vocabulary import Term
from incidents.services.settlement import Shown
from incidents.web.languages import label
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

_HARMLESS = {"\u200c", "\u200d", "\u200e", "\u200f", "\u061c"}
"""Joiners, with which emoji and several scripts are written, and marks of direction that turn nothing around."""


@dataclass(frozen=True)
class Point:
    """One thing that a record says."""

    name: str
    text: str
    other: str = ""
    """The same point in the other record, where two are compared."""

    @property
    def differs(self) -> bool:
        return self.text != self.other


def points_of_report(report: Report) -> list[Point]:
    """What the reporter answered, but for their own words."""
    when = term("date_precision", report.when)
    date = report.day or report.month or report.year
    points = [
        Point(_("What happened"), _terms("act_type", report.acts)),
        Point(_("Grounds"), _terms("ground", report.grounds)),
        Point(_("Target groups"), _terms("target_group", report.targets)),
        Point(_("What makes them think so"), _terms("bias_indicator", report.indicators)),
        Point(_("When"), f"{date} ({when})" if date else when),
        Point(_("Place"), report.place),
        Point(_("Kind of place"), term("setting", report.setting)),
        Point(_("Who reports"), term("reporter_role", report.role)),
        Point(_("What they want"), term("wish", report.wish)),
        Point(_("May be passed on"), _terms("consent", report.consents)),
        Point(_("Language of the form"), endonym(report.language)),
        Point(_("How it came"), _origin(report)),
    ]
    return [point for point in points if point.text]


def _origin(report: Report) -> str:
    """Nothing for the form, by which most come."""
    if report.origin == IN_BATCH:
        return _("From a batch of %(partner)s", partner=report.partner)
    return _("Sent by an app") if report.origin == BY_APP else ""


def points_of_incident(settlement: Settlement) -> list[Point]:
    return [
        Point(_("When"), month_of(settlement)),
        Point(_("Place"), place_name(settlement.place)),
        Point(_("What happened"), _terms("act_type", settlement.acts)),
        Point(_("Grounds"), _terms("ground", settlement.grounds)),
        Point(_("Target groups"), _terms("target_group", settlement.targets)),
        Point(_("Gender of those targeted"), _terms("gender_of_victim", settlement.genders)),
        Point(_("Age of those targeted"), _terms("age_band", settlement.ages)),
        Point(_("Who it was reported to"), _terms("reported_to", settlement.reported_to)),
        Point(_("Kind of place"), term("setting", settlement.setting)),
        Point(_("How far it could be checked"), term("verification", settlement.verification.value)),
        Point(_("Signs of bias"), term("bias_strength", settlement.bias_strength.value)),
    ]


def points_of_shared(shared: Shared) -> list[Point]:
    """What the reports of a cluster have in common, but for their words."""
    codes = shared.codes
    points = [
        Point(_("What happened"), _terms("act_type", codes["acts"])),
        Point(_("Grounds"), _terms("ground", codes["grounds"])),
        Point(_("Target groups"), _terms("target_group", codes["targets"])),
        Point(_("When"), _terms("date_precision", codes["when"])),
        Point(_("Place"), shared.place),
        Point(_("Kind of place"), _terms("setting", codes["setting"])),
        Point(_("Language of the form"), ", ".join(endonym(tag) for tag in sorted(codes["language"]))),
    ]
    return [point for point in points if point.text]


def kinds_of_likeness() -> dict[Kind, str]:
    return {
        Kind.COPIES: _("One text, with small changes"),
        Kind.PIECES: _("The same slogans, put together in other ways"),
        Kind.WORDS: _("Words thrown together"),
        Kind.LETTERS: _("Letters at random"),
        Kind.NOTHING: _("No words, or hardly one"),
    }


def compared(mine: Settlement, theirs: Settlement) -> list[Point]:
    """Both versions point by point, those that differ first."""
    points = [
        Point(own.name, own.text, other.text)
        for own, other in zip(points_of_incident(mine), points_of_incident(theirs), strict=True)
    ]
    return sorted(points, key=lambda point: not point.differs)


def month_of(settlement: Settlement) -> str:
    return f"{settlement.year}-{settlement.month:02d}" if settlement.month else str(settlement.year)


def acts(codes: frozenset[str]) -> str:
    return _terms("act_type", codes)


def endonym(tag: str) -> str:
    return BY_TAG[tag].endonym if tag in BY_TAG else tag


def line(incident: Shown) -> str:
    """An incident on one line."""
    settled = incident.settlement
    return ", ".join((month_of(settled), place_name(settled.place), acts(settled.acts)))


def in_sight(text: str) -> str:
    """The text with marks that nobody sees and that could hide something written out, e.g. [U+202E]."""
    return "".join(f"[U+{ord(c):04X}]" if unicodedata.category(c) == "Cf" and c not in _HARMLESS else c for c in text)


def in_latin(text: str) -> str:
    """The text in Latin letters if there is Serbian Cyrillic in it; otherwise empty."""
    latin = to_latin(text)
    return "" if latin == text else latin


def _terms(vocabulary: str, codes: frozenset[str]) -> str:
    listed = platform().vocabulary.terms[vocabulary]
    known = [named(term) for code, term in listed.items() if code in codes]
    return "; ".join([*known, *sorted(codes - listed.keys())])


def term(vocabulary: str, code: str) -> str:
    """What one code is called; empty for none."""
    return _terms(vocabulary, frozenset({code}) if code else frozenset())


def named(term: Term) -> str:
    """What a code is called at the desk, where it is also said that nobody has checked its legal source yet."""
    return label(term) if term.is_confirmed else _("%(name)s (not checked yet)", name=label(term))
