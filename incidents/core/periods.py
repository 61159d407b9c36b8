"""Quarters and years, as releases count them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


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

    def following(self) -> Quarter:
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)


def iso_date(typed: str) -> str:
    """A typed day or month in ISO form, whatever way round: "15. 3. 2026." is 2026-03-15, "3/2026" is 2026-03.

    Text that is neither is given back as it is, for the rules to refuse.
    """
    parts = re.findall(r"\d+", typed)
    if not 2 <= len(parts) <= 3 or len(typed) > 30 or re.search(r"[^\W\d]", typed):
        return typed
    if len(parts[0]) != 4:
        parts.reverse()
    if len(parts[0]) != 4 or any(len(part) > 2 for part in parts[1:]):
        return typed
    return "-".join([parts[0], *(f"{int(part):02d}" for part in parts[1:])])
