"""Who may enter: declared at each route of the desk, checked before its view runs."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from incidents.core.accounts import IDLE, Role
from incidents.core.languages import BY_TAG, DEFAULT
from incidents.services import accounts
from incidents.services.accounts import Member, NotLoggedIn
from incidents.web.platform import platform

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

GUARDED: dict[str, frozenset[Role]] = {}
"""Which roles may enter, by the view's full name. A test holds that every page of the desk stands here."""
_TOUCH_AFTER = timedelta(minutes=1)


def needs(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let in members with one of these roles; without any, every member who is logged in."""

    def decorate(view: View[P]) -> View[P]:
        GUARDED[f"{view.__module__}.{view.__qualname__}"] = frozenset(roles)

        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            member = enter()
            if member is None:
                return redirect(url_for("accounts.login"), 303)
            if roles and member.roles.isdisjoint(roles):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def enter() -> Member | None:
    """The member behind this request's cookie, noted in `g`; None for nobody."""
    cookie = _cookie()
    if cookie is None:
        return None
    now = platform().now()
    try:
        with platform().database.reader() as session:
            member = accounts.member_of_session(session, cookie, now=now)
    except NotLoggedIn:
        return None
    if request.method == "POST" or accounts.is_nearly_idle(member, now=now, spare=IDLE - _TOUCH_AFTER):
        with platform().database.unit_of_work() as session:
            accounts.still_here(session, cookie, now=now)
    g.cookie, g.member = cookie, member
    g.language = BY_TAG.get(member.language, DEFAULT)
    return member


def cookie_name() -> str:
    return "__Host-desk" if platform().settings.https else "desk"


def give_cookie(response: Response | Answer, cookie: bytes) -> None:
    response.set_cookie(
        cookie_name(),
        urlsafe_b64encode(cookie).decode(),
        secure=platform().settings.https,
        httponly=True,
        samesite="Strict",
        path="/",
    )


def take_cookie(response: Response | Answer) -> None:
    response.delete_cookie(cookie_name(), secure=platform().settings.https, httponly=True, samesite="Strict", path="/")


def _cookie() -> bytes | None:
    try:
        return urlsafe_b64decode(request.cookies.get(cookie_name(), "")) or None
    except ValueError:
        return None
