"""`tick`: the regular work of a site, for a timer."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from incidents.cli.site import database_of
from incidents.config import Settings
from incidents.services import tick as services


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also what was done today already.")
@click.pass_context
def tick(context: click.Context, everything: bool) -> None:
    """Do the regular work that is due. For a timer, every ten minutes or so; by hand it does no harm.

    Exit code 1 means that something could not be done; it is tried again the next time.
    """
    settings: Settings = context.obj
    now = datetime.now(UTC)
    around = services.Surroundings(now=now, here=now.astimezone(ZoneInfo("Europe/Belgrade")), everything=everything)
    has_fault = False
    with database_of(settings) as database:
        for line in services.tick(database, around):
            has_fault = has_fault or line.is_fault
            click.echo(line.text, err=line.is_fault)
    context.exit(1 if has_fault else 0)
