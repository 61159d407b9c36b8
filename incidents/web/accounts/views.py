"""Pages to log in, log out and choose the desk's language."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.services import accounts as members
from incidents.web.accounts import guard
from incidents.web.accounts.forms import LanguageForm, LoginForm, LogoutForm
from incidents.web.platform import platform

accounts = Blueprint("accounts", __name__, url_prefix="/desk")


@accounts.get("/login")
def login() -> ResponseReturnValue:
    return render_template("accounts/login.html", form=LoginForm(), refused=False)


@accounts.post("/login")
def log_in() -> ResponseReturnValue:
    form = LoginForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form, refused=False), 422
    site = platform()
    with site.database.unit_of_work() as session:
        cookie = members.log_in(
            session,
            (form.name.data or "").strip(),
            form.password.data or "",
            "".join((form.code.data or "").split()),
            token_key=site.settings.token_key,
            memory_mib=site.settings.seal_memory_mib,
            now=site.now(),
        )
    if cookie is None:
        return render_template("accounts/login.html", form=form, refused=True), 422
    response = redirect(url_for("desk.queue"), 303)
    guard.give_cookie(response, cookie)
    return response


@accounts.post("/logout")
@guard.needs()
def log_out() -> ResponseReturnValue:
    if not LogoutForm().validate():
        return redirect(url_for("desk.queue"), 303)
    with platform().database.unit_of_work() as session:
        members.log_out(session, g.cookie)
    platform().memory.forget(g.cookie)
    response = make_response(render_template("accounts/logged_out.html"))
    guard.take_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@accounts.post("/language")
@guard.needs()
def speak() -> ResponseReturnValue:
    form = LanguageForm()
    if form.validate():
        with platform().database.unit_of_work() as session:
            members.speak(session, g.member.id, form.language.data)
    return redirect(url_for("desk.queue"), 303)
