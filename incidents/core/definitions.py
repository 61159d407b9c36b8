"""What each code that the desk can choose means: a definition, a plain example, and one near the border."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incidents.core.incident import SEVERAL
from incidents.core.vocabulary import BadVocabulary, Fault, Row, Vocabulary

DEFINED = (*SEVERAL.values(), "setting", "verification", "bias_strength", "set_aside_reason")
"""The lists of which every code is defined: those that a member settles with, or sets a report aside by."""
PARTS = ("definition", "example", "border")


@dataclass(frozen=True)
class Definition:
    """The texts of one code in English; `border` says why it counts or does not."""

    vocabulary: str
    code: str
    definition: str
    example: str
    border: str

    def contexts(self) -> tuple[str, ...]:
        """The contexts of its texts in the catalogues, e.g. ``ground.race.border``."""
        return tuple(f"{self.vocabulary}.{self.code}.{part}" for part in PARTS)

    def texts(self) -> tuple[str, ...]:
        """Definition, example and border, as in PARTS."""
        return self.definition, self.example, self.border


Definitions = Mapping[tuple[str, str], Definition]
"""By list and code."""


def build(vocabulary: Vocabulary, rows: Iterable[Row], *, file: str) -> Definitions:
    """The definitions from the rows of their file. Raises BadVocabulary naming every fault."""
    faults: list[Fault] = []
    found: dict[tuple[str, str], Definition] = {}
    for line, row in rows:
        place = (row["list"], row["code"])
        named = ".".join(place)
        if place in found:
            faults.append(Fault(file, line, f"{named} is defined twice"))
        if place[0] not in DEFINED or not vocabulary.has(*place):
            faults.append(Fault(file, line, f"{named} is no code that the desk chooses"))
        faults += [Fault(file, line, f"{named} has no {part}") for part in PARTS if not row[part].strip()]
        found[place] = Definition(*place, *(row[part] for part in PARTS))
    for name in DEFINED:
        for term in vocabulary.of(name):
            if (name, term.code) not in found:
                faults.append(Fault(file, 1, f"{term.key} is not defined"))
    if faults:
        raise BadVocabulary(faults)
    return found
