"""What happened, as the desk settled it: five axes, and which steps each allows.

An incident holds codes, a municipality and a month, and no text.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from incidents.core.places import KOSOVO, Places
from incidents.core.report import EARLIEST_YEAR, NOT_SURE, Problem
from incidents.core.vocabulary import Vocabulary


class Handling(enum.Enum):
    """Where a report stands."""

    RECEIVED = "received"
    QUARANTINED = "quarantined"
    IN_TRIAGE = "in_triage"
    AWAITING_REPORTER = "awaiting_reporter"
    LINKED = "linked"
    SET_ASIDE = "set_aside"
    CLOSED = "closed"
    DESTROYED = "destroyed"


OPEN = frozenset({Handling.RECEIVED, Handling.QUARANTINED, Handling.IN_TRIAGE, Handling.AWAITING_REPORTER})
"""Where a report stands that the desk has still to settle."""


class Decision(enum.Enum):
    """Where an incident stands."""

    OPEN = "open"
    PROPOSED = "proposed"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Verification(enum.Enum):
    NOT_ASSESSED = "0"
    REPORTED_ONLY = "1"
    PLAUSIBLE = "2"
    CORROBORATED = "3"
    CONFIRMED = "4"
    DID_NOT_HAPPEN = "N"
    CANNOT_BE_ASSESSED = "U"


class BiasStrength(enum.Enum):
    NONE = "0"
    PERCEIVED = "1"
    ONE_INDICATOR = "2"
    SEVERAL = "3"
    FOUND_BY_AUTHORITY = "4"


class Referral(enum.Enum):
    """Where the passing of a report to one body stands."""

    PROPOSED = "proposed"
    CONSENT_CHECKED = "consent_checked"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    OUTCOME = "outcome"
    REVOKED = "revoked"


Axis = TypeVar("Axis", bound=enum.Enum)

HANDLING: Mapping[Handling, frozenset[Handling]] = {
    Handling.RECEIVED: frozenset({Handling.QUARANTINED, Handling.IN_TRIAGE}),
    # Many at once: let go from quarantine, or set aside from there without having been taken one by one.
    Handling.QUARANTINED: frozenset({Handling.RECEIVED, Handling.IN_TRIAGE, Handling.SET_ASIDE}),
    Handling.IN_TRIAGE: frozenset({Handling.RECEIVED, Handling.AWAITING_REPORTER, Handling.LINKED, Handling.SET_ASIDE}),
    Handling.AWAITING_REPORTER: frozenset({Handling.IN_TRIAGE, Handling.LINKED, Handling.SET_ASIDE}),
    Handling.LINKED: frozenset({Handling.IN_TRIAGE, Handling.AWAITING_REPORTER, Handling.CLOSED}),
    Handling.SET_ASIDE: frozenset({Handling.QUARANTINED, Handling.IN_TRIAGE, Handling.CLOSED}),
    Handling.CLOSED: frozenset({Handling.IN_TRIAGE, Handling.DESTROYED}),
    Handling.DESTROYED: frozenset(),
}
DECISION: Mapping[Decision, frozenset[Decision]] = {
    Decision.OPEN: frozenset({Decision.PROPOSED, Decision.WITHDRAWN}),
    Decision.PROPOSED: frozenset({Decision.ACCEPTED, Decision.RETURNED, Decision.WITHDRAWN}),
    Decision.RETURNED: frozenset({Decision.PROPOSED, Decision.WITHDRAWN}),
    # An accepted incident is changed only by going back to open: the change is then seen by two again.
    Decision.ACCEPTED: frozenset({Decision.OPEN, Decision.WITHDRAWN}),
    Decision.WITHDRAWN: frozenset({Decision.OPEN}),
}
VERIFICATION: Mapping[Verification, frozenset[Verification]] = {
    level: frozenset(set(Verification) - {level, Verification.NOT_ASSESSED}) for level in Verification
}
BIAS_STRENGTH: Mapping[BiasStrength, frozenset[BiasStrength]] = {
    level: frozenset(set(BiasStrength) - {level}) for level in BiasStrength
}
REFERRAL: Mapping[Referral, frozenset[Referral]] = {
    Referral.PROPOSED: frozenset({Referral.CONSENT_CHECKED, Referral.REVOKED}),
    Referral.CONSENT_CHECKED: frozenset({Referral.SENT, Referral.REVOKED}),
    Referral.SENT: frozenset({Referral.ACKNOWLEDGED, Referral.OUTCOME, Referral.REVOKED}),
    Referral.ACKNOWLEDGED: frozenset({Referral.OUTCOME, Referral.REVOKED}),
    Referral.OUTCOME: frozenset(),
    Referral.REVOKED: frozenset(),
}


class NotAllowed(Exception):
    """The axis has no step from `before` to `after`."""

    def __init__(self, before: enum.Enum, after: enum.Enum) -> None:
        super().__init__(f"{type(before).__name__}: {before.value} -> {after.value}")
        self.before = before
        self.after = after


def step(table: Mapping[Axis, frozenset[Axis]], before: Axis, after: Axis) -> Axis:
    """`after`, if the table allows it after `before`. Raises NotAllowed."""
    if after not in table[before]:
        raise NotAllowed(before, after)
    return after


ONLINE = "online"
NO_PLACE = "unknown"
"""Where an incident has no municipality: on the internet, or the place is not known. Kosovo is places.KOSOVO."""

ONLINE_SETTINGS = frozenset(
    {"social_network", "private_message", "media_outlet", "other_place", "unknown_place", "prefer_not"}
)
"""Kinds of place that something on the internet can have."""

SEVERAL: Mapping[str, str] = {
    "acts": "act_type",
    "grounds": "ground",
    "targets": "target_group",
    "genders": "gender_of_victim",
    "ages": "age_band",
    "reported_to": "reported_to",
}
"""Fields of a settlement that hold several codes, and the list that each takes them from."""
_REQUIRED = frozenset({"acts", "grounds", "setting"})
ALONE = frozenset({"none", "not_known"})
"""Codes of `reported_to` that exclude every other."""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a member settled about an incident: every value a code."""

    year: int
    month: int | None
    place: str
    """A municipality's code; a district's where no more is known; KOSOVO, ONLINE or NO_PLACE."""
    acts: frozenset[str]
    grounds: frozenset[str]
    targets: frozenset[str]
    setting: str
    verification: Verification
    bias_strength: BiasStrength
    genders: frozenset[str] = frozenset()
    """Of the people who were targeted; empty where nothing is stated, as in `ages` and `reported_to`."""
    ages: frozenset[str] = frozenset()
    """Age bands of the people who were targeted."""
    reported_to: frozenset[str] = frozenset()


