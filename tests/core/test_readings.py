import itertools

import pytest

from incidents.adapters import data_files
from incidents.core.odihr import biases, coarse_type
from incidents.core.readings import Chosen, readings, reads

SURE = {"bias_strength": {"3"}, "verification": {"2"}}


def said(chosen: Chosen) -> dict[str, tuple[tuple[str, str], ...]]:
    found = readings(chosen, data_files.vocabulary())
    return {line.key: line.because for line in (*found.odihr, *found.commissioner) if line.because}


def test_an_attack_on_roma_is_read_with_its_reasons() -> None:
    chosen = {
        **SURE,
        "act_type": {"physical_attack"},
        "ground": {"national_ethnic"},
        "target_group": {"roma"},
        "setting": {"street"},
    }
    assert said(chosen) == {
        "type.violent": (("act_type", "physical_attack"),),
        "bias.anti_roma": (("target_group", "roma"),),
        "law.named": (("ground", "national_ethnic"),),
        "area.public_sphere": (("setting", "street"),),
    }
    assert readings(chosen, data_files.vocabulary()).is_for_odihr


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"act_type": {"public_hate_speech"}}, "type.out"),
        ({"act_type": {"verbal_insult"}}, "type.unless_threat"),
        ({"act_type": {"doxing"}}, "type.undecided"),
        ({"ground": {"political_belief"}}, "bias.none"),
        ({"bias_strength": {"0"}}, "stop.no_sign"),
        ({"verification": {"N"}}, "stop.did_not_happen"),
    ],
)
def test_what_stays_out_says_why(changes: Chosen, line: str) -> None:
    chosen = {**SURE, "act_type": {"threat"}, "ground": {"race"}, **changes}
    assert line in said(chosen)
    assert not readings(chosen, data_files.vocabulary()).is_for_odihr


def test_a_ground_that_needs_a_group_says_so_until_one_is_ticked() -> None:
    assert said({"ground": {"religious_belief"}})["bias.by_target"] == (("ground", "religious_belief"),)
    assert "bias.by_target" not in said({"ground": {"religious_belief"}, "target_group": {"muslim"}})


def test_what_the_list_of_the_law_leaves_open_is_told_apart() -> None:
    assert set(said({"ground": {"other_trait"}})) == {"bias.other", "law.open"}
    assert said({"setting": {"unknown_place"}}) == {"area.none": (("setting", "unknown_place"),)}


def test_the_verdict_is_that_of_the_export_for_every_act_ground_and_group() -> None:
    vocabulary = data_files.vocabulary()
    acts, grounds = vocabulary.terms["act_type"], vocabulary.terms["ground"]
    for act, ground, target in itertools.product(acts, grounds, ("", *vocabulary.terms["target_group"])):
        targets = {target} - {""}
        exported = bool(coarse_type({act}, vocabulary) and biases({ground}, targets, vocabulary))
        chosen = {**SURE, "act_type": {act}, "ground": {ground}, "target_group": targets}
        assert readings(chosen, vocabulary).is_for_odihr is exported, chosen


def test_every_reading_of_every_code_is_a_line() -> None:
    vocabulary = data_files.vocabulary()
    found = readings({}, vocabulary)
    lines = {line.key for line in (*found.odihr, *found.commissioner)}
    for listed in ("act_type", "ground", "target_group", "setting", "bias_strength", "verification"):
        for term in vocabulary.of(listed):
            assert set(reads(vocabulary, listed, term.code)) <= lines, term.key
