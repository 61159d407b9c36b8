"""Pages that a receipt code opens: where the report stands, saying more, adding files, withdrawing it.

The code comes with each request, in its body. A code that we do not know or that was withdrawn gets one page, the same
to the byte, in a flood too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from incidents.core.files import MOST_FILES
from incidents.core.receipt import NotACode, ReceiptCode, grouped, parse_code
from incidents.db.report import MessageKind
from incidents.services import receipts as service
from incidents.services.receipts import NotAMessage, Opened, Status, UnknownCode
from incidents.services.withdrawal import withdraw_report
from incidents.web.errors import error_page
from incidents.web.platform import platform
from incidents.web.reporting.cautions import cautions_about
from incidents.web.reporting.forms import CodeForm, FilesForm, SayForm
from incidents.web.reporting.shell import CODE, DAY, TOKEN, groups_of, shell
from incidents.web.reporting.uploads import Outcome, take_files
from incidents.web.requests import Sending
from incidents.web.texts import gettext as _
from incidents.web.tokens import new_token, open_token

receipts = Blueprint("receipts", __name__, url_prefix="/receipt")


@receipts.get("")
def come_back() -> ResponseReturnValue:
    return _code_page(CodeForm(formdata=None))


@receipts.get("/files")
@receipts.get("/withdraw")
def nothing_to_see() -> ResponseReturnValue:
    """Without a code there is nothing at these addresses; they are open where somebody reloads by hand."""
    return redirect(url_for("reporting.receipts.come_back"), 303)


@receipts.post("")
def open_() -> ResponseReturnValue:
    """Show what the code opens; what is said to the desk comes by the same address."""
    if "answer" in request.form:
        return _say()
    form = CodeForm()
    if not form.validate():
        return _code_page(form)
    code = parse_code(form.code.data or "")
    return _status_page(code, opened(code))


@receipts.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Say what withdrawing means; withdraw once that was confirmed."""
    form = CodeForm()
    code = parse_code(form.code.data or "")
    opened(code)
    if "sure" not in request.form or not form.validate():
        return render_template("reporting/withdraw.html", form=form, code=grouped(code))
    site = platform()
    with site.database.unit_of_work() as session:
        withdraw_report(session, code, today=site.today(), pepper=site.settings.pepper)
    return render_template("reporting/withdrawn.html")


@receipts.post("/files")
def files() -> ResponseReturnValue:
    """Show where files are chosen; take those that come. The form names the same address, see `open_`."""
    cast(Sending, request).takes_files()
    form = FilesForm()
    code = parse_code(form.code.data or "")
    found = opened(code)
    if form.files.name not in request.files:
        return _files_page(form, code, found)
    if not form.validate():
        return _files_page(form, code, found)
    outcomes = take_files(code)
    if not outcomes:
        form.files.errors = [_("Choose a file first.")]
    return _files_page(form, code, opened(code), outcomes)


@receipts.errorhandler(413)
def _too_much(_error: Exception) -> ResponseReturnValue:
    """Nothing of it was read, so nothing is known but where it was sent to."""
    if request.endpoint != "reporting.receipts.files":
        return error_page(413)
    return render_template("reporting/too_much.html"), 413


@receipts.errorhandler(UnknownCode)
def _unknown(_error: UnknownCode) -> ResponseReturnValue:
    """No token, no code, no date: what differs in bytes would tell one from the other. Guesses cost little here."""
    page = shell(("unknown", request.endpoint), lambda: render_template("reporting/unknown.html")).filled({})
    page.status_code = 422
    return page


@receipts.errorhandler(NotACode)
def _not_a_code(error: NotACode) -> ResponseReturnValue:
    form = CodeForm()
    form.code.errors = [_why(error)]
    return _code_page(form)


def opened(code: ReceiptCode) -> Opened:
    """What a code opens, once it is its turn: no page looks a code up in another way first. Raises UnknownCode."""
    site = platform()
    with site.lookups.turn(), site.database.reader() as session:
        return service.open_receipt(session, code, pepper=site.settings.pepper)


def _say() -> ResponseReturnValue:
    form, site = SayForm(), platform()
    code = parse_code(form.code.data or "")
    found = opened(code)  # A guess must not begin to write: on SQLite nobody else could meanwhile.
    if not form.validate():
        return _status_page(code, found, form)
    form.cautions = cautions_about({"answer": form.answer.data or ""})
    if form.cautions:
        return _status_page(code, found, form)
    try:
        with site.database.unit_of_work() as session:
            service.say(
                session,
                code,
                form.said(),
                form.answer.data or "",
                nonce=open_token(form.token.data).nonce,
                today=site.today(),
                pepper=site.settings.pepper,
            )
    except NotAMessage as wrong:
        too_long = _("That is too long. Please keep it under 5,000 characters.")
        form.answer.errors = [too_long if wrong.reason == "too_long" else _("Write something first.")]
        return _status_page(code, found, form)
    return _status_page(code, opened(code), thanks=True)


def _status_page(
    code: ReceiptCode, found: Opened, wrong: SayForm | None = None, *, thanks: bool = False
) -> ResponseReturnValue:
    if not (wrong or found.exchanges):
        return _short_status_page(code, found, thanks=thanks)
    is_asked = any(exchange.kind is MessageKind.QUESTION for exchange in found.exchanges)
    usual = MessageKind.ANSWER if found.status is Status.QUESTION else MessageKind.ADDITION
    form = SayForm(formdata=None, is_asked=is_asked, data={"kind": usual.value})
    if wrong:
        form.kind.data, form.answer.data = wrong.said().value, wrong.answer.data
        form.cautions = wrong.cautions
        form.answer.errors, form.token.errors = wrong.answer.errors, wrong.token.errors
    page = render_template(
        "reporting/status.html",
        found=found,
        day=format_date(found.received_on, "medium"),
        code=grouped(code),
        form=form,
        thanks=thanks,
    )
    return make_response(page, 422 if wrong else 200)


def _short_status_page(code: ReceiptCode, found: Opened, *, thanks: bool) -> Response:
    """As `_status_page` where nothing was said on either side: what most of those who come back see."""

    def draw() -> str:
        form = SayForm(formdata=None, data={"kind": MessageKind.ADDITION.value})
        form.token.current_token = TOKEN
        return render_template("reporting/status.html", found=found, day=DAY, code=CODE, form=form, thanks=thanks)

    page = shell(("status", found.status, found.files, thanks), draw)
    return page.filled({**groups_of(code), TOKEN: new_token(), DAY: format_date(found.received_on, "medium")})


def _files_page(
    form: FilesForm, code: ReceiptCode, found: Opened, outcomes: Sequence[Outcome] = ()
) -> ResponseReturnValue:
    page = render_template(
        "reporting/files.html",
        form=form,
        code=grouped(code),
        left=MOST_FILES - found.files,
        taken=[outcome.text for outcome in outcomes if outcome.is_taken],
        refused=[outcome.text for outcome in outcomes if not outcome.is_taken],
    )
    is_well = not form.errors and all(outcome.is_taken for outcome in outcomes)
    return make_response(page, 200 if is_well else 422)


def _code_page(form: CodeForm) -> ResponseReturnValue:
    return render_template("reporting/return.html", form=form), 422 if form.errors else 200


def _why(error: NotACode) -> str:
    match error.reason:
        case "slip":
            return _("There is a slip of a digit in this code. Please compare it with your note.")
        case "letters":
            return _("A code has only digits, 28 of them.")
        case _:
            return _("A code has 28 digits, in seven groups of four. Please check that none is missing.")
