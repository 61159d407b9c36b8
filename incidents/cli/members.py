"""`members`: who works at the desk, and letting another in; on a trial also their current second-factor code."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click
import sqlalchemy as sa

from incidents.adapters import second_factor
from incidents.adapters.opening import KeyPair
from incidents.adapters.sealing import CannotOpen
from incidents.cli.setup import new_password
from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.languages import AT_DESK
from incidents.db.account import Member, member_by_name
from incidents.db.database import Database
from incidents.services import accounts, keys

DESK_TAGS = [language.tag for language in AT_DESK]


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
@click.option("--by", "host", required=True, help="A member who lets them in, and types their own password.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--language", default="sr-Cyrl", show_default=True, type=click.Choice(DESK_TAGS))
@click.pass_obj
def add(settings: Settings, name: str, host: str, roles: tuple[str, ...], language: str) -> None:
    """Let a new member in: they can open the reports that the member who lets them in can open."""
    with database_of(settings) as database:
        with database.reader() as session:
            if member_by_name(session, host) is None:
                raise Wrong(f"There is no member called {host}.")
            if member_by_name(session, name) is not None:
                raise Wrong(f"There is a member called {name} already.")
        # Everything is asked for before the unit of work: while somebody types, the site goes on taking reports.
        own = click.prompt(f"Password of {host}", hide_input=True)
        by, key = _unlocked(settings, database, host, own)
        password = new_password(name)
        with database.unit_of_work() as session:
            enrolled = accounts.add_member(
                session,
                name,
                password,
                {Role(role) for role in roles},
                language=language,
                token_key=settings.token_key,
                memory_mib=settings.seal_memory_mib,
                now=datetime.now(UTC),
                actor=host,
            )
            keys.share_desk_keys(session, enrolled.id, by=by, by_key=key)
    click.echo(f"{name}: put this secret into the app that makes your codes: {enrolled.totp_secret}")


def _unlocked(settings: Settings, database: Database, name: str, password: str) -> tuple[UUID, KeyPair]:
    """A member's id and their key, opened by their password."""
    with database.reader() as session:
        member = member_by_name(session, name)
        if member is None:
            raise Wrong(f"There is no member called {name}.")
        try:
            key = keys.unlock_member_key(session, member.id, password, memory_mib=settings.seal_memory_mib)
        except CannotOpen:
            raise Wrong(f"That is not the password of {name}.") from None
        return member.id, key


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
