"""Pages in which every element is opened and closed in so many words, read four times as fast as html5lib reads them.

The tree is the one that html5lib gives; of a page for which that is not certain nothing is given.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement


def _names(those: str) -> frozenset[str]:
    return frozenset(those.split())


_VOID = _names("area base br col embed hr img input link meta source track wbr")
_WORDS_ALONE = frozenset({"textarea", "title"})
# Rules of their own, or other names than those that are written.
_STRANGE = _names(
    "frame frameset iframe image isindex keygen listing math menuitem nobr noembed noframes noscript "
    "param plaintext rb rp rt rtc ruby svg template xmp"
)
_CLOSES_PARAGRAPHS = _names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table ul dd dt "
    "search"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NEVER_WITHIN_ITSELF = _names("a button form option optgroup p select table")
_PARENTS = {
    "head": {"html"},
    "body": {"html"},
    "li": {"ul", "ol"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "option": {"select", "optgroup", "datalist"},
    "optgroup": {"select"},
    "caption": {"table"},
    "colgroup": {"table"},
    "col": {"colgroup"},
    "thead": {"table"},
    "tbody": {"table"},
    "tfoot": {"table"},
    "tr": {"thead", "tbody", "tfoot"},
    "td": {"tr"},
    "th": {"tr"},
}
_CHILDREN = {
    "html": {"head", "body"},
    "head": {"base", "link", "meta", "script", "style", "title"},
    "select": {"option", "optgroup"},
    "optgroup": {"option"},
    "option": set[str](),
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "colgroup": {"col"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"td", "th"},
}
_ONLY_SPACE = _names("html head table colgroup thead tbody tfoot tr")
_SPACE = "\t\n\f\r "
_UNUSUAL_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|#\d{2,6});)")
_UNUSUAL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]")


class NotPlain(Exception):
    """A page that only a whole parser reads rightly."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: Element | None = None
        self._open: list[Element] = []
        self._names: list[str] = []
        self._is_over = False

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html" or self.root is not None:
            raise NotPlain(decl)

    def handle_comment(self, data: str) -> None:
        raise NotPlain(data)

    handle_pi = unknown_decl = handle_comment

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            raise NotPlain(tag)
        self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._fits(tag) or _UNUSUAL_REFERENCE.search(self.get_starttag_text() or ""):
            raise NotPlain(tag)
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            raise NotPlain(tag)
        if self.root is None:
            self.root = element = Element(tag, given)
        else:
            element = SubElement(self._open[-1], tag, given)
        if tag not in _VOID:
            self._open.append(element)
            self._names.append(tag)
        if tag in _WORDS_ALONE:
            self.set_cdata_mode(tag)

    def _fits(self, tag: str) -> bool:
        if self.root is None:
            return tag == "html"
        if self._is_over or not self._open or tag in _STRANGE or tag == "html":
            return False
        parent = self._names[-1]
        return (
            (tag not in _PARENTS or parent in _PARENTS[tag])
            and (parent not in _CHILDREN or tag in _CHILDREN[parent])
            and not (tag in _CLOSES_PARAGRAPHS and "p" in self._names)
            and not (tag in _HEADINGS and parent in _HEADINGS)
            and not (tag in _NEVER_WITHIN_ITSELF and tag in self._names)
            and not (tag in {"head", "body"} and self._open[0].find(tag) is not None)
            and not (tag == "body" and self._open[0].find("head") is None)
            and not (tag == "input" and "select" in self._names)
        )

    def handle_endtag(self, tag: str) -> None:
        if not self._names or self._names[-1] != tag:
            raise NotPlain(tag)
        if tag == "body":
            self._is_over = True
        if tag not in {"html", "body"}:  # what follows them still belongs to the body
            self._open.pop()
            self._names.pop()
        elif tag == "body":
            self._names[-1] = "html"
        else:
            self._names[-1] = "the end"

    def handle_data(self, data: str) -> None:
        if not self._names:
            if data.strip(_SPACE):
                raise NotPlain(data)
            return
        within, parent = self._names[-1], self._open[-1]
        if (within in _ONLY_SPACE or self._is_over) and data.strip(_SPACE):
            raise NotPlain(data)
        if within in _WORDS_ALONE:
            data = unescape(data)
        if within == "html" and not len(parent) and not self._is_over:
            return  # before the head space is no text
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            if within in {"pre", "textarea"} and parent.text is None:
                data = data.removeprefix("\n")
            parent.text = (parent.text or "") + data


def read(page: str) -> Element:
    """The root of the tree. Raises NotPlain."""
    if _UNUSUAL_CHARACTER.search(page) or _UNUSUAL_REFERENCE.search(page):
        raise NotPlain
    reader = _Reader()
    reader.feed(page.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    if reader.root is None or reader._names != ["html", "the end"]:
        raise NotPlain
    return reader.root
