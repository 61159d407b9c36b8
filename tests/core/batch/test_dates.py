from datetime import date

import pytest

from incidents.core.batch.dates import NOTHING, Said, coarser, said


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("15.3.2026.", ("exact", "2026-03-15")),
        ("15. 3. 2026", ("exact", "2026-03-15")),
        ("15/03/2026", ("exact", "2026-03-15")),
        ("15-3-2026", ("exact", "2026-03-15")),
        ("2026-03-15", ("exact", "2026-03-15")),
        ("2026. 03. 15.", ("exact", "2026-03-15")),
        ("15.3.2026. године", ("exact", "2026-03-15")),
        ("15. март 2026.", ("exact", "2026-03-15")),
        ("15. marta 2026. u 14:30", ("exact", "2026-03-15")),
        ("15.3.2026 14:30", ("exact", "2026-03-15")),
        ("15.3.2026, 14.30 h", ("exact", "2026-03-15")),
        ("2026. március 15-én", ("exact", "2026-03-15")),
        ("15 March 2026", ("exact", "2026-03-15")),
        ("mart 2026", ("month", "2026-03")),
        ("Март 2026.", ("month", "2026-03")),
        ("2026. szeptember", ("month", "2026-09")),
        ("3.2026", ("month", "2026-03")),
        ("03/2026", ("month", "2026-03")),
        ("2026-03", ("month", "2026-03")),
        ("2026", ("year", "2026")),
        ("2026.", ("year", "2026")),
        ("46096", ("exact", "2026-03-15")),
        (46096.0, ("exact", "2026-03-15")),
        (2026.0, ("year", "2026")),
        (date(2026, 3, 15), ("exact", "2026-03-15")),
        ("  ", ("", "")),
        ("03/15/2026", None),
        ("15.3.26.", None),
        ("31.2.2026.", None),
        ("13.2026", None),
        ("0", None),
        ("99999", None),
        ("15.-17.3.2026", None),
        ("пролеће 2026", None),
        ("prošle nedelje", None),
        ("mart", None),
        ("1" * 5000, None),
        ("a" + " " * 32_000 + "b", None),
    ],
)
def test_a_date_is_read_as_people_write_it_or_not_at_all(typed, expected) -> None:
    found = said(typed)
    assert (found and (found.when, found.date)) == expected


def test_an_empty_cell_says_nothing() -> None:
    assert said("") == NOTHING


@pytest.mark.parametrize(
    ("when", "expected"),
    [("month", "2026-03"), ("year", "2026"), ("ongoing", "2026-03"), ("approx_week", "2026-03-15"), ("unknown", "")],
)
def test_a_row_may_ask_for_less_than_its_date_says(when: str, expected: str) -> None:
    assert coarser(Said("exact", "2026-03-15"), when) == Said(when, expected)
