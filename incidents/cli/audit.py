"""`audit`: is the trail whole, and still the one that it was?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.core.audit import Entry, Tampering, first_break, tampering_at
from incidents.db.audit import entries

_WHAT = {
    Tampering.REMOVED: "one entry or more were removed there",
    Tampering.INSERTED: "an entry was put in there",
    Tampering.MOVED: "entries were moved there",
    Tampering.CHANGED: "this entry, or the hash of the one before it, was changed",
}
_ANCHOR = re.compile(r"(\d{1,12})-((?:[0-9a-f]{4}[ -]?){16})", re.ASCII)


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option("--anchor", "anchors", multiple=True, help="One that was printed before; may be given several times.")
@click.pass_obj
def verify(settings: Settings, anchors: tuple[str, ...]) -> None:
    """Follow the chain of the audit trail from its first entry to its last, and hold it to anchors of before."""
    wanted = [_read(anchor) for anchor in anchors]
    with database_of(settings) as database, database.reader() as session:
        chain = list(entries(session))
    broken = first_break(chain)
    if broken is not None:
        raise Wrong(f"The chain breaks at entry {broken}: {_WHAT[tampering_at(chain, broken)]}.")
    for number, digest in wanted:
        _hold(chain, number, digest)
    held = f" It is the one of {len(wanted)} anchors." if len(wanted) > 1 else " It is the one of the anchor."
    click.echo(f"The chain is whole: {len(chain)} entries.{held if wanted else ''}")


@audit.command()
@click.pass_obj
def anchor(settings: Settings) -> None:
    """Print the last entry's number and hash, to keep on paper: a trail that is cut off or written anew lacks them."""
    with database_of(settings) as database, database.reader() as session:
        chain = list(entries(session))
    if first_break(chain) is not None or not chain:
        raise Wrong("There is no whole chain to print an anchor of: run `python -m incidents audit verify`.")
    entry, digest = chain[-1]
    click.echo(f"The audit trail on {entry.at:%Y-%m-%d}, {entry.number} entries:")
    click.echo(f"{entry.number}-{digest.hex(' ', 2)}")


def _read(anchor: str) -> tuple[int, bytes]:
    found = _ANCHOR.fullmatch(anchor.strip().lower())
    if found is None:
        raise Wrong("An anchor is a number, a dash and sixteen groups of four digits and letters from a to f.")
    return int(found[1]), bytes.fromhex(re.sub("[^0-9a-f]", "", found[2]))


def _hold(chain: Sequence[tuple[Entry, bytes]], number: int, digest: bytes) -> None:
    if number > len(chain):
        raise Wrong(f"The trail ends at entry {len(chain)}, and the anchor knows {number}: the rest was cut off.")
    if not number or chain[number - 1][1] != digest:
        raise Wrong(f"Entry {number} is not the one of the anchor: the trail was written anew at it or before it.")
