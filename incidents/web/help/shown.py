"""Bodies in the words of a page: what they are for, why they are listed, how sure we are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.core.help import Body, Channel, Contact, Listed, Need, Organisation, Reason
from incidents.core.places import KOSOVO
from incidents.core.script import to_latin
from incidents.services.helping import Found
from incidents.web.languages import current_language, label
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import lazy_gettext as _

_NEEDS = {
    Need.CRIME: _("Police and public prosecutor"),
    Need.EQUALITY: _("Discrimination"),
    Need.AUTHORITY: _("When an office did wrong"),
    Need.OVERSIGHT: _("Inspectors and supervision"),
    Need.LEGAL_AID: _("Help with the law"),
    Need.SUPPORT: _("Support"),
}
_ABOUT = {
    "police": _("For every crime. Anybody can report one, at any police station."),
    "prosecutor": _(
        "For every crime. Anybody can report one. Every prosecutor’s office has a contact person for hate crime."
    ),
    "cybercrime_prosecutor": _("For crimes on the internet."),
    "commissioner_equality": _(
        "For discrimination by anybody, public or private. The complaint is free of charge and must be signed. "
        "Somebody you trust can make it for you, with your consent."
    ),
    "ombudsman": _(
        "When an office or authority did wrong. Try the ways of complaint at that office first. "
        "A complaint must be signed."
    ),
    "provincial_ombudsman": _(
        "For wrongs by offices and services of Vojvodina and its municipalities, within one year. "
        "Not against employers, courts or private persons. A complaint must be signed."
    ),
    "local_ombudsman": _(
        "For wrongs by offices of your town. Only some towns have one: ask at the town hall. "
        "A complaint must be signed."
    ),
    "commissioner_data": _("When somebody uses or publishes data about you. A complaint must be signed."),
    "labour_inspection": _("For wrongs at work."),
    "education_inspection": _("For wrongs at a school or preschool."),
    "health_rights_adviser": _("For wrongs in health care."),
    "rem": _("For what is said on radio or television."),
    "press_council": _("For what newspapers and news sites publish."),
    "free_legal_aid": _(
        "Ask at your municipality. In matters of discrimination, associations may also give free legal aid."
    ),
    "court_civil": _("There may be a time limit, and we could not confirm which. Ask a lawyer soon."),
    "ngo_support": _("They listen, go with you to offices, and some take a case to court. Ask each what it can do."),
    "victim_support": _("For people who were hurt by a crime, and for witnesses."),
    "social_work_centre": _("For people who need protection or care."),
    "national_council": _("For the language and the rights of a national minority."),
}
_REASONS = {
    Reason.ACT: _("It is listed because of what happened."),
    Reason.GROUND: _("It is listed because of why it happened."),
    Reason.SETTING: _("It is listed because of the kind of place."),
    Reason.PLACE: _("It works in this area."),
    Reason.FORMS_IN_LANGUAGE: _("It has forms in your language."),
    Reason.OFFICIAL_LANGUAGE: _("Your language is in official use there."),
    Reason.OFFICIAL_IN_PARTS: _("Your language is in official use in parts of this municipality."),
}
_CHANNELS = {
    Channel.ADDRESS: _("Address:"),
    Channel.PHONE: _("Telephone:"),
    Channel.EMAIL: _("E-mail:"),
    Channel.SITE: _("On the internet:"),
}
_READ_IN_CYRILLIC = {"sr-Cyrl", "rsk", "bg", "mk"}


@dataclass(frozen=True)
class ShownContact:
    label: str
    value: str
    tag: str
    """Language of the value, for reading aloud."""
    call: str
    """What a telephone dials; empty for other channels."""
    is_sure: bool


@dataclass(frozen=True)
class ShownBody:
    code: str
    name: str
    about: str
    tag: str
    """Language of name and text where it is not the page's own; empty otherwise."""
    reasons: Sequence[str]
    contacts: Sequence[ShownContact]
    is_confirmed: bool
    organisations: Sequence[Organisation]

    @property
    def has_unsure_contact(self) -> bool:
        return any(not contact.is_sure for contact in self.contacts)


@dataclass(frozen=True)
class ShownGroup:
    code: str
    title: str
    bodies: Sequence[ShownBody]


@dataclass(frozen=True)
class ShownAnswer:
    groups: Sequence[ShownGroup]
    own: Sequence[ShownBody]
    """Of the operator."""
    place: str
    is_unknown_place: bool
    is_kosovo: bool
    choices: Sequence[tuple[str, str]]


def in_words(found: Found) -> ShownAnswer:
    """An answer for its reader."""
    groups = [
        ShownGroup(
            need.value,
            str(_NEEDS[need]),
            [_body(one, found.answer.organisations if one.body.code == "ngo_support" else ()) for one in listed],
        )
        for need, listed in found.answer.groups.items()
    ]
    return ShownAnswer(
        groups,
        [_body(one, ()) for one in found.answer.own],
        place_name(found.place) if found.place else "",
        found.is_unknown,
        found.place == KOSOVO,
        [(code, place_name(code)) for code in found.choices],
    )


def commissioner() -> ShownBody:
    """The body that the complaint goes to."""
    [body] = [body for body in platform().directory.bodies if body.code == "commissioner_equality"]
    return _body(Listed(body, (), tuple(c for c in body.contacts if not c.is_stale(platform().today()))), ())


def _body(listed: Listed, organisations: Sequence[Organisation]) -> ShownBody:
    body = listed.body
    return ShownBody(
        body.code,
        body.name or label(platform().vocabulary.terms["referral_body"][body.code]),
        body.about if body.name else str(_ABOUT[body.code]),
        _foreign(body),
        [str(_REASONS[reason]) for reason in listed.reasons],
        [_contact(contact) for contact in listed.contacts],
        body.is_confirmed,
        organisations,
    )


def _foreign(body: Body) -> str:
    return body.tag if body.tag != current_language().tag else ""


def _contact(contact: Contact) -> ShownContact:
    value, tag = contact.value, "zxx"
    if contact.channel is Channel.ADDRESS:
        reads_cyrillic = current_language().tag in _READ_IN_CYRILLIC
        value, tag = (value, "sr-Cyrl") if reads_cyrillic else (to_latin(value), "sr-Latn")
    call = "".join(c for c in value if c.isdigit() or c == "+") if contact.channel is Channel.PHONE else ""
    return ShownContact(str(_CHANNELS[contact.channel]), value, tag, call, contact.is_sure(platform().today()))
