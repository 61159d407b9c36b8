"""`backup`, `restore`, `move`: the database as one sealed file, back again, and from one kind to the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from incidents.adapters import erased_list, sealed_files
from incidents.cli.erased import add_to_list, listed_in, lists_of, tell_of_erased
from incidents.cli.key_files import read_key, write_key
from incidents.cli.site import Wrong, database_of, schedule_of
from incidents.config import Settings
from incidents.db.job import BACKUP, remember
from incidents.db.order import write_anew
from incidents.services import backup as services
from incidents.services import erased
from incidents.services.backup import Counts, Progress
from incidents.services.erased import Again
from incidents.services.retention import number_over

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def backup() -> None:
    """The database as one sealed file that only a key kept elsewhere opens."""


@backup.command("key")
@click.argument("private", type=_FILE)
def make_key(private: Path) -> None:
    """Make the key for backups: PRIVATE opens them, and PRIVATE.pub is all that this machine needs.

    Take PRIVATE off the machine, and keep two copies in two places: without it no backup can be opened.
    """
    public = private.with_name(f"{private.name}.pub")
    key, open_half = sealed_files.new_key_pair()
    write_key(private, key, "private")
    write_key(public, open_half, "public")
    click.echo(f"{private} opens backups: keep it off this machine, in two places. {public} makes them.")


@backup.command("make")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, required=True, help="The public key: FILE.pub of `backup key FILE`.")
@click.option("--clear", is_flag=True, help="Then delete *.backup in the same folder that are past their days.")
@click.pass_obj
def make(settings: Settings, file: Path, key_file: Path, clear: bool) -> None:
    """Write all that the database has to FILE. The site goes on meanwhile.

    What was destroyed stays in earlier backups until they are deleted: --clear does that after
    INCIDENTS_BACKUP_KEPT_DAYS. Copies elsewhere are cleared out there.

    The key files of the instance folder are not in it: back those up apart, or receipt codes open nothing any more.
    """
    public = read_key(key_file, "public")
    if file.exists():
        raise Wrong(f"{file} is there already: backups are never written over.")
    part = file.with_name(f"{file.name}.part")
    with database_of(settings) as database, _in_words():
        try:
            with part.open("wb") as written:
                os.fchmod(written.fileno(), 0o600)
                counts = services.back_up(database, written, public, progress=_shown())
                written.flush()
                os.fsync(written.fileno())
            part.rename(file)
        except OSError as error:
            raise Wrong(f"{file} cannot be written: {error.strerror}.") from None
        finally:
            part.unlink(missing_ok=True)
        now, lists = datetime.now(UTC), lists_of(settings, file)
        with database.unit_of_work() as session:
            remember(session, BACKUP, on=now.date(), at=now)
            gone = erased.tags(session, settings.pepper)
    click.echo(f"{file} holds {_told(counts)}.")
    add_to_list(file.with_name(erased_list.NAME), gone | listed_in(lists))
    if clear:
        number = _clear(file, now - settings.backup_kept)
        click.echo(f"Deleted as past their days: {number} of the backups beside it.")


def _clear(file: Path, before: datetime) -> int:
    """Delete backups beside a new one that were written before a moment; gives how many."""
    old = [
        other
        for other in file.parent.glob("*.backup")
        if other != file and datetime.fromtimestamp(other.stat().st_mtime, UTC) < before
    ]
    for other in old:
        other.unlink()
    return len(old)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, required=True, help="The private key that `backup key` made.")
@click.pass_obj
def restore(settings: Settings, file: Path, key_file: Path) -> None:
    """Read a backup into the site's database, which must be empty. All of it is restored, or nothing.

    Put the key files back into the instance folder first. The database may be of the other kind than that of before.
    What was destroyed or withdrawn since is taken off again by the lists erased.list there and beside FILE.
    """
    private = read_key(key_file, "private")
    lists, now, again = lists_of(settings, file), datetime.now(UTC), Again()
    listed = listed_in(lists)
    schedule = schedule_of(settings)

    def take_off(session: Session) -> None:
        nonlocal again
        again = erased.take_off(session, listed, pepper=settings.pepper, now=now)

    with database_of(settings) as database, _in_words():
        try:
            with file.open("rb") as stored:
                counts = services.restore(database, stored, private, then=take_off, progress=_shown())
        except OSError as error:
            raise Wrong(f"{file} cannot be read: {error.strerror}.") from None
        is_clean = not again.is_any or write_anew(database)
        with database.reader() as session:
            over = number_over(session, schedule, today=now.date(), now=now)
    tell_of_erased(lists, again, is_clean=is_clean, over=over)
    add_to_list(settings.instance / erased_list.NAME, listed)
    click.echo(f"Restored {_told(counts)}. The chain of the audit trail is whole.")


@click.command()
@click.option("--to", "url", required=True, help="The empty database: postgresql+psycopg://... or sqlite:///...")
@click.pass_obj
def move(settings: Settings, url: str) -> None:
    """Copy everything into another, empty database, and compare it row by row.

    Stop the site first, and set INCIDENTS_DATABASE_URL to the new address afterwards. The old database stays as it is.
    """
    with database_of(settings) as source, database_of(settings, url) as target, _in_words():
        counts = services.move(source, target, progress=_shown())
    click.echo(f"Moved {_told(counts)}; every row was compared.")


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except services.NotEmpty:
        raise Wrong("The database has rows already. Take an empty one: nothing may be mixed with a backup.") from None
    except services.OtherVersion as other:
        if not other.revision:
            raise Wrong("The database has no tables yet: there is nothing to copy.") from None
        raise Wrong(
            f"The tables are of the form {other.revision}, which is not that of this version of the software. "
            "Use the version that wrote them, then run `migrate`."
        ) from None
    except services.NotWhole:
        raise Wrong(
            "This is not a whole backup: it was changed, cut off, or is something else. Nothing was restored."
        ) from None
    except sealed_files.WrongKey:
        raise Wrong("The backup was sealed to another key. Nothing was restored.") from None


def _told(counts: Counts) -> str:
    return f"{sum(counts.values()):,} rows of {len(counts)} tables, {counts['report']:,} reports among them"


def _shown() -> Progress:
    """Progress on the terminal; nothing in a file or a pipe."""

    def show(table: str, done: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{table}: {done:,} rows   ", nl=False, err=True)

    return show
