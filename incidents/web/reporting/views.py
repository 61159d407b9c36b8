"""Pages of the journey: the form, and the receipt with its code."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from incidents.core.report import Report, problems
from incidents.services.geocoding import Found
from incidents.services.reporting import AlreadySent, Rejected
from incidents.web import languages
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.reporting.answers import Answers
from incidents.web.reporting.cautions import cautions_about
from incidents.web.reporting.forms import ALL, FURTHER, EasyForm, ReportForm
from incidents.web.reporting.receipts import receipts
from incidents.web.reporting.sending import has_regional_desks, keys_to_seal_to, take_in
from incidents.web.reporting.shell import ANSWERS, CODE, TOKEN, drawn, empty_form, groups_of, shell
from incidents.web.reporting.where import ask_which, offer_again, with_place
from incidents.web.texts import gettext as _
from incidents.web.tokens import BadToken, new_token, open_token, seal_answers

reporting = Blueprint("reporting", __name__, url_prefix="/<language:language>")
reporting.register_blueprint(receipts)
_UNSENT = frozenset({"speak", "further", "otherwise"})
"""Buttons that give the form back: in another language, with more questions, in easier words or all of them."""


@reporting.get("/report")
def report() -> ResponseReturnValue:
    return _empty(ReportForm, ALL if "all" in request.args else "")


@reporting.post("/report")
def send() -> ResponseReturnValue:
    return _send(ReportForm)


@reporting.get("/report/easy")
def easy() -> ResponseReturnValue:
    return _empty(EasyForm)


@reporting.post("/report/easy")
def send_easy() -> ResponseReturnValue:
    return _send(EasyForm)


def _empty(kind: type[ReportForm], more: str = "") -> ResponseReturnValue:
    allow_script()
    regional = bool(keys_to_seal_to().regional)  # asks for nothing that could not be taken
    return empty_form(kind, new_token(), more, regional=regional)


def _send(kind: type[ReportForm]) -> ResponseReturnValue:
    """Take the report; or give the form back: in another language, with more questions, with what has to be mended."""
    languages.speak_as_sent()
    if request.files:  # no question is answered by a file: it would be lost without a word
        abort(400)
    answers = Answers(request.form)
    if not _UNSENT.isdisjoint(request.form):
        return _unsent(kind(), answers.token)
    try:
        token = open_token(answers.token)
    except BadToken:
        too_old = _("This page was open for too long. Your answers are still here: please send them again.")
        return _again(_saying(kind, too_old), new_token())
    report, places = with_place(answers)
    if asking := _asking(kind, answers, report, places):
        return _again(asking, answers.token)
    try:
        code = take_in(
            report,
            token.nonce,
            is_told=answers.has_told_of_desks,
            opened_at=token.opened_at,
            trap_is_filled=answers.trap_is_filled,
        )
    except Rejected as rejected:
        form = kind()
        form.show(rejected.problems)
        return _again(form, answers.token)
    except AlreadySent:
        sent = _("This form was sent already, with other answers. To send it as a second report, send it again.")
        return _again(_saying(kind, sent), new_token(opened_at=token.opened_at))
    page = shell("receipt", lambda: render_template("reporting/receipt.html", code=CODE, token=TOKEN, answers=ANSWERS))
    return page.filled({**groups_of(code), TOKEN: new_token(), ANSWERS: _carried(report)})


def _asking(kind: type[ReportForm], answers: Answers, report: Report, places: Sequence[Found]) -> ReportForm | None:
    """The form with what has to be asked once before it is taken, if anything; with what is wrong as well."""
    cautions = () if answers.trap_is_filled else cautions_about(answers.typed())
    if not (cautions or places):
        return None
    form = kind()
    form.cautions = cautions
    if places:
        ask_which(form, places)
    form.show(problems(report, platform().vocabulary, today=platform().today()))
    return form


def _saying(kind: type[ReportForm], sentence: str) -> ReportForm:
    form = kind()
    form.token.errors = [sentence]
    return form


def _carried(report: Report) -> str:
    """What pages of help may use of a report, sealed: codes, day and place, none of its words."""
    return seal_answers(
        {
            "acts": sorted(report.acts),
            "grounds": sorted(report.grounds),
            "settings": [report.setting],
            "place": [report.place],
            "when": [report.day or report.month or report.year],
        }
    )


def _again(form: ReportForm, token: str) -> ResponseReturnValue:
    allow_script()
    return _form_page(form, token), 422


def _unsent(form: ReportForm, token: str) -> ResponseReturnValue:
    """The same answers, asked otherwise; nothing is stored."""
    allow_script()
    if "further" in request.form:
        form.more.data = FURTHER
    try:
        open_token(token)
    except BadToken:
        return _form_page(form, new_token())
    return _form_page(form, token)


def _form_page(form: ReportForm, token: str) -> str:
    offer_again(form)
    return drawn(form, token, platform().today().isoformat(), regional=has_regional_desks())
