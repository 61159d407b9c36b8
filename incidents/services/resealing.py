"""After a suspected theft of keys: all that is sealed to earlier keys of a desk is sealed to the one of now.

Batch by batch, each in a unit of work of its own: when it is cut off, it goes on where it stopped. Texts and files stay
under their own keys; what is sealed anew is what opens them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.opening import KeyPair
from incidents.adapters.sealing import CannotOpen
from incidents.core.desks import NATIONAL
from incidents.db.audit import record
from incidents.db.key import DeskKey, KeyGrant, newest_desk_key
from incidents.db.tables import METADATA
from incidents.services import keys

_FIRST = UUID(int=0)


@dataclass(frozen=True)
class _Kind:
    """A table with rows that name an epoch, and their column that is sealed to its key."""

    table: sa.Table
    key: str
    sealed: str


KINDS: Mapping[str, _Kind] = {
    "reports": _Kind(METADATA.tables["report"], "id", "sealed_key"),
    "messages": _Kind(METADATA.tables["message"], "id", "sealed_for_desk"),
    "files": _Kind(METADATA.tables["sent_file"], "id", "sealed_key"),
    "comments": _Kind(METADATA.tables["bulk"], "id", "sealed_comment"),
    "notes": _Kind(METADATA.tables["return_note"], "incident_id", "sealed"),
}
"""Everything that is sealed to a desk key. A test holds that no table with an epoch is missing."""


@dataclass(frozen=True)
class Batch:
    """What one batch did; `last` is where the next one begins, none behind the last."""

    done: int
    unopened: int
    last: UUID | None


@dataclass(frozen=True)
class Finished:
    destroyed: Sequence[int] = field(default_factory=list)
    """Epochs whose keys are gone for good."""
    kept: Sequence[int] = field(default_factory=list)
    """Earlier epochs to which something is still sealed that this member could not open."""


def left_over(session: Session, kind: str, *, desk: str = NATIONAL) -> int:
    """How many rows of a kind are sealed to earlier keys of a desk. Raises services.keys.NoKey."""
    table, before = KINDS[kind].table, _before(_newest(session, desk))
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.epoch.in_(before))) or 0


def reseal_batch(
    session: Session,
    kind: str,
    *,
    after: UUID | None,
    most: int,
    member: UUID,
    key: KeyPair,
    desk: str = NATIONAL,
) -> Batch:
    """Seal up to `most` rows of a kind to the key that a desk has now, in the order of their random ids.

    Rows that the member's key does not open are counted and left. Raises services.keys.NoKey.
    """
    newest, rows = _newest(session, desk), KINDS[kind]
    table, row_id, sealed = rows.table, rows.table.c[rows.key], rows.table.c[rows.sealed]
    query = sa.select(row_id.label("id"), table.c.epoch, sealed.label("sealed"))
    query = query.where(table.c.epoch.in_(_before(newest)), row_id > (after or _FIRST)).order_by(row_id).limit(most)
    found = session.execute(query).all()
    private = _privates(session, {row.epoch for row in found}, member, key)
    done = 0
    for row in found:
        anew = _anew(row.sealed, private.get(row.epoch), newest.public)
        if anew is not None:
            # Only as it was read: whatever changed or left meanwhile is somebody else's doing, and stays.
            own = sa.update(table).where(row_id == row.id, table.c.epoch == row.epoch, sealed == row.sealed)
            session.execute(own.values({"epoch": newest.epoch, rows.sealed: anew}))
            done += 1
    return Batch(done, len(found) - done, found[-1].id if len(found) == most else None)


def destroy_keys_of_before(session: Session, *, actor: str, now: datetime, desk: str = NATIONAL) -> Finished:
    """Delete the private halves of a desk's earlier keys to which nothing is sealed any more, everybody's.

    The keys' rows go too: what a slow process seals to one of them afterwards is refused, not lost. Raises
    services.keys.NoKey.
    """
    newest = _newest(session, desk)
    # Waits for reports that are being stored under these keys just now.
    earlier = session.scalars(
        sa.select(DeskKey).where(DeskKey.epoch.in_(_before(newest))).order_by(DeskKey.epoch).with_for_update()
    ).all()
    kept = [one.epoch for one in earlier if _is_in_use(session, one.epoch)]
    destroyed = [one.epoch for one in earlier if one.epoch not in kept]
    session.execute(sa.delete(KeyGrant).where(KeyGrant.epoch.in_(destroyed)))
    session.execute(sa.delete(DeskKey).where(DeskKey.epoch.in_(destroyed)))
    for epoch in destroyed:
        record(session, at=now, actor=actor, action="destroy_key", subject=f"epoch:{epoch}")
    return Finished(destroyed, kept)


def _newest(session: Session, desk: str) -> DeskKey:
    newest = newest_desk_key(session, desk)
    if newest is None:
        raise keys.NoKey
    return newest


def _before(newest: DeskKey) -> sa.Select[int]:
    """Epochs of the same desk that were before this one."""
    return sa.select(DeskKey.epoch).where(DeskKey.desk == newest.desk, DeskKey.epoch < newest.epoch)


def _privates(session: Session, epochs: set[int], member: UUID, key: KeyPair) -> dict[int, bytes]:
    held = epochs.intersection(keys.held_epochs(session, member, key))
    return {epoch: keys.desk_private(session, epoch, member, key) for epoch in held}


def _anew(sealed: bytes, private: bytes | None, public: bytes) -> bytes | None:
    """None for what cannot be opened."""
    if private is None:
        return None
    try:
        return opening.sealed_anew(sealed, private, public)
    except CannotOpen:
        return None


def _is_in_use(session: Session, epoch: int) -> bool:
    def found(table: sa.Table) -> Any:
        return session.execute(sa.select(sa.literal(1)).select_from(table).where(table.c.epoch == epoch).limit(1))

    return any(found(kind.table).first() is not None for kind in KINDS.values())
