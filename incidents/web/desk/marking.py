"""The marks of a report's words at the desk: what they are called, and what a member decides on them."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from wtforms import HiddenField, StringField, TextAreaField

from incidents.core.deidentify.mark import Kind
from incidents.core.deidentify.marks import marks
from incidents.core.deidentify.rulings import Ruling, State, Stretch, redacted, stretches
from incidents.core.report import plain_text
from incidents.services.deidentify import Deidentified
from incidents.web.desk.forms import ActForm
from incidents.web.desk.shown import in_sight
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

_FIELD = re.compile(r"mark-(\d{1,6})-(\d{1,6})-([a-z_]{1,20})")
_KINDS = {kind.value for kind in Kind}
_STATES = {state.value for state in State}


class SummaryForm(ActForm):
    also = StringField(_("Take out as well"))
    summary = TextAreaField(_("Summary that names nobody"))
    offered = HiddenField()
    """What stood in the box when the page was shown: a summary that is still this one was not written by anybody."""

    def rulings(self) -> list[Ruling]:
        """What was decided on each mark; fields that are none are left out."""
        fields = ((_FIELD.fullmatch(name), state) for name, state in request.form.items())
        return [
            Ruling(int(field[1]), int(field[2]), Kind(field[3]), State(state))
            for field, state in fields
            if field and field[3] in _KINDS and state in _STATES
        ]

    def written(self) -> str | None:
        """The summary, if a member has written in it or says that it is right as it stands."""
        typed = plain_text(self.summary.data or "")
        is_untouched = typed == plain_text(self.offered.data or "")
        return None if is_untouched and "as_it_is" not in request.form else typed


def summary_form_for(found: Deidentified, version: int) -> SummaryForm:
    """The form with the saved summary, or with the words without what could identify someone."""
    offered = "" if found.summary is not None else offered_summary(found)
    values: dict[str, Any] = {"version": version, "summary": found.summary or offered, "offered": offered}
    return SummaryForm(formdata=None, data=values)


def offered_summary(found: Deidentified) -> str:
    return in_sight(redacted(found.parts, kind_names()))


def marked(text: str) -> list[Stretch]:
    """Any text with what could identify someone, for reading: nothing is decided on it."""
    return stretches(text, marks(text, platform().known_names()), ())


def kind_names() -> dict[Kind, str]:
    return {
        Kind.NAME: gettext("name"),
        Kind.PHONE: gettext("phone number"),
        Kind.EMAIL: gettext("e-mail address"),
        Kind.JMBG: gettext("personal number"),
        Kind.JMBG_SUSPECT: gettext("personal number"),
        Kind.DOCUMENT: gettext("document number"),
        Kind.NUMBER: gettext("file number"),
        Kind.ACCOUNT: gettext("bank account"),
        Kind.IBAN: gettext("bank account"),
        Kind.PLATE: gettext("licence plate"),
        Kind.URL: gettext("link"),
        Kind.HANDLE: gettext("user name"),
        Kind.ADDRESS: gettext("address"),
        Kind.PLACE: gettext("small place"),
        Kind.ROLE: gettext("rare role"),
        Kind.OTHER: gettext("something else"),
    }
