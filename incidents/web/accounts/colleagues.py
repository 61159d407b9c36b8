"""Pages of the members: who is there and who holds the key, letting in again, new passwords, shutting out."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.services import accounts
from incidents.services import colleagues as members
from incidents.services.colleagues import LastHolder, NoSuchMember, NothingHeld, Oneself
from incidents.web.accounts import guard
from incidents.web.accounts.forms import ReadmitForm, ResetForm, RevokeForm
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

colleagues = Blueprint("colleagues", __name__, url_prefix="/members")

SEES = (Role.ADMINISTRATOR, Role.MODERATOR, Role.REVIEWER)
LETS_IN = (Role.MODERATOR, Role.REVIEWER)
"""Who reads reports. An administrator without such a role holds no key that could be shared."""


@colleagues.get("/")
@guard.needs(*SEES)
def listed() -> ResponseReturnValue:
    allow_script()
    with platform().database.reader() as session:
        found = members.colleagues(session)
    return render_template("accounts/members.html", members=found)


@colleagues.get("/<uuid:member>")
@guard.needs(*SEES)
def show(member: UUID) -> ResponseReturnValue:
    return _page(member)


@colleagues.post("/<uuid:member>/readmit")
@guard.needs(*LETS_IN)
def readmit(member: UUID) -> ResponseReturnValue:
    form, site = ReadmitForm(), platform()
    if not form.validate():
        return _page(member, readmit=form), 422
    if not _shows_again(form):
        return _page(member, readmit=form, said=_did_not_fit()), 422
    try:
        with site.database.unit_of_work() as session:
            members.colleague(session, member)
            members.readmit_colleague(session, member, by=g.member, now=site.now())
    except NoSuchMember:
        abort(404)
    except NothingHeld:
        return _page(member, said=_("You hold no key yourself, so you can let nobody in. Ask another member.")), 409
    return redirect(url_for("accounts.colleagues.show", member=member), 303)


@colleagues.post("/<uuid:member>/reset")
@guard.needs(Role.ADMINISTRATOR)
def reset(member: UUID) -> ResponseReturnValue:
    form, site = ResetForm(), platform()
    if not form.validate():
        return _page(member, reset=form), 422
    if not _shows_again(form):
        return _page(member, reset=form, said=_did_not_fit()), 422
    try:
        with site.database.unit_of_work() as session:
            members.colleague(session, member)
            password = members.reset_colleague(
                session, member, by=g.member, memory_mib=site.settings.seal_memory_mib, now=site.now()
            )
    except NoSuchMember:
        abort(404)
    except Oneself:
        return _page(member, said=_not_oneself()), 409
    return _page(member, drawn=password)


@colleagues.post("/<uuid:member>/revoke")
@guard.needs(Role.ADMINISTRATOR)
def revoke(member: UUID) -> ResponseReturnValue:
    form, site = RevokeForm(), platform()
    if not form.validate():
        return _page(member, revoke=form), 422
    if not _shows_again(form):
        return _page(member, revoke=form, said=_did_not_fit()), 422
    try:
        with site.database.unit_of_work() as session:
            members.colleague(session, member)
            members.revoke_colleague(session, member, by=g.member, reason=form.reason.data or "", now=site.now())
    except NoSuchMember:
        abort(404)
    except Oneself:
        return _page(member, said=_not_oneself()), 409
    except LastHolder:
        said = _("Nobody else holds the key. Without this member no report could be opened.")
        return _page(member, said=said), 409
    return redirect(url_for("accounts.colleagues.show", member=member), 303)


def _shows_again(form: ReadmitForm | ResetForm | RevokeForm) -> bool:
    site = platform()
    with site.database.unit_of_work() as session:
        return accounts.shows_again(
            session,
            g.member,
            form.password.data or "",
            "".join((form.code.data or "").split()),
            token_key=site.settings.token_key,
            now=site.now(),
        )


def _page(
    member: UUID,
    *,
    readmit: ReadmitForm | None = None,
    reset: ResetForm | None = None,
    revoke: RevokeForm | None = None,
    said: str = "",
    drawn: str = "",
) -> str:
    """The page of one member. `drawn` is a new password to show this once."""
    allow_script()
    try:
        with platform().database.reader() as session:
            found = members.colleague(session, member)
    except NoSuchMember:
        abort(404)
    return render_template(
        "accounts/member.html",
        one=found,
        readmit=readmit or ReadmitForm(formdata=None),
        reset=reset or ResetForm(formdata=None),
        revoke=revoke or RevokeForm(formdata=None),
        lets_in=not g.member.roles.isdisjoint(LETS_IN),
        administers=Role.ADMINISTRATOR in g.member.roles and found.id != g.member.id,
        said=said,
        drawn=drawn,
    )


def _did_not_fit() -> str:
    return _("That did not fit. Check your password and code. After several tries you have to wait a little.")


def _not_oneself() -> str:
    return _("This is for colleagues. Your own password changes under “Your account”.")
