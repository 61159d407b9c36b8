"""Ways back to a key: recovery codes, what an administrator can and cannot do, and letting somebody in again."""

from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

import pytest
import sqlalchemy as sa
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox
from sqlalchemy.orm import Session

from incidents.adapters.sealing import CannotOpen
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.recovery import NotARecoveryCode, in_groups, parse_recovery_code
from incidents.db.account import LoginSession
from incidents.db.audit import AuditEntry
from incidents.db.key import KeyGrant, MemberKey
from incidents.db.tables import METADATA
from incidents.services import accounts, colleagues, evidence, keys
from incidents.services.accounts import Member
from tests import builders
from tests.builders import PASSWORD
from tests.conftest import NOW

NEW = "šest malih vrabaca na žici"


def with_code(session: Session, member: Member) -> str:
    """The member's recovery code, as it stands on their paper."""
    code = keys.new_recovery_code(session, member.id, member.key)
    keys.confirm_recovery_code(session, member.id, code, actor=member.name, now=NOW)
    return in_groups(code)


def reset(session: Session, settings: Settings, member: Member) -> Member:
    """The member at work again after an administrator gave them a new password."""
    colleagues.reset_password(session, member.id, NEW, memory_mib=settings.seal_memory_mib, actor="Админ", now=NOW)
    return come_in(session, settings, member, NEW)


def come_in(session: Session, settings: Settings, member: Member, password: str, minutes: int = 1) -> Member:
    now = NOW + timedelta(minutes=minutes)
    cookie = accounts.log_in(
        session,
        member.name,
        password,
        builders.current_code(session, member.name, settings, now),
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=now,
    )
    assert cookie is not None
    return accounts.member_of_session(session, cookie, now=now)


def recover(session: Session, settings: Settings, member: Member, typed: str, minutes: int = 5):
    now = NOW + timedelta(minutes=minutes)
    return accounts.recover(
        session,
        member.name,
        typed,
        builders.current_code(session, member.name, settings, now),
        NEW + "!",
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=now,
    )


def opened(session: Session, member: Member) -> int:
    """How many reports the member can open."""
    held = keys.held_epochs(session, member.id, member.key)
    rows = session.scalars(sa.select(builders.stored.Report)).all()
    count = 0
    for row in rows:
        if row.epoch in held:
            private = keys.desk_private(session, row.epoch, member.id, member.key)
            evidence.opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=private)
            count += 1
    return count


