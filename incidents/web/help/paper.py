"""A complaint as a paper to sign: in Serbian, with labels in the reader's own language beside it."""

from __future__ import annotations

from incidents.core.complaint import Complaint
from incidents.core.languages import BY_TAG, Language
from incidents.core.paper import Line, Paper, Point
from incidents.web.help.forms import SCRIPTS, ComplaintForm, whom_in_words
from incidents.web.languages import current_language, label, speak
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

_RULES = {
    "for_whom": 0,
    "name": 1,
    "contact": 2,
    "person": 2,
    "wrongdoer": 3,
    "grounds": 2,
    "when": 1,
    "where": 1,
    "what": 14,
    "evidence": 6,
}
"""What the paper says, in this order, and how many lines there are to write on where nothing was typed."""


def paper_of(complaint: Complaint, script: str) -> Paper:
    """The complaint in Serbian in this script; labels stand in the language of the page as well."""
    reader = current_language()
    own = {} if reader.tag in SCRIPTS else _labels(reader)
    serbian = _labels(BY_TAG[script])
    texts = _texts(complaint)
    speak(reader)
    lines = {name: Line(text, own.get(name, "")) for name, text in serbian.items()}
    is_for_another = complaint.for_whom != "self"
    points = [
        Point(lines[name], texts[name], rules) for name, rules in _RULES.items() if name != "person" or is_for_another
    ]
    to_sign = ["day", "signature", *(["consent"] if complaint.for_whom == "other" else [])]
    return Paper(lines["addressee"], lines["title"], lines["basis"], points, [lines[name] for name in to_sign])


def _labels(language: Language) -> dict[str, str]:
    """Everything that the paper says by itself; speaks this language from here on."""
    speak(language)
    form = ComplaintForm(formdata=None)
    return {
        **{name: str(form[name].label.text) for name in _RULES},
        "addressee": label(platform().vocabulary.terms["referral_body"]["commissioner_equality"]),
        "title": _("Complaint about discrimination"),
        "basis": _("Law on the Prohibition of Discrimination, Article 35"),
        "day": _("Place and date"),
        "signature": _("Signature"),
        "consent": _("Signature of the person treated unfairly, who agrees to this complaint"),
    }


def _texts(complaint: Complaint) -> dict[str, str]:
    """What was filled in; choices in the language that is spoken now."""
    grounds = [label(term) for term in platform().vocabulary.of("ground") if term.code in complaint.grounds]
    typed = {name: getattr(complaint, name) for name in _RULES}
    return {**typed, "for_whom": whom_in_words()[complaint.for_whom], "grounds": "; ".join(grounds)}
