"""The page that says which keys do what, and lets a member turn single keys off."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents.services import accounts
from incidents.web.accounts import guard
from incidents.web.desk.around import out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.platform import platform

keys = Blueprint("keys", __name__, url_prefix="/keys")


@keys.get("/")
@guard.needs()
def shown() -> ResponseReturnValue:
    return render_template("desk/keys.html", obstacle="")


@keys.post("/")
@guard.needs()
def choose() -> ResponseReturnValue:
    if not ActForm().validate():
        return render_template("desk/keys.html", obstacle=out_of_date()), 422
    with platform().database.unit_of_work() as session:
        accounts.use_single_keys(session, g.member.id, is_on="single_keys" in request.form)
    return redirect(url_for("desk.keys.shown"), 303)
