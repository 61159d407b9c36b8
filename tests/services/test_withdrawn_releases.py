from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.accounts import MemberId
from incidents.db.audit import AuditEntry
from incidents.db.release import ReleaseCell
from incidents.services import published as public
from incidents.services import releases
from incidents.services.accounts import Member
from incidents.services.published import NotFound, ReleaseSummary
from incidents.services.withdrawn_releases import (
    AlreadyWithdrawn,
    NotItsPlace,
    NotSaid,
    OtherRequest,
    OwnRequest,
    Reason,
    approve,
    ask,
    requests,
)
from tests.services.test_releases import (
    AUTUMN,
    SIGHT,
    WINTER,
    at,
    build,
    contents,
    publish,
    settled,
    shown,
)

REASON = Reason(
    "wrong_rows",
    "Incidents in Subotica were put under Sombor.",
    "Инциденти из Суботице стављени су под Сомбор.",
)
LATER = date(2026, 10, 5)


@pytest.fixture
def published(session: Session, desk: list[Member]) -> ReleaseSummary:
    settled(session, 6)
    return publish(session, desk, AUTUMN)


def asked(session: Session, member: Member, reason: Reason = REASON, number: int = 1) -> None:
    ask(session, number, reason, member=MemberId(member.id), now=at(LATER))


def approved(session: Session, member: Member, number: int = 1) -> None:
    digest = requests(session)[number].digest
    approve(session, number, digest=digest, member=MemberId(member.id), now=at(LATER))


def test_one_member_asks_and_nothing_changes_for_readers(
    session: Session, published: ReleaseSummary, ana: Member
) -> None:
    asked(session, ana)
    assert public.issue(session, published.number, SIGHT).withdrawn is None
    assert requests(session)[1].reason == REASON


def test_the_second_member_withdraws_it_for_everybody(
    session: Session, published: ReleaseSummary, ana: Member, boris: Member
) -> None:
    before = contents(session)
    asked(session, ana)
    approved(session, boris)
    told = public.issue(session, published.number, SIGHT).withdrawn
    assert told is not None
    assert (told.on, told.reason, told.english, told.replaced_by) == (LATER, "wrong_rows", REASON.english, None)
    assert contents(session) == before
    assert requests(session) == {}


def test_nobody_withdraws_alone(session: Session, published: ReleaseSummary, ana: Member) -> None:
    asked(session, ana)
    with pytest.raises(OwnRequest):
        approved(session, ana)
    assert public.issue(session, published.number, SIGHT).withdrawn is None


def test_a_reason_changed_since_it_was_read_is_not_approved(
    session: Session, published: ReleaseSummary, ana: Member, boris: Member
) -> None:
    asked(session, ana)
    read = requests(session)[1].digest
    asked(session, ana, replace(REASON, english="Something else."))
    with pytest.raises(OtherRequest):
        approve(session, published.number, digest=read, member=MemberId(boris.id), now=at(LATER))


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "because"},
        {"english": ""},
        {"serbian": ""},
        {"serbian": "Incidenti iz Subotice stavljeni su pod Sombor."},
        {"english": "x" * 501},
    ],
    ids=["no reason", "no English", "no Serbian", "Latin letters", "too long"],
)
def test_a_reason_is_said_in_both_languages(
    session: Session, published: ReleaseSummary, ana: Member, changes: dict[str, str]
) -> None:
    with pytest.raises(NotSaid):
        asked(session, ana, replace(REASON, **changes), published.number)
    assert requests(session) == {}


@pytest.mark.parametrize("other", [0, 1, 2, 7])
def test_only_another_published_release_takes_its_place(
    session: Session, published: ReleaseSummary, ana: Member, other: int
) -> None:
    settled(session, 7, accepted_on=date(2026, 10, 2))
    assert build(session, WINTER).number == published.number + 1 == 2  # a draft
    with pytest.raises(NotItsPlace):
        asked(session, ana, replace(REASON, replaced_by=other))


def test_what_was_withdrawn_takes_no_place_and_is_not_withdrawn_twice(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    ana, boris = desk
    settled(session, 7, accepted_on=date(2026, 10, 2))
    publish(session, desk, WINTER)
    asked(session, ana, replace(REASON, replaced_by=2))
    approved(session, boris)
    with pytest.raises(AlreadyWithdrawn):
        asked(session, ana, number=published.number)
    with pytest.raises(NotItsPlace):
        asked(session, ana, replace(REASON, replaced_by=1), 2)


def test_a_draft_and_what_is_not_there_cannot_be_withdrawn(session: Session, ana: Member) -> None:
    settled(session, 6)
    draft = build(session)
    for number in (draft.number, 9):
        with pytest.raises(NotFound):
            asked(session, ana, number=number)
        with pytest.raises(NotFound):
            approve(session, number, digest="", member=MemberId(ana.id), now=at(LATER))


def test_the_newest_in_use_stands_first_and_the_withdrawn_one_if_there_is_no_other(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    ana, boris = desk
    settled(session, 7, accepted_on=date(2026, 10, 2))
    publish(session, desk, WINTER)
    newest = []
    for number in (2, published.number):
        asked(session, ana, number=number)
        approved(session, boris, number)
        found = public.shelf(session, SIGHT).newest
        newest.append(found.number if found else None)
    assert newest == [1, 2]


def test_protection_goes_on_counting_what_was_withdrawn_as_published(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    """Whoever fetched the files has them: what the next release says must fit beside them, figure by figure."""
    ana, boris = desk
    was_shown, cells = shown(session), session.scalars(sa.select(ReleaseCell.cell)).all()
    asked(session, ana)
    approved(session, boris)
    settled(session, 7, accepted_on=date(2026, 10, 2))
    following = publish(session, desk, WINTER)
    assert following.number == published.number + 1
    assert was_shown.items() <= shown(session, following.number).items()
    kept = sa.select(ReleaseCell.cell).where(ReleaseCell.release_number == published.number)
    assert session.scalars(kept).all() == cells
    check = releases.check_release(session, following.number)
    assert (check.wrong, check.given_away) == ([], [])


def test_a_withdrawn_release_can_still_be_gone_over(
    session: Session, published: ReleaseSummary, ana: Member, boris: Member
) -> None:
    asked(session, ana)
    approved(session, boris)
    check = releases.check_release(session, published.number)
    assert (check.wrong, check.given_away) == ([], [])


def test_the_trail_names_both_and_the_reason(
    session: Session, published: ReleaseSummary, ana: Member, boris: Member
) -> None:
    asked(session, ana)
    approved(session, boris)
    subject = AuditEntry.subject == f"release:{published.number}"
    rows = session.scalars(sa.select(AuditEntry).where(subject).order_by(AuditEntry.number)).all()
    assert [(row.action, row.actor, row.reason) for row in rows][-2:] == [
        ("ask_to_withdraw_release", ana.name, "wrong_rows"),
        ("withdraw_release", boris.name, "wrong_rows"),
    ]
