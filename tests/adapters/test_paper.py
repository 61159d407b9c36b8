import logging
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from incidents.adapters.catalogues import catalogue
from incidents.adapters.paper import draw
from incidents.adapters.typeface import read_typeface
from incidents.core.languages import LANGUAGES
from incidents.core.paper import Line, Paper, Point
from incidents.core.script import to_latin
from incidents.resources import data_file


def a_paper(text: str = "Нису ме пустили унутра.", **changes: Any) -> Paper:
    paper = Paper(
        Line("Повереник за заштиту равноправности", "Egyenlőségvédelmi biztos"),
        Line("Притужба", "Panasz"),
        Line("Закон, члан 35"),
        [Point(Line("Шта се десило?", "Mi történt?"), text, 8)],
        [Line("Потпис", "Aláírás")],
    )
    return replace(paper, **changes)


def words_of(pdf: bytes) -> str:
    """The text of a document, as another program reads it."""
    document = PdfDocument(pdf)
    try:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def _opened(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\n", pdf))


def test_a_document_says_what_was_typed_and_the_labels_in_both_languages() -> None:
    words = words_of(draw(a_paper("Őt nem engedték be, Љубица каже „не”.")))
    for part in ("Őt", "engedték", "Љубица", "Egyenlőségvédelmi", "равноправности", "Aláírás"):
        assert part in words


def test_equal_words_give_equal_bytes_that_name_nobody_and_no_time() -> None:
    first, second = draw(a_paper()), draw(a_paper())
    assert first == second
    named = rb"/(Info|ID|Author|Title|Creator|Producer|CreationDate|ModDate|Subject|Keywords)\b"
    assert re.findall(named, first) == []
    assert b"/Metadata" not in first


def test_what_was_not_typed_leaves_lines_to_write_on() -> None:
    def rules(pdf: bytes) -> int:
        return sum(
            len(re.findall(rb" l S", _opened(part)))
            for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
        )

    assert rules(draw(a_paper(""))) == rules(draw(a_paper())) + 8


@pytest.mark.parametrize(
    "text",
    [
        "реч " * 2000,
        "х" * 8000,
        "\n" * 500 + "крај",
        "a" + "\u0301" * 2000,
        "x\u00ad" * 900,
        "**b** __u__ \\(a\\) )(",
        "🙂" * 900,
    ],
    ids=["long", "without a gap", "empty lines", "marks", "soft hyphens", "signs", "pictures"],
)
def test_any_text_becomes_a_document(text: str) -> None:
    pdf = draw(a_paper(text))
    assert pdf.startswith(b"%PDF-")
    assert 1 <= pages_of(pdf) <= 14


def test_a_long_text_is_all_there() -> None:
    assert words_of(draw(a_paper("рефрен " * 900))).count("рефрен") == 900


def test_signs_that_the_font_lacks_become_a_box() -> None:
    assert "добро □ је" in words_of(draw(a_paper("добро 🙂 је")))


def test_nothing_of_the_text_is_logged_or_written(caplog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with caplog.at_level(logging.DEBUG):
        draw(a_paper("тајнаречшапат 🙂 שלום"))
    assert caplog.records == []
    assert list(tmp_path.iterdir()) == []


def test_several_documents_at_once_do_not_mix() -> None:
    texts = [f"Текст број {number}." for number in range(8)]
    with ThreadPoolExecutor(8) as together:
        drawn = list(together.map(lambda text: draw(a_paper(text)), texts))
    assert drawn == [draw(a_paper(text)) for text in texts]


@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
def test_the_font_has_every_letter_of_every_language(name: str) -> None:
    has = read_typeface(data_file(f"help/{name}")).glyphs.keys()
    for language in LANGUAGES:
        texts = " ".join(str(text) for text in getattr(catalogue(language.tag, "messages"), "_catalog", {}).values())
        both = texts + texts.upper() + to_latin(texts)
        assert {letter for letter in both if letter.isalpha() and ord(letter) not in has} == set(), language.tag
