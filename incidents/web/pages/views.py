"""Start and privacy in every language; the exit, which has none."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from incidents.adapters.catalogues import review_of
from incidents.core.desks import FEWEST_INHABITANTS
from incidents.core.languages import AT_DESK, LANGUAGES
from incidents.db.notice import Page
from incidents.web.headers import PUBLIC
from incidents.web.languages import wanted_language
from incidents.web.notices import notice_on
from incidents.web.platform import platform
from incidents.web.published.files import site_address
from incidents.web.reporting.forms import ALL, ReportForm
from incidents.web.reporting.sending import has_regional_desks

pages = Blueprint("pages", __name__)

_CONTACT_GOOD_FOR = timedelta(days=180)


@pages.get("/")
def choose() -> ResponseReturnValue:
    response = redirect(url_for("pages.start", language=wanted_language()), 302)
    response.headers["Cache-Control"] = PUBLIC
    response.vary.add("Accept-Language")
    return response


@pages.get("/<language:language>/")
def start() -> ResponseReturnValue:
    return _published(
        render_template("reporting/start.html", notice=notice_on(Page.START), regional=has_regional_desks())
    )


@pages.get("/<language:language>/privacy")
def privacy() -> ResponseReturnValue:
    return _published(
        render_template(
            "reporting/privacy.html", regional=has_regional_desks(), fewest=format_decimal(FEWEST_INHABITANTS)
        )
    )


@pages.get("/<language:language>/report/paper")
def paper() -> ResponseReturnValue:
    """The form to print, with what the desk tells everybody: whether and where paper is taken, only it can say."""
    form = ReportForm(formdata=None, data={"more": ALL})
    notice, today = notice_on(Page.START), platform().today().isoformat()
    return _published(
        render_template(
            "reporting/paper.html",
            form=form,
            token="",
            first=None,
            today=today,
            notice=notice,
            regional=has_regional_desks(),
        )
    )


@pages.get("/<language:language>/languages")
def tongues() -> ResponseReturnValue:
    """Which languages the site speaks, and how far native speakers have checked each."""
    reviews = {language.tag: review_of(language.tag) for language in LANGUAGES}
    return _published(render_template("reporting/languages.html", reviews=reviews))


@pages.get("/exit")
def leave() -> ResponseReturnValue:
    """The first answer of the exit: blank, and on its way. One redirect alone would be undone by "back"."""
    return Response(render_template("reporting/exit.html", onward=url_for("pages.left")), mimetype="text/html")


@pages.get("/exit/on")
def left() -> ResponseReturnValue:
    """The second answer: empties what the browser kept of us, and hands over to a neutral page."""
    response = redirect(platform().settings.exit_url, 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@pages.get("/sweep.css")
def sweep() -> ResponseReturnValue:
    """An empty style sheet that the receipt loads: it makes the browser forget the pages before it."""
    return Response("", mimetype="text/css", headers={"Clear-Site-Data": '"cache", "storage"'})


@pages.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What search engines may list: all that anybody reads, but neither the desk nor the way out."""
    rules = "User-agent: *\nDisallow: /desk/\nDisallow: /exit\n"
    return Response(rules, mimetype="text/plain", headers={"Cache-Control": PUBLIC})


@pages.get("/.well-known/security.txt")
def security() -> ResponseReturnValue:
    """Where to write about a flaw (RFC 9116). Good for half a year from today on, so that no old copy misleads."""
    site = platform()
    if not site.settings.flaws_to:
        abort(404)
    until = site.today() + _CONTACT_GOOD_FOR
    told = {
        "Contact": site.settings.flaws_to,
        "Expires": f"{until.isoformat()}T00:00:00Z",
        "Preferred-Languages": ", ".join(dict.fromkeys(language.tag.partition("-")[0] for language in AT_DESK)),
        "Canonical": f"{site_address()}{url_for('.security')}",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in told.items())
    return Response(lines, mimetype="text/plain", headers={"Cache-Control": PUBLIC})


def _published(page: str) -> Response:
    return Response(page, mimetype="text/html", headers={"Cache-Control": PUBLIC})
