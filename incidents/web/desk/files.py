"""Files of a report at the desk: the blurred preview, the copy, and the original for one who says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.services import evidence
from incidents.services.evidence import Opened
from incidents.services.moderation import NoSuchReport, NotTaken
from incidents.web.accounts import guard
from incidents.web.desk.around import now, out_of_date
from incidents.web.desk.forms import ActForm, OriginalForm
from incidents.web.desk.reports import report_page
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

files = Blueprint("files", __name__, url_prefix="/reports/<uuid:report>/files/<uuid:file>")
_POLICY = "sandbox; default-src 'none'"


@files.get("/preview")
@guard.needs(Role.MODERATOR)
def preview(report: UUID, file: UUID) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        return shown_file(evidence.open_preview(session, report, file, member=g.member, now=now()))


@files.post("/copy")
@guard.needs(Role.MODERATOR)
def copy(report: UUID, file: UUID) -> ResponseReturnValue:
    """A picture is shown, a document as pictures of its pages. Sound is saved: no page of ours plays it."""
    answer = _open(report, ActForm(), partial(evidence.open_copy, file=file))
    if isinstance(answer, Response) and answer.mimetype == "application/pdf":
        return redirect(url_for("desk.files.pages", report=report, file=file), 303)
    return answer


@files.get("/pages")
@guard.needs(Role.MODERATOR)
def pages(report: UUID, file: UUID) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        number = evidence.pages(session, report, file, member=g.member, now=now())
    return render_template("desk/pages.html", report=report, file=file, pages=number)


@files.get("/pages/<int:number>")
@guard.needs(Role.MODERATOR)
def page(report: UUID, file: UUID, number: int) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        return shown_file(evidence.open_page(session, report, file, number, member=g.member, now=now()))


@files.post("/original")
@guard.needs(Role.MODERATOR)
def original(report: UUID, file: UUID) -> ResponseReturnValue:
    form = OriginalForm()
    reason = form.reason.data or ""
    if reason not in evidence.REASONS:
        return report_page(report, obstacle=_("Choose a reason."), status=422)
    return _open(report, form, partial(evidence.open_original, file=file, reason=reason))


@contextmanager
def only_for_its_holder() -> Iterator[None]:
    """For whoever has not taken the report its pictures are not there."""
    try:
        yield
    except NotTaken:
        raise NoSuchReport from None


def _open(report: UUID, form: ActForm, opened: Callable[..., Opened]) -> ResponseReturnValue:
    if not form.validate():
        return report_page(report, obstacle=out_of_date(), status=422)
    try:
        with platform().database.unit_of_work() as session:
            found = opened(session, report, member=g.member, now=now())
    except NotTaken as conflict:
        return report_page(report, conflict=conflict, status=409)
    return shown_file(found)


def shown_file(found: Opened) -> Response:
    response = Response(found.content, mimetype=found.media_type)
    way = "inline" if found.media_type == "image/jpeg" else "attachment"
    response.headers["Content-Disposition"] = f'{way}; filename="file.{found.ending}"'
    response.headers["Content-Security-Policy"] = _POLICY
    return response
