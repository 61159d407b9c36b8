"""What samples are made from: groups, scenes and stories, and how often each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from incidents.core.report import NOT_SURE
from incidents.core.vocabulary import Vocabulary

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


class UnknownCodes(Exception):
    """The texts name codes that the vocabulary does not have, or that no desk settles."""


def check_codes(texts: Texts, vocabulary: Vocabulary) -> None:
    """Raises UnknownCodes."""
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
