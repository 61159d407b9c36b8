"""A feed of releases in each language, for whoever wants to hear of a new one without an account or a mail address."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from incidents.publishing.feed import TYPE, Entry, Feed, write
from incidents.services import published
from incidents.services.published import Issue
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.published.files import current, site_address
from incidents.web.published.shown import written
from incidents.web.texts import gettext as _

feeds = Blueprint("feeds", __name__)

LARGEST_NUMBER = 1_000_000
MOST = 20
"""Releases on one page of the feed."""


@feeds.get("/releases.atom")
def releases() -> ResponseReturnValue:
    before = _before()
    with platform().database.reader() as session:
        found = published.issues(session, before=before, most=MOST + 1)
    site, shown = site_address(), found[:MOST]
    following = url_for(".releases", before=shown[-1].number) if len(found) > MOST else ""
    feed = Feed(
        host=platform().settings.hosts[0],
        tag=current_language().tag,
        title=_("Figures on hate crime and discrimination in Serbia"),
        own=site + url_for(".releases", before=before),
        page=site + url_for("published.newest"),
        following=site + following if following else "",
        entries=[_entry(site, issue) for issue in shown],
    )
    return current(Response(write(feed), content_type=f"{TYPE}; charset=utf-8"))


def _before() -> int | None:
    """The release that a page of the feed begins behind; what is none is left unheard."""
    asked = request.args.get("before", type=int) or 0
    return asked if 0 < asked <= LARGEST_NUMBER else None


def _entry(site: str, issue: Issue) -> Entry:
    tag = current_language().tag
    return Entry(
        issue.number,
        issue.published_on,
        _("Figures: %(quarter)s", quarter=written(issue.quarter)),
        _(
            "People report here of their own accord. These are not all incidents, and the figures cannot be compared "
            "with those of the police."
        ),
        site + url_for("published.release", number=issue.number),
        f"{site}{url_for('api.described', number=issue.number)}/release.{tag}.zip",
    )
