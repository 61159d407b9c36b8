"""The trial: a whole site in instance/, with three members and invented reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from incidents.cli.setup import make_secrets
from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import Settings
from incidents.db import migrations
from incidents.db.database import Database
from incidents.db.key import current_desk_key

_LOGINS = "trial"
"""The file that makes a site a trial; it holds the log-ins, which are no secret there."""


def make_trial_site(instance: Path, bind: str, now: datetime) -> Settings:
    """The settings of a trial site, made and filled if it is not there; prints how to get in."""
    logins = instance / _LOGINS
    if instance.exists() and any(instance.iterdir()) and not logins.exists():
        raise Wrong(f"{instance} holds a site that is not a trial. Name a command, or see --help.")
    make_secrets(instance)
    logins.touch(mode=0o600)
    settings = settings_of_site()
    with database_of(settings) as database:
        migrations.upgrade(database)
        with database.reader() as session:
            is_new = current_desk_key(session) is None
        if is_new:
            click.echo("Making a trial site with invented reports. This takes some seconds.")
            logins.write_text(_fill(database, settings, now), encoding="utf-8")
    click.echo(_welcome(bind, logins.read_text(encoding="utf-8")))
    return settings


def _fill(database: Database, settings: Settings, now: datetime) -> str:
    """Members, reports, incidents and a first signed release; gives the lines that say how to log in."""
    raise NotImplementedError
