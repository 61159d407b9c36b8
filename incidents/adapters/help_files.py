"""Reads who can help with what: the project's own files, and the operator's file of local organisations."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TypeVar

from incidents.core.help import (
    BadDirectory,
    Body,
    Channel,
    Contact,
    Directory,
    Need,
    Official,
    Organisation,
    Reach,
)
from incidents.core.languages import BY_TAG
from incidents.core.places import Places
from incidents.core.script import fold
from incidents.core.vocabulary import Fault, Vocabulary

_Kind = TypeVar("_Kind", bound=Enum)
OWN_COLUMNS = (
    "name",
    "about",
    "tag",
    "need",
    "acts",
    "grounds",
    "settings",
    "municipalities",
    "address",
    "phone",
    "email",
    "site",
    "checked_on",
)
"""Of the operator's file. `name`, `tag`, `need` and `checked_on` are required."""


class _Wrong(Exception):
    """What is wrong with one row, in a sentence."""


class _Reader:
    """Reads rows against what the site knows, and gathers what is wrong with them."""

    def __init__(self, vocabulary: Vocabulary, places: Places) -> None:
        self._vocabulary = vocabulary
        self._municipalities = {
            fold(name): code for code, one in places.municipalities.items() for name in (code, *one.names.values())
        }
        self.faults: list[Fault] = []

    def rows(self, path: Path, columns: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            self.faults.append(Fault(path.name, 1, "this file cannot be read as UTF-8 text"))
            return
        lines = csv.DictReader(io.StringIO(text, newline=""), restval="")
        if missing := [name for name in columns if name not in (lines.fieldnames or ())]:
            self.faults.append(Fault(path.name, 1, f"these columns are missing: {', '.join(missing)}"))
            return
        for row in lines:
            if None in row:
                self.faults.append(Fault(path.name, lines.line_num, "there are more cells than columns"))
            else:
                yield lines.line_num, {name: value.strip() for name, value in row.items()}

    def read(
        self, path: Path, make: Callable[[Mapping[str, str]], Body], columns: tuple[str, ...] = ()
    ) -> Iterator[Body]:
        """A body a row; rows that are wrong are left out and noted."""
        for line, row in self.rows(path, columns):
            try:
                yield make(row)
            except _Wrong as wrong:
                self.faults.append(Fault(path.name, line, str(wrong)))

    def codes(self, row: Mapping[str, str], column: str, vocabulary: str) -> frozenset[str]:
        found = _several(row[column])
        if unknown := sorted(code for code in found if not self._vocabulary.has(vocabulary, code)):
            raise _Wrong(f"the column {column} has codes that are not of the list {vocabulary}: {', '.join(unknown)}")
        return found

    def municipalities(self, row: Mapping[str, str]) -> frozenset[str]:
        asked = _several(row["municipalities"])
        if unknown := sorted(name for name in asked if fold(name) not in self._municipalities):
            raise _Wrong(f"these are not municipalities of the register: {', '.join(unknown)}")
        return frozenset(self._municipalities[fold(name)] for name in asked)

    def body(self, row: Mapping[str, str]) -> Body:
        if not self._vocabulary.has("referral_body", row["code"]):
            raise _Wrong(f"{row['code']} is not of the list referral_body")
        _day(row["checked_on"])
        return Body(
            code=row["code"],
            need=_one_of(Need, row["need"], "need"),
            reach=_one_of(Reach, row["reach"], "reach"),
            acts=self.codes(row, "acts", "act_type"),
            grounds=self.codes(row, "grounds", "ground"),
            settings=self.codes(row, "settings", "setting"),
            takes_others=row["others"] == "yes",
            never=self.codes(row, "never", "setting"),
            municipalities=self.municipalities(row),
            form_languages=_several(row["form_languages"]),
            official_languages=_several(row["official_languages"]),
            is_confirmed=row["confirmed"] == "yes",
        )

    def own(self, row: Mapping[str, str]) -> Body:
        """A local organisation of the operator's file."""
        if not row["name"]:
            raise _Wrong("the column name is empty")
        if row["tag"] not in BY_TAG:
            raise _Wrong(f"the column tag must be one of {', '.join(BY_TAG)}: the language that the row is written in")
        checked_on = _day(row["checked_on"])
        if checked_on is None:
            raise _Wrong("the column checked_on is empty: the day on which somebody asked the organisation")
        where = self.municipalities(row)
        acts, grounds = self.codes(row, "acts", "act_type"), self.codes(row, "grounds", "ground")
        settings = self.codes(row, "settings", "setting")
        return Body(
            code="",
            need=_one_of(Need, row["need"], "need"),
            reach=Reach.LISTED if where else Reach.COUNTRY,
            acts=acts,
            grounds=grounds,
            settings=settings,
            takes_others=not (acts or grounds or settings),
            municipalities=where,
            is_confirmed=True,
            contacts=tuple(
                Contact(channel, row[channel.value], True, checked_on) for channel in Channel if row[channel.value]
            ),
            name=row["name"],
            about=row["about"],
            tag=row["tag"],
        )


def read_directory(folder: Path, vocabulary: Vocabulary, places: Places, *, own: Path | None = None) -> Directory:
    """Everything that can be listed; `own` is the operator's file. Raises BadDirectory naming every faulty line."""
    reader = _Reader(vocabulary, places)
    contacts: dict[str, list[Contact]] = {}
    for _line, row in reader.rows(folder / "contacts.csv"):
        contacts.setdefault(row["body"], []).append(_contact(row))
    bodies = [
        replace(body, contacts=tuple(contacts.get(body.code, ())))
        for body in reader.read(folder / "bodies.csv", reader.body)
    ]
    if own is not None:
        bodies += reader.read(own, reader.own, OWN_COLUMNS)
    organisations = [
        Organisation(row["name"], row["tag"], reader.codes(row, "grounds", "ground"))
        for _line, row in reader.rows(folder / "organisations.csv")
    ]
    official: dict[str, Official] = {}
    for _line, row in reader.rows(folder / "official_languages.csv"):
        if row["confirmed"] == "yes":
            official[row["municipality"]] = _with(official.get(row["municipality"], Official()), row)
    if reader.faults:
        raise BadDirectory(reader.faults)
    return Directory(bodies, organisations, official)


def _contact(row: Mapping[str, str]) -> Contact:
    return Contact(
        Channel(row["channel"]), row["value"], row["confirmed"] == "yes", _day(row["checked_on"]), row["municipality"]
    )


def _with(official: Official, row: Mapping[str, str]) -> Official:
    language = frozenset({row["language"]})
    if row["extent"] == "whole":
        return Official(official.languages | language, official.in_parts)
    return Official(official.languages, official.in_parts | language)


def _several(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.split("|") if part.strip())


def _one_of(kind: type[_Kind], value: str, column: str) -> _Kind:
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(str(one.value) for one in kind)
        raise _Wrong(f"the column {column} must be one of {names}, not {value or 'empty'}") from None


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise _Wrong(f"{cell} is not a date; write it as 2026-03-15") from None
