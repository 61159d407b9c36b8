"""What a civil-society submission to ODIHR takes from incidents: which are eligible, as which bias and coarse type.

Hate crime is a criminal offence with a bias motive (OSCE Ministerial Council Decision 9/09); hate speech and
discrimination stay out, and attacks on property are numbers only (calls for submissions since the data of 2022). The
columns are a proposal: ODIHR's own template could not be read.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from incidents.core.incident import BiasStrength
from incidents.core.places import Places
from incidents.core.release import ENGLISH, WITHHELD, area_name, as_text
from incidents.core.tables import TOTAL
from incidents.core.vocabulary import Vocabulary

COARSE = ("violent", "threat", "property")
"""The three types that ODIHR shows for civil society, the gravest first."""
PROPERTY = "property"
COARSE_WORDS: Mapping[str, str] = {
    "violent": "Violent attacks against people",
    "threat": "Threats",
    PROPERTY: "Attacks against property",
}
UNSPECIFIED = "unspecified"
LIVES = timedelta(days=7)
"""How long an export that was asked for can be approved and fetched."""
LONGEST_SUMMARY = 1_500
_ALIKE = 3
"""So many rows of one month, bias and place may say the place; fewer say the district, and then the region."""
_UNDECIDED = ("EXCLUDED", "EXCLUDED_UNLESS_THREAT", "BY_CASE")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a submission can say of one eligible incident."""

    reference: str
    year: int
    month: int | None
    area: str
    """Where it is counted (core.counting.area_of); a district or a region once it was made coarser."""
    setting: str
    biases: tuple[str, ...]
    coarse: str
    strength: BiasStrength
    verification: str
    told: str
    description: str = ""


def coarse_type(acts: Collection[str], vocabulary: Vocabulary) -> str:
    """The gravest type among the acts; empty where none is an offence for certain.

    An act that may be one or may be none is none, and one of two types is the lighter: nobody at the desk said more.
    """
    found = set()
    for act in acts:
        types = vocabulary.reading("act_type", act).odihr_type
        if types and not set(types) & set(_UNDECIDED):
            kinds = [vocabulary.reading("odihr_crime_type", kind).odihr_coarse for kind in types]
            found.add(max(kinds, key=lambda kind: COARSE.index(kind) if kind in COARSE else -1))
    return next((kind for kind in COARSE if kind in found), "")


def biases(grounds: Collection[str], targets: Collection[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The bias motivations: those of the target groups, and of each ground that none of these groups belongs to."""
    known = vocabulary.terms["odihr_bias"]
    groups = vocabulary.terms["target_group"]
    found = {bias for target in targets for bias in vocabulary.reading("target_group", target).odihr_bias}
    for ground in grounds:
        if not any(ground in groups[target].parents for target in targets if target in groups):
            found |= set(vocabulary.reading("ground", ground).odihr_bias)
    named = {bias for bias in found if bias in known}
    if not named and "BY_TARGET" in found:
        named = {UNSPECIFIED}
    return tuple(bias for bias in known if bias in named)


def coarsened(cases: Sequence[Case], places: Places) -> list[Case]:
    """Rows of which fewer than three share month, bias and place say the district instead, then the region."""
    for _step in range(2):
        alike = Counter((case.year, case.month, case.biases, case.area) for case in cases)
        cases = [
            case
            if alike[case.year, case.month, case.biases, case.area] >= _ALIKE
            else replace(case, area=_around(case.area, places))
            for case in cases
        ]
    return list(cases)


def _around(area: str, places: Places) -> str:
    """The district of a municipality, the region of a district; what is in none stays."""
    district, dash, _rest = area.partition("-")
    if dash:
        return district
    if area in places.municipalities:
        return places.district_of(area)
    return places.districts[area].region_code if area in places.districts else area


_COLUMNS = (
    *("incident_ref", "country", "date", "place", "setting", "bias_motivations", "type_of_incident"),
    *("bias_indicators", "description", "reported_to_authorities", "source_of_information", "verification_level"),
)


def incidents_csv(cases: Iterable[Case], vocabulary: Vocabulary, places: Places) -> bytes:
    """One row an incident, in English; sorted so that nothing tells in which order they came."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    terms = vocabulary.terms
    for case in sorted(cases, key=lambda one: one.reference):
        cells = [
            case.reference,
            "Serbia",
            f"{case.year}-{case.month:02d}" if case.month else str(case.year),
            area_name(case.area, places, ENGLISH),
            terms["setting"][case.setting].label_en,
            "; ".join(terms["odihr_bias"][bias].label_en for bias in case.biases),
            COARSE_WORDS[case.coarse],
            terms["bias_strength"][case.strength.value].label_en,
            case.description,
            terms["authority_told"][case.told].label_en,
            "report to the platform",
            terms["verification"][case.verification].label_en,
        ]
        writer.writerow([as_text(cell) for cell in cells])
    return text.getvalue().encode()


def numbers_csv(values: Iterable[tuple[Sequence[str], int | None]], vocabulary: Vocabulary) -> bytes:
    """Year, bias and type with how many; None where it is withheld. An incident with several biases is in several rows
    and once in the total."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["year", "bias_motivation", "type_of_incident", "incidents"])
    for (year, bias, kind), value in values:
        named = "All" if bias == TOTAL else vocabulary.terms["odihr_bias"][bias].label_en
        writer.writerow([year, as_text(named), COARSE_WORDS.get(kind, "All"), WITHHELD if value is None else value])
    return text.getvalue().encode()
