"""Reads the project's place files: units with their codes, and everything that a place can be found by."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from incidents.core.gazetteer.place import FORMER, Gazetteer, Kind, Level, Name, Place
from incidents.core.places import KOSOVO, City, District, Municipality, Places, Region
from incidents.core.script import fold

Row = dict[str, str]

_PART_OF_CITY = "city_municipality"
_COLUMNS = {
    "sr-Cyrl": "name_sr_cyrl",
    "sr-Latn": "name_sr_latn",
    "en": "name_en",
    "hu": "name_hu",
    "sq": "name_sq",
}
_WELL_KNOWN_QUARTER = 5000
_QUARTER = 800
_TOWN_OF_KOSOVO = 20_000
"""Only to order namesakes; there are no figures of Kosovo* here."""


def read_places(folder: Path) -> Places:
    """The units that have codes and names on pages. Settlements are not among them: nothing is kept so fine."""
    return Places(
        districts={row["district_code"]: _district(row) for row in rows(folder / "districts.csv")},
        municipalities={row["municipality_code"]: _municipality(row) for row in rows(folder / "municipalities.csv")},
        regions={
            row["region_code"]: Region(row["region_code"], _names(row), int(row["population_2022"]))
            for row in rows(folder / "regions.csv")
        },
        cities={
            row["city_code"]: City(row["city_code"], row["district_code"], _names(row))
            for row in rows(folder / "cities.csv")
        },
    )


def rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, restval="")


def _district(row: Row) -> District:
    return District(row["district_code"], row["region_code"], _names(row), int(row["population_2022"] or 0))


def _municipality(row: Row) -> Municipality:
    return Municipality(
        code=row["municipality_code"],
        district_code=row["district_code"],
        names=_names(row),
        population=int(row["population_2022"]),
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        city=row["local_self_government_sr_cyrl"].removeprefix("Град ") if row["type"] == _PART_OF_CITY else "",
        seat_code=row["seat_code"],
    )


def _names(row: Row) -> dict[str, str]:
    names = {tag: row[column] for tag, column in _COLUMNS.items() if row.get(column)}
    names.setdefault("en", names["sr-Latn"])
    return names


def read_gazetteer(folder: Path, places: Places) -> Gazetteer:
    """Everything that searches need, of the places given and the files beside theirs."""
    reader = _Reader(places)
    reader.add_larger_units()
    for row in rows(folder / "settlements.csv"):
        reader.add_settlement(row)
    reader.add_municipalities()
    for row in rows(folder / "quarters.csv"):
        reader.add_quarter(row)
    reader.add_kosovo(list(rows(folder / "kosovo.csv")))
    for row in rows(folder / "names.csv"):
        reader.add_name(row)
    return Gazetteer(
        names=reader.names,
        points=reader.points,
        municipalities=reader.municipalities,
        postal_codes={
            row["postal_code"]: reader.by_code.get(row["code"]) or reader.municipalities[row["code"]]
            for row in rows(folder / "postal_codes.csv")
        },
        elsewhere=_keys(folder / "hand" / "elsewhere.csv"),
        everyday=_keys(folder / "hand" / "everyday.csv"),
        streets=_keys(folder / "hand" / "streets.csv"),
    )


def _keys(path: Path) -> frozenset[str]:
    return frozenset(fold(row["word"]) for row in rows(path))


class _Reader:
    """Gathers places and names, file by file."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.names: list[Name] = []
        self.by_code: dict[str, Place] = {}
        self.points: list[Place] = []
        city_codes = {city.names["sr-Cyrl"]: code for code, city in places.cities.items()}
        self.around = {
            code: frozenset(
                {
                    code,
                    one.district_code,
                    places.districts[one.district_code].region_code,
                    city_codes.get(one.city, one.district_code),
                }
            )
            for code, one in places.municipalities.items()
        }
        self.municipalities = {code: self._place_of(one) for code, one in places.municipalities.items()}

    def _place_of(self, one: Municipality, quarter: str = "", weight: int = 0) -> Place:
        return Place(
            level=Level.MUNICIPALITY,
            code=one.code,
            name=one.names["sr-Cyrl"],
            municipality_code=one.code,
            district_code=one.district_code,
            within=self.around[one.code] if quarter else self.around[one.code] - {one.code},
            weight=weight or one.population,
            is_main=not quarter,
            latitude=one.latitude,
            longitude=one.longitude,
            quarter=quarter,
        )

    def add_larger_units(self) -> None:
        places, every = self.places, list(self.places.municipalities.values())
        for code, region in places.regions.items():
            parts = [one for one in every if places.districts[one.district_code].region_code == code]
            self._add_unit(Level.REGION, code, region.names, parts)
        for code, district in places.districts.items():
            parts = [one for one in every if one.district_code == code]
            if parts:
                self._add_unit(Level.DISTRICT, code, district.names, parts, {district.region_code}, code)
        for code, city in places.cities.items():
            parts = [places.municipalities[part] for part in places.parts_of(code)]
            within = {city.district_code, places.districts[city.district_code].region_code}
            self._add_unit(Level.CITY, code, city.names, parts, within, city.district_code)

    def _add_unit(
        self,
        level: Level,
        code: str,
        names: Mapping[str, str],
        parts: list[Municipality],
        within: Iterable[str] = (),
        district: str = "",
    ) -> None:
        people = sum(part.population for part in parts)
        latitude = sum(part.latitude * part.population for part in parts) / people
        longitude = sum(part.longitude * part.population for part in parts) / people
        place = Place(level, code, names["sr-Cyrl"], "", district, frozenset(within), people, True, latitude, longitude)
        self.by_code[code] = place
        if level is Level.DISTRICT and all(part.city for part in parts):
            return  # Beograd: its district is called as the city is
        self.names += [
            Name(text, place, Kind.OFFICIAL if tag.startswith("sr") else Kind.MINORITY, tag)
            for tag, text in names.items()
            if tag != "sr-Latn"
        ]

    def add_settlement(self, row: Row) -> None:
        code, municipality = row["settlement_code"], row["municipality_code"]
        of = self.places.municipalities[municipality]
        place = Place(
            level=Level.SETTLEMENT,
            code=code,
            name=row["name_sr_cyrl"],
            municipality_code=municipality,
            district_code=of.district_code,
            within=self.around[municipality],
            weight=of.population if of.seat_code == code else int(row["population_2022"]),
            is_main=of.seat_code == code,
            latitude=float(row["lat"] or of.latitude),
            longitude=float(row["lon"] or of.longitude),
        )
        if row["lat"]:
            self.points.append(place)
        self.by_code[code] = place
        self.names.append(Name(place.name, place, Kind.OFFICIAL))

    def add_municipalities(self) -> None:
        """By name only those whose seat is called otherwise: "Kikinda" is the town, "Voždovac" the municipality."""
        for code, one in self.places.municipalities.items():
            name, seat = one.names["sr-Cyrl"], self.by_code[one.seat_code]
            is_its_seat = fold(seat.name.split("(")[0]) == fold(name)
            place = seat if is_its_seat else self.municipalities[code]
            if not is_its_seat:
                self.names.append(Name(name, place, Kind.OFFICIAL))
            self.names += [Name(one.names[tag], place, Kind.MINORITY, tag) for tag in ("hu", "sq") if tag in one.names]

    def add_quarter(self, row: Row) -> None:
        of = self.places.municipalities[row["municipality_code"]]
        people = _WELL_KNOWN_QUARTER if row["is_well_known"] else _QUARTER
        place = self._place_of(of, row["name_sr_cyrl"], people)
        self.names.append(Name(place.quarter, place, Kind.OFFICIAL if row["is_well_known"] else Kind.MINORITY))

    def add_kosovo(self, towns: list[Row]) -> None:
        """Each place for itself, and Kosovo* as a whole in their middle."""
        for row in towns:
            names = [row[column] for column in ("name_sr_cyrl", "name_sq", "name_other") if row[column]]
            place = _in_kosovo(names[0], float(row["lat"]), float(row["lon"]))
            self.points.append(place)
            self.names += [Name(name, place, Kind.MINORITY, "sq") for name in names]
        latitude, longitude = (sum(float(row[column]) for row in towns) / len(towns) for column in ("lat", "lon"))
        self.by_code[KOSOVO] = whole = _in_kosovo("Косово*", latitude, longitude)
        apart = [one for one in self.places.districts.values() if one.region_code not in self.places.regions]
        self.names += [Name(text, whole, Kind.MINORITY) for one in apart for text in one.names.values()]

    def add_name(self, row: Row) -> None:
        language = row["lang"].rstrip("?")
        is_vague = row["lang"] in {"", FORMER} or row["lang"].endswith("?")
        place = self.by_code[row["code"]]
        is_ours = is_vague and place.level not in {Level.SETTLEMENT, Level.KOSOVO}
        kind = Kind.OFFICIAL if is_ours else Kind.OTHER if is_vague and place.code != KOSOVO else Kind.MINORITY
        self.names.append(Name(row["name"], place, kind, language))


def _in_kosovo(name: str, latitude: float, longitude: float) -> Place:
    return Place(Level.KOSOVO, KOSOVO, name, "", "", frozenset(), _TOWN_OF_KOSOVO, True, latitude, longitude)
