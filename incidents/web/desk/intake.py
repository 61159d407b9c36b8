"""Reports that people tell on the telephone or in person: the reporter's questions, read aloud in their language.

What is written down is sealed like any other report; not even the member who wrote it finds it again by the code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField

from incidents.core.accounts import Role
from incidents.core.languages import BY_TAG, LANGUAGES, Language
from incidents.core.receipt import ReceiptCode, grouped
from incidents.core.report import BY_PHONE, IN_PERSON, Report, problems
from incidents.services.reporting import AlreadySent, Sending, keep, make_ready, sealing_keys
from incidents.web.accounts import guard
from incidents.web.desk.around import now, out_of_date
from incidents.web.languages import speaking
from incidents.web.platform import platform
from incidents.web.reporting.answers import Answers
from incidents.web.reporting.forms import FIRST, FURTHER, ReportFields
from incidents.web.reporting.sending import has_regional_desks
from incidents.web.reporting.where import ask_which, offer_again, with_place
from incidents.web.reporting.wording import ALOUD
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import BadToken, DeskForm, FormToken, new_token, open_token

intake = Blueprint("intake", __name__, url_prefix="/intake")


class IntakeForm(ReportFields, DeskForm):
    wording = ALOUD
    origin = RadioField(_("How does it come?"), validate_choice=False)
    sheet = HiddenField()
    """A sealed value that is spent when the report is stored, so that pressing twice makes one report."""

    def offer_ways(self) -> None:
        self.origin.choices = [(BY_PHONE, gettext("On the telephone")), (IN_PERSON, gettext("In person"))]


@intake.get("/")
@guard.needs(Role.MODERATOR)
def begin() -> ResponseReturnValue:
    return redirect(url_for("desk.intake.show", tongue=BY_TAG[g.member.language]), 303)


@intake.get("/<language:tongue>")
@guard.needs(Role.MODERATOR)
def show(tongue: Language) -> ResponseReturnValue:
    with speaking(tongue):
        form = IntakeForm(formdata=None, data={"more": FURTHER, "sheet": new_token()})
    return _sheet(form, tongue)


@intake.post("/<language:tongue>")
@guard.needs(Role.MODERATOR)
def seal(tongue: Language) -> ResponseReturnValue:
    """Seal what was written down; or go on in another language, or with what has to be mended."""
    with speaking(tongue):
        form = IntakeForm()
    answers = Answers(request.form)
    if "speak" in request.form:
        return _sheet(form, tongue)
    try:
        token = open_token(form.sheet.data or "")
    except BadToken:
        form.sheet.data = new_token()
        token = None
    if token is None or not form.validate():
        form.token.errors = [out_of_date()]
        return _sheet(form, tongue, status=422)
    with speaking(tongue):
        report, places = with_place(answers)
        report = replace(report, origin=form.origin.data or "")
        if places:
            ask_which(form, places)
        form.show(problems(report, platform().vocabulary, today=platform().today()))
    if report.origin not in (BY_PHONE, IN_PERSON):
        form.origin.errors = [gettext("Say how it comes.")]
    if form.errors:
        return _sheet(form, tongue, status=422)
    return _stored(form, report, token, tongue, is_told=answers.has_told_of_desks)


def _stored(
    form: IntakeForm, report: Report, token: FormToken, tongue: Language, *, is_told: bool
) -> ResponseReturnValue:
    try:
        code = _file(report, token, is_told=is_told)
    except AlreadySent:
        form.sheet.data = new_token()
        form.token.errors = [
            gettext("This was sealed already, with other answers. To seal it as a second report, press once more.")
        ]
        return _sheet(form, tongue, status=422)
    return render_template("desk/sealed.html", code=grouped(code), tongue=tongue, spoken=_spoken)


def _file(report: Report, token: FormToken, *, is_told: bool) -> ReceiptCode:
    """A member wrote it down: it is no flood, however many others come just now. `is_told` as in `sending`."""
    site = platform()
    with site.database.reader() as session:
        keys = sealing_keys(session)
    ready = make_ready(
        report,
        Sending(token.nonce, token.opened_at, trap_is_filled=False),
        desk_key=keys.of(report, site.places) if is_told else keys.national,
        vocabulary=site.vocabulary,
        today=site.today(),
        now=now(),
        shortest=timedelta(0),
        pepper=site.settings.pepper,
    )
    with site.database.unit_of_work() as session:
        return keep(session, ready)


def _sheet(form: IntakeForm, tongue: Language, *, status: int = 200) -> ResponseReturnValue:
    form.offer_ways()
    with speaking(tongue):
        offer_again(form)
    page = render_template(
        "desk/intake.html",
        form=form,
        tongue=tongue,
        tongues=LANGUAGES,
        spoken=_spoken,
        first=FIRST,
        today=platform().today().isoformat(),
        regional=has_regional_desks(),
    )
    return page, status


def _spoken(tongue: Language, caller: Callable[[], Any]) -> Any:
    """A part of a page in the language of the person who tells."""
    with speaking(tongue):
        return caller()