def actions(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


@pytest.fixture
def reports(session: Session, settings: Settings, desk: list[Member]) -> int:
    for words in ("Псовали су ме због вере.", "Pretili su mi u autobusu", "A szomszéd szidalmazott."):
        builders.send(session, builders.a_report(words=words), settings, now=NOW)
    return 3


def test_a_recovery_code_is_confirmed_by_typing_it_back(session: Session, ana: Member) -> None:
    code = keys.new_recovery_code(session, ana.id, ana.key)
    assert session.get_one(MemberKey, ana.id).recovery_confirmed_on is None
    keys.confirm_recovery_code(
        session, ana.id, parse_recovery_code(in_groups(code).replace(" ", " - ")), actor=ana.name, now=NOW
    )
    assert session.get_one(MemberKey, ana.id).recovery_confirmed_on == NOW.date()
    assert actions(session)[-1] == "confirm_recovery"


def test_another_members_code_confirms_nothing(session: Session, ana: Member, boris: Member) -> None:
    keys.new_recovery_code(session, ana.id, ana.key)
    other = keys.new_recovery_code(session, boris.id, boris.key)
    with pytest.raises(CannotOpen):
        keys.confirm_recovery_code(session, ana.id, other, actor=ana.name, now=NOW)


@pytest.mark.parametrize(
    "slip", [lambda code: code[:-1], lambda code: ("1" if code[0] != "1" else "2") + code[1:], str.swapcase]
)
def test_a_slip_in_a_code_is_told(session: Session, ana: Member, slip) -> None:
    code = keys.new_recovery_code(session, ana.id, ana.key)
    if slip(code) == code:
        assert parse_recovery_code(slip(code)) == code
    else:
        with pytest.raises(NotARecoveryCode):
            parse_recovery_code(slip(code))


def test_who_forgot_the_password_comes_in_by_code_and_second_factor(
    session: Session, settings: Settings, ana: Member, reports: int
) -> None:
    paper = with_code(session, ana)
    come_in(session, settings, ana, PASSWORD)
    assert recover(session, settings, ana, paper) is not None
    assert session.scalars(sa.select(LoginSession)).all() == []
    back = come_in(session, settings, ana, NEW + "!", minutes=10)
    assert (back.key, opened(session, back)) == (ana.key, reports)


def test_a_recovery_code_works_once_and_the_next_one_is_not_confirmed_yet(
    session: Session, settings: Settings, ana: Member
) -> None:
    paper = with_code(session, ana)
    following = recover(session, settings, ana, paper)
    assert following is not None
    assert session.get_one(MemberKey, ana.id).recovery_confirmed_on is None
    assert recover(session, settings, ana, paper, minutes=7) is None
    assert recover(session, settings, ana, in_groups(following), minutes=9) is not None


@pytest.mark.parametrize("typed", ["", "12345", "0" * 40 + "97"])
def test_a_wrong_recovery_code_is_refused_and_counted(
    session: Session, settings: Settings, ana: Member, typed: str
) -> None:
    with_code(session, ana)
    assert recover(session, settings, ana, typed) is None
    assert actions(session)[-1] == "login_refused"


def test_a_recovery_code_without_the_second_factor_is_refused(
    session: Session, settings: Settings, ana: Member
) -> None:
    paper = with_code(session, ana)
    found = accounts.recover(
        session,
        ana.name,
        paper,
        "000000",
        NEW,
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=NOW,
    )
    assert found is None


def test_after_a_reset_by_an_administrator_no_report_opens(
    session: Session, settings: Settings, ana: Member, boris: Member, reports: int
) -> None:
    with_code(session, ana)
    assert opened(session, ana) == reports
    again = reset(session, settings, ana)
    assert (opened(session, again), keys.held_epochs(session, ana.id, again.key)) == (0, [])
    with pytest.raises(keys.NoGrant):
        keys.desk_private(session, 1, ana.id, again.key)
    assert opened(session, boris) == reports


def test_nor_do_reports_that_come_after_the_reset(
    session: Session, settings: Settings, ana: Member, reports: int
) -> None:
    again = reset(session, settings, ana)
    keys.rotate(session, actor="Админ", now=NOW, reason="yearly")
    builders.send(session, builders.a_report(), settings, now=NOW)
    assert opened(session, again) == 0


def test_after_a_reset_the_recovery_code_brings_the_earlier_key_back(
    session: Session, settings: Settings, ana: Member, reports: int
) -> None:
    paper = with_code(session, ana)
    reset(session, settings, ana)
    assert recover(session, settings, ana, paper) is not None
    back = come_in(session, settings, ana, NEW + "!", minutes=10)
    assert (back.key, opened(session, back)) == (ana.key, reports)


def test_no_new_code_hides_the_way_to_the_earlier_key(session: Session, settings: Settings, ana: Member) -> None:
    with_code(session, ana)
    again = reset(session, settings, ana)
    with pytest.raises(keys.HasEarlierKey):
        keys.new_recovery_code(session, ana.id, again.key)


def test_after_a_reset_another_member_lets_them_in_again(
    session: Session, settings: Settings, ana: Member, boris: Member, reports: int
) -> None:
    paper = with_code(session, ana)
    again = reset(session, settings, ana)
    assert keys.readmit(session, ana.id, by=boris.id, by_key=boris.key, actor=boris.name, now=NOW) == [1]
    assert opened(session, again) == reports
    assert recover(session, settings, ana, paper) is None
    assert {"reset_password", "readmit_member"} <= set(actions(session))
    assert keys.new_recovery_code(session, ana.id, again.key)


def test_who_holds_nothing_can_let_nobody_in(session: Session, settings: Settings, ana: Member, reports: int) -> None:
    admin = builders.a_member(session, settings, Role.ADMINISTRATOR, now=NOW)
    again = reset(session, settings, ana)
    assert keys.readmit(session, ana.id, by=admin.id, by_key=admin.key, actor=admin.name, now=NOW) == []
    assert opened(session, again) == 0


def test_a_second_factor_takes_two_administrators(session: Session, settings: Settings, ana: Member) -> None:
    with pytest.raises(colleagues.SamePerson):
        colleagues.reset_second_factor(session, ana.id, token_key=settings.token_key, actors=("Вера", "Вера"), now=NOW)
    before = builders.current_code(session, ana.name, settings, NOW)
    colleagues.reset_second_factor(session, ana.id, token_key=settings.token_key, actors=("Вера", "Ђорђе"), now=NOW)
    assert builders.current_code(session, ana.name, settings, NOW) != before
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert (last.actor, last.reason) == ("Вера", "with Ђорђе")


def test_a_revoked_member_is_out_and_opens_nothing_that_comes_later(
    session: Session, settings: Settings, ana: Member, boris: Member, reports: int
) -> None:
    come_in(session, settings, ana, PASSWORD)
    kept = session.scalars(sa.select(KeyGrant).where(KeyGrant.member_id == ana.id)).all()
    assert colleagues.revoke_member(session, ana.id, actor=boris.name, now=NOW, reason="left") == {"national": 2}
    builders.send(session, builders.a_report(), settings, now=NOW)
    assert session.scalars(sa.select(LoginSession)).all() == []
    assert opened(session, ana) == 0
    assert len(kept) == 1
    newest = session.scalars(sa.select(builders.stored.Report).where(builders.stored.Report.epoch == 2)).one()
    old_private = evidence.opening.open_grant(kept[0].sealed_private, ana.key)
    with pytest.raises(CannotOpen):
        evidence.opening.open_key(newest.sealed_key, old_private)
    assert opened(session, boris) == reports + 1
    assert {"revoke_member", "rotate_keys"} <= set(actions(session))


def test_the_last_who_holds_the_desk_key_is_not_revoked(session: Session, ana: Member, boris: Member) -> None:
    colleagues.revoke_member(session, ana.id, actor=boris.name, now=NOW, reason="left")
    with pytest.raises(keys.LastHolder):
        colleagues.revoke_member(session, boris.id, actor="Админ", now=NOW, reason="left")


def test_without_one_member_the_desk_goes_on(
    session: Session, settings: Settings, ana: Member, boris: Member, reports: int
) -> None:
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id == ana.id))
    session.execute(sa.delete(MemberKey).where(MemberKey.member_id == ana.id))
    session.expire_all()
    keys.rotate(session, actor=boris.name, now=NOW, reason="Ana is gone")
    builders.send(session, builders.a_report(), settings, now=NOW)
    assert opened(session, boris) == reports + 1


