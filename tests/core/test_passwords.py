import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters.data_files import common_passwords
from incidents.core.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from incidents.core.passwords import is_guessable
from incidents.core.script import fold
from tests.builders import PASSWORD

KNOWN = common_passwords()
ABOUT = ("Јелена Ђорђевић", "prijavi.example")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "P@ssw0rdP@ssw0rd1",
        "lozinka123456789",
        "ЛозинкаЛозинка1!",
        "Jelszó123456789",
        "volimtevolimte123",
        "iloveyou2026iloveyou",
        "Beograd2026Beograd2026",
        "Jelena.Djordjevic.1987",
        "јелена ђорђевић 2026",
        "prijavi.example1234",
        "qwertyuiopasdfgh",
        "qwertzuiopšđ1234",
        "љњертзуиопшђ123",
        "асдфгхјклчћж1234",
        "0987654321qwerty",
        "1qaz2wsx3edc4rfv",
        "123456789012345",
        "correct horse battery staple",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "абабабабабабабабаб",
        "x y x y x y x y x y",
        "локализам lokalizam",
    ],
)
def test_what_others_would_try_first_is_guessable(password: str) -> None:
    assert len(password) >= SHORTEST_PASSWORD
    assert is_guessable(password, KNOWN, ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "stari most bela lopta",
        "шест малих врабаца",
        "sedam plavih kofera",
        "négy kék bögre ül",
        "Beograd je tih kad pada kiša",
        "Jelena kupuje tri lubenice",
        "a kék bögre nem az enyém",
        "moja lozinka ima dugu bradu",
        "z7Gq-!pX2u#Lw9_Rt",
        "قطار أزرق يمر في المساء",
    ],
)
def test_words_that_do_not_belong_together_are_not(password: str) -> None:
    assert not is_guessable(password, KNOWN, ABOUT)


def test_codes_that_the_site_draws_never_are() -> None:
    drawn = ["-".join(secrets.token_hex(2) for _ in range(6)) for _ in range(3000)]
    assert [one for one in drawn if is_guessable(one, KNOWN, ABOUT)] == []


@given(st.text(min_size=SHORTEST_PASSWORD, max_size=LONGEST_PASSWORD))
def test_whatever_is_typed_gets_an_answer_and_twice_the_same(password: str) -> None:
    assert is_guessable(password, KNOWN, ABOUT) == is_guessable(password, KNOWN, ABOUT)


def test_a_name_is_known_only_where_it_is_the_members_own() -> None:
    password = "Ljubinka Vukasinov"
    assert is_guessable(password, KNOWN, ["Љубинка Вукашинов"])
    assert not is_guessable(password, KNOWN, ABOUT)


def test_the_list_has_no_short_word_that_stands_in_many_others() -> None:
    assert min(map(len, KNOWN)) >= 4
    assert {fold(word) for word in KNOWN} == KNOWN
