"""Draws a document to take away, as PDF in memory: to look at on a phone, to print and to sign.

It names nobody and no time: equal words give equal bytes. Nothing is written to disk or to a log.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from threading import Lock

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from incidents.core.paper import Line, Paper, Point
from incidents.resources import data_file

_FONT = "DejaVu"
_FILES = {"": "help/DejaVuSans.ttf", "B": "help/DejaVuSans-Bold.ttf"}
_MARGIN, _LINE, _RULE = 22, 5.4, 8.5
"""Millimetres; a rule is a line to write on."""
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
for _library in ("fontTools", "fpdf"):
    # Below a warning they tell which letters a text has.
    logging.getLogger(_library).setLevel(logging.WARNING)
_drawing = Lock()
"""Drawing keeps a processor busy: one at a time, so that the site stays open for reports."""


def draw(paper: Paper) -> bytes:
    """The paper on A4."""
    with _drawing:
        pdf = _sheet()
        _say(pdf, paper.addressee, size=11, bold=True, align="R")
        pdf.ln(6)
        _say(pdf, paper.title, size=16, bold=True)
        _say(pdf, paper.basis, size=9.5)
        for point in paper.points:
            _say_point(pdf, point)
        _say_signed(pdf, paper.to_sign)
        return bytes(pdf.output())


def _sheet() -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(_NO_TIME)
    pdf.set_producer("")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(True, margin=_MARGIN)
    for style, name in _FILES.items():
        pdf.add_font(_FONT, style, data_file(name))
    pdf.set_draw_color(120)
    pdf.add_page()
    return pdf


def _say_point(pdf: FPDF, point: Point) -> None:
    pdf.ln(3.2)
    # A label does not stand alone at the foot of a page.
    if pdf.will_page_break(_LINE * 3):
        pdf.add_page()
    _say(pdf, point.label, size=10, bold=True)
    if point.text:
        _write(pdf, point.text, size=11)
    else:
        for _ in range(point.rules):
            _rule(pdf, _MARGIN, pdf.w - _MARGIN)


def _say_signed(pdf: FPDF, lines: Sequence[Line]) -> None:
    needed = len(lines) * (_RULE + 3 * _LINE)
    if pdf.will_page_break(needed):
        pdf.add_page()
    for line in lines:
        pdf.ln(3.2)
        _say(pdf, line, size=10, bold=True)
        _rule(pdf, _MARGIN, pdf.w / 2)


def _say(pdf: FPDF, line: Line, *, size: float, bold: bool = False, align: str = "L") -> None:
    _write(pdf, line.text, size=size, bold=bold, align=align)
    if line.own:
        pdf.set_text_color(90)
        _write(pdf, line.own, size=min(size, 10) - 1, align=align)
        pdf.set_text_color(0)


def _write(pdf: FPDF, text: str, *, size: float, bold: bool = False, align: str = "L") -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.49, _drawable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _rule(pdf: FPDF, start: float, end: float) -> None:
    if pdf.will_page_break(_RULE):
        pdf.add_page()
    pdf.ln(_RULE)
    pdf.line(start, pdf.get_y(), end, pdf.get_y())


def _drawable(text: str) -> str:
    """The text with a box for every sign that the font lacks: the library would name such signs in the log."""
    return "".join(c if c == "\n" or ord(c) in _signs() else "□" for c in text)


@cache
def _signs() -> frozenset[int]:
    """What both weights of the font can draw."""
    return frozenset.intersection(*(frozenset(TTFont(data_file(name)).getBestCmap()) for name in _FILES.values()))
