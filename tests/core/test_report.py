import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core.report import Problem, Report, from_bytes, plain_text, problems, to_bytes, without_controls
from tests.builders import a_report

TODAY = date(2026, 11, 24)


def found(report: Report) -> list[Problem]:
    return problems(report, data_files.vocabulary(), today=TODAY)


def test_a_complete_report_has_no_problems() -> None:
    assert found(a_report()) == []


@pytest.mark.parametrize("name", ["role", "acts", "grounds", "when", "setting", "wish"])
def test_each_of_six_answers_is_needed(name: str) -> None:
    empty = frozenset[str]() if name in {"acts", "grounds"} else ""
    assert Problem(name, "missing") in found(a_report(**{name: empty}))


@pytest.mark.parametrize(
    ("name", "longest"), [("place", 200), ("organisation", 200), ("when_words", 200), ("link", 1000)]
)
def test_a_short_text_has_a_longest_length(name: str, longest: int) -> None:
    assert found(a_report(**{name: "ж" * longest})) == []
    assert found(a_report(**{name: "ж" * (longest + 1)})) == [Problem(name, "too_long")]


def test_what_the_first_form_stored_is_read_with_the_newer_answers_empty() -> None:
    stored = (
        '{"acts":["threat"],"consents":[],"day":"","grounds":["religious_belief"],"indicators":["pattern"],'
        '"language":"sr-Cyrl","month":"2026-10","place":"Нови Пазар","role":"victim","schema":1,"setting":"street",'
        '"targets":["muslim"],"when":"month","wish":"count_only","words":"Само две речи","year":""}'
    )
    report = from_bytes(stored.encode())
    assert (report.schema, report.place, report.indicators) == (1, "Нови Пазар", {"pattern"})
    assert (report.told, report.link, report.place_code, report.origin) == (frozenset(), "", "", "")
    assert found(report) == []


def test_words_place_targets_and_indicators_may_be_left_empty() -> None:
    assert found(a_report(words="", place="", targets=frozenset(), indicators=frozenset())) == []


@pytest.mark.parametrize("name", ["role", "setting", "wish", "when", "relation", "aware", "season", "platform"])
def test_a_code_of_another_vocabulary_is_a_problem(name: str) -> None:
    assert Problem(name, "unknown_code") in found(a_report(**{name: "from_an_older_form"}))


@pytest.mark.parametrize(
    "name", ["acts", "grounds", "targets", "indicators", "consents", "content", "told", "outcomes", "untold"]
)
def test_one_unknown_tick_is_a_problem(name: str) -> None:
    assert found(a_report(**{name: frozenset({"martian"})})) == [Problem(name, "unknown_code")]


@pytest.mark.parametrize(
    ("when", "given_date", "problem"),
    [
        ("exact", {"day": "2026-11-24"}, None),
        ("exact", {"day": "2026-11-25"}, Problem("day", "in_future")),
        ("exact", {"day": "24.11.2026"}, Problem("day", "not_a_date")),
        ("exact", {"day": "2026-02-30"}, Problem("day", "not_a_date")),
        ("exact", {"day": "2026-W10-1"}, Problem("day", "not_a_date")),
        ("exact", {"day": "1875-05-05"}, Problem("day", "too_early")),
        ("exact", {}, Problem("day", "missing_date")),
        ("approx_week", {"day": "2026-11-20"}, None),
        ("month", {"month": "2026-11"}, None),
        ("month", {"month": "2026-12"}, Problem("month", "in_future")),
        ("month", {"month": "march"}, Problem("month", "not_a_date")),
        ("month", {}, Problem("month", "missing_date")),
        ("ongoing", {}, None),
        ("ongoing", {"month": "2026-13"}, Problem("month", "not_a_date")),
        ("year", {"year": "2026"}, None),
        ("year", {"year": "2027"}, Problem("year", "in_future")),
        ("year", {"year": "99"}, Problem("year", "not_a_date")),
        ("unknown", {}, None),
        ("season", {"season": "summer", "year": "2025"}, None),
        ("season", {"season": "summer"}, Problem("year", "missing_date")),
        ("season", {"year": "2025"}, None),
        ("season", {"season": "summer", "year": "2027"}, Problem("year", "in_future")),
        ("several", {}, None),
        ("several", {"month": "2026-11"}, None),
        ("several", {"month": "2027-01"}, Problem("month", "in_future")),
    ],
)
def test_a_date_must_go_with_its_precision(when: str, given_date: dict[str, str], problem: Problem | None) -> None:
    report = a_report(**{"when": when, "month": "", **given_date})
    assert found(report) == ([problem] if problem else [])


def test_too_many_words_are_a_problem() -> None:
    assert found(a_report(words="а" * 10_000)) == []
    assert found(a_report(words="а" * 10_001)) == [Problem("words", "too_long")]


@given(st.text(), st.frozensets(st.text()))
def test_what_is_stored_comes_back_equal(words: str, acts: frozenset[str]) -> None:
    report = a_report(words=plain_text(words), acts=frozenset(plain_text(act) for act in acts))
    assert from_bytes(to_bytes(report)) == report


def test_equal_reports_give_equal_bytes() -> None:
    assert to_bytes(a_report(acts=frozenset("abc"))) == to_bytes(a_report(acts=frozenset("cba")))


def test_a_field_of_a_later_version_is_passed_over() -> None:
    later = to_bytes(a_report()).replace(b'{"acts"', b'{"weather":"rain","acts"')
    assert from_bytes(later) == a_report()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("s\u030cta", "šta"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("  а  ", "а"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("שלום 👩‍🦽 ‮abc", "שלום 👩‍🦽 ‮abc"),
        ("lone \ud800 half", "lone  half"),
    ],
)
def test_text_is_kept_as_typed_but_for_controls(typed: str, kept: str) -> None:
    assert plain_text(typed) == kept


def test_no_control_character_is_left_and_nothing_else_goes() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1))).replace("\r", "").replace("\t", "")
    left = "".join(c for c in every if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    assert without_controls(every) == left