def stolen_values(session: Session, settings: Settings) -> set[bytes]:
    """All bytes of the database and of the configuration that could be a key, and what is drawn from them."""
    values = {settings.pepper, settings.token_key}
    for table in METADATA.sorted_tables:
        for row in session.execute(sa.select(table)):
            values |= {value for value in row if isinstance(value, bytes)}
            values |= {value.bytes * 2 for value in row if isinstance(value, UUID)}
    found = {piece for value in values for piece in (value[:32], value[-32:]) if len(piece) == 32}
    for person in (b"session key", b"session", b"recovery code", b"reporter key", b"verifier"):
        found |= {blake2b(value, digest_size=32, person=person).digest() for value in values}
    return found


def opened_with(session: Session, candidates: set[bytes]) -> int:
    """How many locked keys and sealed reports one of these opens."""
    locked = [
        *session.scalars(sa.select(LoginSession.sealed_key)),
        *session.scalars(sa.select(MemberKey.under_password)),
        *session.scalars(sa.select(MemberKey.under_recovery_code)),
    ]
    sealed = [
        *session.scalars(sa.select(builders.stored.Report.sealed_key)),
        *session.scalars(sa.select(KeyGrant.sealed_private)),
    ]
    return sum(_fits(SecretBox(key), one) for key in candidates for one in locked) + sum(
        _fits(SealedBox(PrivateKey(key)), one) for key in candidates for one in sealed
    )


def _fits(box: SecretBox | SealedBox, sealed: bytes) -> bool:
    try:
        box.decrypt(sealed)
    except CryptoError:
        return False
    return True


def test_database_pepper_and_configuration_open_nothing_while_members_are_logged_in(
    session: Session, settings: Settings, ana: Member, boris: Member, reports: int
) -> None:
    with_code(session, ana)
    come_in(session, settings, ana, PASSWORD)
    come_in(session, settings, boris, PASSWORD)
    candidates = stolen_values(session, settings)
    assert len(candidates) > 100
    assert opened_with(session, candidates) == 0
    # The same search finds what a member's own key opens: the reports are behind it, and the grant before them.
    assert opened_with(session, candidates | {ana.key.private}) == 1
    assert opened_with(session, {keys.desk_private(session, 1, ana.id, ana.key)}) == reports
