from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core.agreement import (
    FEWEST,
    FIELDS,
    Draw,
    agreement,
    codes_of,
    is_coded_twice,
    kappa,
    settlement_of,
)
from tests.core.test_incident import a_settlement

VOCABULARY = data_files.vocabulary()
SMALL = {"verbal_insult"}


def pairs(both: int, first: int, second: int, neither: int) -> list[tuple[bool, bool]]:
    return [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (pairs(20, 5, 10, 15), 0.4),
        (pairs(45, 15, 25, 15), 0.1304),
        (pairs(25, 35, 5, 35), 0.2593),
        (pairs(10, 0, 0, 10), 1.0),
        (pairs(0, 10, 10, 0), -1.0),
        (pairs(5, 5, 5, 5), 0.0),
    ],
)
def test_kappa_is_as_in_worked_examples(table: list[tuple[bool, bool]], expected: float) -> None:
    assert kappa(table) == pytest.approx(expected, abs=0.0001)


def test_kappa_of_several_categories() -> None:
    """Worked by hand: alike 83 of 100; by chance .25 x .25 + .35 x .40 + .40 x .35 = .3425."""
    table = [[20, 5, 0], [3, 30, 2], [2, 5, 33]]
    told = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    assert kappa(told) == pytest.approx((0.83 - 0.3425) / (1 - 0.3425))


@pytest.mark.parametrize("table", [[], pairs(10, 0, 0, 0), pairs(0, 0, 0, 7)])
def test_where_all_gave_one_answer_there_is_no_kappa(table: list[tuple[bool, bool]]) -> None:
    assert kappa(table) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_is_the_same_from_both_sides_and_never_over_one(told: list[tuple[str, str]]) -> None:
    found = kappa(told)
    assert found == kappa([(other, one) for one, other in told])
    assert found is None or found <= 1
    assert found != 1 or all(one == other for one, other in told)


def test_each_field_and_each_code_that_was_used_is_told_apart() -> None:
    first = codes_of(a_settlement(acts=frozenset({"threat", "stalking"})))
    second = codes_of(a_settlement(acts=frozenset({"threat"}), setting="school"))
    found = {(one.field, one.code): (one.alike, one.pairs) for one in agreement([(first, second), (first, first)])}
    assert found["acts", ""] == (1, 2)
    assert found["acts", "threat"] == (2, 2)
    assert found["acts", "stalking"] == (1, 2)
    assert found["setting", ""] == (1, 2)
    assert {name for name, code in found if not code} == set(FIELDS)


@pytest.mark.parametrize(("number", "is_too_few"), [(FEWEST - 1, True), (FEWEST, False)])
def test_small_numbers_are_called_so(number: int, is_too_few: bool) -> None:
    codes = codes_of(a_settlement())
    assert {one.is_too_few for one in agreement([(codes, codes)] * number)} == {is_too_few}


@pytest.mark.parametrize("changes", [{}, {"month": None}, {"targets": frozenset(), "ages": frozenset({"18_29"})}])
def test_a_settlement_comes_back_from_its_codes(changes: dict[str, Any]) -> None:
    settled = a_settlement(**changes)
    assert settlement_of(codes_of(settled)) == settled


def test_about_one_in_ten_is_drawn_and_another_key_draws_others() -> None:
    ids = [UUID(int=number) for number in range(10_000)]
    one, other = ({each for each in ids if Draw(key, 10).falls_on(each)} for key in (b"one", b"other"))
    assert 900 < len(one) < 1100
    assert 50 < len(one & other) < 150


@pytest.mark.parametrize(("percent", "expected"), [(0, False), (100, True)])
def test_none_or_all_can_be_drawn(percent: int, expected: bool) -> None:
    drawn = [is_coded_twice(UUID(int=number), SMALL, Draw(b"", percent), VOCABULARY) for number in range(50)]
    assert set(drawn) == {expected}


@pytest.mark.parametrize("act", ["attempted_killing", "sexual_violence", "armed_attack"])
def test_the_gravest_are_always_coded_twice(act: str) -> None:
    assert is_coded_twice(UUID(int=1), {"verbal_insult", act}, Draw(b"", 0), VOCABULARY)


def test_what_has_no_place_in_the_order_is_not_the_gravest() -> None:
    assert not is_coded_twice(UUID(int=1), {"no_such_act"}, Draw(b"", 0), VOCABULARY)
