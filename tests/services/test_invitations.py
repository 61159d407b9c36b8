"""Invitations: one person invites, another lets in, and a link alone gives nothing."""

from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.sealing import CannotOpen
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.account import member_by_name
from incidents.db.audit import AuditEntry
from incidents.db.invitation import Invitation, InvitationRole
from incidents.services import accounts, colleagues, invitations, keys
from incidents.services.accounts import Member
from incidents.services.invitations import Arrived, NameTaken, NoSuchInvitation, SamePerson
from tests import builders
from tests.conftest import NOW

NAME, NEW = "Vesna", "sedam plavih kofera"
ROLES = frozenset({Role.MODERATOR, Role.PUBLISHER})


def invite(session: Session, by: Member, *, name: str = NAME, now: datetime = NOW) -> str:
    return invitations.invite(session, name, ROLES, language="hu", by=by, now=now)


def offer(session: Session, settings: Settings, token: str) -> tuple[str, str]:
    return invitations.offer_second_factor(session, token, token_key=settings.token_key, now=NOW)


def accept(session: Session, settings: Settings, token: str, *, offered=None, code: str = "") -> Arrived | None:
    secret, sealed = offered or offer(session, settings, token)
    return invitations.accept(
        session,
        token,
        NEW,
        sealed,
        code or pyotp.TOTP(secret).at(NOW),
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=NOW,
    )


def arrived(session: Session, settings: Settings, by: Member) -> Member:
    """Somebody who came by an invitation, at work in their first session."""
    found = accept(session, settings, invite(session, by))
    assert found is not None
    return accounts.member_of_session(session, found.cookie, now=NOW)


def held(session: Session, member: Member) -> list[int]:
    return keys.held_epochs(session, member.id, member.key)


def actions(session: Session, subject: str) -> list[tuple[str, str]]:
    query = sa.select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.subject == subject)
    return [(row.action, row.actor) for row in session.execute(query.order_by(AuditEntry.number))]


def test_the_links_secret_is_not_in_the_database(session: Session, ana: Member) -> None:
    token = invite(session, ana)
    row = session.scalars(sa.select(Invitation)).one()
    assert len(token) == 43
    assert token.encode() not in (row.token_hash or b"")
    assert invitations._decoded(token) not in (row.token_hash or b"")
    assert not session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.reason.contains(token))).all()


