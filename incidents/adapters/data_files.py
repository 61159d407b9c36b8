"""Reads the package's own data files: vocabularies and places, checked when the site starts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from incidents.core import vocabulary as rules
from incidents.core.places import District, Municipality, Places, Region
from incidents.core.vocabulary import BadVocabulary, Fault, Vocabulary
from incidents.resources import data_file

MAPPING_VERSION = "2026-1"
_PART_OF_CITY = "city_municipality"


def read_vocabulary(folder: Path, version: str) -> Vocabulary:
    """The vocabulary of one folder with one version of the mapping. Raises BadVocabulary."""
    codes, mappings = folder / "codes.csv", folder / f"mapping-{version}.csv"
    return rules.build(version, _rows(codes), _rows(mappings), codes_file=codes.name, mappings_file=mappings.name)


@cache
def vocabulary() -> Vocabulary:
    return read_vocabulary(data_file("vocabulary"), MAPPING_VERSION)


@cache
def places() -> Places:
    regions = {
        row["region_code_nuts2"]: Region(row["region_code_nuts2"], _names(row))
        for _, row in _rows(data_file("places/regions.csv"))
    }
    districts = {
        row["district_code"]: District(row["district_code"], row["region_code"], _names(row))
        for _, row in _rows(data_file("places/districts.csv"))
    }
    municipalities = {
        row["municipality_code"]: Municipality(
            code=row["municipality_code"],
            district_code=row["district_code"],
            names=_names(row),
            population=int(row["population_2022"]),
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            city=row["local_self_government_sr_cyrl"].removeprefix("Град ") if row["type"] == _PART_OF_CITY else "",
        )
        for _, row in _rows(data_file("places/municipalities.csv"))
    }
    return Places(regions, districts, municipalities)


def _names(row: dict[str, str]) -> dict[str, str]:
    columns = {
        "sr-Cyrl": "name_sr_cyrl",
        "sr-Latn": "name_sr_latn",
        "en": "name_en",
        "hu": "name_hu",
        "sq": "name_sq",
    }
    names = {tag: row[column] for tag, column in columns.items() if row.get(column)}
    names.setdefault("en", names["sr-Latn"])
    return names


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restval="")
        for row in reader:
            if None in row:
                raise BadVocabulary([Fault(path.name, reader.line_num, "more cells than columns")])
            yield reader.line_num, row
