"""Reads the package's own data files: vocabularies and places, checked when the site starts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from incidents.adapters.geocoder import GazetteerGeocoder
from incidents.adapters.help_files import read_directory
from incidents.adapters.official_shapes import read_official
from incidents.adapters.place_files import read_gazetteer, read_places, rows
from incidents.adapters.shape_files import read_shapes
from incidents.core import definitions as meanings
from incidents.core import vocabulary as rules
from incidents.core.definitions import Definitions
from incidents.core.deidentify.known import Known, Person, known
from incidents.core.gazetteer.place import Gazetteer
from incidents.core.help import Directory
from incidents.core.places import Places
from incidents.core.script import fold
from incidents.core.shapes import Shapes
from incidents.core.treaties import Reading
from incidents.core.twins import lexicon as words
from incidents.core.twins.lexicon import Lexicon
from incidents.core.vocabulary import BadVocabulary, Fault, Vocabulary
from incidents.core.vocabulary_versions import Version, version_of
from incidents.resources import data_file

MAPPING_VERSION = "2026-1"
TREATIES_VERSION = "2026-1"


def read_vocabulary(folder: Path, version: str) -> Vocabulary:
    """The vocabulary of one folder with one version of the mapping. Raises BadVocabulary."""
    codes, mappings = folder / "codes.csv", folder / f"mapping-{version}.csv"
    return rules.build(version, _rows(codes), _rows(mappings), codes_file=codes.name, mappings_file=mappings.name)


def mapping_versions(folder: Path) -> dict[str, Version]:
    """Every version of the mapping that the folder has, the oldest first."""
    names = {path.stem.removeprefix("mapping-"): path for path in folder.glob("mapping-*.csv")}
    ordered = sorted(names, key=lambda version: [int(part) for part in version.split("-")])
    return {version: version_of(row for _line, row in _rows(names[version])) for version in ordered}


@cache
def common_passwords() -> frozenset[str]:
    """Words of which passwords are often made, in Serbian, Hungarian and English; folded."""
    words = (data_file("passwords") / "common.txt").read_text(encoding="utf-8").split()
    return frozenset(map(fold, words))


@cache
def vocabulary() -> Vocabulary:
    return read_vocabulary(data_file("vocabulary"), MAPPING_VERSION)


@cache
def definitions() -> Definitions:
    """What the codes of the desk mean, in the version of the mapping that is in use."""
    file = data_file("vocabulary") / f"definitions-{MAPPING_VERSION}.csv"
    return meanings.build(vocabulary(), _rows(file), file=file.name)


@cache
def treaty_readings() -> tuple[Reading, ...]:
    """What committees of the United Nations ask about, in the order of the file."""
    file = data_file("treaties") / f"readings-{TREATIES_VERSION}.csv"
    return tuple(
        Reading(row["body"], row["list"], row["code"], row["article"], row["status"] != "unconfirmed")
        for _line, row in _rows(file)
    )


@cache
def places() -> Places:
    return read_places(data_file("places"))


@cache
def gazetteer() -> Gazetteer:
    return read_gazetteer(data_file("places"), places())


@cache
def geocoder() -> GazetteerGeocoder:
    """One for the whole process: it keeps nothing of what is asked."""
    return GazetteerGeocoder(gazetteer())


@cache
def directory() -> Directory:
    """Who can help with what, by the project's own files alone."""
    return read_directory(data_file("help"), vocabulary(), places())


@cache
def shapes(official: Path | None = None) -> Shapes:
    """The derived shapes, or those of an official file. Raises official_shapes.BadShapes."""
    if official:
        return read_official(official, places(), shapes())
    return read_shapes(data_file("places/shapes.json"))


@cache
def known_names() -> Known:
    """Names of people and small places, in all their forms, for marking what could identify someone."""
    folder = data_file("names")
    people = [
        Person(row["name"], row["language"], is_surname=is_surname, is_word=row["is_word"] == "1")
        for file, is_surname in (("given.csv", False), ("surnames.csv", True))
        for row in rows(folder / file)
    ]
    cues = ((row["word"], row["use"]) for row in rows(folder / "cues.csv"))
    return known(people, cues, (row["word"] for row in rows(folder / "words.csv")), gazetteer())


@cache
def lexicon() -> Lexicon:
    """What words of several languages speak of, to find accounts of one event."""
    folder = data_file("likeness")
    concepts = [
        (row.pop("concept"), [stem for stems in row.values() for stem in stems.split()])
        for row in rows(folder / "concepts.csv")
    ]
    return words.lexicon(concepts, [word for row in rows(folder / "common.csv") for word in row["words"].split()])


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restval="")
        for row in reader:
            if None in row:
                raise BadVocabulary([Fault(path.name, reader.line_num, "more cells than columns")])
            yield reader.line_num, row
