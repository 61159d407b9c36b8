"""The page of one published table, filtered by what it breaks figures down by; and the same lines as CSV."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from incidents.publishing import excerpts
from incidents.publishing.edition import TIME, Edition, NoSuchTable
from incidents.publishing.excerpts import Section
from incidents.publishing.filtering import ALL_TIMES, MOST, View, filtered
from incidents.web.headers import PUBLIC
from incidents.web.kept import ready
from incidents.web.languages import current_language
from incidents.web.published import shown
from incidents.web.published.downloads import issue_at
from incidents.web.published.files import HTML, sent
from incidents.web.published.readers import csv_of, edition_at
from incidents.web.published.shown import Bar
from incidents.web.published.standing import withdrawal_of

filters = Blueprint("filters", __name__, url_prefix="/<release:number>/tables")

_MOST_BARS = 40


@filters.get("/<table:name>/")
def table(number: int, name: str) -> ResponseReturnValue:
    """Made anew each time: there are more choices than there is room to keep their pages."""
    issue, edition = issue_at(number), edition_at(number)
    view = _view(edition, name)
    page = render_template(
        "published/table.html",
        release=edition,
        withdrawal=withdrawal_of(issue),
        view=view,
        bars=_bars(view),
        chosen={axis.name: axis.chosen for axis in view.axes if axis.chosen},
        all_times=ALL_TIMES,
        time=TIME,
        written=shown.written,
    )
    return sent(ready(page.encode(), HTML), keep=PUBLIC)


@filters.get("/<table:name>.csv")
def lines(number: int, name: str) -> Response:
    """The lines that fit, all of them."""
    edition = edition_at(number)
    view = _view(edition, name, most=None)
    section = Section(name, view.figures.title, view.figures.notes, view.lines)
    return csv_of(number, excerpts.to_csv(edition, [section]), f"release-{number}-{name}-lines.csv")


def _view(edition: Edition, name: str, *, most: int | None = MOST) -> View:
    try:
        return filtered(edition, name, current_language().tag, request.args, most=most)
    except NoSuchTable:
        abort(404)


def _bars(view: View) -> list[Bar]:
    """Where lines differ in one thing only, those of one level: parts beside their whole would look like more.

    Times stand in their order, others with the most frequent first.
    """
    if len(view.columns) != 1 or view.number > _MOST_BARS:
        return []
    lines = view.of_one_level()
    longest = max((line.row.value or 0 for line in lines), default=0) or 1
    bars = [Bar(view.texts(line, shown.written)[0], line.row.value, (line.row.value or 0) / longest) for line in lines]
    if view.columns[0].name == TIME:
        return bars[::-1]
    return sorted((bar for bar in bars if bar.value != 0), key=lambda bar: (bar.value is None, -(bar.value or 0)))
