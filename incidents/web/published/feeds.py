"""A feed of releases in each language, for whoever wants to hear of a new one without an account or a mail address."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from incidents.publishing.feed import TYPE, Entry, Feed, write
from incidents.services import published
from incidents.services.published import Issue, Upcoming
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.published.asking import ask
from incidents.web.published.files import address_of, current
from incidents.web.published.shown import written
from incidents.web.published.standing import coming, title_of, withdrawal_of
from incidents.web.texts import gettext as _

feeds = Blueprint("feeds", __name__)

LARGEST_NUMBER = 1_000_000
MOST = 20
"""Releases on one page of the feed."""


@feeds.get("/releases.atom")
def releases() -> ResponseReturnValue:
    before = _before()
    found = ask(lambda session: published.issues(session, platform().sight(), before=before, most=MOST + 1))
    upcoming = [] if before else ask(lambda session: published.upcoming(session, platform().now()))
    shown = found[:MOST]
    following = address_of(".releases", before=shown[-1].number) if len(found) > MOST else ""
    feed = Feed(
        host=platform().settings.hosts[0],
        tag=current_language().tag,
        title=_("Figures on hate crime and discrimination in Serbia"),
        own=address_of(".releases", before=before),
        page=address_of("published.newest"),
        following=following,
        entries=[*map(_announced, upcoming), *map(_entry, shown)],
    )
    return current(Response(write(feed), content_type=f"{TYPE}; charset=utf-8"))


def _before() -> int | None:
    """The release that a page of the feed begins behind; what is none is left unheard."""
    asked = request.args.get("before", type=int) or 0
    return asked if 0 < asked <= LARGEST_NUMBER else None


def _announced(upcoming: Upcoming) -> Entry:
    return Entry(
        f"coming:{upcoming.quarter}",
        upcoming.announced_on,
        title_of(upcoming),
        coming(upcoming),
        address_of("published.newest"),
        kind="announced",
    )


def _entry(issue: Issue) -> Entry:
    tag, withdrawal = current_language().tag, withdrawal_of(issue)
    quarter = written(issue.quarter)
    return Entry(
        f"release:{issue.number}",
        issue.published_on,
        _("Withdrawn figures: %(quarter)s", quarter=quarter)
        if withdrawal
        else _("Figures: %(quarter)s", quarter=quarter),
        withdrawal.reason
        if withdrawal
        else _(
            "People report here of their own accord. These are not all incidents, and the figures cannot be compared "
            "with those of the police."
        ),
        address_of("published.release", number=issue.number),
        f"{address_of('api.described', number=issue.number)}/release.{tag}.zip",
        updated_on=withdrawal.on if withdrawal else None,
        kind="withdrawn" if withdrawal else "",
    )
