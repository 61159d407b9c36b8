"""What a reporter is asked about before sending; the phone's script is tried on the same rows."""

import csv
from pathlib import Path
from time import process_time

import pytest

from incidents.core.deidentify.caution import cautions

ROWS = list(csv.DictReader((Path(__file__).parent / "cautions.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_the_plain_kinds_are_found_and_nothing_else(row: dict[str, str]) -> None:
    expected = [(row["kind"], row["piece"])] if row["kind"] else []
    assert [(mark.kind.value, mark.text) for mark in cautions(row["text"])] == expected


def test_everything_in_one_text_is_found_in_its_order() -> None:
    text = "Zovem se Ana Kiš, zovite 064/123-4567 ili ana@primer.rs. Kola BG 123-AB."
    assert [mark.text for mark in cautions(text)] == ["Ana Kiš", "064/123-4567", "ana@primer.rs", "BG 123-AB"]
    assert all(text[mark.start : mark.end] == mark.text for mark in cautions(text))


def test_full_width_and_arabic_digits_are_digits() -> None:
    assert [mark.text for mark in cautions("tel ０６４１２３４５６７")] == ["０６４１２３４５６７"]
    assert [mark.text for mark in cautions("tel ٠٦٤ ١٢٣ ٤٥٦٧")] == ["٠٦٤ ١٢٣ ٤٥٦٧"]


@pytest.mark.parametrize("piece", ["zovem se ", "zovem se Ana ", "ana@", "0 6 4 ", "@a", "BG 12", "www.", "Aa' "])
def test_a_long_text_takes_as_long_as_it_is(piece: str) -> None:
    def seconds(size: int) -> float:
        began = process_time()
        cautions((piece * size)[:size])
        return process_time() - began

    assert min(seconds(80_000) for _ in range(3)) < 12 * min(seconds(20_000) for _ in range(3)) + 0.01
