"""What somebody writes of an event, in their words, and where they say that it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.script import to_latin
from incidents.core.synthesis.texts import Story, TypedPlace, UnknownCodes, Weights, Wording
from incidents.core.synthesis.thumbs import as_typed, bare
from incidents.core.synthesis.world import Event, Voice, World

_TELLERS: Weights = {"self": 70, "family": 12, "seen": 18}


def words_of(world: World, event: Event, voice: Voice, when: str) -> tuple[str, str]:
    """Who tells it, and what they typed; about one in eight types nothing."""
    if world.happens(0.12):
        return world.pick(_TELLERS), ""
    wording, story = _story(world, event, voice)
    if wording.language != voice.language:
        voice = Voice(wording.language, False, world.happens(0.5), voice.is_woman)
    slots = _slots(world, event, wording, when)
    if world.happens(0.26):
        typed = filled(world, world.random.choice(story.short), slots, voice)
        return story.told_by, as_typed(world, typed, voice, is_short=True)
    sentences = _sentences(world, story, wording)
    told = [_capitalised(filled(world, sentence, slots, voice)) for sentence in sentences]
    return story.told_by, as_typed(world, " ".join(told), voice, is_short=False)


def _story(world: World, event: Event, voice: Voice) -> tuple[Wording, Story]:
    """One that fits, in the language of the voice if there is one; those about this very group or setting rather."""
    for language in (voice.language, "sr"):
        wording = world.texts.wordings[language]
        is_spoken_of = language == "sr" or event.group.name in wording.about
        fitting = [story for story in wording.stories if _fits(story, event)]
        if fitting and is_spoken_of:
            weights = [3 if story.groups or story.settings else 1 for story in fitting]
            return wording, world.random.choices(fitting, weights)[0]
    raise UnknownCodes(f"no story about {event.group.name} and {event.scene.name}")


def _fits(story: Story, event: Event) -> bool:
    return (
        event.scene.name in story.scenes
        and (not story.groups or event.group.name in story.groups)
        and (not story.settings or event.setting in story.settings)
    )


def _sentences(world: World, story: Story, wording: Wording) -> list[str]:
    """From one sentence to everything there is to say."""
    length = world.random.choices(["brief", "usual", "full", "endless"], [24, 44, 22, 10])[0]
    kept = {"brief": 0.15, "usual": 0.5, "full": 0.9, "endless": 1.0}[length]
    sentences = [story.text[0], *(one for one in story.text[1:] if world.happens(kept))]
    more = {"brief": 0, "usual": world.random.randint(0, 2), "full": 3, "endless": 16}[length]
    afterwards = wording.pieces["afterwards"]
    sentences += world.random.sample(afterwards, min(more, len(afterwards)))
    if world.happens({"brief": 0.05, "usual": 0.2, "full": 0.4, "endless": 0.8}[length]):
        sentences.insert(0, world.random.choice(wording.pieces["openings"]))
    return sentences


def _slots(world: World, event: Event, wording: Wording, when: str) -> dict[str, tuple[str, ...]]:
    about = wording.about.get(event.group.name, wording.about["any"])
    return {**about, "when": _when(event, wording, when), "where": _where(world, event, wording)}


def _when(event: Event, wording: Wording, when: str) -> tuple[str, ...]:
    if when == "month":
        return (wording.pieces["months"][event.happened_on.month - 1],)
    kinds = {"exact": "near", "approx_week": "near", "ongoing": "ongoing"}
    return wording.pieces[kinds.get(when, "far")]


def _where(world: World, event: Event, wording: Wording) -> tuple[str, ...]:
    if event.place == ONLINE:
        return ("",)
    if event.place == NO_PLACE or world.happens(0.2):
        return wording.pieces["here"]
    typed = world.texts.typed_places.get(event.municipality)
    within = typed.within.get(wording.language) if typed else None
    if within is None and wording.language == "en":
        within = f"in {name_of(world, event.municipality, 'en')}"
    return (within,) if within else wording.pieces["here"]


_SLOT = re.compile(r"<(\w+)>")
_GENDER = re.compile(r"\[([^\[\]/]*)/([^\[\]/]*)\]")
_CHOICE = re.compile(r"\{([^{}]*)\}")


def filled(world: World, template: str, slots: Mapping[str, Sequence[str]], voice: Voice) -> str:
    text = _SLOT.sub(lambda found: world.random.choice(slots[found[1]]), template)
    text = _GENDER.sub(lambda found: found[2 if voice.is_woman else 1], text)
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: world.random.choice(found[1].split("|")), text)
    return re.sub(r" +([,.])", r"\1", " ".join(text.split()))


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def name_of(world: World, municipality: str, tag: str) -> str:
    found = world.places.municipalities.get(municipality)
    return "Kosovo" if found is None else found.names.get(tag, found.names["sr-Latn"])


def typed_place(world: World, event: Event, voice: Voice) -> str:
    if event.place == NO_PLACE or world.happens(0.12):
        return ""
    if event.place == ONLINE:
        online = world.texts.wordings[voice.language].pieces["online"]
        place = world.random.choice(online) if world.happens(0.35) else ""
    else:
        place = world.random.choice(_spellings(world, event.municipality, voice))
    if voice.language == "sr" and not voice.is_cyrillic:
        place = to_latin(place)
    place = bare(place) if voice.is_bare else place
    return place.lower() if world.happens(0.25) else place


def _spellings(world: World, municipality: str, voice: Voice) -> list[str]:
    typed = world.texts.typed_places.get(municipality, TypedPlace({}, ()))
    tag = {"sr": "sr-Cyrl"}.get(voice.language, voice.language)
    within = typed.within.get(voice.language)
    name = name_of(world, municipality, tag).partition(" (")[0]
    spots = typed.spots if voice.language == "sr" else ()
    return [name, *([within] if within else []), *spots]
