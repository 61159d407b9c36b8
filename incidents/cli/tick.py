"""`tick`: the regular work of a site, for a timer; `mail`: the daily note alone."""

from __future__ import annotations

from collections.abc import Set
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from incidents.adapters import erased_list
from incidents.adapters import mail as mails
from incidents.adapters.mail import NotHandedOver
from incidents.cli.site import Wrong, database_of, schedule_of
from incidents.config import Settings
from incidents.db.database import Database
from incidents.services import note as notes
from incidents.services import retention
from incidents.services import tick as services
from incidents.services.sources import sources_of
from incidents.services.watching import readiness

_HERE = ZoneInfo("Europe/Belgrade")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also what was done today already.")
@click.pass_context
def tick(context: click.Context, everything: bool) -> None:
    """Do the regular work that is due. For a timer, every ten minutes or so; by hand it does no harm.

    Exit code 1 means that something could not be done; it is tried again the next time.
    """
    settings: Settings = context.obj
    now, has_fault = datetime.now(UTC), False
    with database_of(settings) as database:
        around = services.Surroundings(
            now=now,
            here=now.astimezone(_HERE),
            pepper=settings.pepper,
            schedule=schedule_of(settings),
            everything=everything,
            list_erased=partial(_list_erased, settings),
            send_note=partial(_send, settings, database, now) if settings.mail is not None else None,
        )
        for line in services.tick(database, around):
            has_fault = has_fault or line.is_fault
            click.echo(line.text, err=line.is_fault)
    context.exit(1 if has_fault else 0)


@click.command()
@click.option("--show", is_flag=True, help="Print it, and send nothing.")
@click.pass_obj
def mail(settings: Settings, show: bool) -> None:
    """Send the daily note now, to try the settings of mail. `tick` sends it each morning."""
    now = datetime.now(UTC)
    with database_of(settings) as database, database.reader() as session:
        if show:
            click.echo(_text(settings, database, now, session), nl=False)
            return
        if settings.mail is None:
            raise Wrong("INCIDENTS_MAIL_TO is not set: name the addresses that the daily note goes to.")
        try:
            _send(settings, database, now, session)
        except services.NotSent as error:
            raise Wrong(f"The note could not be sent: {error.reason}.") from None
    click.echo("The note was sent.")


def _list_erased(settings: Settings, tags: Set[str]) -> int:
    try:
        return erased_list.add(settings.instance / erased_list.NAME, tags)
    except (erased_list.NotAList, OSError) as error:
        raise services.NotListed(type(error).__name__) from None


def _send(settings: Settings, database: Database, now: datetime, session: Session) -> None:
    assert settings.mail is not None  # noqa: S101 (asked before)
    try:
        mails.send(settings.mail, notes.SUBJECT, _text(settings, database, now, session))
    except NotHandedOver as error:
        raise services.NotSent(error.reason) from None


def _text(settings: Settings, database: Database, now: datetime, session: Session) -> str:
    with closing(sources_of(settings, database, now=lambda: now)) as sources:
        checks = readiness(database, settings, now=now) | sources.checks()
    del checks["tick"]  # it sends the note: that it came says it
    today = now.astimezone(_HERE).date()
    due = retention.due(session, schedule_of(settings), today=today, now=now)
    return notes.note(session, checks, falling_due=len({one.report for one in due}), today=today)
