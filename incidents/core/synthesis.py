"""Invented reports and what a desk made of them: for trying the site, for training and for tests.

Nothing here is taken from a real report. What is written, by whom and how often comes in as `Texts`; the same
seed, day and texts give the same samples.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from incidents.core.incident import NO_PLACE, ONLINE, BiasStrength, Settlement, Verification
from incidents.core.places import KOSOVO, Places
from incidents.core.report import NOT_SURE, Report
from incidents.core.script import to_latin
from incidents.core.vocabulary import Vocabulary

OPEN_FOR = timedelta(days=35)
"""Reports younger than this mostly wait for the desk; older ones are settled or set aside."""
_SPAN_DAYS = 728

Weights = Mapping[str, float]
"""How often each, relative to the others; or, under `also`, the chance of each by itself."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Who is hit: the grounds, the target groups, where they live and what languages they write."""

    name: str
    weight: float
    ground: str
    targets: Weights
    """`none` stands for no target group."""
    languages: Weights
    also: Weights = field(default_factory=dict)
    scenes: Weights = field(default_factory=dict)
    """How much more or less often than others they meet a scene."""
    area: str = ""
    in_area: float = 0.0
    cyrillic: float = 0.38
    """Chance that Serbian words are in Cyrillic."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What happens: the acts, the settings, and what makes people think that it was bias."""

    name: str
    weight: float
    acts: Weights
    settings: Weights
    indicators: Weights
    also: Weights = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    """Only these meet it; empty for all."""


@dataclass(frozen=True, kw_only=True)
class Story:
    scenes: frozenset[str]
    groups: frozenset[str] = frozenset()
    """Only about these; empty for all."""
    settings: frozenset[str] = frozenset()
    """Only where it happened in one of these; empty for all."""
    told_by: str = "self"
    """`self`, `family` or `seen`."""
    short: tuple[str, ...]
    text: tuple[str, ...]
    """Sentences in order. The first always stays."""


@dataclass(frozen=True)
class Wording:
    """What people write in one language."""

    language: str
    pieces: Mapping[str, tuple[str, ...]]
    """By name: openings, afterwards, emoji, near, months, far, ongoing, here, online."""
    about: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By group: said, because, against. `any` stands for groups that are not listed."""
    stories: tuple[Story, ...]
    asides: Mapping[str, tuple[str, ...]]
    """By reason of being set aside."""


@dataclass(frozen=True)
class TypedPlace:
    """How people write a municipality: "in ..." by language, and spots in it (Serbian Cyrillic)."""

    within: Mapping[str, str]
    spots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All that the samples are made from."""

    groups: tuple[Group, ...]
    scenes: tuple[Scene, ...]
    wordings: Mapping[str, Wording]
    typed_places: Mapping[str, TypedPlace]
    areas: Mapping[str, Weights]
    districts: Weights
    """How often people write from a district, beside its population; `usual` for those not named."""
    municipalities: Weights
    usual: float
    kosovo: float


@dataclass(frozen=True)
class Sample:
    report: Report
    received_on: date
    settlement: Settlement | None = None
    """None where the report is still open or was set aside."""
    set_aside_reason: str | None = None

    @property
    def is_open(self) -> bool:
        return self.settlement is None and self.set_aside_reason is None


class UnknownCodes(Exception):
    """The texts name codes that the vocabulary does not have, or that no desk settles."""


@dataclass(frozen=True)
class _Event:
    """What happened in truth, before anybody writes about it."""

    group: Group
    scene: Scene
    acts: frozenset[str]
    grounds: frozenset[str]
    target: str
    setting: str
    indicators: frozenset[str]
    municipality: str
    place: str
    """As the desk would settle it."""
    happened_on: date


@dataclass(frozen=True)
class _Voice:
    """How one person writes."""

    language: str
    """Of the words; not of the pages."""
    is_cyrillic: bool
    is_bare: bool
    """Without accents: `cekao`, `vegyuk`."""
    is_woman: bool


@dataclass(frozen=True)
class _World:
    random: Random
    places: Places
    texts: Texts
    everywhere: Weights

    def pick(self, weights: Weights) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def those(self, chances: Weights) -> frozenset[str]:
        return frozenset([code for code, chance in chances.items() if self.happens(chance)])


def seeded(seed: int) -> Random:
    """The generator that everything invented is drawn from. Never for secrets."""
    return Random(seed)  # noqa: S311 (invented reports hold nothing to guess)


