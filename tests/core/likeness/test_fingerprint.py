import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.likeness.fingerprint import fingerprint, likeness
from incidents.core.script import to_latin
from tests.builders import a_report

WORDS = "Возач није хтео да отвори врата мојој ћерки и мени, а људи су се смејали."


def alike(one: str, other: str, **changes: object) -> float:
    return likeness(fingerprint(a_report(words=one)), fingerprint(a_report(words=other, **changes)))


def test_the_same_words_in_the_other_script_are_the_same() -> None:
    assert alike(WORDS, to_latin(WORDS)) == 1
    assert alike(WORDS, to_latin(WORDS).upper().replace("Ć", "C").replace("Č", "C")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        WORDS + " Ужас!",
        WORDS.replace("врата", "vrata").replace("мојој", "мојјој"),
        WORDS.replace("Возач", "Кондуктер"),
    ],
)
def test_small_changes_leave_most_of_the_likeness(changed: str) -> None:
    assert 0.6 < alike(WORDS, changed) < 1


def test_two_people_who_tell_of_different_things_are_not_alike() -> None:
    assert alike(WORDS, "Газда је рекао да стан није више слободан чим је чуо презиме.") < 0.1


def test_the_fewer_the_words_the_more_the_codes_count() -> None:
    elsewhere = {
        "place": "Ниш",
        "acts": frozenset({"refusal_service"}),
        "grounds": frozenset({"sex"}),
        "setting": "shop",
    }
    assert alike("Претили су ми.", "Претили су ми.", **elsewhere) < 0.6
    assert alike(WORDS * 3, WORDS * 3, **elsewhere) > 0.7


def test_without_words_only_equal_answers_are_alike() -> None:
    assert alike("", "") == 1
    assert alike("", "", place="Ниш") == 0


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_part_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= alike(one, other) == alike(other, one) <= 1
    assert alike(one, one) == 1
