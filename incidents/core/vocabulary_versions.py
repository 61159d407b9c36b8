"""What one version of the vocabulary and its mapping says otherwise than the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Entry = tuple[str, str]
"""A list and a code in it."""
Version = Mapping[Entry, Mapping[str, str]]
"""What every code is mapped to."""


@dataclass(frozen=True)
class VersionChange:
    list: str
    code: str
    kind: str
    """added, removed or changed."""
    columns: tuple[str, ...] = ()
    """Which columns of the mapping changed."""


def version_of(rows: Iterable[Mapping[str, str]]) -> Version:
    """From the lines of a mapping file."""
    return {
        (row["list"], row["code"]): {name: value for name, value in row.items() if name not in {"list", "code"}}
        for row in rows
    }


def changes(before: Version, after: Version) -> Iterator[VersionChange]:
    """In the order of the newer version, what was removed last."""
    for entry, mapped in after.items():
        if entry not in before:
            yield VersionChange(*entry, "added")
        elif columns := tuple(name for name, value in mapped.items() if before[entry].get(name, "") != value):
            yield VersionChange(*entry, "changed", columns)
    for entry in before:
        if entry not in after:
            yield VersionChange(*entry, "removed")
