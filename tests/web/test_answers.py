"""What is read of a form that came is what the form asks."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField, TextAreaField

from incidents.config import Settings
from incidents.core.report import Report
from incidents.web.reporting.answers import Answers
from incidents.web.reporting.forms import ReportForm
from tests.conftest import with_routes

TEXTS = {
    "organisation": "Удружење „Мост“",
    "when_words": "пре Божића",
    "place": "Бечеј",
    "words": "Викали су на нас.",
    "link": "https://primer.example/objava",
}
CODES = {
    "acts": ["threat", "graffiti_symbols"],
    "grounds": ["language"],
    "targets": ["hungarian"],
    "indicators": ["said_so"],
    "content": ["comment"],
    "outcomes": ["nothing"],
    "consents": ["refer_police"],
}
SINGLE = {"platform": "facebook", "season": "autumn", "relation": "parent", "aware": "knows", "wish": "pass_on"}
DATES = {"day": "24.11.2026.", "month": "11/2026", "year": "2026"}
OPENED_BY = {
    "relation": {"role": "family_friend"},
    "aware": {"role": "professional"},
    "organisation": {"role": "organisation"},
    "day": {"when": "exact"},
    "month": {"when": "month"},
    "year": {"when": "year"},
    "season": {"when": "season"},
    "platform": {"setting": "social_network"},
    "content": {"setting": "private_message"},
    "link": {"setting": "media_outlet"},
    "outcomes": {"told": "police"},
    "untold": {"told": "none"},
    "told": {"told": "police"},
    "consents": {"wish": "pass_on"},
}
"""What has to be answered so that a question is asked at all."""
NOT_ASKED = {"language", "origin", "partner", "place_code", "area", "schema"}
"""What the page, its address or the list of places say."""


@pytest.fixture
def app(settings: Settings) -> Flask:
    """None of this needs a database."""
    return with_routes(replace(settings, instance=Path()))


def read(app: Flask, **changes: str) -> Report:
    sent = MultiDict([(name, code) for name, codes in CODES.items() for code in codes])
    sent.update(
        {**TEXTS, **SINGLE, **DATES, "untold": "fear", "role": "victim", "when": "unknown", "setting": "street"}
    )
    for name, value in changes.items():
        sent[name] = value
    with app.test_request_context("/sr-Cyrl/report"):
        return Answers(sent).report()


@pytest.mark.parametrize("name", sorted({field.name for field in fields(Report)} - NOT_ASKED))
def test_every_part_of_a_report_is_read_where_it_is_asked(app: Flask, name: str) -> None:
    assert getattr(read(app, **OPENED_BY.get(name, {})), name)


@pytest.mark.parametrize("name", sorted(OPENED_BY))
def test_what_stands_in_a_closed_branch_is_left_out(app: Flask, name: str) -> None:
    closed = {"wish": "count_only"} if name == "consents" else {}
    assert not getattr(read(app, **closed), name)


def test_nothing_sent_is_an_empty_report_that_wishes_to_be_counted(app: Flask) -> None:
    with app.test_request_context("/sr-Cyrl/report"):
        report = Answers(MultiDict()).report()
    assert {name for name, value in vars(report).items() if value} == {"language", "wish", "schema"}
    assert report.wish == "count_only"


def test_all_that_is_typed_is_asked_about_but_what_is_asked_for(app: Flask) -> None:
    with app.test_request_context("/hu/report"):
        form = ReportForm(formdata=None)
    typed = {
        field.name
        for field in form
        if isinstance(field, StringField | TextAreaField) and not isinstance(field, HiddenField)
    }
    sent = MultiDict(dict.fromkeys(typed, "06x"))
    assert Answers(sent).typed().keys() == typed - {"link", "website"}


@pytest.mark.parametrize(
    ("place", "asked", "code", "chosen"),
    [
        ("Бечеј", "", "123", None),
        ("Бечеј", "Бечеј", "123", "123"),
        ("Бечеј ", "\tБечеј", "123", "123"),
        ("Бечеј", "Бечеј", "", ""),
        ("Нови Бечеј", "Бечеј", "123", None),
        ("", "", "", None),
    ],
)
def test_a_choice_counts_for_the_words_that_it_answers(place: str, asked: str, code: str, chosen: str | None) -> None:
    assert Answers(MultiDict({"place": place, "place_asked": asked, "place_code": code})).chosen_place == chosen
