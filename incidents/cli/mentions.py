"""`mentions`: places that stories name, read from a CSV file, one row a mention. Offline."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from incidents.adapters import data_files
from incidents.cli import csv_files
from incidents.cli.geocode import COLUMNS, cells


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--column", required=True, help="The column of FILE that holds the stories.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here instead of to standard output.")
def mentions(file: Path, column: str, out: Path | None) -> None:
    """Find the places of Serbia that stories name, without asking anybody on the network.

    FILE is CSV as for geocode. Each mention is a row of its own: the row of FILE (the first behind the header is 1),
    where it starts and ends in the story, its words, and the columns that geocode writes. Only what is surely a place
    is taken: a name in the middle of a sentence may be a person's.
    """
    with csv_files.in_words(file.name), csv_files.opened(file) as (binary, lines):
        delimiter, rows = csv_files.rows(lines, column, file.name)
        place = next(rows).index(column)
        geocoder = data_files.geocoder()
        with csv_files.written(out) as target:
            writer = csv.writer(target, delimiter=delimiter, lineterminator="\n")
            writer.writerow(["row", "start", "end", "text", *COLUMNS])
            for number, row in enumerate(csv_files.shown(rows, binary), start=1):
                story = row[place] if place < len(row) else ""
                for start, end, location in geocoder.mentions(story):
                    writer.writerow([number, start, end, story[start:end], *cells(location)])
