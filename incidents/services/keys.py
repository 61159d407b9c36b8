"""The desk key and who holds it: epochs, grants, and members' own ways back to their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.opening import KeyPair, LockedKey, RecoveryLock
from incidents.core.recovery import RecoveryCode
from incidents.db.account import Member
from incidents.db.audit import record
from incidents.db.key import (
    DeskKey,
    KeyGrant,
    MemberKey,
    RecoveryKey,
    newest_desk_key,
    newest_recovery_key,
    shares_of,
)

FEWEST_CONFIRMED = 2
"""So many members must have confirmed their recovery codes before intake opens."""


class NoKey(Exception):
    """The member has no key of their own yet."""


class Partner(Exception):
    """The member sends tables of an organisation, and is given no key of the desk."""


class NoGrant(Exception):
    """The member's key opens no desk key of this epoch."""


class NoRecoveryCode(Exception):
    """The member never made a recovery code."""


class HasEarlierKey(Exception):
    """The member's recovery code opens an earlier key, which a new code would make unreachable."""


@dataclass(frozen=True)
class Readiness:
    """What stands between a site and its intake."""

    confirmed: int
    """How many members hold the desk key and have confirmed their recovery codes."""
    shares_made: int
    shares_read_back: int

    @property
    def is_ready(self) -> bool:
        return self.confirmed >= FEWEST_CONFIRMED and 0 < self.shares_made == self.shares_read_back


class NotReady(Exception):
    """Intake cannot open yet; `readiness` says why."""

    def __init__(self, readiness: Readiness) -> None:
        super().__init__(readiness)
        self.readiness = readiness


def make_desk_key(session: Session, holders: Sequence[UUID], *, today: date) -> int:
    """A first desk key with intake open at once; its epoch. For trials: a site prepares it, and opens intake later.

    Raises NoKey.
    """
    return _new_epoch(session, holders, today=today, opened_on=today)


def prepare_desk_key(session: Session, holders: Sequence[UUID], *, today: date) -> int:
    """A desk key to which nothing is sealed until `open_intake`; its epoch. Raises NoKey."""
    return _new_epoch(session, holders, today=today, opened_on=None)


def rotate(session: Session, *, actor: str, now: datetime, reason: str) -> int:
    """A new desk key for all who hold the one of now, and for the trustees; its epoch.

    What was sealed before stays as it is. Intake is open afterwards if it was open before.
    """
    before = newest_desk_key(session)
    holders = holders_of(session, before.epoch) if before else []
    opened_on = now.date() if before and before.opened_on else None
    epoch = _new_epoch(session, holders, today=now.date(), opened_on=opened_on)
    record(session, at=now, actor=actor, action="rotate_keys", subject=f"epoch:{epoch}", reason=reason)
    return epoch


def holders_of(session: Session, epoch: int) -> list[UUID]:
    """Members at work whose key opens this desk key."""
    query = (
        sa.select(KeyGrant.member_id)
        .join(MemberKey, MemberKey.member_id == KeyGrant.member_id)
        .join(Member, Member.id == KeyGrant.member_id)
        .where(KeyGrant.epoch == epoch, KeyGrant.sealed_to == MemberKey.public, Member.is_disabled.is_(False))
        .order_by(Member.name)
    )
    return [holder for holder in session.scalars(query) if holder is not None]


def holders_of_now(session: Session) -> list[UUID]:
    """As `holders_of`, of the desk key of now; nobody while there is none."""
    key = newest_desk_key(session)
    return holders_of(session, key.epoch) if key else []


def has_other_holders(session: Session, member: UUID) -> bool:
    """Whether somebody beside the member holds the desk key of now."""
    return any(holder != member for holder in holders_of_now(session))


def readiness(session: Session) -> Readiness:
    holders, recovery = holders_of_now(session), newest_recovery_key(session)
    confirmed = session.scalar(
        sa.select(sa.func.count())
        .select_from(MemberKey)
        .where(MemberKey.member_id.in_(holders), MemberKey.recovery_confirmed_on.is_not(None))
    )
    shares = shares_of(session, recovery.number) if recovery else []
    return Readiness(confirmed or 0, len(shares), sum(share.read_back_on is not None for share in shares))


