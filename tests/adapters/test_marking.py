"""Labelled sentences, and texts with what has to be found in them, against the names that the site carries."""

import csv
from collections import Counter
from time import process_time

import pytest

from benchmarks.marking import EXACT, FOLDER, WORST, score, sentences, worst_text
from incidents.adapters.data_files import known_names
from incidents.core.deidentify.marks import marks

WITH_PATTERNS = list(csv.DictReader((FOLDER / "patterns.csv").read_text(encoding="utf-8").splitlines()))


def test_there_are_enough_sentences_in_enough_languages() -> None:
    count = Counter(sentence.language for aside in (False, True) for sentence in sentences(aside=aside))
    assert count.total() >= 400
    assert sum(number >= 50 for number in count.values()) >= 6


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_numbers_mail_and_plates_are_found(aside: bool) -> None:
    assert score(aside=aside).recall(EXACT) >= 0.98


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_names_are_found(aside: bool) -> None:
    assert score(aside=aside).recall({"name"}) >= 0.9


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_addresses_small_places_and_rare_roles_are_found(aside: bool) -> None:
    assert score(aside=aside).recall({"address", "place", "role"}) >= 0.8


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_few_marks_are_false(aside: bool) -> None:
    assert score(aside=aside).precision() >= 0.8


@pytest.mark.parametrize("row", WITH_PATTERNS, ids=[f"{row['kind']}: {row['text']}" for row in WITH_PATTERNS])
def test_exactly_what_identifies_is_marked(row: dict[str, str]) -> None:
    expected = [(row["kind"], row["expected_spans"])] if row["expected_spans"] else []
    assert [(mark.kind.value, mark.text) for mark in marks(row["text"], known_names())] == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dje Arta më tha diçka.", ["Arta"]),
        ("Dje te shkolla më sulmuan.", []),
        ("Unë Arta jam, jetoj këtu.", ["Arta"]),
        ("Më sulmuan. Nesër Agim Berisha do të vijë.", ["Agim Berisha"]),
    ],
)
def test_an_albanian_word_that_opens_a_sentence_is_no_part_of_a_name(text: str, names: list[str]) -> None:
    assert [mark.text for mark in marks(text, known_names())] == names


@pytest.mark.parametrize(("name", "piece"), WORST.items(), ids=WORST)
def test_four_times_the_text_takes_about_four_times_as_long(name: str, piece: str) -> None:
    marks("", known_names())
    short, long = (fastest(worst_text(piece, size)) for size in (10_000, 40_000))
    assert long < 12 * short + 0.01


def fastest(text: str) -> float:
    """Seconds of this process for one marking, the least of three."""
    known, times = known_names(), []
    for _ in range(3):
        began = process_time()
        marks(text, known)
        times.append(process_time() - began)
    return min(times)
