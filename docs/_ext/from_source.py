"""Parts of pages that are made from the source, so that they cannot say otherwise than it: keys, threats, bars."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
_KEY_LINE = re.compile(r'<dt>((?:<kbd>[^<]+</kbd> ?)+)</dt><dd>\{\{ _\("([^"]+)"\) \}\}</dd>')
_WAY = re.compile(r'\("[a-z_.]+", (?:_\()?"([^"]+)"\)?, "([a-z])",')


class FromSource(SphinxDirective):
    """Markdown made from a file of the source; the page is made again when that file changes."""

    sources: ClassVar[tuple[str, ...]]

    def run(self) -> list[nodes.Node]:
        paths = [ROOT / source for source in self.sources]
        for path in paths:
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes("\n".join(self.lines(*(path.read_text(encoding="utf-8") for path in paths))))

    def lines(self, *texts: str) -> Iterable[str]:
        raise NotImplementedError


class Keys(FromSource):
    """The list behind `?`, with the ways of the menu after it."""

    sources = ("templates/desk/_keys.html", "incidents/web/desk/menu.py")

    def lines(self, listed: str, menu: str) -> Iterator[str]:
        yield from ("| keys | what they do |", "|---|---|")
        for keys, what in _KEY_LINE.findall(listed):
            yield f"| {keys.strip()} | {what} |"
        for what, key in _WAY.findall(menu):
            yield f"| <kbd>g</kbd> <kbd>{key}</kbd> | {what} |"


class Threats(FromSource):
    """The list of SECURITY.md, for reading."""

    sources = ("SECURITY.md",)

    def lines(self, text: str) -> Iterator[str]:
        block = text.partition("```toml\n")[2].partition("\n```\n")[0]
        for threat in tomllib.loads(block)["threat"]:
            wants = f" wants {threat['wants']}" if threat["wants"] else ""
            yield f"**{_capital(threat['who'])}**{wants}"
            yield f": Held: **{threat['held']}**, by this: {threat['by']}."
            if why := threat.get("why"):
                yield f"  What is left: {why}."
            yield ""
            yield "  " + ", ".join(f"`{test.partition('::')[2]}`" for test in threat["tests"])
            yield ""


class Bars(FromSource):
    """What a run of all measurements is held to."""

    sources = ("benchmarks/__main__.py",)

    def lines(self, _text: str) -> Iterator[str]:
        from benchmarks.__main__ import MEASUREMENTS

        yield from ("| measured | held to |", "|---|---|")
        for line in (line for one in MEASUREMENTS for line in one.lines if line.bar is not None):
            yield f"| {line.what} | {'at least' if line.is_least else 'at most'} {line.bar:g} |"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def setup(app: Sphinx) -> dict[str, Any]:
    for name, directive in (("desk-keys", Keys), ("threats", Threats), ("bars", Bars)):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
