"""Rules by which the queue shows reports: flagged, with a tag, for a colleague, or apart from the others.

A rule changes no report and writes down nothing of one. It is worked out in the memory of the member who looks, and
gone when it is switched off. So the worst that a wrong rule does is a wrong order.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from incidents.core.report import Report
from incidents.core.search.finding import fits, line_of
from incidents.core.search.query import LONGEST, NotAQuery, has_fields, parse

DRY_RUN_DAYS = 90
"""A rule is tried on the reports of so many days before it is switched on."""
LONGEST_NAME = 60
LONGEST_TAG = 30


class Effect(enum.Enum):
    FLAG = "flag"
    """Comes before the others, after those in which somebody may be at risk."""
    TAG = "tag"
    ROUTE = "route"
    """Is among the work of a colleague until somebody takes it."""
    APART = "apart"
    """Stands with those held for a check, behind all others; never a report in which somebody may be at risk."""


class BadRule(Exception):
    """A rule that cannot be. `field` is where, `reason` "missing", "too_long", "unknown", "taken" or "names_somebody";
    of words besides "fields", and the reasons of core.search.query.NotAQuery."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Condition:
    """What a report must be like, in all that is set; codes, and words as they are typed into the search."""

    language: str = ""
    place: str = ""
    ground: str = ""
    act: str = ""
    words: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule that is switched on."""

    id: UUID
    version: int
    name: str
    effect: Effect
    tag: str
    """With `Effect.TAG`."""
    route_to: UUID | None
    """With `Effect.ROUTE`: a member."""
    condition: Condition


Hits = Callable[[Report, str], bool]
"""Whether a report is meant, with the code of the municipality or district that its place stands for."""


def hits(condition: Condition) -> Hits:
    """Raises BadRule for a condition of nothing, for words that are no query, and for fields among them."""
    if condition == Condition():
        raise BadRule("condition", "missing")
    has_words = _words(condition.words) if condition.words else None

    def hit(report: Report, area: str) -> bool:
        return (
            condition.language in {"", report.language}
            and condition.place in {"", area}
            and (not condition.ground or condition.ground in report.grounds)
            and (not condition.act or condition.act in report.acts)
            and (has_words is None or has_words(report))
        )

    return hit


def _words(typed: str) -> Callable[[Report], bool]:
    if len(typed) > LONGEST:
        raise BadRule("words", "too_long")
    try:
        part = parse(typed)
    except NotAQuery as wrong:
        raise BadRule("words", wrong.reason) from None
    if has_fields(part):
        raise BadRule("words", "fields")
    is_meant = fits(part, lambda _field: frozenset())
    return lambda report: is_meant(line_of([report.words], {}), {})
