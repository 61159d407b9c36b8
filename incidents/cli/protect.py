"""`protect` and `release audit`: disclosure control for any table of counts, and the attack on it. Needs no site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO

import click

from incidents.cli.site import Wrong
from incidents.disclosure import files
from incidents.disclosure.audit import Contradiction, Undecided
from incidents.disclosure.counts import tabulate
from incidents.disclosure.programme import SolverFailed
from incidents.disclosure.protection import CannotProtect, Status
from incidents.disclosure.protection import protect as decide
from incidents.disclosure.rows import read_data
from incidents.disclosure.rules import rules_of
from incidents.disclosure.spec import read_spec
from incidents.disclosure.task import Progress
from incidents.disclosure.trees import BadSpec
from incidents.disclosure.verdict import Verdict, verdict

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("data", type=_FILE)
@click.option("--spec", "spec_path", required=True, type=_FILE, help="Dimensions, tables and threshold, as JSON.")
@click.option("--out", required=True, type=_FILE, help="One row a cell, with its status. For your own eyes only.")
@click.option("--previous", multiple=True, type=_FILE, help="What an earlier release decided; may be given again.")
@click.option("--secret", type=_FILE, help="File of random bytes that draws the decoys: keep it, and keep it secret.")
def protect(data: Path, spec_path: Path, out: Path, previous: tuple[Path, ...], secret: Path | None) -> None:
    """Decide which cells of linked tables to withhold, so that no small count can be computed from the rest.

    DATA is CSV, gzipped or not: counts, or one row an incident.
    """
    with _in_words():
        spec = read_spec(spec_path)
        rows = read_data(data, spec)
        cells = tabulate(rows, spec)
        earlier = files.as_earlier([files.read_cells(path, spec) for path in previous], cells)
        rules, drawn_by = rules_of(spec, cells, rows), _drawn_by(secret) if spec.decoy_zeros else b""
        statuses = decide(cells, spec, rules, earlier=earlier, secret=drawn_by, progress=_shown())
        with _written(str(out)) as file:
            files.write_cells(file, cells, statuses, spec)
    counted = {status: statuses.count(status) for status in Status}
    of_nothing = sum(
        status is Status.PRIMARY and count == 0 for status, count in zip(statuses, cells.counts.tolist(), strict=True)
    )
    click.echo(
        f"{len(statuses)} cells: {counted[Status.PRIMARY] - of_nothing} too small, "
        f"{f'{of_nothing} zeros that look like them, ' if of_nothing else ''}"
        f"{counted[Status.COMPLEMENTARY]} withheld with them, "
        f"{counted[Status.PUBLISHED] + counted[Status.ZERO]} to publish.",
        err=True,
    )


@click.command()
@click.argument("cells", type=_FILE)
@click.option("--spec", "spec_path", required=True, type=_FILE, help="Dimensions, tables and threshold, as JSON.")
@click.option("--out", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="Bounds, one row a cell.")
def audit(cells: Path, spec_path: Path, out: str) -> None:
    """Attack published cells: what can each withheld one be, for a reader who has all the others?

    Exit code 0 if every small count is protected, 1 if one is not, 2 if the files cannot be read.
    """
    with _in_words():
        spec = read_spec(spec_path)
        stored = files.read_cells(cells, spec)
        shown = _shown()
        found = verdict(
            stored.cells,
            stored.withheld,
            spec,
            progress=lambda done, of: shown("attacking", done, of),
        )
        protected = {cell: _is_protected(stored.statuses[cell], found, cell) for cell in found.bounds}
        with _written(out) as file:
            files.write_bounds(file, stored, found.bounds, protected, spec)
    idle = [cell for cell in protected if not protected[cell] and stored.statuses[cell] == Status.COMPLEMENTARY.value]
    if idle:
        click.echo(
            f"{len(idle)} cells withheld for others can be computed all the same: withholding them is idle.", err=True
        )
    failed = [cell for cell, is_safe in protected.items() if not is_safe and cell not in set(idle)]
    if failed:
        worst = found.bounds[failed[0]]
        upper = "any number" if worst.upper is None else worst.upper
        click.echo(
            f"NOT SAFE: {len(failed)} of {len(protected)} withheld cells give something away. The first, "
            f"{_named(stored, failed[0])}, is known to lie between {worst.lower} and {upper}.",
            err=True,
        )
    for whole, trait in found.groups[:1]:
        click.echo(
            f"NOT SAFE: {len(found.groups)} groups are known to share a trait. The first: nearly all of "
            f"{_named(stored, whole)} are in {_named(stored, trait)}.",
            err=True,
        )
    if failed or found.groups:
        raise SystemExit(1)
    click.echo(
        f"Safe: each of {len(protected)} withheld cells can be both 0 and as much as may be published, "
        "or is withheld for others.",
        err=True,
    )


_LEAST_SECRET = 16


def _drawn_by(path: Path | None) -> bytes:
    """The secret in a file, as long a key as it takes."""
    if path is None:
        raise Wrong("`decoy_zeros` needs --secret FILE, a file of random bytes that only you have. Keep it for later.")
    try:
        found = path.read_bytes()
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}.") from None
    if len(found) < _LEAST_SECRET:
        raise Wrong(f"{path} holds fewer than {_LEAST_SECRET} bytes: that is no secret.")
    return blake2b(found, digest_size=32).digest()


def _named(stored: files.Stored, cell: int) -> str:
    return " × ".join(stored.cells.codes(cell))


def _is_protected(status: str, found: Verdict, cell: int) -> bool:
    """A small count must be possible as nothing and as one that may be published; others must not be known exactly."""
    if status == Status.COMPLEMENTARY.value:
        return found.bounds[cell].lower != found.bounds[cell].upper
    return found.may_be_enough(cell) if status == files.SUPPRESSED else found.hides(cell)


@contextmanager
def _written(path: str) -> Iterator[IO[str]]:
    try:
        with click.open_file(path, "w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise Wrong(f"{path} cannot be written: {error.strerror}.") from None


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (BadSpec, CannotProtect) as wrong:
        raise Wrong(str(wrong)) from None
    except (SolverFailed, Undecided):
        raise Wrong("The solver gave up on these tables, so nothing is decided. Try coarser tables.") from None
    except Contradiction:
        raise Wrong("The published figures contradict each other: a total is not the sum of its parts.") from None


def _shown() -> Progress:
    """Progress on the terminal, once a percent; nothing in a file or a pipe."""
    last: tuple[str, int] = ("", -1)

    def show(what: str, done: int, of: int) -> None:
        nonlocal last
        now = (what, 100 * done // max(of, 1))
        if now != last and sys.stderr.isatty():
            click.echo(f"\r{what}: {now[1]} % ", nl=done == of, err=True)
        last = now

    return show
