"""Finds who can help with what somebody asks, in the place that they typed. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from geopy.geocoders.base import Geocoder

from incidents.core.gazetteer.place import Level
from incidents.core.help import Answer, Directory, Question, who_helps
from incidents.core.places import Places
from incidents.services.geocoding import places_like, places_meant


@dataclass(frozen=True)
class Found:
    answer: Answer
    place: str = ""
    """Code of the municipality, district or region that the answer is for; empty for anywhere, or several alike."""
    choices: Sequence[str] = ()
    """Codes of places that may be meant and have different answers."""
    is_unknown: bool = False
    """A place was typed and not found."""


def find_help(
    question: Question,
    typed: str,
    chosen: str = "",
    *,
    directory: Directory,
    geocoder: Geocoder,
    places: Places,
    today: date,
) -> Found:
    """Who helps with the question. `typed` is a place in any spelling, `chosen` a code of several that it may mean."""
    codes = _codes(typed, geocoder, places) if typed else []
    if chosen in codes:
        codes = [chosen]
    answers = [
        who_helps(replace(question, municipality=code, region=region_of(code, places)), directory, today=today)
        for code in codes
    ]
    if answers and all(answer == answers[0] for answer in answers):
        return Found(answers[0], place=codes[0] if len(codes) == 1 else "")
    anywhere = who_helps(question, directory, today=today)
    return Found(anywhere, choices=codes, is_unknown=bool(typed) and not codes)


def _codes(typed: str, geocoder: Geocoder, places: Places) -> list[str]:
    """What a report could mean by it, and whole regions, too: somebody may ask for all Vojvodina."""
    if codes := places_meant(typed, geocoder=geocoder, places=places):
        return codes
    return [found.code for found in places_like(typed, geocoder=geocoder) if found.level == Level.REGION][:1]


def region_of(code: str, places: Places) -> str:
    """The region around a place; empty where it has none."""
    if code in places.regions:
        return code
    municipality = places.municipalities.get(code)
    district = places.districts.get(municipality.district_code if municipality else code)
    return district.region_code if district else ""
