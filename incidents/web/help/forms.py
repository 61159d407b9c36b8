"""Forms whose answers are used once and never kept: they change nothing, so they need no token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from incidents.core.complaint import Complaint
from incidents.core.help import Question
from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.core.report import Problem, plain_text
from incidents.core.vocabulary import Term
from incidents.web.languages import current_language, label
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import open_answers

Answers = Mapping[str, Sequence[str]]
"""What was answered in a report that has just been sent."""
SCRIPTS = ("sr-Cyrl", "sr-Latn")
_TONGUES = {
    "sr": "српски / srpski",
    **{language.tag: language.endonym for language in LANGUAGES if language.tag not in SCRIPTS},
}
"""Languages to speak with a body; a script makes no difference there."""


_FREQUENT_GROUNDS = {"age", "health_status", "disability", "national_ethnic", "sex", "marital_family_status"}
"""What the Commissioner is told of most often (annual report for 2023); the others follow in the order of the law."""


class _Plain(FlaskForm):
    class Meta(FlaskForm.Meta):
        csrf = False

    answers = HiddenField()

    def earlier(self) -> Answers:
        """Answers of a report that this page came from."""
        return open_answers(self.answers.data or "")


class HelpForm(_Plain):
    act = SelectField(_("What happened?"), validate_choice=False)
    ground = SelectField(_("Why do you think it happened?"), validate_choice=False)
    place = StringField(_("Town or village"))
    municipality = RadioField(_("Which of these places do you mean?"), validate_choice=False)
    spoken = SelectField(_("Which language do you want to use there?"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = platform().vocabulary
        open_answer = [("", gettext("no answer"))]
        self.act.choices = open_answer + _choices(terms.public("act_type"))
        self.ground.choices = open_answer + _choices(terms.public("ground"))
        self.spoken.choices = [(tag, name, {"lang": tag}) for tag, name in _TONGUES.items()]
        if self.spoken.data not in _TONGUES:
            self.spoken.data = current_language().tag if current_language().tag in _TONGUES else "sr"

    def question(self) -> Question:
        """What is asked here, or was answered before."""
        earlier = self.earlier()
        return Question(
            acts=_codes(self.act.data, earlier.get("acts", ())),
            grounds=_codes(self.ground.data, earlier.get("grounds", ())),
            settings=frozenset(earlier.get("settings", ())),
            language=self.spoken.data or "",
        )

    def typed_place(self) -> str:
        """At most 200 characters: longer ones are no place."""
        typed = plain_text(self.place.data or "") or "".join(self.earlier().get("place", ()))
        return typed[:200].replace("\n", " ")


class ComplaintForm(_Plain):
    script = RadioField(_("The document is in Serbian. In which script?"), validate_choice=False)
    for_whom = RadioField(_("For whom is the complaint?"), validate_choice=False, default="self")
    name = StringField(_("Name of whoever makes the complaint"))
    contact = StringField(_("Address, telephone or e-mail for the answer"))
    person = StringField(_("Who was treated unfairly, if it is somebody else?"))
    wrongdoer = StringField(_("Who did it?"))
    grounds = SelectMultipleField(_("Because of which personal characteristic?"), validate_choice=False)
    when = StringField(_("When was it?"))
    where = StringField(_("Where was it?"))
    what = TextAreaField(_("What happened?"))
    evidence = TextAreaField(_("What shows it?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.script.choices = [(tag, BY_TAG[tag].endonym, {"lang": tag}) for tag in SCRIPTS]
        self.for_whom.choices = list(whom_in_words().items())
        grounds = [term for term in platform().vocabulary.public("ground") if term.code != "not_sure"]
        self.grounds.choices = _choices(sorted(grounds, key=lambda term: term.code not in _FREQUENT_GROUNDS))
        if self.script.data not in SCRIPTS:
            self.script.data = "sr-Cyrl" if current_language().tag == "sr-Cyrl" else "sr-Latn"

    def begin_with(self, answers: Answers) -> None:
        """Fill in what a report said, so that nobody has to answer it twice."""
        self.grounds.data = [code for code in answers.get("grounds", ()) if code != "not_sure"]
        self.when.data = "".join(answers.get("when", ()))
        self.where.data = "".join(answers.get("place", ()))

    def complaint(self) -> Complaint:
        return Complaint(
            for_whom=self.for_whom.data or "",
            name=_line(self.name),
            contact=_line(self.contact),
            person=_line(self.person) if self.for_whom.data != "self" else "",
            wrongdoer=_line(self.wrongdoer),
            grounds=frozenset(self.grounds.data or ()),
            when=_line(self.when),
            where=_line(self.where),
            what=plain_text(self.what.data or ""),
            evidence=plain_text(self.evidence.data or ""),
        )

    def show(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            field = self[problem.field]
            field.errors = [*field.errors, _message(problem)]


def whom_in_words() -> dict[str, str]:
    return {
        "self": gettext("For myself"),
        "other": gettext("For somebody else, who agrees"),
        "group": gettext("As a human-rights organisation, for a group of people"),
    }


def _line(field: StringField) -> str:
    return plain_text(field.data or "").replace("\n", " ")


def _codes(one: str | None, several: Iterable[str]) -> frozenset[str]:
    return frozenset({one} if one else several)


def _choices(terms: Iterable[Term]) -> list[tuple[str, str]]:
    return [(term.code, label(term)) for term in terms]


def _message(problem: Problem) -> str:
    match problem.message:
        case "too_long":
            return gettext("This is too long. Please shorten it.")
        case "other_letters":
            return gettext(
                "The document can hold Latin, Cyrillic and Greek letters only. Please write this in one of them."
            )
        case _:
            return gettext("One of these choices has changed meanwhile. Please choose again.")
