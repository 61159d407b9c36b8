"""When far more arrives than a site is used to. Counts only: no rule here knows who sent what, or when exactly."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from statistics import median

MEMORY_DAYS = 28
"""So many days before today are what a site is used to."""
_MINUTES_A_DAY = 24 * 60
_MOST_A_MINUTE = 20
_TIMES_THE_MINUTE = 20
_MOST_A_DAY = 500
_TIMES_THE_DAY = 10
_CHANCE = 0.001
_FEWEST_TOGETHER = 5
_RAREST_A_WEEK = 0.25
_WEEKS_A_YEAR = 52


def usual_a_day(arrivals: Iterable[int]) -> float:
    """What arrives on most of the last days; those without reports are simply missing in `arrivals`.

    The median: earlier floods were days too, and a mean would call the next one usual.
    """
    days = [*arrivals]
    return float(median([*days, *[0] * max(0, MEMORY_DAYS - len(days))]))


def is_flood(arrived: int, usual: float) -> bool:
    """Whether so many within one minute are far more than usual on a day.

    The day's busiest hour has about three times its mean, so twenty times is no busy hour.
    """
    return arrived > max(_MOST_A_MINUTE, _TIMES_THE_MINUTE * usual / _MINUTES_A_DAY)


def is_flood_day(arrived: int, usual: float) -> bool:
    """Whether so many on one day are far more than usual: a flood that keeps below the limit of a minute."""
    return arrived > max(_MOST_A_DAY, _TIMES_THE_DAY * usual)


def is_bunch(together: int, a_year: int) -> bool:
    """Whether so many reports of one place and ground within a week are too many for chance.

    `a_year` is how many incidents of that place and ground were settled in the last twelve months. With so many a
    week as that makes, a week like this one would come once in a thousand (Poisson).
    """
    if together < _FEWEST_TOGETHER:
        return False
    expected = max(_RAREST_A_WEEK, a_year / _WEEKS_A_YEAR)
    term, fewer = exp(-expected), 0.0
    for number in range(together):
        fewer += term
        term *= expected / (number + 1)
    return 1 - fewer < _CHANCE
