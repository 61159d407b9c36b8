from typing import Any

import pytest

from incidents.adapters import data_files
from incidents.core.complaint import MOST, MOST_OF_OTHERS, Complaint, problems

VOCABULARY = data_files.vocabulary()


def found(**changes: Any) -> list[tuple[str, str]]:
    values: dict[str, Any] = {"for_whom": "self", **changes}
    return [(problem.field, problem.message) for problem in problems(Complaint(**values), VOCABULARY)]


def test_everything_may_be_left_to_be_written_by_hand() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "text",
    [
        "Нису ме пустили у кафану, рекли су „не може”.",
        "Ľudia ma vyhnali; őrült dolog, îmi pare rău, đavolja šala, këtu, ćh.",
        "Зробели ми нєправду ґаздове, її, ѓ, ќ, ѕ, щ, ъ",
        "Rekao je: „Ω” + 5 € 🙂 № 3 – 24/7\nи отишао",
        "a" + "\u0301" * 50,
        "%(x)s {{ 7*7 }} <script>",
    ],
)
def test_texts_of_the_languages_of_the_site_can_be_drawn(text: str) -> None:
    assert found(what=text) == []


@pytest.mark.parametrize("text", ["شتمني في الشارع", "שלום", "他们不让我进去", "मुझे रोका", "Rekao mi je اخرج"])
def test_letters_that_the_document_cannot_hold_are_told_of(text: str) -> None:
    assert found(what=text) == [("what", "other_letters")]


@pytest.mark.parametrize(("field", "most"), [("what", MOST["what"]), ("evidence", 3000), ("name", MOST_OF_OTHERS)])
def test_what_is_too_long_is_told_of(field: str, most: int) -> None:
    assert found(**{field: "ж" * most}) == []
    assert found(**{field: "ж" * (most + 1)}) == [(field, "too_long")]


@pytest.mark.parametrize("whom", ["", "me", "SELF"])
def test_for_whom_it_is_has_to_be_one_of_the_ways_of_the_law(whom: str) -> None:
    assert found(for_whom=whom) == [("for_whom", "missing")]


def test_a_ground_that_is_not_of_the_law_is_told_of() -> None:
    assert found(grounds=frozenset({"age", "shoe_size"})) == [("grounds", "unknown_code")]
