"""Quarters and years, as releases count them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from incidents.core.script import fold
from incidents.core.workdays import LOCAL


def in_serbia(moment: datetime) -> datetime:
    """A moment as clocks in Serbia show it."""
    return moment.astimezone(LOCAL)


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int
    """1 to 4."""

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """From "2026-Q3". Raises ValueError."""
        year, _, number = text.partition("-Q")
        if not (year.isascii() and year.isdigit() and number in {"1", "2", "3", "4"}):
            raise ValueError(f"not a quarter: {text!r}")
        return cls(int(year), int(number))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    def preceding(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def following(self) -> Quarter:
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)


# How the names of the months begin, folded, in the languages of the site.
_MONTHS = (
    ("jan", "sij", "ian"),
    ("feb", "vel", "fev", "shk"),
    ("mar", "ozu"),
    ("apr", "tra", "pri"),
    ("maj", "may", "mai", "svi"),
    ("jun", "iun", "lip", "qer"),
    ("jul", "iul", "srp", "kor"),
    ("avg", "aug", "kol", "gus"),
    ("sep", "ruj", "sze", "sht"),
    ("okt", "oct", "lis", "tet"),
    ("nov", "noi", "noe", "stu", "nen"),
    ("dec", "dek", "pros", "dhj"),
)
_AROUND = frozenset(
    {"godine", "godina", "godinu", "godini", "god", "g", "u", "in", "of", "an", "en", "anul", "ev", "eve", "evi"}
    | {"rok", "roku", "roka", "r", "viti", "vitit", "bers"}
)
_LONGEST = 40


def iso_date(typed: str) -> str:
    """A typed day or month in ISO form, whatever way round: "15. 3. 2026." is 2026-03-15, "mart 2026" is 2026-03.

    Text that is neither is given back as it is, for the rules to refuse.
    """
    parts = _numbers(typed) if len(typed) <= _LONGEST else []
    if not 2 <= len(parts) <= 3:
        return typed
    if len(parts[0]) != 4:
        parts.reverse()
    if len(parts[0]) != 4 or any(len(part) > 2 for part in parts[1:]):
        return typed
    return "-".join([parts[0], *(f"{int(part):02d}" for part in parts[1:])])


def _numbers(typed: str) -> list[str]:
    """The numbers of a date in their order, a month's name as its number; none where other words stand between."""
    words = re.findall(r"[^\W\d_]+|\d+", typed)
    parts = [word for word in words if fold(word) not in _AROUND]
    named = [at for at, word in enumerate(parts) if not word.isdecimal()]
    if not named:
        return parts
    month = _month(parts[named[0]])
    if len(named) > 1 or not month:
        return []
    parts[named[0]] = str(month)
    if named[0] == 0 and len(parts) == 3:  # March 15, 2026
        parts[:2] = parts[1::-1]
    return parts


def _month(word: str) -> int:
    """The number of a month by its name, in any case of any of our languages; 0 for another word."""
    key = fold(word)
    if key == "pro":  # December in Croatian; alone, as spring begins so too
        return 12
    return next((number for number, starts in enumerate(_MONTHS, start=1) if key.startswith(starts)), 0)
