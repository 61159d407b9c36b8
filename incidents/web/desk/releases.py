"""Pages of releases before they are public: building a draft, reading it, signing it."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters import catalogues
from incidents.core.accounts import MemberId, Role
from incidents.disclosure.protection import CannotProtect
from incidents.disclosure.releasing import CountsChanged
from incidents.services import crosstables, published
from incidents.services import releases as frozen
from incidents.web.accounts import guard
from incidents.web.desk.around import out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.desk.tables import REFUSALS, TableForm, why_not
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

releases = Blueprint("releases", __name__, url_prefix="/releases")


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


def _releases_page(conflict: str = "", status: int = 200, *, asking: TableForm | None = None) -> ResponseReturnValue:
    with platform().database.reader() as session:
        found = published.list_releases(session)
    page = render_template(
        "desk/releases.html",
        releases=found,
        conflict=conflict,
        asking=asking or TableForm(formdata=None),
        is_kept=asking is not None,
    )
    return page, status
