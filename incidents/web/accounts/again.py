"""Both factors again, before a weighty act of a member who is logged in."""

from __future__ import annotations

from typing import Protocol

from flask import g
from wtforms import HiddenField, PasswordField, StringField

from incidents.adapters.passkeys import Assertion
from incidents.services import accounts
from incidents.web.accounts.passkeys import SECOND_FACTOR, asked
from incidents.web.platform import platform
from incidents.web.texts import gettext as _


class WithSecond(Protocol):
    """A form that asks for the second factor."""

    code: StringField
    passkey: HiddenField


class WithBoth(WithSecond, Protocol):
    """A form that asks for both factors."""

    password: PasswordField


def second(form: WithSecond) -> accounts.Second:
    """The second factor that was sent: what a passkey answered, otherwise the code."""
    here = asked(SECOND_FACTOR)
    return Assertion(form.passkey.data, here) if form.passkey.data and here else digits(form.code.data)


def shows_again(form: WithBoth) -> bool:
    """Whether the member at work showed both their factors. A wrong try is counted."""
    site = platform()
    with site.database.unit_of_work() as session:
        return accounts.shows_again(
            session,
            g.member,
            form.password.data or "",
            second(form),
            token_key=site.settings.token_key,
            now=site.now(),
        )


def did_not_fit() -> str:
    return _(
        "That did not fit. Check your password and code or passkey. After several tries you have to wait a little."
    )


def digits(typed: str | None) -> str:
    """A code without the blanks that apps show in it."""
    return "".join((typed or "").split())
