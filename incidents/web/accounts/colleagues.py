"""Pages of the members: who is there and who holds the key, letting in again, new passwords, shutting out."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.services import colleagues as members
from incidents.services import invitations as invited
from incidents.services.colleagues import NoSuchMember, NothingHeld, Offered, Oneself
from incidents.services.invitations import SamePerson
from incidents.services.keys import LastHolder
from incidents.web.accounts import guard
from incidents.web.accounts.again import did_not_fit, shows_again
from incidents.web.accounts.forms import ReadmitForm, ResetForm, RevokeForm
from incidents.web.accounts.invitations import invitations
from incidents.web.accounts.roles import words_of
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

colleagues = Blueprint("colleagues", __name__, url_prefix="/members")
colleagues.register_blueprint(invitations)

SEES = (Role.ADMINISTRATOR, Role.MODERATOR, Role.REVIEWER)
LETS_IN = (Role.MODERATOR, Role.REVIEWER)
"""Who reads reports. An administrator without such a role holds no key that could be shared."""


@colleagues.get("/")
@guard.needs(*SEES)
def listed() -> ResponseReturnValue:
    allow_script()
    site = platform()
    with site.database.reader() as session:
        found, asked = members.colleagues(session), invited.invitations(session, now=site.now())
    return render_template(
        "accounts/members.html", members=found, asked=asked, administers=Role.ADMINISTRATOR in g.member.roles
    )


@colleagues.get("/<uuid:member>")
@guard.needs(*SEES)
def show(member: UUID) -> ResponseReturnValue:
    return _page(member)


@colleagues.post("/<uuid:member>/readmit")
@guard.needs(*LETS_IN)
def readmit(member: UUID) -> ResponseReturnValue:
    form, site = ReadmitForm(), platform()
    desks = _offered(member)
    form.offer(desks)
    if not (form.validate() and form.is_chosen(desks)):
        return _page(member, readmit=form), 422
    if not shows_again(form):
        return _page(member, readmit=form, said=did_not_fit()), 422
    try:
        with site.database.unit_of_work() as session:
            members.colleague(session, member)
            members.readmit_colleague(session, member, by=g.member, now=site.now(), desks=form.chosen(desks))
    except NoSuchMember:
        abort(404)
    except NothingHeld:
        return _page(member, said=_("You hold no key yourself, so you can let nobody in. Ask another member.")), 409
    except SamePerson:
        return _page(member, said=_invited_by_oneself()), 409
    return redirect(url_for("accounts.colleagues.show", member=member), 303)


@colleagues.post("/<uuid:member>/reset")
@guard.needs(Role.ADMINISTRATOR)
def reset(member: UUID) -> ResponseReturnValue:
    form, site = ResetForm(), platform()
    if not form.validate():
        return _page(member, reset=form), 422
    if not shows_again(form):
        return _page(member, reset=form, said=did_not_fit()), 422
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
    if not shows_again(form):
        return _page(member, revoke=form, said=did_not_fit()), 422
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


def _offered(member: UUID) -> list[Offered]:
    """To which desks the reader can let a member in; none where there is no choice."""
    with platform().database.reader() as session:
        try:
            members.colleague(session, member)
        except NoSuchMember:
            abort(404)
        return members.desks_to_share(session, member, by=g.member)


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
    lets_in = not g.member.roles.isdisjoint(LETS_IN)
    if readmit is None:
        readmit = ReadmitForm(formdata=None)
        readmit.offer(_offered(member) if lets_in else [])
    return render_template(
        "accounts/member.html",
        one=found,
        roles=words_of(found.waiting.roles if found.waiting else found.roles),
        is_inviter=found.waiting is not None and found.waiting.invited_by == g.member.id,
        readmit=readmit,
        reset=reset or ResetForm(formdata=None),
        revoke=revoke or RevokeForm(formdata=None),
        lets_in=lets_in,
        administers=Role.ADMINISTRATOR in g.member.roles and found.id != g.member.id,
        said=said,
        drawn=drawn,
    )


def _not_oneself() -> str:
    return _("This is for colleagues. Your own password changes under “Your account”.")


def _invited_by_oneself() -> str:
    return _("You invited them. Another member who reads reports lets them in.")
