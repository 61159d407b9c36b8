import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.receipt import NotACode, code_from_random, grouped, parse_code

CODE = code_from_random(bytes(range(1, 33)))
"""It has every digit."""


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_28_digits_that_check(random: bytes) -> None:
    code = code_from_random(random)
    assert len(code) == 28
    assert int(code) % 97 == 1
    assert parse_code(grouped(code)) == code


@pytest.mark.parametrize(
    "write",
    [
        lambda code: code,
        lambda code: "-".join(code[i : i + 4] for i in range(0, 28, 4)),
        lambda code: "\u00a0".join(code),
        lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda code: code.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        lambda code: code.translate(str.maketrans("0123456789", "०१२३४५६७८९")),
        lambda code: code.translate(str.maketrans("013468", "ОІЗЧбВ")),
        lambda code: code.translate(str.maketrans("0136", "оlзб")),
        lambda code: code.translate(str.maketrans("0125689", "OIZSGBg")),
        lambda code: code.translate(str.maketrans("015", "Ｏ|ѕ")),
        lambda code: f"  {code}\n",
    ],
    ids=[
        "plain",
        "dashes",
        "no-break spaces",
        "Arabic-Indic",
        "full width",
        "Devanagari",
        "Cyrillic capitals",
        "Cyrillic small letters",
        "Latin letters",
        "full-width letters",
        "with a line end",
    ],
)
def test_however_it_is_written_it_is_the_same_code(write) -> None:
    assert parse_code(write(CODE)) == CODE


@given(st.integers(0, 27), st.integers(1, 9))
def test_one_wrong_digit_is_always_called_a_slip(place: int, shift: int) -> None:
    wrong = CODE[:place] + str((int(CODE[place]) + shift) % 10) + CODE[place + 1 :]
    with pytest.raises(NotACode) as refused:
        parse_code(wrong)
    assert refused.value.reason == "slip"


@given(st.integers(0, 26))
def test_two_neighbours_in_the_wrong_order_are_called_a_slip(place: int) -> None:
    swapped = CODE[:place] + CODE[place + 1] + CODE[place] + CODE[place + 2 :]
    if swapped != CODE:
        with pytest.raises(NotACode):
            parse_code(swapped)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("", "length"), (CODE[:-1], "length"), (CODE + "1", "length"), ("шифра", "letters"), ("D" + CODE[1:], "letters")],
)
def test_what_cannot_be_a_code_says_why(typed: str, reason: str) -> None:
    with pytest.raises(NotACode) as refused:
        parse_code(typed)
    assert refused.value.reason == reason