def test_a_partner_is_let_in_to_send_and_given_no_key(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    token = invitations.invite(
        session, NAME, {Role.PARTNER}, language="hu", by=ana, now=NOW, partner=builders.ORGANISATION
    )
    found = accept(session, settings, token)
    assert found is not None
    vesna = accounts.member_of_session(session, found.cookie, now=NOW)
    colleagues.readmit_colleague(session, vesna.id, by=boris, now=NOW)
    vesna = accounts.member_of_session(session, found.cookie, now=NOW)
    assert (vesna.roles, vesna.partner) == (frozenset({Role.PARTNER}), builders.ORGANISATION)
    assert held(session, vesna) == []
    colleagues.readmit_colleague(session, vesna.id, by=ana, now=NOW)
    assert held(session, vesna) == []


def test_who_came_by_a_link_has_neither_a_role_nor_a_key(session: Session, settings: Settings, ana: Member) -> None:
    vesna = arrived(session, settings, ana)
    assert (vesna.roles, held(session, vesna), vesna.language) == (frozenset(), [], "hu")
    assert not keys.recovery_is_confirmed(session, vesna.id)


def test_another_member_lets_them_in_with_the_roles_they_were_invited_for(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    vesna = arrived(session, settings, ana)
    colleagues.readmit_colleague(session, vesna.id, by=boris, now=NOW)
    row = member_by_name(session, NAME)
    assert row is not None
    assert {given.role for given in row.roles} == ROLES
    assert held(session, vesna) == held(session, boris) == [1]
    assert session.scalars(sa.select(Invitation)).all() == []
    assert session.scalars(sa.select(InvitationRole)).all() == []
    assert ("admit_member", boris.name) in actions(session, f"member:{vesna.id}")


def test_who_invited_them_does_not_let_them_in(session: Session, settings: Settings, ana: Member) -> None:
    vesna = arrived(session, settings, ana)
    with pytest.raises(SamePerson):
        colleagues.readmit_colleague(session, vesna.id, by=ana, now=NOW)
    assert held(session, vesna) == []


def test_who_came_by_a_link_lets_nobody_in(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    vesna = arrived(session, settings, ana)
    other = accept(session, settings, invite(session, boris, name="Zora"))
    assert other is not None
    zora = accounts.member_of_session(session, other.cookie, now=NOW)
    with pytest.raises(colleagues.NothingHeld):
        colleagues.readmit_colleague(session, zora.id, by=vesna, now=NOW)


def test_they_come_in_later_with_the_password_and_the_second_factor_they_chose(
    session: Session, settings: Settings, ana: Member
) -> None:
    arrived(session, settings, ana)
    later = NOW + timedelta(minutes=1)
    given = {"token_key": settings.token_key, "memory_mib": settings.seal_memory_mib, "now": later}
    code = builders.current_code(session, NAME, settings, later)
    assert accounts.log_in(session, NAME, NEW, code, **given) is not None
    assert accounts.log_in(session, NAME, NEW, code, **given) is None


def test_the_code_that_was_typed_to_enrol_opens_no_session_as_well(
    session: Session, settings: Settings, ana: Member
) -> None:
    arrived(session, settings, ana)
    code = builders.current_code(session, NAME, settings, NOW)
    given = {"token_key": settings.token_key, "memory_mib": settings.seal_memory_mib, "now": NOW}
    assert accounts.log_in(session, NAME, NEW, code, **given) is None


def test_a_link_works_once(session: Session, settings: Settings, ana: Member) -> None:
    token = invite(session, ana)
    offered = offer(session, settings, token)
    assert accept(session, settings, token, offered=offered) is not None
    with pytest.raises(NoSuchInvitation):
        accept(session, settings, token, offered=offered)


def test_looking_at_a_link_and_a_wrong_code_use_nothing_up(session: Session, settings: Settings, ana: Member) -> None:
    token = invite(session, ana)
    for _ in range(3):
        assert invitations.invited(session, token, now=NOW).name == NAME
    assert accept(session, settings, token, code="000000") is None
    assert member_by_name(session, NAME) is None
    assert accept(session, settings, token) is not None


def test_a_link_ends_after_three_days(session: Session, ana: Member) -> None:
    token = invite(session, ana)
    assert invitations.invited(session, token, now=NOW + timedelta(days=3)).roles == ROLES
    with pytest.raises(NoSuchInvitation):
        invitations.invited(session, token, now=NOW + timedelta(days=3, seconds=1))


def test_what_ended_is_forgotten_and_who_waits_is_not(session: Session, settings: Settings, ana: Member) -> None:
    vesna = arrived(session, settings, ana)
    invite(session, ana, name="Zora")
    invitations.forget_ended(session, now=NOW + timedelta(days=2))
    assert [one.name for one in invitations.invitations(session, now=NOW)] == ["Zora"]
    invitations.forget_ended(session, now=NOW + timedelta(days=4))
    assert invitations.invitations(session, now=NOW) == []
    assert list(invitations.waiting(session)) == [vesna.id]


def test_a_link_that_was_taken_back_leads_nowhere(session: Session, ana: Member, boris: Member) -> None:
    token = invite(session, ana)
    [found] = invitations.invitations(session, now=NOW)
    invitations.take_back(session, found.id, by=boris, now=NOW)
    with pytest.raises(NoSuchInvitation):
        invitations.invited(session, token, now=NOW)
    assert actions(session, f"invitation:{found.id}") == [
        ("invite", ana.name),
        ("take_back_invitation", boris.name),
    ]


def test_who_has_come_by_it_is_not_taken_back(session: Session, settings: Settings, ana: Member) -> None:
    vesna = arrived(session, settings, ana)
    row = session.scalars(sa.select(Invitation.id)).one()
    invitations.take_back(session, row, by=ana, now=NOW)
    assert list(invitations.waiting(session)) == [vesna.id]


def test_who_is_shut_out_while_they_wait_is_nobody_afterwards(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    vesna = arrived(session, settings, ana)
    colleagues.revoke_colleague(session, vesna.id, by=ana, reason="nije ona", now=NOW)
    colleagues.readmit_colleague(session, vesna.id, by=boris, now=NOW)
    row = member_by_name(session, NAME)
    assert row is not None
    assert (row.roles, row.is_disabled) == ([], True)


def test_a_name_is_taken_once(session: Session, settings: Settings, ana: Member) -> None:
    invite(session, ana)
    for name in (NAME, ana.name, "system"):
        with pytest.raises(NameTaken):
            invite(session, ana, name=name)
    later = NOW + timedelta(days=4)
    assert invitations.invited(session, invite(session, ana, now=later), now=later).name == NAME


def test_a_secret_is_offered_to_one_invitation(session: Session, settings: Settings, ana: Member) -> None:
    mine, other = invite(session, ana), invite(session, ana, name="Zora")
    secret, sealed = offer(session, settings, mine)
    assert invitations.offered_again(session, mine, sealed, token_key=settings.token_key, now=NOW) == secret
    for wrong in (sealed[:-8], "", "č", "A" * 80):
        with pytest.raises(CannotOpen):
            accept(session, settings, mine, offered=(secret, wrong))
    with pytest.raises(CannotOpen):
        accept(session, settings, other, offered=(secret, sealed))


@pytest.mark.parametrize("token", ["", "x", "č" * 43, "A" * 43, "=" * 43])
def test_no_invitation_has_a_link_like_this(session: Session, ana: Member, token: str) -> None:
    invite(session, ana)
    with pytest.raises(NoSuchInvitation):
        invitations.invited(session, token, now=NOW)


def test_colleagues_see_who_waits_for_what_and_by_whom(session: Session, settings: Settings, ana: Member) -> None:
    vesna = arrived(session, settings, ana)
    found: dict[UUID, colleagues.Colleague] = {one.id: one for one in colleagues.colleagues(session)}
    assert found[vesna.id].waiting == invitations.Waiting(ROLES, ana.id)
    assert found[ana.id].waiting is None
