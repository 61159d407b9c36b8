"""`transliterate`: Serbian Cyrillic in Latin letters, from standard input to standard output."""

import click

from incidents.core.script import to_latin


@click.command()
@click.option("--to", type=click.Choice(["sr-Latn"]), required=True)
def transliterate(to: str) -> None:
    """Write Serbian Cyrillic from standard input in Latin letters."""
    for line in click.get_text_stream("stdin", encoding="utf-8"):
        click.echo(to_latin(line), nl=False)
