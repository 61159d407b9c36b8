"""`retention`: what falls due, and the files of the database written anew after a large destruction."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import click

from incidents.cli.site import Wrong, database_of, schedule_of
from incidents.config import Settings
from incidents.core.periods import in_serbia
from incidents.services import retention as services
from incidents.services import tick


@click.group()
def retention() -> None:
    """How long reports are kept. Destroying takes two members at the desk, and `tick`."""


@retention.command("due")
@click.pass_obj
def shown(settings: Settings) -> None:
    """Count what is due or falls due in the next 30 days, by day, state and part; with what stands in the way."""
    now = datetime.now(UTC)
    today, schedule = in_serbia(now).date(), schedule_of(settings)
    with database_of(settings) as database, database.reader() as session:
        found = services.due(session, schedule, today=today, now=now)
        too_long = services.open_too_long(session, today=today)
    numbers = Counter(
        # What has been due for long is one line, not one for each day of the past.
        (max(one.due_on, today), one.handling.value, one.part.value, one.obstacle.value if one.obstacle else "")
        for one in found
    )
    for (day, handling, part, why), number in sorted(numbers.items()):
        click.echo(f"{'now' if day == today else day.isoformat():<10}  {handling:<11}  {part:<6}  {number:>6}  {why}")
    for state, number in too_long.items():
        click.echo(f"{'open':<10}  {state.value:<17}  {number:>8}  untouched for too long, never due")
    if not found and not too_long:
        click.echo("Nothing is due in the next 30 days.")


@retention.command()
@click.pass_obj
def clean(settings: Settings) -> None:
    """Write the tables anew after a destruction, however large they are. Nobody can read or write them meanwhile."""
    today = in_serbia(datetime.now(UTC)).date()
    with database_of(settings) as database, database.alone_at("tick") as is_alone:
        if not is_alone:
            raise Wrong("`tick` is at work just now. Please try again in a few minutes.")
        line = tick.clean(database, today=today, everything=True)
    if line.is_fault:
        raise Wrong("Somebody was reading all the time. Please try again.")
    click.echo("The tables are written anew.")
