"""Boxes that are blackened in a copy of a picture or of a document's pages."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BOXES = 40
"""In one copy."""
_BLOCK = 16
"""Pixels: a JPEG mixes the pixels of such a square, so what is blackened ends at its edges."""
_BEYOND = 2
"""Pixels: colours of one square are smoothed so far into the next when a JPEG is read."""
_AROUND = 8
"""Pixels: a large picture is made smaller for its copy, and each pixel then tells of those around it."""


class BadBox(Exception):
    """A box that cannot be: `row` from 0, `reason` "not_a_number", "outside", "empty" or "too_many"."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"{row}: {reason}")
        self.row = row
        self.reason = reason


@dataclass(frozen=True)
class Box:
    """In hundredths of the page's width and height, from its left upper corner."""

    page: int
    """From 1."""
    left: float
    top: float
    width: float
    height: float

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, upper, right and lower edge in a picture of this size: never less than the box, whole squares more."""
        return (
            _before(self.left, width),
            _before(self.top, height),
            _behind(self.left + self.width, width),
            _behind(self.top + self.height, height),
        )


def _before(share: float, side: int) -> int:
    return max(0, (int(share * side / 100) - _AROUND) // _BLOCK * _BLOCK - _BEYOND)


def _behind(share: float, side: int) -> int:
    last = -int(-share * side // 100) + _AROUND  # rounded up
    return min(side, -(-last // _BLOCK) * _BLOCK + _BEYOND)


Row = tuple[str, str, str, str, str]
"""Page, left, top, width and height as they were typed."""


def boxes_typed(rows: list[Row], pages: int) -> list[Box]:
    """Empty rows are left out; a box may reach over an edge and is cut off there. Raises BadBox."""
    found = []
    for number, row in enumerate(rows):
        if not any(cell.strip() for cell in row[1:]):
            continue
        page, left, top, width, height = (_number(cell, number) for cell in row)
        if page != int(page) or not 1 <= page <= pages or left >= 100 or top >= 100:
            raise BadBox(number, "outside")
        right, bottom = min(100.0, left + width), min(100.0, top + height)
        left, top = max(0.0, left), max(0.0, top)
        if right <= left or bottom <= top:
            raise BadBox(number, "empty")
        found.append(Box(int(page), left, top, round(right - left, 2), round(bottom - top, 2)))
        if len(found) > MOST_BOXES:
            raise BadBox(number, "too_many")
    return found


def _number(cell: str, row: int) -> float:
    typed = cell.strip().rstrip("%").strip().replace(",", ".").replace("\u2212", "-")
    sign, digits = typed[:1] == "-", typed.removeprefix("-")
    if not digits.replace(".", "", 1).isdecimal() or len(digits) > 9:
        raise BadBox(row, "not_a_number")
    return -float(digits) if sign else float(digits)
