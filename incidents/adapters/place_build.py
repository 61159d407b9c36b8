"""Turns a folder of gazetteer tables into the project's own place files. Polygons and hamlets are never read.

Facts are carried over: codes, names, populations, postal codes, points. What was written by hand for this project
(`hand/` beside the place files) is laid over them. Attribution: see README, "Data".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from incidents.core.script import fold, to_latin

Row = dict[str, str]
Tables = dict[str, list[Row]]

SOURCES = (
    "regions",
    "districts",
    "municipalities",
    "settlements",
    "settlement_names",
    "postal_codes",
    "neighbourhoods",
    "kosovo_places",
)
_LANGUAGES = ("hu", "sq", "sk", "ro", "rue", "bg")
_SHARED_POSTAL_CODES = {
    "11000": "GRAD:BEOGRAD",
    "18000": "GRAD:NIS",
    # Delivery posts that are called as their municipality; those of the others reach into several.
    "11070": "70181",
    "11080": "70157",
}
_CITIES = {"Београд": "GRAD:BEOGRAD", "Ниш": "GRAD:NIS"}
"""Cities of several municipalities, none of which has the city's name; other cities are their municipality."""


class BadTable(Exception):
    """A table is missing, or not what it should be; the text says which and why."""


def read_tables(folder: Path) -> Tables:
    """The source tables of `folder` by name. Raises BadTable."""
    return {name: read_table(folder / f"{name}.csv") for name in SOURCES}


