"""The report form and the receipt forms: they check shape and give values; the rules stand in core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from incidents.core.periods import iso_date
from incidents.core.report import Problem, Report, plain_text
from incidents.core.vocabulary import Term
from incidents.web.languages import current_language, label
from incidents.web.platform import platform
from incidents.web.reporting.cautions import CautiousForm
from incidents.web.reporting.messages import sentence
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
_ASKED_INDICATORS = ("victim_perception", "words_gestures", "written_symbols", "clothing_insignia", "pattern")
_ASKED_CONSENTS = ("refer_commissioner", "refer_police", "refer_ngo")
FIRST = 12
"""Options of a step that stand open."""


class _Ticks(SelectMultipleField):
    """Several codes of one list; unknown ones are left to the rules, so that nothing else is lost."""

    def pre_validate(self, form: Any) -> None:
        return


class _Pick(RadioField):
    def pre_validate(self, form: Any) -> None:
        return


class ReportForm(CautiousForm):
    role = _Pick(_("Who are you in this?"))
    acts = _Ticks(_("What happened?"))
    grounds = _Ticks(_("Why do you think it happened?"))
    targets = _Ticks(_("Which group was meant?"))
    indicators = _Ticks(_("What makes you think so?"))
    when = _Pick(_("When was it?"))
    day = StringField(_("Date"))
    month = StringField(_("Month"))
    year = StringField(_("Year"))
    setting = _Pick(_("What kind of place was it?"))
    place = StringField(_("Town or village"))
    words = TextAreaField(_("Your own words"))
    wish = _Pick(_("What should we do?"), default="count_only")
    consents = _Ticks(_("Pass it on to"))
    website = StringField()
    """A trap: people never see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = platform().vocabulary
        self.role.choices = _choices(terms.public("reporter_role"))
        self.acts.choices = _choices(_first(_COMMON_ACTS, terms.public("act_type")))
        self.grounds.choices = _choices(_first(_COMMON_GROUNDS, terms.public("ground")))
        self.targets.choices = _choices(terms.public("target_group"))
        self.indicators.choices = _choices(_only(_ASKED_INDICATORS, terms.of("bias_indicator")))
        self.when.choices = _choices(terms.public("date_precision"))
        self.setting.choices = _choices(_first(_COMMON_SETTINGS, terms.public("setting")))
        self.wish.choices = _choices(terms.public("wish"))
        self.consents.choices = _choices(_only(_ASKED_CONSENTS, terms.of("consent")))

    def target_sections(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Target groups under the grounds they belong to; a group of two grounds stands under both."""
        chosen = set(self.targets.data or ())
        sections: dict[str, list[tuple[str, str, bool]]] = {}
        for term in platform().vocabulary.public("target_group"):
            for ground in term.parents or ("any",):
                sections.setdefault(ground, []).append((term.code, label(term), term.code in chosen))
        return list(sections.items())

    def report(self) -> Report:
        """What was answered, as typed; not yet judged by the rules."""
        when = self.when.data or ""
        return Report(
            language=current_language().tag,
            role=self.role.data or "",
            acts=frozenset(self.acts.data or ()),
            grounds=frozenset(self.grounds.data or ()),
            targets=frozenset(self.targets.data or ()),
            indicators=frozenset(self.indicators.data or ()),
            when=when,
            day=iso_date(_typed(self.day)) if when in {"exact", "approx_week"} else "",
            month=iso_date(_typed(self.month)) if when in {"month", "ongoing"} else "",
            year=_typed(self.year) if when == "year" else "",
            setting=self.setting.data or "",
            place=plain_text(self.place.data or "").replace("\n", " "),
            words=plain_text(self.words.data or ""),
            wish=self.wish.data or "",
            consents=frozenset(self.consents.data or ()) if self.wish.data == "pass_on" else frozenset(),
        )

    def show(self, problems: Iterable[Problem]) -> None:
        """Put what has to be mended at its fields, in words."""
        for problem in problems:
            field = self[problem.field]
            field.errors = [*field.errors, sentence(problem)]


class CodeForm(PublicForm):
    code = StringField(_("Receipt code"), [InputRequired(_("Type the 28 digits of your code."))])


class AnswerForm(CautiousForm):
    code = StringField()
    answer = TextAreaField(
        _("Your answer"),
        [
            InputRequired(_("Write your answer first.")),
            Length(max=5000, message=_("That is too long. Please keep it under 5,000 characters.")),
        ],
    )


def _typed(field: StringField) -> str:
    return plain_text(field.data or "")


def _choices(terms: Iterable[Term]) -> list[tuple[str, str]]:
    return [(term.code, label(term)) for term in terms]


def _first(codes: tuple[str, ...], terms: list[Term]) -> list[Term]:
    """The terms with these codes in this order, then all others."""
    by_code = {term.code: term for term in terms}
    return [by_code[code] for code in codes] + [term for term in terms if term.code not in codes]


def _only(codes: tuple[str, ...], terms: list[Term]) -> list[Term]:
    return [term for term in terms if term.code in codes]
