"""How fast and how well typed places are found, how long the geocoder takes to start and how much memory it holds.

    python -m benchmarks.places [QUERIES.csv ...] [--only rates] [--names 1000] [--rounds 5] [--json FILE]

Files of queries have the columns of tests/adapters/places/queries.csv; that one is measured if none is given. How many
names of settlements are found in a second is told for names as they are and with one letter wrong, in both scripts; the
floor, in turns with it, is a look-up of the folded name in a dict, which finds no wrong one. One core. `--only rates`
measures no more than that, and `--json` keeps it.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import socket
import statistics
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from incidents.adapters import data_files
from incidents.adapters.geocoder import GazetteerGeocoder
from incidents.core.gazetteer.place import Kind, Level
from incidents.core.script import fold, to_latin

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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[OWN], metavar="QUERIES.csv")
    parser.add_argument("--only", choices=["rates"])
    parser.add_argument("--names", type=int, default=1_000, help="So many settlements, drawn at random.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    _shut_the_network()
    if options.only is None:
        imports, start = _fastest(START)
        print(f"start: {1000 * start:.0f} ms, after {1000 * imports:.0f} ms of imports (fastest of 5)")
        before, after = map(float, _said(MEMORY))
        print(f"memory: {after - before:.0f} MB for the geocoder, {after:.0f} MB for the whole process")
    geocoder = data_files.geocoder()
    geocoder.geocode("Subtica")  # what is built at the first slip
    rates = measured_rates(geocoder, options.names, options.rounds)
    for name, figures in rates.items():
        print(f"{name:32}", "  ".join(f"{what} {value:,.3g}" for what, value in figures.items()))
    if options.json:
        options.json.write_text(json.dumps(rates, indent=1), encoding="utf-8")
    for file in options.files if options.only is None else ():
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


def names_to_find(count: int) -> dict[str, list[str]]:
    """Names of settlements, as they are and as people type them."""
    every = _official_names()
    random.Random(1).shuffle(every)
    names = every[:count]
    latin = [to_latin(name) for name in names]
    return {
        "as in the register": names,
        "in Latin": latin,
        "without accents": [_bare(name) for name in latin],
        "misspelled": [_with_a_slip(name) for name in names],
        "misspelled, in Latin": [_with_a_slip(name) for name in latin],
    }


def _official_names() -> list[str]:
    return [
        name.text
        for name in data_files.gazetteer().names
        if name.kind is Kind.OFFICIAL and name.place.level is Level.SETTLEMENT
    ]


def _with_a_slip(name: str) -> str:
    """Two letters changed places, one is missing, or one stands twice: the same one each time for a name."""
    chance = random.Random(name)
    at = chance.randrange(1, max(2, len(name) - 1))
    before, letter, after = name[:at], name[at : at + 1], name[at + 1 :]
    return chance.choice([before + after[:1] + letter + after[1:], before + after, before + letter + letter + after])


def _bare(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.lower().replace("đ", "dj"))
    return spread.encode("ascii", "ignore").decode()


def measured_rates(geocoder: GazetteerGeocoder, count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Of each way of typing: look-ups a second, those of the floor, and what part of the names is found."""
    known = {fold(name): name for name in _official_names()}
    found: dict[str, dict[str, float]] = {}
    for name, queries in names_to_find(count).items():
        ours, floor = [], []
        for _ in range(rounds):
            ours.append(_cpu_s(lambda query: geocoder.geocode(query), queries))
            floor.append(_cpu_s(lambda query: known.get(fold(query)), queries))
        rate, least = len(queries) / statistics.median(ours), len(queries) / statistics.median(floor)
        answered = sum(geocoder.geocode(query) is not None for query in queries) / len(queries)
        found[name] = {"a second": rate, "floor a second": least, "to floor": rate / least, "answered": answered}
    return found


def _cpu_s(look_up: Callable[[str], object], queries: list[str]) -> float:
    began = time.process_time()
    for query in queries:
        look_up(query)
    return time.process_time() - began


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