def samples(
    count: int, *, random: Random, vocabulary: Vocabulary, places: Places, today: date, texts: Texts
) -> Iterator[Sample]:
    """So many invented reports, received over about eight quarters until `today`, more of them lately.

    Every report and every settlement keeps the rules of its module. Raises UnknownCodes.
    """
    _check_codes(texts, vocabulary)
    world = _World(random, places, texts, _everywhere(places, texts))
    told: _Event | None = None
    for _ in range(count):
        received_on = today - timedelta(days=int(_SPAN_DAYS * random.random() ** 1.4))
        is_open = today - received_on < OPEN_FOR and world.happens(0.85)
        if world.happens(0.08):
            yield _aside(world, received_on, is_open=is_open)
            continue
        # Now and then a second person writes about the same, while it is still open.
        if is_open and told is not None and told.happened_on <= received_on and world.happens(0.1):
            event, told = told, None
        else:
            event = _event(world, received_on)
            told = event if is_open else told
        report = _report(world, event, received_on)
        yield Sample(report, received_on, None if is_open else _settlement(world, event, report))


def _check_codes(texts: Texts, vocabulary: Vocabulary) -> None:
    named = {("ground", code) for group in texts.groups for code in (group.ground, *group.also)}
    named |= {("target_group", code) for group in texts.groups for code in group.targets if code != "none"}
    for scene in texts.scenes:
        named |= {("act_type", code) for code in (*scene.acts, *scene.also)}
        named |= {("setting", code) for code in scene.settings}
        named |= {("bias_indicator", code) for code in scene.indicators}
    named |= {("set_aside_reason", code) for wording in texts.wordings.values() for code in wording.asides}
    unknown = [(listed, code) for listed, code in named if code == NOT_SURE or not vocabulary.has(listed, code)]
    if unknown:
        raise UnknownCodes(", ".join(sorted(f"{listed}.{code}" for listed, code in unknown)))


def _everywhere(places: Places, texts: Texts) -> Weights:
    return {
        code: municipality.population
        * texts.districts.get(municipality.district_code, texts.usual)
        * texts.municipalities.get(code, 1.0)
        for code, municipality in places.municipalities.items()
    }


# What happened.


def _event(world: _World, received_on: date) -> _Event:
    texts = world.texts
    group = world.random.choices(texts.groups, [group.weight for group in texts.groups])[0]
    scene = world.random.choices(texts.scenes, [_scene_weight(scene, group) for scene in texts.scenes])[0]
    setting = world.pick(scene.settings)
    municipality = _municipality(world, group)
    return _Event(
        group=group,
        scene=scene,
        acts=frozenset({world.pick(scene.acts)}) | world.those(scene.also),
        grounds=frozenset({group.ground}) | world.those(group.also),
        target=world.pick(group.targets),
        setting=setting,
        indicators=world.those(scene.indicators),
        municipality=municipality,
        place=_settled_place(world, setting, municipality),
        happened_on=received_on - _delay(world),
    )


def _scene_weight(scene: Scene, group: Group) -> float:
    if scene.groups and group.name not in scene.groups:
        return 0.0
    return scene.weight * group.scenes.get(scene.name, 1.0)


def _municipality(world: _World, group: Group) -> str:
    if group.area and world.happens(group.in_area):
        return world.pick(world.texts.areas[group.area])
    return KOSOVO if world.happens(world.texts.kosovo) else world.pick(world.everywhere)


def _settled_place(world: _World, setting: str, municipality: str) -> str:
    if setting in {"social_network", "private_message"}:
        return ONLINE
    if setting in {"media_outlet", "unknown_place"} and world.happens(0.6):
        return NO_PLACE
    return NO_PLACE if world.happens(0.02) else municipality


def _delay(world: _World) -> timedelta:
    """Most write within two weeks, a few much later."""
    if world.happens(0.06):
        return timedelta(days=world.random.randint(76, 600))
    return timedelta(days=min(75, int(world.random.expovariate(1 / 11))))


# What is reported of it.

_ROLES: Mapping[str, Weights] = {
    "self": {"victim": 95, "prefer_not": 5},
    "family": {"family_friend": 96, "prefer_not": 4},
    "seen": {"witness": 68, "professional": 12, "organisation": 14, "prefer_not": 6},
}
_READERS: Weights = {"witness": 55, "media_monitor": 33, "organisation": 12}
_TELLERS: Weights = {"self": 70, "family": 12, "seen": 18}
_WISHES: Weights = {"count_only": 60, "advice": 22, "pass_on": 18}
_CONSENTS: Weights = {"refer_commissioner": 0.6, "refer_police": 0.35, "refer_ngo": 0.6}
_LASTING = frozenset({"online", "work", "school", "access", "stalking", "language"})


