"""What a release's files say, byte for byte: tidy CSV, JSON, and the page that describes them. Not what is withheld.

CSV after RFC 4180 and UTF-8; status codes of SDMX CL_OBS_STATUS, of which `Q` does not say why a cell is withheld.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, Places
from incidents.core.tables import PLAN, PLAN_VERSION, TABLES, Cell, Path, Table, with_totals
from incidents.core.vocabulary import Term, Vocabulary

DESCRIPTION = "release.json"
CSV_TYPE = "text/csv"
JSON_TYPE = "application/json"
TOTAL = "_T"
ENGLISH, SERBIAN = "en", "sr-Cyrl"

_NORMAL, _WITHHELD = "A", "Q"
_AREA_WORDS: Mapping[str, Mapping[str, str]] = {
    KOSOVO: {ENGLISH: "Kosovo*", SERBIAN: "Косово*"},
    ONLINE: {ENGLISH: "On the internet", SERBIAN: "На интернету"},
    NO_PLACE: {ENGLISH: "Place not known", SERBIAN: "Место није познато"},
}
_TOTAL_WORDS = {ENGLISH: "Total", SERBIAN: "Укупно"}
_NOTES: Mapping[str, Mapping[str, str]] = {
    "district": {
        ENGLISH: "Incidents by district. * This designation is without prejudice to positions on status, and is in "
        "line with United Nations Security Council resolution 1244 (1999) and the opinion of the International Court "
        "of Justice on the Kosovo declaration of independence.",
        SERBIAN: "Инциденти по окрузима. * Овај назив је без прејудицирања статуса и у складу је са Резолуцијом "
        "Савета безбедности Уједињених нација 1244 (1999) и мишљењем Међународног суда правде о декларацији о "
        "независности Косова.",
    },
    "ground": {
        ENGLISH: "Incidents by ground. An incident can appear in several rows; rows do not add up to the total.",
        SERBIAN: "Инциденти по личном својству. Један инцидент може бити у више редова; збир редова није укупан број.",
    },
    "act": {
        ENGLISH: "Incidents by act. An incident with several acts stands under the gravest one only.",
        SERBIAN: "Инциденти по врсти дела. Инцидент са више дела наведен је само код најтежег.",
    },
    "verification": {
        ENGLISH: "Incidents by how far they could be verified. Those that did not happen are not counted.",
        SERBIAN: "Инциденти по степену провере. Они који се нису догодили нису пребројани.",
    },
    "set_aside": {
        ENGLISH: "Reports, not incidents, that were set aside since the release before, by reason.",
        SERBIAN: "Пријаве, а не инциденти, које су остављене по страни од претходног издања, по разлогу.",
    },
}
_METHOD: Mapping[str, str] = {
    ENGLISH: "Counted are incidents that two people at the desk have settled and accepted. Each belongs for good to "
    "the quarter of the release that first counts it, whenever it happened; a figure once published is never changed. "
    "Counts below the threshold of their table are withheld, and with them as many others as it takes, so that the "
    "published figures fit both nobody and the threshold or more. A withheld figure can be any number, zero too. "
    "People report here of their own accord: these are not all incidents, and the figures cannot be compared with "
    "those of the police.",
    SERBIAN: "Броје се инциденти које су две особе обрадиле и прихватиле. Сваки трајно припада тромесечју издања које "
    "га је први пут пребројало, ма када да се догодио; једном објављен број се не мења. Бројеви мањи од прага своје "
    "табеле не објављују се, као ни онолико других колико је потребно, тако да објављени бројеви допуштају и да их "
    "нема и да их је колико праг или више. Необјављен број може бити било који, па и нула. Пријаве су добровољне: "
    "ово нису сви инциденти и бројеви се не могу поредити са полицијским.",
}


@dataclass(frozen=True)
class Row:
    """One published line."""

    time: str
    codes: tuple[str, ...]
    """One a level of the table, TOTAL where the line is a sum over it."""
    label_en: str
    label_sr: str
    value: int | None
    """None where it is withheld."""

    @property
    def path(self) -> Path:
        return tuple(code for code in self.codes if code != TOTAL)


Names = Callable[[Table, Path, str], str]
"""What a line of a table is called in the language with this tag."""


def names(vocabulary: Vocabulary, places: Places, label: Callable[[Term, str], str]) -> Names:
    def name(table: Table, path: Path, tag: str) -> str:
        if not path:
            return _TOTAL_WORDS[tag]
        level, code = table.levels[len(path) - 1], path[-1]
        if level == "area":
            return (_AREA_WORDS.get(code) or places.districts[code].names)[tag]
        return label(vocabulary.terms[level][code], tag)

    return name


def new_rows(
    table: Table,
    times: Iterable[str],
    paths: Sequence[Path],
    counts: Mapping[Cell, int],
    withheld: Set[Cell],
    name: Names,
) -> list[Row]:
    """The lines that a release adds to one table."""
    rows = []
    for time in times:
        for path in with_totals(paths):
            cell = table.cell(time, path)
            if cell in counts:
                codes = (*path, *[TOTAL] * (len(table.levels) - len(path)))
                value = None if cell in withheld else counts[cell]
                rows.append(Row(time, codes, name(table, path, ENGLISH), name(table, path, SERBIAN), value))
    return rows


def to_csv(table: Table, rows: Iterable[Row], *, after: bytes = b"") -> bytes:
    """The rows, set under those of the release before: bytes once published stay as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if not after:
        writer.writerow(["time", *table.levels, "label_en", "label_sr", "obs_value", "obs_status"])
    for row in rows:
        shown = ["", _WITHHELD] if row.value is None else [row.value, _NORMAL]
        writer.writerow([row.time, *row.codes, row.label_en, row.label_sr, *shown])
    return after + text.getvalue().encode()


