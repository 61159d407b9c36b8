"""Puts many reports into few groups that can be looked at, and what is like nothing else apart."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from incidents.core.likeness.copies import leaders
from incidents.core.likeness.fingerprint import Fingerprint, fingerprint, likeness
from incidents.core.likeness.noise import Batch, letters_at_random
from incidents.core.report import Report

SMALL = 5
"""Fewer are no group: people do write alike about one event."""
_FREQUENT = 20
_LARGE = 200
"""A text that makes up such a part of a flood is a group of its own; less frequent ones may be put together."""
_PARTLY = 0.85
"""So much of a text has to be noise; of words at random a little more, of letters less: many can be spoken."""
_WORDS = 0.9
_LETTERS = 0.5
_DETAILS = ("place", "day", "month", "year", "targets", "indicators", "consents")


class Kind(enum.Enum):
    """What the reports of a group have in common."""

    COPIES = "copies"
    """One text, with small changes."""
    PIECES = "pieces"
    """The same slogans, put together in different ways."""
    WORDS = "words"
    LETTERS = "letters"
    NOTHING = "nothing"
    """No words, or a single one that nobody else uses."""


@dataclass(frozen=True)
class Group:
    kind: Kind
    members: tuple[int, ...]
    """Places in the list that was given, the most typical first and the least typical last."""
    likeness: tuple[float, ...]
    """How much each is like the group, from 0 to 1, in the same order."""
    nearest: float = 0.0
    """How much the nearest other group is like this one."""


@dataclass(frozen=True)
class Grouping:
    groups: list[Group]
    """Of five and more, the largest first."""
    few: list[Group]
    """Two to four that are alike."""
    single: list[int]
    """Like nothing else."""


def grouped(reports: Sequence[Report], *, in_flood: Collection[int]) -> Grouping:
    """The reports in groups. Nothing but copies is looked for, except among those that came `in_flood`.

    A loose group holds what nobody wrote to be read; whether that is so of each is for a person to see.
    """
    prints = [fingerprint(report) for report in reports]
    copies = list(_copies(prints))
    large = max(_FREQUENT, len(in_flood) // _LARGE)
    candidates = [
        one
        for group in copies
        if len(group.members) < large or not prints[group.members[0]].words
        for one in group.members
        if one in in_flood
    ]
    loose = _loose(sorted(candidates), prints, reports)
    gone = {member for group in loose for member in group.members}
    kept = [*loose, *(_without(group, gone) for group in copies)]
    kept.sort(key=lambda group: (-len(group.members), group.members))
    return Grouping(
        _with_nearest([group for group in kept if len(group.members) >= SMALL], prints),
        [group for group in kept if 1 < len(group.members) < SMALL],
        sorted(group.members[0] for group in kept if len(group.members) == 1),
    )


def _without(group: Group, gone: Collection[int]) -> Group:
    stayed = [one for one in zip(group.members, group.likeness, strict=True) if one[0] not in gone]
    return Group(group.kind, tuple(member for member, _ in stayed), tuple(like for _, like in stayed))


def _copies(prints: Sequence[Fingerprint]) -> Iterable[Group]:
    same: dict[Fingerprint, list[int]] = defaultdict(list)
    for index, each in enumerate(prints):
        same[each].append(index)
    different = list(same)
    led: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (leader, like), each in zip(leaders(different, [len(same[one]) for one in different]), different, strict=True):
        led[leader] += [(like, member) for member in same[each]]
    for members in led.values():
        members.sort(key=lambda pair: (-pair[0], pair[1]))
        yield Group(Kind.COPIES, tuple(member for _, member in members), tuple(like for like, _ in members))


def _loose(candidates: Sequence[int], prints: Sequence[Fingerprint], reports: Sequence[Report]) -> list[Group]:
    """Groups by manner: each report goes to the first whose measure it reaches."""
    batch = Batch(each.words for each in prints)
    repeated = Counter(each.words for each in prints)

    def pieces(index: int) -> float:
        words = prints[index].words
        return 1.0 if len(words) < 4 and repeated[words] >= batch.often else batch.pieces(words)

    def nothing(index: int) -> float:
        if not batch.hardly_says(prints[index].words):
            return 0.0
        return 1 - sum(bool(getattr(reports[index], name)) for name in _DETAILS) / (len(_DETAILS) + 1)

    manners: list[tuple[Kind, float, Callable[[int], float]]] = [
        (Kind.NOTHING, 0.1, nothing),
        (Kind.PIECES, _PARTLY, pieces),
        (Kind.LETTERS, _LETTERS, lambda index: letters_at_random(prints[index].words)),
        (Kind.WORDS, _WORDS, lambda index: batch.thrown_together(prints[index].words)),
    ]
    found: dict[Kind, list[tuple[float, int]]] = defaultdict(list)
    for index in candidates:
        for kind, enough, measure in manners:
            if (reached := measure(index)) >= enough:
                found[kind].append((reached, index))
                break
    groups = []
    for kind, members in found.items():
        if len(members) >= SMALL:
            members.sort(key=lambda pair: (-pair[0], pair[1]))
            groups.append(Group(kind, tuple(index for _, index in members), tuple(like for like, _ in members)))
    return groups


def _with_nearest(groups: list[Group], prints: Sequence[Fingerprint]) -> list[Group]:
    first = [prints[group.members[0]] for group in groups]
    return [
        Group(
            group.kind,
            group.members,
            group.likeness,
            max((likeness(own, other) for at, other in enumerate(first) if at != here), default=0.0),
        )
        for here, (group, own) in enumerate(zip(groups, first, strict=True))
    ]
