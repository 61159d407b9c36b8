"""`seal`, `unseal`: any file so that only the key of the backups opens it. For the log of writes of PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO

import click

from incidents.adapters import sealed_files
from incidents.cli.key_files import read_key
from incidents.cli.site import Wrong

_FILE = click.Path(dir_okay=False, path_type=Path)
_AT_ONCE = 1 << 20
_ENDING = ".sealed"


@click.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder.")
@click.option("--key", "key_file", type=_FILE, required=True, help="The public key: FILE.pub of `backup key FILE`.")
@click.option("--remove", is_flag=True, help="Delete each of FILES once its sealed copy is on the disk.")
def seal(files: tuple[Path, ...], into: Path, key_file: Path, remove: bool) -> None:
    """Seal FILES to the key of the backups, each into NAME.DIGEST.sealed in a folder.

    A file that is there already with the same content stays. One of the same name and another content is kept beside
    it, and `unseal` asks which one you mean.
    """
    public = read_key(key_file, "public")
    for file in files:
        with _in_words():
            with file.open("rb") as opened:
                _seal(opened, file.name, into, public)
            if remove:
                file.unlink()


@click.command()
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--to", "target", type=_FILE, required=True, help="The file to write.")
@click.option("--key", "key_file", type=_FILE, required=True, help="The private key that `backup key` made.")
def unseal(files: tuple[Path, ...], target: Path, key_file: Path) -> None:
    """Open one sealed file. It is written whole or, where it was changed or cut off, not at all."""
    private = read_key(key_file, "private")
    found = [file for file in files if file.exists()]
    if len(found) != 1:
        raise Wrong(f"One sealed file is needed, and here are {len(found)}.")
    part = target.with_name(f"{target.name}.part")
    with _in_words(), found[0].open("rb") as sealed:
        try:
            with _new(part) as written:
                for content in sealed_files.contents(sealed, private):
                    written.write(content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _seal(file: IO[bytes], name: str, into: Path, public: bytes) -> None:
    digest, part = sha256(), into / f"{name}.part"
    try:
        with _new(part) as written, sealed_files.Sealer(written, public) as sealer:
            for content in iter(partial(file.read, _AT_ONCE), b""):
                digest.update(content)
                sealer.write(content)
        target = into / f"{name}.{digest.hexdigest()[:16]}{_ENDING}"
        if not target.exists():
            part.rename(target)
            _settle(into)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner only, on the disk at the end of the block."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Let the names in a folder be on the disk too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Wrong(f"{error.filename or 'A file'} cannot be read or written: {error.strerror}.") from None
    except sealed_files.NoSealedFile:
        raise Wrong("This is not a whole sealed file: it was changed, cut off, or is something else.") from None
    except sealed_files.WrongKey:
        raise Wrong("The file was sealed to another key.") from None
