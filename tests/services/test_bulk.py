from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.audit import first_break
from incidents.core.incident import Handling
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.bulk import BulkKind, BulkRow, Outcome
from incidents.db.incident import SetAside
from incidents.services import bulk, moderation
from incidents.services.accounts import Member
from incidents.services.bulk import UNDO_FOR, NoSuchBulk, NotAComment, TooLate
from incidents.services.clusters import Listed
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

LATER = NOW + timedelta(minutes=3)


def arrive(session: Session, settings: Settings, *handlings: Handling) -> list[Listed]:
    """Reports in these states, as a list shows them."""
    before = set(session.scalars(sa.select(stored.Report.id)))
    for handling in handlings:
        builders.send(session, a_report(), settings, now=NOW, trap_is_filled=handling is Handling.QUARANTINED)
    rows = session.scalars(sa.select(stored.Report).where(stored.Report.id.not_in(before))).all()
    held = [row for row in rows if row.handling is Handling.QUARANTINED]
    waiting = [row for row in rows if row.handling is Handling.RECEIVED]
    found = []
    for handling in handlings:
        row = (held if handling is Handling.QUARANTINED else waiting).pop()
        row.handling = handling
        session.flush()
        found.append(Listed(row.id, row.version))
    return found


def do(
    session: Session,
    kind: BulkKind,
    listed: list[Listed],
    member: Member,
    comment: str = "Исти текст, стигао триста пута.",
    now=NOW,
) -> UUID:
    reason = "abuse" if kind is BulkKind.SET_ASIDE else None
    done = bulk.begin(session, kind, comment, reason=reason, listed=listed, member=member, now=now)
    for some in bulk.in_steps(listed):
        bulk.act(session, done, some, member=member, now=now)
    return done


def undo(session: Session, done: UUID, member: Member, now=LATER) -> None:
    for some in bulk.in_steps(bulk.rows_to_undo(session, done, member=member, now=now)):
        bulk.undo(session, done, some, member=member, now=now)


def states(session: Session) -> dict[UUID, tuple[Handling, str | None, int]]:
    session.expire_all()
    return {
        row.id: (row.handling, row.set_aside_reason, row.version) for row in session.scalars(sa.select(stored.Report))
    }


def handlings(session: Session, listed: list[Listed]) -> list[Handling]:
    found = states(session)
    return [found[one.id][0] for one in listed]


def tallies(session: Session) -> Counter[str]:
    return Counter(session.scalars(sa.select(SetAside.reason)))


def test_a_cluster_is_set_aside_each_with_its_reason_tally_and_entry(session, settings, ana) -> None:
    listed = arrive(session, settings, *[Handling.QUARANTINED] * 3, Handling.RECEIVED)
    done = do(session, BulkKind.SET_ASIDE, listed, ana)
    assert {state[:2] for state in states(session).values()} == {(Handling.SET_ASIDE, "abuse")}
    assert tallies(session) == {"abuse": 4}
    written = [entry for entry, _ in entries(session) if entry.action == "bulk_set_aside"]
    assert written[0].subject == f"bulk:{done}"
    assert written[0].after == "4 reports"
    assert {(entry.subject, entry.after, entry.reason, entry.actor) for entry in written[1:]} == {
        (f"report:{one.id}", "set_aside", "abuse", ana.name) for one in listed
    }
    assert first_break(entries(session)) is None


def test_a_cluster_let_go_waits_in_the_ordinary_queue(session, settings, ana) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED, Handling.QUARANTINED)
    do(session, BulkKind.RELEASE, listed, ana)
    assert handlings(session, listed) == [Handling.RECEIVED] * 2
    assert tallies(session) == {}


def test_what_waits_already_is_not_touched_when_its_cluster_is_let_go(session, settings, ana) -> None:
    listed = arrive(session, settings, Handling.RECEIVED, Handling.QUARANTINED)
    done = do(session, BulkKind.RELEASE, listed, ana)
    assert states(session)[listed[0].id][2] == listed[0].version
    numbers = bulk.result(session, done, member=ana, now=NOW).numbers
    assert numbers == {Outcome.NOTHING_TO_DO: 1, Outcome.DONE: 1}


