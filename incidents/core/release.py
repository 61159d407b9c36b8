"""What a release's files say, byte for byte: tidy CSV, JSON, and the page that describes them. Not what is withheld.

CSV after RFC 4180 and UTF-8; status codes of SDMX CL_OBS_STATUS, of which `Q` does not say why a cell is withheld.
The other formats are made from these files in `incidents.publishing`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from incidents.core.counting import NOT_KNOWN, OTHERS
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, Places
from incidents.core.tables import LISTS, SUBJECTS, TOTAL, Table
from incidents.core.vocabulary import Term, Vocabulary

DESCRIPTION = "release.json"
CSV_TYPE = "text/csv"
JSON_TYPE = "application/json"
ENGLISH, SERBIAN = "en", "sr-Cyrl"
LANGUAGES = (ENGLISH, SERBIAN)
"""Whose labels stand in the files."""

WITHHELD = "[c]"
"""The mark in place of a withheld figure: no number, and no empty cell that a spreadsheet would add up as zero.

That of the United Kingdom's statisticians, who read it aloud as "confidential".
"""
LICENCE, LICENCE_ADDRESS = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
NORMAL_STATUS, WITHHELD_STATUS = "A", "Q"
_SHORT = {ENGLISH: "en", SERBIAN: "sr"}
_AREA_WORDS: Mapping[str, Mapping[str, str]] = {
    KOSOVO: {ENGLISH: "Kosovo*", SERBIAN: "Косово*"},
    ONLINE: {ENGLISH: "On the internet", SERBIAN: "На интернету"},
    NO_PLACE: {ENGLISH: "Place not known", SERBIAN: "Место није познато"},
    OTHERS: {ENGLISH: "Smaller municipalities together", SERBIAN: "Мање општине заједно"},
    NOT_KNOWN: {ENGLISH: "Municipality not known", SERBIAN: "Општина није позната"},
}
_TOTAL_WORDS = {ENGLISH: "Total", SERBIAN: "Укупно"}
_SEVERAL = {
    ENGLISH: "An incident can appear in several rows; rows do not add up to the total.",
    SERBIAN: "Један инцидент може бити у више редова; збир редова није укупан број.",
}
_KOSOVO = {
    ENGLISH: "* This designation is without prejudice to positions on status, and is in line with United Nations "
    "Security Council resolution 1244 (1999) and the opinion of the International Court of Justice on the Kosovo "
    "declaration of independence.",
    SERBIAN: "* Овај назив је без прејудицирања статуса и у складу је са Резолуцијом Савета безбедности Уједињених "
    "нација 1244 (1999) и мишљењем Међународног суда правде о декларацији о независности Косова.",
}
_BY: Mapping[str, Mapping[str, str]] = {
    "area": {ENGLISH: "place", SERBIAN: "месту"},
    "ground": {ENGLISH: "ground", SERBIAN: "личном својству"},
    "target": {ENGLISH: "group of people that was the target", SERBIAN: "групи људи која је била мета"},
    "act": {ENGLISH: "what happened", SERBIAN: "томе шта се догодило"},
    "setting": {ENGLISH: "kind of place", SERBIAN: "врсти места"},
    "verification": {ENGLISH: "how far they could be verified", SERBIAN: "степену провере"},
    "gender": {ENGLISH: "gender of the people attacked", SERBIAN: "полу нападнутих"},
    "age": {ENGLISH: "age of the people attacked", SERBIAN: "узрасту нападнутих"},
    "reported": {ENGLISH: "whether an authority was told", SERBIAN: "томе да ли је обавештен неки орган"},
    "delay": {ENGLISH: "when they happened", SERBIAN: "времену када су се догодили"},
}
_NOTES: Mapping[str, Mapping[str, str]] = {
    "act": {
        ENGLISH: "An incident with several acts stands under the gravest one only.",
        SERBIAN: "Инцидент са више дела наведен је само код најтежег.",
    },
    "setting": {
        ENGLISH: "The area of social life is read from the kind of place where it happened.",
        SERBIAN: "Област друштвеног живота одређена је према врсти места на коме се догодило.",
    },
    "verification": {
        ENGLISH: "Those that did not happen are not counted.",
        SERBIAN: "Они који се нису догодили нису пребројани.",
    },
    "delay": {
        ENGLISH: "An incident belongs to the quarter of the release that first counts it, whenever it happened.",
        SERBIAN: "Инцидент припада тромесечју издања које га је први пут пребројало, ма када да се догодио.",
    },
}
_OTHER_SUBJECTS: Mapping[str, Mapping[str, str]] = {
    "received": {
        ENGLISH: "Reports, not incidents, that were received since the release before, until the day before this one "
        "was built, by where they stood then. Those that were taken back are not among them.",
        SERBIAN: "Пријаве, а не инциденти, које су примљене од претходног издања до дана пре израде овог, по томе "
        "докле се тада стигло. Повучених међу њима нема.",
    },
    "set_aside": {
        ENGLISH: "Reports, not incidents, that were set aside since the release before, by reason.",
        SERBIAN: "Пријаве, а не инциденти, које су остављене по страни од претходног издања, по разлогу.",
    },
    "corrections": {
        ENGLISH: "Incidents of earlier releases that were settled anew since the release before, by what was wrong. "
        "Figures once published stay as they are.",
        SERBIAN: "Инциденти из ранијих издања који су од претходног издања поново обрађени, по томе шта није било "
        "тачно. Једном објављени бројеви остају исти.",
    },
}
_METHOD: Mapping[str, str] = {
    ENGLISH: "Counted are incidents that two people at the desk have settled and accepted. Each belongs for good to "
    "the quarter of the release that first counts it, whenever it happened; a figure once published is never changed. "
    "Counts below a threshold are withheld: 3 for the whole country, 5 for a region, a district or a municipality, "
    "there 10 by gender or age of the people attacked and by health, disability, sexual orientation or gender "
    "identity. So is what would tell that nearly all incidents of a district share a trait, and a figure of which "
    "more than 85 in 100 were told by one organisation alone. With them as many other figures are withheld as it "
    "takes, so that all published ones together fit both nobody and the threshold or more; an attack on the finished "
    "files has shown it. For each withheld figure the files say between which numbers it must lie, as anybody can "
    "compute. Smaller municipalities are published together. People report here of their own accord: these are not "
    "all incidents, and the figures cannot be compared with those of the police.",
    SERBIAN: "Броје се инциденти које су две особе обрадиле и прихватиле. Сваки трајно припада тромесечју издања које "
    "га је први пут пребројало, ма када да се догодио; једном објављен број се не мења. Не објављују се бројеви мањи "
    "од прага: 3 за целу земљу, 5 за регион, округ или општину, а тамо 10 по полу или узрасту нападнутих и по "
    "здрављу, инвалидитету, сексуалној оријентацији или родном идентитету. Не објављује се ни оно што би открило да "
    "готово сви инциденти једног округа имају исто својство, као ни број чијих је инцидената више од 85 одсто "
    "пријавила само једна организација. Уз њих се не објављује ни онолико других бројева колико је потребно да сви "
    "објављени заједно допуштају и да их нема и да их је колико праг или више; то је показао напад на готове "
    "датотеке. За сваки необјављен број пише између којих бројева мора бити, што свако може да израчуна. Мање општине "
    "објављују се заједно. Пријаве су добровољне: ово нису сви инциденти и бројеви се не могу поредити са "
    "полицијским.",
}


@dataclass(frozen=True)
class Row:
    """One published line."""

    time: str
    codes: tuple[str, ...]
    """One a dimension of the table, TOTAL where the line is a sum over it."""
    labels: tuple[tuple[str, ...], ...]
    """For each of LANGUAGES, one a dimension."""
    value: int | None
    """None where it is withheld; then `lower` and `upper` are what it can be for all that is published."""
    lower: int | None = None
    upper: int | None = None
    """None where nothing limits it."""


Names = Callable[[str, str, str], str]
"""What a code of a dimension is called in the language with this tag."""


def names(vocabulary: Vocabulary, places: Places, label: Callable[[Term, str], str]) -> Names:
    @cache
    def name(dimension: str, code: str, tag: str) -> str:
        if code == TOTAL:
            return _TOTAL_WORDS[tag]
        if dimension == "area":
            return area_name(code, places, tag)
        terms = (vocabulary.terms[own].get(code) for own in LISTS[dimension])
        return label(next(term for term in terms if term), tag)

    return name


def area_name(code: str, places: Places, tag: str) -> str:
    """Of a region, a district, a municipality, or of what stands for none."""
    district, _, rest = code.partition("-")
    if word := _AREA_WORDS.get(rest or code):
        return word[tag] if not rest else f"{places.districts[district].names[tag]}: {word[tag]}"
    known = places.districts.get(code) or places.municipalities.get(code) or places.regions[code]
    return known.names[tag]


def to_csv(table: Table, rows: Iterable[Row], *, after: bytes = b"") -> bytes:
    """The rows, set under those of the release before: bytes once published stay as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if not after:
        writer.writerow(_header(table))
    for row in rows:
        shown = (
            [WITHHELD, WITHHELD_STATUS, row.lower, row.upper]
            if row.value is None
            else [row.value, NORMAL_STATUS, "", ""]
        )
        writer.writerow([row.time, *row.codes, *(as_text(word) for words in row.labels for word in words), *shown])
    return after + text.getvalue().encode()