def open_intake(session: Session, *, actor: str, now: datetime) -> None:
    """Let reports be sealed to the desk key of now. Does nothing where they are already. Raises NoKey, NotReady."""
    key = newest_desk_key(session)
    if key is None:
        raise NoKey
    if key.opened_on is not None:
        return
    found = readiness(session)
    if not found.is_ready:
        raise NotReady(found)
    key.opened_on = now.date()
    record(session, at=now, actor=actor, action="open_intake", subject=f"epoch:{key.epoch}")


def share_desk_keys(session: Session, member: UUID, *, by: UUID, by_key: KeyPair) -> list[int]:
    """Give a member every desk key that the key of the member `by` opens; their epochs. Raises NoKey, Partner.

    Grants that the member's key of now does not open are replaced.
    """
    shared = {epoch: desk_private(session, epoch, by, by_key) for epoch in held_epochs(session, by, by_key)}
    grant_to_member(session, member, shared)
    return list(shared)


def grant_to_member(session: Session, member: UUID, privates: Mapping[int, bytes]) -> None:
    """Give a member the private halves of desk keys, by epoch, in place of what they had. Raises NoKey, Partner."""
    if is_partner(session, member):
        raise Partner
    public = _key_of(session, member).public
    session.execute(sa.delete(KeyGrant).where(KeyGrant.epoch.in_(privates), KeyGrant.member_id == member))
    session.add_all(_grant_to(epoch, private, public, member=member) for epoch, private in privates.items())
    session.flush()


def is_partner(session: Session, member: UUID) -> bool:
    return session.get_one(Member, member).partner is not None


def grant_to_trustees(session: Session, epoch: int, private: bytes, number: int, public: bytes) -> None:
    """Lay up the private half of a desk key for the trustees' recovery key of this number."""
    session.add(_grant_to(epoch, private, public, recovery=number))
    session.flush()


def held_epochs(session: Session, member: UUID, key: KeyPair) -> list[int]:
    """The epochs whose desk key this key opens."""
    query = sa.select(KeyGrant.epoch).where(KeyGrant.member_id == member, KeyGrant.sealed_to == key.public)
    return list(session.scalars(query.order_by(KeyGrant.epoch)))


def readmit(session: Session, member: UUID, *, by: UUID, by_key: KeyPair, actor: str, now: datetime) -> list[int]:
    """As `share_desk_keys`, for a member whose key an administrator took away.

    A recovery code of their earlier key is void from now on: what it opened they hold again. Raises NoKey.
    """
    shared = share_desk_keys(session, member, by=by, by_key=by_key)
    row = _key_of(session, member)
    if row.recovery_public != row.public:
        _forget_recovery(row)
    record(session, at=now, actor=actor, action="readmit_member", subject=f"member:{member}", after=_told(shared))
    return shared


def take_grants(session: Session, member: UUID) -> None:
    """The member's keys open nothing any more, whatever they still know."""
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id == member))


def add_member_key(session: Session, member: UUID, password: str, *, memory_mib: int, today: date) -> KeyPair:
    pair = opening.new_key_pair()
    row = MemberKey(member_id=member, public=pair.public, created_on=today)
    _lock(row, pair, password, memory_mib)
    session.add(row)
    session.flush()
    return pair


def replace_member_key(session: Session, member: UUID, password: str, *, memory_mib: int) -> None:
    """A new key under a new password, which opens nothing. The recovery code goes on opening the earlier one.

    Raises NoKey.
    """
    _lock(_key_of(session, member), opening.new_key_pair(), password, memory_mib)


def lock_member_key(session: Session, member: UUID, pair: KeyPair, password: str, *, memory_mib: int) -> None:
    """Put the member's key under another password. Raises NoKey."""
    _lock(_key_of(session, member), pair, password, memory_mib)


def unlock_member_key(session: Session, member: UUID, password: str, *, memory_mib: int) -> KeyPair:
    """Raises NoKey, and adapters.sealing.CannotOpen for a wrong password."""
    row = _key_of(session, member)
    return opening.unlock_key(LockedKey(row.public, row.salt, row.under_password), password, memory_mib=memory_mib)


def new_recovery_code(session: Session, member: UUID, pair: KeyPair) -> RecoveryCode:
    """A recovery code to show once; it counts when the member has typed it back. An earlier code is void.

    Raises NoKey, HasEarlierKey.
    """
    row = _key_of(session, member)
    if row.recovery_confirmed_on is not None and row.recovery_public != row.public:
        raise HasEarlierKey
    code = opening.new_recovery_code()
    lock = opening.lock_for_recovery(pair, code)
    row.recovery_salt, row.under_recovery_code, row.recovery_public = lock.salt, lock.sealed, pair.public
    row.recovery_confirmed_on = None
    return code


