"""Spare codes in place of the second factor: once each, counted like it, and void when it is another one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.spare import SpareCode, grouped
from incidents.db.account import Member as MemberRow
from incidents.db.account import StoredSpareCode
from incidents.db.audit import AuditEntry
from incidents.services import accounts, colleagues, spare_codes
from incidents.services.accounts import Member
from tests import builders
from tests.builders import PASSWORD
from tests.conftest import NOW


def codes_of(session: Session, settings: Settings, member: Member) -> list[SpareCode]:
    return spare_codes.make(session, member.id, token_key=settings.token_key, actor=member.name, now=NOW)


def log_in(session: Session, settings: Settings, member: Member, code: str, *, now=NOW, password: str = PASSWORD):
    return accounts.log_in(
        session,
        member.name,
        password,
        code,
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=now,
    )


def test_each_of_eight_opens_one_session(session: Session, settings: Settings, ana: Member) -> None:
    codes = codes_of(session, settings, ana)
    assert len(set(codes)) == 8
    for number, code in enumerate(codes, start=1):
        assert log_in(session, settings, ana, grouped(code)) is not None
        assert log_in(session, settings, ana, grouped(code), now=NOW + timedelta(hours=1)) is None
        assert spare_codes.left(session, ana.id) == 8 - number
        session.execute(sa.update(MemberRow).values(failures=0, locked_until=None))


def test_no_code_stands_in_the_database(session: Session, settings: Settings, ana: Member) -> None:
    codes = codes_of(session, settings, ana)
    kept = session.scalars(sa.select(StoredSpareCode.digest)).all()
    assert len(kept) == 8
    assert not any(code.encode() in digest or digest.hex() == code for code in codes for digest in kept)
    row = session.get_one(MemberRow, ana.id)
    assert spare_codes.fitting(session, row.id, codes[0], token_key=settings.token_key) is not None
    assert spare_codes.fitting(session, row.id, codes[0], token_key=b"x" * 32) is None


def test_another_members_code_is_a_wrong_one(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    code = codes_of(session, settings, boris)[0]
    assert log_in(session, settings, ana, code) is None
    assert spare_codes.left(session, boris.id) == 8


def test_a_spare_code_without_the_password_opens_nothing_and_is_not_spent(
    session: Session, settings: Settings, ana: Member
) -> None:
    code = codes_of(session, settings, ana)[0]
    assert log_in(session, settings, ana, code, password="x" * 20) is None
    assert spare_codes.left(session, ana.id) == 8
    assert session.get_one(MemberRow, ana.id).failures == 0


def test_who_guesses_spare_codes_makes_the_account_wait_like_with_others(
    session: Session, settings: Settings, ana: Member
) -> None:
    right = codes_of(session, settings, ana)[0]
    for guess in range(10):
        assert log_in(session, settings, ana, f"{guess:012d}", now=NOW + timedelta(hours=guess)) is None
    last = NOW + timedelta(hours=9)
    assert log_in(session, settings, ana, right, now=last + timedelta(seconds=1)) is None
    assert spare_codes.left(session, ana.id) == 8
    assert log_in(session, settings, ana, right, now=last + timedelta(minutes=16)) is not None


def test_new_ones_take_both_factors_and_void_the_earlier(session: Session, settings: Settings, ana: Member) -> None:
    first = codes_of(session, settings, ana)
    given = {"token_key": settings.token_key, "now": NOW}
    assert accounts.renew_spare_codes(session, ana, PASSWORD, "000000", **given) is None
    assert accounts.renew_spare_codes(session, ana, "x" * 20, first[0], **given) is None
    assert spare_codes.left(session, ana.id) == 8
    second = accounts.renew_spare_codes(session, ana, PASSWORD, first[0], **given)
    assert second is not None
    assert not set(first) & set(second)
    assert spare_codes.left(session, ana.id) == 8
    assert log_in(session, settings, ana, first[1]) is None
    assert log_in(session, settings, ana, second[0]) is not None


def test_a_spare_code_serves_wherever_a_second_factor_is_asked_for(
    session: Session, settings: Settings, ana: Member
) -> None:
    codes, given = codes_of(session, settings, ana), {"token_key": settings.token_key, "now": NOW}
    assert accounts.shows_again(session, ana, PASSWORD, codes[0], **given)
    assert accounts.renew_recovery_code(session, ana, PASSWORD, codes[1], **given) is not None
    assert accounts.change_password(
        session, ana, PASSWORD, codes[2], "sedam plavih kofera", memory_mib=settings.seal_memory_mib, **given
    )
    assert spare_codes.left(session, ana.id) == 5


def test_the_trail_says_that_one_was_used_and_how_many_are_left(
    session: Session, settings: Settings, ana: Member
) -> None:
    log_in(session, settings, ana, codes_of(session, settings, ana)[3])
    found = session.execute(
        sa.select(AuditEntry.actor, AuditEntry.after).where(AuditEntry.action == "spend_spare_code")
    ).all()
    assert [tuple(one) for one in found] == [(ana.name, "7 left")]


def test_the_member_is_told_for_a_while_and_only_then(session: Session, settings: Settings, ana: Member) -> None:
    cookie = log_in(session, settings, ana, codes_of(session, settings, ana)[0])
    assert cookie is not None
    soon, later = (
        accounts.member_of_session(session, cookie, now=NOW + timedelta(minutes=minutes)) for minutes in (1, 11)
    )
    assert (soon.spare_codes_left, later.spare_codes_left) == (7, None)


def test_a_new_second_factor_voids_them(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    codes_of(session, settings, ana)
    codes_of(session, settings, boris)
    colleagues.reset_second_factor(session, ana.id, token_key=settings.token_key, actors=("Вера", "Мирко"), now=NOW)
    assert (spare_codes.left(session, ana.id), spare_codes.left(session, boris.id)) == (0, 8)


def test_who_enrols_anew_has_none(session: Session, settings: Settings, ana: Member) -> None:
    codes_of(session, settings, ana)
    colleagues.enrol_anew(
        session,
        ana.name,
        PASSWORD,
        ana.roles,
        language="hu",
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=NOW,
    )
    assert spare_codes.left(session, ana.id) == 0


@pytest.mark.parametrize("typed", ["", "123456", "0" * 13])
def test_what_is_no_spare_code_is_not_looked_for(session: Session, settings: Settings, ana: Member, typed: str) -> None:
    assert spare_codes.fitting(session, ana.id, typed, token_key=settings.token_key) is None


def test_a_code_of_the_device_works_beside_them(session: Session, settings: Settings, ana: Member) -> None:
    codes_of(session, settings, ana)
    assert log_in(session, settings, ana, builders.current_code(session, ana.name, settings, NOW)) is not None
    assert spare_codes.left(session, ana.id) == 8
