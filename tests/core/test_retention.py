from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core import retention as rules
from incidents.core.incident import HANDLING, Handling, step
from incidents.core.retention import BOUNDS, DEFAULTS, LAST_STEPS, NotASchedule, Obstacle, Part, Schedule, Standing

TODAY = date(2027, 6, 1)
handlings = st.sampled_from([each for each in Handling if each is not Handling.DESTROYED])
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
schedules = st.fixed_dictionaries({name: st.integers(*BOUNDS[name]) for name in DEFAULTS}).map(Schedule)
standings = st.builds(
    Standing,
    handling=handlings,
    unchanged_since=days,
    is_settled=st.booleans(),
    has_news=st.booleans(),
    is_taken=st.booleans(),
    is_passed_on=st.booleans(),
    held_until=st.none() | days,
    is_bound=st.booleans(),
)
parts = st.sampled_from(Part)


def test_what_is_usual_lies_within_what_may_be_set() -> None:
    assert DEFAULTS.keys() == BOUNDS.keys()
    assert all(least <= DEFAULTS[name] <= most for name, (least, most) in BOUNDS.items())
    assert set(DEFAULTS) - {rules.FILES} == {handling.value for handling in LAST_STEPS}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"set_aside": 29}, "set_aside must be 30 to 1825 days"),
        ({"files": 1826}, "files must be 30 to 1825 days"),
        ({"received": 90}, "received is none of quarantined, set_aside, linked, closed, files"),
    ],
)
def test_days_out_of_bounds_and_unknown_names_are_refused(typed: dict[str, int], told: str) -> None:
    with pytest.raises(NotASchedule, match=told):
        Schedule(typed)


@pytest.mark.parametrize("handling", LAST_STEPS)
def test_a_report_ends_by_steps_that_the_table_allows(handling: Handling) -> None:
    at = handling
    for after in LAST_STEPS[handling]:
        at = step(HANDLING, at, after)
    assert at is Handling.DESTROYED


@given(standings, schedules, parts, days)
def test_nothing_is_due_before_its_days_are_over(
    standing: Standing, schedule: Schedule, part: Part, today: date
) -> None:
    if rules.is_due(standing, schedule, part, today=today):
        assert today - standing.unchanged_since >= schedule.shortest() >= timedelta(days=30)


@given(standings, schedules, parts, days)
def test_an_open_report_is_never_due(standing: Standing, schedule: Schedule, part: Part, today: date) -> None:
    if standing.handling in {Handling.RECEIVED, Handling.IN_TRIAGE, Handling.AWAITING_REPORTER}:
        assert rules.due_on(standing, schedule, part) is None
        assert not rules.is_due(standing, schedule, part, today=today)


@given(standings, schedules, parts, days)
def test_nothing_is_due_while_it_is_held_taken_unread_unsettled_passed_on_or_bound(
    standing: Standing, schedule: Schedule, part: Part, today: date
) -> None:
    is_held = standing.held_until is not None and standing.held_until >= today
    others = (standing.has_news, standing.is_taken, standing.is_passed_on, standing.is_bound, not standing.is_settled)
    if is_held or any(others):
        assert rules.obstacle(standing, today) is not None
        assert not rules.is_due(standing, schedule, part, today=today)


@given(standings, schedules)
def test_files_are_never_due_later_than_the_rest(standing: Standing, schedule: Schedule) -> None:
    whole, files = (rules.due_on(standing, schedule, part) for part in (Part.REPORT, Part.FILES))
    assert (whole is None) == (files is None)
    assert whole is None or files is None or files <= whole


@given(standings, schedules, parts, days, st.integers(0, 4000))
def test_what_is_due_stays_due_if_nothing_happens(
    standing: Standing, schedule: Schedule, part: Part, today: date, later: int
) -> None:
    if rules.is_due(standing, schedule, part, today=today):
        assert rules.is_due(standing, schedule, part, today=today + timedelta(days=later))


@pytest.mark.parametrize(("until", "held"), [(TODAY, Obstacle.HELD), (TODAY - timedelta(days=1), None)])
def test_the_last_day_of_a_hold_is_part_of_it(until: date, held: Obstacle | None) -> None:
    standing = Standing(handling=Handling.SET_ASIDE, unchanged_since=date(2025, 1, 1), held_until=until)
    assert rules.obstacle(standing, TODAY) is held


@given(st.lists(st.tuples(parts, st.uuids(), st.integers(1, 99)), unique=True), st.randoms())
def test_the_digest_is_of_the_list_and_not_of_its_order(listed: list[tuple[Part, UUID, int]], random) -> None:
    mixed = random.sample(listed, len(listed))
    assert rules.digest_of(mixed) == rules.digest_of(listed)
    if listed:
        part, report, version = listed[0]
        assert rules.digest_of([(part, report, version + 1), *listed[1:]]) != rules.digest_of(listed)
        assert rules.digest_of(listed[1:]) != rules.digest_of(listed)
