"""Pages behind the link of an invitation: password, second factor, recovery code. Looking at it uses nothing up."""

from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from incidents.adapters import second_factor
from incidents.adapters.sealing import CannotOpen
from incidents.core.languages import BY_TAG, DEFAULT
from incidents.core.recovery import in_groups
from incidents.core.spare import grouped
from incidents.services import invitations
from incidents.services.invitations import Invited, NoSuchInvitation
from incidents.web.accounts import guard
from incidents.web.accounts.again import digits
from incidents.web.accounts.forms import BeginForm, ConfirmForm, EnrolForm
from incidents.web.accounts.roles import words_of
from incidents.web.languages import speak
from incidents.web.platform import platform
from incidents.web.texts import gettext as _
from incidents.web.tokens import desk_token

invited = Blueprint("invited", __name__, url_prefix="/invited/<string(length=43):token>")


@invited.get("")
def welcome(token: str) -> ResponseReturnValue:
    return _welcome(token)


@invited.post("")
def begin(token: str) -> ResponseReturnValue:
    """Draw a second factor and show it. The page carries it sealed, so that nothing is kept of who leaves here."""
    found = _invited(token)
    if not BeginForm().validate():
        return _welcome(token), 422
    site = platform()
    with site.database.reader() as session:
        secret, sealed = invitations.offer_second_factor(
            session, token, token_key=site.settings.token_key, now=site.now()
        )
    form = EnrolForm(formdata=None)
    form.offer.data = sealed
    return _enrol_page(token, found, form, secret)


@invited.post("/enrol")
def enrol(token: str) -> ResponseReturnValue:
    found, form, site = _invited(token), EnrolForm(), platform()
    form.invited = found.name
    is_right = form.validate()
    with site.database.reader() as session:
        secret = invitations.offered_again(
            session, token, form.offer.data or "", token_key=site.settings.token_key, now=site.now()
        )
    if not is_right:
        return _enrol_page(token, found, form, secret), 422
    with site.database.unit_of_work() as session:
        arrived = invitations.accept(
            session,
            token,
            form.new_password.data or "",
            form.offer.data or "",
            digits(form.code.data),
            token_key=site.settings.token_key,
            memory_mib=site.settings.seal_memory_mib,
            now=site.now(),
        )
    if arrived is None:
        form.code.errors = [_("That is not the code that this secret gives now. Is the clock of your device right?")]
        return _enrol_page(token, found, form, secret), 422
    g.cookie = arrived.cookie
    page = render_template(
        "accounts/enrolled.html",
        code=in_groups(arrived.recovery_code).split(),
        spare=[grouped(one) for one in arrived.spare_codes],
        confirm=ConfirmForm(formdata=None),
        bound_token=desk_token(),
    )
    response = make_response(page)
    guard.give_cookie(response, arrived.cookie)
    return response


@invited.errorhandler(NoSuchInvitation)
@invited.errorhandler(CannotOpen)
def _nothing_there(_error: Exception) -> ResponseReturnValue:
    """One page for unknown, used, taken back and too old."""
    return render_template("accounts/uninvited.html"), 404


def _invited(token: str) -> Invited:
    """Raises NoSuchInvitation."""
    site = platform()
    with site.lookups.turn(), site.database.reader() as session:
        found = invitations.invited(session, token, now=site.now())
    speak(BY_TAG.get(found.language, DEFAULT))
    return found


def _welcome(token: str) -> str:
    found = _invited(token)
    return render_template(
        "accounts/invited.html", name=found.name, roles=words_of(found.roles), form=BeginForm(formdata=None)
    )


def _enrol_page(token: str, found: Invited, form: EnrolForm, secret: str) -> str:
    return render_template(
        "accounts/enrol.html",
        invitation=token,
        name=found.name,
        form=form,
        secret=[secret[start : start + 4] for start in range(0, len(secret), 4)],
        address=second_factor.address_of(secret, found.name, request.host.partition(":")[0]),
    )
