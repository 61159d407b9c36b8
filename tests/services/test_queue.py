from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.db import report as stored
from incidents.db.key import KeyGrant
from incidents.services import moderation
from incidents.services.accounts import Member
from incidents.services.filters import MOST, NoSuchFilter, NotAName, delete_filter, save_filter, saved_filters
from incidents.services.memory import Memory, Recall
from incidents.services.queue import Filter, Held, View, Waiting, chosen
from incidents.services.withdrawal import withdraw_report
from incidents.web.desk.queue import codes
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

CALM = frozenset({"verbal_insult"})
GRAVE = frozenset({"physical_attack"})


@pytest.fixture
def recall() -> Recall:
    return Memory().of(b"c" * 32, now=NOW)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The reports that are opened, in their order."""
    found: list[UUID] = []
    before = opening.open_report

    def open_report(blob: bytes, sealed_key: bytes, *, report: UUID, desk_private: bytes) -> bytes:
        found.append(report)
        return before(blob, sealed_key, report=report, desk_private=desk_private)

    monkeypatch.setattr(opening, "open_report", open_report)
    return found


def arrived(session: Session, settings: Settings, *, days_ago: int = 0, held: bool = False, **changes: object) -> UUID:
    before = set(session.scalars(sa.select(stored.Report.id)))
    sent = a_report(**{"month": "2026-06", "acts": CALM, **changes})
    builders.send(session, sent, settings, now=NOW - timedelta(days=days_ago), trap_is_filled=held)
    [report] = set(session.scalars(sa.select(stored.Report.id))) - before
    return report


def take(session: Session, report: UUID, member: Member, now=NOW) -> int:
    return moderation.take_report(session, report, member=member, now=now)


def seen(waiting: list[Waiting], view: View, **codes: object) -> set[UUID]:
    return {line.id for line in chosen(waiting, Filter(view=view, **codes)).lines}


def test_each_view_shows_its_part_and_all_are_counted(session, settings, ana, boris) -> None:
    fresh = arrived(session, settings)
    risk = arrived(session, settings, acts=GRAVE)
    old = arrived(session, settings, days_ago=4)
    mine, theirs, asked = (arrived(session, settings) for _ in range(3))
    take(session, mine, ana)
    take(session, theirs, boris)
    moderation.ask(session, asked, "Када је то било?", version=take(session, asked, boris), member=boris, now=NOW)
    waiting = builders.queue_of(session, ana, now=NOW)
    expected = {
        View.ALL: {fresh, risk, old, mine, theirs, asked},
        View.MINE: {mine},
        View.UNCLAIMED: {fresh, risk, old},
        View.WAITING: {asked},
        View.OVERDUE: {old},
        View.RISK: {risk},
    }
    assert {view: seen(waiting, view) for view in View} == expected
    assert chosen(waiting, Filter()).in_views == {view: len(reports) for view, reports in expected.items()}


def test_what_a_member_took_stays_their_work_when_the_twenty_minutes_are_over(session, settings, ana) -> None:
    report = arrived(session, settings)
    take(session, report, ana)
    [line] = builders.queue_of(session, ana, now=NOW + moderation.LEASE)
    assert (line.is_mine, line.holder) == (True, None)


def test_somebody_at_risk_is_overdue_when_the_working_day_is_over(session, settings, ana) -> None:
    arrived(session, settings, acts=GRAVE)
    arrived(session, settings)
    at_four, later = NOW.replace(hour=15, minute=0), NOW.replace(hour=15, minute=1)
    assert [line.is_overdue for line in builders.queue_of(session, ana, now=at_four)] == [False, False]
    assert [line.is_overdue for line in builders.queue_of(session, ana, now=later)] == [True, False]


@pytest.mark.parametrize(
    "by",
    [
        {"language": "hu"},
        {"place": "80438"},
        {"ground": "sex"},
        {"act": "physical_attack"},
        {"held": Held.ONLY},
    ],
    ids=lambda by: next(iter(by)),
)
def test_a_filter_leaves_what_fits(session, settings, ana, by) -> None:
    other = {"language": "sr-Latn", "place": "Нови Пазар", "grounds": frozenset({"religious_belief"})}
    arrived(session, settings, **other)
    fits = arrived(
        session, settings, held=True, language="hu", place="Szabadkán", grounds=frozenset({"sex"}), acts=GRAVE
    )
    waiting = builders.queue_of(session, ana, now=NOW)
    assert seen(waiting, View.ALL, **by) == {fits}
    assert chosen(waiting, Filter(**by)).in_views[View.RISK] == 1


def test_without_held_ones_the_others_are_left(session, settings, ana) -> None:
    arrived(session, settings, held=True)
    report = arrived(session, settings)
    assert seen(builders.queue_of(session, ana, now=NOW), View.ALL, held=Held.NOT) == {report}


def test_what_a_member_cannot_open_fits_no_filter_of_its_content(session, settings, desk) -> None:
    late = builders.a_member_without_a_grant(session, settings, now=NOW)
    arrived(session, settings)
    waiting = builders.queue_of(session, late, now=NOW)
    assert seen(waiting, View.ALL, language="sr-Cyrl") == set()
    assert len(seen(waiting, View.ALL)) == 1


def test_a_second_look_opens_only_what_changed(session, settings, ana, recall, opened) -> None:
    reports = [arrived(session, settings) for _ in range(4)]
    first = builders.queue_of(session, ana, recall=recall, now=NOW)
    assert sorted(opened) == sorted(reports)
    opened.clear()
    assert builders.queue_of(session, ana, recall=recall, now=NOW) == first
    take(session, reports[0], ana)
    new = arrived(session, settings)
    builders.queue_of(session, ana, recall=recall, now=NOW)
    assert sorted(opened) == sorted([reports[0], new])


def test_a_withdrawn_report_is_not_shown_from_memory(session, settings, ana, recall) -> None:
    code = builders.send(session, a_report(), settings, now=NOW)
    assert len(builders.queue_of(session, ana, recall=recall, now=NOW)) == 1
    withdraw_report(session, code, pepper=settings.pepper, today=NOW.date())
    assert builders.queue_of(session, ana, recall=recall, now=NOW) == []


def test_a_member_who_lost_the_key_sees_nothing_from_memory(session, settings, ana, recall) -> None:
    arrived(session, settings)
    [line] = builders.queue_of(session, ana, recall=recall, now=NOW)
    assert line.content is not None
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id == ana.id))
    [line] = builders.queue_of(session, ana, recall=recall, now=NOW)
    assert line.content is None


def test_in_a_flood_the_held_ones_are_not_even_opened(session, settings, ana, recall, opened) -> None:
    arrived(session, settings, held=True)
    report = arrived(session, settings)
    builders.queue_of(session, ana, recall=recall, now=NOW, with_held=False)
    assert opened == [report]


def test_news_bring_a_settled_report_back_into_the_queue_once(session, settings, ana) -> None:
    report = arrived(session, settings)
    session.execute(sa.update(stored.Report).values(handling=Handling.SET_ASIDE))
    assert builders.queue_of(session, ana, now=NOW) == []
    session.execute(sa.update(stored.Report).values(has_news=True))
    assert [line.id for line in builders.queue_of(session, ana, now=NOW)] == [report]
    session.execute(sa.update(stored.Report).values(handling=Handling.IN_TRIAGE))
    assert [line.id for line in builders.queue_of(session, ana, now=NOW)] == [report]


# Saved filters.

BY = Filter(view=View.OVERDUE, language="hu", place="80438", ground="sex", act="threat", held=Held.NOT)


def mine(session: Session, member: Member) -> list[tuple[str, Filter, bool]]:
    return [(one.name, one.values, one.is_mine) for one in saved_filters(session, member, read=as_filter)]


def as_filter(values: dict[str, str]) -> Filter:
    return Filter(
        View(values["view"]),
        values["language"],
        values["place"],
        values["ground"],
        values["act"],
        Held(values["held"]),
    )


def test_a_saved_filter_comes_back_as_it_was(session, ana) -> None:
    save_filter(session, "  Суботица,   старо ", BY, is_shared=False, member=ana)
    assert mine(session, ana) == [("Суботица, старо", BY, True)]
    assert codes(BY) == {
        "view": "overdue",
        "language": "hu",
        "place": "80438",
        "ground": "sex",
        "act": "threat",
        "held": "not",
    }


def test_a_shared_one_is_seen_by_all_and_a_private_one_by_its_owner(session, ana, boris) -> None:
    save_filter(session, "моје", BY, is_shared=False, member=ana)
    save_filter(session, "наше", BY, is_shared=True, member=ana)
    assert mine(session, boris) == [("наше", BY, False)]


def test_only_the_owner_deletes_it(session, ana, boris) -> None:
    save_filter(session, "наше", BY, is_shared=True, member=ana)
    [saved] = saved_filters(session, boris, read=as_filter)
    with pytest.raises(NoSuchFilter):
        delete_filter(session, saved.id, member=boris)
    delete_filter(session, saved.id, member=ana)
    assert mine(session, ana) == []


@pytest.mark.parametrize(
    ("name", "reason"), [("  ", "missing"), ("х" * 61, "too_long"), ("старо", "taken"), ("ново", "too_many")]
)
def test_a_name_that_cannot_be_says_why(session, ana, name, reason) -> None:
    save_filter(session, "старо", BY, is_shared=False, member=ana)
    for number in range(MOST - 1 if reason == "too_many" else 0):
        save_filter(session, f"филтер {number}", BY, is_shared=False, member=ana)
    with pytest.raises(NotAName) as wrong:
        save_filter(session, name, BY, is_shared=False, member=ana)
    assert wrong.value.reason == reason


def test_two_members_may_use_one_name(session, ana, boris) -> None:
    for member in (ana, boris):
        save_filter(session, "старо", BY, is_shared=True, member=member)
    assert len(mine(session, ana)) == 2


# Views.


def any_line(**changes: object) -> Waiting:
    """One that nothing is said of."""
    plain: dict[str, object] = {
        "id_as_text": "0" * 32,
        "received_on": NOW.date(),
        "handling": Handling.RECEIVED,
        "content": None,
        "holder": None,
        "is_mine": False,
        "is_at_risk": False,
        "is_overdue": False,
        "has_news": False,
        "is_routed_here": False,
        "rules": (),
        "is_hard": False,
        "desk": "national",
    }
    return Waiting(**{**plain, **changes})  # type: ignore[arg-type]


def test_each_line_stands_in_the_views_that_show_it_and_is_counted_there() -> None:
    """Lines that differ in one thing only are next to each other, so that none is taken for the one before."""
    lines = [
        any_line(is_mine=mine, is_routed_here=routed, holder=holder, handling=how, is_overdue=late, is_at_risk=risk)
        for how in (Handling.RECEIVED, Handling.AWAITING_REPORTER)
        for mine, routed, late, risk in product((False, True), repeat=4)
        for holder in (None, "Ana")
    ]
    for view in View:
        found = chosen(lines, Filter(view=view))
        assert found.lines == [line for line in lines if view.shows(line)]
        assert found.in_views == {each: sum(map(each.shows, lines)) for each in View}
