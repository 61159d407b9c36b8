"""Records at the desk in words: what a report says, what an incident says, and what differs between two of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from babel.dates import format_skeleton
from flask_babel import format_date, format_decimal, get_locale
from sqlalchemy.orm import Session

from incidents.core import report as report_rules
from incidents.core.desks import NATIONAL
from incidents.core.files import Kind as FileKind
from incidents.core.incident import SEVERAL, Settlement
from incidents.core.languages import BY_TAG
from incidents.core.likeness.groups import Kind
from incidents.core.likeness.shared import Shared
from incidents.core.report import Report
from incidents.core.script import fold, of_one_script, to_latin
from incidents.core.vocabulary import Term
from incidents.db.desk import Desk, all_desks, desks_of
from incidents.services.evidence import Listed
from incidents.services.settled import Shown
from incidents.web.languages import label, meaning
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
    points = [
        Point(_("What happened"), _terms("act_type", report.acts)),
        Point(_("Grounds"), _terms("ground", report.grounds)),
        Point(_("Target groups"), _terms("target_group", report.targets)),
        Point(_("What makes them think so"), _terms("bias_indicator", report.indicators)),
        Point(_("When"), _time(report)),
        Point(_("When, in their words"), in_sight(report.when_words)),
        Point(_("Place"), in_sight(report.place)),
        Point(_("Understood as"), _area(report)),
        Point(_("Kind of place"), term("setting", report.setting)),
        Point(_("Where on the internet"), term("online_platform", report.platform)),
        Point(_("Kind of content"), _terms("online_content", report.content)),
        Point(_("Address of the page, as typed"), in_sight(report.link)),
        Point(_("Who reports"), term("reporter_role", report.role)),
        Point(_("Who the person is to them"), term("reporter_relation", report.relation)),
        Point(_("Does the person know"), term("person_aware", report.aware)),
        Point(_("For the organisation"), in_sight(report.organisation)),
        Point(_("Who was told"), _terms("reported_to", report.told)),
        Point(_("What those who were told did"), _terms("report_outcome", report.outcomes)),
        Point(_("Why nobody was told"), _terms("not_reported_reason", report.untold)),
        Point(_("What they want"), term("wish", report.wish)),
        Point(_("May be passed on"), _terms("consent", report.consents)),
        Point(_("Language of the form"), endonym(report.language)),
        Point(_("How it came"), _origin(report)),
    ]
    return [point for point in points if point.text]


def _time(report: Report) -> str:
    when = term("date_precision", report.when)
    season = term("season", report.season)
    day = " ".join(filter(None, (season, _dated(report.day or report.month or report.year))))
    return f"{day} ({when})" if day else when


def _dated(given: str) -> str:
    """A day, a month or a year of a report as the member's language writes it; what is none of them as it stands."""
    skeletons = {10: ("", "yMMMMd"), 7: ("-01", "yMMMM")}
    if len(given) not in skeletons:
        return given
    rest, skeleton = skeletons[len(given)]
    return format_skeleton(skeleton, date.fromisoformat(given + rest), locale=get_locale())


def _area(report: Report) -> str:
    """The municipality or district that a typed place stands for; nothing where it is called so itself."""
    name = place_name(report.area) if platform().places.has_area(report.area) else ""
    return "" if fold(name) == fold(report.place) else name


def _origin(report: Report) -> str:
    """Nothing for the form, by which most come."""
    match report.origin:
        case report_rules.BY_PHONE:
            return _("By telephone, written down by us")
        case report_rules.IN_PERSON:
            return _("In person, written down by us")
        case report_rules.BY_APP:
            return _("Sent by an app")
        case report_rules.IN_BATCH:
            return _("From a batch of %(partner)s", partner=report.partner)
        case _:
            return ""


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


def points_of_twin(report: Report) -> list[Point]:
    """What tells one event from another, but for the words."""
    points = [
        Point(_("What happened"), _terms("act_type", report.acts)),
        Point(_("Grounds"), _terms("ground", report.grounds)),
        Point(_("Target groups"), _terms("target_group", report.targets)),
        Point(_("When"), _time(report)),
        Point(_("Place"), in_sight(report.place)),
        Point(_("Kind of place"), term("setting", report.setting)),
        Point(_("Who reports"), term("reporter_role", report.role)),
    ]
    return [point for point in points if point.text]


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
    return _dated(f"{settlement.year}-{settlement.month:02d}" if settlement.month else str(settlement.year))


