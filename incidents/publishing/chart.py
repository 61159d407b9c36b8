"""One table as an SVG picture that any page can embed: bars of one quarter, no script, no style, nothing loaded."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incidents.core.release import Row
from incidents.core.tables import TOTAL
from incidents.publishing.edition import Edition, Figures, NoSuchTable
from incidents.publishing.letters import xml

TYPE = "image/svg+xml"
_WIDTH, _LONGEST_BAR, _EDGE = 640, 540, 8
_LETTERS = 78
"""In one line of a label, of the widest letters that are common."""
_LINE, _BAR, _GAP = 18, 16, 10
_FONT = 'font-family="sans-serif" font-size="14"'
_INK, _FILL = "#1b1b1b", "#1f5a8a"


@dataclass(frozen=True)
class _Bar:
    label: Sequence[str]
    """In lines."""
    value: int | None

    @property
    def height(self) -> int:
        return len(self.label) * _LINE + _BAR + _GAP


def write(edition: Edition, figures: Figures) -> bytes:
    """Of the release's own quarter, or else the newest time there is. Raises NoSuchTable for several dimensions."""
    if len(figures.dimensions) != 2:
        raise NoSuchTable(figures.name)
    times = figures.dimensions[0].labels
    time = edition.quarter if edition.quarter in times else max(times)
    bars, text = _bars(figures, time), figures.words.text
    title = textwrap.wrap(f"{figures.title}: {time}", _LETTERS)
    source = textwrap.wrap(f"{text('release', number=edition.number)} · {edition.address}", _LETTERS)
    head = len(title) * _LINE + _GAP
    height = head + sum(bar.height for bar in bars) + len(source) * _LINE + 2 * _EDGE
    found = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="title text" xml:lang="{figures.words.tag}" {_FONT} fill="{_INK}">',
        f'<title id="title">{xml(f"{figures.title}: {time}")}</title>',
        f'<desc id="text">{xml(text("bars", address=edition.address))}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *_lines(title, _EDGE + 14, 'font-weight="bold"'),
        *_drawn(bars, _EDGE + head, text("withheld")),
        *_lines(source, height - _EDGE - len(source) * _LINE + 14, 'font-size="12"'),
        "</svg>",
    ]
    return ("\n".join(found) + "\n").encode()


def _bars(figures: Figures, time: str) -> list[_Bar]:
    """The most frequent first, withheld ones last, zeros left out; groups stand for their parts."""
    dimension = figures.dimensions[1]
    outermost = {code for code in dimension.labels if dimension.parents.get(code) in (TOTAL, None)} - {TOTAL}
    rows = [row for row in figures.rows if row.time == time and row.codes[0] in outermost]
    known = sorted((row for row in rows if row.value), key=lambda row: -(row.value or 0))

    def bar(row: Row) -> _Bar:
        return _Bar(textwrap.wrap(dimension.labels[row.codes[0]], _LETTERS), row.value)

    return [bar(row) for row in (*known, *(row for row in rows if row.value is None))]


def _drawn(bars: Sequence[_Bar], top: int, withheld: str) -> Iterator[str]:
    longest = max((bar.value or 0 for bar in bars), default=0)
    for bar in bars:
        yield from _lines(bar.label, top + 14)
        below = top + len(bar.label) * _LINE
        if bar.value is None:
            width, shown = 40.0, withheld
            yield (
                f'<rect x="{_EDGE + 0.5}" y="{below + 0.5}" width="40" height="{_BAR - 1}" fill="none" '
                f'stroke="{_INK}" stroke-dasharray="4 3"/>'
            )
        else:
            width, shown = round(bar.value / longest * _LONGEST_BAR, 1), str(bar.value)
            yield f'<rect x="{_EDGE}" y="{below}" width="{width}" height="{_BAR}" fill="{_FILL}"/>'
        yield f'<text x="{_EDGE + width + 6:g}" y="{below + 13}">{xml(shown)}</text>'
        top += bar.height


def _lines(text: Sequence[str], y: int, how: str = "") -> Iterator[str]:
    for place, line in enumerate(text):
        yield f'<text x="{_EDGE}" y="{y + place * _LINE}"{" " if how else ""}{how}>{xml(line)}</text>'
