"""Accounts of one event are told from those of others; measured on invented events that nothing was tuned on too."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.twins import KINDS, measured, measured_by_codes, pairs
from incidents.adapters.data_files import lexicon, places, shapes, vocabulary
from incidents.core.incident import NO_PLACE, ONLINE, BiasStrength
from incidents.core.report import Report
from incidents.core.shapes import neighbours
from incidents.core.twins.account import Account, areas_of, of_report, of_settlement, with_words
from incidents.core.twins.likeness import WEIGHTS, Likeness, is_likely_by_codes, likeness, may_be_twins, rarity
from tests import builders
from tests.builders import a_report

SUBOTICA, BACKA_TOPOLA, NIS = "80438", "80071", "71331"
RECEIVED = date(2026, 11, 20)


def an_account(report: Report, area: str = SUBOTICA) -> Account:
    areas = [area] if area else []
    account = of_report(report, areas, received_on=RECEIVED, vocabulary=vocabulary())
    return with_words(account, report, lexicon())


def on(day: str, **changes: Any) -> Report:
    return a_report(when="exact", month="", day=day, **changes)


def beside() -> Mapping[str, frozenset[str]]:
    return neighbours(shapes())


def compared(one: Account, other: Account) -> Likeness:
    return likeness(one, other, rarity([one, other]))


def test_there_are_two_hundred_true_pairs_of_four_kinds_and_three_hard_false_ones_for_each() -> None:
    every = [*pairs(aside=False), *pairs(aside=True)]
    true = [pair for pair in every if pair.is_same]
    assert len(true) >= 200
    assert {pair.kind for pair in true} == set(KINDS)
    assert sum(not pair.is_same and not pair.has_same_answers for pair in every) == 3 * len(true)
    assert len([pair for pair in pairs(aside=True) if pair.is_same]) >= len(true) * 0.3


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_nine_in_ten_twins_are_found_and_four_in_five_that_are_shown_are_twins(aside: bool) -> None:
    found = measured(aside=aside)
    assert found.recall >= 0.9
    assert found.precision >= 0.8


@pytest.mark.parametrize("kind", KINDS[:3])
def test_other_words_another_script_and_another_language_are_seen_through(kind: str) -> None:
    found = measured(aside=True, kind=kind)
    assert min(found.recall, found.precision) >= 0.9


def test_a_second_witness_who_shares_no_word_is_the_part_that_is_missed() -> None:
    found = measured(aside=True, kind="second witness")
    assert 0.7 <= found.recall < 0.9


def test_where_all_answers_agree_the_words_still_tell_most_events_apart() -> None:
    assert measured(aside=True).taken_for_twins < 0.25


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_two_in_three_incidents_of_the_same_event_are_found_by_codes_alone(aside: bool) -> None:
    found = measured_by_codes(aside=aside)
    assert found.recall >= 0.65
    assert found.precision >= 0.8


@pytest.mark.parametrize(
    ("changes", "area", "expected"),
    [
        ({}, SUBOTICA, True),
        ({}, BACKA_TOPOLA, True),
        ({}, NIS, False),
        ({}, "", True),
        ({"day": "2026-10-19"}, SUBOTICA, True),
        ({"day": "2026-10-20"}, SUBOTICA, False),
        ({"grounds": frozenset({"language"})}, SUBOTICA, True),
        ({"grounds": frozenset({"disability"})}, SUBOTICA, False),
        ({"grounds": frozenset({"not_sure"})}, SUBOTICA, True),
    ],
)
def test_place_time_and_ground_keep_apart_what_cannot_be_one_event(
    changes: dict[str, Any], area: str, expected: bool
) -> None:
    one, report = an_account(on("2026-10-12")), on("2026-10-12")
    assert may_be_twins(one, an_account(replace(report, **changes), area), beside()) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"when": "approx_week", "day": "2026-10-16"}, True),
        ({"when": "approx_week", "day": "2026-10-30"}, False),
        ({"when": "month", "day": "", "month": "2026-10"}, True),
        ({"when": "month", "day": "", "month": "2026-08"}, False),
        ({"when": "ongoing", "day": "", "month": "2026-08"}, True),
        ({"when": "year", "day": "", "year": "2026"}, True),
        ({"when": "year", "day": "", "year": "2024"}, False),
        ({"when": "unknown", "day": ""}, True),
    ],
)
def test_times_that_are_told_otherwise_are_compared_as_far_as_they_go(when: dict[str, str], expected: bool) -> None:
    one, other = on("2026-10-12"), replace(on("2026-10-12"), **when)
    assert may_be_twins(an_account(one), an_account(other), {}) is expected


def test_an_incident_is_compared_by_its_codes() -> None:
    settled = builders.a_settlement(place=SUBOTICA, bias_strength=BiasStrength.NONE)
    incident = of_settlement(settled, places=places(), vocabulary=vocabulary())
    one = an_account(on("2026-10-12"))
    assert may_be_twins(one, incident, {})
    assert compared(one, incident).acts == {"threat"}
    assert not may_be_twins(one, replace(incident, first=date(2026, 8, 1), last=date(2026, 8, 31)), {})


@pytest.mark.parametrize(
    ("told", "changes", "expected"),
    [
        ({}, {}, True),
        ({"setting": "unknown_place"}, {}, True),
        ({"setting": "shop"}, {}, False),
        ({}, {"acts": frozenset({"arson"})}, False),
        ({"targets": frozenset({"roma"})}, {"targets": frozenset({"jews"})}, False),
        ({}, {"grounds": frozenset({"race"})}, False),
        ({}, {"place": BACKA_TOPOLA}, False),
        ({}, {"place": NO_PLACE}, False),
        ({}, {"place": places().district_of(SUBOTICA)}, False),
        ({}, {"month": None}, False),
        ({"when": "unknown", "day": ""}, {}, False),
    ],
)
def test_codes_alone_make_it_likely_only_if_much_agrees_and_nothing_speaks_against_it(
    told: dict[str, Any], changes: dict[str, Any], expected: bool
) -> None:
    one = an_account(on("2026-10-12", **told) if "day" not in told else a_report(month="", **told))
    other = of_settlement(builders.a_settlement(**changes), places=places(), vocabulary=vocabulary())
    assert is_likely_by_codes(one, other, compared(one, other)) is expected


def test_what_happened_on_the_internet_has_no_municipality_in_common() -> None:
    one, other = Account(areas=frozenset({ONLINE})), Account(areas=frozenset({ONLINE, SUBOTICA}))
    assert "online" in compared(one, other).features
    city = Account(areas=frozenset({SUBOTICA, BACKA_TOPOLA}))
    assert "wider place" in compared(city, Account(areas=frozenset({SUBOTICA}))).features


def test_a_place_of_an_incident_is_its_municipalities_or_unknown() -> None:
    assert areas_of(SUBOTICA, places()) == {SUBOTICA}
    assert SUBOTICA in areas_of(places().district_of(SUBOTICA), places())
    assert areas_of(NO_PLACE, places()) == frozenset()
    assert areas_of(ONLINE, places()) == {ONLINE}


def test_neighbours_share_a_border_and_each_is_the_others() -> None:
    assert BACKA_TOPOLA in beside()[SUBOTICA]
    assert NIS not in beside()[SUBOTICA]
    assert all(code in beside()[other] for code, others in beside().items() for other in others)


def test_what_is_shared_is_said() -> None:
    one = an_account(on("2026-10-12", words="Тројица су ме напала ножем у аутобусу.", targets=frozenset({"roma"})))
    other = an_account(on("2026-10-13", words="A buszon hárman késsel támadtak meg.", targets=frozenset({"roma"})))
    found = compared(one, other)
    assert found.days_apart == 1
    assert found.concepts >= {"bus", "knife"}
    assert (found.acts, found.targets) == (one.acts, {"roma"})


_PAIRS = st.sampled_from([*pairs(aside=False), *pairs(aside=True)])


@given(_PAIRS)
def test_likeness_is_the_same_from_both_sides(pair: Any) -> None:
    one, other = an_account(pair.one, pair.town), an_account(pair.other, pair.town)
    rare = rarity([one, other])
    assert may_be_twins(one, other, beside()) == may_be_twins(other, one, beside())
    assert likeness(one, other, rare).weight == pytest.approx(likeness(other, one, rare).weight)
    assert likeness(one, other, rare).features.keys() <= WEIGHTS.keys()
