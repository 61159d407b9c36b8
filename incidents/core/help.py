"""Who can help with what: bodies, what they are for, and why one is listed for what somebody asks.

Facts stand in data files. What has not been confirmed stays marked; nobody is recommended.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.core.places import KOSOVO
from incidents.core.vocabulary import Fault

STALE_AFTER = timedelta(days=365)
"""A contact that was checked longer ago is not shown (domain facts, section 12)."""
VOJVODINA = "RS12"
"""The one region with bodies of its own: the autonomous province."""
_OPEN_ANSWERS = frozenset({"not_sure", "other_act", "other_trait", "unknown_place", "other_place", "prefer_not"})
"""Answers that rule nobody out."""


class Need(enum.Enum):
    """What a body is for, in the order in which pages show them."""

    CRIME = "crime"
    EQUALITY = "equality"
    AUTHORITY = "authority"
    OVERSIGHT = "oversight"
    LEGAL_AID = "legal_aid"
    SUPPORT = "support"


class Reach(enum.Enum):
    COUNTRY = "country"
    PROVINCE = "province"
    """Vojvodina."""
    MUNICIPALITY = "municipality"
    """There is one in each municipality, or may be."""
    LISTED = "listed"
    """Only in the municipalities that are named."""


class Channel(enum.Enum):
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    SITE = "site"


class Reason(enum.Enum):
    """Why a body is listed; a page says it in words."""

    ACT = "act"
    GROUND = "ground"
    SETTING = "setting"
    PLACE = "place"
    FORMS_IN_LANGUAGE = "forms_in_language"
    OFFICIAL_LANGUAGE = "official_language"
    OFFICIAL_IN_PARTS = "official_in_parts"


@dataclass(frozen=True)
class Contact:
    channel: Channel
    value: str
    is_confirmed: bool
    checked_on: date | None = None
    """None where nobody wrote down when: then it is shown as not confirmed."""
    municipality: str = ""
    """Shown only there; empty for everywhere."""

    def is_stale(self, today: date) -> bool:
        return self.checked_on is not None and today - self.checked_on > STALE_AFTER

    def is_sure(self, today: date) -> bool:
        return self.is_confirmed and self.checked_on is not None and not self.is_stale(today)


@dataclass(frozen=True, kw_only=True)
class Body:
    code: str
    """Of the list `referral_body`; empty for one that the operator added."""
    need: Need
    reach: Reach
    acts: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    """What it is made for."""
    takes_others: bool
    """Whether it is listed for anything else, too."""
    never: frozenset[str] = frozenset()
    """Kinds of place that it is not competent for whatever happened."""
    municipalities: frozenset[str] = frozenset()
    form_languages: frozenset[str] = frozenset()
    """Languages in which it publishes its forms."""
    official_languages: frozenset[str] = frozenset()
    is_confirmed: bool
    contacts: tuple[Contact, ...] = ()
    name: str = ""
    about: str = ""
    tag: str = ""
    """Of the operator's own: name and text as written, and their language."""


@dataclass(frozen=True)
class Organisation:
    """An association for support whose name is known and whose contacts are not."""

    name: str
    tag: str
    """Language of the name."""
    grounds: frozenset[str]
    """Empty where its work is not bound to one, or not known."""


@dataclass(frozen=True)
class Official:
    """Where a minority language is in official use."""

    languages: frozenset[str] = frozenset()
    in_parts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Directory:
    bodies: Sequence[Body]
    organisations: Sequence[Organisation]
    official: Mapping[str, Official]
    """By code of the municipality."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody wants help with; everything may be left open."""

    acts: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    municipality: str = ""
    """A code of the register, of a district or region around it, or KOSOVO; empty for anywhere."""
    region: str = ""
    language: str = ""


@dataclass(frozen=True)
class Listed:
    body: Body
    reasons: tuple[Reason, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Answer:
    groups: Mapping[Need, Sequence[Listed]]
    own: Sequence[Listed]
    """Those that the operator added."""
    organisations: Sequence[Organisation]


_ABOUT_WHAT = {Reason.ACT, Reason.GROUND, Reason.SETTING}


def who_helps(question: Question, directory: Directory, *, today: date) -> Answer:
    """The bodies for this question by need, each with why it is listed.

    First the needs in which some body is made for what is asked; within one, such bodies before the others, the
    confirmed before the rest.
    """
    listed = [
        Listed(body, reasons, _contacts(body, question, today))
        for body in directory.bodies
        if (reasons := _reasons(body, question, directory.official)) is not None
    ]
    listed.sort(key=lambda one: (not _is_made_for(one), not one.body.is_confirmed))
    groups = {
        need: [one for one in listed if one.body.need is need and one.body.code]
        for need in sorted(Need, key=lambda need: not any(o.body.need is need and _is_made_for(o) for o in listed))
    }
    return Answer(
        {need: found for need, found in groups.items() if found},
        [one for one in listed if not one.body.code],
        [one for one in directory.organisations if _may_be_for(one.grounds, question.grounds)],
    )


def _is_made_for(listed: Listed) -> bool:
    return not _ABOUT_WHAT.isdisjoint(listed.reasons)


def _reasons(body: Body, question: Question, official: Mapping[str, Official]) -> tuple[Reason, ...] | None:
    """Why it is listed, or None if it is not."""
    if body.never & question.settings or not _reaches(body, question):
        return None
    matches = [
        reason
        for reason, its, asked in (
            (Reason.ACT, body.acts, question.acts),
            (Reason.GROUND, body.grounds, question.grounds),
            (Reason.SETTING, body.settings, question.settings),
        )
        if its & asked
    ]
    if not matches and not body.takes_others and not _leaves_open(body, question):
        return None
    return (*matches, *_reasons_of_place(body, question, official))


def _leaves_open(body: Body, question: Question) -> bool:
    """Whether nothing that was answered speaks against it."""
    return all(
        _may_be_for(its, asked)
        for its, asked in (
            (body.acts, question.acts),
            (body.grounds, question.grounds),
            (body.settings, question.settings),
        )
    )


def _may_be_for(its: frozenset[str], asked: frozenset[str]) -> bool:
    return not its or not asked - _OPEN_ANSWERS or bool(its & asked)


def _reaches(body: Body, question: Question) -> bool:
    if not question.municipality:
        return True
    match body.reach:
        case Reach.PROVINCE:
            return question.region == VOJVODINA
        case Reach.MUNICIPALITY:
            return question.municipality != KOSOVO
        case Reach.LISTED:
            return question.municipality in body.municipalities
        case Reach.COUNTRY:
            return True


def _reasons_of_place(body: Body, question: Question, official: Mapping[str, Official]) -> Iterable[Reason]:
    if question.municipality and body.reach in {Reach.PROVINCE, Reach.LISTED}:
        yield Reason.PLACE
    spoken = official.get(question.municipality, Official()) if body.reach is Reach.MUNICIPALITY else Official()
    language = question.language
    if language in body.form_languages:
        yield Reason.FORMS_IN_LANGUAGE
    if language in body.official_languages | spoken.languages:
        yield Reason.OFFICIAL_LANGUAGE
    elif language in spoken.in_parts:
        yield Reason.OFFICIAL_IN_PARTS


def _contacts(body: Body, question: Question, today: date) -> tuple[Contact, ...]:
    return tuple(
        contact
        for contact in body.contacts
        if not contact.is_stale(today) and contact.municipality in {"", question.municipality}
    )


class BadDirectory(Exception):
    """A file of bodies cannot be used; `faults` names each place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
