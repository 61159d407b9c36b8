import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.spare import DIGITS, grouped, parse_spare_code, spare_code_from


@given(st.binary(min_size=16, max_size=16))
def test_every_code_is_read_back_as_it_is_shown(random: bytes) -> None:
    code = spare_code_from(random)
    assert len(code) == DIGITS
    assert parse_spare_code(grouped(code)) == code


@pytest.mark.parametrize("typed", ["1234-5678-9012", " 123456 789012 ", "١٢٣٤٥٦٧٨٩٠١٢", "１２３４５６７８９０１２"])
def test_what_stands_between_and_how_digits_are_written_does_not_matter(typed: str) -> None:
    assert parse_spare_code(typed) == "123456789012"


@pytest.mark.parametrize("typed", ["", "123456", "1234567890123", "12345678901", "дванаест цифр"])
def test_another_number_of_digits_is_no_spare_code(typed: str) -> None:
    assert parse_spare_code(typed) is None


def test_too_little_chance_makes_no_code() -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        spare_code_from(b"x" * 15)
