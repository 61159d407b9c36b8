"""CSV files of operators: read row by row with their own separator, written whole or not at all, faults in a line."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO

import click

from incidents.cli.site import Wrong

_DELIMITERS = ",;\t"
_ROWS_A_STEP = 500


@contextmanager
def opened(file: Path) -> Iterator[tuple[BufferedReader, IO[str]]]:
    """The file twice: its bytes tell how far it was read, its lines what stands in it."""
    try:
        binary = file.open("rb")
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}.") from None
    with TextIOWrapper(binary, encoding="utf-8-sig", newline="") as lines:
        yield binary, lines


def rows(lines: IO[str], column: str, name: str) -> tuple[str, Iterator[list[str]]]:
    """The delimiter under which the first line has the column, and all rows, checked one by one."""
    first = lines.readline()
    if not first.strip():
        raise Wrong(f"{name} is empty.")
    headers = {delimiter: next(csv.reader([first], delimiter=delimiter)) for delimiter in _DELIMITERS}
    delimiter = next((delimiter for delimiter, header in headers.items() if column in header), "")
    if not delimiter:
        widest = max(headers.values(), key=len)
        raise Wrong(f"{name} has no column {column!r}; it has {', '.join(widest)}.")
    return delimiter, _checked(csv.reader(chain([first], lines), delimiter=delimiter), len(headers[delimiter]), name)


def _checked(rows: Iterable[list[str]], width: int, name: str) -> Iterator[list[str]]:
    for number, row in enumerate(filter(None, rows), start=1):
        if len(row) > width:
            raise Wrong(f"{name}, row {number}: {len(row)} fields where the first line has {width}.")
        yield row


def shown(rows: Iterator[list[str]], binary: BufferedReader) -> Iterator[list[str]]:
    """The rows as they come, and on a terminal how far into the file they are."""
    size = os.fstat(binary.fileno()).st_size
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=size, label="Reading", file=sys.stderr, hidden=hidden) as bar:
        for number, row in enumerate(rows):
            yield row
            if number % _ROWS_A_STEP == 0:
                bar.update(binary.tell() - bar.pos)
        bar.update(size - bar.pos)


@contextmanager
def written(out: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that is there only when all of it is written."""
    if out is None:
        yield sys.stdout
        return
    unfinished = out.with_name(f"{out.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as target:
            yield target
        unfinished.replace(out)
    except OSError as error:
        raise Wrong(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        _removed(unfinished)


def _removed(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


@contextmanager
def in_words(name: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise Wrong(f"{name} is not UTF-8. Save it again as CSV UTF-8.") from None
    except csv.Error as error:
        raise Wrong(f"{name} is not CSV: {error}.") from None
