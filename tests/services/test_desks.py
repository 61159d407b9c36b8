"""Several desks: each with its key and its members, and none that opens what lies at another."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.audit import AuditEntry
from incidents.db.desk import desks_of
from incidents.db.key import DeskKey, KeyGrant, MemberKey, epochs_open_to, newest_desk_key
from incidents.services import colleagues, desks, intake, keys, resealing, trustees
from incidents.services.accounts import Member
from tests import builders
from tests.conftest import NOW


def held(session: Session, member: Member) -> list[int]:
    return keys.held_epochs(session, member.id, member.key)


def told(session: Session, action: str) -> list[tuple[str, str, str]]:
    query = sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.number)
    return [(row.actor, row.subject, row.after) for row in session.scalars(query)]


def test_who_works_at_a_desk_opens_its_key_and_no_other(
    session: Session, ana: Member, boris: Member, sever: int, vesna: Member
) -> None:
    assert (held(session, ana), held(session, boris), held(session, vesna)) == ([1, sever], [1], [sever])
    assert epochs_open_to(session, vesna.id) == {sever}
    with pytest.raises(keys.NoGrant):
        keys.desk_private(session, 1, vesna.id, vesna.key)


def test_who_is_let_in_and_by_whom_stands_in_the_trail(
    session: Session, ana: Member, sever: int, vesna: Member
) -> None:
    joined = [(ana.name, "desk:sever", f"member:{one.id}") for one in (ana, vesna)]
    assert told(session, "join_desk") == joined
    assert told(session, "add_desk") == [(ana.name, "desk:sever", "Север")]


@pytest.mark.parametrize(("code", "name"), [("S", "Север"), ("Север", "Север"), ("sever", " "), ("sever", "x" * 61)])
def test_a_code_or_a_name_that_no_desk_can_have(session: Session, ana: Member, code: str, name: str) -> None:
    with pytest.raises(desks.NotADesk):
        desks.add_desk(session, code, name, first=ana.id, actor=ana.name, now=NOW)


def test_no_two_desks_have_one_code(session: Session, ana: Member, sever: int) -> None:
    for code in ("sever", "national"):
        with pytest.raises(desks.DeskExists):
            desks.add_desk(session, code, "Други", first=ana.id, actor=ana.name, now=NOW)


def test_who_is_not_at_a_desk_lets_nobody_in_there(
    session: Session, settings: Settings, boris: Member, sever: int
) -> None:
    late = builders.a_member(session, settings, now=NOW)
    with pytest.raises(desks.NothingHeld):
        desks.let_in(session, "sever", late.id, by=boris.id, by_key=boris.key, actor=boris.name, now=NOW)
    assert desks_of(session, late.id) == frozenset()
    with pytest.raises(desks.NoSuchDesk):
        desks.let_in(session, "jug", late.id, by=boris.id, by_key=boris.key, actor=boris.name, now=NOW)


def test_a_partner_works_at_no_desk(session: Session, settings: Settings, ana: Member, sever: int) -> None:
    partner = builders.a_member(session, settings, Role.PARTNER, now=NOW)
    with pytest.raises(keys.Partner):
        desks.let_in(session, "sever", partner.id, by=ana.id, by_key=ana.key, actor=ana.name, now=NOW)
    with pytest.raises(keys.Partner):
        desks.add_desk(session, "jug", "Југ", first=partner.id, actor=partner.name, now=NOW)


def test_who_leaves_a_desk_keeps_the_other_and_knows_no_key_of_now(
    session: Session, ana: Member, sever: int, vesna: Member
) -> None:
    epoch = desks.take_off(session, "sever", ana.id, actor=vesna.name, now=NOW, reason="moved")
    assert (held(session, ana), held(session, vesna)) == ([1], [sever, epoch])
    newest = newest_desk_key(session, "sever")
    assert newest is not None
    assert (newest.epoch, newest.opened_on) == (epoch, NOW.date())
    assert told(session, "leave_desk") == [(vesna.name, "desk:sever", f"member:{ana.id}")]
    with pytest.raises(desks.NotAtDesk):
        desks.take_off(session, "sever", ana.id, actor=vesna.name, now=NOW, reason="moved")


def test_the_last_of_a_desk_stays(session: Session, ana: Member, sever: int, vesna: Member) -> None:
    desks.take_off(session, "sever", ana.id, actor=vesna.name, now=NOW, reason="moved")
    with pytest.raises(keys.LastHolder) as last:
        colleagues.revoke_member(session, vesna.id, actor=ana.name, now=NOW, reason="left")
    assert last.value.desk == "sever"


def test_shutting_out_makes_a_new_key_at_every_desk_of_the_member_and_at_no_other(
    session: Session, ana: Member, boris: Member, sever: int, vesna: Member
) -> None:
    epochs = colleagues.revoke_member(session, ana.id, actor=boris.name, now=NOW, reason="left")
    assert epochs == {"national": 3, "sever": 4}
    assert (held(session, ana), held(session, boris), held(session, vesna)) == ([], [1, 3], [2, 4])


def test_a_rotation_is_of_one_desk(session: Session, ana: Member, sever: int) -> None:
    assert keys.rotate(session, actor=ana.name, now=NOW, reason="yearly", desk="sever") == 3
    retired = session.scalars(sa.select(DeskKey.epoch).where(DeskKey.retired_on.is_not(None))).all()
    assert retired == [sever]


def test_who_is_let_in_again_gets_what_they_had_and_no_other_desk(
    session: Session, settings: Settings, ana: Member, vesna: Member, sever: int
) -> None:
    keys.replace_member_key(session, vesna.id, builders.PASSWORD, memory_mib=settings.seal_memory_mib)
    key = keys.unlock_member_key(session, vesna.id, builders.PASSWORD, memory_mib=settings.seal_memory_mib)
    assert keys.held_epochs(session, vesna.id, key) == []
    keys.readmit(session, vesna.id, by=ana.id, by_key=ana.key, actor=ana.name, now=NOW)
    assert keys.held_epochs(session, vesna.id, key) == [sever]


def test_a_newcomer_is_at_the_national_desk_or_where_they_are_asked_to(
    session: Session, settings: Settings, ana: Member, vesna: Member, sever: int
) -> None:
    first, second, third = (builders.a_member(session, settings, now=NOW) for _ in range(3))
    keys.share_desk_keys(session, first.id, by=ana.id, by_key=ana.key)
    keys.share_desk_keys(session, second.id, by=ana.id, by_key=ana.key, desks=["sever"])
    keys.share_desk_keys(session, third.id, by=vesna.id, by_key=vesna.key)
    assert [held(session, one) for one in (first, second, third)] == [[1], [sever], [sever]]


def test_two_members_of_two_desks_make_shares_that_open_both(
    session: Session, settings: Settings, ana: Member, boris: Member, vesna: Member, sever: int
) -> None:
    builders.a_further_desk(session, vesna, code="jug", now=NOW)
    who = {"actor": boris.name, "now": NOW}
    with pytest.raises(trustees.DesksLeftOut) as left:
        trustees.make_shares(session, by=boris.id, by_key=boris.key, **who)
    assert left.value.desks == ["jug", "sever"]
    words = trustees.make_shares(session, by=boris.id, by_key=boris.key, beside=[(vesna.id, vesna.key)], **who)
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id.is_not(None)))
    late = builders.a_member(session, settings, now=NOW)
    assert trustees.admit(session, words[1:], late.id, **who) == [1, 2, 3]
    assert desks_of(session, late.id) == {"national", "sever", "jug"}


def test_shares_made_before_a_desk_open_it_too(session: Session, settings: Settings, ana: Member) -> None:
    words = trustees.make_shares(session, by=ana.id, by_key=ana.key, actor=ana.name, now=NOW)
    newer = trustees.make_shares(session, by=ana.id, by_key=ana.key, actor=ana.name, now=NOW)
    builders.a_further_desk(session, ana, now=NOW)
    keys.rotate(session, actor=ana.name, now=NOW, reason="yearly", desk="sever")
    for typed in (words[:2], newer[:2]):
        late = builders.a_member(session, settings, now=NOW)
        assert trustees.admit(session, typed, late.id, actor="x", now=NOW) == [1, 2, 3]


def test_a_further_desk_opens_when_two_have_confirmed_their_codes(session: Session, ana: Member, vesna: Member) -> None:
    desks.add_desk(session, "sever", "Север", first=ana.id, actor=ana.name, now=NOW)
    session.get_one(MemberKey, ana.id).recovery_confirmed_on = NOW.date()
    with pytest.raises(intake.NotReady) as found:
        intake.open_intake(session, actor="x", now=NOW, desk="sever")
    assert found.value.readiness.confirmed == 1
    desks.let_in(session, "sever", vesna.id, by=ana.id, by_key=ana.key, actor=ana.name, now=NOW)
    session.get_one(MemberKey, vesna.id).recovery_confirmed_on = NOW.date()
    intake.open_intake(session, actor="x", now=NOW, desk="sever")
    newest = newest_desk_key(session, "sever")
    assert newest is not None
    assert newest.opened_on == NOW.date()


def test_sealing_anew_is_of_one_desk_and_leaves_the_others_their_keys(
    session: Session, settings: Settings, ana: Member, sever: int
) -> None:
    builders.send(session, builders.a_report(), settings, now=NOW)
    keys.rotate(session, actor=ana.name, now=NOW, reason="theft", desk="sever")
    keys.rotate(session, actor=ana.name, now=NOW, reason="theft")
    assert (resealing.left_over(session, "reports"), resealing.left_over(session, "reports", desk="sever")) == (1, 0)
    done = resealing.reseal_batch(session, "reports", after=None, most=9, member=ana.id, key=ana.key)
    assert done.done == 1
    assert resealing.destroy_keys_of_before(session, actor=ana.name, now=NOW).destroyed == [1]
    assert set(session.scalars(sa.select(DeskKey.epoch))) == {sever, 3, 4}
