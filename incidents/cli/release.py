"""`release`: build a draft, go over one again, list them, write their files out. Members sign at the desk."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from incidents.adapters import catalogues, data_files
from incidents.cli.protect import audit
from incidents.cli.site import Wrong, asks_for_help, database_of, settings_of_site
from incidents.config import Settings
from incidents.core.crosstables import CUTS
from incidents.disclosure.protection import CannotProtect
from incidents.disclosure.releasing import CountsChanged
from incidents.services import crosstables, published, releases
from incidents.services.published import ReleaseSummary, Sight

_OPERATOR = "operator"
"""Who the audit trail names for what is done on the machine itself."""
_REFUSALS = {
    "unknown": "Name at least one dimension besides the time.",
    "twice": "A dimension is named twice.",
    "too_many": "Three dimensions at most can be crossed, besides the time.",
    "too_telling": "This table would tell too much about single people: take coarser places or fewer traits.",
    "year_not_over": "The year is not over: add `time` for figures by quarter.",
    "there_already": "This table is published already.",
}


@click.group()
@click.pass_context
def release(context: click.Context) -> None:
    """Releases: the figures that everybody may download."""
    # The audit reads files only.
    if context.obj is None and context.invoked_subcommand != "audit" and not asks_for_help(context):
        context.obj = settings_of_site()


release.add_command(audit)


@release.command()
@click.pass_obj
def build(settings: Settings) -> None:
    """Count what is settled and freeze it as a draft. Two members sign it at the desk; then it is public."""
    now = datetime.now(UTC)
    with database_of(settings) as database, database.unit_of_work() as session:
        try:
            built = releases.build_release(
                session,
                today=_today(now),
                vocabulary=data_files.vocabulary(),
                places=data_files.places(),
                label=catalogues.label,
                pepper=settings.pepper,
                actor=_OPERATOR,
                now=now,
            )
        except releases.AlreadyPublished as earlier:
            raise Wrong(
                f"Release {earlier.number} of {earlier.quarter} is published: wait for the next quarter."
            ) from None
        except releases.Tampered as tampered:
            raise Wrong(f"{tampered}: nothing can be built on them.".capitalize()) from None
        except CannotProtect as unsafe:
            raise Wrong(f"These counts cannot be published safely: {unsafe}") from None
        except CountsChanged as changed:
            raise Wrong(f"What is published would now be counted otherwise: {changed}.") from None
    click.echo(_line(built))


@release.command()
@click.argument("cuts", nargs=-1, required=True, type=click.Choice(["time", *CUTS]), metavar="DIMENSION...")
@click.option("--year", type=int, required=True, help="The year whose published figures are broken down.")
@click.pass_obj
def tabulate(settings: Settings, cuts: tuple[str, ...], year: int) -> None:
    """Build a draft that adds a table to what is published: any dimensions, protected with all that is out.

    DIMENSION is `time` or one of area@region, area@district, area, ground@group, ground, act@group, act, setting,
    gender, age, reported, verification, delay; three at most besides the time.
    """
    now = datetime.now(UTC)
    with database_of(settings) as database, database.unit_of_work() as session:
        try:
            built = crosstables.add_table(
                session,
                cuts,
                year,
                today=_today(now),
                vocabulary=data_files.vocabulary(),
                places=data_files.places(),
                label=catalogues.label,
                pepper=settings.pepper,
                actor=_OPERATOR,
                now=now,
            )
        except crosstables.NothingPublished:
            raise Wrong(f"No release counts {year}.") from None
        except crosstables.Refused as refused:
            raise Wrong(_REFUSALS[refused.why]) from None
        except crosstables.TooMany:
            raise Wrong("Ten tables were added to these figures already: wait for the next quarter.") from None
        except crosstables.TooFine:
            raise Wrong("This table cannot be published without giving somebody away: choose a coarser one.") from None
        except releases.Tampered as tampered:
            raise Wrong(f"{tampered}: nothing can be built on them.".capitalize()) from None
        except CountsChanged as changed:
            raise Wrong(f"What is published would now be counted otherwise: {changed}.") from None
    click.echo(_line(built))


@release.command()
@click.argument("number", type=int)
@click.pass_obj
def check(settings: Settings, number: int) -> None:
    """Go over a release again: do its figures fit, and does any of them give a small count away?"""
    with database_of(settings) as database, database.reader() as session:
        try:
            found = releases.check_release(session, number)
        except published.NotFound:
            raise Wrong(f"There is no release {number}.") from None
        except releases.Tampered as tampered:
            raise Wrong(f"{tampered}.".capitalize()) from None
    click.echo(f"{found.cells} figures, {found.withheld} of them withheld.")
    for cell in found.wrong:
        click.echo(f"not the count that was stored: {cell}", err=True)
    for cell in found.given_away:
        click.echo(f"can be computed: {cell}", err=True)
    if found.wrong or found.given_away:
        raise Wrong("The release does not hold.")
    click.echo("Every figure is as it was counted, and no small count can be computed from them.")


@release.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Name every release with its state."""
    with database_of(settings) as database, database.reader() as session:
        for found in published.list_releases(session):
            click.echo(_line(found))


@release.command()
@click.argument("number", type=int)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.pass_obj
def export(settings: Settings, number: int, folder: Path) -> None:
    """Write the files of a published release into a folder, byte for byte."""
    with database_of(settings) as database, database.reader() as session:
        try:
            found = published.release_by_number(session, number, Sight(datetime.now(UTC)))
        except published.NotFound:
            raise Wrong(f"There is no published release {number}.") from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in found.files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise Wrong(f"{folder} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {len(found.files)} files into {folder}.")


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo("Europe/Belgrade")).date()


def _line(found: ReleaseSummary) -> str:
    published = f"published {found.published_on}" if found.published_on else f"{len(found.signed_by)} of 2 signatures"
    return f"release {found.number}  {found.quarter}  {found.counted} incidents  {published}"
