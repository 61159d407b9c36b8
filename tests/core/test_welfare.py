from datetime import date

import pytest

from incidents.adapters import data_files
from incidents.core.welfare import Exposure, Limits, exposure, hard_acts, is_about_child, pause

WEDNESDAY = date(2026, 11, 25)


def test_violence_threats_and_fire_are_hard_to_read_and_words_and_refusals_are_not() -> None:
    hard = hard_acts(data_files.vocabulary())
    assert hard >= {"physical_attack", "armed_attack", "attempted_killing", "sexual_violence", "threat", "arson"}
    assert not hard & {"verbal_insult", "online_abuse", "refusal_service", "graffiti_symbols", "not_sure"}


@pytest.mark.parametrize(
    ("targets", "relation", "wanted"),
    [
        ((), "", False),
        (("roma", "children_youth"), "", True),
        (("roma",), "child", True),
        (("women",), "friend", False),
    ],
)
def test_a_story_about_a_child_is_known_by_who_was_hit(targets: tuple[str, ...], relation: str, wanted: bool) -> None:
    assert is_about_child(targets, relation) is wanted


def test_each_report_counts_once_a_day_and_once_a_week_from_monday_on() -> None:
    opened = [
        ("a", date(2026, 11, 22)),  # a Sunday: the week before
        ("b", date(2026, 11, 23)),
        ("b", WEDNESDAY),
        ("b", WEDNESDAY),
        ("c", WEDNESDAY),
    ]
    assert exposure(opened, today=WEDNESDAY) == Exposure(2, 2)
    assert exposure(opened, today=date(2026, 11, 22)) == Exposure(1, 1)
    assert exposure(opened, today=date(2026, 11, 30)) == Exposure(0, 0)


@pytest.mark.parametrize(
    ("found", "limits", "wanted"),
    [
        (Exposure(7, 7), Limits(8, 30), ""),
        (Exposure(8, 8), Limits(8, 30), "day"),
        (Exposure(9, 31), Limits(8, 30), "day"),
        (Exposure(1, 30), Limits(8, 30), "week"),
        (Exposure(90, 90), Limits(0, 0), ""),
        (Exposure(0, 0), Limits(0, 0), ""),
    ],
)
def test_a_pause_is_suggested_from_the_limits_on(found: Exposure, limits: Limits, wanted: str) -> None:
    assert pause(found, limits) == wanted
