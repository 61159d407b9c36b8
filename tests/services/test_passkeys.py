"""Passkeys in place of the second factor: once for each challenge, counted like codes, and gone with every reset."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.passkeys import Asked, Assertion, NotShown, new_challenge
from incidents.config import Settings
from incidents.db.account import Member as MemberRow
from incidents.db.account import Passkey, SpentChallenge
from incidents.db.audit import AuditEntry
from incidents.db.base import Instant
from incidents.db.database import Database
from incidents.services import accounts, colleagues, passkeys
from incidents.services.accounts import Member
from incidents.services.passkeys import TooMany
from tests import builders
from tests.authenticator import HOST, ORIGIN, Device
from tests.builders import PASSWORD
from tests.conftest import NOW

LOG_IN, ENROL = Asked(HOST, ORIGIN, b"log in"), Asked(HOST, ORIGIN, b"enrol")


@dataclass
class Desk:
    """Who acts on passkeys in a unit of work."""

    session: Session
    settings: Settings

    def added(self, member: Member, *, name: str = "Телефон", device: Device | None = None) -> Device:
        device = device or Device()
        challenge = new_challenge(ENROL, self.settings.token_key, NOW)
        self.add(member, Assertion(device.make(challenge), ENROL), name=name)
        return device

    def add(self, member: Member, assertion: Assertion, *, name: str = "Телефон", now: datetime = NOW) -> None:
        passkeys.add(
            self.session,
            member.id,
            name,
            assertion,
            token_key=self.settings.token_key,
            actor=member.name,
            now=now,
        )

    def shown_by(self, device: Device, *, asked: Asked = LOG_IN, now: datetime = NOW) -> Assertion:
        return Assertion(device.show(new_challenge(asked, self.settings.token_key, now)), asked)

    def log_in(self, member: Member, second: accounts.Second, *, now: datetime = NOW, password: str = PASSWORD):
        return accounts.log_in(
            self.session,
            member.name,
            password,
            second,
            token_key=self.settings.token_key,
            memory_mib=self.settings.seal_memory_mib,
            now=now,
        )

    def told(self, action: str) -> list[tuple[str, str, str, str]]:
        query = sa.select(AuditEntry.actor, AuditEntry.before, AuditEntry.after, AuditEntry.reason)
        return [tuple(row) for row in self.session.execute(query.where(AuditEntry.action == action))]


@pytest.fixture
def at(session: Session, settings: Settings) -> Desk:
    return Desk(session, settings)


def test_a_passkey_opens_a_session_beside_the_codes(at: Desk, ana: Member) -> None:
    device = at.added(ana)
    assert at.log_in(ana, at.shown_by(device)) is not None
    assert at.log_in(ana, at.shown_by(device)) is not None
    assert at.log_in(ana, builders.current_code(at.session, ana.name, at.settings, NOW)) is not None


def test_a_passkey_without_the_password_opens_nothing_and_makes_nobody_wait(at: Desk, ana: Member) -> None:
    device = at.added(ana)
    for _ in range(5):
        assert at.log_in(ana, at.shown_by(device), password="x" * 20) is None
    assert at.session.get_one(MemberRow, ana.id).failures == 0
    assert at.log_in(ana, at.shown_by(device)) is not None


def test_wrong_passkeys_behind_the_right_password_make_the_account_wait(at: Desk, ana: Member) -> None:
    device, stranger = at.added(ana), Device()
    for _ in range(10):
        at.session.get_one(MemberRow, ana.id).locked_until = None
        assert at.log_in(ana, at.shown_by(stranger)) is None
    assert at.log_in(ana, at.shown_by(device)) is None
    later = NOW + timedelta(minutes=16)
    assert at.log_in(ana, at.shown_by(device, now=later), now=later) is not None


def test_another_members_passkey_is_a_wrong_one(at: Desk, ana: Member, boris: Member) -> None:
    at.added(ana)
    device = at.added(boris)
    assert at.log_in(ana, at.shown_by(device)) is None
    assert at.log_in(boris, at.shown_by(device)) is not None


def test_what_was_answered_once_is_refused_afterwards(at: Desk, ana: Member) -> None:
    device = at.added(ana, device=Device(counts=False))
    assertion = at.shown_by(device)
    assert at.log_in(ana, assertion) is not None
    assert at.log_in(ana, assertion) is None


def test_a_challenge_is_spent_for_all_passkeys_and_without_the_password_too(at: Desk, ana: Member) -> None:
    first, second = at.added(ana), at.added(ana)
    challenge = new_challenge(LOG_IN, at.settings.token_key, NOW)
    assert at.log_in(ana, Assertion(first.show(challenge), LOG_IN), password="x" * 20) is None
    assert at.log_in(ana, Assertion(second.show(challenge), LOG_IN)) is None


def test_an_answer_older_than_five_minutes_is_refused(at: Desk, ana: Member) -> None:
    device = at.added(ana)
    for late, opens in ((timedelta(minutes=4, seconds=59), True), (timedelta(minutes=5, seconds=1), False)):
        assert (at.log_in(ana, at.shown_by(device), now=NOW + late) is not None) is opens


def test_an_answer_for_one_purpose_serves_no_other(at: Desk, ana: Member) -> None:
    device = at.added(ana)
    answer = at.shown_by(device, asked=replace(LOG_IN, purpose=b"again")).answer
    assert at.log_in(ana, Assertion(answer, LOG_IN)) is None


def test_a_counter_that_falls_back_is_refused_noted_and_told(at: Desk, ana: Member) -> None:
    device = at.added(ana)
    device.counter = 8
    cookie = at.log_in(ana, at.shown_by(device))
    assert cookie is not None
    assert not accounts.member_of_session(at.session, cookie, now=NOW).has_copied_passkey
    device.counter = 4
    assert at.log_in(ana, at.shown_by(device)) is None
    [row] = passkeys.listed(at.session, ana.id)
    assert row.fell_back_on == NOW.date()
    assert at.told("passkey_fell_back") == [(ana.name, "9", "5", f"passkey:{row.id}")]
    assert accounts.member_of_session(at.session, cookie, now=NOW).has_copied_passkey
    device.counter = 50
    later = NOW + timedelta(hours=1)
    assert at.log_in(ana, at.shown_by(device, now=later), now=later) is None
    passkeys.remove(at.session, ana.id, row.id, actor=ana.name, now=NOW)
    assert not accounts.member_of_session(at.session, cookie, now=NOW).has_copied_passkey


def test_nobody_raises_that_alarm_without_the_private_half(at: Desk, ana: Member) -> None:
    device = at.added(ana, device=Device(counter=9))
    thief = Device(credential_id=device.credential_id)
    assert at.log_in(ana, at.shown_by(thief)) is None
    assert not passkeys.has_fallen_back(at.session, ana.id)


def test_a_device_that_does_not_count_is_taken_all_the_same(at: Desk, ana: Member) -> None:
    device = at.added(ana, device=Device(counts=False))
    assert at.log_in(ana, at.shown_by(device)) is not None
    assert at.log_in(ana, at.shown_by(device)) is not None


def test_a_large_counter_is_kept(at: Desk, ana: Member) -> None:
    device = at.added(ana, device=Device(counter=2**32 - 3))
    assert at.log_in(ana, at.shown_by(device)) is not None
    assert at.session.scalars(sa.select(Passkey.counter)).one() == 2**32 - 2


def test_a_passkey_serves_wherever_a_second_factor_is_asked_for(at: Desk, ana: Member) -> None:
    device, given = at.added(ana), {"token_key": at.settings.token_key, "now": NOW}
    assert accounts.shows_again(at.session, ana, PASSWORD, at.shown_by(device), **given)
    assert accounts.renew_recovery_code(at.session, ana, PASSWORD, at.shown_by(device), **given) is not None
    assert accounts.renew_spare_codes(at.session, ana, PASSWORD, at.shown_by(device), **given) is not None
    assert accounts.change_password(
        at.session,
        ana,
        PASSWORD,
        at.shown_by(device),
        "sedam plavih kofera",
        memory_mib=at.settings.seal_memory_mib,
        **given,
    )
    assert not accounts.shows_again(at.session, ana, PASSWORD, at.shown_by(device), **given)


def test_several_are_listed_by_name_and_removed_one_by_one(at: Desk, ana: Member, boris: Member) -> None:
    phone, key = at.added(ana, name="Телефон"), at.added(ana, name="Кључ")
    assert [(one.name, one.added_on) for one in passkeys.listed(at.session, ana.id)] == [
        ("Кључ", NOW.date()),
        ("Телефон", NOW.date()),
    ]
    first = passkeys.listed(at.session, ana.id)[0]
    passkeys.remove(at.session, boris.id, first.id, actor=boris.name, now=NOW)
    assert len(passkeys.listed(at.session, ana.id)) == 2
    for _ in range(2):
        passkeys.remove(at.session, ana.id, first.id, actor=ana.name, now=NOW)
    assert [one.name for one in passkeys.listed(at.session, ana.id)] == ["Телефон"]
    assert at.told("remove_passkey") == [(ana.name, f"passkey:{first.id}", "", "")]
    assert at.log_in(ana, at.shown_by(key)) is None
    assert at.log_in(ana, at.shown_by(phone)) is not None


def test_the_trail_says_that_one_was_added(at: Desk, ana: Member) -> None:
    at.added(ana)
    [row] = passkeys.listed(at.session, ana.id)
    assert at.told("add_passkey") == [(ana.name, "", f"passkey:{row.id}", "")]


def test_what_was_made_once_is_not_added_again(at: Desk, ana: Member, boris: Member) -> None:
    device = Device()
    assertion = Assertion(device.make(new_challenge(ENROL, at.settings.token_key, NOW)), ENROL)
    at.add(ana, assertion)
    with pytest.raises(NotShown):
        at.add(ana, assertion)
    with pytest.raises(NotShown):
        at.added(boris, device=device)
    assert (len(passkeys.listed(at.session, ana.id)), passkeys.has_any(at.session, boris.id)) == (1, False)


def test_nobody_has_more_than_ten(at: Desk, ana: Member) -> None:
    for _ in range(10):
        at.added(ana)
    with pytest.raises(TooMany):
        at.added(ana)
    assert len(passkeys.listed(at.session, ana.id)) == 10


@pytest.mark.parametrize("table", [Passkey.__table__, SpentChallenge.__table__])
def test_nothing_is_kept_finer_than_a_day(table: sa.Table) -> None:
    times = [column.type for column in table.columns if column.name.endswith("_on")]
    assert times
    assert all(isinstance(one, sa.Date) for one in times)
    assert not any(isinstance(column.type, Instant | sa.DateTime) for column in table.columns)


NEW = "sedam plavih kofera"


def reset_password(at: Desk, member: Member) -> None:
    memory = at.settings.seal_memory_mib
    colleagues.reset_password(at.session, member.id, NEW, memory_mib=memory, actor="Вера", now=NOW)


def reset_second_factor(at: Desk, member: Member) -> None:
    key = at.settings.token_key
    colleagues.reset_second_factor(at.session, member.id, token_key=key, actors=("Вера", "Мирко"), now=NOW)


def enrol_anew(at: Desk, member: Member) -> None:
    colleagues.enrol_anew(
        at.session,
        member.name,
        NEW,
        member.roles,
        language="hu",
        token_key=at.settings.token_key,
        memory_mib=at.settings.seal_memory_mib,
        now=NOW,
    )


def revoke(at: Desk, member: Member) -> None:
    colleagues.revoke_member(at.session, member.id, actor="Вера", now=NOW, reason="left")


@pytest.mark.parametrize("reset", [reset_password, reset_second_factor, enrol_anew, revoke])
def test_a_reset_by_others_takes_all_passkeys_away_and_gives_none(at: Desk, ana: Member, boris: Member, reset) -> None:
    device, other = at.added(ana), at.added(boris)
    reset(at, ana)
    assert passkeys.listed(at.session, ana.id) == []
    for password in (PASSWORD, NEW):
        assert at.log_in(ana, at.shown_by(device), password=password) is None
    assert at.log_in(boris, at.shown_by(other)) is not None


def test_two_that_come_at_once_with_one_answer_get_one_session(own_database: Database, settings: Settings) -> None:
    with own_database.unit_of_work() as session:
        ana = builders.a_desk(session, settings, now=NOW)[0]
        at = Desk(session, settings)
        assertion = at.shown_by(at.added(ana, device=Device(counts=False)))

    def come(_number: int) -> bool:
        with own_database.unit_of_work() as session:
            return Desk(session, settings).log_in(ana, assertion) is not None

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(come, range(4))) == [False, False, False, True]
