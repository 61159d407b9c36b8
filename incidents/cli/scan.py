"""`scan`: what could identify someone in texts, one row a mark. Offline; nothing is kept."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from incidents.adapters import data_files
from incidents.cli.site import Wrong
from incidents.core.deidentify.mark import Mark
from incidents.core.deidentify.marks import marks

_STANDARD_INPUT = "-"
_STEP = 100_000
"""Characters that are read between two steps of the bar."""


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def scan(files: tuple[str, ...]) -> None:
    """Find what could identify someone: names, numbers, addresses, links, small places, rare roles.

    FILE is a text in UTF-8, or - for standard input. Each mark is a row on standard output: start, end (in characters,
    the first is 0; a byte order mark is not counted), kind, text. With several files the file stands first. A human has
    to decide: not every mark identifies someone, and a text without marks may still do so.
    """
    texts = [_read(file) for file in files]
    known = data_files.known_names()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    named = len(files) > 1
    writer.writerow([*(["file"] if named else []), "start", "end", "kind", "text"])
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=sum(map(len, texts)), label="Reading", file=sys.stderr, hidden=hidden) as bar:
        for file, text in zip(files, texts, strict=True):
            for start, part in _parts(text):
                for mark in marks(part, known):
                    writer.writerow([*([file] if named else []), *_cells(mark, start)])
                bar.update(len(part))


def _cells(mark: Mark, start: int) -> tuple[int, int, str, str]:
    return mark.start + start, mark.end + start, mark.kind.value, mark.text


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}.") from None
    name = "Standard input" if file == _STANDARD_INPUT else file
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Wrong(f"{name} is not UTF-8: byte {error.start + 1} does not fit. Save it again as UTF-8.") from None


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The text in parts of whole lines, each with its place; nothing that is marked goes over a line."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _STEP) + 1 or len(text)
        yield start, text[start:end]
        start = end
