"""`transliterate`: Serbian Cyrillic in Latin letters, from standard input to standard output."""

from __future__ import annotations

from collections.abc import Callable

import click

from incidents.core.script import to_latin

_SCRIPTS: dict[str, Callable[[str], str]] = {"sr-Latn": to_latin}


@click.command()
@click.option("--to", type=click.Choice(list(_SCRIPTS)), required=True)
def transliterate(to: str) -> None:
    """Write Serbian Cyrillic from standard input in Latin letters."""
    write = _SCRIPTS[to]
    for line in click.open_file("-", encoding="utf-8"):
        click.echo(write(line), nl=False)
