"""`audit`: is the trail whole?"""

from __future__ import annotations

import click

from incidents.cli.site import Wrong, database_of
from incidents.config import Settings
from incidents.core.audit import first_break
from incidents.db.audit import entries


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Follow the chain of the audit trail from its first entry to its last."""
    with database_of(settings) as database, database.reader() as session:
        chain = list(entries(session))
    broken = first_break(chain)
    if broken is not None:
        raise Wrong(f"The chain breaks at entry {broken}: it was changed, removed, inserted or moved.")
    click.echo(f"The chain is whole: {len(chain)} entries.")
