"""What the desk makes of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from incidents.core.incident import BiasStrength, Settlement, Verification
from incidents.core.report import NOBODY, Report
from incidents.core.synthesis.reports import targets_of
from incidents.core.synthesis.texts import Weights
from incidents.core.synthesis.world import Event, World

_VERIFICATION: Mapping[Verification, float] = {
    Verification.REPORTED_ONLY: 52,
    Verification.PLAUSIBLE: 29,
    Verification.CORROBORATED: 11,
    Verification.CONFIRMED: 3,
    Verification.DID_NOT_HAPPEN: 2,
    Verification.CANNOT_BE_ASSESSED: 3,
}

_AT_NOBODY = frozenset({"graffiti", "worship", "hate_speech"})
"""Scenes that mostly hit no single person."""
_GENDERS: Weights = {"woman": 46, "man": 44, "other": 1, "unknown": 6, "prefer_not": 3}
_GENDERS_OF: Mapping[str, Weights] = {
    "women": {"woman": 1},
    "lesbian": {"woman": 1},
    "gay_men": {"man": 1},
    "trans": {"woman": 40, "man": 25, "other": 30, "prefer_not": 5},
}
"""By target group."""
_AGES: Weights = {
    "0_13": 3,
    "14_17": 7,
    "18_29": 30,
    "30_44": 27,
    "45_64": 17,
    "65_plus": 6,
    "unknown": 7,
    "prefer_not": 3,
}
_AGES_OF: Mapping[str, Weights] = {"older": {"65_plus": 1}, "children_youth": {"0_13": 20, "14_17": 45, "18_29": 35}}
"""By target group."""
_AGES_AT: Mapping[str, Weights] = {
    "school": {"0_13": 40, "14_17": 48, "18_29": 12},
    "work": {"18_29": 34, "30_44": 40, "45_64": 26},
}
"""By scene."""
_BODIES: Weights = {
    "police": 40,
    "prosecutor": 5,
    "commissioner_equality": 12,
    "ombudsman": 5,
    "provincial_ombudsman": 2,
    "local_ombudsman": 2,
    "inspection": 4,
    "rem_press_council": 2,
    "school_employer": 6,
    "ngo": 16,
    "national_council": 3,
    "platform_provider": 2,
    "court": 2,
    "doctor": 4,
    "other": 4,
}
_BODIES_AT: Mapping[str, Weights] = {
    "online": {"platform_provider": 62, "police": 24, "ngo": 10, "prosecutor": 4},
    "hate_speech": {"rem_press_council": 45, "platform_provider": 15, "commissioner_equality": 25, "ngo": 15},
    "work": {"school_employer": 45, "inspection": 30, "commissioner_equality": 18, "court": 7},
    "school": {"school_employer": 70, "inspection": 14, "commissioner_equality": 10, "police": 6},
}
"""By scene."""


def settlement_of(world: World, event: Event, report: Report) -> Settlement:
    verification = world.random.choices(list(_VERIFICATION), list(_VERIFICATION.values()))[0]
    return Settlement(
        year=event.happened_on.year,
        month=None if report.when in {"season", "year", "unknown"} else event.happened_on.month,
        place=event.place,
        acts=event.acts,
        grounds=event.grounds,
        targets=targets_of(event),
        setting=event.setting,
        verification=verification,
        bias_strength=_bias_strength(event.indicators, verification),
        genders=_genders(world, event),
        ages=_ages(world, event),
        reported_to=_reported_to(world, event, verification, report.told),
    )


def _genders(world: World, event: Event) -> frozenset[str]:
    return _of_people(world, event, _GENDERS_OF.get(event.target, _GENDERS))


def _ages(world: World, event: Event) -> frozenset[str]:
    return _of_people(world, event, _AGES_OF.get(event.target) or _AGES_AT.get(event.scene.name, _AGES))


def _of_people(world: World, event: Event, weights: Weights) -> frozenset[str]:
    """One code mostly; several where several people were hit; none where it is not stated."""
    if world.happens(0.75 if event.scene.name in _AT_NOBODY else 0.15):
        return frozenset()
    return frozenset({world.pick(weights) for _ in range(2 if world.happens(0.14) else 1)})


def _reported_to(world: World, event: Event, verification: Verification, told: frozenset[str]) -> frozenset[str]:
    """Mostly nobody heard of it before; what an authority confirmed was reported somewhere."""
    if told and (told != {NOBODY} or verification is not Verification.CONFIRMED):
        return told
    if verification is not Verification.CONFIRMED:
        said = world.pick({"none": 56, "not_known": 9, "": 11, "to_some": 24})
        if said != "to_some":
            return frozenset({said} - {""})
    bodies = _BODIES_AT.get(event.scene.name, _BODIES)
    return frozenset({world.pick(bodies) for _ in range(2 if world.happens(0.22) else 1)})


def _bias_strength(indicators: Iterable[str], verification: Verification) -> BiasStrength:
    if verification is Verification.CONFIRMED:
        return BiasStrength.FOUND_BY_AUTHORITY
    seen = set(indicators) - {"victim_perception", "witness_perception"}
    if not seen:
        return BiasStrength.PERCEIVED
    return BiasStrength.ONE_INDICATOR if len(seen) == 1 else BiasStrength.SEVERAL
