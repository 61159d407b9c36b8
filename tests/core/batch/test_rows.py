from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from incidents.adapters import catalogues, data_files
from incidents.core.batch.cells import Broken, Formula, Row, letters_of
from incidents.core.batch.columns import HEADERS, LISTS, header_of
from incidents.core.batch.names import names_of
from incidents.core.batch.rows import Candidates, Entry, Refusal, Surroundings, entry_of, twins
from incidents.core.languages import BY_TAG
from incidents.core.report import Report

COLUMNS = ["reference", "acts", "grounds", "targets", "date", "when", "setting", "place", "municipality", "words"]
COLUMNS += ["role", "wish", "consents", "language", "relation", "aware", "organisation", "season", "when_words"]
COLUMNS += ["platform", "content", "link", "told", "outcomes", "untold"]
GOOD: dict[str, Any] = {"acts": "Pretnje", "grounds": "national_ethnic", "setting": "street", "date": "15.3.2026."}


def find(query: str) -> Candidates:
    places = {
        "Subotica": Candidates(True, place_code="804614", area="80438"),
        "Becej centar": Candidates(False, ("Bečej",)),
        "Slatina": Candidates(False, ("Slatina, Čačak", "Slatina, Bor")),
        "Kamenica": Candidates(False, ("Kamenica, Valjevo", "Kamenica, Osečina"), area="09"),
    }
    return places.get(query, Candidates(False))


@pytest.fixture(scope="module")
def around() -> Surroundings:
    terms = data_files.vocabulary().terms
    names = names_of(
        (listed, term.code, [catalogues.label(term, tag) for tag in BY_TAG])
        for listed in set(LISTS.values())
        for term in terms[listed].values()
    )
    return Surroundings(
        header=header_of([COLUMNS]),
        names=names,
        vocabulary=data_files.vocabulary(),
        find=find,
        language="sr-Latn",
        partner="praxis",
        today=date(2026, 11, 24),
    )


def read(around: Surroundings, **cells: Any) -> Entry:
    values = {**GOOD, **cells}
    return entry_of(Row(7, tuple(values.get(column, "") for column in COLUMNS)), around)


def test_a_place_is_kept_as_typed_with_what_it_means(around) -> None:
    report = read(around, place="Subotica").report
    assert (report.place, report.place_code, report.area) == ("Subotica", "804614", "80438")


@pytest.mark.parametrize(("place", "area"), [("Kamenica", "09"), ("Slatina", ""), ("Nigdina", "")])
def test_a_place_that_is_not_clear_is_taken_with_what_is_certain_where_the_sender_says_so(around, place, area) -> None:
    entry = read(replace(around, takes_unsure_places=True), place=place)
    assert entry.refusals == []
    assert [(one.column, one.value) for one in entry.unsure] == [("place", place)]
    assert (entry.report.place, entry.report.place_code, entry.report.area) == (place, "", area)


def test_all_answers_of_the_form_have_a_column(around) -> None:
    report = read(
        around,
        role="organisation",
        aware="unaware",
        organisation="Udruženje\nRoma",
        when_words="oko Đurđevdana",
        platform="facebook",
        content="Komentar; picture_video",
        link="https://primer.example/objava/1",
        told="police; prosecutor",
        outcomes="recorded; pending",
        untold="no_trust",
        relation="parent",
    ).report
    assert (report.organisation, report.when_words) == ("Udruženje Roma", "oko Đurđevdana")
    assert (report.relation, report.aware, report.platform, report.untold) == (
        "parent",
        "unaware",
        "facebook",
        {"no_trust"},
    )
    assert (report.content, report.outcomes) == ({"comment", "picture_video"}, {"recorded", "pending"})
    assert (report.link, report.told) == ("https://primer.example/objava/1", {"police", "prosecutor"})


def test_no_answer_of_a_report_lacks_its_column() -> None:
    elsewhere = {"place_code", "area", "origin", "partner", "schema"}
    assert {one.name for one in fields(Report)} - elsewhere <= HEADERS.keys()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"date": "2025", "season": "summer"}, ("season", "2025", "summer")),
        ({"date": "2025", "season": "leto", "when": "season"}, ("season", "2025", "summer")),
        ({"date": "jul 2025", "season": "summer"}, ("month", "", "summer")),
    ],
)
def test_a_season_goes_with_its_year(around, cells, expected) -> None:
    entry = read(around, **cells)
    assert entry.refusals == []
    assert (entry.report.when, entry.report.year, entry.report.season) == expected


def test_a_season_of_no_year_has_to_be_mended(around) -> None:
    assert read(around, date="", season="summer").refusals == [Refusal(7, "date", "missing_date")]


def test_a_row_becomes_a_report_of_its_organisation(around) -> None:
    entry = read(around, reference=" 12/2026 ", targets="Romi i Romkinje", place="Subotica", words=" =Vikali su ")
    report = entry.report
    assert entry.refusals == []
    assert (entry.reference, report.partner, report.origin, report.role) == (
        "12/2026",
        "praxis",
        "batch",
        "organisation",
    )
    assert (report.acts, report.targets, report.when, report.day) == ({"threat"}, {"roma"}, "exact", "2026-03-15")
    assert (report.place, report.words, report.wish, report.language) == (
        "Subotica",
        "=Vikali su",
        "count_only",
        "sr-Latn",
    )


