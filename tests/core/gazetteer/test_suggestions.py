import json
from functools import cache
from pathlib import Path

import pytest

from incidents.adapters import data_files
from incidents.adapters.phone_file import phone_listing
from incidents.core.gazetteer.index import Index
from incidents.core.gazetteer.search import find
from incidents.core.gazetteer.suggestions import MOST, Listed, Written, suggest
from incidents.core.script import fold

VECTORS = json.loads(Path(__file__).with_name("suggested.json").read_text(encoding="utf-8"))


@cache
def listed() -> list[Listed]:
    return phone_listing(data_files.gazetteer(), data_files.places())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["typed"])
def test_what_is_offered_is_what_the_phones_are_tried_on(vector) -> None:
    assert suggest(vector["typed"], listed()) == vector["offered"]


def place(*names: str, around: str = "") -> Listed:
    return Listed(tuple(Written(name, fold(name)) for name in names), around)


PLACES = [
    place("Суботица", "Szabadka"),
    place("Ада"),
    place("Суботица", around="Коцељева"),
    place("Банатска Суботица", around="Бела Црква"),
    place("Суботиште", around="Пећинци"),
]


def test_whole_names_come_before_starts_and_those_before_later_words() -> None:
    assert suggest("суботица", PLACES) == ["Суботица", "Суботица (Коцељева)", "Банатска Суботица (Бела Црква)"]
    assert suggest("subotiš", PLACES) == ["Суботиште (Пећинци)"]


def test_a_place_is_offered_by_the_name_that_was_begun() -> None:
    assert suggest("szab", PLACES) == ["Szabadka"]


def test_another_case_finds_the_name_by_its_stem() -> None:
    assert suggest("u Suboticu", PLACES)[0] == "Суботица"
    assert suggest("ade", PLACES) == []  # three letters are too few to leave one out


def test_at_most_eight_are_offered() -> None:
    assert len(suggest("село", [place("Село", around=str(n)) for n in range(20)])) == MOST


def test_every_settlement_municipality_and_quarter_can_be_chosen() -> None:
    names = {name.text for one in listed() for name in one.names}
    gazetteer = data_files.gazetteer()
    settlements = {
        p.name for p in gazetteer.points if p.level == "settlement" and not p.name.startswith(("Београд (", "Ниш ("))
    }
    assert settlements <= names
    seats = {"Младеновац", "Косјерић", "Лучани", "Лајковац", "Лапово", "Осечина"}
    assert {m.names["sr-Cyrl"] for m in data_files.places().municipalities.values()} - names == seats
    assert {name.split(" (варош")[0] for name in names if " (варош" in name} >= seats
    assert {"Дорћол", "Нови Београд", "Zenta", "Presheva", "Београд", "Приштина"} <= names


def test_whatever_is_chosen_is_understood_or_asked_about_and_never_taken_for_another_place() -> None:
    index, wrong, asked = Index(data_files.gazetteer()), [], []
    for one in listed():
        for name in one.names:
            answer = find(one.text(name), index)
            if answer is None or fold(name.text) not in {fold(answer.place.quarter or answer.place.name)} | {
                written.key for written in one.names
            }:
                wrong.append(one.text(name))
            elif answer.rivals:
                asked.append(one.text(name))
    assert wrong == []
    assert len(asked) < 20