def _report(world: _World, event: _Event, received_on: date) -> Report:
    voice = _voice(world, event)
    when = _precision(world, event, received_on)
    told_by, words = _words(world, event, voice, when)
    wish = world.pick(_WISHES)
    consents = world.those(_CONSENTS) or frozenset({"refer_ngo"})
    is_read = event.scene.name in {"online", "hate_speech"}
    indicators = event.indicators if told_by == "self" else event.indicators - {"victim_perception"}
    return Report(
        language=_page_language(world, voice),
        role=world.pick(_READERS if told_by == "seen" and is_read else _ROLES[told_by]),
        acts=frozenset({NOT_SURE}) if world.happens(0.3 if "other_act" in event.acts else 0.03) else event.acts,
        grounds=frozenset({NOT_SURE}) if world.happens(0.04) else event.grounds,
        targets=_targets(event) if world.happens(0.72) else frozenset(),
        indicators=indicators,
        when=when,
        day=event.happened_on.isoformat() if when in {"exact", "approx_week"} else "",
        month=_month(world, event, when),
        year=str(event.happened_on.year) if when == "year" else "",
        setting="prefer_not" if world.happens(0.03) else event.setting,
        place=_typed_place(world, event, voice),
        words=words,
        wish=wish,
        consents=consents if wish == "pass_on" else frozenset(),
    )


def _targets(event: _Event) -> frozenset[str]:
    return frozenset() if event.target == "none" else frozenset({event.target})


def _month(world: _World, event: _Event, when: str) -> str:
    if when == "month" or (when == "ongoing" and world.happens(0.8)):
        return f"{event.happened_on:%Y-%m}"
    return ""


def _precision(world: _World, event: _Event, received_on: date) -> str:
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


def _voice(world: _World, event: _Event) -> _Voice:
    language = world.pick(event.group.languages)
    is_cyrillic = language == "sr" and world.happens(event.group.cyrillic)
    return _Voice(
        language=language,
        is_cyrillic=is_cyrillic,
        is_bare=not is_cyrillic and world.happens(0.55 if language == "sr" else 0.25),
        is_woman={"women": True, "lesbian": True, "gay_men": False}.get(event.target, world.happens(0.52)),
    )


def _page_language(world: _World, voice: _Voice) -> str:
    if voice.is_cyrillic:
        return world.pick({"sr-Cyrl": 93, "sr-Latn": 7})
    by_language: Mapping[str, Weights] = {
        "sr": {"sr-Latn": 72, "sr-Cyrl": 28},
        "hu": {"hu": 90, "sr-Latn": 10},
        "en": {"en": 96, "sr-Latn": 4},
    }
    return world.pick(by_language.get(voice.language, {"sr-Latn": 68, "sr-Cyrl": 24, "en": 8}))


# In their words.


def _words(world: _World, event: _Event, voice: _Voice, when: str) -> tuple[str, str]:
    """Who tells it, and what they typed; about one in eight types nothing."""
    if world.happens(0.12):
        return world.pick(_TELLERS), ""
    wording, story = _story(world, event, voice)
    if wording.language != voice.language:
        voice = _Voice(wording.language, False, world.happens(0.5), voice.is_woman)
    slots = _slots(world, event, wording, when)
    if world.happens(0.26):
        typed = _filled(world, world.random.choice(story.short), slots, voice)
        return story.told_by, _as_typed(world, typed, voice, is_short=True)
    sentences = _sentences(world, story, wording)
    filled = [_capitalised(_filled(world, sentence, slots, voice)) for sentence in sentences]
    return story.told_by, _as_typed(world, " ".join(filled), voice, is_short=False)


def _story(world: _World, event: _Event, voice: _Voice) -> tuple[Wording, Story]:
    """One that fits, in the language of the voice if there is one; those about this very group or setting rather."""
    for language in (voice.language, "sr"):
        wording = world.texts.wordings[language]
        is_spoken_of = language == "sr" or event.group.name in wording.about
        fitting = [story for story in wording.stories if _fits(story, event)]
        if fitting and is_spoken_of:
            weights = [3 if story.groups or story.settings else 1 for story in fitting]
            return wording, world.random.choices(fitting, weights)[0]
    raise UnknownCodes(f"no story about {event.group.name} and {event.scene.name}")