def test_what_a_colleague_took_meanwhile_stays_theirs_and_is_named(session, settings, ana, boris) -> None:
    listed = arrive(session, settings, *[Handling.QUARANTINED] * 3)
    moderation.take_report(session, listed[1].id, member=boris, now=NOW)
    done = do(session, BulkKind.SET_ASIDE, listed, ana)
    assert handlings(session, listed) == [Handling.SET_ASIDE, Handling.IN_TRIAGE, Handling.SET_ASIDE]
    found = bulk.result(session, done, member=ana, now=NOW)
    assert found.numbers == {Outcome.DONE: 2, Outcome.MOVED_ON: 1}
    assert found.left_alone == [(listed[1].id, Outcome.MOVED_ON)]


def test_a_report_listed_in_an_older_version_is_left_alone(session, settings, ana, boris) -> None:
    listed = arrive(session, settings, Handling.RECEIVED)
    version = moderation.take_report(session, listed[0].id, member=boris, now=NOW)
    moderation.put_back(session, listed[0].id, version=version, member=boris, now=NOW)
    done = do(session, BulkKind.SET_ASIDE, listed, ana)
    assert handlings(session, listed) == [Handling.RECEIVED]
    assert bulk.result(session, done, member=ana, now=NOW).numbers == {Outcome.MOVED_ON: 1}


def test_a_report_that_is_not_there_is_told(session, settings, ana) -> None:
    listed = [*arrive(session, settings, Handling.QUARANTINED), Listed(uuid4(), 1)]
    assert bulk.result(session, do(session, BulkKind.SET_ASIDE, listed, ana), member=ana, now=NOW).gone == 1


@pytest.mark.parametrize(("comment", "why"), [("", "missing"), (" \n ", "missing"), ("а" * 1001, "too_long")])
def test_nothing_is_done_without_a_comment(session, settings, ana, comment: str, why: str) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED)
    with pytest.raises(NotAComment) as wrong:
        do(session, BulkKind.SET_ASIDE, listed, ana, comment)
    assert wrong.value.reason == why
    assert handlings(session, listed) == [Handling.QUARANTINED]


def test_the_comment_is_sealed_and_read_by_those_who_hold_the_key(session, settings, ana, boris) -> None:
    comment = "medenjak kupljen na pijaci, trista puta"
    done = do(session, BulkKind.SET_ASIDE, arrive(session, settings, Handling.QUARANTINED), ana, comment)
    session.flush()
    assert "medenjak" not in repr(list(session.execute(sa.text("SELECT * FROM bulk")).one()))
    assert bulk.result(session, done, member=boris, now=NOW).comment == comment
    assert not [entry for entry, _ in entries(session) if "medenjak" in repr(entry)]


def test_undoing_gives_back_what_stood_before(session, settings, ana, boris) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED, Handling.RECEIVED)
    done = do(session, BulkKind.SET_ASIDE, listed, ana)
    undo(session, done, boris)
    assert handlings(session, listed) == [Handling.QUARANTINED, Handling.RECEIVED]
    assert {state[1] for state in states(session).values()} == {None}
    assert tallies(session) == {}
    undone = [entry for entry, _ in entries(session) if entry.action == "undo_bulk_set_aside"]
    assert {entry.actor for entry in undone} == {boris.name}
    assert len(undone) == 2
    assert first_break(entries(session)) is None


def test_undoing_leaves_alone_what_somebody_has_worked_on_since(session, settings, ana, boris) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED, Handling.QUARANTINED)
    done = do(session, BulkKind.RELEASE, listed, ana)
    moderation.take_report(session, listed[0].id, member=boris, now=LATER)
    undo(session, done, ana)
    assert handlings(session, listed) == [Handling.IN_TRIAGE, Handling.QUARANTINED]
    found = bulk.result(session, done, member=ana, now=LATER)
    assert found.numbers == {Outcome.UNDONE: 1, Outcome.NOT_UNDONE: 1}
    assert not found.may_be_undone


