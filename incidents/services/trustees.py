"""The trustees' recovery key: its private half is printed as three shares, of which two open every desk key again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening, shares
from incidents.adapters.opening import KeyPair
from incidents.db.audit import record
from incidents.db.desk import all_desks
from incidents.db.key import (
    KeyGrant,
    RecoveryKey,
    RecoveryShare,
    newest_desk_key,
    newest_recovery_key,
    shares_of,
)
from incidents.services import keys

NEEDED, SHARES = 2, 3


class NothingToGive(Exception):
    """The member's key opens no desk key, so there is nothing to lay up for the trustees."""


class DesksLeftOut(Exception):
    """Nobody who takes part holds the keys that these desks have now: with new shares they could not be recovered."""

    def __init__(self, desks: Sequence[str]) -> None:
        super().__init__(desks)
        self.desks = desks


class OtherShare(Exception):
    """A share, but of no recovery key of this site, or of one that newer shares replaced."""


@dataclass(frozen=True)
class ReadBack:
    """One share that was typed back."""

    number: int
    left: int
    """How many are still to be read back."""


def make_shares(
    session: Session,
    *,
    by: UUID,
    by_key: KeyPair,
    actor: str,
    now: datetime,
    beside: Sequence[tuple[UUID, KeyPair]] = (),
) -> list[str]:
    """A new recovery key for every desk key that the members hold; the words of its shares, to print and forget.

    Where no member is at all desks several take part: those `beside` the one who asks. Earlier shares go on working
    until all of these have been read back. Raises NothingToGive, DesksLeftOut.
    """
    privates = _privates(session, [(by, by_key), *beside])
    if not privates:
        raise NothingToGive
    newest_keys = [(desk.code, newest_desk_key(session, desk.code)) for desk in all_desks(session)]
    left_out = [desk for desk, newest_key in newest_keys if newest_key and newest_key.epoch not in privates]
    if left_out:
        raise DesksLeftOut(left_out)
    pair = opening.new_key_pair()
    words = shares.words_of_shares(pair.private, needed=NEEDED, count=SHARES)
    for some in combinations(words, NEEDED):
        if shares.secret_of(some) != pair.private:
            raise AssertionError("shares that do not give the key back")
    newest = newest_recovery_key(session)
    number = newest.number + 1 if newest else 1
    session.add(RecoveryKey(number=number, public=pair.public, created_on=now.date()))
    session.flush()
    session.add_all(
        RecoveryShare(recovery_number=number, number=place, digest=shares.digest_of(text))
        for place, text in enumerate(words, start=1)
    )
    for epoch, private in privates.items():
        keys.grant_to_trustees(session, epoch, private, number, pair.public)
    record(session, at=now, actor=actor, action="make_shares", subject=f"recovery:{number}", after=f"{SHARES} shares")
    return words


def read_back(session: Session, typed: str, *, actor: str, now: datetime) -> ReadBack:
    """A share of the newest recovery key was typed from its paper. With the last one earlier shares are void.

    Raises adapters.shares.NotAShare, OtherShare.
    """
    digest = shares.digest_of(typed)
    newest = newest_recovery_key(session)
    own = shares_of(session, newest.number) if newest else []
    found = next((share for share in own if share.digest == digest), None)
    if found is None:
        raise OtherShare
    found.read_back_on = now.date()
    session.flush()
    left = sum(share.read_back_on is None for share in own)
    subject = f"recovery:{found.recovery_number}"
    record(session, at=now, actor=actor, action="read_share_back", subject=subject, after=f"share {found.number}")
    if left == 0:
        _void_earlier(session, found.recovery_number)
    return ReadBack(found.number, left)


def admit(session: Session, typed: Sequence[str], member: UUID, *, actor: str, now: datetime) -> list[int]:
    """Give a member every desk key that these shares open; their epochs.

    Raises adapters.shares.NotAShare, adapters.shamir.NotTogether, OtherShare, services.keys.NoKey.
    """
    pair = opening.key_pair_of(shares.secret_of(typed))
    grants = session.scalars(sa.select(KeyGrant).where(KeyGrant.sealed_to == pair.public)).all()
    if not grants:
        raise OtherShare
    opened = {grant.epoch: opening.open_grant(grant.sealed_private, pair) for grant in grants}
    keys.grant_to_member(session, member, opened)
    epochs = sorted(opened)
    record(
        session,
        at=now,
        actor=actor,
        action="admit_by_shares",
        subject=f"member:{member}",
        after=f"epochs {', '.join(map(str, epochs))}",
    )
    return epochs


def _privates(session: Session, holders: Sequence[tuple[UUID, KeyPair]]) -> dict[int, bytes]:
    """Private halves by epoch, of all that one of these members holds."""
    return {
        epoch: keys.desk_private(session, epoch, member, key)
        for member, key in holders
        for epoch in keys.held_epochs(session, member, key)
    }


def _void_earlier(session: Session, number: int) -> None:
    held = sa.select(KeyGrant.epoch).where(KeyGrant.recovery_number == number).scalar_subquery()
    session.execute(sa.delete(KeyGrant).where(KeyGrant.recovery_number < number, KeyGrant.epoch.in_(held)))
