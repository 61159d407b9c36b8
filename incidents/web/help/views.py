"""Answers to who can help, and the complaint. Asked by POST, so that no answer stands in an address or a log."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from incidents.core import complaint as rules
from incidents.db.notice import Page
from incidents.services.helping import Found, find_help
from incidents.web.headers import PUBLIC
from incidents.web.help import shown
from incidents.web.help.forms import ComplaintForm, HelpForm
from incidents.web.help.paper import paper_of
from incidents.web.languages import speak_as_sent
from incidents.web.notices import notice_on
from incidents.web.platform import platform

helping = Blueprint("helping", __name__, url_prefix="/<language:language>")


@helping.get("/help")
def bodies() -> ResponseReturnValue:
    page = _page(HelpForm(formdata=None), is_answer=False)
    return Response(page, mimetype="text/html", headers={"Cache-Control": PUBLIC})


@helping.post("/help")
def answer() -> ResponseReturnValue:
    speak_as_sent()
    return _page(HelpForm(), is_answer=True)


def _page(form: HelpForm, *, is_answer: bool) -> str:
    found = shown.in_words(_found(form))
    form.municipality.choices = found.choices
    return render_template("help/bodies.html", form=form, found=found, is_answer=is_answer, notice=notice_on(Page.HELP))


def _found(form: HelpForm) -> Found:
    site = platform()
    return find_help(
        form.question(),
        form.typed_place(),
        form.municipality.data or "",
        directory=site.directory,
        geocoder=site.geocoder,
        places=site.places,
        today=site.today(),
    )


@helping.get("/complaint")
def complaint() -> ResponseReturnValue:
    return _form_page(ComplaintForm(formdata=None))


@helping.post("/complaint")
def write() -> ResponseReturnValue:
    """The complaint as a document; or its form, begun with a report's answers or in another language."""
    speak_as_sent()
    form = ComplaintForm()
    if "make" not in request.form:
        if earlier := form.earlier():
            form.begin_with(earlier)
        return _form_page(form)
    written = form.complaint()
    if found := rules.problems(written, platform().vocabulary):
        form.show(found)
        return _form_page(form), 422
    from incidents.adapters.paper import draw  # and fonts, only where a complaint is written

    document = draw(paper_of(written, form.script.data))
    return Response(
        document, mimetype="application/pdf", headers={"Content-Disposition": 'attachment; filename="document.pdf"'}
    )


def _form_page(form: ComplaintForm) -> str:
    return render_template("help/complaint.html", form=form, body=shown.commissioner())
