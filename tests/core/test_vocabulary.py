from typing import Any

import pytest

from incidents.adapters import data_files
from incidents.core.vocabulary import BadVocabulary, build

CODES: list[dict[str, str]] = [
    {
        "list": name,
        "order": "10",
        "code": "one",
        "parent": "",
        "visible_to": "public",
        "status": "design",
        "label_en": "One",
    }
    for name in (
        *("act_group", "act_type", "ground", "ground_group", "target_group", "setting"),
        *("reporter_role", "odihr_bias", "wish"),
    )
]
MAPPING = {
    "list": "act_type",
    "code": "one",
    "precedence": "1",
    "odihr_bias": "",
    "odihr_type": "a|b",
    "odihr_coarse": "",
    "commissioner": "",
    "cc54a": "",
}


def build_with(extra: list[dict[str, str]] = [], mappings: list[dict[str, str]] = [MAPPING], codes: Any = CODES):  # noqa: B006 (never changed)
    rows = [*codes, *extra]
    return build("v", enumerate(rows, 2), enumerate(mappings, 2), codes_file="codes.csv", mappings_file="mapping.csv")


def faults(**kwargs: Any) -> list[str]:
    with pytest.raises(BadVocabulary) as bad:
        build_with(**kwargs)
    return [str(fault) for fault in bad.value.faults]


def row(**changes: str) -> dict[str, str]:
    return {**CODES[0], "code": "two", **changes}


def test_sound_files_make_a_vocabulary() -> None:
    vocabulary = build_with(
        [row(list="act_type", parent="one", visible_to="desk", code="two")],
        [MAPPING, {**MAPPING, "code": "two", "precedence": "2"}],
    )
    assert [term.code for term in vocabulary.public("act_type")] == ["one"]
    assert vocabulary.reading("act_type", "one").odihr_type == ("a", "b")
    assert vocabulary.gravest_act(["two", "one"]) == "one"


def test_an_unknown_parent_is_named_with_file_and_line() -> None:
    assert faults(extra=[row(list="target_group", parent="martian")]) == ["codes.csv:11: unknown parent martian"]


@pytest.mark.parametrize(("name", "groups"), [("ground", "ground_group"), ("target_group", "ground")])
def test_the_parent_of_a_code_is_looked_up_in_the_list_of_its_groups(name: str, groups: str) -> None:
    found = build_with([row(list=groups, code="there"), row(list=name, parent="there")])
    assert found.terms[name]["two"].parents == ("there",)


def test_a_code_that_stands_twice_is_named_with_both_lines() -> None:
    assert faults(extra=[row(code="one")]) == ["codes.csv:11: act_group.one stands already in line 2"]


def test_a_missing_label_is_named() -> None:
    assert faults(extra=[row(label_en=" ")]) == ["codes.csv:11: act_group.two has no label"]


def test_a_mapping_of_no_code_is_named() -> None:
    assert faults(mappings=[MAPPING, {**MAPPING, "code": "gone"}]) == [
        "mapping.csv:3: act_type.gone is not in codes.csv"
    ]


def test_an_act_without_precedence_is_named() -> None:
    assert faults(mappings=[]) == ["mapping.csv:1: act_type.one has no precedence"]


def test_a_missing_list_is_named() -> None:
    assert "codes.csv:1: the list wish is missing" in faults(codes=CODES[:-1])


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(extra=[row(parent="x"), row(code="one"), row(code="three", label_en="")])) == 3


def test_the_files_of_the_package_are_sound() -> None:
    vocabulary = data_files.vocabulary()
    assert vocabulary.version == data_files.MAPPING_VERSION
    assert {term.code for term in vocabulary.of("ground")} >= {"race", "sexual_orientation", "not_sure"}
    assert vocabulary.reading("ground", "race").in_article_54a
    assert not vocabulary.reading("ground", "disability").in_article_54a


def test_violence_stands_for_an_incident_before_insult() -> None:
    assert (
        data_files.vocabulary().gravest_act({"verbal_insult", "physical_attack", "graffiti_symbols"})
        == "physical_attack"
    )
