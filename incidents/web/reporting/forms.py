"""The report form and the receipt forms, as pages show them; `answers` reads what comes, the rules stand in core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from incidents.core.languages import Language
from incidents.core.report import Problem
from incidents.core.vocabulary import Term, Vocabulary
from incidents.db.report import MessageKind
from incidents.web.languages import current_language, label
from incidents.web.platform import platform
from incidents.web.reporting.answers import NO_WISH, chosen_of
from incidents.web.reporting.cautions import CautiousForm
from incidents.web.reporting.messages import sentence
from incidents.web.reporting.wording import EASY, PLAIN, Wording
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import PublicForm

# What is asked first, the others stand behind "Show all": most frequent in the region's reports.
_COMMON_ACTS = (
    "verbal_insult",
    "threat",
    "physical_attack",
    "online_abuse",
    "public_hate_speech",
    "property_damage",
    "graffiti_symbols",
    "refusal_service",
    "unequal_work",
    "unequal_authority",
    "other_act",
    "not_sure",
)
_COMMON_GROUNDS = (
    "national_ethnic",
    "religious_belief",
    "skin_colour",
    "language",
    "sexual_orientation",
    "gender_identity",
    "sex",
    "disability",
    "age",
    "health_status",
    "other_trait",
    "not_sure",
)
_COMMON_SETTINGS = (
    "street",
    "home_surroundings",
    "public_transport",
    "workplace",
    "school",
    "public_office",
    "shop",
    "restaurant_club",
    "social_network",
    "other_place",
    "unknown_place",
    "prefer_not",
)
_COMMON_TARGETS = (
    "roma",
    "jewish",
    "muslim",
    "albanian",
    "bosniak",
    "croat",
    "hungarian",
    "serb",
    "ethnic_other",
    "christian_orthodox",
    "religion_other",
)
"""Of the grounds with many groups; those with few show them all."""
_COMMON_TOLD = (
    "none",
    "police",
    "prosecutor",
    "commissioner_equality",
    "ombudsman",
    "school_employer",
    "inspection",
    "ngo",
    "doctor",
    "platform_provider",
    "other",
    "not_known",
)
_ASKED_CONSENTS = ("refer_commissioner", "refer_police", "refer_ngo", "share_odihr")

_FEW = 6
"""So many target groups of one ground stand open."""
FIRST = 12
"""Options of a step that stand open."""
FURTHER, ALL = "1", "all"
Choices = list[tuple[str, str]]
"""Codes with their names."""


class _Ticks(SelectMultipleField):
    """Several codes of one list; unknown ones are left to the rules, so that nothing else is lost."""

    def pre_validate(self, form: Any) -> None:
        return


class _Pick(RadioField):
    def pre_validate(self, form: Any) -> None:
        return


class _Choice(SelectField):
    def pre_validate(self, form: Any) -> None:
        return


@dataclass(frozen=True)
class Section:
    """Target groups of one ground, as code, label and whether ticked."""

    ground: str
    open: list[tuple[str, str, bool]]
    """In sight at once."""
    others: list[tuple[str, str, bool]]


class ReportFields(FlaskForm):
    """The questions, for whoever asks them: a page of the reporter's, or a member of the desk on the telephone."""

    role = _Pick(_("Who are you in this?"))
    relation = _Pick(_("Who is the person to you?"))
    aware = _Pick(_("Does the person know that you tell us?"))
    organisation = StringField(_("Name of the organisation"))
    acts = _Ticks(_("What happened?"))
    grounds = _Ticks(_("Why do you think it happened?"))
    targets = _Ticks(_("Which group was meant?"))
    indicators = _Ticks(_("What makes you think so?"))
    when = _Pick(_("When was it?"))
    day = StringField(_("Date"))
    month = StringField(_("Month"))
    season = _Choice(_("Season"))
    year = StringField(_("Year"))
    when_words = StringField(_("Or in your words"))
    setting = _Pick(_("What kind of place was it?"))
    platform = _Choice(_("Where on the internet?"))
    content = _Ticks(_("What was it?"))
    link = StringField(_("Address of the page"))
    place = StringField(_("Town or village"))
    place_code = RadioField(_("Which one do you mean?"), validate_choice=False, default="")
    place_asked = HiddenField()
    """The words that `place_code` answers; another place typed since makes the answer void."""
    words = TextAreaField(_("In your own words"))
    told = _Ticks(_("Did anybody tell an authority or somebody else?"))
    outcomes = _Ticks(_("What did they do?"))
    untold = _Ticks(_("Why not?"))
    wish = _Pick(_("What should we do?"), default=NO_WISH)
    consents = _Ticks(_("Pass it on to"))
    readers = HiddenField()
    """REGIONAL where the page said that reports from some places are read by regional desks."""
    more = HiddenField()
    """FURTHER where the further questions are on the page too, ALL where also nothing is folded away."""
    wording: Wording = PLAIN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_choices()
        for name, text in self.wording.labels.items():
            self[name].label.text = text

    def hint(self, field: Field) -> str:
        """What helps to answer a question; empty for nothing."""
        return self.wording.hints.get(field.name, "")

    def _offer_choices(self) -> None:
        self.place_code.choices = []
        for name, choices in _offered(self.wording).items():
            self[name].choices = list(choices)

    def target_sections(self) -> list[Section]:
        """Target groups under the grounds they belong to; a group of two grounds stands under both."""
        chosen = set(self.targets.data or ())
        groups: dict[str, list[Term]] = {}
        for term in platform().vocabulary.public("target_group"):
            for ground in term.parents or ("any",):
                groups.setdefault(ground, []).append(term)
        return [_section(ground, listed, chosen) for ground, listed in groups.items()]

    @property
    def chosen_place(self) -> str | None:
        return chosen_of(self.place.data, self.place_asked.data, self.place_code.data)

    def ask_which_place(self, places: Iterable[tuple[str, str]]) -> None:
        """Offer the places, as code and name, that the typed words may mean."""
        self.place_code.choices = [*places, ("", gettext("None of these: leave it as I wrote it"))]
        self.place_code.data = self.chosen_place or ""
        self.place_asked.data = self.place.data

    def show(self, problems: Iterable[Problem]) -> None:
        """Put what has to be mended at its fields, in words."""
        for problem in problems:
            field = self[problem.field]
            field.errors = [*field.errors, sentence(problem)]