def test_undoing_takes_off_no_tally_that_a_release_has_counted(session, settings, ana) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED)
    session.add(SetAside(id=uuid4(), quarter="2026-Q3", reason="abuse", batch="2026-Q3"))
    undo(session, do(session, BulkKind.SET_ASIDE, listed, ana), ana)
    assert session.scalars(sa.select(SetAside.batch)).all() == ["2026-Q3"]


def test_after_ten_minutes_it_cannot_be_undone_and_which_reports_they_were_is_forgotten(session, settings, ana) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED, Handling.QUARANTINED)
    done = do(session, BulkKind.SET_ASIDE, listed, ana)
    late = NOW + UNDO_FOR + timedelta(seconds=1)
    with pytest.raises(TooLate):
        bulk.rows_to_undo(session, done, member=ana, now=late)
    found = bulk.result(session, done, member=ana, now=late)
    assert (found.listed, found.numbers, found.may_be_undone) == (2, {}, False)
    do(session, BulkKind.SET_ASIDE, arrive(session, settings, Handling.QUARANTINED), ana, now=late)
    assert session.scalars(sa.select(BulkRow.bulk_id).where(BulkRow.bulk_id == done)).all() == []


def test_what_was_set_aside_together_is_still_brought_back_one_by_one(session, settings, ana) -> None:
    listed = arrive(session, settings, Handling.QUARANTINED)
    do(session, BulkKind.SET_ASIDE, listed, ana)
    version = moderation.take_report(session, listed[0].id, member=ana, now=LATER)
    moderation.bring_back(session, listed[0].id, version=version, member=ana, now=LATER)
    assert handlings(session, listed) == [Handling.IN_TRIAGE]


def test_an_act_that_nobody_did_is_not_found(session, ana) -> None:
    with pytest.raises(NoSuchBulk):
        bulk.result(session, uuid4(), member=ana, now=NOW)


_STATES = [each for each in Handling if each is not Handling.DESTROYED]


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reports=st.lists(st.tuples(st.sampled_from(_STATES), st.booleans(), st.booleans()), min_size=1, max_size=12),
    kind=st.sampled_from(BulkKind),
    then_undone=st.booleans(),
)
def test_exactly_the_listed_rows_that_still_wait_are_touched(
    session: Session, settings: Settings, ana: Member, reports, kind: BulkKind, then_undone: bool
) -> None:
    """Reports in any state; of each is drawn whether it is listed, and whether a colleague was faster."""
    inner = session.begin_nested()
    rows = arrive(session, settings, *(state for state, _, _ in reports))
    for one, (_, _, was_changed) in zip(rows, reports, strict=True):
        if was_changed:
            row = session.get_one(stored.Report, one.id)
            row.version += 1
    session.flush()
    before = states(session)
    done = do(session, kind, [one for one, (_, is_listed, _) in zip(rows, reports, strict=True) if is_listed], ana)
    expected = {
        one.id
        for one, (state, is_listed, was_changed) in zip(rows, reports, strict=True)
        if is_listed
        and not was_changed
        and state in ({Handling.QUARANTINED} if kind is BulkKind.RELEASE else {Handling.RECEIVED, Handling.QUARANTINED})
    }
    after = states(session)
    assert {one for one in after if after[one] != before[one]} == expected
    assert {after[one][0] for one in expected} <= {bulk._AFTER[kind]}
    assert tallies(session) == ({"abuse": len(expected)} if kind is BulkKind.SET_ASIDE and expected else {})
    if then_undone:
        undo(session, done, ana)
        assert {one: state[:2] for one, state in states(session).items()} == {
            one: state[:2] for one, state in before.items()
        }
        assert tallies(session) == {}
    inner.rollback()
