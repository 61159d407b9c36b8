"""The empty form, drawn once for each language while the program runs; only the token is new each time."""

from __future__ import annotations

from flask import render_template

from incidents.core.languages import Language
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.reporting.forms import ALL, ReportForm

_TOKEN, _TODAY = "token-goes-here", "today-goes-here"
_shells: dict[tuple[Language, bool, type[ReportForm], str], str] = {}


def empty_form(kind: type[ReportForm], token: str, more: str = "") -> str:
    """`more` is FURTHER, ALL or empty, as in the form."""
    key = current_language(), platform().settings.trial, kind, more
    if key not in _shells:
        _shells[key] = drawn(kind(formdata=None, data={"more": more}), _TOKEN, _TODAY)
    return _shells[key].replace(_TOKEN, token).replace(_TODAY, platform().today().isoformat())


def drawn(form: ReportForm, token: str, today: str) -> str:
    """The page of a form as it is filled in."""
    first = None if form.more.data == ALL else form.most_in_sight
    return render_template(form.page, form=form, token=token, first=first, today=today)
