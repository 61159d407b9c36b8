"""What is reported of an event: by whom, how exactly, on which pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from incidents.core.report import NOT_SURE, Report
from incidents.core.synthesis.answers import with_later_answers
from incidents.core.synthesis.texts import Weights
from incidents.core.synthesis.words import typed_place, words_of
from incidents.core.synthesis.world import Event, Voice, World

_ROLES: Mapping[str, Weights] = {
    "self": {"victim": 95, "prefer_not": 5},
    "family": {"family_friend": 96, "prefer_not": 4},
    "seen": {"witness": 68, "professional": 12, "organisation": 14, "prefer_not": 6},
}
_READERS: Weights = {"witness": 55, "media_monitor": 33, "organisation": 12}
_WISHES: Weights = {"count_only": 60, "advice": 22, "pass_on": 18}
_CONSENTS: Weights = {"refer_commissioner": 0.6, "refer_police": 0.35, "refer_ngo": 0.6}
_LASTING = frozenset({"online", "work", "school", "access", "stalking", "language"})


def report_of(world: World, event: Event, received_on: date) -> Report:
    voice = _voice(world, event)
    when = _precision(world, event, received_on)
    told_by, words = words_of(world, event, voice, when)
    wish = world.pick(_WISHES)
    consents = world.those(_CONSENTS) or frozenset({"refer_ngo"})
    is_read = event.scene.name in {"online", "hate_speech"}
    indicators = event.indicators if told_by == "self" else event.indicators - {"victim_perception"}
    report = Report(
        language=page_language(world, voice),
        role=world.pick(_READERS if told_by == "seen" and is_read else _ROLES[told_by]),
        acts=frozenset({NOT_SURE}) if world.happens(0.3 if "other_act" in event.acts else 0.03) else event.acts,
        grounds=frozenset({NOT_SURE}) if world.happens(0.04) else event.grounds,
        targets=targets_of(event) if world.happens(0.72) else frozenset(),
        indicators=indicators,
        when=when,
        day=event.happened_on.isoformat() if when in {"exact", "approx_week"} else "",
        month=_month(world, event, when),
        year=str(event.happened_on.year) if when == "year" else "",
        setting="prefer_not" if world.happens(0.03) else event.setting,
        place=typed_place(world, event, voice),
        words=words,
        wish=wish,
        consents=consents if wish == "pass_on" else frozenset(),
    )
    return with_later_answers(world, event, voice, report)


def targets_of(event: Event) -> frozenset[str]:
    return frozenset() if event.target == "none" else frozenset({event.target})


def _month(world: World, event: Event, when: str) -> str:
    if when == "month" or (when == "ongoing" and world.happens(0.8)):
        return f"{event.happened_on:%Y-%m}"
    return ""


def _precision(world: World, event: Event, received_on: date) -> str:
    if event.scene.name in _LASTING and world.happens(0.28):
        return "ongoing"
    delay = (received_on - event.happened_on).days
    if delay <= 4:
        return world.pick({"exact": 84, "approx_week": 11, "unknown": 5})
    if delay <= 20:
        return world.pick({"exact": 46, "approx_week": 30, "month": 19, "unknown": 5})
    if delay <= 75:
        return world.pick({"exact": 22, "approx_week": 20, "month": 50, "unknown": 8})
    return world.pick({"exact": 12, "month": 40, "year": 38, "unknown": 10})


def _voice(world: World, event: Event) -> Voice:
    language = world.pick(event.group.languages)
    is_cyrillic = language == "sr" and world.happens(event.group.cyrillic)
    return Voice(
        language=language,
        is_cyrillic=is_cyrillic,
        is_bare=not is_cyrillic and world.happens(0.55 if language == "sr" else 0.25),
        is_woman={"women": True, "lesbian": True, "gay_men": False}.get(event.target, world.happens(0.52)),
    )


def page_language(world: World, voice: Voice) -> str:
    if voice.is_cyrillic:
        return world.pick({"sr-Cyrl": 93, "sr-Latn": 7})
    by_language: Mapping[str, Weights] = {
        "sr": {"sr-Latn": 72, "sr-Cyrl": 28},
        "hu": {"hu": 90, "sr-Latn": 10},
        "en": {"en": 96, "sr-Latn": 4},
    }
    return world.pick(by_language.get(voice.language, {"sr-Latn": 68, "sr-Cyrl": 24, "en": 8}))
