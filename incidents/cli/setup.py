"""`init` and `migrate`: keys on disk, tables, the first members."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import SECRET_BYTES, Settings
from incidents.core.accounts import SHORTEST_PASSWORD, Role
from incidents.db import migrations
from incidents.db.key import current_desk_key
from incidents.services import accounts, keys


def make_secrets(instance: Path) -> None:
    """The two key files of a site, where they do not stand yet; readable by their owner only."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("pepper", "token-key"):
        path = instance / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(SECRET_BYTES), encoding="ascii")


@click.command()
@click.option("--member", "names", multiple=True, required=True, help="A first member's name; give it twice or more.")
def init(names: tuple[str, ...]) -> None:
    """Make a site: key files, tables, first members, and the key that reports are sealed to.

    The key files go to instance/, or to the folder that INCIDENTS_INSTANCE names.
    """
    if len(set(names)) < 2:
        raise Wrong("Name at least two members: what one proposes, another has to accept.")
    make_secrets(Path(os.environ.get("INCIDENTS_INSTANCE", "instance")))
    settings = settings_of_site()
    with database_of(settings) as database:
        migrations.upgrade(database)
        with database.reader() as session:
            if current_desk_key(session) is not None:
                raise Wrong("This site has its desk key already.")
        enrolled = [(name, new_password(name)) for name in dict.fromkeys(names)]
        now = datetime.now(UTC)
        with database.unit_of_work() as session:
            holders = []
            for name, password in enrolled:
                member = accounts.add_member(
                    session,
                    name,
                    password,
                    set(Role) - {Role.PARTNER},
                    language="sr-Cyrl",
                    token_key=settings.token_key,
                    memory_mib=settings.seal_memory_mib,
                    now=now,
                )
                holders.append(member.id)
                click.echo(f"{name}: put this secret into the app that makes your codes: {member.totp_secret}")
            keys.make_desk_key(session, holders, today=now.date())
    click.echo("The site is ready. Back up the instance folder apart from the database.")


def new_password(name: str) -> str:
    """Asks for the password that a new member is to have."""
    password = str(click.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True))
    if len(password) < SHORTEST_PASSWORD:
        raise Wrong(f"A password needs {SHORTEST_PASSWORD} characters or more. Four or five words do well.")
    return password


@click.command()
@click.option(
    "--back-to", "older", default="", help="An older form instead, like 0010: before you go back to a release."
)
@click.pass_obj
def migrate(settings: Settings, older: str) -> None:
    """Bring the tables to their newest form. Reports that came meanwhile stay, whichever way."""
    with database_of(settings) as database:
        if not older:
            migrations.upgrade(database)
            click.echo("The tables are at their newest.")
            return
        try:
            migrations.go_back(database, older)
        except migrations.NoSuchForm:
            raise Wrong(f"The tables cannot go back to {older}.") from None
    click.echo(f"The tables are as they were at {older}.")
