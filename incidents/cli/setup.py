"""`init` and `migrate`: keys on disk, tables, the first members."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from incidents.cli.members import ask_back, enrol_for_all, new_password, show_second_factor
from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import SECRET_BYTES, Settings
from incidents.core.desks import NATIONAL
from incidents.db import grants, migrations
from incidents.db.desk import all_desks
from incidents.db.key import newest_desk_key
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
@click.option("--all-keys-are-lost", is_flag=True, help="Begin anew: what was sealed before stays closed for ever.")
def init(names: tuple[str, ...], all_keys_are_lost: bool) -> None:
    """Make a site: key files, tables, first members, and the key that reports are sealed to.

    The key files go to instance/, or to the folder that INCIDENTS_INSTANCE names. Intake stays closed until two members
    have confirmed their recovery codes and the trustees' shares have been read back.
    """
    if len(set(names)) < 2:
        raise Wrong("Name at least two members: what one proposes, another has to accept.")
    make_secrets(Path(os.environ.get("INCIDENTS_INSTANCE", "instance")))
    settings = settings_of_site()
    with database_of(settings) as database:
        migrations.upgrade(database)
        with database.reader() as session:
            has_key = newest_desk_key(session) is not None
        if has_key and not all_keys_are_lost:
            raise Wrong("This site has its desk key already.")
        if has_key:
            _warn()
        typed = [(name, new_password(name, settings)) for name in dict.fromkeys(names)]
        with database.unit_of_work() as session:
            enrolled = _enrol(session, settings, typed, datetime.now(UTC))
        for name, member in enrolled.items():
            show_second_factor(name, member)
            ask_back(database, name, member)
    first = next(iter(enrolled))
    click.echo("The site is made. Back up the instance folder apart from the database.")
    click.echo("It takes no report yet. Three steps are left, and `keys status` says what is missing:")
    click.echo(f"  python -m incidents keys shares make --by {first}   (three papers for three trustees)")
    click.echo("  python -m incidents keys shares check          (once for each paper)")
    click.echo("  python -m incidents keys open")


def _enrol(
    session: Session, settings: Settings, typed: list[tuple[str, str]], now: datetime
) -> dict[str, accounts.Enrolled]:
    """The first members by name, who alone hold the new keys of all desks."""
    enrolled = {name: enrol_for_all(session, settings, name, password, now) for name, password in typed}
    holders = [member.id for member in enrolled.values()]
    for code in sorted({NATIONAL, *(desk.code for desk in all_desks(session))}):
        keys.prepare_desk_key(session, holders, today=now.date(), desk=code)
    return enrolled


def _warn() -> None:
    click.echo("Reports that were sealed before stay closed for ever, for everybody. Figures stay as they are.")
    click.echo(
        "If one member or two shares are left, stop here: `members readmit` and `keys recover` save the reports."
    )
    if click.prompt("To begin anew, type: begin anew") != "begin anew":
        raise Wrong("Nothing was changed.")


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


@click.command()
@click.option("--public", default="incidents_public", show_default=True, help="The role of the public door.")
@click.option("--desk", default="incidents_desk", show_default=True, help="The role of the desk's door.")
@click.pass_obj
def roles(settings: Settings, public: str, desk: str) -> None:
    """Give the roles of both doors exactly their rights in a PostgreSQL database, and make those that are missing.

    Run it as the owner of the tables, after every `migrate`. The public role can then add reports and not read what is
    sealed, and neither can change the audit trail.
    """
    if public == desk:
        raise Wrong("The two doors need two roles.")
    with database_of(settings) as database:
        if database.engine.dialect.name != "postgresql":
            raise Wrong("Only PostgreSQL has roles. With SQLite whoever opens the file reads all of it.")
        with database.engine.begin() as connection:
            for role, door in ((public, grants.PUBLIC), (desk, grants.DESK)):
                grants.grant(connection, role, door)
    click.echo(f"{public} and {desk} have their rights. Set INCIDENTS_DATABASE_URL of each door to its role.")