def consents(report: Report) -> list[Point]:
    """What the reporter said about passing it on; a point without an answer has no text."""
    return [
        Point(_("What they want"), term("wish", report.wish)),
        Point(_("May be passed on"), _terms("consent", report.consents)),
        Point(_("Does the person know"), term("person_aware", report.aware)),
    ]


def acts(codes: Collection[str]) -> str:
    return _terms("act_type", codes)


def grounds(codes: Collection[str]) -> str:
    return _terms("ground", codes)


def targets(codes: Collection[str]) -> str:
    return _terms("target_group", codes)


def endonym(tag: str) -> str:
    return BY_TAG[tag].endonym if tag in BY_TAG else tag


def field_name(field: str) -> str:
    """What a field of a settlement is called."""
    return {
        "place": _("Place"),
        "year": _("Year"),
        "month": _("Month"),
        "setting": _("Kind of place"),
        "verification": _("How far it could be checked"),
        "bias_strength": _("Signs of bias"),
        "acts": _("What happened"),
        "grounds": _("Grounds"),
        "targets": _("Target groups"),
        "genders": _("Gender of those targeted"),
        "ages": _("Age of those targeted"),
        "reported_to": _("Who it was reported to"),
    }[field]


def code_of_field(field: str, code: str) -> str:
    return term(SEVERAL[field], code)


def line(incident: Shown, *, is_hidden: bool = False) -> str:
    """An incident on one line; without its codes where the reader may have to code it without seeing them."""
    settled = incident.settlement
    if is_hidden:
        return ", ".join((month_of(settled), place_name(settled.place), _("waits for a second coding")))
    return ", ".join((month_of(settled), place_name(settled.place), acts(settled.acts)))


def desk_names(session: Session, member: UUID) -> dict[str, str]:
    """What the desks are called that a member works at; nothing for one who is at a single desk."""
    own = desks_of(session, member)
    return {desk.code: desk_name(desk) for desk in all_desks(session) if desk.code in own} if len(own) > 1 else {}


def desk_name(desk: Desk) -> str:
    return _("National desk") if desk.code == NATIONAL else desk.name


def file_line(file: Listed) -> str:
    """A file on one line, before anybody looks at it."""
    if file.facts is None:
        return _("Your key does not open this.")
    kinds = {FileKind.PICTURE: _("Picture"), FileKind.DOCUMENT: _("Document"), FileKind.SOUND: _("Sound")}
    size = format_decimal(max(0.1, round(file.facts.original_bytes / 1_000_000, 1)))
    values = {"kind": kinds[file.facts.kind], "size": size, "day": format_date(file.received_on, "medium")}
    return _("%(kind)s, %(size)s MB, came on %(day)s", **values)


def in_sight(text: str) -> str:
    """The text with marks that nobody sees and that could hide something written out, e.g. [U+202E]."""
    return "".join(f"[U+{ord(c):04X}]" if unicodedata.category(c) == "Cf" and c not in _HARMLESS else c for c in text)


def in_latin(text: str) -> str:
    """The text in Latin letters if there is Serbian Cyrillic in it; otherwise empty."""
    latin = to_latin(of_one_script(text))
    return "" if latin == text else latin


def _terms(vocabulary: str, codes: Collection[str]) -> str:
    listed = platform().vocabulary.terms[vocabulary]
    known = [named(term) for code, term in listed.items() if code in codes]
    return "; ".join([*known, *sorted(set(codes) - listed.keys())])


def term(vocabulary: str, code: str) -> str:
    """What one code is called; empty for none."""
    return _terms(vocabulary, frozenset({code}) if code else frozenset())


def meaning_of(vocabulary: str, code: str) -> tuple[str, ...]:
    """What a code means: definition, example, example near the border."""
    return meaning(platform().definitions[vocabulary, code])


def named(term: Term) -> str:
    """What a code is called at the desk, where it is also said that nobody has checked its legal source yet."""
    return label(term) if term.is_confirmed else _("%(name)s (not checked yet)", name=label(term))