def from_csv(content: bytes) -> list[Row]:
    """The rows that `to_csv` wrote."""
    lines = csv.reader(io.StringIO(content.decode(), newline=""))
    next(lines)
    return [
        Row(time, tuple(codes), label_en, label_sr, int(value) if status == _NORMAL else None)
        for time, *codes, label_en, label_sr, value, status in lines
    ]


def to_json(table: Table, rows: Iterable[Row], *, number: int, quarter: Quarter) -> bytes:
    return _json(
        {
            "release": number,
            "table": table.name,
            "period": str(quarter),
            "note": _NOTES[table.name][ENGLISH],
            "note_sr": _NOTES[table.name][SERBIAN],
            "rows": [
                {
                    "time": row.time,
                    **dict(zip(table.levels, row.codes, strict=True)),
                    "label_en": row.label_en,
                    "label_sr": row.label_sr,
                    "obs_value": row.value,
                    "obs_status": _WITHHELD if row.value is None else _NORMAL,
                }
                for row in rows
            ],
        }
    )


def table_files(
    new: Mapping[str, Sequence[Row]], earlier: Mapping[str, bytes], *, number: int, quarter: Quarter
) -> dict[str, bytes]:
    """The files of all tables: the new rows by table's name, after those in the files of the release before."""
    files = {}
    for table in PLAN:
        name = f"{table.name}.csv"
        files[name] = to_csv(table, new[table.name], after=earlier.get(name, b""))
        files[f"{table.name}.json"] = to_json(table, from_csv(files[name]), number=number, quarter=quarter)
    return files


def describe(
    files: Mapping[str, bytes], *, number: int, quarter: Quarter, built_on: date, vocabulary_version: str
) -> bytes:
    """`release.json`: what was counted, by which rules, and the checksum of every other file."""
    values = {cell: value for cell, value in published_values(files).items() if cell.time == str(quarter)}
    set_aside = ((TABLES["set_aside"].path(cell), value) for cell, value in values.items())
    return _json(
        {
            "release": number,
            "quarter": str(quarter),
            "built_on": built_on.isoformat(),
            "plan": PLAN_VERSION,
            "vocabulary": vocabulary_version,
            "thresholds": {table.name: table.threshold for table in PLAN},
            "incidents_counted": values[Cell(str(quarter))],
            "reports_set_aside": {"".join(path) or TOTAL: value for path, value in set_aside if path is not None},
            "status": {_NORMAL: "published", _WITHHELD: "withheld"},
            "method": _METHOD[ENGLISH],
            "method_sr": _METHOD[SERBIAN],
            "files": {name: sha256(content) for name, content in sorted(files.items())},
        }
    )


def published_values(files: Mapping[str, bytes]) -> dict[Cell, int | None]:
    """Every cell of the files with its figure, None where it is withheld."""
    return {table.cell(row.time, row.path): row.value for table in PLAN for row in from_csv(files[f"{table.name}.csv"])}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest(files: Mapping[str, bytes]) -> bytes:
    """What a signature stands for: SHA-256 over the checksums and names of all files."""
    lines = "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items()))
    return hashlib.sha256(lines.encode()).digest()


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
