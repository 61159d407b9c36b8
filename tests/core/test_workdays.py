from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.workdays import holidays, is_working_day, orthodox_easter, working_day_after, working_days_between

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2016, 5, 1),
        (2021, 5, 2),
        (2023, 4, 16),
        (2024, 5, 5),
        (2026, 4, 12),
        (2027, 5, 2),
        (2028, 4, 16),
        (2030, 4, 28),
    ],
)
def test_easter_is_that_of_the_orthodox_calendar(year: int, month: int, day: int) -> None:
    assert orthodox_easter(year) == date(year, month, day)


@pytest.mark.parametrize("year", range(1990, 2091))
def test_easter_is_a_sunday_of_april_or_may(year: int) -> None:
    easter = orthodox_easter(year)
    assert easter.isoweekday() == 7
    assert date(year, 4, 4) <= easter <= date(year, 5, 8)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        # As the Ministry of Labour announced them.
        (date(2017, 1, 1), date(2017, 1, 3)),
        (date(2016, 4, 29), date(2016, 5, 3)),
        (date(2021, 4, 30), date(2021, 5, 4)),
        (date(2022, 5, 1), date(2022, 5, 3)),
        (date(2025, 2, 15), date(2025, 2, 17)),
        (date(2020, 11, 11), date(2020, 11, 11)),
        (date(2026, 1, 7), date(2026, 1, 7)),
    ],
)
def test_holidays_are_free_and_those_around_are_not(first: date, last: date) -> None:
    free = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert not any(map(is_working_day, free))
    assert is_working_day(working_day_after(last, 1))
    assert working_days_between(first, last) == 0


@pytest.mark.parametrize("day", [date(2025, 5, 9), date(2026, 1, 6), date(2026, 1, 27), date(2024, 6, 28)])
def test_days_that_are_celebrated_at_work_are_working_days(day: date) -> None:
    assert is_working_day(day)


def test_christmas_on_a_sunday_gives_no_other_day() -> None:
    assert date(2024, 1, 7).isoweekday() == 7
    assert is_working_day(date(2024, 1, 8))


@given(DAYS, st.integers(1, 30))
def test_so_many_working_days_after_a_day_there_are_so_many_between(day: date, number: int) -> None:
    last = working_day_after(day, number)
    assert is_working_day(last)
    assert working_days_between(day, last) == number


@pytest.mark.parametrize("year", range(2001, 2061))
def test_a_year_has_between_eleven_and_fourteen_holidays(year: int) -> None:
    assert 11 <= len(holidays(year)) <= 14
