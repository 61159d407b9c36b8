"""How an incident is counted: which code of every dimension stands for it, and in which area. Not what is published."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations_with_replacement

from incidents.core.incident import NO_PLACE, ONLINE, Verification, is_counted
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, Places
from incidents.core.vocabulary import Vocabulary

LEAST_INHABITANTS = 10_000
"""Smaller municipalities are published together, as the others of their district."""

KOSOVO_REGION = "RS-KM"
OTHERS, NOT_KNOWN = "O", "U"
"""Behind a district's code and a dash: its small municipalities together, and incidents of which no more is known."""
NOT_STATED = "unknown"
_NO_MUNICIPALITY = (KOSOVO, ONLINE, NO_PLACE)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What the tables need to know of one incident: the innermost code, or codes, of every dimension."""

    area: str
    ground: frozenset[str]
    target: frozenset[str]
    act: str
    setting: str
    verification: str
    gender: frozenset[str]
    age: frozenset[str]
    reported: str
    delay: str

    def __post_init__(self) -> None:
        if not (self.ground and self.target and self.gender and self.age):
            raise ValueError("a counted incident has at least one ground, one target, one gender and one age")


def area_of(place: str, places: Places) -> str:
    """The innermost area that an incident's place is counted in."""
    if place in _NO_MUNICIPALITY:
        return place
    is_district = place in places.districts
    district = places.districts[place if is_district else places.district_of(place)]
    if district.region_code == KOSOVO_REGION:
        return KOSOVO
    if is_district:
        return f"{district.code}-{NOT_KNOWN}"
    return f"{district.code}-{OTHERS}" if place in small_municipalities(district.code, places) else place


def small_municipalities(district: str, places: Places) -> frozenset[str]:
    """Those of a district that are published together: none, or at least two, for one alone would be itself."""
    by_size = sorted(places.municipalities_of(district), key=lambda one: (one.population, one.code))
    small = [one.code for one in by_size if one.population < LEAST_INHABITANTS]
    if len(small) == 1:
        small = [one.code for one in by_size[:2]]
    return frozenset(small)


def act_of(acts: Collection[str], vocabulary: Vocabulary) -> str:
    """The one act type that stands for an incident with these: the gravest."""
    return vocabulary.gravest_act(acts)


def stated(codes: Iterable[str]) -> frozenset[str]:
    """Targets, genders or ages as tables have them: what was not said is not known."""
    return frozenset(NOT_STATED if code == "prefer_not" else code for code in codes) or frozenset({NOT_STATED})


_POLICE = {"police", "prosecutor", "court"}
_NO_AUTHORITY = {"none", "school_employer", "ngo", "platform_provider", "doctor", "other", "national_council"}


def authority_told(reported_to: Collection[str]) -> str:
    """The one code of `authority_told` for all the bodies that were told: the one that could prosecute, if any."""
    if _POLICE & set(reported_to):
        return "police"
    if set(reported_to) - _NO_AUTHORITY - {"not_known"}:
        return "other_authority"
    return "no_authority" if _NO_AUTHORITY & set(reported_to) else NOT_STATED


def delay_of(year: int, month: int | None, counted_in: Quarter) -> str:
    """How long before the quarter that counts it an incident happened: a code of `delay`."""
    if year < counted_in.year:
        return "earlier_year"
    if month is None:
        return NOT_STATED
    return "same_quarter" if (month - 1) // 3 + 1 == counted_in.number else "earlier_quarter"


def line_key(texts: Iterable[str]) -> bytes:
    """Sixteen bytes that are the same for incidents with the same codes of every dimension, from the same source."""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=16).digest()


def rules_digest(vocabulary: Vocabulary, places: Places) -> bytes:
    """Eight bytes that are others as soon as any incident with the same codes would be counted otherwise.

    It is of what the functions above answer, to every place, to every code and every two of a list, and to every
    delay there can be, and of which verifications count: whatever they read, a changed answer shows.
    """

    def pairs(name: str) -> list[tuple[str, str]]:
        return list(combinations_with_replacement(sorted(term.code for term in vocabulary.of(name)), 2))

    year = 2000
    answers = [
        [(place, area_of(place, places)) for place in (*places.municipalities, *places.districts, *_NO_MUNICIPALITY)],
        [(level.value, is_counted(level)) for level in Verification],
        [(pair, act_of(pair, vocabulary)) for pair in pairs("act_type")],
        [(pair, authority_told(pair)) for pair in pairs("reported_to")],
        [
            (pair, sorted(stated(pair)))
            for name in ("target_group", "gender_of_victim", "age_band")
            for pair in pairs(name)
        ],
        [
            (earlier, month, number, delay_of(year - earlier, month, Quarter(year, number)))
            for earlier in (0, 1)
            for month in (None, *range(1, 13))
            for number in range(1, 5)
        ],
    ]
    return hashlib.sha256(repr(answers).encode()).digest()[:8]
