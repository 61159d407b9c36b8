"""What is typed into the search, as a tree: words, "phrases", -without, OR, and fields like place:Subotica."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from incidents.core.script import fold
from incidents.core.search.words import key

LONGEST = 200
"""Characters of a query."""
MOST = 20
"""Parts of a query."""


@dataclass(frozen=True)
class Word:
    """A word in any of its forms, or with `is_prefix` whatever begins with it."""

    key: str
    is_prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words side by side, in these forms."""

    key: str


@dataclass(frozen=True)
class Field:
    """A thing that is told by codes, and what was typed for it: a code, or words of its label."""

    name: str
    value: str


@dataclass(frozen=True)
class Not:
    part: Part


@dataclass(frozen=True)
class All:
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Any:
    parts: tuple[Part, ...]


Part = Word | Phrase | Field | Not | All | Any

LANGUAGE, PLACE, GROUND, ACT, STATE, ID = "language", "place", "ground", "act", "state", "id"
_NAMES = {
    LANGUAGE: "language jezik nyelv",
    PLACE: "place mesto hely",
    GROUND: "ground osnov alap",
    ACT: "act delo tett",
    STATE: "state stanje allapot",
    ID: "id",
}
FIELDS = {typed: name for name, several in _NAMES.items() for typed in several.split()}
"""Fields by their names in the languages of the desk, folded."""
_OR = {"or", "ili", "vagy"}
_TOKEN = re.compile(
    r"""(?P<minus>-(?=[\w"„“”«»]))?(?:(?P<field>[^\W\d_]{2,10}):(?=\S))?"""
    r"""(?:["„“”«»](?P<phrase>[^"„“”«»]*)["„“”«»]?|(?P<word>[^\s"„“”«»]+))"""
)


class NotAQuery(Exception):
    """`reason` is "missing" (there is nothing to find in it), "only_without", "too_long" or "unknown_field"."""

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.part = part


def parse(typed: str) -> Part:
    """Every word has to be there, in any order; OR between two parts takes either. Raises NotAQuery."""
    if len(typed) > LONGEST:
        raise NotAQuery("too_long")
    groups: list[list[Part]] = []
    joins_next = False
    for token in list(_TOKEN.finditer(typed))[: MOST * 2]:
        word = token["word"] or ""
        if word.isupper() and fold(word) in _OR and not token["minus"] and not token["field"]:
            joins_next = bool(groups)
            continue
        part = _part(token)
        if part is None:
            continue
        if joins_next:
            groups[-1].append(part)
        else:
            groups.append([part])
        joins_next = False
    if not groups or len(groups) > MOST:
        raise NotAQuery("missing" if not groups else "too_long")
    parts = tuple(group[0] if len(group) == 1 else Any(tuple(group)) for group in groups)
    if all(isinstance(part, Not) for part in parts):
        raise NotAQuery("only_without")
    return parts[0] if len(parts) == 1 else All(parts)


def _part(token: re.Match[str]) -> Part | None:
    """One part; None for signs alone."""
    field, phrase, word = token["field"], token["phrase"], token["word"] or ""
    part: Part
    if field is not None:
        name = FIELDS.get(fold(field))
        if name is None:
            raise NotAQuery("unknown_field", field)
        part = Field(name, phrase if phrase is not None else word)
    else:
        words = key(word if phrase is None else phrase).split()
        if not words:
            return None
        if phrase is not None:
            part = Phrase(" ".join(words))
        elif len(words) == 1:
            part = Word(words[0], is_prefix=word.endswith("*"))
        else:  # ana.maric, rom-romkinja: one word to who typed it
            part = Phrase(" ".join(words))
    return Not(part) if token["minus"] else part


def leaves(part: Part) -> Iterator[Word | Phrase | Field]:
    """What a query asks for, without what it excludes."""
    match part:
        case All(parts) | Any(parts):
            for each in parts:
                yield from leaves(each)
        case Not():
            return
        case _:
            yield part


def has_fields(part: Part) -> bool:
    """Whether it asks for codes anywhere, also for what is excluded."""
    match part:
        case All(parts) | Any(parts):
            return any(map(has_fields, parts))
        case Not(inner):
            return has_fields(inner)
        case _:
            return isinstance(part, Field)
