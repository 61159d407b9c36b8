"""The files of the key that backups are sealed to."""

from __future__ import annotations

import os
from pathlib import Path

from incidents.cli.site import Wrong

_BEGINS = {"private": "incidents backup key, PRIVATE: ", "public": "incidents backup key, public: "}


def read_key(path: Path, half: str) -> bytes:
    """One half of a key pair from its file, which says which half it is. Raises Wrong."""
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        text = ""
    begin = _BEGINS[half]
    try:
        found = bytes.fromhex(text.removeprefix(begin)) if text.startswith(begin) else b""
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Wrong(f"{path} is not the {half} half of a key that `backup key` made.")
    return found


def write_key(path: Path, key: bytes, half: str) -> None:
    """Into a file that only its owner reads. Raises Wrong, also where there is one already."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{_BEGINS[half]}{key.hex()}\n")
    except FileExistsError:
        raise Wrong(f"{path} is there already: a key is never written over.") from None
    except OSError as error:
        raise Wrong(f"{path} cannot be written: {error.strerror}.") from None
