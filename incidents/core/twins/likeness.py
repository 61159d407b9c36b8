"""How likely two accounts tell of the same event, and what speaks for it.

Pairs are first blocked by place, time and ground, so that few are compared. What is left is weighed: each thing that
agrees or disagrees adds to or takes from the odds (Fellegi and Sunter 1969, A Theory for Record Linkage). The weights
were fitted to invented pairs by logistic regression and rounded; benchmarks/twins.py measures them on others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import log, sqrt

from incidents.core.incident import ONLINE
from incidents.core.twins.account import Account

LIKELY = 0.0
"""The weight from which two accounts with words are shown as likely twins. Codes alone never reach it."""
_FARTHEST = timedelta(days=7)
"""Two people who both name a day are seldom wrong by more."""
_NARROW = timedelta(days=62)
"""A longer time that somebody names is near too much to say anything."""
_AGAINST = frozenset({"other acts", "other setting", "other targets"})
_PRIOR = 50
"""Texts that are imagined beside those that are there, so that in a short queue no word seems rare for sure."""

WEIGHTS: Mapping[str, float] = {
    "start": -2.5,
    "same spot": 1.0,
    "neighbouring": -1.0,
    "place unknown": -0.3,
    "wider place": 0.0,
    "online": 0.0,
    "same day": 0.6,
    "next day": 0.3,
    "days apart": -1.3,
    "about": 0.2,
    "same acts": 0.8,
    "other acts": -1.0,
    "same setting": 0.1,
    "other setting": -1.0,
    "other targets": -1.5,
    "words": 10.0,
    "concepts": 9.0,
}


@dataclass(frozen=True)
class Likeness:
    """What two accounts have in common. Between an incident and a report nothing is known of words."""

    weight: float
    features: Mapping[str, float]
    days_apart: int | None
    """None where one of them names no day."""
    acts: frozenset[str]
    grounds: frozenset[str]
    targets: frozenset[str]
    concepts: frozenset[str]
    """What both speak of, the same in all languages."""


@dataclass(frozen=True)
class Rarity:
    """How rare each word and each concept is among the texts at hand."""

    texts: int
    stems: Mapping[str, int]
    concepts: Mapping[str, int]

    def of_stem(self, stem: str) -> float:
        return log((self.texts + _PRIOR) / (self.stems.get(stem, 0) + 1))

    def of_concept(self, concept: str) -> float:
        return log((self.texts + _PRIOR) / (self.concepts.get(concept, 0) + 3))


def rarity(accounts: Iterable[Account]) -> Rarity:
    stems: Counter[str] = Counter()
    concepts: Counter[str] = Counter()
    texts = 0
    for account in accounts:
        texts += 1
        stems.update(account.stems)
        concepts.update(account.concepts)
    return Rarity(texts, stems, concepts)


def may_be_twins(one: Account, other: Account, neighbours: Mapping[str, frozenset[str]]) -> bool:
    """Whether place, time and ground allow that both tell of the same event."""
    return (
        _places_meet(one.areas, other.areas, neighbours)
        and _times_meet(one, other)
        and (not one.ground_groups or not other.ground_groups or bool(one.ground_groups & other.ground_groups))
    )


def likeness(one: Account, other: Account, rare: Rarity) -> Likeness:
    """Of two that `may_be_twins`."""
    features = {
        "start": 1.0,
        **_of_place(one, other),
        **_of_time(one, other),
        **_of_codes(one, other),
        "words": _cosine(one.stems, other.stems, {s: rare.of_stem(s) for s in one.stems | other.stems}),
        "concepts": _cosine(
            one.concepts, other.concepts, {c: rare.of_concept(c) for c in one.concepts | other.concepts}
        ),
    }
    days = abs((one.first - other.first).days) if one.first and other.first and one.is_day and other.is_day else None
    return Likeness(
        sum(WEIGHTS[name] * value for name, value in features.items()),
        features,
        days,
        one.acts & other.acts,
        one.grounds & other.grounds,
        one.targets & other.targets,
        one.concepts & other.concepts,
    )


def is_likely_by_codes(one: Account, other: Account, like: Likeness) -> bool:
    """Whether codes alone make it likely that two tell of the same event; they are all that an incident has.

    The same municipality or the internet, about the same weeks, an act and a ground or group in common, and nothing
    that speaks against it. `LIKELY` cannot be asked: most of its weight comes from words.
    """
    is_same_place = "online" in like.features or (bool(one.areas) and one.areas - {ONLINE} == other.areas - {ONLINE})
    return (
        is_same_place
        and _is_narrow(one)
        and _is_narrow(other)
        and not _AGAINST & like.features.keys()
        and bool(like.acts)
        and bool(like.grounds or like.targets)
    )


def _is_narrow(account: Account) -> bool:
    return account.first is not None and account.last is not None and account.last - account.first <= _NARROW


def _places_meet(one: frozenset[str], other: frozenset[str], neighbours: Mapping[str, frozenset[str]]) -> bool:
    if not one or not other or one & other:
        return True
    return any(neighbours.get(code, frozenset()) & other for code in one)


def _times_meet(one: Account, other: Account) -> bool:
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return True
    gap = max(one.first - other.last, other.first - one.last)
    return gap <= (_FARTHEST if one.is_day and other.is_day else timedelta(days=1))


def _of_place(one: Account, other: Account) -> dict[str, float]:
    if not one.areas or not other.areas:
        return {"place unknown": 1.0}
    shared = one.areas & other.areas
    if not shared:
        return {"neighbouring": 1.0}
    if one.spot and one.spot == other.spot:
        return {"same spot": 1.0}
    if ONLINE in shared:
        return {"online": 1.0}
    return {} if len(one.areas - {ONLINE}) == len(other.areas - {ONLINE}) == 1 else {"wider place": 1.0}


def _of_time(one: Account, other: Account) -> dict[str, float]:
    if one.first is None or other.first is None:
        return {}
    if not (one.is_day and other.is_day):
        return {"about": 1.0}
    days = abs((one.first - other.first).days)
    return {"same day": 1.0} if days == 0 else {"next day": 1.0} if days == 1 else {"days apart": min(days, 4) / 2}


def _of_codes(one: Account, other: Account) -> dict[str, float]:
    features: dict[str, float] = {}
    if one.acts and other.acts:
        shared = len(one.acts & other.acts) / min(len(one.acts), len(other.acts))
        features |= {"same acts": shared} if shared else {"other acts": 1.0}
    if one.setting and other.setting:
        features["same setting" if one.setting == other.setting else "other setting"] = 1.0
    if one.targets and other.targets and not one.targets & other.targets:
        features["other targets"] = 1.0
    return features


def _cosine(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    shared = sum(weights[name] ** 2 for name in one & other)
    if not shared:
        return 0.0
    return shared / sqrt(sum(weights[name] ** 2 for name in one) * sum(weights[name] ** 2 for name in other))
