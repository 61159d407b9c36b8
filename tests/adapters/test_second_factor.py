from datetime import UTC, datetime, timedelta

import pytest

from incidents.adapters.second_factor import current_code, new_secret, step_of

KEY = b"k" * 32
NOW = datetime(2026, 11, 24, 10, 0, 10, tzinfo=UTC)
_, SEALED = new_secret(KEY)


@pytest.mark.parametrize(("late", "fits"), [(0, True), (29, True), (-29, True), (90, False), (-90, False)])
def test_a_code_works_in_its_step_and_the_neighbours(late: int, fits: bool) -> None:
    code = current_code(SEALED, KEY, NOW)
    assert (step_of(code, SEALED, KEY, NOW + timedelta(seconds=late), after=0) is not None) is fits


def test_a_code_works_once() -> None:
    code = current_code(SEALED, KEY, NOW)
    step = step_of(code, SEALED, KEY, NOW, after=0)
    assert step is not None
    assert step_of(code, SEALED, KEY, NOW, after=step) is None


@pytest.mark.parametrize("code", ["", "000000x", "шест", "1" * 400])
def test_nonsense_is_no_code(code: str) -> None:
    assert step_of(code, SEALED, KEY, NOW, after=0) is None
