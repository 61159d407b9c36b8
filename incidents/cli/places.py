"""`places build`: the project's place files, made again from a folder of gazetteer tables.

A command and not a script beside the data, because operators run it too when they get newer official tables.
"""

from __future__ import annotations

from pathlib import Path

import click

from incidents.adapters import place_build
from incidents.adapters.place_build import BadTable
from incidents.cli.site import Wrong
from incidents.resources import data_file


@click.group()
def places() -> None:
    """The place data that the site carries."""


@places.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write here instead of into the place data of this installation.",
)
def build(folder: Path, to: Path | None) -> None:
    """Make the place files again from the tables in FOLDER.

    Reads regions, districts, municipalities, settlements, settlement_names, postal_codes, neighbourhoods and
    kosovo_places (.csv), and what was written by hand for this project. The same tables give the same files.
    """
    ours = data_file("places")
    try:
        tables = place_build.build(
            place_build.read_tables(folder),
            names_by_hand=place_build.read_table(ours / "hand" / "names.csv"),
            quarters_by_hand=place_build.read_table(ours / "hand" / "quarters.csv"),
        )
        (to or ours).mkdir(parents=True, exist_ok=True)
        place_build.write_tables(tables, to or ours)
    except BadTable as wrong:
        raise Wrong(str(wrong)) from None
    except OSError as error:
        raise Wrong(f"{to or ours} cannot be written: {error.strerror}.") from None
    for name, rows in tables.items():
        click.echo(f"{name}.csv: {len(rows)} rows")
