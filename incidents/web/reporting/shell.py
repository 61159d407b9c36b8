"""The empty form, drawn once for each language while the program runs; only the token is new each time."""

from __future__ import annotations

from flask import render_template

from incidents.core.languages import Language
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.reporting.forms import FIRST, ReportForm

_TOKEN, _TODAY = "token-goes-here", "today-goes-here"
_shells: dict[tuple[Language, bool], str] = {}


def empty_form(token: str) -> str:
    key = current_language(), platform().settings.trial
    if key not in _shells:
        _shells[key] = render_template(
            "reporting/form.html", form=ReportForm(formdata=None), token=_TOKEN, first=FIRST, today=_TODAY
        )
    return _shells[key].replace(_TOKEN, token).replace(_TODAY, platform().today().isoformat())
