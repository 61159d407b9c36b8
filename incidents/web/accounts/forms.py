"""What a member types to log in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flask import g
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.form import BaseForm
from wtforms.validators import (
    DataRequired,
    EqualTo,
    InputRequired,
    Length,
    Regexp,
    StopValidation,
    ValidationError,
)

from incidents.adapters.data_files import common_passwords
from incidents.adapters.passkeys import LONGEST_ANSWER
from incidents.core.accounts import LONGEST_PASSWORD, PARTNER_CODE, SHORTEST_PASSWORD, Role
from incidents.core.languages import AT_DESK
from incidents.core.passwords import is_guessable
from incidents.services.colleagues import Offered
from incidents.web.accounts.roles import WORDS
from incidents.web.desk.shown import desk_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm, PublicForm


def _name() -> StringField:
    return StringField(
        _("Name"),
        [InputRequired(_("Type your name.")), Length(max=80, message=_("That name is too long."))],
        render_kw={"autocomplete": "username"},
    )


def _password(id_: str) -> PasswordField:
    return PasswordField(
        _("Password"),
        [
            InputRequired(_("Type your password.")),
            Length(max=LONGEST_PASSWORD, message=_("That password is too long.")),
        ],
        id=id_,
        render_kw={"autocomplete": "current-password"},
    )


class _Choosing(Protocol):
    """A form on which somebody chooses a password."""

    def whom(self) -> str:
        """The name of the member that it is to be of."""


def _hard_to_guess(form: _Choosing, field: Field) -> None:
    if is_guessable(field.data or "", common_passwords(), [form.whom(), *platform().settings.hosts]):
        raise ValidationError(
            _(
                "This password is easy to guess: it is a common one, or made of names, neighbours on the keyboard or "
                "pieces that repeat. Take four or five words that have nothing to do with one another."
            )
        )


def _new_password(id_: str) -> PasswordField:
    return PasswordField(
        _("New password"),
        [
            InputRequired(_("Type a new password.")),
            Length(
                min=SHORTEST_PASSWORD,
                max=LONGEST_PASSWORD,
                message=_("A password needs 15 to 256 characters. Four or five words do well."),
            ),
            _hard_to_guess,
        ],
        id=id_,
        render_kw={"autocomplete": "new-password"},
    )


class _TypedUnlessShown(InputRequired):
    """A code is typed, unless a passkey answered in its place."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if "passkey" in form and form["passkey"].data:
            raise StopValidation
        super().__call__(form, field)


