"""How well two accounts of one event are told from accounts of another one.

    python -m benchmarks.twins [--wrong]

Invented events, four in a week in one municipality on one ground (tests/core/twins). Each first account is compared
with the same person's other words, in the same and in the other script, with an account in another language, and with
that of a second witness: true pairs. False pairs are accounts of the other three events of that week, as people tick
them, and once more with the answers of the event itself, so that only the words tell them apart.

What is ticked differs as people differ: days are missed, acts and settings seen otherwise, places left out. A third
of the municipalities was set aside before anything was tuned, and the lexicon was written before the accounts. The
line of incidents judges the second account by its codes and month alone. `--wrong` shows the pairs that were judged
wrong. How long it takes is told by benchmarks.twins_time.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from incidents.adapters.data_files import lexicon, vocabulary
from incidents.core.report import NOT_SURE, Report
from incidents.core.script import FOLDED, to_latin
from incidents.core.synthesis.thumbs import bare
from incidents.core.twins.account import Account, end_of_month, of_report, with_words
from incidents.core.twins.likeness import LIKELY, Likeness, is_likely_by_codes, likeness, may_be_twins, rarity

FOLDER = Path(__file__).parent.parent / "tests/core/twins"
KINDS = ("rewording", "other script", "other language", "second witness")
LATER = timedelta(days=12)
_CONFUSED = {
    "street": "home_surroundings",
    "home_surroundings": "street",
    "restaurant_club": "street",
    "worship_place": "street",
    "sports_venue": "street",
    "public_transport": "street",
    "home": "home_surroundings",
    "shop": "street",
    "school": "public_office",
}
_CYRILLIC = {latin: cyrillic for cyrillic, latin in FOLDED.items() if cyrillic in "абвгдђежзијклмнопрстћуфхцчшљњџ"}
_CYRILLIC |= dict(zip("đžćčš", "ђжћчш", strict=True))


@dataclass(frozen=True)
class Pair:
    kind: str
    one: Report
    other: Report
    town: str
    received_on: date
    is_same: bool
    has_same_answers: bool = False
    """Of a false pair: only the words are of another event."""


def cyrillic(text: str) -> str:
    """Serbian in Cyrillic letters; good enough for invented stories."""
    out, at = "", 0
    small = text.lower()
    while at < len(text):
        length = 2 if small[at : at + 2] in _CYRILLIC else 1
        letter = _CYRILLIC.get(small[at : at + length], text[at])
        out += letter.upper() if text[at].isupper() else letter
        at += length
    return out


def groups(*, aside: bool) -> list[dict[str, Any]]:
    """Every third municipality is set aside."""
    files = [tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in ("events-1.toml", "events-2.toml")]
    every = [group for file in files for group in file["group"]]
    return [group for number, group in enumerate(every) if (number % 3 == 2) == aside]


@cache
def pairs(*, aside: bool) -> list[Pair]:
    return [pair for group in groups(aside=aside) for pair in _pairs(group)]


def _pairs(group: dict[str, Any]) -> Iterator[Pair]:
    random = Random(group["name"])
    received_on = group["week"] + LATER
    for number, event in enumerate(group["event"]):
        first = _report(random, group, event, "first", event["told"])
        for kind in KINDS:
            for other_number, other in enumerate(group["event"]):
                told = _report(random, group, other, kind, _words(kind, other))
                mine = first
                if kind == "rewording":
                    mine = replace(first, words=event["told"], language="sr-Latn")
                yield Pair(kind, mine, told, group["town"], received_on, other_number == number)
                if other_number != number:
                    alike = _report(random, group, event, kind, _words(kind, other))
                    yield Pair(kind, mine, alike, group["town"], received_on, False, has_same_answers=True)


def _words(kind: str, event: dict[str, Any]) -> str:
    match kind:
        case "rewording":
            return str(event["again"])
        case "other script":
            return bare(to_latin(event["again"])).lower()
        case "other language":
            return str(event["abroad"])
        case _:
            return str(event["witness"])


def _report(random: Random, group: dict[str, Any], event: dict[str, Any], kind: str, words: str) -> Report:
    """What one person ticks. Those who only saw it are less sure than those to whom it happened."""
    slips = {"first": 0.0, "rewording": 0.1, "other script": 0.1, "other language": 0.2, "second witness": 0.3}[kind]
    acts, grounds, setting = set(event["acts"]), set(group["grounds"]), event["setting"]
    if len(acts) > 1 and random.random() < 2 * slips:
        acts.remove(random.choice(sorted(acts)))
    if random.random() < slips / 2:
        acts = {NOT_SURE} if random.random() < 0.5 else {random.choice(["verbal_insult", "threat", "other_act"])}
    if random.random() < 2 * slips:
        grounds = {random.choice(group["also"])} | (grounds if random.random() < 0.5 else set())
    if random.random() < slips / 2:
        grounds = {NOT_SURE}
    if random.random() < slips:
        setting = random.choice([_CONFUSED.get(setting, "other_place"), "prefer_not"])
    place = "" if random.random() < slips / 2 else random.choice(group["places"])
    report = Report(
        language={"other language": event["language"], "first": "sr-Cyrl"}.get(kind, "sr-Latn"),
        role="witness" if kind == "second witness" else "victim",
        acts=frozenset(acts),
        grounds=frozenset(grounds),
        targets=frozenset(group["targets"]) if random.random() > 2 * slips else frozenset(),
        when="exact",
        setting=setting,
        wish="count_only",
        place=place,
        words=cyrillic(words) if kind == "first" else words,
    )
    return _dated(random, report, group["week"] + timedelta(days=event["day"]), slips)


def _dated(random: Random, report: Report, day: date, slips: float) -> Report:
    drawn = random.random()
    if drawn < slips / 2:
        return replace(report, day=(day + timedelta(days=random.choice([-1, 1]))).isoformat())
    if drawn < slips * 1.2:
        return replace(report, when="approx_week", day=(day + timedelta(days=random.randint(-2, 2))).isoformat())
    if drawn < slips * 1.7:
        return replace(report, when="month", month=f"{day:%Y-%m}")
    if drawn < slips * 1.8:
        return replace(report, when="unknown")
    return replace(report, day=day.isoformat())


@dataclass(frozen=True)
class Judged:
    pair: Pair
    like: Likeness | None
    """None where place, time or ground kept them apart."""

    @property
    def is_found(self) -> bool:
        return self.like is not None and self.like.weight >= LIKELY


@cache
def judged(*, aside: bool) -> list[Judged]:
    """Each pair, weighed beside all the texts of its part of the set, as in a queue."""
    every = pairs(aside=aside)
    accounts = {id(report): _account(report, pair) for pair in every for report in (pair.one, pair.other)}
    rare = rarity(accounts.values())
    found = []
    for pair in every:
        one, other = accounts[id(pair.one)], accounts[id(pair.other)]
        found.append(Judged(pair, likeness(one, other, rare) if may_be_twins(one, other, {}) else None))
    return found


def _account(report: Report, pair: Pair) -> Account:
    areas = [pair.town] if report.place else []
    account = of_report(report, areas, received_on=pair.received_on, vocabulary=vocabulary())
    return with_words(account, report, lexicon())


@dataclass(frozen=True)
class Measured:
    recall: float
    precision: float
    true: int
    false: int
    taken_for_twins: float
    """What part of the false pairs with the very same answers is shown as twins."""


def measured(*, aside: bool, kind: str = "") -> Measured:
    """Of the pairs of one kind, or of all."""
    all_ = [one for one in judged(aside=aside) if kind in {"", one.pair.kind}]
    ordinary = [one for one in all_ if not one.pair.has_same_answers]
    true = [one for one in ordinary if one.pair.is_same]
    found = [one for one in ordinary if one.is_found]
    right = sum(one.pair.is_same for one in found)
    alike = [one for one in all_ if one.pair.has_same_answers]
    return Measured(
        right / len(true),
        right / max(1, len(found)),
        len(true),
        len(ordinary) - len(true),
        sum(one.is_found for one in alike) / len(alike),
    )


def measured_by_codes(*, aside: bool) -> Measured:
    """The same pairs, the second of each known as an incident is: by codes, a municipality and a month."""
    right = shown = true = false = 0
    for pair in pairs(aside=aside):
        one, other = _account(pair.one, pair), _account(pair.other, pair)
        if pair.has_same_answers or other.first is None:
            continue
        settled = replace(other, spot="", first=other.first.replace(day=1), last=end_of_month(other.first))
        settled = replace(settled, stems=frozenset(), concepts=frozenset())
        is_shown = may_be_twins(one, settled, {}) and is_likely_by_codes(
            one, settled, likeness(one, settled, rarity([]))
        )
        true, false = true + pair.is_same, false + (not pair.is_same)
        shown, right = shown + is_shown, right + (is_shown and pair.is_same)
    return Measured(right / true, right / max(1, shown), true, false, 1.0)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--wrong", action="store_true")
    shows_wrong = arguments.parse_args().wrong
    for aside in (False, True):
        print(f"{'set aside' if aside else 'tuned on':16} recall precision  true false  same answers taken for twins")
        for kind in (*KINDS, ""):
            of = measured(aside=aside, kind=kind)
            print(
                f"{kind or 'together':16} {of.recall:6.3f} {of.precision:9.3f} {of.true:5} {of.false:5}  "
                f"{of.taken_for_twins:.3f}"
            )
        of = measured_by_codes(aside=aside)
        print(f"{'incidents':16} {of.recall:6.3f} {of.precision:9.3f} {of.true:5} {of.false:5}")
        print()
        if shows_wrong:
            _print_wrong(aside=aside)


def _print_wrong(*, aside: bool) -> None:
    for one in judged(aside=aside):
        if one.is_found != one.pair.is_same:
            print("missed" if one.pair.is_same else "false", one.pair.kind, one.like)
            print("   ", one.pair.one.words, "\n   ", one.pair.other.words)


if __name__ == "__main__":
    main()
