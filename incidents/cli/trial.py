"""The trial: a whole site in instance/, with three members and invented reports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from incidents.adapters import catalogues, data_files
from incidents.cli.setup import make_secrets
from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import Settings
from incidents.db import migrations
from incidents.db.database import Database
from incidents.db.key import current_desk_key
from incidents.services import practised, trial
from incidents.services.trial import TrialMember

_TO_PRACTISE = 120
_MARK = "trial"
"""The file that makes a site a trial; it holds the log-ins, which are no secret there."""


def make_trial_site(instance: Path, bind: str, now: datetime) -> Settings:
    """The settings of a trial site, made and filled if it is not there; prints how to get in."""
    mark = instance / _MARK
    if instance.exists() and any(instance.iterdir()) and not mark.exists():
        raise Wrong(f"{instance} holds a site that is not a trial. Name a command, or see --help.")
    make_secrets(instance)
    mark.touch(mode=0o600)
    settings = settings_of_site()
    with database_of(settings) as database:
        migrations.upgrade(database)
        with database.reader() as session:
            is_new = current_desk_key(session) is None
        if is_new:
            click.echo("Making a trial site with invented reports. This takes some seconds.")
            mark.write_text(_fill(database, settings, now), encoding="utf-8")
    click.echo(_welcome(bind, mark.read_text(encoding="utf-8")))
    return settings


def _fill(database: Database, settings: Settings, now: datetime) -> str:
    """Members, reports, incidents and first releases; gives the lines that say how to log in."""
    with database.unit_of_work() as session:
        members = trial.make_trial(
            session,
            pepper=settings.pepper,
            token_key=settings.token_key,
            memory_mib=settings.seal_memory_mib,
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            now=now,
        )
        practised.add_practice(
            session,
            [member.id for member in members],
            number=_TO_PRACTISE,
            pepper=settings.pepper,
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            known=data_files.known_names(),
            now=now,
        )
        trial.publish_past_quarters(
            session,
            [member.id for member in members],
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            label=catalogues.label,
            pepper=settings.pepper,
            now=now,
        )
    return "".join(_login(member) for member in members)


def _login(member: TrialMember) -> str:
    roles = ", ".join(sorted(role.value for role in member.roles))
    return f"  {member.name:<6} password: {member.password}   ({roles})\n"


def _welcome(bind: str, logins: str) -> str:
    return f"""
This is a trial with invented reports. Nothing sent here reaches anybody.
It has no recovery codes and no shares: a real site takes no report before both are in order.

  Report     http://{bind}/
  Desk       http://{bind}/desk/
  Figures    http://{bind}/sr-Cyrl/statistics/

Members of the desk:
{logins}
Logging in also takes a six-digit code. For Ana's current one, in a second terminal in this folder:

  python -m incidents members code Ana

Stop with Ctrl+C. Delete the folder instance/ to start anew.
"""
