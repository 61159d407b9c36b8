"""Phrases for messages: filled in from codes, in the right language, and left out where there is nothing to say."""

import pytest

from incidents.core.phrases import Phrase, Use, fill, variables

PLACE = Phrase("place_which", Use.QUESTION, {"sr-Cyrl": "На коју мислите: {places}?", "hu": "Melyik: {places}?"})


def test_a_phrase_is_filled_in_in_its_language() -> None:
    filled = fill(PLACE, "hu", {"places": "Csóka, Ada"})
    assert filled is not None
    assert (filled.text, filled.tag) == ("Melyik: Csóka, Ada?", "hu")


def test_latin_is_derived_from_cyrillic_and_what_is_filled_in_stays_as_it_is() -> None:
    filled = fill(PLACE, "sr-Latn", {"places": "Čačak, Kisač"})
    assert filled is not None
    assert (filled.text, filled.tag) == ("Na koju mislite: Čačak, Kisač?", "sr-Latn")


@pytest.mark.parametrize(("tag", "shown"), [("sk", "sr-Latn"), ("rsk", "sr-Cyrl")])
def test_a_language_without_a_text_gets_the_one_that_stands_in(tag: str, shown: str) -> None:
    filled = fill(PLACE, tag, {"places": "Ада"})
    assert filled is not None
    assert filled.tag == shown


@pytest.mark.parametrize("values", [{}, {"places": ""}, {"bodies": "полиција"}])
def test_without_anything_to_say_there_is_no_phrase(values: dict[str, str]) -> None:
    assert fill(PLACE, "sr-Cyrl", values) is None


def test_braces_in_what_is_filled_in_are_only_signs() -> None:
    filled = fill(PLACE, "hu", {"places": "{reason}"})
    assert filled is not None
    assert filled.text == "Melyik: {reason}?"


def test_only_a_native_speaker_makes_it_reviewed() -> None:
    read = Phrase("x", Use.NOTICE, {"sr-Cyrl": "Хвала.", "hu": "Köszönjük."}, frozenset({"hu"}))
    assert [one.is_reviewed for tag in ("hu", "sr-Latn") if (one := fill(read, tag, {}))] == [True, False]


def test_variables_are_the_names_in_braces() -> None:
    assert variables("„{help}“ и {reason}; {help}") == {"help", "reason"}
