"""`members`: who works at the desk, and letting another in; on a trial also their current second-factor code."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import second_factor
from incidents.adapters.data_files import common_passwords
from incidents.adapters.opening import KeyPair
from incidents.adapters.sealing import CannotOpen
from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.core.accounts import PARTNER_CODE, SHORTEST_PASSWORD, Role
from incidents.core.languages import AT_DESK
from incidents.core.passwords import is_guessable
from incidents.core.recovery import NotARecoveryCode, in_groups, parse_recovery_code
from incidents.db.account import Member, member_by_name
from incidents.db.database import Database
from incidents.db.key import MemberKey
from incidents.services import accounts, colleagues, desks, invitations, keys
from incidents.services.accounts import Enrolled

DESK_TAGS = [language.tag for language in AT_DESK]


ALL_ROLES = frozenset(Role) - {Role.PARTNER}
"""Of the first members, and of one who comes in by shares."""


def new_password(name: str, settings: Settings) -> str:
    """Asks for the password that a member is to have."""
    password = str(click.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True))
    if len(password) < SHORTEST_PASSWORD:
        raise Wrong(f"A password needs {SHORTEST_PASSWORD} characters or more. Four or five words do well.")
    if is_guessable(password, common_passwords(), [name, *settings.hosts]):
        raise Wrong(
            "This password is easy to guess: it is a common one, or made of names, neighbours on the keyboard or "
            "pieces that repeat. Take four or five words that have nothing to do with one another."
        )
    return password


def unlocked(settings: Settings, database: Database, name: str) -> tuple[UUID, KeyPair]:
    """Asks for a member's password: their id and their key. While they type, the site goes on taking reports."""
    known(database, name)
    password = click.prompt(f"Password of {name}", hide_input=True)
    with database.reader() as session:
        member = member_by_name(session, name)
        if member is None or member.is_disabled:
            raise Wrong(f"{name} may not do this.")
        try:
            key = keys.unlock_member_key(session, member.id, password, memory_mib=settings.seal_memory_mib)
        except CannotOpen:
            raise Wrong(f"That is not the password of {name}.") from None
        return member.id, key


def known(database: Database, name: str) -> UUID:
    """The id of a member who exists."""
    with database.reader() as session:
        member = member_by_name(session, name)
    if member is None:
        raise Wrong(f"There is no member called {name}.")
    return member.id


def show_second_factor(name: str, enrolled: Enrolled) -> None:
    click.echo(f"{name}: put this secret into the app that makes your codes: {enrolled.totp_secret}")


def enrol_for_all(session: Session, settings: Settings, name: str, password: str, now: datetime) -> Enrolled:
    """A member with every role, who may have been one before: the first ones of a site, and who comes in by shares."""
    return colleagues.enrol_anew(
        session,
        name,
        password,
        ALL_ROLES,
        language="sr-Cyrl",
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=now,
    )


def ask_back(database: Database, name: str, enrolled: Enrolled) -> None:
    """Show a recovery code and ask for it back, from paper. Who leaves that for later is told how."""
    click.echo(f"{name}: write this recovery code down on paper. It brings you back if you forget your password:")
    click.echo(f"\n    {in_groups(enrolled.recovery_code)}\n")
    while True:
        try:
            typed = click.prompt("Now type it back from the paper (Enter: later)", default="", show_default=False)
            if not typed:
                break
            code = parse_recovery_code(typed)
            with database.unit_of_work() as session:
                keys.confirm_recovery_code(session, enrolled.id, code, actor=name, now=datetime.now(UTC))
        except (NotARecoveryCode, CannotOpen):
            click.echo("That is not the code above. Please look at it again.")
        except click.Abort:
            break
        else:
            click.echo("The recovery code is in order.")
            return
    click.echo(f"Not confirmed: {name} can still do that with `python -m incidents members recovery-code {name}`.")


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
@click.option("--partner", help="Of the role partner: the short code of the organisation that they send tables for.")
@click.option("--language", default="sr-Cyrl", show_default=True, type=click.Choice(DESK_TAGS))
@click.option("--desk", "codes", multiple=True, help="The desk that they work at; without it the national one.")
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    host: str,
    roles: tuple[str, ...],
    partner: str | None,
    language: str,
    codes: tuple[str, ...],
) -> None:
    """Let a new member in: they can open the reports that the member who lets them in can open at the same desk.

    A partner opens none, and can do nothing else but send tables.
    """
    _check_partner({Role(role) for role in roles}, partner)
    with database_of(settings) as database:
        known(database, host)
        with database.reader() as session:
            if member_by_name(session, name) is not None:
                raise Wrong(f"There is a member called {name} already.")
            _check_desks(session, codes)
        by, key = unlocked(settings, database, host)
        password = new_password(name, settings)
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
                partner=partner,
            )
            if not partner:
                keys.share_desk_keys(session, enrolled.id, by=by, by_key=key, desks=codes)
        show_second_factor(name, enrolled)
        ask_back(database, name, enrolled)


def _check_desks(session: Session, codes: tuple[str, ...]) -> None:
    try:
        desks.check_known(session, codes)
    except desks.NoSuchDesk as error:
        raise Wrong(f"There is no desk {error.desk}: `keys status` lists those there are.") from None


