"""A document to take away, as its parts: how it is drawn is not known here (adapters.paper)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Words in the language of the paper, and the same in the reader's own where that is another one."""

    text: str
    own: str = ""


@dataclass(frozen=True)
class Point:
    """One thing that the paper says, or rules to write it on by hand."""

    label: Line
    text: str
    rules: int = 1


@dataclass(frozen=True)
class Paper:
    addressee: Line
    title: Line
    basis: Line
    points: Sequence[Point]
    to_sign: Sequence[Line]
    """What is written by hand at the end, each on a rule of its own."""
