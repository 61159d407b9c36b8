"""What all pages of the desk share: its menu, who acts, and what to say when a colleague was faster."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g

from incidents.core.accounts import Role
from incidents.core.incident import NotAllowed
from incidents.core.script import to_latin
from incidents.services import geocoding
from incidents.services.geocoding import StreetsUnavailable
from incidents.services.memory import Recall
from incidents.services.moderation import NotTaken, StaleReport
from incidents.services.series import InAnotherSeries
from incidents.services.settlement import AtAnotherDesk, NotCodedYet, SamePerson, StaleIncident
from incidents.web.desk import menu, shown
from incidents.web.platform import platform
from incidents.web.texts import gettext as _
from incidents.web.tokens import desk_token

Conflict = (
    StaleReport | NotTaken | NotAllowed | StaleIncident | SamePerson | InAnotherSeries | NotCodedYet | AtAnotherDesk
)
CONFLICTS = (
    StaleReport,
    NotTaken,
    NotAllowed,
    StaleIncident,
    SamePerson,
    InAnotherSeries,
    NotCodedYet,
    AtAnotherDesk,
)
"""What stands in the way of an act although nothing typed is wrong."""
SETTLERS = (Role.MODERATOR, Role.REVIEWER)


def context() -> dict[str, Any]:
    return {
        "desk_ways": menu.ways,
        "desk_menu": menu.menu,
        "desk_here": menu.here,
        "desk_token": desk_token,
        "meaning_of": shown.meaning_of,
        "in_sight": shown.in_sight,
        "in_latin": shown.in_latin,
        "latin": to_latin,
        "endonym": shown.endonym,
        "acts": shown.acts,
        "has_streets": has_streets,
    }


def now() -> datetime:
    return platform().now()


def recall() -> Recall:
    """What this session opened before."""
    return platform().memory.of(g.cookie, now=platform().now())


def find(typed: str) -> list[str]:
    """Codes of the places that a typed name may mean."""
    return geocoding.places_to_choose(typed, geocoder=platform().geocoder, places=platform().places)


def areas_named(story: str) -> list[str]:
    """Codes of the municipalities and districts in which a story names places."""
    return geocoding.areas_named(story, geocoder=platform().geocoder)


def has_streets() -> bool:
    """Whether the operator has set an address service."""
    return platform().streets is not None


def find_street(typed: str) -> list[str]:
    """Codes of the municipalities that have the typed street. Raises NothingToAsk, StreetsUnavailable."""
    site = platform()
    if site.streets is None:
        raise StreetsUnavailable
    return geocoding.municipalities_of_street(typed, geocoder=site.geocoder, streets=site.streets, places=site.places)


def out_of_date() -> str:
    return _("This page is out of date. Please try again.")


def a_colleague_was_faster() -> str:
    return _("A colleague saved this while you had it open. Nothing of yours is lost: compare and save again.")


def what_stands_in_the_way(conflict: Conflict | None) -> str:
    match conflict:
        case None:
            return ""
        case StaleReport(has_news=True):
            return _("The reporter wrote while you had this open. Read it first: what you typed is still here.")
        case StaleReport() | StaleIncident():
            return a_colleague_was_faster()
        case NotTaken(holder=str(name)):
            return _("%(name)s has this report now. What you typed is still here.", name=name)
        case NotTaken():
            return _("Your twenty minutes with this report are over. What you typed is still here.")
        case NotCodedYet():
            return _("A second person codes this incident first, without seeing how it was coded.")
        case AtAnotherDesk():
            return _("The reports of this incident lie at another desk. Somebody who works there decides on it.")
        case SamePerson():
            return _("You proposed this incident. It takes another person to accept or return it.")
        case InAnotherSeries():
            return _("Both are in series already, and not in the same one. Take one of them out first.")
        case NotAllowed():
            return _("This cannot be done any more: it has moved on meanwhile.")
