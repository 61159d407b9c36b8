"""What members decided on the marks of one text: taken out, or left in. Offsets and kinds only, never a word of it.

Every state stays in the history, so that each step can be undone. What nobody has decided is taken out as well: a
machine's mark stands until a human strikes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from incidents.core.deidentify.mark import Kind, Mark

_MOST_STEPS = 50
"""So many can be undone."""


class State(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    """It goes out."""
    STRUCK = "struck"
    """It tells nothing and stays."""


class Ruling(NamedTuple):
    start: int
    end: int
    kind: Kind
    state: State


class NotInText(Exception):
    """A stretch that the text does not have."""


@dataclass(frozen=True)
class Stretch:
    """A part of the text: one mark, or what stands between two."""

    start: int
    end: int
    text: str
    kind: Kind | None = None
    state: State = State.OPEN


@dataclass(frozen=True)
class Rulings:
    digest: str
    """Of the text that they are about; they say nothing about another."""
    states: tuple[frozenset[Ruling], ...] = ()

    @staticmethod
    def of(text: str) -> Rulings:
        return Rulings(_digest(text))

    @property
    def current(self) -> frozenset[Ruling]:
        return self.states[-1] if self.states else frozenset()

    def changed(self, rulings: Iterable[Ruling]) -> Rulings:
        """One state more, if it says something else than the last."""
        new = frozenset(ruling for ruling in rulings if ruling.state is not State.OPEN)
        if new == self.current:
            return self
        return Rulings(self.digest, (*self.states, new)[-_MOST_STEPS:])

    def undone(self) -> Rulings:
        return Rulings(self.digest, self.states[:-1])


def stretches(text: str, marks: Iterable[Mark], rulings: Iterable[Ruling]) -> list[Stretch]:
    """The whole text in parts, what members decided before what the machine marks now.

    A mark that reaches beyond what was accepted takes its place, undecided again.
    """
    decided = {(ruling.start, ruling.end): ruling for ruling in rulings}
    placed: list[Stretch] = []
    for mark in marks:
        ruling = decided.pop((mark.start, mark.end), None)
        state = ruling.state if ruling else State.OPEN
        placed.append(Stretch(mark.start, mark.end, mark.text, mark.kind, state))
    for ruling in sorted(decided.values()):
        if ruling.state is State.ACCEPTED and 0 <= ruling.start < ruling.end <= len(text):
            placed = _with_accepted(placed, ruling, text)
    found: list[Stretch] = []
    at = 0
    for stretch in sorted(placed, key=lambda stretch: stretch.start):
        if stretch.start > at:
            found.append(Stretch(at, stretch.start, text[at : stretch.start]))
        found.append(stretch)
        at = stretch.end
    return [*found, Stretch(at, len(text), text[at:])] if at < len(text) else found


def _with_accepted(placed: list[Stretch], ruling: Ruling, text: str) -> list[Stretch]:
    """With a stretch that the machine does not mark (any more), unless marks reach beyond it."""
    beside = [one for one in placed if one.end <= ruling.start or one.start >= ruling.end]
    replaced = [
        one
        for one in placed
        if one not in beside and (one.state is State.STRUCK or (ruling.start <= one.start and one.end <= ruling.end))
    ]
    if len(beside) + len(replaced) < len(placed):
        return placed
    accepted = Stretch(ruling.start, ruling.end, text[ruling.start : ruling.end], ruling.kind, State.ACCEPTED)
    return [*beside, accepted]


def redacted(parts: Iterable[Stretch], names: Mapping[Kind, str]) -> str:
    """The text with the name of its kind, in brackets, in the place of every mark that nobody struck."""
    return "".join(
        part.text if part.kind is None or part.state is State.STRUCK else f"[{names[part.kind]}]" for part in parts
    )


def all_of(text: str, typed: str) -> list[Ruling]:
    """Every place of words that a member takes out by hand. Raises NotInText."""
    found, at = [], text.find(typed) if typed else -1
    while at >= 0:
        found.append(Ruling(at, at + len(typed), Kind.OTHER, State.ACCEPTED))
        at = text.find(typed, at + len(typed))
    if not found:
        raise NotInText
    return found


def to_bytes(rulings: Rulings) -> bytes:
    states = [
        sorted([start, end, kind.value, state.value] for start, end, kind, state in one) for one in rulings.states
    ]
    return json.dumps({"text": rulings.digest, "states": states}, separators=(",", ":")).encode()


def from_bytes(stored: bytes, text: str) -> Rulings:
    """What `to_bytes` wrote, if it is about this text; otherwise nothing is decided."""
    values = json.loads(stored)
    if values["text"] != _digest(text):
        return Rulings.of(text)
    states = (
        frozenset(Ruling(start, end, Kind(kind), State(state)) for start, end, kind, state in one)
        for one in values["states"]
    )
    return Rulings(values["text"], tuple(states))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
