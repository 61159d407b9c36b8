import enum
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from incidents.adapters import data_files
from incidents.core.incident import (
    BIAS_STRENGTH,
    DECISION,
    HANDLING,
    NO_PLACE,
    ONLINE,
    ONLINE_SETTINGS,
    REFERRAL,
    SEVERAL,
    VERIFICATION,
    BiasStrength,
    Decision,
    Handling,
    NotAllowed,
    Referral,
    Settlement,
    Verification,
    codes_by_list,
    problems,
    step,
)
from incidents.core.report import Problem
from tests import builders

TODAY = date(2026, 11, 24)
VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()

# Each line is a state before, each column a state after, both in the order of the axis; `x` where the step is allowed.
STEPS: list[tuple[type[enum.Enum], Mapping[Any, frozenset[Any]], str]] = [
    (
        Handling,
        HANDLING,
        """
        . x x . . . . .
        x . x . . x . .
        x . . x x x . .
        . . x . x x . .
        . . x x . . x .
        . x x . . . x .
        . . x . . . . x
        . . . . . . . .
        """,
    ),
    (
        Decision,
        DECISION,
        """
        . x . . x
        . . x x x
        . x . . x
        x . . . x
        x . . . .
        """,
    ),
    (
        Verification,
        VERIFICATION,
        """
        . x x x x x x
        . . x x x x x
        . x . x x x x
        . x x . x x x
        . x x x . x x
        . x x x x . x
        . x x x x x .
        """,
    ),
    (
        BiasStrength,
        BIAS_STRENGTH,
        """
        . x x x x
        x . x x x
        x x . x x
        x x x . x
        x x x x .
        """,
    ),
    (
        Referral,
        REFERRAL,
        """
        . x . . . x
        . . x . . x
        . . . x x x
        . . . . x x
        . . . . . .
        . . . . . .
        """,
    ),
]
CELLS = [
    (table, before, after, sign == "x")
    for axis, table, drawn in STEPS
    for before, line in zip(axis, drawn.split("\n")[1:-1], strict=True)
    for after, sign in zip(axis, line.split(), strict=True)
]


def test_every_axis_is_drawn_and_every_state_of_it() -> None:
    assert {axis for axis, _, _ in STEPS} == {Handling, Decision, Verification, BiasStrength, Referral}
    assert all(table.keys() == set(axis) for axis, table, _ in STEPS)
    assert len(CELLS) == sum(len(axis) ** 2 for axis, _, _ in STEPS) == 199


@pytest.mark.parametrize(
    ("table", "before", "after", "is_allowed"),
    CELLS,
    ids=[f"{type(before).__name__}: {before.value} to {after.value}" for _, before, after, _ in CELLS],
)
def test_each_step_is_allowed_or_refused(
    table: Mapping[Any, frozenset[Any]], before: enum.Enum, after: enum.Enum, is_allowed: bool
) -> None:
    if is_allowed:
        assert step(table, before, after) is after
        return
    with pytest.raises(NotAllowed) as refused:
        step(table, before, after)
    assert (refused.value.before, refused.value.after) == (before, after)


def test_a_held_report_is_let_go_read_or_set_aside_and_comes_back_only_from_where_that_is_undone() -> None:
    held = Handling.QUARANTINED
    assert HANDLING[held] == {Handling.RECEIVED, Handling.IN_TRIAGE, Handling.SET_ASIDE}
    assert {before for before in Handling if held in HANDLING[before]} == {Handling.RECEIVED, Handling.SET_ASIDE}


@pytest.mark.parametrize("before", [Handling.RECEIVED, Handling.LINKED, Handling.CLOSED, Handling.DESTROYED])
def test_what_nobody_has_read_or_held_is_not_set_aside(before: Handling) -> None:
    with pytest.raises(NotAllowed):
        step(HANDLING, before, Handling.SET_ASIDE)


def a_settlement(**changes: Any) -> Settlement:
    return builders.a_settlement(**({"targets": frozenset({"roma"})} | changes))


def found(**changes: Any) -> list[Problem]:
    return problems(a_settlement(**changes), VOCABULARY, PLACES, today=TODAY)


