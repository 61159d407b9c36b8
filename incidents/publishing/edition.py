"""One published release as all formats read it: its tables with their words in one language, out of frozen files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from incidents.core.release import DESCRIPTION, Row, digest_lines, from_csv, sha256, tables_in
from incidents.core.script import to_latin
from incidents.core.tables import Table
from incidents.publishing import words
from incidents.publishing.words import Words

TIME = "time"
CHECKSUMS = "SHA256SUMS"


class NoSuchTable(Exception):
    """The release has no table of this name."""


@dataclass(frozen=True)
class Edition:
    number: int
    quarter: str
    published_on: date
    files: Mapping[str, bytes]
    """As they were frozen and signed."""
    spoken: bytes
    """Its words: the frozen ones, or today's for a release of before there were any."""
    address: str
    """Where the interface answers for this release, with the host."""

    @cached_property
    def description(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.files[DESCRIPTION])
        return found

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Those that have lines, by name, in the order of the plan."""
        return {
            table.name: table for table in tables_in(self.files) if self.files[f"{table.name}.csv"].count(b"\n") > 1
        }

    @cached_property
    def plans(self) -> Sequence[Mapping[str, Any]]:
        """The newest year first."""
        names = [name for name in self.files if name.startswith("plan-")]
        return [json.loads(self.files[name]) for name in sorted(names, key=lambda name: name[-9:], reverse=True)]

    @cached_property
    def checksums(self) -> bytes:
        """A line for each frozen file, as `sha256sum -c` reads them; their own checksum is what was signed."""
        return digest_lines(self.files)

    @property
    def digest(self) -> str:
        """What the two signatures stand for."""
        return sha256(self.checksums)

    def words(self, tag: str) -> Words:
        return words.read(self._words, tag)

    @cached_property
    def _words(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.spoken)
        return found

    def method(self, tag: str) -> str:
        """The whole method: in Serbian in either script, and in English for all others."""
        if tag.startswith("sr-"):
            serbian = str(self.description["method_sr"])
            return to_latin(serbian) if tag == "sr-Latn" else serbian
        return str(self.description["method"])


@dataclass(frozen=True)
class Dimension:
    name: str
    label: str
    labels: Mapping[str, str]
    """Of the codes that the table has, in its order."""
    parents: Mapping[str, str]
    """The next code above, for those that have one in this table."""

    def above(self, code: str) -> list[str]:
        """The codes that it lies under, the next one first."""
        found: list[str] = []
        while code in self.parents:
            code = self.parents[code]
            found.append(code)
        return found


@dataclass(frozen=True)
class Figures:
    """One table in one language."""

    name: str
    title: str
    notes: Sequence[str]
    dimensions: Sequence[Dimension]
    """The time first."""
    rows: Sequence[Row]
    words: Words

    def cells(self) -> Iterator[tuple[tuple[str, ...], Row]]:
        """Every line with its codes, one a dimension."""
        for row in self.rows:
            yield (row.time, *row.codes), row


def figures(edition: Edition, name: str, tag: str) -> Figures:
    """Raises NoSuchTable."""
    table = edition.tables.get(name)
    if table is None:
        raise NoSuchTable(name)
    rows, said = from_csv(edition.files[f"{name}.csv"]), edition.words(tag)
    dimensions = [
        Dimension(
            own,
            said.dimension(own),
            {code: said.label(own, code) for code in codes},
            _parents(edition.plans, own, codes),
        )
        for own, codes in _codes(table, rows).items()
    ]
    return Figures(name, said.title(table), said.notes(table), dimensions, rows, said)


def _codes(table: Table, rows: Sequence[Row]) -> dict[str, list[str]]:
    found = {TIME: sorted({row.time for row in rows})}
    for axis, name in enumerate(table.dimensions):
        found[name] = list(dict.fromkeys(row.codes[axis] for row in rows))
    return found


def _parents(plans: Sequence[Mapping[str, Any]], dimension: str, codes: Sequence[str]) -> dict[str, str]:
    """By the newest plan that knows a code."""
    known, found = set(codes), dict[str, str]()
    for plan in plans:
        if dimension in plan["dims"]:
            for parent, children in plan["dims"][dimension]["rel"].items():
                for child in children:
                    if child in known and parent in known:
                        found.setdefault(child, parent)
    return {code: found[code] for code in codes if code in found}
