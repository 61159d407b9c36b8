"""Turns of looking up: how fast wrong ones come by, and that right ones cost nothing."""

from contextlib import ExitStack

import pytest

from incidents.web.lookups import A_MINUTE, LONGEST_WAIT_S, Lookups

A_SECOND = A_MINUTE // 60


class NothingThere(Exception):
    pass


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, wait_s: float) -> None:
        self.waits.append(wait_s)
        self.now_s += wait_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lookups(clock: Clock) -> Lookups:
    return Lookups(clock, clock.sleep)


def guess(lookups: Lookups) -> None:
    with pytest.raises(NothingThere), lookups.turn():
        raise NothingThere


def test_a_second_of_guesses_is_free_and_the_next_wait_for_their_turn(lookups: Lookups, clock: Clock) -> None:
    for _ in range(A_SECOND):
        guess(lookups)
    assert clock.waits == []
    for _ in range(A_SECOND * 3):
        guess(lookups)
    assert clock.now_s == pytest.approx(1_003)


def test_right_ones_use_nothing_up(lookups: Lookups, clock: Clock) -> None:
    for _ in range(A_SECOND * 10):
        with lookups.turn():
            pass
    assert (clock.now_s, clock.waits) == (1_000, [])


def test_in_a_flood_a_right_one_waits_for_one_turn_and_makes_nobody_else_wait(lookups: Lookups, clock: Clock) -> None:
    for _ in range(A_SECOND + 1):
        guess(lookups)
    clock.waits.clear()
    for _ in range(20):
        with lookups.turn():
            pass
    assert sum(clock.waits) == pytest.approx(1 / A_SECOND)


def test_a_worker_full_of_guesses_holds_nobody_for_two_seconds(clock: Clock) -> None:
    """A thousand at once: as many connections as gunicorn gives a worker. Nobody's wait is over yet."""
    waits: list[float] = []
    lookups = Lookups(clock, waits.append)
    for _ in range(A_SECOND):
        guess(lookups)
    with ExitStack() as waiting:
        for _ in range(1_000):
            waiting.enter_context(lookups.turn())
    assert max(waits) == LONGEST_WAIT_S < 2
    assert waits[:3] == pytest.approx([1 / A_SECOND, 2 / A_SECOND, 3 / A_SECOND])


def test_turns_that_nobody_took_are_not_saved_up(lookups: Lookups, clock: Clock) -> None:
    clock.now_s += 3_600
    for _ in range(A_SECOND * 2):
        guess(lookups)
    assert clock.now_s == pytest.approx(4_601)
