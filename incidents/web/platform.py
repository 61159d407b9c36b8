"""What every page may use: settings, database, vocabularies, places, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from geopy.geocoders.base import Geocoder

from incidents.adapters.counters import Counters
from incidents.config import Settings
from incidents.core.deidentify.known import Known
from incidents.core.help import Directory
from incidents.core.places import Places
from incidents.core.shapes import Shapes
from incidents.core.vocabulary import Vocabulary
from incidents.db.database import Database
from incidents.services.pulse import Pulse
from incidents.web.kept import Kept
from incidents.web.lookups import Lookups

_LOCAL = ZoneInfo("Europe/Belgrade")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Platform:
    settings: Settings
    database: Database
    vocabulary: Vocabulary
    places: Places
    shapes: Shapes
    """Of municipalities, for maps; approximate unless the settings name an official file."""
    geocoder: Geocoder
    """Finds places; geopy's interface, so that another one can stand here."""
    known_names: Callable[[], Known]
    """What the marking looks words up in; read when the desk first needs it."""
    directory: Directory
    """Who can help with what."""
    counters: Counters
    """Of answers, for the operator's watch."""
    now: Callable[[], datetime] = utc_now
    pulse: Pulse = field(default_factory=Pulse)
    """How fast reports arrive just now."""
    kept: Kept = field(default_factory=Kept)
    """Published files that were asked for."""
    lookups: Lookups = field(default_factory=Lookups)
    """Of receipt codes, by everybody together."""

    def today(self) -> date:
        """The date in Serbia."""
        return self.now().astimezone(_LOCAL).date()


def platform() -> Platform:
    found = current_app.extensions["incidents"]
    assert isinstance(found, Platform)  # noqa: S101 (tells mypy what create_app put there)
    return found
