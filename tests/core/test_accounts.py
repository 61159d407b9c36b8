from datetime import timedelta

import pytest

from incidents.core.accounts import typed_password, wait_after


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (2, 0), (3, 1), (4, 2), (8, 32), (13, 900), (10_000, 900)])
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)


def test_a_password_is_the_same_however_a_keyboard_composes_it() -> None:
    assert typed_password("s\u030cuma") == typed_password("šuma")
    assert typed_password(" a ") == " a "
