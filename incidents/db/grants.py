"""What each of the two doors may do in a PostgreSQL database: rights of roles, from one table.

The public door takes reports and shows releases. It may add sealed rows and never read what is sealed to the desk: the
database refuses that to a process that has been taken over, too. What it may read of incidents are their codes, because
a withdrawn report takes its incident with it: who takes the public process over learns counts before protection, and
no word of any report. The desk's door does all that its members do, and it
may add to the audit trail, and neither change nor delete there. Tables belong to a third role, which migrates, backs up
and does the regular work, and which no process of the site runs under.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from incidents.db.tables import METADATA

ALL = ("*",)


@dataclass(frozen=True)
class Rights:
    """Columns that may be read and changed, ALL for every one; whether rows may be added and deleted."""

    select: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    insert: bool = False
    delete: bool = False


_READ = Rights(select=ALL)
_WORK = Rights(select=ALL, update=ALL, insert=True, delete=True)
SEALED: Mapping[str, tuple[str, ...]] = {
    "report": ("sealed", "sealed_key"),
    "message": ("sealed_for_desk",),
    "sent_file": ("sealed_key", "sealed_facts"),
    "file_piece": ("sealed",),
}
"""What the public door writes and never reads again."""


def _but_sealed(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in METADATA.tables[table].columns if column.name not in SEALED[table])


PUBLIC: Mapping[str, Rights] = {
    # Reports, and what their reporters say with a code.
    "report": Rights(_but_sealed("report"), ("handling", "version", "has_news"), insert=True, delete=True),
    "message": Rights(_but_sealed("message"), insert=True),
    "sent_file": Rights(_but_sealed("sent_file"), insert=True),
    "file_piece": Rights(_but_sealed("file_piece"), insert=True),
    "batch": Rights(("received_on", "reports")),
    "desk_key": _READ,  # public halves only
    "desk_area": _READ,
    "recovery_key": Rights(("number",)),
    # A withdrawn report takes its incident with it, where nothing else rests on it.
    "incident": Rights(ALL, ("decision", "version")),
    "incident_code": _READ,
    "return_note": Rights(("incident_id",), delete=True),
    "ruled_out": Rights(ALL, delete=True),
    "counted_incident": Rights(("incident_id", "batch")),
    "received_reports": Rights(ALL, delete=True),
    "set_aside": Rights(ALL, ("batch",), insert=True),
    "correction": Rights(ALL, ("batch",)),
    "audit_entry": Rights(ALL, insert=True),
    # What everybody reads.
    "notice": _READ,
    "announcement": _READ,
    "release": Rights(ALL, delete=True),
    "release_file": Rights(ALL, delete=True),
    "release_cell": Rights(ALL, delete=True),
    "release_signature": Rights(ALL, delete=True),
    "release_withdrawal": _READ,
    "job": _READ,
}
"""Tables that are not here are not touched by the public door at all."""
_DESK_ONLY_ADDS = frozenset({"audit_entry"})
DESK: Mapping[str, Rights] = {
    name: Rights(select=ALL, insert=True) if name in _DESK_ONLY_ADDS else _WORK for name in METADATA.tables
}


def grant(connection: sa.Connection, role: str, door: Mapping[str, Rights]) -> None:
    """Give a role of a PostgreSQL server exactly these rights; make it if it is not there. Run it as the tables' owner.

    A new role may log in and has no password: how it proves itself is up to the server's own rules (pg_hba.conf).
    """
    quote = connection.dialect.identifier_preparer.quote
    own = quote(role)
    is_there = connection.scalar(sa.text("SELECT true FROM pg_roles WHERE rolname = :name"), {"name": role})
    for statement in (
        *(() if is_there else (f"CREATE ROLE {own} LOGIN",)),
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {own}",
        f"GRANT USAGE ON SCHEMA public TO {own}",
        f"GRANT SELECT ON alembic_version TO {own}",
        *(f"GRANT {right} TO {own}" for right in _rights(door, quote)),
    ):
        connection.execute(sa.text(statement))


def _rights(door: Mapping[str, Rights], quote: Callable[[str], str]) -> Iterator[str]:
    for name, rights in door.items():
        table = quote(name)
        for word, columns in (("SELECT", rights.select), ("UPDATE", rights.update)):
            if columns:
                some = "" if columns == ALL else f" ({', '.join(map(quote, columns))})"
                yield f"{word}{some} ON {table}"
        for word, is_given in (("INSERT", rights.insert), ("DELETE", rights.delete)):
            if is_given:
                yield f"{word} ON {table}"