def _fits(story: Story, event: _Event) -> bool:
    return (
        event.scene.name in story.scenes
        and (not story.groups or event.group.name in story.groups)
        and (not story.settings or event.setting in story.settings)
    )


def _sentences(world: _World, story: Story, wording: Wording) -> list[str]:
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


def _slots(world: _World, event: _Event, wording: Wording, when: str) -> dict[str, tuple[str, ...]]:
    about = wording.about.get(event.group.name, wording.about["any"])
    return {**about, "when": _when(event, wording, when), "where": _where(world, event, wording)}


def _when(event: _Event, wording: Wording, when: str) -> tuple[str, ...]:
    if when == "month":
        return (wording.pieces["months"][event.happened_on.month - 1],)
    kinds = {"exact": "near", "approx_week": "near", "ongoing": "ongoing"}
    return wording.pieces[kinds.get(when, "far")]


def _where(world: _World, event: _Event, wording: Wording) -> tuple[str, ...]:
    if event.place == ONLINE:
        return ("",)
    if event.place == NO_PLACE or world.happens(0.2):
        return wording.pieces["here"]
    typed = world.texts.typed_places.get(event.municipality)
    within = typed.within.get(wording.language) if typed else None
    if within is None and wording.language == "en":
        within = f"in {_name(world, event.municipality, 'en')}"
    return (within,) if within else wording.pieces["here"]


_SLOT = re.compile(r"<(\w+)>")
_GENDER = re.compile(r"\[([^\[\]/]*)/([^\[\]/]*)\]")
_CHOICE = re.compile(r"\{([^{}]*)\}")


def _filled(world: _World, template: str, slots: Mapping[str, Sequence[str]], voice: _Voice) -> str:
    text = _SLOT.sub(lambda found: world.random.choice(slots[found[1]]), template)
    text = _GENDER.sub(lambda found: found[2 if voice.is_woman else 1], text)
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: world.random.choice(found[1].split("|")), text)
    return re.sub(r" +([,.])", r"\1", " ".join(text.split()))


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


# As a thumb types it.

_LOOKALIKES = str.maketrans("аеорсјАЕОРСЈ", "aeopcjAEOPCJ")


def _as_typed(world: _World, text: str, voice: _Voice, *, is_short: bool) -> str:
    """The words with the script, the marks and the slips of one phone."""
    if world.happens(0.35):
        text = _with_slips(world, text)
    if voice.language == "sr" and not voice.is_cyrillic:
        text = to_latin(text)
    if voice.is_bare:
        text = _bare(text)
    text = _with_manners(world, text, is_short=is_short)
    if voice.is_cyrillic and world.happens(0.05):
        text = _with_lookalikes(world, text) if world.happens(0.5) else _half_in_latin(text)
    if world.happens(0.06):
        emoji = world.random.choice(world.texts.wordings[voice.language].pieces["emoji"])
        text = f"{text} {emoji * world.random.choice([1, 1, 2, 3])}"
    return text


def _with_manners(world: _World, text: str, *, is_short: bool) -> str:
    if world.happens(0.3 if is_short else 0.14):
        text = re.sub(r"[.,?]+( |$)", r"\1", text)
    if world.happens(0.5 if is_short else 0.2):
        text = text.lower()
    return text.upper() if world.happens(0.03) else text


