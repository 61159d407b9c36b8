"""The picture of the house, drawn from its imports: rooms are layers, boxes packages, arrows imports between them."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import grimp
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
_WIDTH, _ROOM, _CORRIDOR = 860, 76, 44
"""Of the picture, of a room's height and of the way between two rooms, in pixels."""
_BOX, _TALL = 150, 48
_MARGIN = 8

Arrows = Mapping[tuple[str, str], int]
"""How many modules of the first package import something of the second."""


def rooms() -> list[list[str]]:
    """The layers of pyproject.toml from the top, each with its packages."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [layers] = [one["layers"] for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return [layer.split(" | ") for layer in layers]


def imports() -> tuple[Arrows, Mapping[str, int]]:
    """Arrows, and the number of modules in each package."""
    graph = grimp.build_graph("incidents", exclude_type_checking_imports=True, cache_dir=None)
    arrows: Counter[tuple[str, str]] = Counter()
    sizes: Counter[str] = Counter()
    for module in graph.modules - {"incidents"}:
        package = _package(module)
        sizes[package] += 1
        found = {_package(one) for one in graph.find_modules_directly_imported_by(module) - {"incidents"}}
        arrows.update((package, one) for one in found - {package})
    return arrows, sizes


def _package(module: str) -> str:
    return module.split(".")[1]


@dataclass(frozen=True)
class Box:
    x: float
    """Of its middle."""
    y: float
    """Of its top."""


def places(storeys: Sequence[Sequence[str]]) -> dict[str, Box]:
    """Where each package stands: those of one room side by side, at equal distances."""
    return {
        package: Box(
            x=_WIDTH * (2 * number + 1) / (2 * len(room)),
            y=_MARGIN + storey * (_ROOM + _CORRIDOR) + (_ROOM - _TALL) / 2,
        )
        for storey, room in enumerate(storeys)
        for number, package in enumerate(room)
    }


def drawn() -> str:
    """The picture as SVG, in the colours of the page around it."""
    storeys = rooms()
    arrows, sizes = imports()
    boxes = places(storeys)
    tall = 2 * _MARGIN + len(storeys) * (_ROOM + _CORRIDOR) - _CORRIDOR
    return "\n".join(
        [
            f'<svg class="house" viewBox="0 0 {_WIDTH} {tall}" role="img" aria-labelledby="house-title"',
            ' xmlns="http://www.w3.org/2000/svg">',
            '<title id="house-title">Packages in their layers, and the imports between them. The table below says the '
            "same in words.</title>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
            *(_room(storey) for storey in range(len(storeys))),
            *_arrows(arrows, boxes),
            *(_box(package, box, sizes[package]) for package, box in boxes.items()),
            "</svg>",
        ]
    )


def _room(storey: int) -> str:
    y = _MARGIN + storey * (_ROOM + _CORRIDOR)
    return f'<rect class="house__room" x="1" y="{y}" width="{_WIDTH - 2}" height="{_ROOM}" rx="6"/>'


def _box(package: str, box: Box, modules: int) -> str:
    number = "1 module" if modules == 1 else f"{modules} modules"
    return (
        f'<g class="house__box"><rect x="{box.x - _BOX / 2:g}" y="{box.y:g}" width="{_BOX}" height="{_TALL}" rx="4"/>'
        f'<text x="{box.x:g}" y="{box.y + 21:g}">{escape(package)}</text>'
        f'<text class="house__size" x="{box.x:g}" y="{box.y + 38:g}">{number}</text></g>'
    )


def _arrows(arrows: Arrows, boxes: Mapping[str, Box]) -> Iterator[str]:
    """Each leaves and arrives at a point of its own, in the order of where it comes from, so that few cross."""
    for (above, below), number in sorted(arrows.items()):
        starts = sorted((one for other, one in arrows if other == above), key=lambda one: boxes[one].x)
        ends = sorted((other for other, one in arrows if one == below), key=lambda one: boxes[one].x)
        x1, x2 = _port(boxes[above], starts, below), _port(boxes[below], ends, above)
        y1, y2 = boxes[above].y + _TALL, boxes[below].y
        bend = (y2 - y1) / 2
        yield (
            f'<path class="house__arrow" d="M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}" '
            f'stroke-width="{min(1 + number / 30, 4):g}" marker-end="url(#tip)">'
            f"<title>{escape(above)} imports {escape(below)} ({number})</title></path>"
        )


def _port(box: Box, others: Sequence[str], other: str) -> float:
    return round(box.x - _BOX / 2 + _BOX * (others.index(other) + 1) / (len(others) + 1), 1)


class House(SphinxDirective):
    """The picture, and a table that says the same."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        arrows, _sizes = imports()
        lines = ["| package | imports from |", "|---|---|"]
        for package in (one for room in rooms() for one in room):
            below = [f"`{one}` {number}" for (above, one), number in sorted(arrows.items()) if above == package]
            lines.append(f"| `{package}` | {', '.join(below) or 'nothing of ours'} |")
        picture = nodes.raw("", drawn(), format="html")
        return [picture, *self.parse_text_to_nodes("\n".join(lines))]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("house", House)
    return {"parallel_read_safe": True}
