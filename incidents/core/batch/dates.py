"""Dates as people type them into tables, with how precisely they say when it was. The day stands before the month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.core.batch.cells import Cell, text_of
from incidents.core.periods import iso_date

_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of a spreadsheet's own numbers (Excel counts a 29 February 1900 that never was)."""
_SERIALS = range(32874, 73051)
"""1990 to 2099. Years are far below."""
_LONGEST = 60
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
    iso = iso_date(text)
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


def _is_day(iso: str) -> bool:
    try:
        date.fromisoformat(iso)
    except ValueError:
        return False
    return True