def confirm_recovery_code(session: Session, member: UUID, code: RecoveryCode, *, actor: str, now: datetime) -> None:
    """The member has typed the code back: it opens their key. Raises NoKey, NoRecoveryCode, CannotOpen."""
    key_by_recovery(session, member, code)
    _key_of(session, member).recovery_confirmed_on = now.date()
    record(session, at=now, actor=actor, action="confirm_recovery", subject=f"member:{member}")


def recovery_is_confirmed(session: Session, member: UUID) -> bool:
    """Whether the member typed the newest recovery code back. Raises NoKey."""
    return _key_of(session, member).recovery_confirmed_on is not None


def key_by_recovery(session: Session, member: UUID, code: RecoveryCode) -> KeyPair:
    """The member's key, or their earlier one, by the recovery code. Raises NoKey, NoRecoveryCode, CannotOpen."""
    row = _key_of(session, member)
    if row.under_recovery_code is None or row.recovery_salt is None or row.recovery_public is None:
        raise NoRecoveryCode
    return opening.unlock_by_recovery(
        row.recovery_public, RecoveryLock(row.recovery_salt, row.under_recovery_code), code
    )


def spend_recovery_code(session: Session, member: UUID) -> None:
    """A recovery code works once. Raises NoKey."""
    _forget_recovery(_key_of(session, member))


def desk_private(session: Session, epoch: int, member: UUID, key: KeyPair) -> bytes:
    """The private half of a desk key, for a member who holds it. Raises NoGrant."""
    sealed = session.scalar(
        sa.select(KeyGrant.sealed_private).where(
            KeyGrant.epoch == epoch, KeyGrant.member_id == member, KeyGrant.sealed_to == key.public
        )
    )
    if sealed is None:
        raise NoGrant
    return opening.open_grant(sealed, key)


def _new_epoch(session: Session, holders: Sequence[UUID], *, today: date, opened_on: date | None) -> int:
    """A new desk key for these members, the trustees, and nobody else."""
    pair = opening.new_key_pair()
    publics = [(holder, _key_of(session, holder).public) for holder in holders]
    epoch = (session.scalar(sa.select(sa.func.max(DeskKey.epoch))) or 0) + 1
    session.execute(sa.update(DeskKey).where(DeskKey.retired_on.is_(None)).values(retired_on=today))
    session.add(DeskKey(epoch=epoch, public=pair.public, created_on=today, opened_on=opened_on))
    session.flush()
    session.add_all(_grant_to(epoch, pair.private, public, member=holder) for holder, public in publics)
    for recovery in _recovery_keys(session, epoch - 1):
        session.add(_grant_to(epoch, pair.private, recovery.public, recovery=recovery.number))
    session.flush()
    return epoch


def _recovery_keys(session: Session, epoch: int) -> list[RecoveryKey]:
    """The trustees' newest key, and an earlier one that opens this epoch: its shares count until they are replaced."""
    newest = sa.select(sa.func.max(RecoveryKey.number)).scalar_subquery()
    earlier = sa.select(KeyGrant.recovery_number).where(KeyGrant.epoch == epoch, KeyGrant.recovery_number.is_not(None))
    query = sa.select(RecoveryKey).where(sa.or_(RecoveryKey.number == newest, RecoveryKey.number.in_(earlier)))
    return list(session.scalars(query))


def _grant_to(
    epoch: int, private: bytes, public: bytes, *, member: UUID | None = None, recovery: int | None = None
) -> KeyGrant:
    return KeyGrant(
        id=uuid4(),
        epoch=epoch,
        member_id=member,
        recovery_number=recovery,
        sealed_to=public,
        sealed_private=opening.grant(private, public),
    )


def _lock(row: MemberKey, pair: KeyPair, password: str, memory_mib: int) -> None:
    locked = opening.lock_key(pair, password, memory_mib=memory_mib)
    row.public, row.salt, row.under_password = locked.public, locked.salt, locked.under_password


def _forget_recovery(row: MemberKey) -> None:
    row.recovery_salt = row.under_recovery_code = row.recovery_public = row.recovery_confirmed_on = None


def _told(epochs: Sequence[int]) -> str:
    return "epochs " + ", ".join(map(str, epochs)) if epochs else "nothing"


def _key_of(session: Session, member: UUID) -> MemberKey:
    row = session.get(MemberKey, member)
    if row is None:
        raise NoKey
    return row