def test_what_keeps_all_rules_has_no_problems() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"year": 1989}, "year", "not_a_year"),
        ({"year": 2027}, "year", "not_a_year"),
        ({"month": 13}, "month", "not_a_month"),
        ({"month": 12}, "month", "in_future"),
        ({"place": "00000"}, "place", "unknown_place"),
        ({"acts": frozenset()}, "acts", "missing"),
        ({"grounds": frozenset()}, "grounds", "missing"),
        ({"setting": ""}, "setting", "missing"),
        ({"setting": "nowhere"}, "setting", "unknown_code"),
        ({"verification": Verification.NOT_ASSESSED}, "verification", "missing"),
    ],
)
def test_a_broken_rule_is_named_at_its_field(changes: dict[str, Any], field: str, message: str) -> None:
    assert found(**changes) == [Problem(field, message)]


@pytest.mark.parametrize("name", SEVERAL)
def test_a_code_of_no_list_is_refused(name: str) -> None:
    assert found(**{name: frozenset({"no_such_code"})}) == [Problem(name, "unknown_code")]


@pytest.mark.parametrize("name", ["acts", "grounds"])
@pytest.mark.parametrize("beside", [frozenset(), frozenset({"other_act", "other_trait"})], ids=["alone", "beside"])
def test_that_somebody_was_not_sure_is_never_settled(name: str, beside: frozenset[str]) -> None:
    codes = {code for code in beside if VOCABULARY.has(SEVERAL[name], code)} | {"not_sure"}
    assert found(**{name: frozenset(codes)}) == [Problem(name, "unknown_code")]


# Who was targeted, and where it was reported.


@pytest.mark.parametrize("name", ["targets", "genders", "ages", "reported_to"])
def test_these_may_be_left_open(name: str) -> None:
    assert found(**{name: frozenset()}) == []


@pytest.mark.parametrize("name", ["genders", "ages"])
@pytest.mark.parametrize("code", ["unknown", "prefer_not"])
def test_not_known_stands_alone_or_beside_others(name: str, code: str) -> None:
    every = frozenset(VOCABULARY.terms[SEVERAL[name]])
    assert (found(**{name: frozenset({code})}), found(**{name: every})) == ([], [])


@pytest.mark.parametrize("codes", [{"none"}, {"not_known"}, {"police"}, {"police", "ngo", "other"}])
def test_it_was_reported_to_nobody_or_not_known_or_to_some(codes: set[str]) -> None:
    assert found(reported_to=frozenset(codes)) == []


@pytest.mark.parametrize("codes", [{"none", "police"}, {"not_known", "ngo", "other"}, {"none", "not_known"}])
def test_nobody_and_not_known_exclude_everything_else(codes: set[str]) -> None:
    assert found(reported_to=frozenset(codes)) == [Problem("reported_to", "not_alone")]


def test_every_list_of_several_codes_is_in_the_vocabulary_and_in_a_settlement() -> None:
    assert codes_by_list(a_settlement()).keys() == set(SEVERAL.values()) <= VOCABULARY.terms.keys()


# On the internet.


@pytest.mark.parametrize("setting", VOCABULARY.terms["setting"])
def test_what_happened_on_the_internet_has_a_kind_of_place_that_is_there(setting: str) -> None:
    refused = [] if setting in ONLINE_SETTINGS else [Problem("setting", "not_online")]
    assert found(place=ONLINE, setting=setting) == refused


@pytest.mark.parametrize("setting", ["", "nowhere"])
def test_a_kind_of_place_that_is_none_is_refused_once(setting: str) -> None:
    assert len(found(place=ONLINE, setting=setting)) == 1


@pytest.mark.parametrize("place", ["80438", NO_PLACE])
def test_a_social_network_can_be_settled_elsewhere_too(place: str) -> None:
    assert found(place=place, setting="social_network") == []


def test_every_kind_of_place_on_the_internet_is_in_the_vocabulary() -> None:
    assert VOCABULARY.terms["setting"].keys() >= ONLINE_SETTINGS
