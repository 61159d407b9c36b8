"""The question before sending: what in the typed texts could show who somebody is. Asked once, never in the way.

A form that was asked about carries `cautioned`; so does one on which the phone's script has asked already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from incidents.core.deidentify.caution import cautions
from incidents.core.deidentify.mark import Kind
from incidents.web.texts import gettext as _
from incidents.web.tokens import PublicForm

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
        return bool(self.cautions) or _was_asked()


def cautions_about(typed: Mapping[str, str]) -> tuple[Caution, ...]:
    """What has to be asked about the texts of a request, by field; nothing a second time."""
    if _was_asked():
        return ()
    found = {_shortened(mark.text): (mark.kind, name) for name, text in typed.items() for mark in cautions(text)}
    return tuple(Caution(_name(kind), piece, name) for piece, (kind, name) in found.items())[:_MOST_SHOWN]


def _was_asked() -> bool:
    return "cautioned" in request.form


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
