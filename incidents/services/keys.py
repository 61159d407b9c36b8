"""Keys of the desks and who holds them: epochs, grants, and members' own ways back to their keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.opening import KeyPair, LockedKey, RecoveryLock
from incidents.core.desks import NATIONAL
from incidents.core.recovery import RecoveryCode
from incidents.db.account import Member
from incidents.db.audit import record
from incidents.db.desk import Desk, DeskMember, add_to_desk, desks_of
from incidents.db.key import (
    DeskKey,
    KeyGrant,
    MemberKey,
    RecoveryKey,
    newest_desk_key,
)


class NoKey(Exception):
    """The member has no key of their own yet."""


class Partner(Exception):
    """The member sends tables of an organisation, and is given no key of the desk."""


class NoGrant(Exception):
    """The member's key opens no desk key of this epoch."""


class LastHolder(Exception):
    """Nobody else holds the key of this desk: without the member none of its reports could be opened."""

    def __init__(self, desk: str) -> None:
        super().__init__(desk)
        self.desk = desk


class NoRecoveryCode(Exception):
    """The member never made a recovery code."""


class HasEarlierKey(Exception):
    """The member's recovery code opens an earlier key, which a new code would make unreachable."""


def make_desk_key(session: Session, holders: Sequence[UUID], *, today: date, desk: str = NATIONAL) -> int:
    """A desk key that is open at once; its epoch. For trials: a site prepares it, and opens it later.

    Raises NoKey.
    """
    return _new_epoch(session, desk, holders, today=today, opened_on=today)


def prepare_desk_key(session: Session, holders: Sequence[UUID], *, today: date, desk: str = NATIONAL) -> int:
    """A desk key to which nothing is sealed until `open_intake`; its epoch. Raises NoKey."""
    return _new_epoch(session, desk, holders, today=today, opened_on=None)


def rotate(session: Session, *, actor: str, now: datetime, reason: str, desk: str = NATIONAL) -> int:
    """A new key for all who hold the one that a desk has now, and for the trustees; its epoch.

    What was sealed before stays as it is. The desk takes reports afterwards if it did before.
    """
    before = newest_desk_key(session, desk)
    holders = holders_of(session, before.epoch) if before else []
    opened_on = now.date() if before and before.opened_on else None
    epoch = _new_epoch(session, desk, holders, today=now.date(), opened_on=opened_on)
    subject, after = f"epoch:{epoch}", f"desk:{desk}"
    record(session, at=now, actor=actor, action="rotate_keys", subject=subject, after=after, reason=reason)
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


def holders_of_now(session: Session, desk: str = NATIONAL) -> list[UUID]:
    """As `holders_of`, of the key that a desk has now; nobody while there is none."""
    key = newest_desk_key(session, desk)
    return holders_of(session, key.epoch) if key else []


def check_others_hold(session: Session, desk: str, member: UUID) -> None:
    """Raises LastHolder where nobody beside the member holds the key that a desk has now."""
    if all(holder == member for holder in holders_of_now(session, desk)):
        raise LastHolder(desk)


def share_desk_keys(
    session: Session, member: UUID, *, by: UUID, by_key: KeyPair, desks: Collection[str] = ()
) -> list[int]:
    """Give a member keys that the key of the member `by` opens: of these desks, or of those that the member works at.

    Without either they work at the national desk from now on, or at all that `by` has where that is not among them.
    Their epochs. Grants that the member's key of now does not open are replaced. Raises NoKey, Partner.
    """
    held = desks_by_epoch(session, held_epochs(session, by, by_key))
    wanted = desks or desks_of(session, member) or ({NATIONAL} & {*held.values()}) or {*held.values()}
    shared = {epoch: desk_private(session, epoch, by, by_key) for epoch, desk in held.items() if desk in wanted}
    grant_to_member(session, member, shared)
    return list(shared)


def grant_to_member(session: Session, member: UUID, privates: Mapping[int, bytes]) -> None:
    """Give a member the private halves of desk keys, by epoch, in place of what they had: they work at these desks.

    Raises NoKey, Partner.
    """
    if is_partner(session, member):
        raise Partner
    public = _key_of(session, member).public
    for desk in {*desks_by_epoch(session, privates).values()}:
        add_to_desk(session, desk, member)
    session.execute(sa.delete(KeyGrant).where(KeyGrant.epoch.in_(privates), KeyGrant.member_id == member))
    session.add_all(_grant_to(epoch, private, public, member=member) for epoch, private in privates.items())
    session.flush()


def desks_by_epoch(session: Session, epochs: Collection[int]) -> dict[int, str]:
    """The desk of each of these epochs, in their order."""
    query = sa.select(DeskKey.epoch, DeskKey.desk).where(DeskKey.epoch.in_(epochs)).order_by(DeskKey.epoch)
    return {row.epoch: row.desk for row in session.execute(query)}


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


def readmit(
    session: Session,
    member: UUID,
    *,
    by: UUID,
    by_key: KeyPair,
    actor: str,
    now: datetime,
    desks: Collection[str] = (),
) -> list[int]:
    """As `share_desk_keys`, for a member whose key an administrator took away.

    A recovery code of their earlier key is void from now on: what it opened they hold again. Raises NoKey.
    """
    shared = share_desk_keys(session, member, by=by, by_key=by_key, desks=desks)
    row = _key_of(session, member)
    if row.recovery_public != row.public:
        _forget_recovery(row)
    record(session, at=now, actor=actor, action="readmit_member", subject=f"member:{member}", after=_told(shared))
    return shared


def take_grants(session: Session, member: UUID) -> None:
    """The member works at no desk, and their keys open nothing any more, whatever they still know."""
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id == member))
    session.execute(sa.delete(DeskMember).where(DeskMember.member_id == member))


def take_grants_of(session: Session, desk: str, member: UUID) -> None:
    """As `take_grants`, of one desk."""
    own = sa.select(DeskKey.epoch).where(DeskKey.desk == desk)
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id == member, KeyGrant.epoch.in_(own)))
    session.execute(sa.delete(DeskMember).where(DeskMember.member_id == member, DeskMember.desk == desk))


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


def _new_epoch(session: Session, desk: str, holders: Sequence[UUID], *, today: date, opened_on: date | None) -> int:
    """A new key of a desk for these members, who work at it from now on, the trustees, and nobody else."""
    pair = opening.new_key_pair()
    publics = [(holder, _key_of(session, holder).public) for holder in holders]
    before = newest_desk_key(session, desk) or newest_desk_key(session)
    recoveries = _recovery_keys(session, before.epoch if before else 0)
    epoch = (session.scalar(sa.select(sa.func.max(DeskKey.epoch))) or 0) + 1
    if session.get(Desk, desk) is None:
        session.add(Desk(code=desk, name="", created_on=today))
        session.flush()
    session.execute(
        sa.update(DeskKey).where(DeskKey.desk == desk, DeskKey.retired_on.is_(None)).values(retired_on=today)
    )
    session.add(DeskKey(epoch=epoch, desk=desk, public=pair.public, created_on=today, opened_on=opened_on))
    session.flush()
    for holder in holders:
        add_to_desk(session, desk, holder)
    session.add_all(_grant_to(epoch, pair.private, public, member=holder) for holder, public in publics)
    for recovery in recoveries:
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
