"""Code lists and their mappings: what a code belongs to, what it means to ODIHR and the Commissioner.

Codes are stable and never translated. Labels come from catalogues, mappings from a versioned file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    vocabulary: str
    code: str
    order: int
    parents: tuple[str, ...]
    is_public: bool
    """Shown to reporters; the others are for the desk."""
    is_confirmed: bool
    """False where the label or its legal source has not been checked."""
    label_en: str

    @property
    def key(self) -> str:
        """The context of its label in the catalogues, e.g. ``ground.religious_belief``."""
        return f"{self.vocabulary}.{self.code}"


@dataclass(frozen=True)
class Reading:
    """What one code means in the lists of others, in one version of the mapping."""

    odihr_bias: tuple[str, ...] = ()
    odihr_type: tuple[str, ...] = ()
    odihr_coarse: str = ""
    commissioner: str = ""
    in_article_54a: bool = False
    precedence: int = 0
    """Of act types: 1 is the gravest. 0 where there is no order."""


NO_READING = Reading()


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a data file."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class BadVocabulary(Exception):
    """The data files contradict themselves; `faults` names each place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Vocabulary:
    version: str
    """Of the mapping; codes themselves are never reused."""
    terms: Mapping[str, Mapping[str, Term]]
    readings: Mapping[tuple[str, str], Reading] = field(default_factory=dict)

    def of(self, vocabulary: str) -> list[Term]:
        """The terms of one list, in their order."""
        return list(self.terms[vocabulary].values())

    def public(self, vocabulary: str) -> list[Term]:
        return [term for term in self.of(vocabulary) if term.is_public]

    def has(self, vocabulary: str, code: str) -> bool:
        return code in self.terms.get(vocabulary, {})

    def reading(self, vocabulary: str, code: str) -> Reading:
        return self.readings.get((vocabulary, code), NO_READING)

    def gravest_act(self, codes: Iterable[str]) -> str:
        """The one act type that stands for an incident in tables that count each incident once."""
        return min(codes, key=lambda code: self.reading("act_type", code).precedence)


# Which list a parent is looked up in, where it is not the list itself.
_PARENT_LISTS = {
    "ground": "ground_group",
    "ground_detail": "ground",
    "target_group": "ground",
    "act_type": "act_group",
    "setting": "social_area",
    "age_band": "age_group",
}
_NEEDED = (
    "act_type",
    "act_group",
    "ground",
    "ground_group",
    "target_group",
    "setting",
    "reporter_role",
    "odihr_bias",
    "wish",
)

Row = tuple[int, Mapping[str, str]]
"""Line number in the file, and the columns by name."""


def build(
    version: str, codes: Iterable[Row], mappings: Iterable[Row], *, codes_file: str, mappings_file: str
) -> Vocabulary:
    """The vocabulary from the rows of its two files. Raises BadVocabulary naming every faulty line."""
    faults: list[Fault] = []
    terms: dict[str, dict[str, Term]] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, row in codes:
        place = (row["list"], row["code"])
        if place in lines:
            faults.append(Fault(codes_file, line, f"{'.'.join(place)} stands already in line {lines[place]}"))
            continue
        if not row["label_en"].strip():
            faults.append(Fault(codes_file, line, f"{'.'.join(place)} has no label"))
        if not row["order"].isdigit():
            faults.append(Fault(codes_file, line, f"{'.'.join(place)} has no order"))
            continue
        lines[place] = line
        terms.setdefault(row["list"], {})[row["code"]] = Term(
            vocabulary=row["list"],
            code=row["code"],
            order=int(row["order"]),
            parents=tuple(row["parent"].split("|")) if row["parent"] else (),
            is_public=row["visible_to"] == "public",
            is_confirmed=row["status"] != "unconfirmed",
            label_en=row["label_en"],
        )
    for vocabulary in _NEEDED:
        if vocabulary not in terms:
            faults.append(Fault(codes_file, 1, f"the list {vocabulary} is missing"))
    for name, listed in terms.items():
        parents = terms.get(_PARENT_LISTS.get(name, name), {})
        for term in listed.values():
            for parent in term.parents:
                if parent not in parents:
                    faults.append(Fault(codes_file, lines[name, term.code], f"unknown parent {parent}"))
    mapped: dict[tuple[str, str], Reading] = {}
    for line, row in mappings:
        place = (row["list"], row["code"])
        if place not in lines:
            faults.append(Fault(mappings_file, line, f"{'.'.join(place)} is not in {codes_file}"))
        if place in mapped:
            faults.append(Fault(mappings_file, line, f"{'.'.join(place)} is mapped twice"))
        mapped[place] = Reading(
            odihr_bias=tuple(filter(None, row["odihr_bias"].split("|"))),
            odihr_type=tuple(filter(None, row["odihr_type"].split("|"))),
            odihr_coarse=row["odihr_coarse"],
            commissioner=row["commissioner"],
            in_article_54a=row["cc54a"] in {"yes", "via_race"},
            precedence=int(row["precedence"] or 0),
        )
    for code in terms.get("act_type", {}):
        if mapped.get(("act_type", code), NO_READING).precedence == 0:
            faults.append(Fault(mappings_file, 1, f"act_type.{code} has no precedence"))
    if faults:
        raise BadVocabulary(faults)
    ordered = {name: dict(sorted(listed.items(), key=lambda pair: pair[1].order)) for name, listed in terms.items()}
    return Vocabulary(version, ordered, mapped)
