"""What happened in truth, before anybody writes about it, and how its people write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.places import KOSOVO, Places
from incidents.core.synthesis.texts import Group, Scene, Texts, Weights


@dataclass(frozen=True)
class Event:
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
class Voice:
    """How one person writes."""

    language: str
    """Of the words; not of the pages."""
    is_cyrillic: bool
    is_bare: bool
    """Without accents: `cekao`, `vegyuk`."""
    is_woman: bool


@dataclass(frozen=True)
class World:
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


def everywhere(places: Places, texts: Texts) -> Weights:
    return {
        code: municipality.population
        * texts.districts.get(municipality.district_code, texts.usual)
        * texts.municipalities.get(code, 1.0)
        for code, municipality in places.municipalities.items()
    }


def an_event(world: World, received_on: date) -> Event:
    texts = world.texts
    group = world.random.choices(texts.groups, [group.weight for group in texts.groups])[0]
    scene = world.random.choices(texts.scenes, [_scene_weight(scene, group) for scene in texts.scenes])[0]
    setting = world.pick(scene.settings)
    municipality = _municipality(world, group)
    return Event(
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


def _municipality(world: World, group: Group) -> str:
    if group.area and world.happens(group.in_area):
        return world.pick(world.texts.areas[group.area])
    return KOSOVO if world.happens(world.texts.kosovo) else world.pick(world.everywhere)


def _settled_place(world: World, setting: str, municipality: str) -> str:
    if setting in {"social_network", "private_message"}:
        return ONLINE
    if setting in {"media_outlet", "unknown_place"} and world.happens(0.6):
        return NO_PLACE
    return NO_PLACE if world.happens(0.02) else municipality


def _delay(world: World) -> timedelta:
    """Most write within two weeks, a few much later."""
    if world.happens(0.06):
        return timedelta(days=world.random.randint(76, 600))
    return timedelta(days=min(75, int(world.random.expovariate(1 / 11))))
