"""What the questions that only some see are answered: for whom, on which service, whom it was told before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from incidents.core.report import NOBODY, Report
from incidents.core.synthesis.texts import Weights
from incidents.core.synthesis.thumbs import as_typed
from incidents.core.synthesis.words import filled
from incidents.core.synthesis.world import Event, Voice, World

_RELATIONS: Weights = {"child": 30, "partner": 20, "parent": 8, "relative": 18, "friend": 18, "acquaintance": 6}
_AWARE: Weights = {"agrees": 62, "knows": 20, "unaware": 9, "not_sure": 9}
_PLATFORMS: Mapping[str, Weights] = {
    "social_network": {
        "facebook": 44,
        "instagram": 22,
        "tiktok": 18,
        "x_twitter": 9,
        "youtube": 5,
        "other_platform": 2,
    },
    "private_message": {"viber": 38, "whatsapp": 16, "instagram": 16, "facebook": 12, "telegram": 8, "mail_sms": 10},
    "media_outlet": {"portal": 80, "youtube": 20},
}
_CONTENT: Mapping[str, Weights] = {
    "social_network": {"comment": 0.6, "post": 0.35, "picture_video": 0.2, "profile": 0.08, "group": 0.1, "live": 0.04},
    "private_message": {"message": 0.95, "picture_video": 0.15},
    "media_outlet": {"post": 0.6, "comment": 0.5, "picture_video": 0.15},
}
_SEASONS = ("winter", "spring", "summer", "autumn")
_BODIES: Weights = {
    "police": 46,
    "school_employer": 16,
    "ngo": 14,
    "inspection": 6,
    "commissioner_equality": 6,
    "other": 12,
}
_BODIES_AT: Mapping[str, Weights] = {
    "online": {"platform_provider": 66, "police": 34},
    "hate_speech": {"rem_press_council": 50, "platform_provider": 50},
    "work": {"school_employer": 60, "inspection": 40},
    "school": {"school_employer": 88, "police": 12},
    "police": {"ombudsman": 40, "ngo": 35, "prosecutor": 25},
}
"""By scene."""
_OUTCOMES: Weights = {"recorded": 30, "refused": 18, "pending": 24, "rejected": 12, "measure": 6, "not_known": 10}
_SILENCE: Weights = {
    "no_trust": 0.42,
    "fear_retaliation": 0.3,
    "not_serious": 0.26,
    "not_know_where": 0.22,
    "fear_police": 0.1,
    "cost_time": 0.12,
    "other": 0.04,
}
_SILENCE_OF: Mapping[str, Weights] = {
    "sexual_orientation": {"fear_outing": 0.45},
    "gender_identity": {"fear_outing": 0.45},
    "citizenship": {"residence_status": 0.35, "language": 0.3},
    "disability": {"access": 0.25},
}
"""By ground, besides what keeps everybody silent."""


def with_later_answers(world: World, event: Event, voice: Voice, report: Report) -> Report:
    """The report with what its reporter is asked besides. Whoever is in a hurry leaves these questions out."""
    return _told(world, event, _online(world, event, _for_another(world, _when(world, event, voice, report))))


def _when(world: World, event: Event, voice: Voice, report: Report) -> Report:
    """Some remember the season, some know how to say it best in their words; what lasts comes again and again."""
    if report.when == "year" and world.happens(0.5):
        return replace(report, when="season", season=_SEASONS[event.happened_on.month % 12 // 3])
    if report.when == "ongoing" and report.month and world.happens(0.3):
        return replace(report, when="several")
    if report.when == "unknown" and world.happens(0.5):
        far = world.texts.wordings[voice.language].pieces["far"]
        typed = filled(world, world.random.choice(far), {}, voice)
        return replace(report, when_words=as_typed(world, typed, voice, is_short=True))
    return report


def _for_another(world: World, report: Report) -> Report:
    if report.role == "family_friend" and world.happens(0.85):
        return replace(report, relation=world.pick(_RELATIONS), aware=world.pick(_AWARE))
    return report


def _online(world: World, event: Event, report: Report) -> Report:
    if report.setting not in _PLATFORMS or report.setting != event.setting or world.happens(0.12):
        return report
    return replace(
        report, platform=world.pick(_PLATFORMS[report.setting]), content=world.those(_CONTENT[report.setting])
    )


def _told(world: World, event: Event, report: Report) -> Report:
    said = world.pick({"": 40, NOBODY: 36, "some": 24})
    if said == "some":
        bodies = _BODIES_AT.get(event.scene.name, _BODIES)
        told = frozenset({world.pick(bodies) for _ in range(2 if world.happens(0.2) else 1)})
        return replace(report, told=told, outcomes=frozenset({world.pick(_OUTCOMES)}))
    if said == NOBODY:
        why = {**_SILENCE, **_SILENCE_OF.get(event.group.ground, {})}
        return replace(report, told=frozenset({NOBODY}), untold=world.those(why))
    return report
