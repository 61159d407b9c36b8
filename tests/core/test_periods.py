from datetime import date

import pytest

from incidents.core.periods import Quarter, iso_date


@pytest.mark.parametrize(
    ("day", "text"), [((2026, 1, 1), "2026-Q1"), ((2026, 3, 31), "2026-Q1"), ((2026, 12, 31), "2026-Q4")]
)
def test_a_day_belongs_to_a_quarter(day: tuple[int, int, int], text: str) -> None:
    assert str(Quarter.of(date(*day))) == text
    assert Quarter.parse(text) == Quarter.of(date(*day))


def test_the_last_quarter_is_followed_by_the_next_year() -> None:
    assert Quarter(2026, 4).following() == Quarter(2027, 1)
    assert Quarter(2026, 1) < Quarter(2026, 2) < Quarter(2027, 1)


@pytest.mark.parametrize("text", ["2026", "2026-Q5", "Q1-2026", "", "२०२६-Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        Quarter.parse(text)


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2026-03-15", "2026-03-15"),
        ("15. 3. 2026.", "2026-03-15"),
        ("15/03/2026", "2026-03-15"),
        ("2026. 03. 15.", "2026-03-15"),
        ("3. 2026.", "2026-03"),
        ("03/2026", "2026-03"),
        ("2026-03", "2026-03"),
        ("2026. 3.", "2026-03"),
        ("march 2026", "march 2026"),
        ("15.3.26", "15.3.26"),
        ("", ""),
        ("2026", "2026"),
        ("1 2 3 4 2026", "1 2 3 4 2026"),
    ],
)
def test_a_date_is_understood_as_people_write_it(typed: str, iso: str) -> None:
    assert iso_date(typed) == iso
