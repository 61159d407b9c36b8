from incidents.adapters.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=2, pause_s=60, clock=clock)
    for _ in range(2):
        assert breaker.lets_through()
        breaker.failed()
    return breaker


def test_after_failures_in_a_row_nobody_is_let_through() -> None:
    assert not opened(Clock()).lets_through()


def test_after_the_pause_one_may_try_and_the_others_wait() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 60
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]


def test_one_that_tries_and_never_comes_back_does_not_close_the_way_for_good() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 60
    breaker.lets_through()
    clock.now = 120
    assert breaker.lets_through()


def test_a_try_that_fails_begins_the_pause_anew_and_one_that_works_ends_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 100
    breaker.lets_through()
    clock.now = 110
    breaker.failed()
    clock.now = 169
    assert not breaker.lets_through()
    clock.now = 170
    assert breaker.lets_through()
    breaker.worked()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


def test_what_works_between_failures_counts_anew() -> None:
    breaker = Breaker(failures=2, pause_s=60, clock=Clock())
    for _ in range(5):
        breaker.failed()
        breaker.worked()
    assert breaker.lets_through()
