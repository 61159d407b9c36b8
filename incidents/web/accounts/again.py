"""Both factors again, before a weighty act of a member who is logged in."""

from __future__ import annotations

from flask import g

from incidents.services import accounts
from incidents.web.platform import platform
from incidents.web.texts import gettext as _


def shows_again(password: str | None, code: str | None) -> bool:
    """Whether the member at work typed both their factors. A wrong try is counted."""
    site = platform()
    with site.database.unit_of_work() as session:
        return accounts.shows_again(
            session, g.member, password or "", digits(code), token_key=site.settings.token_key, now=site.now()
        )


def did_not_fit() -> str:
    return _("That did not fit. Check your password and code. After several tries you have to wait a little.")


def digits(typed: str | None) -> str:
    """A code without the blanks that apps show in it."""
    return "".join((typed or "").split())