def read_table(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, restval=""))
    except FileNotFoundError:
        raise BadTable(f"{path} is missing.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTable(f"{path} cannot be read as CSV in UTF-8: {error}.") from None


def build(tables: Tables, *, names_by_hand: list[Row], quarters_by_hand: list[Row]) -> Tables:
    """The project's place files by name. Raises BadTable for a column that is missing or a Latin name that differs."""
    try:
        _check_latin(tables["settlements"])
        return {
            "regions": _regions(tables["regions"]),
            "districts": _districts(tables["districts"]),
            "municipalities": _municipalities(tables["municipalities"], names_by_hand),
            "settlements": _settlements(tables["settlements"]),
            "cities": _cities(tables["municipalities"]),
            "names": _names(tables, names_by_hand),
            "postal_codes": _postal_codes(tables["postal_codes"]),
            "quarters": _quarters(tables, quarters_by_hand),
            "kosovo": _kosovo(tables["kosovo_places"]),
        }
    except KeyError as column:
        raise BadTable(f"A table has no column {column}.") from None


def write_tables(tables: Tables, folder: Path) -> None:
    """One file a table; each is written whole before it takes the old one's place."""
    for name, rows in tables.items():
        unfinished = folder / f"{name}.csv.new"
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        unfinished.replace(folder / f"{name}.csv")


def _check_latin(settlements: list[Row]) -> None:
    """Latin names are not carried: they follow from the Cyrillic ones."""
    for row in settlements:
        if row["name_sr_latn"] != to_latin(row["name_sr_cyrl"]):
            raise BadTable(f"Settlement {row['settlement_code']}: the Latin name is not the Cyrillic one.")


def _some(row: Row, *columns: str) -> Row:
    return {column: row[column] for column in columns}


def _regions(rows: list[Row]) -> list[Row]:
    return [
        {"region_code": row["region_code_nuts2"]}
        | _some(row, "name_sr_cyrl", "name_sr_latn", "name_en", "population_2022")
        for row in rows
    ]


def _districts(rows: list[Row]) -> list[Row]:
    """Those of Kosovo* too: an incident may have been settled on one, though there are no statistics of them."""
    columns = ("district_code", "iso_3166_2", "region_code", "name_sr_cyrl", "name_sr_latn", "name_en", "name_hu")
    return [_some(row, *columns, "seat_sr_cyrl", "population_2022") for row in rows]


def _municipalities(rows: list[Row], by_hand: list[Row]) -> list[Row]:
    """A name written by hand takes the place of what the source calls the seat in that language."""
    mended = {(row["code"], row["lang"]): row["name"] for row in reversed(by_hand)}
    columns = ("municipality_code", "name_sr_cyrl", "name_sr_latn", "type", "local_self_government_sr_cyrl")
    built = []
    for row in rows:
        names = {
            f"name_{tag}": mended.get((row["seat_settlement_code"], tag), row[f"name_{tag}"]) for tag in _LANGUAGES
        }
        ours = _some(row, *columns, "district_code", "region_code", "population_2022", "lat", "lon")
        built.append(ours | {"seat_code": row["seat_settlement_code"]} | names)
    return built


def _cities(municipalities: list[Row]) -> list[Row]:
    parts = {name: _parts(municipalities, name) for name in _CITIES}
    return [
        {"city_code": code, "name_sr_cyrl": name, "name_sr_latn": to_latin(name)}
        | _some(parts[name][0], "district_code")
        | {"population_2022": str(sum(int(part["population_2022"]) for part in parts[name]))}
        for name, code in _CITIES.items()
    ]


def _parts(municipalities: list[Row], city: str) -> list[Row]:
    parts = [row for row in municipalities if row["local_self_government_sr_cyrl"] == f"Град {city}"]
    if not parts:
        raise BadTable(f"No municipality is a part of {city}.")
    return parts


def _settlements(rows: list[Row]) -> list[Row]:
    """A point that is only the municipality's is left out."""
    built = []
    for row in rows:
        has_point = row["coord_quality"] != "municipality"
        ours = _some(row, "settlement_code", "name_sr_cyrl", "municipality_code", "population_2022")
        built.append(ours | {"lat": row["lat"] if has_point else "", "lon": row["lon"] if has_point else ""})
    return built


def _names(tables: Tables, by_hand: list[Row]) -> list[Row]:
    """Other names of settlements, but those of low confidence and those by which another place is better known.

    A name whose language the source does not know is left out where it is an official name of some other place.
    """
    official = {fold(row["name_sr_cyrl"]) for row in tables["settlements"]}
    official |= {fold(row["name_sr_cyrl"].split("(")[0]) for row in (*tables["settlements"], *tables["municipalities"])}
    seen = {(row["code"], fold(row["name"])) for row in by_hand}
    seen |= {(row["settlement_code"], fold(row["name_sr_cyrl"])) for row in tables["settlements"]}
    built = [_some(row, "code", "lang", "name") for row in by_hand if row["name"]]
    dropped = {(row["code"], fold(row["not_name"])) for row in by_hand if row["not_name"]}
    ranked = sorted(tables["settlement_names"], key=lambda row: row["confidence"] != "high")
    for row in ranked:
        lang = row["lang"] if row["lang"] in {*_LANGUAGES, "mk", "bs", "hr", "de", "tr", "sr-old", "en"} else ""
        key = (row["settlement_code"], fold(row["name"]))
        is_vague = not lang or row["confidence"] != "high"
        if row["confidence"] == "low" or key in seen | dropped or (is_vague and key[1] in official) or not key[1]:
            continue
        seen.add(key)
        built.append({"code": row["settlement_code"], "lang": lang if not is_vague else lang and f"{lang}?"})
        built[-1]["name"] = row["name"]
    return sorted(built, key=lambda row: (row["code"], row["lang"], row["name"]))


def _postal_codes(rows: list[Row]) -> list[Row]:
    """Codes of settlements, and those that mean a whole city or a municipality of one."""
    codes = {row["postal_code"]: row["settlement_code"] or _SHARED_POSTAL_CODES[row["postal_code"]] for row in rows}
    return [{"postal_code": postal, "code": code} for postal, code in sorted({**_SHARED_POSTAL_CODES, **codes}.items())]


def _quarters(tables: Tables, by_hand: list[Row]) -> list[Row]:
    """Quarters of cities; what was written by hand adds some, and says which are no quarters or lie elsewhere."""
    taken = {(fold(row["name_sr_cyrl"]), row["municipality_code"]) for row in tables["settlements"]}
    taken |= {(fold(row["name_sr_cyrl"].split("(")[0]), row["municipality_code"]) for row in tables["municipalities"]}
    mended = {fold(row["name_sr_cyrl"]) for row in by_hand}
    sources = [(row, "") for row in _written_in_cyrillic(tables["neighbourhoods"])]
    ours = [(row, row["is_well_known"]) for row in by_hand if row["municipality_code"]]
    built = {
        (fold(row["name_sr_cyrl"]), row["municipality_code"]): _some(row, "name_sr_cyrl", "municipality_code")
        | {"is_well_known": known}
        for row, known in (*((row, no) for row, no in sources if fold(row["name_sr_cyrl"]) not in mended), *ours)
    }
    kept = [row for key, row in built.items() if key not in taken]
    return sorted(kept, key=lambda row: (row["municipality_code"], row["name_sr_cyrl"]))


def _written_in_cyrillic(rows: Iterable[Row]) -> Iterable[Row]:
    """The rows with a whole name in Cyrillic, spaces put right."""
    for row in rows:
        name = " ".join(row["name_sr_cyrl"].split())
        if name and not name.startswith("Градска општина") and not any("a" <= c.lower() <= "z" for c in name):
            yield row | {"name_sr_cyrl": name}


def _kosovo(rows: list[Row]) -> list[Row]:
    """Places of Kosovo*, apart: no codes, districts or populations, so that nothing can be counted from them."""
    built: dict[tuple[str, ...], Row] = {}
    for row in rows:
        names = {
            "name_sr_cyrl": row["name_sr"].removeprefix("Општина "),
            "name_sq": row["name_sq"],
            "name_other": row["name_wof"] if _is_whole(row["name_wof"]) else "",
        }
        if any(names.values()):
            built.setdefault(tuple(map(fold, names.values())), names | _some(row, "lat", "lon"))
    return sorted(built.values(), key=lambda row: tuple(row.values()))


def _is_whole(name: str) -> bool:
    """ "KaCanik" and "Shte Rpce" lost letters on the way."""
    return not any(letter.isupper() for word in name.split() for letter in word[1:]) and name != "Shte Rpce"
