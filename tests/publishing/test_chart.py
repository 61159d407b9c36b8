"""The chart that other pages embed: alone, readable, and without anything that runs or is loaded."""

from __future__ import annotations

import re

import pytest

from incidents.publishing import chart
from incidents.publishing.edition import NoSuchTable, figures
from tests.publishing import editions
from tests.publishing.editions import GROUND, a_row, an_edition

SVG = "{http://www.w3.org/2000/svg}"
LONG = "Nationality, ethnic origin, language, descent, citizenship, migration status and everything that goes with them"


def drawn(**changes: object) -> bytes:
    edition = an_edition(**changes)
    return chart.write(edition, figures(edition, "ground", "en"))


def texts(content: bytes) -> list[str]:
    return [element.text or "" for element in editions.parsed(content).iter(f"{SVG}text")]


def test_it_shows_the_quarter_of_the_release_by_outermost_groups_the_most_frequent_first() -> None:
    assert texts(drawn()) == [
        "By what people were attacked or treated worse for: 2026-Q2",
        "Origin, nationality or language",
        "7",
        "Age",
        "withheld",
        f"Release 7 · {editions.ADDRESS}",
    ]


def test_it_has_a_title_and_a_text_and_says_where_its_table_is() -> None:
    root = editions.parsed(drawn())
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "By what people were attacked or treated worse for: 2026-Q2"
    assert editions.ADDRESS in (root.findtext(f"{SVG}desc") or "")
    assert root.get("aria-labelledby") == "title text"


def test_nothing_in_it_runs_or_is_loaded_or_styled() -> None:
    content = drawn(label=lambda code: '"><script>alert(1)</script>' if code == "age" else code)
    root = editions.parsed(content)
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "text")
    }
    names = {name for element in root.iter() for name in element.attrib}
    assert not any(re.match(r"on|style|class|href|.*href", name) for name in names)


def test_the_length_of_a_bar_is_in_the_measure_of_its_figure() -> None:
    rows = [a_row("2026-Q2", "_T", value=30), a_row("2026-Q2", "origin", value=20), a_row("2026-Q2", "age", value=5)]
    root = editions.parsed(drawn(tables={GROUND: rows}))
    widths = [float(bar.get("width") or 0) for bar in root.iter(f"{SVG}rect") if bar.get("fill") == "#1f5a8a"]
    assert widths == [540.0, 135.0]


def test_long_names_stand_in_several_lines_and_everything_lies_inside() -> None:
    content = drawn(label=lambda code: LONG if code in {"origin", "age"} else code)
    root = editions.parsed(content)
    height = float(root.get("height") or 0)
    lines = texts(content)
    assert " ".join(lines[1:3]) == LONG
    assert all(len(line) <= 78 for line in lines)
    assert all(0 < float(text.get("y") or 0) < height for text in root.iter(f"{SVG}text"))


def test_a_quarter_of_nothing_but_zeros_has_no_bars() -> None:
    rows = [a_row("2026-Q2", code, value=0) for code in ("_T", "origin", "age")]
    assert len(texts(drawn(tables={GROUND: rows}))) == 2


def test_a_table_of_several_dimensions_has_no_chart() -> None:
    edition = an_edition()
    with pytest.raises(NoSuchTable):
        chart.write(edition, figures(edition, "region_ground", "en"))
