"""Pages of figures: the newest release, and every one before it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from incidents.services import published as figures
from incidents.services.published import NotFound
from incidents.web.headers import PUBLIC
from incidents.web.platform import platform
from incidents.web.published import maps, shown

published = Blueprint("published", __name__, url_prefix="/<language:language>/statistics")


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
