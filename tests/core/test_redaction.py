import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.redaction import MOST_BOXES, BadBox, Box, boxes_typed

_share = st.floats(0, 100, allow_nan=False)


@given(left=_share, top=_share, width=_share, height=_share, size=st.tuples(st.integers(1, 3000), st.integers(1, 3000)))
def test_what_is_blackened_covers_the_box_and_stays_in_the_picture(left, top, width, height, size) -> None:
    box = Box(1, left, top, min(width, 100 - left), min(height, 100 - top))
    x0, y0, x1, y1 = box.pixels(*size)
    wide, high = size
    assert 0 <= x0 <= box.left * wide / 100
    assert 0 <= y0 <= box.top * high / 100
    assert wide >= x1 >= (box.left + box.width) * wide / 100 - 1e-6
    assert high >= y1 >= (box.top + box.height) * high / 100 - 1e-6


def test_boxes_are_typed_as_people_type_numbers() -> None:
    rows = [("1", "10", " 20,5 % ", "30", "40.25"), ("1", "", " ", "", ""), ("2", "-5", "90", "20", "50")]
    assert boxes_typed(rows, 2) == [Box(1, 10, 20.5, 30, 40.25), Box(2, 0, 90, 15, 10)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("1", "x", "0", "5", "5"), "not_a_number"),
        (("1", "", "0", "5", "5"), "not_a_number"),
        (("1", "nan", "0", "5", "5"), "not_a_number"),
        (("1", "1e3", "0", "5", "5"), "not_a_number"),
        (("1", "--1", "0", "5", "5"), "not_a_number"),
        (("0", "1", "0", "5", "5"), "outside"),
        (("3", "1", "0", "5", "5"), "outside"),
        (("1.5", "1", "0", "5", "5"), "outside"),
        (("1", "100", "0", "5", "5"), "outside"),
        (("1", "10", "10", "0", "5"), "empty"),
        (("1", "-10", "10", "10", "5"), "empty"),
    ],
)
def test_what_is_no_box_is_told_by_its_row(row, reason) -> None:
    with pytest.raises(BadBox) as wrong:
        boxes_typed([("1", "1", "1", "1", "1"), row], 2)
    assert (wrong.value.row, wrong.value.reason) == (1, reason)


def test_there_is_an_end_to_boxes() -> None:
    with pytest.raises(BadBox, match="too_many"):
        boxes_typed([("1", "1", "1", "1", "1")] * (MOST_BOXES + 1), 1)
