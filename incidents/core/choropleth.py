"""Choropleth maps as SVG: how many in each area, readable without colour, without a style sheet and on paper.

Textures are attributes of the drawing; the site's style sheet lays shades over them where colours can be seen. What
is not a figure has its own look: withheld, not reported, and what stands apart.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from incidents.core.map_layout import FINE, WIDTH, Drawn, Layout, Panel

MOST_CLASSES = 5
_SERIES = tuple(factor * 10**power for power in range(9) for factor in (1, 2, 5))
_ROW = 22
_DIGIT = 7.5
"""Width of a digit of a figure in an area, in units."""


class Missing(enum.Enum):
    """Why there is no figure for an area."""

    WITHHELD = "withheld"
    NOT_REPORTED = "not-reported"


Figure = int | Missing


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the map says, in the reader's language."""

    title: str
    description: str
    withheld: str
    not_reported: str
    apart: str
    """Name of what stands apart, without figures."""
    apart_in_words: str
    """The same with a few words why it has none, for the legend."""
    insets: Mapping[str, str] = field(default_factory=dict)
    """Names of the enlarged parts."""


def classes(figures: Sequence[int]) -> list[tuple[int, int]]:
    """At most five, each with its least and its greatest figure; 0 is in none of them.

    They end at 1, 2, 5, 10, 20, 50 and so on: the last is the first of these that is not below the greatest figure,
    the others are those right before it, and the first begins at 1. So they depend on nothing but the greatest figure.
    """
    greatest = max(figures, default=0)
    if not greatest:
        return []
    ends = [end for end in _SERIES if end < greatest]
    ends = [*ends, _SERIES[len(ends)]][-MOST_CLASSES:]
    return list(zip([1, *(end + 1 for end in ends)], ends, strict=False))


def drawing(layout: Layout, figures: Mapping[str, Figure], names: Mapping[str, str], words: Words, *, name: str) -> str:
    """The map as an SVG element for a page; `name` begins its ids.

    `figures` and `names` are by the keys of the layout's spots; one without a figure is not reported.
    """
    return _Map(layout, figures, names, words, name).drawn()


