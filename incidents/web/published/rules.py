"""By which rules a release was counted, what it says otherwise than an earlier one, and versions of the vocabulary."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from babel.numbers import format_percent
from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.core.tables import INCIDENTS
from incidents.core.vocabulary_versions import VersionChange, changes
from incidents.publishing.changes import CHANGED, NEW, SAME, compared, to_csv
from incidents.publishing.edition import Edition
from incidents.resources import data_file
from incidents.services import published as figures
from incidents.services.published import Issue, NotFound
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.published.asking import ask
from incidents.web.published.files import CSV, current, drawn
from incidents.web.published.readers import edition_at, page_of
from incidents.web.published.shown import written
from incidents.web.published.standing import compared_with, withdrawal_of
from incidents.web.texts import gettext as _

rules = Blueprint("rules", __name__)

MOST_SHOWN = 200
"""Changed figures on the page; the file has all."""


@rules.get("/<release:number>/method/")
def method(number: int) -> ResponseReturnValue:
    return page_of("published/method.html", number, _method)


def _method(edition: Edition) -> dict[str, object]:
    plans = {plan["plan"].split()[1]: plan for plan in reversed(edition.plans)}
    extent = edition.description["protection"][INCIDENTS.name]
    return {
        "rules": list(_rules(plans, edition)),
        "versions": [plan["plan"] for plan in plans.values()],
        "vocabulary": edition.description["vocabulary"],
        "cells": extent["cells"],
        "withheld": extent["withheld"],
        "method": edition.method(current_language().tag),
    }


def _rules(plans: Mapping[str, Mapping[str, Any]], edition: Edition) -> Iterator[str]:
    """In sentences, what the plans of the newest year say."""
    said, locale = edition.words(current_language().tag), current_language().formats
    own = plans[INCIDENTS.name]
    yield _("Smallest figure that is published for the whole country: %(number)s", number=own["threshold"])
    for rule in reversed(own.get("thresholds", ())):
        where = rule["where"]
        if by := [name for name in where if name != "area"]:
            codes = [said.label(name, code) for name in by if where[name] != "*" for code in where[name]]
            what = ", ".join(codes or [said.dimension(name) for name in by])
            yield _(
                "Smallest figure for a district or a municipality (%(what)s): %(number)s",
                what=what,
                number=rule["threshold"],
            )
        else:
            yield _("Smallest figure for a region, a district or a municipality: %(number)s", number=rule["threshold"])
    for subject, plan in plans.items():
        if subject != INCIDENTS.name:
            title = f"table.{subject}"
            yield _(
                "Smallest figure in “%(name)s”: %(number)s",
                name=said.text(title),
                number=plan["threshold"],
            )
    if "dominance" in own:
        share = format_percent(own["dominance"]["share"], locale=locale)
        yield _("A figure is withheld too if one organisation told more than %(share)s of it.", share=share)
    if "group_disclosure" in own:
        yield _("A figure is withheld too if it would tell that nearly all incidents of a place share one trait.")
    if own.get("decoy_zeros"):
        share = format_percent(own["decoy_zeros"], locale=locale)
        yield _(
            "About %(share)s of what is withheld at the finest level is zero, so that the mark alone tells nothing.",
            share=share,
        )
    yield _(
        "Everything published was attacked together: a withheld figure can be zero, and it can be the smallest "
        "published figure or more."
    )
    yield _("Figures are not rounded and not changed at random.")


@rules.get("/<release:number>/changes/")
def changed(number: int) -> ResponseReturnValue:
    issue, before = _pair(number)

    def draw() -> str:
        edition = edition_at(number)
        found = list(compared(_files(before), edition.files))
        other = [change for change in found if change.state not in {NEW, SAME}]
        return render_template(
            "published/changes.html",
            release=edition,
            before=before,
            withdrawal=withdrawal_of(issue),
            why=withdrawal_of(before) if before.withdrawn and before.withdrawn.replaced_by == number else None,
            new=sum(change.state == NEW for change in found),
            same=sum(change.state == SAME for change in found),
            changed=sum(change.state == CHANGED for change in found),
            lines=other[:MOST_SHOWN],
            said=edition.words(current_language().tag),
            written=written,
        )

    return drawn(draw, issue, before)


@rules.get("/<release:number>/changes.csv")
def changed_csv(number: int) -> ResponseReturnValue:
    _issue, before = _pair(number)
    edition = edition_at(number)
    found = list(compared(_files(before), edition.files))
    content = to_csv(found, edition.words(current_language().tag))
    response = current(Response(content, content_type=CSV))
    response.headers["Content-Disposition"] = f'attachment; filename="release-{number}-changes.csv"'
    return response


def _pair(number: int) -> tuple[Issue, Issue]:
    """A release, and the one that it takes the place of, or else the one before it."""

    def found(session: Session) -> tuple[Issue, Issue]:
        issues = {one.number: one for one in figures.issues(session, platform().sight())}
        if (issue := issues.get(number)) is None or (before := compared_with(issue, issues.values())) is None:
            raise NotFound
        return issue, issues[before]

    try:
        return ask(found)
    except NotFound:
        abort(404)


def _files(issue: Issue) -> Mapping[str, bytes]:
    return ask(lambda session: figures.contents(session, issue.number))


@rules.get("/vocabulary/")
def vocabulary() -> ResponseReturnValue:
    kinds = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
    return drawn(lambda: render_template("published/vocabulary.html", versions=_versions(), kinds=kinds))


@rules.get("/vocabulary.csv")
def vocabulary_csv() -> ResponseReturnValue:
    """A line for every code that a version added, removed or mapped otherwise; the first version added all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["version", "list", "code", "change", "columns"])
    for version, found in _versions().items():
        writer.writerows([version, one.list, one.code, one.kind, " ".join(one.columns)] for one in found)
    response = current(Response(text.getvalue().encode(), content_type=CSV))
    response.headers["Content-Disposition"] = 'attachment; filename="vocabulary-changes.csv"'
    return response


def _versions() -> dict[str, list[VersionChange]]:
    """The newest first."""
    known = list(data_files.mapping_versions(data_file("vocabulary")).items())
    before = [{}, *(version for _name, version in known)]
    found = [(name, list(changes(old, new))) for (name, new), old in zip(known, before, strict=False)]
    return dict(reversed(found))
