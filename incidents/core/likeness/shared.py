"""What the reports of one group have in common: codes that nearly all tick, and the words that nearly all write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from incidents.core.report import Report
from incidents.core.script import fold

_NEARLY_ALL = 0.9
_MOST = 0.7
_FEWEST_WORDS = 2
_LONGEST = 60
"""Words of a phrase that are shown."""
SAID = ("language", "acts", "grounds", "targets", "when", "setting")


@dataclass(frozen=True)
class Shared:
    codes: Mapping[str, frozenset[str]]
    """By field of a report: what nine in ten of them say."""
    place: str
    """As the first of them typed it; empty where they name different ones."""
    words: tuple[str, ...]
    """Runs of words of the most typical one that most of the others have too."""


def shared(reports: Sequence[Report]) -> Shared:
    """Of one or more reports, the most typical first."""
    enough = len(reports) * _NEARLY_ALL
    codes = {}
    for name in SAID:
        said = Counter(code for report in reports for code in _codes(report, name))
        codes[name] = frozenset(code for code, number in said.items() if code and number >= enough)
    places = Counter(fold(report.place) for report in reports)
    place = reports[0].place if places[fold(reports[0].place)] >= enough else ""
    return Shared(codes, place, _runs(reports))


def _codes(report: Report, name: str) -> frozenset[str]:
    value = getattr(report, name)
    return frozenset({value}) if isinstance(value, str) else frozenset(value)


def _runs(reports: Sequence[Report]) -> tuple[str, ...]:
    known = Counter(word for report in reports for word in set(fold(report.words).split()))
    enough = len(reports) * _MOST
    typed = reports[0].words.split()[:_LONGEST]
    found = []
    for is_shared, run in groupby(typed, lambda word: all(known[part] >= enough for part in fold(word).split())):
        words = list(run)
        if is_shared and len(words) >= _FEWEST_WORDS and fold(" ".join(words)):
            found.append(" ".join(words))
    return tuple(found)
