"""What a workbook holds, for XLSX and ODS alike: a sheet of notes, then a sheet of typed cells for each table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incidents.core.places import ATTRIBUTION
from incidents.core.release import LICENCE, LICENCE_ADDRESS, WITHHELD, sha256
from incidents.publishing.citation import citation
from incidents.publishing.edition import TIME, Edition, Figures
from incidents.publishing.tidy import shown, status_word

Cell = str | int
_LONGEST_NAME = 31
"""Of a sheet, in Excel; a few letters are not allowed there either."""
_WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: Sequence[Sequence[Cell]]
    """The first is the header, which stays in sight."""
    is_prose: bool = False

    def widths(self) -> list[int]:
        """Of the columns, in letters."""
        if self.is_prose:
            return [30, 100]
        return [min(_WIDEST, max(len(str(cell)) for cell in column) + 3) for column in zip(*self.rows, strict=True)]


def sheets(edition: Edition, tables: Sequence[Figures], tag: str) -> list[Sheet]:
    title = edition.words(tag).text("about")
    names = _names([title, *(one.name for one in tables)])
    about = Sheet(names[0], [(title, ""), *notes(edition, tables, tag)], is_prose=True)
    return [about, *(Sheet(name, list(_rows(one))) for name, one in zip(names[1:], tables, strict=True))]


def notes(edition: Edition, tables: Sequence[Figures], tag: str) -> list[tuple[str, str]]:
    """What every file says of its release: number, licence, method, marks, checksums."""
    words, text = edition.words(tag), edition.words(tag).text
    found = [
        (text("release", number=edition.number), edition.address),
        (text("quarter"), edition.quarter),
        (text("published_on"), edition.published_on.isoformat()),
        (text("licence"), f"{LICENCE}: {LICENCE_ADDRESS}"),
        ("", text("licence_terms")),
        (text("cite"), citation(edition, tag)),
        (WITHHELD, text("mark", mark=WITHHELD)),
        ("", text("why_withheld")),
        (text("method"), text("own_accord")),
        ("", text("agreed")),
        ("", edition.method(tag)),
        (text("source"), ATTRIBUTION),
        (f"{text('checksum')}: SHA256SUMS", edition.digest),
    ]
    for one in tables:
        found.append((one.name, " ".join([f"{one.title}.", *one.notes])))
        found.append((f"{words.text('checksum')}: {one.name}.csv", sha256(edition.files[f"{one.name}.csv"])))
    return found


def _rows(figures: Figures) -> Iterator[Sequence[Cell]]:
    text = figures.words.text
    named = [
        title
        for one in figures.dimensions
        for title in ([one.label] if one.name == TIME else [one.label, text("code", name=one.label)])
    ]
    measured = [text(key) for key in ("value", "status", "lower", "upper")]
    yield [*named, *measured]
    for codes, row in figures.cells():
        pairs = zip(figures.dimensions[1:], codes[1:], strict=True)
        labels = [cell for one, code in pairs for cell in (one.labels[code], code)]
        value, _status, _confidential, lower, upper = shown(row)
        yield [row.time, *labels, value, status_word(figures, row), lower, upper]


def _names(wanted: Sequence[str]) -> list[str]:
    """Of sheets: short enough for Excel, and no two alike."""
    found: list[str] = []
    for name in wanted:
        short, number = name[:_LONGEST_NAME], 2
        while short in found:
            short, number = f"{name[: _LONGEST_NAME - 3]}~{number}", number + 1
        found.append(short)
    return found
