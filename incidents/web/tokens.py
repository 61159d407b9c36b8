"""Form tokens. Public forms carry a sealed value and need no cookie; desk forms are bound to the session."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any, cast

from flask import g
from flask_wtf import FlaskForm
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from wtforms import Field, PasswordField, StringField, ValidationError
from wtforms.csrf.core import CSRF
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.i18n import DummyTranslations

from incidents.core.report import without_controls
from incidents.web.platform import platform
from incidents.web.texts import lazy_gettext as _

LIFE = timedelta(days=7)
"""Long, because nobody shall lose a text to a time limit; an older form is given back filled, with a new token."""


_LIFE_OF_ANSWERS = timedelta(hours=1)
"""Short: the phone may change hands while the receipt is still open on it."""


_TOKEN_BYTES = 16


class BadToken(Exception):
    """Not a token of ours, or too old."""


@dataclass(frozen=True)
class FormToken:
    nonce: bytes
    opened_at: datetime


def new_token(*, opened_at: datetime | None = None) -> str:
    """A sealed token; `opened_at` is kept from an earlier one when a form is given back."""
    site = platform()
    opened = opened_at or site.now()
    drawn = secrets.token_bytes(_TOKEN_BYTES + SecretBox.NONCE_SIZE)
    content = json.dumps([drawn[:_TOKEN_BYTES].hex(), int(opened.timestamp())])
    sealed = SecretBox(site.settings.token_key).encrypt(content.encode(), drawn[_TOKEN_BYTES:])
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def open_token(token: str) -> FormToken:
    """Raises BadToken."""
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        nonce, opened = json.loads(SecretBox(platform().settings.token_key).decrypt(sealed))
    except (CryptoError, ValueError, TypeError):
        raise BadToken from None
    opened_at = datetime.fromtimestamp(opened, UTC)
    if platform().now() - opened_at > LIFE:
        raise BadToken
    return FormToken(bytes.fromhex(nonce), opened_at)


def seal_answers(answers: Mapping[str, Sequence[str]]) -> str:
    """Answers that a page carries to the next one; whoever looks at the page reads nothing of them."""
    content = json.dumps([int(platform().now().timestamp()), {name: list(values) for name, values in answers.items()}])
    return urlsafe_b64encode(_answers_box().encrypt(content.encode())).decode().rstrip("=")


def open_answers(sealed: str) -> dict[str, list[str]]:
    """What `seal_answers` sealed less than an hour ago; nothing otherwise."""
    try:
        content = _answers_box().decrypt(urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)))
    except (CryptoError, ValueError, TypeError):
        return {}
    sealed_at, answers = json.loads(content)
    is_fresh = platform().now() - datetime.fromtimestamp(sealed_at, UTC) < _LIFE_OF_ANSWERS
    return dict(answers) if is_fresh else {}


def _answers_box() -> SecretBox:
    return SecretBox(blake2b(platform().settings.token_key, digest_size=32, person=b"answers").digest())


class _WhenShown:
    """A token that is drawn when a page shows it: most forms that come are only read."""

    @cached_property
    def _token(self) -> str:
        return new_token()

    def __str__(self) -> str:
        return self._token


class _Sealed(CSRF):
    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        return cast(str, _WhenShown())

    def validate_csrf_token(self, form: BaseForm, field: Field) -> None:
        try:
            open_token(field.data or "")
        except BadToken:
            raise ValidationError(
                _("This page was open for too long. Your answers are still here: please send them again.")
            ) from None


class _Bound(CSRF):
    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        return desk_token()

    def validate_csrf_token(self, form: BaseForm, field: Field) -> None:
        if not secrets.compare_digest((field.data or "").encode(), desk_token().encode()):
            raise ValidationError(_("This page is out of date. Please try again."))


def desk_token() -> str:
    return blake2b(g.cookie, digest_size=16, person=b"desk form").hexdigest()


_NO_TEXTS = DummyTranslations()


class _Typed(FlaskForm.Meta):
    """What is typed comes back without characters that no page may hold; a password is taken as it is."""

    def get_translations(self, form: BaseForm) -> DummyTranslations:
        """None of WTForms' own sentences is ever shown: it has them in some of our languages only."""
        return _NO_TEXTS

    def bind_field(self, form: BaseForm, unbound_field: UnboundField[Any], options: dict[str, Any]) -> Field:
        kind = unbound_field.field_class
        if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
            options["filters"] = [*unbound_field.kwargs.get("filters", ()), _shown_again]
        return cast(Field, super().bind_field(form, unbound_field, options))


def _shown_again(typed: object) -> object:
    return without_controls(typed) if isinstance(typed, str) else typed


class PublicForm(FlaskForm):
    class Meta(_Typed):
        csrf_class = _Sealed
        csrf_context = None
        csrf_field_name = "token"


class DeskForm(FlaskForm):
    class Meta(_Typed):
        csrf_class = _Bound
        csrf_context = None
        csrf_field_name = "token"