def _with_slips(world: _World, text: str) -> str:
    """About one word in eighteen mistyped: two letters swapped, one missing, one doubled."""
    words = text.split(" ")
    for place in world.random.sample(range(len(words)), max(1, len(words) // 18)):
        word = words[place]
        if len(word) < 5 or not word.isalpha():
            continue
        at = world.random.randint(1, len(word) - 3)
        slip = world.pick({"swapped": 40, "missing": 40, "doubled": 20})
        first, second = word[at], word[at + 1]
        middle = {"swapped": second + first, "missing": second, "doubled": first * 2 + second}[slip]
        words[place] = word[:at] + middle + word[at + 2 :]
    return " ".join(words)


def _bare(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.replace("đ", "dj").replace("Đ", "Dj"))
    return "".join(c for c in spread if not unicodedata.combining(c))


def _with_lookalikes(world: _World, text: str) -> str:
    """One word with Latin letters that look like its Cyrillic ones."""
    words = text.split(" ")
    place = world.random.randrange(len(words))
    words[place] = words[place].translate(_LOOKALIKES)
    return " ".join(words)


def _half_in_latin(text: str) -> str:
    words = text.split(" ")
    half = len(words) // 2
    return " ".join([*words[:half], to_latin(" ".join(words[half:]))])


def _name(world: _World, municipality: str, tag: str) -> str:
    found = world.places.municipalities.get(municipality)
    return "Kosovo" if found is None else found.names.get(tag, found.names["sr-Latn"])


def _typed_place(world: _World, event: _Event, voice: _Voice) -> str:
    if event.place == NO_PLACE or world.happens(0.12):
        return ""
    if event.place == ONLINE:
        online = world.texts.wordings[voice.language].pieces["online"]
        place = world.random.choice(online) if world.happens(0.35) else ""
    else:
        place = world.random.choice(_spellings(world, event.municipality, voice))
    if voice.language == "sr" and not voice.is_cyrillic:
        place = to_latin(place)
    place = _bare(place) if voice.is_bare else place
    return place.lower() if world.happens(0.25) else place


def _spellings(world: _World, municipality: str, voice: _Voice) -> list[str]:
    typed = world.texts.typed_places.get(municipality, TypedPlace({}, ()))
    tag = {"sr": "sr-Cyrl"}.get(voice.language, voice.language)
    within = typed.within.get(voice.language)
    name = _name(world, municipality, tag).partition(" (")[0]
    spots = typed.spots if voice.language == "sr" else ()
    return [name, *([within] if within else []), *spots]


# What the desk made of it.

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


def _settlement(world: _World, event: _Event, report: Report) -> Settlement:
    verification = world.random.choices(list(_VERIFICATION), list(_VERIFICATION.values()))[0]
    return Settlement(
        year=event.happened_on.year,
        month=None if report.when in {"year", "unknown"} else event.happened_on.month,
        place=event.place,
        acts=event.acts,
        grounds=event.grounds,
        targets=_targets(event),
        setting=event.setting,
        verification=verification,
        bias_strength=_bias_strength(event.indicators, verification),
        genders=_genders(world, event),
        ages=_ages(world, event),
        reported_to=_reported_to(world, event, verification),
    )


def _genders(world: _World, event: _Event) -> frozenset[str]:
    return _of_people(world, event, _GENDERS_OF.get(event.target, _GENDERS))


def _ages(world: _World, event: _Event) -> frozenset[str]:
    return _of_people(world, event, _AGES_OF.get(event.target) or _AGES_AT.get(event.scene.name, _AGES))


def _of_people(world: _World, event: _Event, weights: Weights) -> frozenset[str]:
    """One code mostly; several where several people were hit; none where it is not stated."""
    if world.happens(0.75 if event.scene.name in _AT_NOBODY else 0.15):
        return frozenset()
    return frozenset({world.pick(weights) for _ in range(2 if world.happens(0.14) else 1)})


def _reported_to(world: _World, event: _Event, verification: Verification) -> frozenset[str]:
    """Mostly nobody heard of it before; what an authority confirmed was reported somewhere."""
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


def _aside(world: _World, received_on: date, *, is_open: bool) -> Sample:
    """What is not about hatred at all, or too little to tell."""
    wording = world.texts.wordings["sr"]
    reason = world.pick({"out_of_scope": 38, "too_little": 27, "test": 16, "outside_serbia": 10, "abuse": 9})
    is_cyrillic = world.happens(0.38)
    voice = _Voice("sr", is_cyrillic, not is_cyrillic and world.happens(0.55), world.happens(0.5))
    template = world.random.choice(wording.asides[reason])
    typed = _filled(world, template, {}, voice)
    report = Report(
        language=_page_language(world, voice),
        role=world.pick({"victim": 60, "witness": 25, "prefer_not": 15}),
        acts=frozenset({world.pick({"other_act": 50, "not_sure": 30, "verbal_insult": 20})}),
        grounds=frozenset({world.pick({"not_sure": 80, "other_trait": 20})}),
        when="unknown" if world.happens(0.6) else "exact",
        setting=world.pick({"unknown_place": 40, "home_surroundings": 25, "street": 20, "prefer_not": 15}),
        wish="count_only",
        words=_as_typed(world, typed, voice, is_short=True),
    )
    return Sample(_dated(report, received_on), received_on, None, None if is_open else reason)


def _dated(report: Report, day: date) -> Report:
    return report if report.when == "unknown" else replace(report, day=day.isoformat())
