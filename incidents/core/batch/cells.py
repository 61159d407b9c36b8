"""What stands in one cell of a table, whatever program wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Formula:
    """A cell that says how to reckon something; nothing here reckons it."""


@dataclass(frozen=True)
class Broken:
    """A cell in which the table itself shows an error, such as #REF!."""

    shown: str


Cell = str | float | date | Formula | Broken
"""Empty cells are empty texts."""


@dataclass(frozen=True)
class Row:
    number: int
    """As the program shows it: the first is 1."""
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        return not any(text_of(cell) if isinstance(cell, str) else True for cell in self.cells)

    def cell(self, place: int) -> Cell:
        return self.cells[place] if place < len(self.cells) else ""


def text_of(cell: Cell) -> str:
    """The cell as text, without spaces around it; a whole number without a fraction."""
    match cell:
        case str():
            return cell.strip()
        case float():
            return str(int(cell)) if cell.is_integer() else str(cell)
        case date():
            return cell.isoformat()
        case Broken(shown):
            return shown
        case _:
            return ""


def letters_of(place: int) -> str:
    """What a spreadsheet calls the column: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
