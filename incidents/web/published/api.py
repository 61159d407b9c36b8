"""The read-only interface: which releases there are, their files as they were frozen, and places."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, url_for
from flask.typing import ResponseReturnValue

from incidents.core.release import DESCRIPTION
from incidents.core.tables import TABLES
from incidents.services import published
from incidents.services.published import File, NotFound, ReleaseSummary
from incidents.web.headers import PUBLIC
from incidents.web.platform import platform
from incidents.web.published.files import frozen, opened
from incidents.web.published.places import places

api = Blueprint("api", __name__, url_prefix="/api/v1")
api.register_blueprint(places)


@api.get("/releases")
def listed() -> ResponseReturnValue:
    with platform().database.reader() as session:
        found = published.published(session)
    response = jsonify({"releases": [_described(release) for release in found]})
    response.headers["Cache-Control"] = PUBLIC
    return opened(response)


@api.get("/releases/<release:number>")
def described(number: int) -> ResponseReturnValue:
    return frozen(_file(number, DESCRIPTION))


@api.get("/releases/<release:number>/tables/<table>.<any(csv, json):form>")
def table(number: int, table: str, form: str) -> ResponseReturnValue:
    if table not in TABLES:
        abort(404)
    return frozen(_file(number, f"{table}.{form}"), save_as=f"release-{number}-{table}.{form}")


@api.get("/releases/<release:number>/files/<name>")
def file(number: int, name: str) -> ResponseReturnValue:
    """Any file as it was frozen: plans and cells, for whoever goes over a release with `release audit`."""
    return frozen(_file(number, name), save_as=f"release-{number}-{name}")


def _file(number: int, name: str) -> File:
    try:
        with platform().database.reader() as session:
            return published.file_of(session, number, name)
    except NotFound:
        abort(404)


def _described(release: ReleaseSummary) -> dict[str, object]:
    return {
        "release": release.number,
        "quarter": release.quarter,
        "published_on": release.published_on,
        "incidents_counted": release.counted,
        "description": url_for("api.described", number=release.number),
        "files": [_address(release.number, name) for name in release.file_names if name != DESCRIPTION],
    }


def _address(number: int, name: str) -> str:
    """Where a file can be fetched."""
    table, _, form = name.partition(".")
    if table in TABLES:
        return url_for("api.table", number=number, table=table, form=form)
    return url_for("api.file", number=number, name=name)
