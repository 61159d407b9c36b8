"""What a member types to log in."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from incidents.core.accounts import LONGEST_PASSWORD
from incidents.core.languages import AT_DESK
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm, PublicForm


class LoginForm(PublicForm):
    name = StringField(
        _("Name"),
        [InputRequired(_("Type your name.")), Length(max=80, message=_("That name is too long."))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _("Password"),
        [
            InputRequired(_("Type your password.")),
            Length(max=LONGEST_PASSWORD, message=_("That password is too long.")),
        ],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField(
        _("Six-digit code"),
        [InputRequired(_("Type the code that your second factor shows.")), Length(max=12, message=_("Six digits."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class LanguageForm(DeskForm):
    language = SelectField(_("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(language.tag, language.endonym) for language in AT_DESK]


class LogoutForm(DeskForm):
    """A button; it has only the token."""
