import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.deidentify.letters import plain, plain_word

LETTERS = st.text(st.sampled_from("aljnjdžđćЉџњшА ĐLJN\u0301\u200b٠Ａ-1😀İ\n"), max_size=40)


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (("Ђорђе", "Đorđe", "Djordje", "ĐORĐE", "Dorde"), "dorde"),
        (("Љиљана", "Ljiljana", "LJILJANA"), "lilana"),
        (("Џемал", "Džemal", "Dzemal"), "demal"),
        (("Јовановић", "Jovanović", "Jovanovic", "Jovanovic\u0301"), "jovanovic"),
        (("Марко", "Mаrko", "Mar\u200bko", "Ｍarko"), "marko"),
        (("Șerban", "Şerban", "Serban"), "serban"),
    ],
)
def test_all_spellings_of_a_name_meet(spellings: tuple[str, ...], key: str) -> None:
    assert {plain_word(spelling) for spelling in spellings} == {key}


def test_letters_of_a_plate_are_not_drawn_together() -> None:
    assert plain("BG 123-NJ").text == "BG 123-NJ"


@given(LETTERS | st.text(max_size=60))
def test_every_letter_knows_where_it_stood(text: str) -> None:
    letters = plain(text)
    places = [letters.place(at) for at in range(len(letters.text))]
    assert places == sorted(set(places))
    assert len(letters.text) == len(letters.low)
    assert all(0 <= place < len(text) for place in places)
    assert [letters.end(at) for at in range(1, len(letters.text) + 1)] == [*places[1:], len(text)][: len(places)]
