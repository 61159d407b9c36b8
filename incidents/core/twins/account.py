"""One account of an event, as far as it is compared with others: where, when, what, why, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from incidents.core.incident import NO_PLACE, ONLINE, Settlement
from incidents.core.places import Places
from incidents.core.report import NOT_SURE, Report
from incidents.core.twins.lexicon import Lexicon, folded
from incidents.core.vocabulary import Vocabulary

_ABOUT = timedelta(days=4)
"""What somebody says was about a week ago was, give or take so much."""
_ONLINE = frozenset({"social_network", "private_message"})
_NO_SETTING = frozenset({"", "unknown_place", "prefer_not", "other_place"})
_NOTHING = frozenset({"", NOT_SURE, "other_act", "other_trait", "other_group"})
"""Codes that say nothing about what was the case."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Empty sets and None stand for what is not known."""

    areas: frozenset[str] = frozenset()
    """The municipalities that are meant, all of a district where no more is known; ONLINE for the internet."""
    spot: str = ""
    """What is finer than a municipality, where it is known: the code of a settlement."""
    first: date | None = None
    last: date | None = None
    """The days between which it happened."""
    acts: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()
    ground_groups: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    setting: str = ""
    stems: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()

    @property
    def is_day(self) -> bool:
        return self.first is not None and self.first == self.last


def of_report(report: Report, areas: Iterable[str], *, received_on: date, vocabulary: Vocabulary) -> Account:
    """Still without words. `areas` are the municipalities that its typed place may mean."""
    first, last = _days(report, received_on)
    return Account(
        areas=frozenset({*areas, ONLINE} if report.setting in _ONLINE else areas),
        spot=report.place_code if report.place_code != report.area else "",
        first=first,
        last=last,
        acts=report.acts - _NOTHING,
        grounds=report.grounds - _NOTHING,
        ground_groups=_groups(report.grounds, vocabulary),
        targets=report.targets - _NOTHING,
        setting="" if report.setting in _NO_SETTING else report.setting,
    )


def as_lists(account: Account) -> list[Any]:
    """An account as plain lists and texts: first what `likeness.may_be_twins` asks of it."""
    days = [day.isoformat() if day else "" for day in (account.first, account.last)]
    codes = (account.acts, account.grounds, account.targets, account.concepts)
    return [
        sorted(account.areas),
        *days,
        sorted(account.ground_groups),
        account.spot,
        account.setting,
        " ".join(sorted(account.stems)),
        *map(sorted, codes),
    ]


def outline(lists: Sequence[Any]) -> Account:
    """No more than `likeness.may_be_twins` asks, of what `as_lists` made: it is asked of thousands."""
    areas, first, last, ground_groups, *_ = lists
    return Account(
        areas=frozenset(areas),
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        ground_groups=frozenset(ground_groups),
    )


def from_lists(lists: Sequence[Any]) -> Account:
    """What `as_lists` was made from."""
    spot, setting, stems, *codes = lists[4:]
    acts, grounds, targets, concepts = map(frozenset, codes)
    return replace(
        outline(lists),
        spot=spot,
        setting=setting,
        stems=frozenset(stems.split()),
        acts=acts,
        grounds=grounds,
        targets=targets,
        concepts=concepts,
    )


def with_words(account: Account, report: Report, lexicon: Lexicon) -> Account:
    words = folded(f"{report.words} {report.place} {report.when_words}")
    return replace(account, stems=lexicon.stems(words), concepts=lexicon.concepts(words))


def of_settlement(settlement: Settlement, *, places: Places, vocabulary: Vocabulary) -> Account:
    """What an incident says: codes, a municipality and a month, no words."""
    first = date(settlement.year, settlement.month or 1, 1)
    return Account(
        areas=areas_of(settlement.place, places),
        first=first,
        last=end_of_month(date(settlement.year, settlement.month or 12, 1)),
        acts=settlement.acts - _NOTHING,
        grounds=settlement.grounds - _NOTHING,
        ground_groups=_groups(settlement.grounds, vocabulary),
        targets=settlement.targets - _NOTHING,
        setting="" if settlement.setting in _NO_SETTING else settlement.setting,
    )


def areas_of(place: str, places: Places) -> frozenset[str]:
    """The municipalities that a place of an incident stands for; none where it is not known."""
    if place in places.districts:
        return frozenset(code for code, one in places.municipalities.items() if one.district_code == place)
    return frozenset() if place in {NO_PLACE, ""} else frozenset({place})


def _groups(grounds: frozenset[str], vocabulary: Vocabulary) -> frozenset[str]:
    known = vocabulary.terms["ground"]
    return frozenset(group for code in grounds - _NOTHING if code in known for group in known[code].parents)


def _days(report: Report, received_on: date) -> tuple[date | None, date | None]:
    if report.day:
        day = date.fromisoformat(report.day)
        around = timedelta(0) if report.when == "exact" else _ABOUT
        return day - around, min(day + around, max(received_on, day))
    if report.month:
        start = date.fromisoformat(f"{report.month}-01")
        is_one_month = report.when == "month"
        return start, end_of_month(start) if is_one_month else max(received_on, start)
    if report.year:
        return date(int(report.year), 1, 1), date(int(report.year), 12, 31)
    return None, None


def end_of_month(start: date) -> date:
    """The last day of the month of `start`."""
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
