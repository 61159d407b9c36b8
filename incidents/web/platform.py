"""What every page may use: settings, database, vocabularies, places, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from flask import Flask, current_app, request

from incidents.adapters.counters import Counters
from incidents.adapters.geocoder import GazetteerGeocoder
from incidents.adapters.nominatim import StreetService
from incidents.adapters.sealing import secret_of_draw
from incidents.config import Settings
from incidents.core.agreement import Draw
from incidents.core.definitions import Definitions
from incidents.core.deidentify.known import Known
from incidents.core.help import Directory
from incidents.core.periods import in_serbia
from incidents.core.places import Places
from incidents.core.retention import Schedule
from incidents.core.shapes import Shapes
from incidents.core.twins.lexicon import Lexicon
from incidents.core.vocabulary import Vocabulary
from incidents.db.database import Database
from incidents.services.memory import Memory
from incidents.services.published import Sight
from incidents.services.pulse import Pulse
from incidents.services.reporting import Intake
from incidents.services.sources import Sources
from incidents.services.yearly import Yearly
from incidents.web.kept import Kept
from incidents.web.lookups import Lookups

PREVIEW = "incidents.preview"
"""Where the desk puts the number of the release that it looks at ahead; no header of a request is called so."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Platform:
    settings: Settings
    database: Database
    sources: Sources
    """What is published is read here, and nothing else."""
    vocabulary: Vocabulary
    definitions: Definitions
    """What the codes mean that the desk chooses."""
    places: Places
    shapes: Shapes
    """Of municipalities, for maps; approximate unless the settings name an official file."""
    geocoder: GazetteerGeocoder
    """Finds places on this machine; geopy's interface."""
    streets: StreetService | None
    """An address service of the operator's, for the desk alone; None where none is set."""
    known_names: Callable[[], Known]
    """What the marking looks words up in; read when the desk first needs it."""
    lexicon: Callable[[], Lexicon]
    """What words speak of, to find twins; read when the desk first needs it."""
    directory: Directory
    """Who can help with what."""
    schedule: Schedule
    """How long reports are kept."""
    counters: Counters
    """Of answers, for the operator's watch."""
    ahead: Callable[[], Flask] | None = None
    """The public pages once more, to look at a release before it is public; None where there is no desk."""
    now: Callable[[], datetime] = utc_now
    pulse: Pulse = field(default_factory=Pulse)
    """How fast reports arrive just now."""
    intake: Intake = field(default_factory=Intake)
    """What this process seals reports to."""
    kept: Kept = field(default_factory=Kept)
    """Published files that were asked for."""
    lookups: Lookups = field(default_factory=Lookups)
    """Of receipt codes, by everybody together."""
    yearly: Yearly = field(default_factory=Yearly)
    """How often what happens where."""
    memory: Memory = field(default_factory=Memory)
    """What members opened, sealed under their cookies."""

    def draw(self) -> Draw:
        """Which incidents are coded twice."""
        return Draw(secret_of_draw(self.settings.pepper), self.settings.coded_twice_percent)

    def sight(self) -> Sight:
        """Which releases this request may show."""
        return Sight(self.now(), request.environ.get(PREVIEW))

    def today(self) -> date:
        """The date in Serbia."""
        return in_serbia(self.now()).date()


def platform() -> Platform:
    found = current_app.extensions["incidents"]
    assert isinstance(found, Platform)  # noqa: S101 (tells mypy what create_app put there)
    return found
