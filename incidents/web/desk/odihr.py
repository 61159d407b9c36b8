"""The submission to ODIHR at the desk: one member asks for it, another reads and approves it; then it is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from incidents.core.accounts import Role
from incidents.publishing.archive import zipped
from incidents.services import odihr as exported
from incidents.services.odihr import INCIDENTS, NUMBERS, Sources, Submission
from incidents.web.accounts import guard
from incidents.web.accounts.again import did_not_fit, shows_again
from incidents.web.accounts.forms import AgainForm
from incidents.web.desk.around import now, out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

odihr = Blueprint("odihr", __name__, url_prefix="/odihr")

Refusal = (
    exported.KeyDoesNotOpen
    | exported.NothingEligible
    | exported.TooFew
    | exported.OwnRequest
    | exported.NotApproved
    | exported.AlreadyApproved
    | exported.Expired
    | exported.ContentChanged
)
REFUSALS = (
    exported.KeyDoesNotOpen,
    exported.NothingEligible,
    exported.TooFew,
    exported.OwnRequest,
    exported.NotApproved,
    exported.AlreadyApproved,
    exported.Expired,
    exported.ContentChanged,
)


class YearForm(ActForm):
    year = StringField(_("Year"))

    def typed_year(self) -> int:
        """The year, or 0, in which nothing happened, if none was typed."""
        typed = (self.year.data or "").strip().rstrip(".")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0


@odihr.get("/")
@guard.needs(Role.PUBLISHER)
def listed() -> ResponseReturnValue:
    return _list_page()


@odihr.post("/ask")
@guard.needs(Role.PUBLISHER)
def ask() -> ResponseReturnValue:
    form = YearForm()
    if not form.validate():
        return _list_page(out_of_date(), 422, asking=form)
    try:
        with platform().database.unit_of_work() as session:
            export = exported.ask(session, form.typed_year(), member=g.member, sources=_sources(), now=now())
    except REFUSALS as refusal:
        return _list_page(_why_not(refusal), 409, asking=form)
    return redirect(url_for("desk.odihr.show", export=export), 303)


@odihr.get("/<uuid:export>")
@guard.needs(Role.PUBLISHER)
def show(export: UUID) -> ResponseReturnValue:
    return _export_page(export)


def _export_page(export: UUID, proof: AgainForm | None = None, said: str = "") -> ResponseReturnValue:
    """All that would be sent, for whoever asked and whoever is to approve."""
    try:
        with platform().database.reader() as session:
            found, submission = exported.read(session, export, member=g.member, sources=_sources(), now=now())
    except REFUSALS as refusal:
        return _list_page(_why_not(refusal), 409)
    allow_script()
    page = render_template(
        "desk/odihr_export.html",
        export=found,
        submission=submission,
        texts={name: content.decode() for name, content in submission.files.items()},
        left_out=_left_out(submission),
        is_own=found.asked_by == g.member.id,
        files=(INCIDENTS, NUMBERS),
        proof=proof or AgainForm(formdata=None, version=found.digest),
        said=said,
    )
    return page, 422 if proof else 200


@odihr.post("/<uuid:export>/approve")
@guard.needs(Role.PUBLISHER)
def approve(export: UUID) -> ResponseReturnValue:
    form = AgainForm()
    if not form.validate():
        return _export_page(export, form)
    if not shows_again(form):
        return _export_page(export, form, did_not_fit())
    try:
        with platform().database.unit_of_work() as session:
            exported.approve(
                session, export, digest=form.version.data or "", member=g.member, sources=_sources(), now=now()
            )
    except REFUSALS as refusal:
        return _list_page(_why_not(refusal), 409)
    return redirect(url_for("desk.odihr.show", export=export), 303)


@odihr.post("/<uuid:export>/odihr.zip")
@guard.needs(Role.PUBLISHER)
def fetch(export: UUID) -> ResponseReturnValue:
    """Both files at once: a code shows the second factor for one act only."""
    form = AgainForm()
    if not form.validate():
        return _export_page(export, form)
    if not shows_again(form):
        return _export_page(export, form, did_not_fit())
    try:
        with platform().database.unit_of_work() as session:
            found, taken = exported.fetch(session, export, member=g.member, sources=_sources(), now=now())
    except REFUSALS as refusal:
        return _list_page(_why_not(refusal), 409)
    disposition = f'attachment; filename="odihr-{found.year}.zip"'
    return Response(zipped(taken.files), content_type="application/zip", headers={"Content-Disposition": disposition})


def _sources() -> Sources:
    site = platform()
    return Sources(site.vocabulary, site.places, site.known_names(), site.settings.pepper)


def _list_page(conflict: str = "", status: int = 200, *, asking: YearForm | None = None) -> ResponseReturnValue:
    with platform().database.reader() as session:
        found = exported.exports(session, now=now())
    page = render_template(
        "desk/odihr.html", exports=found, conflict=conflict, asking=asking or YearForm(formdata=None)
    )
    return page, status


def _left_out(submission: Submission) -> list[tuple[str, int]]:
    """Why eligible incidents are in the numbers only."""
    words: Mapping[str, str] = {
        "property": gettext("Attacks on property are numbers only."),
        "no_consent": gettext("Not everybody who reported it agreed, or a report is gone."),
        "no_summary": gettext("There is no summary yet."),
        "identifies": gettext("The summary may still identify somebody."),
        "too_long": gettext("The summary has more than 1,500 characters."),
    }
    return [(words[reason], number) for reason, number in sorted(submission.left_out.items())]


def _why_not(refusal: Refusal) -> str:
    match refusal:
        case exported.KeyDoesNotOpen():
            return gettext("Your key does not open all the reports that this rests on. Ask a colleague whose key does.")
        case exported.NothingEligible():
            return gettext("No accepted incident of this year is a hate crime as ODIHR defines it.")
        case exported.TooFew():
            return gettext("There are too few incidents yet to publish figures without giving somebody away.")
        case exported.OwnRequest():
            return gettext("You asked for this export. It takes another person to approve it.")
        case exported.NotApproved():
            return gettext("A second person has to approve this export first.")
        case exported.AlreadyApproved():
            return gettext("This export is approved already.")
        case exported.Expired():
            return gettext("The seven days of this export are over. Ask for a new one.")
        case _:
            return gettext(
                "The export would now say something else: a report or an incident changed. Ask for a new one."
            )
