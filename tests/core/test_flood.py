import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.flood import MEMORY_DAYS, is_bunch, is_flood, is_flood_day, usual_a_day


def test_a_flood_of_last_week_does_not_become_usual() -> None:
    assert usual_a_day([12] * 24 + [10_000] * 4) == 12


def test_days_without_reports_count_as_such() -> None:
    assert usual_a_day([40, 30, 20]) == 0
    assert usual_a_day([]) == 0


@pytest.mark.parametrize(
    ("arrived", "usual", "flooded"),
    [(20, 0, False), (21, 0, True), (21, 2000, False), (1000, 300, True), (270, 20_000, False), (300, 20_000, True)],
)
def test_what_a_minute_may_bring_depends_on_what_is_usual(arrived: int, usual: float, flooded: bool) -> None:
    assert is_flood(arrived, usual) is flooded


@pytest.mark.parametrize(
    ("arrived", "usual", "flooded"), [(500, 3, False), (501, 3, True), (1500, 200, False), (2001, 200, True)]
)
def test_a_flood_that_trickles_is_one_by_the_day(arrived: int, usual: float, flooded: bool) -> None:
    assert is_flood_day(arrived, usual) is flooded


@given(st.lists(st.integers(0, 2000), max_size=MEMORY_DAYS))
def test_what_is_usual_is_never_a_flood(arrivals: list[int]) -> None:
    usual = usual_a_day(arrivals)
    assert not is_flood_day(int(usual), usual)
    assert not is_flood(int(usual / 24 / 60 * 3), usual)


@pytest.mark.parametrize(
    ("together", "a_year", "bunched"),
    [(4, 0, False), (5, 0, True), (5, 52, False), (8, 52, True), (20, 520, False), (25, 520, True)],
)
def test_reports_of_one_place_and_ground_bunch_when_chance_does_not_explain_them(together, a_year, bunched) -> None:
    assert is_bunch(together, a_year) is bunched


def test_more_reports_never_make_a_bunch_less_of_one() -> None:
    for a_year in (0, 12, 300):
        answers = [is_bunch(number, a_year) for number in range(60)]
        assert answers == sorted(answers)
