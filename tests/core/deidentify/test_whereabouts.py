from collections.abc import Callable, Iterator

import pytest

from incidents.core.deidentify.letters import Plain, plain
from incidents.core.deidentify.mark import Found
from incidents.core.deidentify.whereabouts import addresses, roles


def found(text: str, find: Callable[[Plain], Iterator[Found]]) -> list[str]:
    letters = plain(text)
    return [text[letters.place(start) : letters.end(end)] for start, end, _ in find(letters)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Živim u ulici Kneza Petra br. 12, stan 4, prvi sprat.", "ulici Kneza Petra br. 12, stan 4"),
        ("u ulici cara dusana 7", "ulici cara dusana 7"),
        ("Булевар мира 14а је на ћошку", "Булевар мира 14а"),
        ("A Petőfi Sándor utca 12 alatt", "Petőfi Sándor utca 12"),
        ("na Njegoševoj 31/5, lako", "Njegoševoj 31/5"),
        ("Strada Mihai Eminescu nr. 8, colț", "Strada Mihai Eminescu nr. 8"),
    ],
)
def test_a_street_with_a_number_is_found(text: str, address: str) -> None:
    assert found(text, addresses)[0] == address


@pytest.mark.parametrize(
    "text",
    [
        "na ulici su me 3 momka",
        "Marko ima 15 godina",
        "Rezolucija 1244/1999",
        "U Novoj 2024. godini",
        "Ulica je prazna.",
    ],
)
def test_other_numbers_are_no_addresses(text: str) -> None:
    assert found(text, addresses) == []


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("On je jedini imam u Novom Pazaru danas.", "jedini imam u Novom Pazaru"),
        ("jedina Romkinja u našem odeljenju, i", "jedina Romkinja u našem odeljenju"),
        ("Ő az egyetlen lelkész Pancsován, tudja", "egyetlen lelkész Pancsován"),
        ("është i vetmi imam në Bujanoc, po", "i vetmi imam në Bujanoc"),
        ("He is the only rabbi in Subotica.", "the only rabbi in Subotica"),
    ],
)
def test_what_only_one_person_is_is_found(text: str, role: str) -> None:
    assert found(text, roles) == [role]


@pytest.mark.parametrize(
    "text", ["jedini način u životu", "to je jedini problem u školi", "jedini koji ne idu u crkvu"]
)
def test_what_is_no_person_is_no_role(text: str) -> None:
    assert found(text, roles) == []
