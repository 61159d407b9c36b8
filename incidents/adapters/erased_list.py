"""The list of reports that are gone for good, as a file that no backup of the database holds.

A line is 64 hexadecimal digits, and the lines are sorted: they tell neither which report went nor when.
"""

from __future__ import annotations

import os
import re
from collections.abc import Set
from pathlib import Path

NAME = "erased.list"
_TAG = re.compile("[0-9a-f]{64}", re.ASCII)


class NotAList(Exception):
    """The file has lines that are none of such a list; nothing is written over it."""


def read(path: Path) -> frozenset[str]:
    """All that is on the list; nothing where there is none. Raises NotAList, OSError."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return frozenset()
    except UnicodeDecodeError as error:
        raise NotAList from error
    if not all(_TAG.fullmatch(line) for line in lines):
        raise NotAList
    return frozenset(lines)


def add(path: Path, tags: Set[str]) -> int:
    """Put these on the list too; gives how many were new. Nothing ever leaves it. Raises NotAList, OSError."""
    known = read(path)
    new = tags - known
    if new or not path.exists():
        part = path.with_name(f"{path.name}.part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.writelines(f"{tag}\n" for tag in sorted(known | tags))
            file.flush()
            os.fsync(file.fileno())
        _give_to_owner_of(path.parent, part)
        part.replace(path)
    return len(new)


def _give_to_owner_of(folder: Path, file: Path) -> None:
    """A command that the administrator runs shall not shut the regular work out."""
    if os.geteuid() == 0:
        own = folder.stat()
        os.chown(file, own.st_uid, own.st_gid)
