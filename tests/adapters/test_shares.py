"""The published vectors of SLIP-39 (SatoshiLabs), all of them, and what a trustee may do to a share on paper."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import shamir, shares
from incidents.adapters.shamir import NotTogether
from incidents.adapters.shares import NotAShare

VECTORS = json.loads(Path(__file__).with_name("slip39.json").read_text(encoding="utf-8"))
SECRET = bytes(range(100, 132))


def test_there_are_all_published_vectors() -> None:
    assert len(VECTORS) == 45
    assert sum(bool(secret) for _, _, secret in VECTORS) == 15


@pytest.mark.parametrize(("texts", "secret"), [one[1:] for one in VECTORS], ids=[one[0] for one in VECTORS])
def test_a_published_vector_gives_its_secret_or_is_refused(texts: list[str], secret: str) -> None:
    if secret:
        assert shares.secret_of(texts, b"TREZOR").hex() == secret
    else:
        with pytest.raises((NotAShare, NotTogether)):
            shares.secret_of(texts, b"TREZOR")


def test_any_two_of_three_give_the_secret_and_one_does_not() -> None:
    made = shares.words_of_shares(SECRET, needed=2, count=3)
    assert [len(text.split()) for text in made] == [33] * 3
    for pair in combinations(made, 2):
        assert shares.secret_of(pair) == SECRET
    for alone in made:
        with pytest.raises(NotTogether):
            shares.secret_of([alone])
    with pytest.raises(NotTogether):
        shares.secret_of([made[0], made[0]])


def test_shares_of_two_makings_do_not_go_together() -> None:
    first, second = (shares.words_of_shares(SECRET, needed=2, count=3) for _ in range(2))
    with pytest.raises(NotTogether):
        shares.secret_of([first[0], second[1]])


@pytest.mark.parametrize("place", [0, 4, 17, 32])
def test_one_wrong_word_is_told(place: int) -> None:
    words = shares.words_of_shares(SECRET, needed=2, count=3)[0].split()
    words[place] = "zero" if words[place] != "zero" else "yoga"
    with pytest.raises(NotAShare):
        shares.digest_of(" ".join(words))


@pytest.mark.parametrize("typed", ["", "duckling", "дуцклинг enlarge", "duckling enlarge academic " * 11])
def test_what_is_no_share_is_told(typed: str) -> None:
    with pytest.raises(NotAShare):
        shares.digest_of(typed)


def test_a_share_is_known_again_however_it_was_typed() -> None:
    made = shares.words_of_shares(SECRET, needed=2, count=3)
    assert shares.digest_of(f"  {made[0].upper()}\n") == shares.digest_of(made[0])
    assert shares.digest_of(made[0]) != shares.digest_of(made[1])


@given(secret=st.binary(min_size=16, max_size=32), needed=st.integers(1, 5), spare=st.integers(0, 4))
def test_as_many_shares_as_are_needed_are_enough_whichever_they_are(secret: bytes, needed: int, spare: int) -> None:
    values = shamir.split(secret, threshold=needed, count=needed + spare)
    chosen = {number: values[number] for number in range(spare, spare + needed)}
    assert shamir.joined(chosen, threshold=needed) == secret
