"""`retention`: what falls due, and the files of the database written anew after a large destruction."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import click

from incidents.cli.erased import listed_in, lists_of, tell_of_erased
from incidents.cli.site import Wrong, database_of, schedule_of
from incidents.config import Settings
from incidents.core.periods import in_serbia
from incidents.db.order import write_anew
from incidents.services import erased, tick
from incidents.services import retention as services


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


@retention.command()
@click.pass_obj
def again(settings: Settings) -> None:
    """Destroy and withdraw again what erased.list says is gone.

    `restore` does so by itself: this is for a database that came back by other means, to a moment of before.
    """
    now, lists, schedule = datetime.now(UTC), lists_of(settings), schedule_of(settings)
    listed = listed_in(lists)
    with database_of(settings) as database:
        with database.unit_of_work() as session:
            found = erased.take_off(session, listed, pepper=settings.pepper, now=now)
        is_clean = not found.is_any or write_anew(database)
        with database.reader() as session:
            over = services.number_over(session, schedule, today=now.date(), now=now)
    tell_of_erased(lists, found, is_clean=is_clean, over=over)
