"""The file of names that phones search: a script module of ours, because pages may load nothing but scripts."""

from __future__ import annotations

import json

from incidents.core.gazetteer.index import Index
from incidents.core.gazetteer.place import Gazetteer, Place
from incidents.core.gazetteer.search import find
from incidents.core.gazetteer.suggestions import LEADS, MOST, SHORTEST, Listed, listing
from incidents.core.places import ATTRIBUTION, Places
from incidents.core.script import FOLDED, LATIN

NAME = "js/place_names.js"
"""In static/."""


def phone_listing(gazetteer: Gazetteer, places: Places) -> list[Listed]:
    index = Index(gazetteer)

    def is_meant(text: str, place: Place) -> bool:
        answer = find(text, index)
        return answer is not None and answer.place is place and not answer.rivals

    return listing(gazetteer, places, is_meant=is_meant)


def phone_file(gazetteer: Gazetteer, places: Places) -> str:
    """The same data give the same text.

    A place is one line: name; what it lies in; key; then further names, each with its key.
    """
    lines = [_line(one) for one in phone_listing(gazetteer, places)]
    tables = {"fold": FOLDED, "latin": LATIN, "leads": sorted(LEADS), "most": MOST, "shortest": SHORTEST}
    parts = [f"export const {name} = {_json(table)};" for name, table in tables.items()]
    return "\n".join([f"/* {ATTRIBUTION} */", *parts, f"export const places = {_json(lines)};", ""])


def _line(one: Listed) -> str:
    first, *others = one.names
    return ";".join([first.text, one.around, first.key, *(part for other in others for part in other)])


def _json(table: object) -> str:
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"))
