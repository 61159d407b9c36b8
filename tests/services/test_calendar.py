from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.periods import Quarter
from incidents.db.audit import AuditEntry
from incidents.db.release import Release, ReleaseState
from incidents.services import calendar, crosstables
from incidents.services import published as public
from incidents.services.accounts import Member
from incidents.services.calendar import announce
from incidents.services.published import NotFound, Sight
from tests import builders
from tests.services.test_releases import AUTUMN, PLACES, VOCABULARY, at, build, publish, settled, sign, sign_both
from tests.services.test_releases import catalogues as words

THIRD, FOURTH = Quarter(2026, 3), Quarter(2026, 4)
DAY = date(2026, 10, 15)
PUBLIC_AT = datetime(2026, 10, 14, 22, tzinfo=UTC)
"""Midnight in Serbia, where clocks are two hours ahead in October."""


def tell(session: Session, quarter: Quarter = THIRD, day: date = DAY, hour: int = 0) -> None:
    announce(session, quarter, day, hour, actor="Ana", now=at(date(2026, 9, 1)))


def test_a_day_is_told_ahead_until_it_has_come(session: Session) -> None:
    tell(session)
    [found] = public.upcoming(session, at(date(2026, 9, 2)))
    assert (found.quarter, found.public_at, found.announced_on, found.moved) == (
        "2026-Q3",
        PUBLIC_AT,
        date(2026, 9, 1),
        0,
    )
    assert public.upcoming(session, PUBLIC_AT) == []


def test_a_moved_day_says_how_often_and_the_trail_says_from_when_to_when(session: Session) -> None:
    tell(session)
    tell(session)
    tell(session, day=DAY + timedelta(days=7), hour=10)
    [found] = public.upcoming(session, at(date(2026, 9, 2)))
    assert (found.public_at, found.moved) == (datetime(2026, 10, 22, 8, tzinfo=UTC), 1)
    rows = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject == "quarter:2026-Q3").order_by(AuditEntry.number)
    ).all()
    assert [row.before for row in rows][1:] == [PUBLIC_AT.isoformat()] * 2


@pytest.mark.parametrize(
    ("day", "refusal"),
    [(date(2026, 9, 1), calendar.Past), (date(2020, 1, 1), calendar.Past), (date(2062, 10, 15), calendar.TooFar)],
)
def test_what_is_over_or_far_away_is_not_announced(session: Session, day: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        tell(session, day=day)
    assert public.upcoming(session, at(date(2000, 1, 1))) == []


def test_the_day_of_a_release_that_two_have_signed_is_fixed(session: Session, desk: list[Member]) -> None:
    settled(session, 6)
    publish(session, desk, AUTUMN)
    with pytest.raises(calendar.AlreadySigned):
        tell(session, day=date(2026, 12, 1))
    assert calendar.to_announce(session, today=AUTUMN)[0] == FOURTH


def test_before_the_first_release_the_quarter_of_today_is_the_first_that_can_be_announced(session: Session) -> None:
    found = calendar.to_announce(session, today=AUTUMN)
    assert (found[0], len(set(found))) == (THIRD, calendar.QUARTERS)


# Embargo.


@pytest.fixture
def held_back(session: Session, ana: Member, boris: Member) -> Release:
    """Signed by two on the last day of September, announced for the middle of October."""
    settled(session, 6)
    tell(session)
    sign_both(session, build(session).number, ana, boris)
    return session.get_one(Release, 1)


def test_a_signed_release_waits_for_the_day_that_was_announced(session: Session, held_back: Release) -> None:
    assert (held_back.state, held_back.published_on) == (ReleaseState.PUBLISHED, DAY)
    before, after = Sight(PUBLIC_AT - timedelta(seconds=1)), Sight(PUBLIC_AT)
    for read in (public.issue, public.release_by_number):
        with pytest.raises(NotFound):
            read(session, 1, before)
    with pytest.raises(NotFound):
        public.file_of(session, 1, "ground.csv", before)
    assert (public.published(session, before), public.shelf(session, before).newest) == ([], None)
    newest = public.shelf(session, after).newest
    assert newest is not None
    assert (newest.number, newest.published_on) == (1, DAY)


def test_only_the_release_that_is_looked_at_ahead_is_seen_ahead(session: Session, held_back: Release) -> None:
    assert public.issue(session, 1, Sight(at(AUTUMN), preview=1)).number == held_back.number
    with pytest.raises(NotFound):
        public.issue(session, 1, Sight(at(AUTUMN), preview=2))


def test_without_an_announced_day_the_second_signature_publishes(session: Session, ana: Member, boris: Member) -> None:
    settled(session, 6)
    build(session)
    sign(session, 1, ana)
    assert public.issues(session, Sight(at(AUTUMN))) == []
    sign(session, 1, boris)
    assert [one.number for one in public.issues(session, Sight(at(AUTUMN)))] == [1]


def test_a_release_signed_after_its_day_is_public_at_once(session: Session, ana: Member, boris: Member) -> None:
    settled(session, 6)
    tell(session, day=date(2026, 9, 20))
    sign_both(session, build(session).number, ana, boris)
    [issue] = public.issues(session, Sight(at(AUTUMN)))
    assert issue.published_on == AUTUMN


def test_what_carries_on_from_a_closed_release_stays_closed_as_long(
    session: Session, held_back: Release, desk: list[Member]
) -> None:
    """A free table repeats every figure before it: open, it would break the embargo."""
    added = crosstables.add_table(
        session,
        ["time", "ground@group", "reported"],
        2026,
        today=AUTUMN,
        vocabulary=VOCABULARY,
        places=PLACES,
        label=words.label,
        pepper=builders.PEPPER,
        actor="Ana",
        now=at(AUTUMN),
    )
    sign_both(session, added.number, *desk)
    assert session.get_one(Release, 2).embargoed_until == held_back.embargoed_until
    assert public.issues(session, Sight(at(AUTUMN))) == []
    assert len(public.issues(session, Sight(PUBLIC_AT))) == 2


def test_the_next_release_is_protected_beside_a_closed_one(
    session: Session, held_back: Release, desk: list[Member]
) -> None:
    settled(session, 7, accepted_on=date(2026, 10, 2))
    following = build(session, date(2026, 10, 10))
    assert (following.number, following.quarter) == (held_back.number + 1, "2026-Q4")
