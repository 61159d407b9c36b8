"""Releases at the desk: announcing a day, building a draft, looking at it ahead, signing it, withdrawing it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters import catalogues
from incidents.core.accounts import MemberId, Role
from incidents.core.languages import BY_TAG
from incidents.core.periods import Quarter, in_serbia
from incidents.disclosure.protection import CannotProtect
from incidents.disclosure.releasing import CountsChanged
from incidents.services import calendar, crosstables, published, withdrawn_releases
from incidents.services import releases as frozen
from incidents.web.accounts import guard
from incidents.web.desk.around import out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.desk.publication import AnnounceForm, WithdrawForm
from incidents.web.desk.tables import REFUSALS, TableForm, why_not
from incidents.web.headers import PRIVATE
from incidents.web.languages import current_language
from incidents.web.platform import PREVIEW, platform
from incidents.web.published.standing import reason_words
from incidents.web.texts import gettext as _

releases = Blueprint("releases", __name__, url_prefix="/releases")

_LOOKED_AT = ("static/", "api/v1/releases", *(f"{tag}/statistics/" for tag in BY_TAG))
"""How addresses begin that are shown ahead: figures, and what their pages are dressed in."""
_LEFT_OUT = ("HTTP_IF_", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE", "HTTP_COOKIE", "HTTP_AUTHORIZATION")


@releases.get("/")
@guard.needs(Role.PUBLISHER)
def listed() -> ResponseReturnValue:
    return _releases_page()


@releases.get("/<release:number>/<name>")
@guard.needs(Role.PUBLISHER)
def file(number: int, name: str) -> ResponseReturnValue:
    """A file of a draft, for whoever is about to sign it."""
    with platform().database.reader() as session:
        file = published.file_to_sign(session, number, name)
    return file.content, {"Content-Type": "text/plain; charset=utf-8"}


@releases.post("/build")
@guard.needs(Role.PUBLISHER)
def build() -> ResponseReturnValue:
    site = platform()
    if not ActForm().validate():
        return _releases_page(out_of_date(), 422)
    try:
        with site.database.unit_of_work() as session:
            frozen.build_release(
                session,
                today=site.today(),
                vocabulary=site.vocabulary,
                places=site.places,
                label=catalogues.label,
                pepper=site.settings.pepper,
                actor=g.member.name,
                now=site.now(),
            )
    except frozen.AlreadyPublished:
        return _releases_page(
            _("The release of this quarter is published already. Wait for the next quarter to build another."),
            409,
        )
    except frozen.Tampered:
        return _releases_page(
            _("The files of the last release are not those that were signed. Nothing can be built on them."), 409
        )
    except CannotProtect:
        return _releases_page(
            _("There are too few incidents yet to publish figures without giving somebody away."), 409
        )
    except CountsChanged:
        return _releases_page(
            _("What is published already would now be counted otherwise. Nothing can be built on it."), 409
        )
    return redirect(url_for("desk.releases.listed"), 303)


@releases.post("/table")
@guard.needs(Role.PUBLISHER)
def table() -> ResponseReturnValue:
    """A draft that adds one table to the figures of a year."""
    site, form = platform(), TableForm()
    if not form.validate():
        return _releases_page(out_of_date(), 422, asking=form)
    try:
        with site.database.unit_of_work() as session:
            crosstables.add_table(
                session,
                form.cuts(),
                form.typed_year(),
                today=site.today(),
                vocabulary=site.vocabulary,
                places=site.places,
                label=catalogues.label,
                pepper=site.settings.pepper,
                actor=g.member.name,
                now=site.now(),
            )
    except REFUSALS as refusal:
        return _releases_page(why_not(refusal), 409, asking=form)
    return redirect(url_for("desk.releases.listed"), 303)


@releases.post("/<release:number>/sign")
@guard.needs(Role.PUBLISHER)
def sign(number: int) -> ResponseReturnValue:
    form = ActForm()
    if not form.validate():
        return _releases_page(out_of_date(), 422)
    try:
        with platform().database.unit_of_work() as session:
            frozen.sign_release(
                session,
                number,
                digest=form.version.data or "",
                member=MemberId(g.member.id),
                today=platform().today(),
                now=platform().now(),
            )
    except frozen.AlreadySigned:
        return _releases_page(_("You have signed this release. It takes a second person."), 409)
    except frozen.Changed:
        return _releases_page(_("The draft was built anew. Read its files again before you sign."), 409)
    except frozen.AlreadyPublished:
        return _releases_page(_("This release is published already."), 409)
    except frozen.Tampered:
        return _releases_page(_("The files are not those that were built. Build the release again."), 409)
    return redirect(url_for("desk.releases.listed"), 303)


@releases.get("/<release:number>/ahead/", defaults={"address": ""})
@releases.get("/<release:number>/ahead/<path:address>")
@guard.needs(Role.PUBLISHER)
def ahead(number: int, address: str) -> ResponseReturnValue:
    """The very pages and files that the release will have, for those who sign it; nobody keeps them."""
    public = platform().ahead
    if public is None or (address and not address.startswith(_LOOKED_AT)):
        abort(404)
    here = url_for(".ahead", number=number)
    if not address:
        return redirect(f"{here}{current_language().tag}/statistics/{number}/", 303)
    # Without conditions and packing: what the desk answers is made anew each time.
    kept = {name: value for name, value in request.environ.items() if not name.startswith(_LEFT_OUT)}
    asked = {**kept, "SCRIPT_NAME": here.rstrip("/"), "PATH_INFO": f"/{address}", PREVIEW: number}
    response = Response.from_app(public(), asked, buffered=True)
    response.headers["Cache-Control"] = PRIVATE
    for name in [name for name, _value in response.headers if name.startswith(("Access-Control-", "Cross-Origin-R"))]:
        del response.headers[name]
    return response


@releases.post("/announce")
@guard.needs(Role.PUBLISHER)
def announce() -> ResponseReturnValue:
    form = AnnounceForm(_quarters())
    if not form.validate():
        return _releases_page(out_of_date(), 422, announcing=form)
    if (day := form.typed_day()) is None:
        return _releases_page(_("Write the day like 15. 12. 2026."), 422, announcing=form)
    try:
        with platform().database.unit_of_work() as session:
            calendar.announce(
                session, form.chosen(), day, form.chosen_hour(), actor=g.member.name, now=platform().now()
            )
    except calendar.Past:
        return _releases_page(_("This moment is over already."), 409, announcing=form)
    except calendar.TooFar:
        return _releases_page(_("This day is years ahead. Please check it."), 409, announcing=form)
    except calendar.AlreadySigned:
        return _releases_page(_("Two have signed this release. Its day is fixed."), 409, announcing=form)
    return redirect(url_for("desk.releases.listed"), 303)


@releases.post("/<release:number>/withdraw")
@guard.needs(Role.PUBLISHER)
def withdraw(number: int) -> ResponseReturnValue:
    """Ask that a release be withdrawn."""
    form = WithdrawForm()
    if not form.validate():
        return _releases_page(out_of_date(), 422)
    try:
        with platform().database.unit_of_work() as session:
            withdrawn_releases.ask(
                session, number, form.typed_reason(), member=MemberId(g.member.id), now=platform().now()
            )
    except withdrawn_releases.NotSaid:
        told = _("Choose a reason, and write one sentence in English and the same in Serbian, in Cyrillic letters.")
        return _releases_page(told, 422, withdrawing=(number, form))
    except withdrawn_releases.NotItsPlace:
        told = _("The release that takes its place has to be another one that is published.")
        return _releases_page(told, 409, withdrawing=(number, form))
    except withdrawn_releases.AlreadyWithdrawn:
        return _releases_page(_("This release was withdrawn already."), 409)
    return redirect(url_for("desk.releases.listed"), 303)


@releases.post("/<release:number>/withdraw/approve")
@guard.needs(Role.PUBLISHER)
def approve_withdrawal(number: int) -> ResponseReturnValue:
    form = ActForm()
    if not form.validate():
        return _releases_page(out_of_date(), 422)
    try:
        with platform().database.unit_of_work() as session:
            withdrawn_releases.approve(
                session,
                number,
                digest=form.version.data or "",
                member=MemberId(g.member.id),
                now=platform().now(),
            )
    except withdrawn_releases.OwnRequest:
        return _releases_page(_("You have asked for it yourself. It takes a second person."), 409)
    except withdrawn_releases.OtherRequest:
        return _releases_page(_("The reason was changed meanwhile. Please read it again."), 409)
    except withdrawn_releases.NotItsPlace:
        told = _("The release that takes its place has to be another one that is published.")
        return _releases_page(told, 409)
    except withdrawn_releases.AlreadyWithdrawn:
        return _releases_page(_("This release was withdrawn already."), 409)
    return redirect(url_for("desk.releases.listed"), 303)


def _quarters() -> list[Quarter]:
    with platform().database.reader() as session:
        return calendar.to_announce(session, today=platform().today())


def _releases_page(
    conflict: str = "",
    status: int = 200,
    *,
    asking: TableForm | None = None,
    announcing: AnnounceForm | None = None,
    withdrawing: tuple[int, WithdrawForm] | None = None,
) -> ResponseReturnValue:
    now = platform().now()
    with platform().database.reader() as session:
        found = published.list_releases(session)
        announced = published.upcoming(session, now)
        requests = withdrawn_releases.requests(session)
    number, typed = withdrawing or (0, None)
    page = render_template(
        "desk/releases.html",
        releases=found,
        conflict=conflict,
        asking=asking or TableForm(formdata=None),
        is_kept=asking is not None,
        announced=[(one.quarter, in_serbia(one.public_at)) for one in announced],
        announcing=announcing or AnnounceForm(_quarters(), formdata=None),
        is_announcing=announcing is not None,
        is_public={
            one.number for one in found if one.published_on and not (one.embargoed_until and one.embargoed_until > now)
        },
        in_serbia=in_serbia,
        requests=requests,
        reasons=reason_words(),
        withdrawing={
            one.number: typed if typed and one.number == number else WithdrawForm(formdata=None) for one in found
        },
        open_withdrawal=number,
    )
    return page, status
