"""What should strike the desk: a flood, and reports that bunch. Counted in memory when a member looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.flood import is_bunch, is_flood_day
from incidents.core.incident import Handling
from incidents.core.report import NOT_SURE
from incidents.db import report as stored
from incidents.services.clusters import MANY_HELD
from incidents.services.pulse import usual_of
from incidents.services.queue import Waiting
from incidents.services.yearly import Yearly

BUNCH_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Flood:
    held: int
    """Reports that wait for a check."""
    today: int
    usual: int
    """What arrives on most days."""


@dataclass(frozen=True)
class Bunch:
    """Reports of one municipality and ground that arrived within a week: too many for chance."""

    place: str
    ground: str
    number: int
    since: date


def flood(session: Session, *, today: date) -> Flood | None:
    """The flood that runs or whose reports still wait for a check; None on ordinary days."""
    held = session.scalars(sa.select(sa.func.count()).where(stored.Report.handling == Handling.QUARANTINED)).one()
    arrived, usual = stored.arrived_on(session, today), usual_of(session, today)
    if held >= MANY_HELD or is_flood_day(arrived, usual):
        return Flood(held, arrived, round(usual))
    return None


def bunches(session: Session, waiting: Iterable[Waiting], *, yearly: Yearly, today: date) -> list[Bunch]:
    """Of the open reports given, those that bunch, the largest first. Held ones count when they are let go."""
    together: dict[tuple[str, str], list[date]] = defaultdict(list)
    since = today - BUNCH_WITHIN
    for line in waiting:
        content = line.content
        if line.received_on > since and content and content.area and line.handling is not Handling.QUARANTINED:
            for ground in content.grounds:
                if ground != NOT_SURE:
                    together[content.area, ground].append(line.received_on)
    # Only where they would bunch if such a thing had never happened there need it be known how usual it is.
    together = {each: days for each, days in together.items() if is_bunch(len(days), 0)}
    a_year = yearly.of(session, {place for place, _ in together}, today=today)
    found = [
        Bunch(place, ground, len(days), min(days))
        for (place, ground), days in together.items()
        if is_bunch(len(days), a_year.get((place, ground), 0))
    ]
    return sorted(found, key=lambda bunch: (-bunch.number, bunch.place, bunch.ground))
