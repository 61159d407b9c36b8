"""Whether a stored list of advisories names a version that is pinned here.

The list is JSON as the package safety-db ships it: name -> [{"specs": ["<1.2"], "id", "advisory"}], and the moment it
was made under "$meta". Asks no network. Ends with 1 where a pin is named, with an error where a pin cannot be read.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def pins(file: Path) -> list[tuple[str, Version]]:
    """Names and versions; a name comes twice where a marker chooses. Raises ValueError for a line that pins nothing."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "--hash")):
            continue
        pin = _PIN.match(line)
        if pin is None:
            raise ValueError(f"{file.name}: no pin in {line!r}")
        found.append((canonicalize_name(pin[1]), Version(pin[2])))
    return found


def is_named(version: Version, specs: list[str]) -> bool:
    """A range that cannot be read counts as naming every version, so that somebody looks at it."""
    for spec in specs:
        try:
            if SpecifierSet(spec).contains(version, prereleases=True):
                return True
        except InvalidSpecifier:
            return True
    return False


def hits(pinned: list[tuple[str, Version]], advisories: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    by_name = {canonicalize_name(name): found for name, found in advisories.items()}
    for name, version in pinned:
        for advisory in by_name.get(name, []):
            if is_named(version, advisory["specs"]):
                yield f"{name} {version}: {advisory['id']} {' '.join(str(advisory['advisory']).split())[:200]}"


def main(stored: Path, *files: Path) -> int:
    advisories = json.loads(stored.read_text(encoding="utf-8"))
    made_on = datetime.fromtimestamp(advisories.pop("$meta")["timestamp"], UTC).date()
    named = 0
    print(f"Advisories of {made_on}, for {len(advisories)} packages.")
    for file in files:
        pinned = pins(file)
        found = list(hits(pinned, advisories))
        named += len(found)
        print(f"{file.name}: {len(pinned)} pins, {len(found)} named.", *found, sep="\n  ")
    return 1 if named else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
