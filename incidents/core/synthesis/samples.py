"""Samples: reports with the day that they came in, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from incidents.core.incident import Settlement
from incidents.core.places import Places
from incidents.core.report import Report
from incidents.core.synthesis.reports import page_language, report_of
from incidents.core.synthesis.settlements import settlement_of
from incidents.core.synthesis.texts import Texts, check_codes
from incidents.core.synthesis.thumbs import as_typed
from incidents.core.synthesis.words import filled
from incidents.core.synthesis.world import Event, Voice, World, an_event, everywhere
from incidents.core.vocabulary import Vocabulary

OPEN_FOR = timedelta(days=35)
"""Reports younger than this mostly wait for the desk; older ones are settled or set aside."""
_SPAN_DAYS = 728


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


def samples(
    count: int, *, random: Random, vocabulary: Vocabulary, places: Places, today: date, texts: Texts
) -> Iterator[Sample]:
    """So many invented reports, received over about eight quarters until `today`, more of them lately.

    Every report and every settlement keeps the rules of its module. Raises texts.UnknownCodes.
    """
    check_codes(texts, vocabulary)
    world = World(random, places, texts, everywhere(places, texts))
    told: Event | None = None
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
            event = an_event(world, received_on)
            told = event if is_open else told
        report = report_of(world, event, received_on)
        yield Sample(report, received_on, None if is_open else settlement_of(world, event, report))


def _aside(world: World, received_on: date, *, is_open: bool) -> Sample:
    """What is not about hatred at all, or too little to tell."""
    wording = world.texts.wordings["sr"]
    reason = world.pick({"out_of_scope": 38, "too_little": 27, "test": 16, "outside_serbia": 10, "abuse": 9})
    is_cyrillic = world.happens(0.38)
    voice = Voice("sr", is_cyrillic, not is_cyrillic and world.happens(0.55), world.happens(0.5))
    template = world.random.choice(wording.asides[reason])
    typed = filled(world, template, {}, voice)
    report = Report(
        language=page_language(world, voice),
        role=world.pick({"victim": 60, "witness": 25, "prefer_not": 15}),
        acts=frozenset({world.pick({"other_act": 50, "not_sure": 30, "verbal_insult": 20})}),
        grounds=frozenset({world.pick({"not_sure": 80, "other_trait": 20})}),
        when="unknown" if world.happens(0.6) else "exact",
        setting=world.pick({"unknown_place": 40, "home_surroundings": 25, "street": 20, "prefer_not": 15}),
        wish="count_only",
        words=as_typed(world, typed, voice, is_short=True),
    )
    return Sample(_dated(report, received_on), received_on, None, None if is_open else reason)


def _dated(report: Report, day: date) -> Report:
    return report if report.when == "unknown" else replace(report, day=day.isoformat())
