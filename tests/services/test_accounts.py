from datetime import timedelta

import pytest
import sqlalchemy as sa

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.account import LoginSession, Member
from incidents.db.database import Database
from incidents.services import accounts
from tests import builders
from tests.builders import PASSWORD
from tests.conftest import NOW

NAME = "Ана"


@pytest.fixture
def ana(database: Database, settings: Settings) -> accounts.Member:
    with database.unit_of_work() as session:
        return builders.a_member(session, settings, Role.MODERATOR, name=NAME, now=NOW)


def log_in(database: Database, settings: Settings, *, now=NOW, **changes: str) -> bytes | None:
    with database.unit_of_work() as session:
        values = {
            "name": NAME,
            "password": PASSWORD,
            "second": builders.current_code(session, NAME, settings, now),
            **changes,
        }
        return accounts.log_in(
            session, **values, token_key=settings.token_key, memory_mib=settings.seal_memory_mib, now=now
        )


def who(database: Database, cookie: bytes, now=NOW) -> accounts.Member:
    with database.reader() as session:
        return accounts.member_of_session(session, cookie, now=now)


def test_two_factors_open_a_session_with_the_members_key(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    assert who(database, cookie) == ana


@pytest.mark.parametrize(
    "wrong", [{"password": PASSWORD + "x"}, {"second": "000000"}, {"name": "Нико"}, {"second": ""}]
)
def test_one_wrong_part_opens_nothing(database: Database, settings: Settings, ana, wrong: dict[str, str]) -> None:
    assert log_in(database, settings, **wrong) is None
    with database.reader() as session:
        assert session.scalars(sa.select(LoginSession)).all() == []


def test_a_code_opens_one_session_only(database: Database, settings: Settings, ana) -> None:
    assert log_in(database, settings) is not None
    assert log_in(database, settings) is None


def test_who_has_the_password_and_guesses_codes_makes_the_account_wait(
    database: Database, settings: Settings, ana
) -> None:
    for _ in range(6):
        log_in(database, settings, second="000000")
        with database.unit_of_work() as session:
            session.execute(sa.update(Member).values(locked_until=None))
    log_in(database, settings, second="000000")
    assert log_in(database, settings) is None
    assert log_in(database, settings, now=NOW + timedelta(minutes=16)) is not None


@pytest.mark.parametrize("wrong", [{"password": "wrong", "second": "000000"}, {"password": "pogrešna lozinka 1"}])
def test_a_hundred_tries_of_a_stranger_lock_nobody_out(
    database: Database, settings: Settings, ana, wrong: dict[str, str]
) -> None:
    assert [log_in(database, settings, **wrong) for _ in range(100)] == [None] * 100
    assert log_in(database, settings) is not None


def test_a_hundred_guessed_codes_cost_the_right_person_a_quarter_of_an_hour_at_most(
    database: Database, settings: Settings, ana
) -> None:
    for minute in range(100):
        assert log_in(database, settings, now=NOW + timedelta(minutes=minute), second="000000") is None
    with database.reader() as session:
        until = session.scalars(sa.select(Member.locked_until)).one()
    last = NOW + timedelta(minutes=99)
    assert until is not None
    assert until <= last + timedelta(minutes=15)
    assert log_in(database, settings, now=last + timedelta(minutes=15)) is not None


def test_a_member_sees_and_ends_their_own_sessions(database: Database, settings: Settings, ana) -> None:
    first, later = log_in(database, settings), log_in(database, settings, now=NOW + timedelta(minutes=1))
    assert first is not None
    assert later is not None
    now = NOW + timedelta(minutes=2)
    with database.unit_of_work() as session:
        seen = accounts.open_sessions(session, ana, later, now=now)
        assert [(one.is_this_one, one.started_at) for one in seen] == [
            (True, NOW + timedelta(minutes=1)),
            (False, NOW),
        ]
        accounts.end_session(session, ana, seen[1].handle, now=now)
    with pytest.raises(accounts.NotLoggedIn):
        who(database, first, now)
    assert who(database, later, now).name == NAME


def test_nobody_ends_the_session_of_another(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    with database.unit_of_work() as session:
        [seen] = accounts.open_sessions(session, ana, cookie, now=NOW)
        other = builders.a_member(session, settings, now=NOW)
        accounts.end_session(session, other, seen.handle, now=NOW)
    assert who(database, cookie).name == NAME


def change(database: Database, settings: Settings, ana, **changes: str) -> bool:
    now = NOW + timedelta(minutes=1)
    with database.unit_of_work() as session:
        values = {"password": PASSWORD, "second": builders.current_code(session, NAME, settings, now), **changes}
        return accounts.change_password(
            session,
            ana,
            **values,
            new_password="šest malih vrabaca",
            token_key=settings.token_key,
            memory_mib=settings.seal_memory_mib,
            now=now,
        )


def test_a_member_changes_their_password_and_keeps_their_key(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    assert change(database, settings, ana)
    with pytest.raises(accounts.NotLoggedIn):
        who(database, cookie)
    later = NOW + timedelta(minutes=2)
    assert log_in(database, settings, now=later) is None
    again = log_in(database, settings, now=later, password="šest malih vrabaca")
    assert again is not None
    assert who(database, again, later).key == ana.key


@pytest.mark.parametrize("wrong", [{"password": "x" * 15}, {"second": "000000"}])
def test_a_password_changes_only_with_both_factors(
    database: Database, settings: Settings, ana, wrong: dict[str, str]
) -> None:
    assert not change(database, settings, ana, **wrong)


def test_a_session_ends_idle_after_a_quarter_of_an_hour(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    with pytest.raises(accounts.NotLoggedIn):
        who(database, cookie, NOW + timedelta(minutes=16))


def test_work_puts_the_end_off_but_not_beyond_ten_hours(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    now = NOW
    while now < NOW + timedelta(hours=10):
        assert who(database, cookie, now).name == NAME
        with database.unit_of_work() as session:
            accounts.still_here(session, cookie, now=now)
        now += timedelta(minutes=14)
    with pytest.raises(accounts.NotLoggedIn):
        who(database, cookie, now)


def test_logging_out_ends_the_session_on_the_server(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    with database.unit_of_work() as session:
        accounts.log_out(session, cookie)
    with pytest.raises(accounts.NotLoggedIn):
        who(database, cookie)


def test_a_disabled_member_is_out_at_once(database: Database, settings: Settings, ana) -> None:
    cookie = log_in(database, settings)
    assert cookie is not None
    with database.unit_of_work() as session:
        session.execute(sa.update(Member).values(is_disabled=True))
    with pytest.raises(accounts.NotLoggedIn):
        who(database, cookie)
    assert log_in(database, settings, now=NOW + timedelta(minutes=1)) is None


def test_the_database_alone_gives_no_second_factor(database: Database, settings: Settings, ana) -> None:
    from nacl.exceptions import CryptoError

    from incidents.adapters import second_factor

    with database.reader() as session:
        sealed = session.scalars(sa.select(Member.sealed_totp_secret)).one()
    with pytest.raises(CryptoError):
        second_factor.current_code(sealed, b"x" * 32, NOW)
