"""What the commands share: the site they work on, and how they say that something is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from incidents.config import BadSetting, Settings, read_settings
from incidents.core.retention import NotASchedule, Schedule
from incidents.db.database import Database


class Wrong(click.ClickException):
    """Something the operator can mend: one clear line, exit code 2."""

    exit_code = 2


_HELP = "incidents asks for help"


def note_help(context: click.Context, arguments: list[str]) -> None:
    """Remember for all commands below whether one of them only explains itself."""
    context.meta[_HELP] = "--help" in arguments


def asks_for_help(context: click.Context) -> bool:
    """Whether a command only explains itself, for which there need be no site."""
    return bool(context.meta[_HELP])


def settings_of_site() -> Settings:
    try:
        return read_settings(os.environ)
    except BadSetting as error:
        raise Wrong(str(error)) from None


def schedule_of(settings: Settings) -> Schedule:
    """How long reports are kept here."""
    try:
        return Schedule(dict(settings.keep_days))
    except NotASchedule as error:
        raise Wrong(f"INCIDENTS_KEEP_DAYS: {error}.") from None


@contextmanager
def database_of(settings: Settings, url: str = "") -> Iterator[Database]:
    """The site's database, or the one at `url`; closed at the end. One that cannot be reached is one clear line."""
    try:
        database = Database(url or settings.database_url)
    except (SQLAlchemyError, ImportError):
        raise Wrong("This is no address of a database: postgresql+psycopg://... or sqlite:///... is one.") from None
    try:
        yield database
    except SQLAlchemyError as error:
        raise Wrong(f"The database does not answer as it should: {type(error).__name__}.") from None
    finally:
        database.close()
