"""Inviting a member: the link is shown once, and can be taken back until somebody came by it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.services import invitations as service
from incidents.services.invitations import NameTaken
from incidents.web.accounts import guard
from incidents.web.accounts.again import did_not_fit, shows_again
from incidents.web.accounts.forms import InviteForm, TakeBackForm
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

invitations = Blueprint("invitations", __name__, url_prefix="/invitations")


@invitations.get("/new")
@guard.needs(Role.ADMINISTRATOR)
def prepare() -> ResponseReturnValue:
    return _page(InviteForm(formdata=None))


@invitations.post("/new")
@guard.needs(Role.ADMINISTRATOR)
def invite() -> ResponseReturnValue:
    form, site = InviteForm(), platform()
    if not form.validate():
        return _page(form), 422
    if not shows_again(form):
        return _page(form, said=did_not_fit()), 422
    try:
        with site.database.unit_of_work() as session:
            token = service.invite(
                session,
                form.name.data or "",
                form.chosen(),
                language=form.language.data,
                by=g.member,
                now=site.now(),
                partner=form.partner.data or None,
            )
    except NameTaken:
        return _page(form, said=_("There is a member or an invitation of this name already.")), 409
    path = url_for("accounts.invited.welcome", token=token)
    link = f"{'https' if site.settings.https else 'http'}://{request.host}{path}"
    allow_script()
    return render_template("accounts/link.html", name=form.name.data, link=link)


@invitations.post("/<uuid:invitation>/take-back")
@guard.needs(Role.ADMINISTRATOR)
def take_back(invitation: UUID) -> ResponseReturnValue:
    site = platform()
    if TakeBackForm().validate():
        with site.database.unit_of_work() as session:
            service.take_back(session, invitation, by=g.member, now=site.now())
    return redirect(url_for("accounts.colleagues.listed"), 303)


def _page(form: InviteForm, *, said: str = "") -> str:
    allow_script()
    return render_template("accounts/invite.html", form=form, said=said)
