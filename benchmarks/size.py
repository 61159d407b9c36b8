"""What a trial takes of the disk: the libraries that it is installed with, the program, and the trial it makes.

    python -m benchmarks.size [--json FILE]

Libraries are those of requirements.txt, as they lie where this runs, with what Python compiled of them meanwhile: serve
a trial once before. pip itself is not among them. A trial is made anew in a temporary folder. MB are a million bytes of
disk, in whole blocks.
Held to: 250 MB together.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from importlib.util import cache_from_source
from pathlib import Path

from incidents.resources import folder

ROOT = folder("templates").parent
_PROGRAM = ("incidents", "migrations", "static", "templates", "translations")
_LARGEST = 12
_MAKE_TRIAL = (
    "import sys; from datetime import datetime, UTC; from pathlib import Path; "
    "from incidents.cli.trial import make_trial_site; "
    "make_trial_site(Path(sys.argv[1]), '127.0.0.1:8000', datetime.now(UTC))"
)


def required() -> list[str]:
    """Names of the distributions that requirements.txt pins, each once."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return list(dict.fromkeys(re.findall(r"^([\w.-]+)==", text, re.MULTILINE)))


def files_of(name: str) -> set[Path]:
    """Files of an installed distribution, and what is compiled of them."""
    found = {Path(str(file.locate())) for file in distribution(name).files or ()}
    return found | {Path(cache_from_source(str(path))) for path in found if path.suffix == ".py"}


def within(folders: Iterable[Path]) -> Iterator[Path]:
    return (path for folder in folders for path in folder.rglob("*"))


def megabytes(paths: Iterable[Path]) -> float:
    """What files and folders take of the disk; those that are not there take nothing."""
    return sum(path.lstat().st_blocks * 512 for path in paths if path.exists()) / 1_000_000


def trial_megabytes() -> float:
    with tempfile.TemporaryDirectory() as made:
        instance = Path(made, "instance")
        command = [sys.executable, "-c", _MAKE_TRIAL, str(instance)]
        variables = {**os.environ, "INCIDENTS_INSTANCE": str(instance)}
        subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=subprocess.DEVNULL)
        return megabytes(within([Path(made)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    trial = trial_megabytes()
    sizes = {name: megabytes(files_of(name)) for name in required()}
    program = megabytes(within(ROOT / name for name in _PROGRAM))
    found = {"libraries": sum(sizes.values()), "program": program, "trial": trial}
    found["together"] = sum(found.values())
    for name, size in sorted(sizes.items(), key=lambda pair: -pair[1])[:_LARGEST]:
        print(f"  {name:24}{size:8.1f} MB")
    for name, size in found.items():
        print(f"{name:26}{size:8.1f} MB")
    if options.json:
        options.json.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