def _header(table: Table) -> list[str]:
    labels = [f"{name}_{_SHORT[tag]}" for tag in LANGUAGES for name in table.dimensions]
    return ["time", *table.dimensions, *labels, "obs_value", "obs_status", "obs_lower", "obs_upper"]


def from_csv(content: bytes) -> list[Row]:
    """The rows that `to_csv` wrote."""
    lines = csv.reader(io.StringIO(content.decode(), newline=""))
    size = (len(next(lines)) - 5) // (1 + len(LANGUAGES))
    found = []
    for time, *cells in lines:
        labels = tuple(
            tuple(_read(cell) for cell in cells[size * (n + 1) : size * (n + 2)]) for n in range(len(LANGUAGES))
        )
        value, _status, lower, upper = (int(cell) if cell.isdigit() else None for cell in cells[-4:])
        found.append(Row(time, tuple(cells[:size]), labels, value, lower, upper))
    return found


# Letters that make a spreadsheet read a cell as a formula, those of wide East Asian script too (OWASP, CSV Injection).
_FORMULA = re.compile("'*[=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def as_text(cell: str) -> str:
    """The words of a CSV cell, with a quotation mark before those that a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _read(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def to_json(table: Table, rows: Iterable[Row], *, number: int, quarter: Quarter, several: Iterable[str]) -> bytes:
    note = {tag: note_of(table, tag, several=several) for tag in LANGUAGES}
    header = _header(table)
    return to_json_file(
        {
            "release": number,
            "table": table.name,
            "period": str(quarter),
            "note": note[ENGLISH],
            "note_sr": note[SERBIAN],
            "rows": [dict(zip(header, _fields(row), strict=True)) for row in rows],
        },
        levels=2,
    )


def _fields(row: Row) -> list[Any]:
    labels = (word for words in row.labels for word in words)
    status = WITHHELD_STATUS if row.value is None else NORMAL_STATUS
    return [row.time, *row.codes, *labels, row.value, status, row.lower, row.upper]


def note_of(table: Table, tag: str, *, several: Iterable[str]) -> str:
    """What a table counts, and what must be known to read it. `several` are dimensions of several answers."""
    if other := _OTHER_SUBJECTS.get(table.name):
        return other[tag]
    by = [_BY[name][tag] for name in table.dimensions]
    and_ = {ENGLISH: " and ", SERBIAN: " и "}[tag]
    start = {ENGLISH: "Incidents by ", SERBIAN: "Инциденти по "}[tag]
    found = [start + ", ".join(by[:-1]) + (and_ if by[:-1] else "") + by[-1] + "."]
    if set(several) & set(table.dimensions):
        found.append(_SEVERAL[tag])
    found += [_NOTES[name][tag] for name in table.dimensions if name in _NOTES]
    if "area" in table.dimensions:
        found.append(_KOSOVO[tag])
    return " ".join(found)


@dataclass(frozen=True)
class Extent:
    """How much of a subject's cells a release withholds."""

    cells: int
    withheld: int
    incidents: Mapping[str, float | None]
    """By table of single answers, the share of all that is counted under withheld rows, as its published rows tell."""


def share_withheld(table: Table, rows: Sequence[Row], time: str, leaves: Iterable[tuple[str, ...]]) -> float | None:
    """The share of what a table counts at one time that stands in no published innermost row.

    Computed from published rows alone; None where the total is withheld or nothing is counted.
    """
    values = {row.codes: row.value for row in rows if row.time == time}
    total = values.get((TOTAL,) * len(table.dimensions))
    if not total:
        return None
    shown = sum(value for codes in leaves if (value := values.get(codes)) is not None)
    return round(1 - shown / total, 3)


def describe(
    files: Mapping[str, bytes],
    *,
    number: int,
    quarter: Quarter,
    built_on: date,
    vocabulary_version: str,
    counted: int,
    extents: Mapping[str, Extent],
    plans: Mapping[str, str],
) -> bytes:
    """`release.json`: what was counted, by which rules, and the checksum of every other file."""
    return to_json_file(
        {
            "release": number,
            "quarter": str(quarter),
            "built_on": built_on.isoformat(),
            "vocabulary": vocabulary_version,
            "plans": dict(plans),
            "incidents_counted": counted,
            "protection": {
                subject: {
                    "cells": extent.cells,
                    "withheld": extent.withheld,
                    "share_of_incidents_withheld": dict(extent.incidents),
                }
                for subject, extent in extents.items()
            },
            "audit": "passed",
            "licence": {"name": LICENCE, "address": LICENCE_ADDRESS},
            "withheld": WITHHELD,
            "status": {NORMAL_STATUS: "published", WITHHELD_STATUS: "withheld"},
            "method": _METHOD[ENGLISH],
            "method_sr": _METHOD[SERBIAN],
            "files": {name: sha256(content) for name, content in sorted(files.items())},
        }
    )


def tables_in(files: Mapping[str, bytes]) -> dict[Table, str]:
    """The tables that there are files of, with the subject of each: as the newest plan has them, in its order."""
    found: dict[str, tuple[Table, str]] = {}
    for subject in SUBJECTS:
        start = plan_file(subject.name, "")[: -len(".json")]
        for name in sorted((name for name in files if name.startswith(start)), reverse=True):
            plan = json.loads(files[name])
            for table, cuts in zip(plan["table_names"], plan["tables"], strict=True):
                found.setdefault(table, (Table(table, tuple(cuts)), subject.name))
    return dict(found.values())


def rows_in(files: Mapping[str, bytes]) -> dict[Table, list[Row]]:
    """All rows of all tables."""
    return {table: from_csv(files[f"{table.name}.csv"]) for table in tables_in(files)}


def plan_file(subject: str, year: int | str) -> str:
    return f"plan-{subject}-{year}.json"


def cells_file(subject: str, year: int | str) -> str:
    return f"cells-{subject}-{year}.csv"


def to_json_file(value: Mapping[str, Any], *, levels: int = 9) -> bytes:
    """What lies deeper than so many levels stands on one line."""
    return (_on_lines(value, levels) + "\n").encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest(files: Mapping[str, bytes]) -> bytes:
    """What a signature stands for: SHA-256 over the checksums and names of all files."""
    return hashlib.sha256(digest_lines(files)).digest()


def digest_lines(files: Mapping[str, bytes]) -> bytes:
    """A line a file, as `sha256sum` writes and checks them."""
    return "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items())).encode()


def _on_lines(value: Any, levels: int, indent: str = "\n") -> str:
    """As `json.dumps` with an indent of one, down to so many levels: what it writes on one line it writes in C."""
    if not (levels and value and isinstance(value, dict | list)):
        return _IN_ONE.encode(value)
    deeper = indent + " "
    if isinstance(value, list):
        parts = [_on_lines(one, levels - 1, deeper) for one in value]
        return f"[{deeper}{f',{deeper}'.join(parts)}{indent}]"
    parts = [f"{_IN_ONE.encode(key)}: {_on_lines(one, levels - 1, deeper)}" for key, one in value.items()]
    return f"{{{deeper}{f',{deeper}'.join(parts)}{indent}}}"


_IN_ONE = json.JSONEncoder(ensure_ascii=False)