def _code(id_: str) -> StringField:
    return StringField(
        _("Six-digit code"),
        [
            _TypedUnlessShown(_("Type the code that your second factor shows.")),
            Length(max=40, message=_("Six digits, or the twelve of a spare code.")),
        ],
        id=id_,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


def _passkey() -> HiddenField:
    """What a passkey answered, where the script filled it in."""
    return HiddenField(
        validators=[Length(max=LONGEST_ANSWER, message=_("This page is out of date. Please try again."))]
    )


def _recovery_code() -> StringField:
    return StringField(
        _("Recovery code"),
        [
            InputRequired(_("Type your recovery code.")),
            Length(max=120, message=_("That is too long: it has 42 digits.")),
        ],
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )


def _in_one_line(typed: str | None) -> str:
    return " ".join((typed or "").split())


class LoginForm(PublicForm):
    name = _name()
    password = _password("password")
    code = _code("code")
    passkey = _passkey()


class RecoverForm(PublicForm):
    """For who forgot the password, or had it reset."""

    name = _name()
    recovery_code = _recovery_code()
    code = _code("code")
    passkey = _passkey()
    new_password = _new_password("new_password")

    def whom(self) -> str:
        return self.name.data or ""


class PasswordForm(DeskForm):
    password = _password("change-password")
    code = _code("change-code")
    passkey = _passkey()
    new_password = _new_password("change-new_password")

    def whom(self) -> str:
        return str(g.member.name)


class WarnForm(DeskForm):
    is_warned = BooleanField(_("Announce stories that are hard to read, and keep them folded until I open them"))


class RenewForm(DeskForm):
    """Both factors again, for a new recovery code."""

    password = _password("renew-password")
    code = _code("renew-code")
    passkey = _passkey()


class SpareForm(DeskForm):
    """Both factors again, for new spare codes."""

    password = _password("spare-password")
    code = _code("spare-code")
    passkey = _passkey()


class PasskeyForm(DeskForm):
    """Both factors again, before a passkey is made, and how its member will call it."""

    name = StringField(
        _("Name of the passkey"),
        [DataRequired(_("Type a name.")), Length(max=80, message=_("That name is too long."))],
        id="passkey-name",
        filters=[_in_one_line],
        render_kw={"autocomplete": "off"},
    )
    password = _password("passkey-password")
    code = _code("passkey-code")
    passkey = _passkey()


class MadeForm(DeskForm):
    """A passkey that was just made."""

    name = HiddenField(validators=[DataRequired(), Length(max=80)], filters=[_in_one_line])
    passkey = HiddenField(validators=[DataRequired(), Length(max=LONGEST_ANSWER)])


class RemovePasskeyForm(DeskForm):
    """Which, and both factors again."""

    which = RadioField(_("Passkey"), [InputRequired(_("Choose a passkey."))], id="remove-which", choices=())
    password = _password("remove-password")
    code = _code("remove-code")
    passkey = _passkey()


class AgainForm(DeskForm):
    """Both factors again, for an act on what its page showed."""

    version = HiddenField()
    password = _password("again-password")
    code = _code("again-code")
    passkey = _passkey()


class ReadmitForm(DeskForm):
    """Both factors again, to let a colleague in again; and where there are several desks, to which."""

    desks = SelectMultipleField(_("At which desks"), id="readmit-desks", choices=(), validate_choice=False)
    password = _password("readmit-password")
    code = _code("readmit-code")
    passkey = _passkey()

    def offer(self, desks: Sequence[Offered]) -> None:
        """Those that are usual are ticked until something is sent."""
        self.desks.choices = [(one.desk.code, desk_name(one.desk)) for one in desks]
        if not self.is_submitted():
            self.desks.data = [one.desk.code for one in desks if one.is_usual]

    def is_chosen(self, desks: Sequence[Offered]) -> bool:
        """Whether one of these is, if there are any; where not, the field says so."""
        if desks and not self.chosen(desks):
            self.desks.errors = [gettext("Choose a desk.")]
        return not self.desks.errors

    def chosen(self, desks: Sequence[Offered]) -> list[str]:
        """Codes of those of these desks that are ticked."""
        return [one.desk.code for one in desks if one.desk.code in (self.desks.data or ())]


class ResetForm(DeskForm):
    """Both factors again, for a colleague's new password."""

    password = _password("reset-password")
    code = _code("reset-code")
    passkey = _passkey()


class RevokeForm(DeskForm):
    """Both factors again, and why a colleague is shut out."""

    reason = StringField(
        _("Why"),
        [
            InputRequired(_("Say why, in a few words.")),
            Length(max=200, message=_("Please keep it under 200 characters.")),
        ],
        id="revoke-reason",
        render_kw={"autocomplete": "off"},
    )
    password = _password("revoke-password")
    code = _code("revoke-code")
    passkey = _passkey()


def _partners_alone(form: InviteForm, _field: Field) -> None:
    if Role.PARTNER in form.chosen() and len(form.chosen()) > 1:
        raise ValidationError(_("A partner does nothing else at the desk. Choose that alone."))


def _of_partners(form: InviteForm, field: Field) -> None:
    if bool(field.data) != (Role.PARTNER in form.chosen()):
        raise ValidationError(_("A partner sends for an organisation, and only a partner does."))


class InviteForm(DeskForm):
    """Whom, for what, and both factors again."""

    name = StringField(
        _("Name"),
        [DataRequired(_("Type a name.")), Length(max=80, message=_("That name is too long."))],
        id="invite-name",
        filters=[_in_one_line],
        render_kw={"autocomplete": "off"},
    )
    roles = SelectMultipleField(
        _("What they will do"),
        [InputRequired(_("Choose one or more.")), _partners_alone],
        validate_choice=True,
        id="invite-roles",
    )
    partner = StringField(
        _("Short name of the organisation"),
        [
            Regexp(f"({PARTNER_CODE.pattern})?$", message=_("2 to 40 small letters a-z, digits, - or _.")),
            _of_partners,
        ],
        id="invite-partner",
        filters=[_in_one_line],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    language = SelectField(_("Language"), id="invite-language")
    password = _password("invite-password")
    code = _code("invite-code")
    passkey = _passkey()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(language.tag, language.endonym) for language in AT_DESK]
        self.roles.choices = [(role.value, words) for role, words in WORDS.items()]

    def chosen(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles.data or ())


class TakeBackForm(DeskForm):
    """A button; it has only the token."""


class BeginForm(PublicForm):
    """A button; it has only the token."""


class EnrolForm(PublicForm):
    """For who came by an invitation."""

    invited = ""
    """The name that the invitation is for."""
    offer = HiddenField()
    """The second factor that the page shows, sealed."""
    new_password = _new_password("new_password")
    again = PasswordField(
        _("The same password again"),
        [EqualTo("new_password", message=_("The two passwords are not the same."))],
        id="again",
        render_kw={"autocomplete": "new-password"},
    )
    code = _code("code")

    def whom(self) -> str:
        return self.invited


class ConfirmForm(DeskForm):
    recovery_code = _recovery_code()


class EndForm(DeskForm):
    session = StringField(validators=[InputRequired(), Length(max=64)])


class LanguageForm(DeskForm):
    language = SelectField(_("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(language.tag, language.endonym) for language in AT_DESK]


class LogoutForm(DeskForm):
    """A button; it has only the token."""
