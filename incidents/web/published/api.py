"""The read-only interface: which releases there are, their files, the catalogue of them, places and vocabularies."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from incidents.core.crosstables import is_name
from incidents.core.release import DESCRIPTION, SERBIAN
from incidents.services import published
from incidents.services.published import ReleaseSummary, Withdrawn
from incidents.web.platform import platform
from incidents.web.problems import problem
from incidents.web.published.asking import ask
from incidents.web.published.catalogue import catalogue
from incidents.web.published.downloads import downloads, frozen_file, issue_at
from incidents.web.published.files import FOREVER, current, links_of, mark_withdrawn, opened, sent
from incidents.web.published.places import places
from incidents.web.published.vocabularies import vocabularies
from incidents.web.texts import gettext as _

api = Blueprint("api", __name__, url_prefix="/api/v1")
api.register_blueprint(catalogue)
api.register_blueprint(downloads)
api.register_blueprint(places)
api.register_blueprint(vocabularies)


MOST, USUAL = 100, 50
"""Releases on one page of the list."""
LARGEST_NUMBER = 1_000_000


@api.get("/releases")
def listed() -> ResponseReturnValue:
    """Newest first, page by page: `next` leads to those before."""
    before, most = _whole("before", None, LARGEST_NUMBER), _whole("limit", USUAL, MOST)
    sight = platform().sight()
    found = ask(lambda session: published.published(session, sight, before=before, most=(most or USUAL) + 1))
    page: dict[str, object] = {"releases": [_described(release) for release in found[:most]]}
    if most and len(found) > most:
        page["next"] = url_for("api.listed", before=found[most - 1].number, limit=most)
    return current(jsonify(page))


def _whole(name: str, usual: int | None, largest: int) -> int | None:
    """A whole number from 1 on that was asked for; other askings end in a sentence."""
    given = request.args.get(name)
    if given is None:
        return usual
    if given.isascii() and given.isdecimal() and len(given) <= len(str(largest)) and 1 <= int(given) <= largest:
        return int(given)
    told = f"Write a whole number from 1 to {largest} into {name}."
    abort(problem(400, _("That did not work"), told))


@api.get("/releases/<release:number>")
def described(number: int) -> ResponseReturnValue:
    issue = issue_at(number)
    response = sent(frozen_file(issue, DESCRIPTION), keep=FOREVER, links=links_of(issue))
    return mark_withdrawn(response, issue.withdrawn)


@api.get("/releases/<release:number>/status")
def status(number: int) -> ResponseReturnValue:
    """Whether a release is still to be used. Its files never change, so they cannot say it themselves."""
    issue = issue_at(number)
    return current(
        jsonify(
            {
                "release": issue.number,
                "quarter": issue.quarter,
                "published_on": issue.published_on,
                "sha256": issue.digest,
                **_standing(issue.withdrawn),
            }
        )
    )


@api.after_request
def _to_everybody(response: Response) -> Response:
    return opened(response)


def _described(release: ReleaseSummary) -> dict[str, object]:
    return {
        "release": release.number,
        "quarter": release.quarter,
        "published_on": release.published_on,
        "incidents_counted": release.counted,
        "description": url_for("api.described", number=release.number),
        **_standing(release.withdrawn),
        "files": [_address(release.number, name) for name in release.file_names if name != DESCRIPTION],
    }


def _standing(withdrawn: Withdrawn | None) -> dict[str, object]:
    if withdrawn is None:
        return {"status": "published", "withdrawn": None}
    successor = withdrawn.replaced_by
    return {
        "status": "withdrawn",
        "withdrawn": {
            "on": withdrawn.on,
            "reason": withdrawn.reason,
            "explanation": {"en": withdrawn.english, SERBIAN: withdrawn.serbian},
            "replaced_by": successor,
            "replacement": url_for("api.described", number=successor) if successor else None,
        },
    }


def _address(number: int, name: str) -> str:
    """Where a file can be fetched."""
    table, _dot, form = name.partition(".")
    if is_name(table):
        return url_for("api.downloads.frozen_table", number=number, table=table, form=form)
    return url_for("api.downloads.file", number=number, name=name)
