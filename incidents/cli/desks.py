"""`keys desk`: desks beside the national one, who works at each, and which part of the country it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from incidents.adapters import data_files
from incidents.cli.members import known, unlocked
from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.core.desks import FEWEST_INHABITANTS, names_of_units
from incidents.services import desks, keys
from incidents.services.desks import Area


@click.group("desk")
def desk() -> None:
    """Desks beside the national one: each is a group of members with a key of its own."""


@desk.command()
@click.argument("code")
@click.option("--name", required=True, help="What its members call it.")
@click.option("--by", "first", required=True, help="Its first member, who types their password.")
@click.pass_obj
def add(settings: Settings, code: str, name: str, first: str) -> None:
    """Make a desk with its first member. It takes no report yet."""
    with database_of(settings) as database:
        member, _ = unlocked(settings, database, first)
        with told_of(code), database.unit_of_work() as session:
            epoch = desks.add_desk(session, code, name, first=member, actor=first, now=datetime.now(UTC))
    click.echo(f"The desk {code} is made, with epoch {epoch}. {first} works at it.")
    click.echo(f"Now let others in: `keys desk give NAME --desk {code} --by {first}`, then `keys open --desk {code}`.")


@desk.command()
@click.argument("name")
@click.option("--desk", "code", required=True, help="The desk that they are to work at.")
@click.option("--by", "host", required=True, help="A member of that desk, who types their password.")
@click.pass_obj
def give(settings: Settings, name: str, code: str, host: str) -> None:
    """Let a member work at a desk too: they open what the member who lets them in opens there."""
    with database_of(settings) as database:
        member = known(database, name)
        by, key = unlocked(settings, database, host)
        with told_of(code), database.unit_of_work() as session:
            now = datetime.now(UTC)
            try:
                desks.let_in(session, code, member, by=by, by_key=key, actor=host, now=now)
            except desks.NothingHeld:
                raise Wrong(f"{host} holds no key of the desk {code}: ask a member who works there.") from None
    click.echo(f"{name} works at the desk {code} and opens there what {host} opens.")


@desk.command()
@click.argument("name")
@click.option("--desk", "code", required=True, help="The desk that they leave.")
@click.option("--by", "host", required=True, help="Another member, who types their own password.")
@click.option("--reason", required=True, help="For the audit trail, in a few words.")
@click.pass_obj
def take(settings: Settings, name: str, code: str, host: str, reason: str) -> None:
    """Take a member off a desk: they open nothing there any more, and what comes is sealed to a new key."""
    with database_of(settings) as database:
        member = known(database, name)
        unlocked(settings, database, host)
        with told_of(code), database.unit_of_work() as session:
            now = datetime.now(UTC)
            try:
                epoch = desks.take_off(session, code, member, actor=host, now=now, reason=reason[:200])
            except desks.NotAtDesk:
                raise Wrong(f"{name} does not work at the desk {code}.") from None
    click.echo(f"{name} works at the desk {code} no more. Its key is that of epoch {epoch} now.")
    click.echo(f"If {name} may have copied keys, also run `keys reseal --desk {code} --by MEMBER`.")


@desk.command()
@click.argument("code")
@click.argument("places", nargs=-1)
@click.option("--none", "is_none", is_flag=True, help="It reads no part of the country any more.")
@click.option("--by", "host", required=True, help="A member, who types their own password.")
@click.pass_obj
def area(settings: Settings, code: str, places: tuple[str, ...], is_none: bool, host: str) -> None:
    """Let reports from these PLACES go to a desk from now on, and from no others.

    A place is a municipality, district, city or region, by its official code or its name. Together at least 100,000
    people must live there. What came before stays where it is.
    """
    if is_none == bool(places):
        raise Wrong("Name the places that the desk is to read, or --none.")
    with database_of(settings) as database:
        unlocked(settings, database, host)
        with told_of(code), told_of_area(), database.unit_of_work() as session:
            found = desks.give_area(
                session, code, places, places=data_files.places(), actor=host, now=datetime.now(UTC)
            )
    if found is None:
        click.echo(f"The desk {code} reads what is handed over to it, and no part of the country.")
    else:
        click.echo(f"The desk {code} reads reports from {area_in_words(found)}")
        click.echo("It does so while it is open; `keys status` says whether it is.")


def area_in_words(found: Area) -> str:
    """On one line, with the source of its figure."""
    listed = ", ".join(_named(one) for one in found.codes)
    return f"{listed}: {found.inhabitants:,} inhabitants (census 2022, Statistical Office)."


def _named(code: str) -> str:
    return f"{names_of_units(data_files.places())[code]['sr-Latn']} ({code})"


@contextmanager
def told_of_area() -> Iterator[None]:
    """What can be wrong about an area, in a sentence."""
    try:
        yield
    except desks.ReadsAllElse:
        raise Wrong("The national desk has no area: it reads all that no other desk reads.") from None
    except desks.NoSuchPlace as error:
        raise Wrong(f"There is no municipality, district, city or region {error.typed}.") from None
    except desks.NoFigures as error:
        raise Wrong(f"There are no figures of inhabitants of {error.typed}, so it can lie in no area.") from None
    except desks.Overlap as error:
        raise Wrong(f"The desk {error.desk} reads reports from there already: {_all(error.shared)}.") from None
    except desks.TooFew as error:
        where = "Where no desk would have an area, only" if error.is_rest else "In this area only"
        raise Wrong(
            f"{where} {error.inhabitants:,} people live (census 2022, Statistical Office). It takes "
            f"{FEWEST_INHABITANTS:,}, because everybody who sees the database sees at which desk a report lies."
        ) from None


def _all(codes: Sequence[str]) -> str:
    return ", ".join(_named(one) for one in codes)


@contextmanager
def told_of(code: str) -> Iterator[None]:
    """What can be wrong about a desk, in a sentence."""
    try:
        yield
    except desks.NotADesk:
        raise Wrong("A desk has a code of 2 to 40 small letters a-z, digits, - or _, and a name of up to 60.") from None
    except desks.DeskExists:
        raise Wrong(f"There is a desk {code} already.") from None
    except desks.NoSuchDesk as error:
        raise Wrong(f"There is no desk {error.desk}: `keys status` lists those there are.") from None
    except keys.LastHolder:
        raise Wrong(f"Nobody else holds the key of the desk {code}: none of its reports could be opened.") from None
    except keys.Partner:
        raise Wrong("A partner sends tables, and works at no desk.") from None
