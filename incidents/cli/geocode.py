"""`geocode`: places that people typed, read from a CSV file, with their official codes written beside them. Offline."""

from __future__ import annotations

import csv
from pathlib import Path

import click
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from incidents.adapters import data_files
from incidents.cli import csv_files

COLUMNS = (
    "level",
    "code",
    "settlement_code",
    "municipality_code",
    "district_code",
    "name",
    "score",
    "ambiguous",
    "alternatives",
)
_NOTHING = ("", "", "", "", "", "", "0", "false", "")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--column", required=True, help="The column of FILE that holds what people typed.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here instead of to standard output.")
def geocode(file: Path, column: str, out: Path | None) -> None:
    """Find the places of Serbia that people typed, without asking anybody on the network.

    FILE is CSV in UTF-8 with a header, separated by commas, semicolons or tabs. Its columns stay as they are; behind
    them come level (settlement, municipality, city, district, region or kosovo; empty if nothing was found), the code
    of that level, the codes of settlement, municipality and district, name, score from 0 to 1, whether it is
    ambiguous, and the codes of its namesakes. A column of yours with such a name keeps it; ours then is place_NAME.
    """
    with csv_files.in_words(file.name), csv_files.opened(file) as (binary, lines):
        delimiter, rows = csv_files.rows(lines, column, file.name)
        header = next(rows)
        place = header.index(column)
        geocoder = data_files.geocoder()
        with csv_files.written(out) as target:
            writer = csv.writer(target, delimiter=delimiter, lineterminator="\n")
            writer.writerow([*header, *(name if name not in header else f"place_{name}" for name in COLUMNS)])
            for row in csv_files.shown(rows, binary):
                row += [""] * (len(header) - len(row))
                writer.writerow([*row, *_found(row[place], geocoder)])


def _found(query: str, geocoder: Geocoder) -> tuple[str, ...]:
    location = geocoder.geocode(query)
    return _NOTHING if location is None else cells(location)


def cells(location: Location) -> tuple[str, ...]:
    """What stands in `COLUMNS` for a place that was found."""
    raw = location.raw
    return (
        *(raw[column] for column in COLUMNS[:6]),
        f"{raw['score']:g}",
        "true" if raw["ambiguous"] else "false",
        "|".join(raw["alternatives"]),
    )
