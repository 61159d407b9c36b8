"""The place that a reporter typed: understood on this machine, and asked about once where several have that name.

An app is answered instead: what its report's place was understood as, and which others may have been meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flask import request

from incidents.core.gazetteer.place import Level
from incidents.core.places import KOSOVO
from incidents.core.report import Report
from incidents.core.script import to_latin
from incidents.services.geocoding import Certain, Found, Meaning, certain, understood
from incidents.web.languages import current_language
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.reporting.answers import Answers
from incidents.web.reporting.forms import ReportFields
from incidents.web.texts import gettext as _

_IN_CYRILLIC = {"sr-Cyrl", "rsk", "bg", "mk"}


def with_place(answers: Answers) -> tuple[Report, Sequence[Found]]:
    """The report that was sent, with what its place means; and which places may be meant, if that has to be asked."""
    report = answers.report()
    meant = understood(report.place, answers.chosen_place, geocoder=platform().geocoder)
    if isinstance(meant, Meaning):
        return replace(report, place_code=meant.code, area=meant.area), ()
    return report, meant


def ask_which(form: ReportFields, places: Iterable[Found]) -> None:
    """Give the form choices and an error that asks."""
    form.ask_which_place((one.code, in_words(one)) for one in places)
    form.place_code.errors = [_("Several places are called so. Choose yours, or leave it as you wrote it.")]


def offer_again(form: ReportFields) -> None:
    """Put the choices that stood on the page before on it once more, with the one that is chosen."""
    if form.chosen_place is not None and not form.place_code.choices:
        meant = understood(Answers(request.form).place, None, geocoder=platform().geocoder)
        if not isinstance(meant, Meaning):
            form.ask_which_place((one.code, in_words(one)) for one in meant)


def certain_of(report: Report) -> Certain | None:
    """What is certain of an app's place, or what its code says; None for a code that the place does not have."""
    geocoder = platform().geocoder
    if not report.place_code:
        return certain(report.place, geocoder=geocoder)
    meant = understood(report.place, report.place_code, geocoder=geocoder)
    return Certain(meant, []) if isinstance(meant, Meaning) and meant.code else None


def described(place: Certain) -> dict[str, object]:
    """For the answer to an app."""
    return {
        "code": place.meaning.code or None,
        "area": place.meaning.area or None,
        "choices": [{"code": one.code, "name": in_words(one)} for one in place.choices],
    }


def in_words(found: Found) -> str:
    """A place in the reader's script, with what it lies in."""
    name, around = found.quarter or found.name, _around(found)
    text = f"{name} ({around})" if around and around != name and not name.endswith(")") else name
    return text if current_language().tag in _IN_CYRILLIC else to_latin(text)


def _around(found: Found) -> str:
    places = platform().places
    if found.level == Level.KOSOVO:
        return place_name(KOSOVO)
    municipality = places.municipalities.get(found.municipality_code)
    district = places.districts.get(found.district_code)
    names = [one.names["sr-Cyrl"] for one in (municipality, district) if one]
    return next((name for name in names if name != (found.quarter or found.name)), "")
