"""Pages for those who report to others: the Commissioner, committees of the United Nations, places and communities.

Each shows lines of published tables in another order; a page that would need a count of its own is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from incidents.adapters import data_files
from incidents.adapters.data_files import TREATIES_VERSION
from incidents.core.alphabet import by_alphabet
from incidents.core.tables import TOTAL
from incidents.publishing import excerpts
from incidents.publishing.edition import Edition
from incidents.publishing.excerpts import GRID, Section
from incidents.web.headers import PUBLIC
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.published import shown
from incidents.web.published.downloads import issue_at, opened_at
from incidents.web.published.files import CSV, address_of, drawn, links_of, mark_withdrawn
from incidents.web.published.standing import withdrawal_of
from incidents.web.texts import gettext as _

readers = Blueprint("readers", __name__, url_prefix="/<release:number>")

DIMENSIONS = {"places": "area", "communities": "target"}
"""The dimension of a page of one place or one community."""


@readers.get("/commissioner/")
def commissioner(number: int) -> ResponseReturnValue:
    return page_of("published/commissioner.html", number, _commissioner)


def _commissioner(edition: Edition) -> dict[str, object]:
    year = excerpts.newest_year(edition, GRID)
    areas = platform().vocabulary.terms["social_area"]
    return {
        "year": year,
        "grid": excerpts.grid(edition, _tag(), year) if year else None,
        "unconfirmed": {code for code, term in areas.items() if not term.is_confirmed},
    }


@readers.get("/treaties/")
def treaties(number: int) -> ResponseReturnValue:
    return page_of("published/treaties.html", number, _treaties)


def _treaties(edition: Edition) -> dict[str, object]:
    year = excerpts.newest_year(edition, "target")
    return {"year": year, "sections": _by_committee(edition, year), "committees": _committees()}


@readers.get("/treaties.csv")
def treaties_csv(number: int) -> ResponseReturnValue:
    edition = edition_at(number)
    sections = _by_committee(edition, excerpts.newest_year(edition, "target"))
    content = excerpts.to_csv(edition, sections, mapping=TREATIES_VERSION)
    return csv_of(number, content, f"release-{number}-treaties.csv")


@readers.get("/places/")
def listed(number: int) -> ResponseReturnValue:
    """Every place and community that published tables have lines of."""
    return page_of(
        "published/places.html",
        number,
        lambda edition: {"choices": {kind: _codes(edition, dimension) for kind, dimension in DIMENSIONS.items()}},
    )


@readers.get("/<any(places, communities):kind>/<code>/")
def excerpt(number: int, kind: str, code: str) -> ResponseReturnValue:
    def values(edition: Edition) -> dict[str, object]:
        name, sections = _excerpt(edition, kind, code)
        return {"kind": kind, "code": code, "name": name, "sections": sections}

    return page_of("published/excerpt.html", number, values)


@readers.get("/<any(places, communities):kind>/<code>.csv")
def excerpt_csv(number: int, kind: str, code: str) -> ResponseReturnValue:
    edition = edition_at(number)
    _name, sections = _excerpt(edition, kind, code)
    return csv_of(number, excerpts.to_csv(edition, sections), f"release-{number}-{code}.csv")


@readers.get("/summary/")
def summary(number: int) -> ResponseReturnValue:
    """What fits on one sheet of paper; no period is finer than that of the release."""

    def values(edition: Edition) -> dict[str, object]:
        return {"tables": {table.name: table for table in shown.tables_at(edition.files, edition.quarter)}}

    return page_of("published/summary.html", number, values)


def _by_committee(edition: Edition, year: str) -> list[Section]:
    return excerpts.by_committee(edition, _tag(), data_files.treaty_readings(), year) if year else []


def _codes(edition: Edition, dimension: str) -> list[tuple[str, str]]:
    """The codes that can be chosen, by their names."""
    said = edition.words(_tag()).labels.get(dimension, {})
    return sorted(((code, name) for code, name in said.items() if code != TOTAL), key=lambda pair: by_alphabet(pair[1]))


def _excerpt(edition: Edition, kind: str, code: str) -> tuple[str, Sequence[Section]]:
    name = dict(_codes(edition, DIMENSIONS[kind])).get(code)
    sections = excerpts.about(edition, _tag(), DIMENSIONS[kind], code) if name else []
    if not name or not sections:
        abort(404)
    return name, sections


def _committees() -> dict[str, str]:
    return {
        "CERD": _("Committee on the Elimination of Racial Discrimination (CERD)"),
        "CEDAW": _("Committee on the Elimination of Discrimination against Women (CEDAW)"),
        "CRPD": _("Committee on the Rights of Persons with Disabilities (CRPD)"),
        "CRC": _("Committee on the Rights of the Child (CRC)"),
        "CCPR": _("Human Rights Committee (CCPR)"),
    }


def edition_at(number: int) -> Edition:
    return opened_at(issue_at(number), address_of("api.described", number=number))


def page_of(template: str, number: int, values: Callable[[Edition], dict[str, object]]) -> Response:
    issue = issue_at(number)

    def draw() -> str:
        edition = edition_at(number)
        told = withdrawal_of(issue)
        return render_template(template, release=edition, withdrawal=told, written=shown.written, **values(edition))

    return drawn(draw, issue)


def csv_of(number: int, content: bytes, name: str) -> Response:
    issue = issue_at(number)
    kept = {"Cache-Control": PUBLIC, "Content-Disposition": f'attachment; filename="{name}"'}
    response = Response(content, content_type=CSV, headers=kept)
    if links := links_of(issue):
        response.headers["Link"] = ", ".join(links)
    return mark_withdrawn(response, issue.withdrawn)


def _tag() -> str:
    return current_language().tag