def _check_partner(roles: set[Role], partner: str | None) -> None:
    if Role.PARTNER in roles and roles != {Role.PARTNER}:
        raise Wrong("A partner has no other role: a partner sends tables, and opens nothing.")
    if (Role.PARTNER in roles) != (partner is not None):
        raise Wrong("--role partner and --partner CODE go together.")
    if partner is not None and not PARTNER_CODE.fullmatch(partner):
        raise Wrong("Name the organisation with --partner: 2 to 40 small letters a-z, digits, - or _.")


@members.command("recovery-code")
@click.argument("name")
@click.pass_obj
def recovery_code(settings: Settings, name: str) -> None:
    """Make a new recovery code for a member, who types their password. The earlier one is void."""
    with database_of(settings) as database:
        member, key = unlocked(settings, database, name)
        try:
            with database.unit_of_work() as session:
                code = keys.new_recovery_code(session, member, key)
        except keys.HasEarlierKey:
            raise Wrong(
                f"The recovery code of {name} opens what they held before their password was reset. "
                "Use it at the desk, or let another member readmit them; then make a new one."
            ) from None
        ask_back(database, name, Enrolled(member, "", code))


@members.command()
@click.argument("name")
@click.option("--by", "administrator", required=True, help="An administrator, who types their own password.")
@click.option("--with", "second", help="Another administrator: a new second factor too, which takes both.")
@click.pass_obj
def reset(settings: Settings, name: str, administrator: str, second: str | None) -> None:
    """Give a member a new password. They come in and open nothing until their code or a member helps."""
    with database_of(settings) as database:
        member = known(database, name)
        _administrator(settings, database, administrator)
        if second is not None:
            if second == administrator:
                raise Wrong("A new second factor takes two administrators.")
            _administrator(settings, database, second)
        password = new_password(name, settings)
        now = datetime.now(UTC)
        with database.unit_of_work() as session:
            colleagues.reset_password(
                session, member, password, memory_mib=settings.seal_memory_mib, actor=administrator, now=now
            )
            if second is not None:
                secret = colleagues.reset_second_factor(
                    session, member, token_key=settings.token_key, actors=(administrator, second), now=now
                )
                click.echo(f"{name}: put this secret into the app that makes your codes: {secret}")
    click.echo(
        f"{name} has a new password and opens no report. Their recovery code at the desk under "
        f"“Forgot your password?” opens them again, or `members readmit {name} --by MEMBER`."
    )


def _administrator(settings: Settings, database: Database, name: str) -> None:
    """Asks for the password of somebody who has to be an administrator."""
    unlocked(settings, database, name)
    with database.reader() as session:
        member = member_by_name(session, name)
        if member is None or Role.ADMINISTRATOR not in {given.role for given in member.roles}:
            raise Wrong(f"{name} is no administrator.")


@members.command()
@click.argument("name")
@click.option("--by", "host", required=True, help="A member who lets them in again, and types their own password.")
@click.option("--desk", "codes", multiple=True, help="The desk that they work at; without it those that they were at.")
@click.pass_obj
def readmit(settings: Settings, name: str, host: str, codes: tuple[str, ...]) -> None:
    """Let a member open reports again whose password was reset, or who came by an invitation."""
    with database_of(settings) as database:
        with database.reader() as session:
            _check_desks(session, codes)
        member = known(database, name)
        by, key = unlocked(settings, database, host)
        now = datetime.now(UTC)
        with database.unit_of_work() as session:
            is_partner = keys.is_partner(session, member)
            shared = []
            if not is_partner:
                shared = keys.readmit(session, member, by=by, by_key=key, actor=host, now=now, desks=codes)
            if shared or is_partner:
                try:
                    invitations.admit(session, member, by=by, actor=host, now=now)
                except invitations.SamePerson:
                    raise Wrong(f"{host} invited {name}: it takes another member to let them in.") from None
            needs_code = session.get_one(MemberKey, member).recovery_confirmed_on is None
    if is_partner:
        click.echo(f"{name} sends tables of reports, and opens none.")
        return
    if not shared:
        raise Wrong(f"{host} holds no key of the desk, so {name} opens nothing yet: ask another member.")
    click.echo(f"{name} opens again what {host} opens at the same desk.")
    if needs_code:
        click.echo(f"{name} needs a new recovery code: `members recovery-code {name}`.")


@members.command()
@click.argument("name")
@click.option("--by", "host", required=True, help="Another member, who types their own password.")
@click.option("--reason", required=True, help="For the audit trail, in a few words.")
@click.pass_obj
def revoke(settings: Settings, name: str, host: str, reason: str) -> None:
    """Shut a member out for good: logged out, no key of the desk, and a new key for what arrives from now on."""
    if name == host:
        raise Wrong("Another member has to do this.")
    with database_of(settings) as database:
        member = known(database, name)
        unlocked(settings, database, host)
        try:
            with database.unit_of_work() as session:
                epochs = colleagues.revoke_member(
                    session, member, actor=host, now=datetime.now(UTC), reason=reason[:200]
                )
        except keys.LastHolder as error:
            raise Wrong(
                f"Nobody but {name} holds the key of the desk {error.desk}: no report could be opened without them."
            ) from None
    click.echo(f"{name} is out.")
    for code, epoch in epochs.items():
        click.echo(f"This is epoch {epoch} of the desk {code} now.")
    click.echo(f"If {name} may have copied keys, also run `keys reseal --by {host}`.")


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
