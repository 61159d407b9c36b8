"""Pages of figures: the newest release, and every one before it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incidents.core.release import LICENCE, LICENCE_ADDRESS
from incidents.publishing import calendar as ics
from incidents.services import published as figures
from incidents.services.published import Issue, NotFound, Shelf
from incidents.web.platform import platform
from incidents.web.published import maps, shown, standing
from incidents.web.published.asking import ask
from incidents.web.published.downloads import issue_at
from incidents.web.published.feeds import feeds
from incidents.web.published.files import address_of, current, drawn
from incidents.web.published.filters import filters
from incidents.web.published.headlines import headlines
from incidents.web.published.readers import readers
from incidents.web.published.rules import rules
from incidents.web.texts import gettext as _

published = Blueprint("published", __name__, url_prefix="/<language:language>/statistics")
published.register_blueprint(feeds)
published.register_blueprint(readers)
published.register_blueprint(filters)
published.register_blueprint(rules)


@published.get("/")
def newest() -> ResponseReturnValue:
    shelf = ask(lambda session: figures.shelf(session, platform().sight()))
    if shelf.newest is None:
        coming = standing.coming(shelf.upcoming) if shelf.upcoming else ""
        return drawn(lambda: render_template("published/none.html", coming=coming), shelf.upcoming)
    return _page(shelf.newest, shelf)


@published.get("/<release:number>/")
def release(number: int) -> ResponseReturnValue:
    def found(session: Session) -> tuple[Issue, Shelf]:
        shelf = figures.shelf(session, platform().sight())
        return shelf.at(number), shelf

    try:
        return _page(*ask(found))
    except NotFound:
        abort(404)


def _page(issue: Issue, shelf: Shelf) -> ResponseReturnValue:
    return drawn(lambda: _drawn(issue, shelf), issue, tuple(shelf.issues), shelf.upcoming)


def _drawn(issue: Issue, shelf: Shelf) -> str:
    files = ask(lambda session: figures.contents(session, issue.number))
    tables = shown.tables_at(files, issue.quarter)
    return render_template(
        "published/release.html",
        release=issue,
        withdrawal=standing.withdrawal_of(issue),
        coming=standing.coming(shelf.upcoming) if shelf.upcoming else "",
        others=shelf.issues,
        before_it=standing.compared_with(issue, shelf.issues),
        tables=tables,
        bars=shown.bars(tables),
        trend=shown.trend(files),
        headlines=headlines(tables, shown.before(files, issue.quarter)),
        deeper=shown.deeper_tables(files),
        earlier=[shown.tables_at(files, time) for time in shown.times(files) if time != issue.quarter],
        map_of=maps.map_of,
        written=shown.written,
        free=shown.free_tables(files),
        citation=_(
            "Figures on hate crime and discrimination in Serbia, release %(number)s (%(quarter)s), "
            "published on %(day)s, %(address)s",
            number=issue.number,
            quarter=issue.quarter,
            day=issue.published_on.isoformat(),
            address=address_of("api.described", number=issue.number),
        ),
        licence=LICENCE,
        licence_address=LICENCE_ADDRESS,
    )


@published.get("/calendar.ics")
def calendar() -> ResponseReturnValue:
    """What is announced, for the calendars of those who plan ahead."""
    found = ask(lambda session: figures.upcoming(session, platform().now()))
    content = ics.write(_("Coming figures"), standing.events_of(found))
    return current(Response(content, content_type=f"{ics.TYPE}; charset=utf-8"))


@published.get("/<release:number>/municipalities/")
def municipalities(number: int) -> ResponseReturnValue:
    """The finest map there is, on a page of its own: it weighs as much as all else on the release's page."""
    issue = issue_at(number)

    def draw() -> str:
        files = ask(lambda session: figures.contents(session, number))
        table = shown.newest_table(files, "municipality")
        if table is None:
            abort(404)
        return render_template(
            "published/municipalities.html",
            release=issue,
            withdrawal=standing.withdrawal_of(issue),
            table=table,
            map=maps.map_of(table),
            written=shown.written,
        )

    return drawn(draw, issue)
