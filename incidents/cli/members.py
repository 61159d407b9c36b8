"""`members`: who works at the desk; on a trial also their current second-factor code."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import sqlalchemy as sa

from incidents.adapters import second_factor
from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.db.account import Member, member_by_name


@click.group()
def members() -> None:
    """The members of the desk."""


@members.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Name every member."""
    with database_of(settings) as database, database.reader() as session:
        for name in session.scalars(sa.select(Member.name).order_by(Member.name)):
            click.echo(name)


@members.command()
@click.argument("name")
@click.pass_obj
def code(settings: Settings, name: str) -> None:
    """Show the current second-factor code of a member of a trial."""
    if not settings.trial:
        raise Wrong("Only a trial gives its second factors away.")
    with database_of(settings) as database, database.reader() as session:
        member = member_by_name(session, name)
    if member is None:
        raise Wrong(f"There is no member called {name}.")
    click.echo(second_factor.current_code(member.sealed_totp_secret, settings.token_key, datetime.now(UTC)))
