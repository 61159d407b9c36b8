"""A calendar of coming releases (iCalendar, RFC 5545), for whoever plans ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from incidents.core.periods import in_serbia

TYPE = "text/calendar"
_LONGEST = 75
"""Octets in a line without its end (section 3.1)."""


@dataclass(frozen=True)
class Event:
    uid: str
    title: str
    at: datetime
    """Midnight in Serbia stands for the whole day."""
    told_on: date
    moved: int
    page: str


def write(name: str, events: Sequence[Event]) -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Incidents//Figures//EN",
        f"X-WR-CALNAME:{_text(name)}",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_moment(datetime.combine(event.told_on, time(), UTC))}"
    local = in_serbia(event.at)
    yield f"DTSTART:{_moment(event.at)}" if local.time() != time() else f"DTSTART;VALUE=DATE:{local:%Y%m%d}"
    yield f"SEQUENCE:{event.moved}"
    yield f"SUMMARY:{_text(event.title)}"
    yield f"URL:{event.page}"
    yield "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Section 3.3.11."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(sign, written)
    return words


def _folded(line: str) -> bytes:
    """Cut between letters, never inside one, though its octets would fit."""
    found, filled = bytearray(), 0
    for letter in line:
        octets = letter.encode()
        if filled + len(octets) > _LONGEST:
            found += b"\r\n "
            filled = 1
        found += octets
        filled += len(octets)
    return bytes(found + b"\r\n")