def codes_by_list(settlement: Settlement) -> dict[str, frozenset[str]]:
    """What was settled of each list that allows several codes, by the name of the list."""
    return {listed: getattr(settlement, name) for name, listed in SEVERAL.items()}


def problems(settlement: Settlement, vocabulary: Vocabulary, places: Places, *, today: date) -> list[Problem]:
    """What the member has to mend before the incident can be proposed."""
    found = _problems_of_time(settlement, today)
    known = {ONLINE, NO_PLACE, KOSOVO} | places.municipalities.keys() | places.districts.keys()
    if settlement.place not in known:
        found.append(Problem("place", "unknown_place"))
    for name, listed in SEVERAL.items():
        found += _problems_of_codes(name, getattr(settlement, name), listed, vocabulary)
    if len(settlement.reported_to) > 1 and settlement.reported_to & ALONE:
        found.append(Problem("reported_to", "not_alone"))
    found += _problems_of_setting(settlement, vocabulary)
    if settlement.verification is Verification.NOT_ASSESSED:
        found.append(Problem("verification", "missing"))
    return found


def _problems_of_time(settlement: Settlement, today: date) -> list[Problem]:
    if not EARLIEST_YEAR <= settlement.year <= today.year:
        return [Problem("year", "not_a_year")]
    if settlement.month is not None and not 1 <= settlement.month <= 12:
        return [Problem("month", "not_a_month")]
    if (settlement.year, settlement.month or 1) > (today.year, today.month):
        return [Problem("month", "in_future")]
    return []


def _problems_of_codes(name: str, codes: frozenset[str], listed: str, vocabulary: Vocabulary) -> list[Problem]:
    """A reporter can be unsure of an act or a ground; what a desk settles is a thing itself."""
    if not codes and name in _REQUIRED:
        return [Problem(name, "missing")]
    if any(code == NOT_SURE or not vocabulary.has(listed, code) for code in codes):
        return [Problem(name, "unknown_code")]
    return []


def _problems_of_setting(settlement: Settlement, vocabulary: Vocabulary) -> list[Problem]:
    codes = frozenset({settlement.setting} - {""})
    if found := _problems_of_codes("setting", codes, "setting", vocabulary):
        return found
    if settlement.place == ONLINE and settlement.setting not in ONLINE_SETTINGS:
        return [Problem("setting", "not_online")]
    return []


GRAVE = 9
"""Act types up to this precedence (violence, arson, stalking, threats) mean that somebody may still be at risk."""


def is_at_risk(acts: Iterable[str], vocabulary: Vocabulary) -> bool:
    return any(0 < vocabulary.reading("act_type", code).precedence <= GRAVE for code in acts)


def is_counted(verification: Verification) -> bool:
    """Whether an accepted incident enters the tables: all do but those that did not happen."""
    return verification is not Verification.DID_NOT_HAPPEN
