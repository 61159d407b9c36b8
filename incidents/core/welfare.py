"""What is hard to read, and how much of it one member has opened: so that it is announced, and never forbidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.core.vocabulary import Vocabulary

_HARD_KIND = "violence"
"""The kind of act types that the vocabulary groups as violence, sexual violence and killing among them."""
_HARD_ACTS = frozenset({"threat", "arson"})
"""Threats to life or body (Criminal Code, article 138) and fire, of which the vocabulary makes no violence."""
_CHILDREN = frozenset({"children_youth"})
_CHILD_OF_REPORTER = "child"


@dataclass(frozen=True)
class Exposure:
    """How many hard reports one member opened; each counts once a day and once a week."""

    today: int
    week: int


@dataclass(frozen=True)
class Limits:
    """From how many on a pause is suggested; 0 for never."""

    day: int
    week: int


def hard_acts(vocabulary: Vocabulary) -> frozenset[str]:
    return _HARD_ACTS | {term.code for term in vocabulary.of("act_type") if _HARD_KIND in term.parents}


def is_about_child(targets: Iterable[str], relation: str) -> bool:
    """Whether a report says that it is about children: by the group that was hit, or by who the person is."""
    return relation == _CHILD_OF_REPORTER or not _CHILDREN.isdisjoint(targets)


def exposure(opened: Iterable[tuple[str, date]], *, today: date) -> Exposure:
    """Of hard reports and the days on which they were opened: those of today, and of the week since Monday."""
    monday = today - timedelta(days=today.weekday())
    lately = [(report, day) for report, day in opened if monday <= day <= today]
    return Exposure(len({report for report, day in lately if day == today}), len({report for report, _day in lately}))


def pause(found: Exposure, limits: Limits) -> str:
    """Which limit is reached: "day", "week", or none of them."""
    if limits.day and found.today >= limits.day:
        return "day"
    return "week" if limits.week and found.week >= limits.week else ""
