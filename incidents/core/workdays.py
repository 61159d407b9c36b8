"""Working days and hours in Serbia: what times of the desk are counted in.

Law on State and Other Holidays in the Republic of Serbia (Official Gazette 43/2001, 101/2007, 92/2011). Days that
Article 4 gives to members of single faiths are not here: on these, others work.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Belgrade")
OPENS, CLOSES = time(8), time(16)
"""Our own hours, Monday to Friday; no law sets them."""

_DAY = timedelta(days=1)
# New Year, Statehood Day, Labour Day, Armistice Day (Articles 1 and 1a). Victory Day on 9 May is worked (Article 3).
_STATE = ((1, 1), (1, 2), (2, 15), (2, 16), (5, 1), (5, 2), (11, 11))
_CHRISTMAS = (1, 7)  # Article 2
_SATURDAY = 5


@cache
def holidays(year: int) -> frozenset[date]:
    """Days of a year on which nobody works although they may be weekdays."""
    state = {date(year, month, day) for month, day in _STATE}
    easter = orthodox_easter(year)
    # Article 2: from Good Friday to the second day of Easter.
    found = state | {date(year, *_CHRISTMAS)} | {easter + number * _DAY for number in (-2, -1, 0, 1)}
    # Article 3a: where a state holiday falls on a Sunday, the next working day is free; two days may each do so.
    for day in sorted(state):
        if day.isoweekday() == 7:
            following = day + _DAY
            while following.weekday() >= _SATURDAY or following in found:
                following += _DAY
            found.add(following)
    return frozenset(found)


def orthodox_easter(year: int) -> date:
    """Easter Sunday by the Julian reckoning (Meeus, Astronomical Algorithms, chapter 8), in our calendar.

    For 1900 to 2099, in which both calendars are thirteen days apart.
    """
    moon = (19 * (year % 19) + 15) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + sunday + 114, 31)
    return date(year, month, day + 1) + 13 * _DAY


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def working_day_after(day: date, number: int) -> date:
    """The so-manieth working day after `day`, which itself is not counted."""
    days = _working_days_after(day)
    for _ in range(number - 1):
        next(days)
    return next(days)


def working_days_between(first: date, last: date) -> int:
    """How many working days come after `first`, up to `last` with it: 0 on the same day, and over a weekend."""
    return sum(is_working_day(first + number * _DAY) for number in range(1, (last - first).days + 1))


def at_close(day: date) -> datetime:
    """When the working hours of a day end."""
    return datetime.combine(day, CLOSES, LOCAL)


def hours_into(day: date, hours: int) -> datetime:
    """So many hours after the work of a day begins."""
    return datetime.combine(day, OPENS, LOCAL) + timedelta(hours=hours)


def _working_days_after(day: date) -> Iterator[date]:
    while True:
        day += _DAY
        if is_working_day(day):
            yield day
