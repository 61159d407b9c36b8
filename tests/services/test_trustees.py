"""Shares on paper, the readiness of a site, and drills: one member lost, all members lost, everything lost."""

from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.shamir import NotTogether
from incidents.adapters.shares import NotAShare
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.audit import AuditEntry
from incidents.db.key import KeyGrant, MemberKey, RecoveryShare, current_desk_key
from incidents.services import intake, keys, reporting, trustees
from incidents.services.accounts import Member
from tests import builders
from tests.conftest import NOW
from tests.services.test_recovery import opened, with_code

WHO: dict[str, Any] = {"actor": "Ана", "now": NOW}


def make(session: Session, member: Member) -> list[str]:
    return trustees.make_shares(session, by=member.id, by_key=member.key, **WHO)


def made_and_read_back(session: Session, member: Member) -> list[str]:
    words = make(session, member)
    for text in words:
        trustees.read_back(session, text, **WHO)
    return words


def lose_all_members(session: Session) -> None:
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id.is_not(None)))
    session.execute(sa.delete(MemberKey))
    session.expire_all()


def test_each_share_is_read_back_alone(session: Session, ana: Member) -> None:
    words = make(session, ana)
    told = [trustees.read_back(session, text.upper(), **WHO) for text in (words[2], words[0], words[0], words[1])]
    assert [(one.number, one.left) for one in told] == [(3, 2), (1, 1), (1, 1), (2, 0)]


def test_a_share_with_a_wrong_word_or_of_another_site_is_not_read_back(session: Session, ana: Member) -> None:
    words = make(session, ana)
    with pytest.raises(NotAShare):
        trustees.read_back(session, " ".join(words[0].split()[:-1]), **WHO)
    other = trustees.shares.words_of_shares(bytes(32), needed=2, count=3)
    with pytest.raises(trustees.OtherShare):
        trustees.read_back(session, other[0], **WHO)


def test_the_database_holds_no_share(session: Session, ana: Member) -> None:
    words = make(session, ana)
    digests = session.scalars(sa.select(RecoveryShare.digest)).all()
    assert set(digests) == {trustees.shares.digest_of(text) for text in words}
    # A digest is no share: the numbers of its bytes give no words that anything opens.
    with pytest.raises(NotAShare):
        trustees.shares.secret_of([digest.hex() for digest in digests[:2]])


def test_who_holds_no_desk_key_makes_no_shares(session: Session, settings: Settings, ana: Member) -> None:
    admin = builders.a_member(session, settings, Role.ADMINISTRATOR, now=NOW)
    with pytest.raises(trustees.NothingToGive):
        make(session, admin)


@pytest.mark.parametrize("pair", list(combinations(range(3), 2)))
def test_when_all_members_are_lost_two_shares_let_a_new_one_in(
    session: Session, settings: Settings, ana: Member, pair: tuple[int, int]
) -> None:
    builders.send(session, builders.a_report(), settings, now=NOW)
    words = made_and_read_back(session, ana)
    keys.rotate(session, actor=ana.name, now=NOW, reason="yearly")
    builders.send(session, builders.a_report(words="Pljunuli su me na ulici."), settings, now=NOW)
    lose_all_members(session)
    late = builders.a_member(session, settings, now=NOW)
    assert opened(session, late) == 0
    assert trustees.admit(session, [words[place] for place in pair], late.id, **WHO) == [1, 2]
    assert opened(session, late) == 2
    newest = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert newest == "admit_by_shares"


def test_one_share_lets_nobody_in(session: Session, settings: Settings, ana: Member) -> None:
    words = made_and_read_back(session, ana)
    late = builders.a_member(session, settings, now=NOW)
    for typed in ([words[0]], [words[0], words[0]]):
        with pytest.raises(NotTogether):
            trustees.admit(session, typed, late.id, **WHO)


def test_earlier_shares_count_until_all_new_ones_are_read_back(
    session: Session, settings: Settings, ana: Member
) -> None:
    earlier = made_and_read_back(session, ana)
    newer = make(session, ana)
    keys.rotate(session, actor=ana.name, now=NOW, reason="yearly")
    late = builders.a_member(session, settings, now=NOW)
    assert trustees.admit(session, earlier[:2], late.id, **WHO) == [1, 2]
    for text in newer:
        trustees.read_back(session, text, **WHO)
    assert trustees.admit(session, newer[1:], late.id, **WHO) == [1, 2]
    # What was made before the rotation is void for what the newer shares open, and goes on for nothing else.
    with pytest.raises(trustees.OtherShare):
        trustees.admit(session, earlier[:2], late.id, **WHO)


# Intake opens when everything can be recovered, and not before.


@pytest.fixture
def prepared(session: Session, settings: Settings) -> list[Member]:
    people = [builders.a_member(session, settings, now=NOW) for _ in range(2)]
    keys.prepare_desk_key(session, [member.id for member in people], today=NOW.date())
    return people


def test_a_prepared_site_takes_no_report(session: Session, settings: Settings, prepared: list[Member]) -> None:
    assert not reporting.intake_is_open(session)
    with pytest.raises(reporting.NoDeskKey):
        builders.send(session, builders.a_report(), settings, now=NOW)


@pytest.mark.parametrize(("codes", "read"), [(0, 3), (1, 3), (2, 0), (2, 2)])
def test_intake_stays_closed_while_something_is_missing(
    session: Session, prepared: list[Member], codes: int, read: int
) -> None:
    for member in prepared[:codes]:
        with_code(session, member)
    for text in make(session, prepared[0])[:read]:
        trustees.read_back(session, text, **WHO)
    with pytest.raises(intake.NotReady) as refused:
        intake.open_intake(session, **WHO)
    assert (refused.value.readiness.confirmed, refused.value.readiness.shares_read_back) == (codes, read)
    assert current_desk_key(session) is None


def test_intake_stays_closed_without_shares(session: Session, prepared: list[Member]) -> None:
    for member in prepared:
        with_code(session, member)
    with pytest.raises(intake.NotReady):
        intake.open_intake(session, **WHO)


def test_intake_opens_when_two_have_confirmed_and_the_shares_were_read_back(
    session: Session, settings: Settings, prepared: list[Member]
) -> None:
    for member in prepared:
        with_code(session, member)
    made_and_read_back(session, prepared[0])
    intake.open_intake(session, **WHO)
    builders.send(session, builders.a_report(), settings, now=NOW)
    assert opened(session, prepared[1]) == 1


def test_a_code_that_was_never_typed_back_does_not_count(session: Session, prepared: list[Member]) -> None:
    for member in prepared:
        keys.new_recovery_code(session, member.id, member.key)
    assert intake.readiness(session).confirmed == 0


def test_a_rotation_opens_nothing_that_was_closed(session: Session, prepared: list[Member]) -> None:
    keys.rotate(session, actor="Ана", now=NOW, reason="before the start")
    assert current_desk_key(session) is None


def test_when_everything_is_lost_intake_goes_on_under_a_new_epoch(
    session: Session, settings: Settings, desk: list[Member]
) -> None:
    builders.send(session, builders.a_report(), settings, now=NOW)
    lose_all_members(session)
    people = [builders.a_member(session, settings, now=NOW) for _ in range(2)]
    assert keys.prepare_desk_key(session, [member.id for member in people], today=NOW.date()) == 2
    for member in people:
        with_code(session, member)
    made_and_read_back(session, people[0])
    intake.open_intake(session, **WHO)
    builders.send(session, builders.a_report(), settings, now=NOW)
    assert opened(session, people[0]) == 1
