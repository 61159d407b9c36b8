"""The lists of what is gone for good, as commands read, extend and apply them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from incidents.adapters import erased_list
from incidents.cli.site import Wrong
from incidents.config import Settings
from incidents.services.erased import Again


def tell_of_erased(lists: Sequence[Path], again: Again, *, is_clean: bool, over: int) -> None:
    """What was taken off again; whether its traces are gone, and how many reports are `over` their days."""
    if not any(path.exists() for path in lists):
        click.echo(
            "There is no erased.list: reports that were destroyed or withdrawn after this moment are back. If you have "
            "such a list, put it into the instance folder and run `retention again`.",
            err=True,
        )
    elif again.is_any:
        click.echo(
            f"Taken off again, as erased.list says: {again.reports:,} reports that had been destroyed, "
            f"{again.withdrawn:,} that had been withdrawn, and the files of {again.files_of:,}."
        )
    else:
        click.echo("Nothing that is on erased.list came back.")
    if not is_clean:
        click.echo(
            "Their traces are still in the files of the database: run `retention clean` at a quiet hour.", err=True
        )
    if over:
        click.echo(f"Over their days: {over:,}. Propose the list under Retention at the desk; `tick` destroys it.")


def lists_of(settings: Settings, beside: Path | None = None) -> list[Path]:
    """Where lists may be: the site's own, and one beside a backup."""
    return [settings.instance / erased_list.NAME, *([beside.with_name(erased_list.NAME)] if beside else [])]


def listed_in(lists: Sequence[Path]) -> frozenset[str]:
    """What stands on any of them. Raises Wrong."""
    found: frozenset[str] = frozenset()
    for path in lists:
        try:
            found |= erased_list.read(path)
        except OSError as error:
            raise Wrong(f"{path} cannot be read: {error.strerror}.") from None
        except erased_list.NotAList:
            raise Wrong(f"{path} is no list of erased reports: it was changed or is something else.") from None
    return found


def add_to_list(path: Path, tags: frozenset[str]) -> None:
    try:
        erased_list.add(path, tags)
    except OSError as error:
        raise Wrong(f"{path} cannot be written: {error.strerror}.") from None
