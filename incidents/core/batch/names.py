"""Codes by everything that they are called: the code itself, or its label in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from incidents.core.script import fold

_MOST_NEAREST = 3
_MOST_UNKNOWN = 10
"""Told of one cell: with so many it holds something else."""
_ALIKE = 0.6
_FEWEST_LETTERS = 3
_TRIED = 60
"""Longer texts are no slip of a label."""

Names = Mapping[str, Mapping[str, frozenset[str]]]
"""By list, then by folded name: the codes that are called so, mostly one."""


@dataclass(frozen=True)
class Unknown:
    """A text that is no code and no label of the list, or the label of several."""

    text: str
    nearest: tuple[str, ...]
    """Codes that may have been meant, likeliest first."""


def names_of(terms: Iterable[tuple[str, str, Iterable[str]]]) -> Names:
    """From (list, code, labels)."""
    found: dict[str, dict[str, set[str]]] = {}
    for listed, code, labels in terms:
        for name in (code, *labels):
            found.setdefault(listed, {}).setdefault(fold(name), set()).add(code)
    return {listed: {name: frozenset(codes) for name, codes in names.items()} for listed, names in found.items()}


def codes_in(text: str, names: Mapping[str, frozenset[str]]) -> tuple[list[str], list[Unknown]]:
    """The codes that a cell names, and what in it is none. Several stand behind `;`, `|` or on lines of their own.

    A comma may belong to a label, so it separates only where every part is a name.
    """
    codes: list[str] = []
    unknown: list[Unknown] = []
    for part in _parts(text, names):
        meant = names.get(fold(part), frozenset())
        if len(meant) == 1:
            codes += meant
        else:
            unknown.append(Unknown(part, tuple(sorted(meant)) or _nearest(part, names)))
        if len(unknown) == _MOST_UNKNOWN:
            break
    return codes, unknown


def _parts(text: str, names: Mapping[str, frozenset[str]]) -> list[str]:
    if fold(text) in names:
        return [text]
    parts = [part.strip() for part in re.split(r"[;|\n]", text) if part.strip()]
    return [small for part in parts for small in _at_commas(part, names)]


def _at_commas(part: str, names: Mapping[str, frozenset[str]]) -> list[str]:
    small = [piece.strip() for piece in part.split(",") if piece.strip()]
    return small if fold(part) not in names and all(fold(piece) in names for piece in small) else [part]


def _nearest(text: str, names: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """By likeness of the whole, then labels that have a word which begins so: "ulica" of "ulica, trg, prolaz"."""
    asked = fold(text)[:_TRIED]
    found = get_close_matches(asked, names, _MOST_NEAREST * 3, _ALIKE)
    if len(asked) >= _FEWEST_LETTERS:
        found += [name for name in names if f" {name}".find(f" {asked}") >= 0]
    return tuple(dict.fromkeys(code for name in found for code in sorted(names[name])))[:_MOST_NEAREST]
