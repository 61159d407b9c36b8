"""How fast and how well typed places are found, how long the geocoder takes to start and how much memory it holds.

    python -m benchmarks.places [QUERIES.csv ...]

Files of queries have the columns of tests/adapters/places/queries.csv; that one is measured if none is given. One
core; the machine's other work shows in the figures.
"""

from __future__ import annotations

import argparse
import csv
import random
import socket
import statistics
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from incidents.adapters import data_files
from incidents.adapters.geocoder import GazetteerGeocoder
from incidents.core.gazetteer.place import Kind, Level
from incidents.core.script import to_latin

OWN = Path(__file__).parent.parent / "tests" / "adapters" / "places" / "queries.csv"
MEMORY = """
import resource, sys
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
import incidents.adapters.data_files as files
before = peak()
geocoder = files.geocoder()
geocoder.geocode("Subtica"); geocoder.geocode("u Novom Pzaru")
print(before, peak())
"""
START = """
import time
began = time.perf_counter()
import incidents.adapters.data_files as files
imported = time.perf_counter()
files.geocoder().geocode("Subotica")
print(imported - began, time.perf_counter() - imported)
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="*", type=Path, default=[OWN], metavar="QUERIES.csv")
    files = arguments.parse_args().files
    _shut_the_network()
    imports, start = _fastest(START)
    print(f"start: {1000 * start:.0f} ms, after {1000 * imports:.0f} ms of imports (fastest of 5)")
    before, after = map(float, _said(MEMORY))
    print(f"memory: {after - before:.0f} MB for the geocoder, {after:.0f} MB for the whole process")
    geocoder = data_files.geocoder()
    geocoder.geocode("Subtica")  # what is built at the first slip
    for name, queries in _names().items():
        print(f"{name}: {_a_second(geocoder, queries):,.0f} queries a second")
    for file in files:
        _judge(geocoder, file)


def _shut_the_network() -> None:
    """Whoever tries to reach another machine from here on ends the benchmark."""

    def reached(*_: object, **__: object) -> None:
        raise SystemExit("The network was reached.")

    patch.object(socket.socket, "connect", reached).start()
    patch.object(socket, "getaddrinfo", reached).start()


def _said(code: str) -> list[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def _fastest(code: str) -> tuple[float, float]:
    runs = [tuple(map(float, _said(code))) for _ in range(5)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def _names() -> dict[str, list[str]]:
    names = [
        name.text
        for name in data_files.gazetteer().names
        if name.kind is Kind.OFFICIAL and name.place.level is Level.SETTLEMENT
    ]
    random.Random(1).shuffle(names)
    latin = [to_latin(name) for name in names]
    return {
        "names as in the register": names,
        "names in Latin": latin,
        "names without accents": [_bare(name) for name in latin],
    }


def _bare(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.lower().replace("đ", "dj"))
    return spread.encode("ascii", "ignore").decode()


def _a_second(geocoder: GazetteerGeocoder, queries: list[str]) -> float:
    """The median of five rounds through all queries."""
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for query in queries:
            geocoder.geocode(query)
        rounds.append(time.process_time() - began)
    return len(queries) / statistics.median(rounds)


def _judge(geocoder: GazetteerGeocoder, file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    outcomes: dict[str, Counter[str]] = {}
    took = []
    for row in rows:
        began = time.perf_counter()
        location = geocoder.geocode(row["query"])
        took.append(1000 * (time.perf_counter() - began))
        outcome = _outcome(row, location.raw if location else None)
        outcomes.setdefault(row["category"], Counter())[outcome] += 1
    total = sum(outcomes.values(), Counter())
    print(f"\n{file.name}: {len(rows)} queries")
    for category, counted in outcomes.items():
        print(f"  {category}: {counted['right']} of {counted.total()} right, {counted['wrong']} wrong")
    print(f"  right {total['right'] / len(rows):.3f}, wrong {total['wrong'] / len(rows):.3f}")
    cuts = statistics.quantiles(took, n=100)
    print(f"  a query takes {cuts[49]:.2f} ms (median), {cuts[94]:.2f} ms (p95), {max(took):.2f} ms (slowest)")


def _outcome(row: dict[str, str], raw: dict[str, object] | None) -> str:
    """right, wrong, or nothing where something was meant; a settlement is right in its municipality."""
    expected = row["expect_level"]
    if raw is None or expected == "none":
        return "nothing" if expected != "none" else "wrong" if raw else "right"
    if expected == "ambiguous":
        is_right = raw["ambiguous"] and raw["code"] in row["accept"].split("|")
    elif expected in {"city", "district"}:
        is_right = raw["level"] == expected and raw["district_code"] == row["expect_district_code"]
    else:
        is_right = raw["municipality_code"] == row["expect_municipality_code"]
    return "right" if is_right else "wrong"


if __name__ == "__main__":
    main()