@pytest.mark.parametrize(
    ("cells", "when", "field", "value"),
    [
        ({"date": "mart 2026"}, "month", "month", "2026-03"),
        ({"date": "2025"}, "year", "year", "2025"),
        ({"date": ""}, "unknown", "day", ""),
        ({"when": "Samo mesec"}, "month", "month", "2026-03"),
        ({"when": "ongoing", "date": ""}, "ongoing", "month", ""),
    ],
)
def test_the_precision_follows_from_the_date_or_from_the_row(around, cells, when, field, value) -> None:
    entry = read(around, **cells)
    assert entry.refusals == []
    assert (entry.report.when, getattr(entry.report, field)) == (when, value)


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ({"acts": ""}, Refusal(7, "acts", "missing")),
        ({"acts": "Pretnaj"}, Refusal(7, "acts", "unknown_code", "Pretnaj", ("threat",))),
        ({"acts": Formula()}, Refusal(7, "acts", "formula")),
        ({"acts": Broken("#REF!")}, Refusal(7, "acts", "broken", "#REF!")),
        ({"setting": "street; home"}, Refusal(7, "setting", "only_one", "street; home", ("street", "home"))),
        ({"date": "03/15/2026"}, Refusal(7, "date", "not_a_date", "03/15/2026")),
        ({"date": "1875"}, Refusal(7, "date", "too_early", "1875")),
        ({"date": "25.11.2026."}, Refusal(7, "date", "in_future", "25.11.2026.")),
        ({"date": "2026", "when": "exact"}, Refusal(7, "date", "not_a_date", "2026")),
        ({"date": "", "when": "month"}, Refusal(7, "date", "missing_date")),
        ({"place": "Slatina"}, Refusal(7, "place", "ambiguous_place", "Slatina", ("Slatina, Čačak", "Slatina, Bor"))),
        ({"place": "Becej centar"}, Refusal(7, "place", "unsure_place", "Becej centar", ("Bečej",))),
        ({"place": "Nigdina"}, Refusal(7, "place", "unknown_place", "Nigdina")),
        ({"municipality": "Nigdina"}, Refusal(7, "municipality", "unknown_place", "Nigdina")),
        ({"words": "a" * 10_001}, Refusal(7, "words", "too_long", "a" * 59 + "…")),
        ({"place": "a" * 201}, Refusal(7, "place", "too_long", "a" * 59 + "…")),
        ({"consents": "refer_police"}, Refusal(7, "consents", "not_asked", "refer_police")),
        ({"language": "deutsch"}, Refusal(7, "language", "unknown_language", "deutsch", tuple(BY_TAG))),
        ({"reference": "EXAMPLE – obrišite"}, Refusal(7, "reference", "example")),
    ],
)
def test_what_cannot_be_taken_is_told_once_and_where(around, cells, refusal) -> None:
    [found] = read(around, **cells).refusals
    assert (found.row, found.column, found.reason, found.value) == (
        refusal.row,
        refusal.column,
        refusal.reason,
        refusal.value,
    )
    assert found.nearest[: len(refusal.nearest)] == refusal.nearest


def test_everything_wrong_in_a_row_is_told_at_once(around) -> None:
    entry = read(around, acts="qqqq", grounds="", setting="", date="juče", place="Nigdina")
    assert {(one.column, one.reason) for one in entry.refusals} == {
        ("acts", "unknown_code"),
        ("grounds", "missing"),
        ("setting", "missing"),
        ("date", "not_a_date"),
        ("place", "unknown_place"),
    }


@pytest.mark.parametrize("place", ["online", "Интернет", "na internetu", "онлајн", "Interneten", ""])
def test_the_internet_and_no_place_are_not_looked_up(around, place: str) -> None:
    entry = read(around, place=place)
    assert (entry.refusals, entry.report.place) == ([], place)


def test_a_short_row_has_empty_cells_at_its_end(around) -> None:
    row = Row(3, ("", "threat", "race", "", "", "", "street"))
    assert entry_of(row, around).refusals == []


def test_rows_that_say_the_same_are_told(around) -> None:
    entries = [read(around), read(around, words="drugo"), read(around, reference="9")]
    rows = [Entry(number, one.reference, one.report, []) for number, one in enumerate(entries, start=2)]
    assert twins(rows) == [(4, 2)]


def test_dates_of_today_are_taken_and_of_tomorrow_not(around) -> None:
    assert read(around, date=around.today).refusals == []
    assert [one.reason for one in read(around, date=around.today + timedelta(days=1)).refusals] == ["in_future"]


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_columns_are_called_as_spreadsheets_call_them(place: int, letters: str) -> None:
    assert letters_of(place) == letters
