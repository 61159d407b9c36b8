import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.gazetteer.slips import Slips, distance, signature

WORDS = st.text(alphabet="abcdeknrst ", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("subotica", "subotica", 0),
        ("subotca", "subotica", 1),
        ("subottica", "subotica", 1),
        ("subtoica", "subotica", 1),
        ("subotuca", "subotica", 1),
        ("subotkca", "subotica", 1),
        ("subotzca", "subotica", 1.25),
        ("sbotca", "subotica", 2),
        ("novi sd", "novi sad", 1),
        ("novisad", "novi sad", 1),
    ],
)
def test_a_slip_costs_one_and_a_little_more_if_the_key_is_far_away(one: str, other: str, slips: float) -> None:
    assert distance(one, other, 2) == slips


@given(WORDS, WORDS)
def test_it_is_as_far_there_as_back(one: str, other: str) -> None:
    assert distance(one, other, 3) == distance(other, one, 3) or min(distance(one, other, 3), 3.1) > 3


@given(WORDS, WORDS)
def test_only_a_word_itself_is_at_no_distance(one: str, other: str) -> None:
    assert (distance(one, other, 2) == 0) == (one == other)


@given(WORDS, st.data())
def test_a_letter_left_out_is_one_slip(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert distance(word[:at] + word[at + 1 :], word, 1) == 1


@given(WORDS, WORDS)
def test_a_slip_changes_few_bits_of_the_signature(one: str, other: str) -> None:
    slips = distance(one, other, 2)
    assert slips > 2 or (signature(one) ^ signature(other)).bit_count() <= 2 * slips


@given(st.lists(WORDS, max_size=30), WORDS, st.sampled_from([1.0, 1.25, 2.0, 2.5]))
def test_the_nearest_words_are_those_that_comparing_with_each_one_gives(
    words: list[str], typed: str, most: float
) -> None:
    all_of_them = {word: slips for word in words if (slips := distance(typed, word, most)) <= most}
    least = min(all_of_them.values(), default=0)
    expected = {word: slips for word, slips in all_of_them.items() if slips == least}
    assert Slips(words).near(typed, most) == expected
