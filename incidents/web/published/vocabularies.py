"""The lists of codes with what they are called in every language, and the questions that they answer: for apps."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters import catalogues
from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.core.report import REQUIRED, SEVERAL, SINGLE
from incidents.core.vocabulary import Term
from incidents.web.platform import platform
from incidents.web.published.files import current

vocabularies = Blueprint("vocabularies", __name__, url_prefix="/vocabularies")

QUESTIONS = {
    "role": "Who are you in this?",
    "acts": "What happened?",
    "grounds": "Why do you think it happened?",
    "targets": "Which group was meant?",
    "indicators": "What makes you think so?",
    "when": "When was it?",
    "setting": "What kind of place was it?",
    "wish": "What should we do?",
    "consents": "Pass it on to",
}
"""Message ids of the form's questions, by the member of a report that takes the answer."""


@vocabularies.get("")
def listed() -> ResponseReturnValue:
    """Which lists there are, and which of them a report is made of, in the order in which they are asked."""
    return current(
        jsonify(
            {
                "version": platform().vocabulary.version,
                "languages": {language.tag: language.endonym for language in LANGUAGES},
                "questions": [_question(member) for member in QUESTIONS],
                "vocabularies": {name: url_for("api.vocabularies.shown", name=name) for name in names()},
            }
        )
    )


@vocabularies.get("/<name>")
def shown(name: str) -> ResponseReturnValue:
    """One list in its order."""
    if name not in names():
        abort(404)
    terms = platform().vocabulary
    return current(
        jsonify(
            {"vocabulary": name, "version": terms.version, "terms": [_described(term) for term in terms.public(name)]}
        )
    )


def names() -> list[str]:
    """The lists of which reporters see any code."""
    terms = platform().vocabulary
    return [name for name in sorted(terms.terms) if terms.public(name)]


def _question(member: str) -> dict[str, object]:
    return {
        "member": member,
        "vocabulary": SINGLE.get(member) or SEVERAL[member],
        "several": member in SEVERAL,
        "required": member in REQUIRED,
        "question": {tag: catalogues.catalogue(tag, "messages").gettext(QUESTIONS[member]) for tag in BY_TAG},
    }


def _described(term: Term) -> dict[str, object]:
    return {
        "code": term.code,
        "parents": list(term.parents),
        "labels": {tag: catalogues.label(term, tag) for tag in BY_TAG},
    }
