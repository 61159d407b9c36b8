"""Dates as people type them into tables, with how precisely they say when it was. The day stands before the month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.core.batch.cells import Cell, text_of
from incidents.core.periods import iso_date
from incidents.core.script import fold

_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of a spreadsheet's own numbers (Excel counts a 29 February 1900 that never was)."""
_SERIALS = range(32874, 73051)
"""1990 to 2099. Years are far below."""
_MONTHS = {
    fold(name): number
    for names in (
        "januar februar mart april maj jun jul avgust septembar oktobar novembar decembar",
        "januara februara marta aprila maja juna jula avgusta septembra oktobra novembra decembra",
        "jan feb mar apr maj jun jul avg sep okt nov dec",
        "január február március április május június július augusztus szeptember október november december",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), start=1)
}
_LONGEST = 60
_AROUND = {"godine", "godina", "god", "g", "an", "en", "ev"}
_TIME = re.compile(r"[ T,]+\d{1,2}[:.h]\d{2}([:.]\d{2})?( ?h)?$")


@dataclass(frozen=True)
class Said:
    """A date in ISO form with the precision that it has: `exact`, `month`, `year`, or nothing where none is said."""

    when: str
    date: str


NOTHING = Said("", "")


def said(cell: Cell) -> Said | None:
    """What a cell says of the date; None for what is no date."""
    if isinstance(cell, date):
        return Said("exact", cell.isoformat())
    text = text_of(cell)
    if not text:
        return NOTHING
    if len(text) > _LONGEST:
        return None
    text = _TIME.sub("", text).strip()
    if re.fullmatch(r"[0-9]{5}", text):
        return _of_serial(int(text))
    if re.fullmatch(r"[0-9]{4}\.?", text):
        return Said("year", text[:4])
    numbers = _with_numbers(text)
    if re.search(r"[^\W\d_]", numbers):
        return None
    iso = iso_date(numbers)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", iso):
        return Said("exact", iso) if _is_day(iso) else None
    return Said("month", iso) if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", iso) else None


def coarser(given: Said, when: str) -> Said:
    """The same date with the precision that a row asks for, as far as it can give it."""
    length = {"exact": 10, "approx_week": 10, "month": 7, "several": 7, "ongoing": 7, "season": 4, "year": 4}.get(
        when, 0
    )
    return Said(when, given.date[:length])


def _of_serial(days: int) -> Said | None:
    return Said("exact", (_FIRST_DAY + timedelta(days=days)).isoformat()) if days in _SERIALS else None


def _with_numbers(text: str) -> str:
    """Names of months as numbers, without words around: "mart 2026. godine" is "3 2026".

    A text with any other word stays as it is, and is then no date.
    """
    words = re.findall(r"[^\W\d]+|\d+", text)
    numbers = [str(_MONTHS.get(fold(word), word)) for word in words if fold(word) not in _AROUND]
    months = sum(fold(word) in _MONTHS for word in words)
    return " ".join(numbers) if months <= 1 and all(number.isdecimal() for number in numbers) else text


def _is_day(iso: str) -> bool:
    try:
        date.fromisoformat(iso)
    except ValueError:
        return False
    return True
