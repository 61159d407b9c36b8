"""Draws a document to take away, as PDF in memory: to look at on a phone, to print and to sign.

It names nobody and no time: equal words give equal bytes. Nothing is written to disk or to a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from threading import Lock

from incidents.adapters.sheets import WIDTH, Sheets
from incidents.adapters.typeface import Typeface, read_typeface
from incidents.core.paper import Line, Paper, Point
from incidents.resources import data_file

_FILES = ("help/DejaVuSans.ttf", "help/DejaVuSans-Bold.ttf")
_MARGIN, _LINE, _RULE = 22, 5.4, 8.5
"""Millimetres; a rule is a line to write on."""
_LACKING = "□"
_drawing = Lock()
"""Drawing keeps a processor busy: one at a time, so that the site stays open for reports."""


def draw(paper: Paper) -> bytes:
    """The paper on A4."""
    with _drawing:
        sheets = Sheets(_faces(), _MARGIN)
        _say(sheets, paper.addressee, size=11, bold=True, at_right=True)
        sheets.top += 6
        _say(sheets, paper.title, size=16, bold=True)
        _say(sheets, paper.basis, size=9.5)
        for point in paper.points:
            _say_point(sheets, point)
        _say_signed(sheets, paper.to_sign)
        return sheets.output()


def _say_point(sheets: Sheets, point: Point) -> None:
    sheets.top += 3.2
    # A label does not stand alone at the foot of a page.
    sheets.make_room(_LINE * 3)
    _say(sheets, point.label, size=10, bold=True)
    if point.text:
        _write(sheets, point.text, size=11)
    else:
        for _ in range(point.rules):
            _rule(sheets, WIDTH - _MARGIN)


def _say_signed(sheets: Sheets, lines: Sequence[Line]) -> None:
    sheets.make_room(len(lines) * (_RULE + 3 * _LINE))
    for line in lines:
        sheets.top += 3.2
        _say(sheets, line, size=10, bold=True)
        _rule(sheets, WIDTH / 2)


def _say(sheets: Sheets, line: Line, *, size: float, bold: bool = False, at_right: bool = False) -> None:
    _write(sheets, line.text, size=size, bold=bold, at_right=at_right)
    if line.own:
        _write(sheets, line.own, size=min(size, 10) - 1, grey=0.35, at_right=at_right)


def _write(
    sheets: Sheets, text: str, *, size: float, bold: bool = False, grey: float = 0, at_right: bool = False
) -> None:
    sheets.write(_drawable(text), font=int(bold), size=size, line=size * 0.49, grey=grey, at_right=at_right)


def _rule(sheets: Sheets, end: float) -> None:
    sheets.make_room(_RULE)
    sheets.top += _RULE
    sheets.rule(end)


def _drawable(text: str) -> str:
    """The text with a box for every sign that the font lacks, and without places where a word might be parted."""
    plain = text.replace("\r\n", "\n").replace("\t", " ").replace("\u00ad", "")
    return "".join(c if c == "\n" or ord(c) in _signs() else _LACKING for c in plain)


@cache
def _faces() -> tuple[Typeface, ...]:
    """The plain and the bold font."""
    return tuple(read_typeface(data_file(name)) for name in _FILES)


@cache
def _signs() -> frozenset[int]:
    """What both weights of the font can draw."""
    return frozenset.intersection(*(frozenset(face.glyphs) for face in _faces()))
