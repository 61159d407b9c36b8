"""Pages of figures: the newest release, and every one before it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.release import LICENCE, LICENCE_ADDRESS
from incidents.services import published as figures
from incidents.services.published import NotFound
from incidents.web.headers import PUBLIC
from incidents.web.platform import platform
from incidents.web.published import maps, shown
from incidents.web.published.feeds import feeds
from incidents.web.published.files import site_address
from incidents.web.published.readers import readers
from incidents.web.texts import gettext as _

published = Blueprint("published", __name__, url_prefix="/<language:language>/statistics")
published.register_blueprint(feeds)
published.register_blueprint(readers)


@published.get("/")
def newest() -> ResponseReturnValue:
    with platform().database.reader() as session:
        number = figures.newest_number(session)
    if number is None:
        return _public(render_template("published/none.html"))
    return _page(number)


@published.get("/<release:number>/")
def release(number: int) -> ResponseReturnValue:
    return _page(number)


def _page(number: int) -> ResponseReturnValue:
    try:
        with platform().database.reader() as session:
            found = figures.release_by_number(session, number)
            others = figures.published(session)
    except NotFound:
        abort(404)
    tables = shown.tables_at(found.files, found.quarter)
    return _public(
        render_template(
            "published/release.html",
            release=found,
            others=others,
            tables=tables,
            bars=shown.bars(tables),
            deeper=shown.deeper_tables(found.files),
            earlier=[shown.tables_at(found.files, time) for time in shown.times(found.files) if time != found.quarter],
            map_of=maps.map_of,
            written=shown.written,
            free=shown.free_tables(found.files),
            citation=_(
                "Figures on hate crime and discrimination in Serbia, release %(number)s (%(quarter)s), "
                "published on %(day)s, %(address)s",
                number=found.number,
                quarter=found.quarter,
                day=found.published_on.isoformat(),
                address=site_address() + url_for("api.described", number=found.number),
            ),
            licence=LICENCE,
            licence_address=LICENCE_ADDRESS,
        )
    )


@published.get("/<release:number>/municipalities/")
def municipalities(number: int) -> ResponseReturnValue:
    """The finest map there is, on a page of its own: it weighs as much as all else on the release's page."""
    try:
        with platform().database.reader() as session:
            found = figures.release_by_number(session, number)
    except NotFound:
        abort(404)
    table = shown.newest_table(found.files, "municipality")
    if table is None:
        abort(404)
    return _public(
        render_template(
            "published/municipalities.html",
            release=found,
            table=table,
            map=maps.map_of(table),
            written=shown.written,
        )
    )


def _public(page: str) -> Response:
    return Response(page, mimetype="text/html", headers={"Cache-Control": PUBLIC})
