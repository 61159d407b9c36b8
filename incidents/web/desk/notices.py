"""Pages of notices: what the desk tells everybody on the first page and on the page of help."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.core.languages import LANGUAGES, Language
from incidents.db.notice import Page
from incidents.services import notices as written
from incidents.services.notices import StaleNotice, TooLong
from incidents.web.accounts import guard
from incidents.web.desk.around import now
from incidents.web.desk.forms import NoticeForm
from incidents.web.notices import in_words
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

notices = Blueprint("notices", __name__, url_prefix="/notices")

WRITTEN_IN = [language for language in LANGUAGES if language.derived_from is None]
"""A derived script needs no notice of its own."""


@notices.get("/")
@guard.needs(Role.PUBLISHER)
def listed() -> ResponseReturnValue:
    with platform().database.reader() as session:
        standing = {(one.page, one.language): one for one in written.all_notices(session)}
    return render_template("desk/notices.html", pages=list(Page), tongues=WRITTEN_IN, standing=standing, names=_names())


@notices.get("/<page>/<language:tongue>")
@guard.needs(Role.PUBLISHER)
def show(page: str, tongue: Language) -> ResponseReturnValue:
    return _notice_page(_page(page), tongue)


@notices.post("/<page>/<language:tongue>")
@guard.needs(Role.PUBLISHER)
def write(page: str, tongue: Language) -> ResponseReturnValue:
    form, place = NoticeForm(), _page(page)
    if "look" in request.form or not form.validate():
        return _notice_page(place, tongue, form, status=422 if form.errors else 200)
    try:
        with platform().database.unit_of_work() as session:
            written.write_notice(
                session, place, tongue.tag, form.text.data or "", version=form.seen(), member=g.member, now=now()
            )
    except TooLong:
        form.text.errors = [_("That is too long. Please keep it under 4,000 characters.")]
        return _notice_page(place, tongue, form, status=422)
    except StaleNotice:
        return _notice_page(place, tongue, form, status=409)
    return redirect(url_for("desk.notices.listed"), 303)


def _page(name: str) -> Page:
    try:
        return Page(name)
    except ValueError:
        abort(404)


def _notice_page(
    page: Page, tongue: Language, form: NoticeForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    """The notice with what was typed, how that will look, and what a colleague saved meanwhile."""
    with platform().database.reader() as session:
        saved = written.notice_at_desk(session, page, tongue.tag)
    if form is None or status == 409:
        typed = form.text.data if form else saved.text
        form = NoticeForm(formdata=None, data={"text": typed, "version": saved.version})
    shown = render_template(
        "desk/notice.html",
        form=form,
        page=page.value,
        tongue=tongue,
        name=_names()[page],
        saved=saved if status == 409 else None,
        look=in_words(form.text.data or "", tongue),
    )
    return shown, status


def _names() -> dict[Page, str]:
    return {Page.START: _("The first page"), Page.HELP: _("The page of help")}
