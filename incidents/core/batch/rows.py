"""One row of a batch becomes a report, or a list of what has to be mended in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from incidents.core import report as rules
from incidents.core.batch import dates
from incidents.core.batch.cells import Broken, Cell, Formula, Row, text_of
from incidents.core.batch.columns import LISTS, Header
from incidents.core.batch.names import Names, codes_in
from incidents.core.languages import BY_TAG
from incidents.core.report import DATES, IN_BATCH, LONGEST_LINES, SEVERAL, Report, plain_text
from incidents.core.script import fold
from incidents.core.vocabulary import Vocabulary

EXAMPLE = "EXAMPLE"
"""The reference of the row in our template that shows how to fill one in."""
_ONLINE = "online,onlajn,internet,na internetu,društvene mreže,interneten,közösségi háló,on the internet,social media"
ONLINE_NAMES = frozenset(fold(name) for name in _ONLINE.split(","))
_USUAL = {"role": "organisation", "wish": "count_only"}
"""Where a batch says nothing."""


@dataclass(frozen=True)
class Refusal:
    """One thing to mend: in which row and column, what stands there, and what could."""

    row: int
    column: str
    reason: str
    value: str = ""
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidates:
    """A place that was looked up: `is_found`, or the places that may be meant."""

    is_found: bool
    names: tuple[str, ...] = ()
    place_code: str = ""
    area: str = ""
    """What is certain of it, as a report holds it; empty for what is not."""


@dataclass(frozen=True)
class Entry:
    row: int
    reference: str
    report: Report
    refusals: Sequence[Refusal]
    unsure: Sequence[Refusal] = ()
    """What would be refused, and is taken as it is written because the sender said so."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every row is read with."""

    header: Header
    names: Names
    vocabulary: Vocabulary
    find: Callable[[str], Candidates]
    takes_unsure_places: bool = False
    """Rows whose place is not clear are taken as they are written, with what is certain of it."""
    language: str
    partner: str
    today: date


def entry_of(row: Row, around: Surroundings) -> Entry:
    refusals: list[Refusal] = []
    unsure: list[Refusal] = []
    cells = {column: row.cell(place) for column, place in around.header.columns.items()}
    texts = {column: _text(row, column, cell, refusals) for column, cell in cells.items()}
    if fold(texts.get("reference", "")).startswith(fold(EXAMPLE)):
        refusals.append(Refusal(row.number, "reference", "example"))
    values: dict[str, Any] = {**dict.fromkeys(LISTS, ""), **dict.fromkeys(SEVERAL, frozenset()), **_USUAL}
    for column, listed in LISTS.items():
        if texts.get(column):
            values[column] = _codes(row, column, texts[column], around.names[listed], refusals)
    values |= {name: _line(texts, name) for name in LONGEST_LINES if name in texts}
    values |= _when(row, cells, str(values["when"]), bool(values["season"]), refusals)
    values["language"] = _language(row, texts.get("language", ""), around, refusals)
    values |= _place(row, texts, around, unsure if around.takes_unsure_places else refusals)
    values["words"] = plain_text(texts.get("words", ""))
    report = Report(**values, origin=IN_BATCH, partner=around.partner)
    if report.wish != "pass_on" and report.consents:
        refusals.append(Refusal(row.number, "consents", "not_asked", texts["consents"]))
        report = replace(report, consents=frozenset())
    wrong = {refusal.column for refusal in refusals}
    for problem in rules.problems(report, around.vocabulary, today=around.today):
        column = _column_of(problem.field, around.header)
        if column not in wrong:
            refusals.append(Refusal(row.number, column, problem.message, _short(texts.get(column, ""))))
    return Entry(row.number, texts.get("reference", ""), report, refusals, unsure)


def _text(row: Row, column: str, cell: Cell, refusals: list[Refusal]) -> str:
    if isinstance(cell, Formula):
        refusals.append(Refusal(row.number, column, "formula"))
    if isinstance(cell, Broken):
        refusals.append(Refusal(row.number, column, "broken", cell.shown))
        return ""
    return text_of(cell)


def _codes(
    row: Row, column: str, text: str, names: Mapping[str, frozenset[str]], refusals: list[Refusal]
) -> str | frozenset[str]:
    codes, unknown = codes_in(text, names)
    for one in unknown:
        reason = "several_meant" if fold(one.text) in names else "unknown_code"
        refusals.append(Refusal(row.number, column, reason, _short(one.text), one.nearest))
    if column in SEVERAL:
        return frozenset(codes)
    if len(set(codes)) > 1:
        refusals.append(Refusal(row.number, column, "only_one", _short(text), tuple(codes)))
    return codes[0] if codes else ""


def _line(texts: Mapping[str, str], column: str) -> str:
    return plain_text(texts.get(column, "")).replace("\n", " ")


def _when(row: Row, cells: dict[str, Cell], when: str, has_season: bool, refusals: list[Refusal]) -> dict[str, str]:
    """Precision and date of a report, from whichever columns say them; a season goes with no more than a year."""
    column = next((name for name in ("date", "day", "month", "year") if text_of(cells.get(name, ""))), "date")
    given = dates.said(cells.get(column, ""))
    if given is None:
        refusals.append(Refusal(row.number, column, "not_a_date", _short(text_of(cells[column]))))
        return {"when": when or "unknown"}
    if has_season and not when and given.when in {"year", ""}:
        when = "season"
    given = dates.coarser(given, when) if when else given
    name = DATES.get(given.when)
    return {"when": given.when or "unknown", **({name: given.date} if name else {})}


def _language(row: Row, text: str, around: Surroundings, refusals: list[Refusal]) -> str:
    if not text:
        return around.language
    tag = next((tag for tag, language in BY_TAG.items() if fold(text) in {fold(tag), fold(language.endonym)}), "")
    if not tag:
        refusals.append(Refusal(row.number, "language", "unknown_language", _short(text), tuple(BY_TAG)))
    return tag


def _place(row: Row, texts: dict[str, str], around: Surroundings, unclear: list[Refusal]) -> dict[str, str]:
    """The place as typed and what it means; into `unclear` what is not one place, not on the internet, but said."""
    parts = [_line(texts, column) for column in ("place", "municipality")]
    place = ", ".join(dict.fromkeys(filter(None, parts)))
    if not place or fold(parts[0]) in ONLINE_NAMES or len(place) > rules.LONGEST_PLACE:
        return {"place": place}
    found = around.find(place)
    if not found.is_found:
        reason = ("unknown_place", "unsure_place", "ambiguous_place")[min(len(found.names), 2)]
        column = "place" if parts[0] else "municipality"
        unclear.append(Refusal(row.number, column, reason, _short(place), found.names))
    return {"place": place, "place_code": found.place_code, "area": found.area}


def _column_of(field: str, header: Header) -> str:
    """The column of the file that a field of the report was read from."""
    if field in {"day", "month", "year"}:
        return next((name for name in ("date", field) if name in header.columns), "date")
    return field


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def twins(entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """Rows that say word for word what an earlier row says, with that row."""
    first: dict[bytes, int] = {}
    found = []
    for entry in entries:
        earlier = first.setdefault(rules.to_bytes(entry.report), entry.row)
        if earlier != entry.row:
            found.append((entry.row, earlier))
    return found
