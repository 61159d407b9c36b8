"""The question before sending: what in the typed texts could show who somebody is. Asked once, never in the way.

A form that was asked about carries `cautioned`; so does one on which the phone's script has asked already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request
from wtforms import Field, HiddenField, StringField, TextAreaField

from incidents.core.deidentify.caution import cautions
from incidents.core.deidentify.mark import Kind
from incidents.web.texts import gettext as _
from incidents.web.tokens import PublicForm

_WANTED = frozenset({"contact", "link", "code"})
"""Fields that ask for a number, an address or a link."""
_MOST_SHOWN, _LONGEST_SHOWN = 8, 24


@dataclass(frozen=True)
class Caution:
    """One piece of a text: what it is called, how it begins, and the field that it stands in."""

    name: str
    piece: str
    field: str


class CautiousForm(PublicForm):
    """A form whose texts are asked about once before they are taken."""

    cautions: tuple[Caution, ...] = ()

    @property
    def is_asked(self) -> bool:
        return bool(self.cautions) or "cautioned" in request.form

    def asks(self) -> bool:
        """Whether something has to be asked, which then stands in `cautions`; not of one who fell into the trap."""
        if not self.is_asked and not request.form.get("website"):
            found = {caution.piece: caution for field in _typed(self) for caution in _cautions(field)}
            self.cautions = tuple(found.values())[:_MOST_SHOWN]
        return bool(self.cautions)


def _typed(form: CautiousForm) -> Iterator[Field]:
    for field in form:
        is_typed = isinstance(field, StringField | TextAreaField) and not isinstance(field, HiddenField)
        if is_typed and field.data and field.name not in _WANTED:
            yield field


def _cautions(field: Field) -> Iterator[Caution]:
    for mark in cautions(field.data):
        yield Caution(_name(mark.kind), _shortened(mark.text), field.id)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _name(kind: Kind) -> str:
    match kind:
        case Kind.NAME:
            return _("A name")
        case Kind.JMBG | Kind.JMBG_SUSPECT:
            return _("A personal number (JMBG)")
        case Kind.PHONE:
            return _("A phone number")
        case Kind.EMAIL:
            return _("An e-mail address")
        case Kind.PLATE:
            return _("A licence plate")
        case Kind.ACCOUNT | Kind.IBAN:
            return _("A bank account")
        case Kind.DOCUMENT:
            return _("A number of a document")
        case _:
            return _("A link or a user name")
