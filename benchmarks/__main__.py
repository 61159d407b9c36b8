"""All that is measured over HTTP and by commands, one after the other, as one table.

    python -m benchmarks [--whole] [--only intake queue] [--json FILE]

Each line has a figure, the floor that it stands beside in the same run where there is one, the ratio of both, and what
the figure is held to. Without `--whole` the long ones are shortened: it takes twenty minutes instead of two hours.
Nothing else should be at work on the machine. Quality (marking, twins, places, disclosure, shapes) and access have
programs of their own, which say more than a line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Line:
    """One figure of a measurement. A bar is met below or above `bar`; None holds it to nothing."""

    what: str
    figure: tuple[str, ...]
    """Where it stands in what was measured."""
    floor: tuple[str, ...] = ()
    bar: float | None = None
    is_least: bool = False


@dataclass(frozen=True)
class Measurement:
    module: str
    short: tuple[str, ...]
    whole: tuple[str, ...]
    lines: tuple[Line, ...]


def _intake(engine: str) -> tuple[Line, ...]:
    def line(what: str, name: str, unit: str, ratio: str, bar: float, *, is_least: bool = False) -> tuple[Line, Line]:
        return (
            Line(f"{what}, {engine}: {unit}", (engine, f"{name}: {unit}"), (engine, f"{name}: floor {unit}")),
            Line(f"{what}, {engine}: ratio", (engine, f"{name}: {ratio}"), bar=bar, is_least=is_least),
        )

    return (
        *line("a report", "report", "CPU ms", "CPU ratio", 1.5),
        *line("a look-up", "look-up", "CPU ms", "CPU ratio", 1.5),
        *line("form pages", "form", "a second", "rate ratio", 0.8, is_least=True),
        Line(f"memory of two workers, {engine}: MB", (engine, "memory of workers MB (Pss)"), bar=159.5),
        Line(f"memory of one, {engine}: MB", (engine, "largest MB (Rss)"), bar=120),
    )


def _storm(engine: str, share: float) -> tuple[Line, ...]:
    return (
        Line(f"confirmed and gone, {engine}", (engine, "of these gone"), bar=0),
        Line(f"wrong answers, {engine}", (engine, "wrong answers"), bar=0),
        Line(f"share of the slowest client, {engine}", (engine, "share of the slowest"), bar=share, is_least=True),
        Line(f"growth of a worker, {engine}", (engine, "growth"), bar=1.2),
    )


def _receipts(engine: str) -> tuple[Line, ...]:
    return (
        Line(f"codes unknown to withdrawn, {engine}: ratio", (engine, "apart"), bar=1.05),
        Line(f"these in a flood of guesses, {engine}: ratio", (engine, "throttled, apart"), bar=1.05),
        Line(f"a right code in it, {engine}: s, slowest", (engine, "right, slowest s"), bar=2.0),
        Line(f"with usual turns, {engine}: s, slowest", (engine, "usual turns, right, slowest s"), bar=2.0),
    )


def _queue(engine: str, few: int, many: int) -> tuple[Line, ...]:
    return (
        Line(
            f"queue, {many:,} settled, {engine}: s for 95 in 100",
            (f"{engine}, {many} settled", "95 in 100 s"),
            (f"{engine}, {few} settled", "95 in 100 s"),
            bar=0.3,
        ),
        Line(
            f"queue page, {engine}: s",
            (f"{engine}, {few} settled", "median s"),
            (f"{engine}, {few} settled", "floor: answered s"),
        ),
    )


def _reading(engine: str) -> tuple[Line, ...]:
    return (Line(f"report view, {engine}: s", (engine, "median s"), (engine, "floor: opened and answered s")),)


def _downloads() -> Iterator[Line]:
    table = "/api/v1/releases/4/tables/ground"
    asked = {
        "page": "/sr-Cyrl/statistics/ gzip",
        "CSV file": f"{table}.csv gzip",
        "ODS file": f"{table}.hu.ods identity",
        "file that has not changed": f"{table}.csv 304",
    }
    for what, name in asked.items():
        yield Line(f"{what} from a release: ms", (name, "ms"), (name, "bare ms"))
    for what in ("page", "CSV file", "ODS file"):
        yield Line(f"{what}, beside a file of nginx: ms", (asked[what], "ms"), (asked[what], "nginx ms"))


def _places() -> Iterator[Line]:
    for typed in ("as in the register", "in Latin", "misspelled", "misspelled, in Latin"):
        yield Line(f"places {typed}: a second", (typed, "a second"), (typed, "floor a second"))


def _marking() -> Iterator[Line]:
    for language in ("sr-Cyrl", "sr-Latn", "hu", "sq", "rom", "ro", "sk", "en"):
        yield Line(f"scan of 2 KB, {language}: ms", (language, "ms"), (language, "floor ms"))
    yield Line("scan of 100 KB: ms", ("100 KB", "ms"), ("100 KB", "floor ms"))


def _releases(engine: str) -> tuple[Line, ...]:
    run = f"{engine}, 100000 incidents"
    return (
        Line(f"a release of 100,000, {engine}: s", (run, "built s")),
        Line(f"of that counting, {engine}: s", (run, "of that counted s"), (run, "floor: GROUP BY s")),
        Line(f"after one more, {engine}: part of it", (run, "after one more to built"), bar=0.05),
        Line(f"small counts given away, {engine}", (run, "given away"), bar=0),
    )


MEASUREMENTS = (
    Measurement(
        "intake",
        ("--rounds", "3"),
        ("--rounds", "7", "--reports", "800"),
        (*_intake("sqlite"), *_intake("postgresql")),
    ),
    Measurement(
        "journey",
        ("--runs", "100"),
        ("--runs", "400"),
        (Line("start page: ms", ("GET start", "median ms"), ("GET start", "bare server ms")),),
    ),
    Measurement(
        "receipts",
        ("--runs", "200"),
        ("--runs", "1000"),
        (*_receipts("sqlite"), *_receipts("postgresql")),
    ),
    Measurement(
        "queue",
        ("--settled", "1000", "20000", "--open", "500", "--pages", "60"),
        ("--settled", "1000", "20000"),
        (*_queue("sqlite", 1_000, 20_000), *_queue("postgresql", 1_000, 20_000)),
    ),
    Measurement(
        "reading",
        ("--reports", "20"),
        (),
        (*_reading("sqlite"), *_reading("postgresql")),
    ),
    Measurement(
        "search",
        ("--texts", "5000", "--open", "500"),
        (),
        (
            Line("search: s, slowest", ("slowest s",), bar=1.0),
            Line("search: s", ("median s",), ("floor: looked through s",)),
        ),
    ),
    Measurement(
        "twins_time",
        ("--reports", "10"),
        (),
        (
            Line("twins in a long queue: CPU s", ("median s",), ("floor: folding one s",)),
            Line("these beside opening it: CPU s", ("median s",), ("floor: opening them s",)),
        ),
    ),
    Measurement("places", ("--only", "rates", "--names", "500"), ("--only", "rates", "--names", "5000"), (*_places(),)),
    Measurement("marking", ("--only", "usual"), ("--only", "usual", "--rounds", "99"), (*_marking(),)),
    Measurement("downloads", ("--runs", "100"), (), (*_downloads(),)),
    Measurement(
        "storm",
        ("--minutes", "2.2"),
        ("--minutes", "60"),
        (*_storm("sqlite", 0.5), *_storm("postgresql", 0.8)),
    ),
    Measurement(
        "releases",
        ("--incidents", "100000"),
        ("--incidents", "10000", "100000", "1000000"),
        tuple(line for engine in ("sqlite", "postgresql") for line in _releases(engine)),
    ),
    Measurement(
        "disclosure",
        ("--count", "1000000"),
        ("--count", "10000000"),
        (Line("counting alone: s", ("counting", "counting s"), bar=5.0),),
    ),
    Measurement("size", (), (), (Line("a trial on the disk: MB", ("together",), bar=250),)),
    Measurement(
        "drill",
        ("--reports", "5000", "--files", "10"),
        (),
        (
            Line("drill: rows missing", ("rows missing",), bar=0),
            Line("drill: cannot be read", ("cannot be read",), bar=0),
            Line("drill: s until all is back", ("restored and verified s",), bar=300),
        ),
    ),
)


def taken(measurement: Measurement, *, whole: bool, folder: Path) -> Any:
    """What a measurement found; None where it did not end well, having said why."""
    into = folder / f"{measurement.module}.json"
    options = measurement.whole if whole else measurement.short
    subprocess.run(
        [sys.executable, "-m", f"benchmarks.{measurement.module}", *options, "--json", str(into)],
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return json.loads(into.read_text(encoding="utf-8")) if into.exists() else None


def told(measurement: Measurement, found: Any) -> Iterator[dict[str, Any]]:
    for line in measurement.lines:
        figure = _at(found, line.figure)
        is_met = None
        if figure is not None and line.bar is not None:
            is_met = figure >= line.bar if line.is_least else figure <= line.bar
        floor = _at(found, line.floor) if line.floor else None
        ratio = figure / floor if figure is not None and floor else None
        row = {"what": line.what, "figure": figure, "floor": floor, "ratio": ratio}
        yield {**row, "bar": line.bar, "is_met": is_met}


def _at(found: Any, path: tuple[str, ...]) -> float | None:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 1_000 else f"{value:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--whole", action="store_true", help="As long as what they are held to asks for.")
    parser.add_argument("--only", nargs="+", choices=[one.module for one in MEASUREMENTS])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    print(f"{'':52}{'figure':>10}{'floor':>10}{'ratio':>10}{'bar':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for measurement in MEASUREMENTS:
            if options.only and measurement.module not in options.only:
                continue
            found = taken(measurement, whole=options.whole, folder=Path(folder))
            for row in told(measurement, found):
                rows.append(row)
                verdict = {True: "", False: "  missed", None: "" if row["figure"] is not None else "  not measured"}
                figures = "".join(f"{_shown(row[name]):>10}" for name in ("figure", "floor", "ratio", "bar"))
                print(f"{row['what']:52}{figures}{verdict[row['is_met']]}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if any(row["is_met"] is False or row["figure"] is None for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
