from collections.abc import Callable

import pytest

from incidents.adapters import data_files
from incidents.core.definitions import DEFINED, build
from incidents.core.vocabulary import BadVocabulary

Rows = list[dict[str, str]]


def sound() -> Rows:
    """The rows of a file that defines everything."""
    vocabulary = data_files.vocabulary()
    return [
        {"list": name, "code": term.code, "definition": "What.", "example": "So.", "border": "Nearly."}
        for name in DEFINED
        for term in vocabulary.of(name)
    ]


def faults(change: Callable[[Rows], object]) -> list[str]:
    rows = sound()
    change(rows)
    with pytest.raises(BadVocabulary) as bad:
        build(data_files.vocabulary(), enumerate(rows, 2), file="definitions.csv")
    return [str(fault) for fault in bad.value.faults]


def test_sound_rows_define_each_code() -> None:
    found = build(data_files.vocabulary(), enumerate(sound(), 2), file="definitions.csv")
    assert found["ground", "race"].texts() == ("What.", "So.", "Nearly.")
    assert found["ground", "race"].contexts()[2] == "ground.race.border"


def test_a_code_without_definition_is_named() -> None:
    first = sound()[0]
    assert faults(lambda rows: rows.pop(0)) == [f"definitions.csv:1: {first['list']}.{first['code']} is not defined"]


def test_a_code_that_is_defined_twice_is_named() -> None:
    [fault] = faults(lambda rows: rows.append(dict(rows[0])))
    assert fault.endswith("is defined twice")


@pytest.mark.parametrize("place", [{"list": "ground", "code": "gone"}, {"list": "wish", "code": "advice"}])
def test_a_definition_of_no_code_of_the_desk_is_named(place: dict[str, str]) -> None:
    [fault] = faults(lambda rows: rows.append({**rows[0], **place}))
    assert fault.endswith(f"{'.'.join(place.values())} is no code that the desk chooses")


@pytest.mark.parametrize("part", ["definition", "example", "border"])
def test_an_empty_part_is_named_with_its_line(part: str) -> None:
    [fault] = faults(lambda rows: rows[1].update({part: " "}))
    assert fault.startswith("definitions.csv:3: ")
    assert fault.endswith(f"has no {part}")