class ReportForm(ReportFields, CautiousForm):
    website = StringField()
    """A trap: people never see it."""
    page = "reporting/form.html"
    most_in_sight = FIRST

    @property
    def steps(self) -> int:
        return 9 if self.more.data else 8


class EasyForm(ReportForm):
    """The questions that matter most, in the easiest words."""

    wording = EASY
    page = "reporting/easy.html"
    most_in_sight = 8
    steps = 8


class CodeForm(PublicForm):
    code = StringField(_("Receipt code"), [InputRequired(_("Type the 28 digits of your code."))])


class SayForm(CautiousForm):
    """What a reporter says with their code: an answer, something more, or a correction."""

    code = StringField()
    kind = _Pick(_("What do you want to do?"))
    answer = TextAreaField(_("Your own words"))

    def __init__(self, *args: Any, is_asked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody is offered to answer who was not asked.
        self.kind.choices = [(MessageKind.ANSWER.value, _("I answer your question"))] if is_asked else []
        self.kind.choices += [
            (MessageKind.ADDITION.value, _("I add something")),
            (MessageKind.CORRECTION.value, _("I correct something that I said")),
        ]

    def said(self) -> MessageKind:
        of_the_desk = {MessageKind.QUESTION, MessageKind.NOTICE}
        said = {kind.value: kind for kind in MessageKind if kind not in of_the_desk}
        return said.get(self.kind.data or "", MessageKind.ADDITION)


class FilesForm(PublicForm):
    code = StringField()
    files = MultipleFileField(_("Files"))


_offers: dict[tuple[Language, frozenset[tuple[str, str]]], dict[str, Choices]] = {}


def _offered(wording: Wording) -> dict[str, Choices]:
    """By field, its codes with their names in the language of the request; looked up once."""
    key = current_language(), frozenset(wording.choices.items())
    if key not in _offers:
        plain = _offered_plainly(platform().vocabulary)
        for name, listed in wording.choices.items():
            easier = {term.code: label(term) for term in platform().vocabulary.of(listed)}
            plain[name] = [(code, easier.get(code, text)) for code, text in plain[name]]
        _offers[key] = plain
    return _offers[key]


def _offered_plainly(terms: Vocabulary) -> dict[str, Choices]:
    listed = {
        "role": terms.public("reporter_role"),
        "relation": terms.public("reporter_relation"),
        "aware": terms.public("person_aware"),
        "acts": _first(_COMMON_ACTS, terms.public("act_type")),
        "grounds": _first(_COMMON_GROUNDS, terms.public("ground")),
        "targets": terms.public("target_group"),
        "indicators": terms.public("bias_sign"),
        "when": terms.public("date_precision"),
        "setting": _first(_COMMON_SETTINGS, terms.public("setting")),
        "content": terms.public("online_content"),
        "told": _first(_COMMON_TOLD, terms.public("reported_to")),
        "outcomes": terms.public("report_outcome"),
        "untold": terms.public("not_reported_reason"),
        "wish": terms.public("wish"),
        "consents": _only(_ASKED_CONSENTS, terms.of("consent")),
    }
    open_to_none = {"season": terms.public("season"), "platform": terms.public("online_platform")}
    return {name: _choices(some) for name, some in listed.items()} | {
        name: [("", "–"), *_choices(some)] for name, some in open_to_none.items()
    }


def _section(ground: str, terms: list[Term], chosen: set[str]) -> Section:
    """The common groups in sight, if there are many; nothing that was ticked is folded away unseen."""
    groups = [(term.code, label(term), term.code in chosen) for term in terms]
    in_sight = [group for group in groups if len(groups) <= _FEW or group[0] in _COMMON_TARGETS]
    return Section(ground, in_sight, [group for group in groups if group not in in_sight])


def _choices(terms: Iterable[Term]) -> list[tuple[str, str]]:
    return [(term.code, label(term)) for term in terms]


def _first(codes: tuple[str, ...], terms: list[Term]) -> list[Term]:
    """The terms with these codes in this order, then all others."""
    by_code = {term.code: term for term in terms}
    return [by_code[code] for code in codes] + [term for term in terms if term.code not in codes]


def _only(codes: tuple[str, ...], terms: list[Term]) -> list[Term]:
    return [term for term in terms if term.code in codes]