@dataclass(frozen=True)
class _Map:
    layout: Layout
    figures: Mapping[str, Figure]
    names: Mapping[str, str]
    words: Words
    name: str

    def drawn(self) -> str:
        shown = [self._figure(key) for key, _ in self.layout.panels[0].drawn]
        steps = classes([figure for figure in shown if isinstance(figure, int)])
        legend = self._legend(shown, steps)
        height = self.layout.bottom + 16 + _ROW * len(legend)
        svg = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "map",
                "viewBox": f"0 0 {WIDTH} {height}",
                "role": "img",
                "aria-labelledby": f"{self.name}-map-title {self.name}-map-text",
            },
        )
        _text(svg, "title", self.words.title, id=f"{self.name}-map-title")
        _text(svg, "desc", self.words.description, id=f"{self.name}-map-text")
        svg.append(self._textures())
        for panel in self.layout.panels:
            self._panel(svg, panel, steps)
        for place, (look, text) in enumerate(legend):
            self._row(svg, look, text, self.layout.bottom + 16 + _ROW * place)
        return ET.tostring(svg, encoding="unicode")

    def _figure(self, key: str) -> Figure:
        return self.figures.get(key, Missing.NOT_REPORTED)

    def _legend(self, shown: Sequence[Figure], steps: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
        """Looks and what they mean, those that are on the map only."""
        rows = [("0", "0")] if 0 in shown else []
        rows += [(str(n), str(a) if a == b else f"{a}–{b}") for n, (a, b) in enumerate(steps, 1)]
        if Missing.WITHHELD in shown:
            rows.append((Missing.WITHHELD.value, self.words.withheld))
        if Missing.NOT_REPORTED in shown:
            rows.append((Missing.NOT_REPORTED.value, self.words.not_reported))
        return [*rows, *([("apart", self.words.apart_in_words)] if self.layout.apart else [])]

    def _textures(self) -> ET.Element:
        defs = ET.Element("defs")
        for look, (size, lines) in _TEXTURES.items():
            pattern = ET.SubElement(
                defs,
                "pattern",
                id=self._texture(look),
                width=str(size),
                height=str(size),
                patternUnits="userSpaceOnUse",
            )
            ET.SubElement(pattern, "path", {"class": "map__paper", "d": f"M0 0h{size}v{size}h-{size}z", "fill": "#fff"})
            ET.SubElement(
                pattern,
                "path",
                {"class": "map__lines", "d": lines, "fill": "none", "stroke": "#000", "stroke-width": "2"},
            )
        return defs

    def _texture(self, look: str) -> str:
        return f"{self.name}-map-{look}"

    def _panel(self, svg: ET.Element, panel: Panel, steps: Sequence[tuple[int, int]]) -> None:
        frame = ET.SubElement(
            svg,
            "svg",
            x=str(panel.x),
            y=str(panel.y),
            width=str(panel.width),
            height=str(panel.height),
            viewBox=f"0 0 {panel.width * FINE} {panel.height * FINE}",
        )
        areas = ET.SubElement(frame, "g", {"fill-rule": "evenodd", "stroke": "#000"})
        for key, drawn in panel.drawn:
            figure = self._figure(key)
            self._shape(areas, drawn, _look(figure, steps), f"{self.names[key]}: {self._said(figure)}")
        if panel.key:
            inner = {"x": "1", "y": "1", "width": str(panel.width * FINE - 2), "height": str(panel.height * FINE - 2)}
            ET.SubElement(frame, "rect", {"class": "map__frame", **inner, "fill": "none", "stroke": "#000"})
            _text(svg, "text", self.words.insets[panel.key], x=str(panel.x), y=str(panel.y - 8))
        elif self.layout.apart:
            self._shape(areas, self.layout.apart, "apart", self.words.apart_in_words)
            self._label(svg, panel, self.layout.apart, self.words.apart)
        for key, drawn in panel.drawn:
            figure = self._figure(key)
            if isinstance(figure, int) and drawn.room >= _DIGIT * len(str(figure)):
                self._label(svg, panel, drawn, str(figure))

    def _said(self, figure: Figure) -> str:
        said = {Missing.WITHHELD: self.words.withheld, Missing.NOT_REPORTED: self.words.not_reported}
        return said[figure] if isinstance(figure, Missing) else str(figure)

    def _shape(self, parent: ET.Element, drawn: Drawn, look: str, title: str) -> None:
        shape = ET.SubElement(parent, "path", {"class": f"map__{look}", "d": drawn.path, **self._attributes(look)})
        _text(shape, "title", title)

    def _attributes(self, look: str) -> dict[str, str]:
        """How an area looks without the style sheet."""
        fill = f"url(#{self._texture(look)})" if look in _TEXTURES else "none" if look == "apart" else "#fff"
        dashes = {"stroke-dasharray": "6 5"} if look == "apart" else {}
        return {"fill": fill, **dashes}

    @staticmethod
    def _label(svg: ET.Element, panel: Panel, drawn: Drawn, text: str) -> None:
        x, y = panel.x + drawn.x, panel.y + drawn.y + 4
        if panel.x < x < panel.x + panel.width and panel.y + 8 < y < panel.y + panel.height:
            _text(svg, "text", text, **{"x": f"{x:g}", "y": f"{y:g}", **_FIGURE})

    def _row(self, svg: ET.Element, look: str, text: str, top: int) -> None:
        box = ET.SubElement(
            svg, "svg", x="12", y=str(top), width="30", height="16", viewBox=f"0 0 {30 * FINE} {16 * FINE}"
        )
        inner = {"x": "1", "y": "1", "width": str(30 * FINE - 2), "height": str(16 * FINE - 2)}
        ET.SubElement(box, "rect", {"class": f"map__{look}", **inner, "stroke": "#000", **self._attributes(look)})
        _text(svg, "text", text, x="48", y=str(top + 12))


def _look(figure: Figure, steps: Sequence[tuple[int, int]]) -> str:
    if isinstance(figure, Missing):
        return figure.value
    return str(next((n for n, (_, greatest) in enumerate(steps, 1) if 0 < figure <= greatest), 0))


_FIGURE = {
    "class": "map__figure",
    "text-anchor": "middle",
    "stroke": "#fff",
    "stroke-width": "3",
    "stroke-linejoin": "round",
    "paint-order": "stroke",
}
_TEXTURES: Mapping[str, tuple[int, str]] = {
    "1": (16, "M4 4h2M12 12h2"),
    "2": (8, "M2 2h2M6 6h2"),
    "3": (10, "M0 10L10 0M-1 1L1-1M9 11L11 9"),
    "4": (5, "M0 5L5 0M-1 1L1-1M4 6L6 4"),
    "5": (5, "M0 5L5 0M-1 1L1-1M4 6L6 4M0 0L5 5M-1 4L1 6M4-1L6 1"),
    Missing.WITHHELD.value: (18, "M4 4l6 6m0-6l-6 6"),
    Missing.NOT_REPORTED.value: (20, "M3 5h8M13 15h8M-7 15h8"),
}
"""Size of a tile and the lines on it: darker from class to class, crosses or strokes where there is no figure."""


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text
