"""Pages as a browser reads them: their forms, with what would be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from tests import plain_pages

Fields = list[tuple[str, str]]


@dataclass
class PageForm:
    action: str
    fields: Fields

    def sent(self, **changes: str | list[str]) -> dict[str, list[str]]:
        """What goes out when these fields are changed and the others stay."""
        values: dict[str, list[str]] = {}
        for name, value in self.fields:
            values.setdefault(name, []).append(value)
        return values | {name: value if isinstance(value, list) else [value] for name, value in changes.items()}


def parsed(page: str) -> Element:
    try:
        return plain_pages.read(page)
    except plain_pages.NotPlain:
        return html5lib.parse(page, namespaceHTMLElements=False)


def text_of(page: str) -> str:
    """All words of the main part, as they are read."""
    main = parsed(page).find(".//main")
    assert main is not None
    return "".join(main.itertext())


def rows(page: str) -> list[list[str]]:
    """The rows of all tables, each as the words of its cells."""
    found = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in parsed(page).iter("tr")]
    return [row for row in found if row]


def points(page: str) -> dict[str, str]:
    """What a record says, by the name of each point."""
    found = [["".join(part.itertext()).strip() for part in point] for point in parsed(page).iterfind(".//dl/div")]
    return dict(found)


def form(page: str, ending: str, *, own: str = "") -> PageForm:
    """The first form whose action ends like this; `own` is the address of a page whose forms name none."""
    for action, whole in _forms(page, own):
        if _ends(action, ending):
            [element] = parsed(_AROUND.format(whole)).iter("form")
            return PageForm(action, list(_fields(element)))
    raise AssertionError(f"no form for {ending}")


def has_form(page: str, ending: str) -> bool:
    return any(_ends(action, ending) for action, _whole in _forms(page))


# Most tests read a page for one of its forms: only that is read as a tree.
_FORM = re.compile("<form\\b([^>]*)>.*?</form>", re.DOTALL)
_ACTION = re.compile('\\saction="([^"]*)"')
_AROUND = "<!doctype html><html><head><title>.</title></head><body>{}</body></html>"


def _forms(page: str, own: str = "") -> Iterator[tuple[str, str]]:
    """The action and the whole text of each."""
    for found in _FORM.finditer(page):
        action = _ACTION.search(found[1])
        yield unescape(action[1]) if action else own, found[0]


def _ends(action: str, ending: str) -> bool:
    """With or without the part of the page that is shown afterwards."""
    return action.endswith(ending) or action.partition("#")[0].endswith(ending)


def _fields(element: Element) -> Iterator[tuple[str, str]]:
    for field in element.iter():
        name = field.get("name")
        if not name:
            continue
        if field.tag == "textarea":
            yield name, (field.text or "").removeprefix("\n")
        elif field.tag == "select":
            yield name, _chosen(field)
        elif (
            field.tag == "input"
            and field.get("disabled") is None
            and (field.get("type") not in {"checkbox", "radio"} or field.get("checked") is not None)
        ):
            yield name, field.get("value") or ""


def _chosen(select: Element) -> str:
    options: list[Any] = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return str(chosen[0].get("value")) if chosen else ""
