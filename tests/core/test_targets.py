from datetime import date, datetime

import pytest

from incidents.core.incident import Handling
from incidents.core.targets import Target, due, is_overdue, percentile, target_of
from incidents.core.workdays import LOCAL

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("target", "since", "expected"),
    [
        (Target.RISK, MONDAY, at(MONDAY, 16)),
        (Target.RISK, SATURDAY, at(MONDAY, 12)),
        (Target.RISK, date(2026, 11, 11), at(date(2026, 11, 12), 12)),
        (Target.LOOK, FRIDAY, at(MONDAY, 16)),
        (Target.LOOK, SATURDAY, at(MONDAY, 16)),
        (Target.PROPOSE, FRIDAY, at(date(2026, 11, 27), 16)),
        (Target.PROPOSE, date(2026, 4, 9), at(date(2026, 4, 20), 16)),
        (Target.ACCEPT, FRIDAY, at(date(2026, 11, 25), 16)),
        # Summer time: the hour is that of the wall.
        (Target.RISK, date(2026, 7, 1), at(date(2026, 7, 1), 16)),
    ],
)
def test_what_came_on_a_day_is_due_at(target: Target, since: date, expected: datetime) -> None:
    assert due(target, since) == expected


@pytest.mark.parametrize(
    ("handling", "is_at_risk", "expected"),
    [
        (Handling.RECEIVED, True, Target.RISK),
        (Handling.QUARANTINED, True, Target.RISK),
        (Handling.RECEIVED, False, Target.LOOK),
        (Handling.QUARANTINED, False, Target.LOOK),
        (Handling.IN_TRIAGE, True, Target.PROPOSE),
        (Handling.IN_TRIAGE, False, Target.PROPOSE),
        (Handling.AWAITING_REPORTER, True, None),
        (Handling.LINKED, True, None),
        (Handling.SET_ASIDE, False, None),
        (Handling.CLOSED, False, None),
    ],
)
def test_what_a_report_waits_for(handling: Handling, is_at_risk: bool, expected: Target | None) -> None:
    assert target_of(handling, is_at_risk=is_at_risk) is expected


def test_a_report_is_overdue_after_its_moment_and_not_before() -> None:
    assert not is_overdue(MONDAY, Handling.RECEIVED, is_at_risk=True, now=at(MONDAY, 16))
    assert is_overdue(MONDAY, Handling.RECEIVED, is_at_risk=True, now=at(MONDAY, 16, 1))
    assert not is_overdue(MONDAY, Handling.RECEIVED, is_at_risk=False, now=at(MONDAY, 16, 1))
    assert not is_overdue(date(2026, 1, 5), Handling.AWAITING_REPORTER, is_at_risk=True, now=at(MONDAY, 16))


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [([3], 0.5, 3), ([1, 2, 3, 4], 0.5, 2), ([5, 1, 3], 0.5, 3), (range(1, 11), 0.9, 9), ([0] * 9 + [7], 0.9, 0)],
)
def test_a_percentile_is_a_value_of_theirs(values: list[int], part: float, expected: int) -> None:
    assert percentile(values, part) == expected
