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
from incidents.core.report import EARLIEST_YEAR, Problem
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
    Handling.QUARANTINED: frozenset({Handling.IN_TRIAGE, Handling.SET_ASIDE}),
    Handling.IN_TRIAGE: frozenset({Handling.RECEIVED, Handling.AWAITING_REPORTER, Handling.LINKED, Handling.SET_ASIDE}),
    Handling.AWAITING_REPORTER: frozenset({Handling.IN_TRIAGE, Handling.LINKED, Handling.SET_ASIDE}),
    Handling.LINKED: frozenset({Handling.IN_TRIAGE, Handling.AWAITING_REPORTER, Handling.CLOSED}),
    Handling.SET_ASIDE: frozenset({Handling.IN_TRIAGE, Handling.CLOSED}),
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


def problems(settlement: Settlement, vocabulary: Vocabulary, places: Places, *, today: date) -> list[Problem]:
    """What the member has to mend before the incident can be proposed."""
    found: list[Problem] = []
    latest = (today.year, today.month)
    if not EARLIEST_YEAR <= settlement.year <= today.year:
        found.append(Problem("year", "not_a_year"))
    elif settlement.month is not None and not 1 <= settlement.month <= 12:
        found.append(Problem("month", "not_a_month"))
    elif (settlement.year, settlement.month or 1) > latest:
        found.append(Problem("month", "in_future"))
    known = {ONLINE, NO_PLACE, KOSOVO} | places.municipalities.keys() | places.districts.keys()
    if settlement.place not in known:
        found.append(Problem("place", "unknown_place"))
    for name, codes, vocabulary_name in (
        ("acts", settlement.acts, "act_type"),
        ("grounds", settlement.grounds, "ground"),
        ("targets", settlement.targets, "target_group"),
        ("setting", {settlement.setting}, "setting"),
    ):
        if not codes and name != "targets":
            found.append(Problem(name, "missing"))
        elif any(not vocabulary.has(vocabulary_name, code) for code in codes):
            found.append(Problem(name, "unknown_code"))
    if settlement.verification is Verification.NOT_ASSESSED:
        found.append(Problem("verification", "missing"))
    return found


GRAVE = 9
"""Act types up to this precedence (violence, arson, stalking, threats) mean that somebody may still be at risk."""


def is_at_risk(acts: Iterable[str], vocabulary: Vocabulary) -> bool:
    return any(0 < vocabulary.reading("act_type", code).precedence <= GRAVE for code in acts)


def is_counted(verification: Verification) -> bool:
    """Whether an accepted incident enters the tables: all do but those that did not happen."""
    return verification is not Verification.DID_NOT_HAPPEN
