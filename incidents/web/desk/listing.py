"""A list of reports as a form carries it, and the form that does one thing with all of them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import request
from wtforms import HiddenField, RadioField, SelectField, TextAreaField

from incidents.core.likeness.groups import Kind
from incidents.db.bulk import BulkKind
from incidents.services.clusters import Listed
from incidents.web.desk.shown import named
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm

_LARGEST = 1024 * 1024
"""Bytes of a form with a list: near forty thousand reports."""
_ID, _VERSION = 16, 4
_BY_REPORTERS = "withdrawn"
"""The reason that only reporters give."""


def allow_long_list() -> None:
    """This request may be larger than others. To be called before its form is read."""
    request.max_content_length = request.max_form_memory_size = _LARGEST


def written(listed: Iterable[Listed]) -> str:
    return urlsafe_b64encode(b"".join(one.id.bytes + one.version.to_bytes(_VERSION) for one in listed)).decode()


def read(typed: str) -> list[Listed]:
    """The reports of a list, each once. Empty for what is no list of ours."""
    try:
        packed = urlsafe_b64decode(typed.encode("ascii"))
    except ValueError:
        return []
    size = _ID + _VERSION
    if len(packed) % size:
        return []
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    found = [Listed(UUID(bytes=part[:_ID]), int.from_bytes(part[_ID:])) for part in parts]
    return list({one.id: one for one in found}.values())


class TogetherForm(DeskForm):
    likeness = HiddenField()
    """What kind of cluster it was, to show it again."""
    listed = HiddenField()
    act = RadioField(_("What shall be done with all of them"), validate_choice=False)
    reason = SelectField(_("Reason"), validate_choice=False)
    comment = TextAreaField(_("Why? Write a sentence for your colleagues."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act.choices = [
            (BulkKind.RELEASE.value, gettext("Let them go to the ordinary queue")),
            (BulkKind.SET_ASIDE.value, gettext("Set them aside")),
        ]
        reasons = [term for term in platform().vocabulary.of("set_aside_reason") if term.code != _BY_REPORTERS]
        self.reason.choices = [("", "–"), *((term.code, named(term)) for term in reasons)]

    def reports(self) -> list[Listed]:
        return read(self.listed.data or "")

    def kind(self) -> Kind:
        try:
            return Kind(self.likeness.data or "")
        except ValueError:
            return Kind.COPIES

    def chosen(self) -> tuple[BulkKind, str | None] | None:
        """What to do and for which reason; None with errors at fields that are not clear."""
        if self.act.data not in {kind.value for kind in BulkKind}:
            self.act.errors = [gettext("Choose what shall be done.")]
            return None
        kind = BulkKind(self.act.data)
        if kind is BulkKind.RELEASE:
            return kind, None
        reason = self.reason.data or ""
        if reason == _BY_REPORTERS or not platform().vocabulary.has("set_aside_reason", reason):
            self.reason.errors = [gettext("Choose a reason.")]
            return None
        return kind, reason
