"""Redacted copies at the desk: boxes are typed or drawn on the copy, seen before they are kept, and struck again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters import remaking
from incidents.adapters.remaking import Refused, Unavailable
from incidents.core.accounts import Role
from incidents.core.redaction import MOST_BOXES, BadBox, Box, Row, boxes_typed
from incidents.services import evidence
from incidents.services import redaction as services
from incidents.services.files import NoRoom
from incidents.services.moderation import NoSuchReport, NotTaken
from incidents.web.accounts import guard
from incidents.web.desk.around import now, out_of_date
from incidents.web.desk.files import only_for_its_holder, shown_file
from incidents.web.desk.forms import ActForm
from incidents.web.desk.reports import report_page
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

redaction = Blueprint("redaction", __name__, url_prefix="/reports/<uuid:report>/files/<uuid:file>/redacted")

_CELLS = ("page", "left", "top", "width", "height")
_EMPTY_ROWS = 3


@redaction.post("/begin")
@guard.needs(Role.MODERATOR)
def begin(report: UUID, file: UUID) -> ResponseReturnValue:
    """Opens the copy, which is noted."""
    return _act(evidence.open_copy, report, file, then=url_for("desk.redaction.draw", report=report, file=file))


@redaction.get("/draw")
@guard.needs(Role.MODERATOR)
def draw(report: UUID, file: UUID) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        facts = services.facts_of(session, report, file, member=g.member, now=now())
    boxes = facts.redaction.boxes if facts.redaction else ()
    return _draw_page(report, file, [_row(box) for box in boxes], boxes)


@redaction.post("/draw")
@guard.needs(Role.MODERATOR)
def keep(report: UUID, file: UUID) -> ResponseReturnValue:
    site = platform()
    rows: list[Row] = list(zip(*(request.form.getlist(name) for name in _CELLS), strict=False))
    if not ActForm().validate():
        return _draw_page(report, file, rows, obstacle=out_of_date(), status=422)
    with site.database.reader() as session, only_for_its_holder():
        copy = evidence.opened_copy(session, report, file, member=g.member, now=now())
    try:
        boxes = boxes_typed(rows, len(evidence.pages_as_pictures(copy)))
    except BadBox as wrong:
        return _draw_page(report, file, rows, obstacle=_bad(wrong), wrong=wrong.row, status=422)
    if "look" in request.form or not boxes:
        obstacle = "" if boxes or "look" in request.form else _("Draw or type at least one box.")
        return _draw_page(report, file, rows, boxes, obstacle=obstacle, status=422 if obstacle else 200)
    try:
        redacted = remaking.redact(copy.content, boxes)
        with site.database.unit_of_work() as session:
            services.keep_redacted(
                session,
                report,
                file,
                redacted,
                boxes,
                member=g.member,
                most_bytes=site.settings.most_file_bytes,
                today=site.today(),
                now=now(),
            )
    except (Refused, Unavailable):
        obstacle = _("That did not work just now. Your boxes are still here. Please try again.")
        return _draw_page(report, file, rows, boxes, obstacle=obstacle, status=503)
    except NoRoom:
        obstacle = _("There is no room for files on the site’s disk. Tell the operator.")
        return _draw_page(report, file, rows, boxes, obstacle=obstacle, status=503)
    except NotTaken as conflict:
        return report_page(report, conflict=conflict, status=409)
    return redirect(url_for("desk.redaction.show", report=report, file=file), 303)


@redaction.get("/")
@guard.needs(Role.MODERATOR)
def show(report: UUID, file: UUID) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        facts = services.facts_of(session, report, file, member=g.member, now=now())
    if facts.redaction is None:
        raise NoSuchReport
    return render_template(
        "desk/redacted.html", report=report, file=file, redaction=facts.redaction, pages=services.pages_in(facts)
    )


@redaction.get("/<int:number>")
@guard.needs(Role.MODERATOR)
def page(report: UUID, file: UUID, number: int) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        return shown_file(services.open_redacted_page(session, report, file, number, member=g.member, now=now()))


@redaction.get("/file")
@guard.needs(Role.MODERATOR)
def save(report: UUID, file: UUID) -> Response:
    """The whole of it, to print or to pass on."""
    with platform().database.reader() as session, only_for_its_holder():
        found = services.open_redacted(session, report, file, member=g.member, now=now())
    response = shown_file(found)
    response.headers["Content-Disposition"] = f'attachment; filename="redacted.{found.ending}"'
    return response


@redaction.post("/strike")
@guard.needs(Role.MODERATOR)
def strike(report: UUID, file: UUID) -> ResponseReturnValue:
    return _act(services.strike_redacted, report, file, then=url_for("desk.reports.show", report=report))


def _act(act: Callable[..., object], report: UUID, file: UUID, *, then: str) -> ResponseReturnValue:
    if not ActForm().validate():
        return report_page(report, obstacle=out_of_date(), status=422)
    try:
        with platform().database.unit_of_work() as session:
            act(session, report, file, member=g.member, now=now())
    except NotTaken as conflict:
        return report_page(report, conflict=conflict, status=409)
    return redirect(then, 303)


def _draw_page(
    report: UUID,
    file: UUID,
    rows: list[Row],
    boxes: list[Box] | tuple[Box, ...] = (),
    *,
    obstacle: str = "",
    wrong: int | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    with platform().database.reader() as session, only_for_its_holder():
        pages = evidence.pages(session, report, file, member=g.member, now=now())
    filled = [row for row in rows if any(cell.strip() for cell in row[1:])]
    empty = min(_EMPTY_ROWS, MOST_BOXES - len(filled))
    page = render_template(
        "desk/redact.html",
        report=report,
        file=file,
        pages=pages,
        boxes=boxes,
        rows=[*(rows if wrong is not None else filled), *[("1", "", "", "", "")] * empty],
        most=MOST_BOXES,
        wrong=wrong,
        obstacle=obstacle,
    )
    return page, status


def _row(box: Box) -> Row:
    left, top, width, height = (f"{value:g}" for value in (box.left, box.top, box.width, box.height))
    return str(box.page), left, top, width, height


def _bad(wrong: BadBox) -> str:
    text = {
        "not_a_number": _("Box %(number)s: type numbers from 0 to 100.", number=wrong.row + 1),
        "outside": _("Box %(number)s lies outside the page.", number=wrong.row + 1),
        "empty": _("Box %(number)s has no width or no height.", number=wrong.row + 1),
        "too_many": _("One copy can have %(number)s boxes.", number=MOST_BOXES),
    }
    return text[wrong.reason]
