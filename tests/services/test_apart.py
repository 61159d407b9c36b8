"""What lies at a desk is not there for members of another: not to see, not to open, not to act on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.incident import Decision
from incidents.core.receipt import ReceiptCode
from incidents.core.search.query import parse
from incidents.db.bulk import Bulk, BulkKind
from incidents.db.coding import ReturnNote
from incidents.db.key import DeskKey
from incidents.db.report import Message, MessageKind, Report
from incidents.services import bulk, clusters, desks, keys, moderation, receipts, search, settled, settlement, twins
from incidents.services.accounts import Member
from incidents.services.bulk import Listed
from incidents.services.memory import Memory
from incidents.services.moderation import NoSuchReport
from incidents.services.twins import Seen
from tests import builders
from tests.builders import NO_DRAW, a_report, a_settlement
from tests.conftest import NOW

WHERE = {"vocabulary": data_files.vocabulary(), "places": data_files.places()}


@pytest.fixture
def code(session: Session, settings: Settings, sever: int) -> ReceiptCode:
    return builders.send(session, a_report(), settings, now=NOW, epoch=sever)


@pytest.fixture
def report(session: Session, code: ReceiptCode) -> UUID:
    """At the desk `sever`."""
    return builders.only_report(session)


def here(session: Session, settings: Settings) -> UUID:
    """Another report, at the national desk."""
    before = set(session.scalars(sa.select(Report.id)))
    builders.send(session, a_report(), settings, now=NOW)
    return (set(session.scalars(sa.select(Report.id))) - before).pop()


def take(session: Session, report: UUID, member: Member) -> int:
    return moderation.take_report(session, report, member=member, now=NOW)


def desk_of(session: Session, epoch: int) -> str:
    return session.get_one(DeskKey, epoch).desk


ACTS: list[Callable[..., object]] = [
    partial(moderation.read_report),
    partial(moderation.take_report),
    partial(moderation.held_row),
    partial(moderation.put_back, version=1),
    partial(moderation.ask, typed="Када?", version=1),
    partial(moderation.tell, typed="Хвала.", version=1),
    partial(moderation.set_aside, reason="abuse", version=1),
    partial(moderation.bring_back, version=1),
    partial(settlement.propose_incident, settlement=a_settlement(), version=1, **WHERE),
    partial(settlement.unlink_report, version=1),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.func.__name__)
def test_a_report_of_another_desk_is_as_if_it_were_not_there(
    session: Session, boris: Member, report: UUID, act: Callable[..., object]
) -> None:
    with pytest.raises(NoSuchReport) as refused:
        act(session, report, member=boris, now=NOW)
    assert not isinstance(refused.value, moderation.Withdrawn)


def test_the_queue_has_the_reports_of_ones_own_desks(
    session: Session, settings: Settings, ana: Member, boris: Member, vesna: Member, report: UUID
) -> None:
    national = here(session, settings)
    lines = {
        one.name: {line.id: line.desk for line in builders.queue_of(session, one, now=NOW)}
        for one in (ana, boris, vesna)
    }
    assert lines == {
        ana.name: {report: "sever", national: "national"},
        boris.name: {national: "national"},
        vesna.name: {report: "sever"},
    }


def test_search_finds_nothing_of_another_desk(session: Session, boris: Member, vesna: Member, report: UUID) -> None:
    numbers = []
    for member in (boris, vesna):
        recall = Memory().of(b"c" * 32, now=NOW)
        found = search.search(session, member, parse("викали"), recall=recall, labels=[], area_of=lambda _place: "")
        numbers.append((found.number, found.looked_through))
    assert numbers == [(0, 0), (1, 1)]


def test_look_alikes_are_grouped_at_each_desk_by_itself(
    session: Session, settings: Settings, ana: Member, boris: Member, sever: int
) -> None:
    for epoch in (sever, 1):
        for _ in range(6):
            builders.send(session, a_report(), settings, now=NOW, epoch=epoch)
    found = clusters.open_clusters(session, ana).clusters
    assert sorted((one.desk, len(one.reports)) for one in found) == [("national", 6), ("sever", 6)]
    assert [one.desk for one in clusters.open_clusters(session, boris).clusters] == ["national"]
    assert clusters.waiting_and_held(session, boris) == (6, 0)


def test_what_is_said_about_many_is_for_the_desk_where_they_lie(
    session: Session, settings: Settings, ana: Member, boris: Member, vesna: Member, report: UUID
) -> None:
    national = here(session, settings)
    listed = [Listed(report, 1), Listed(national, 1)]
    done = bulk.begin(session, BulkKind.SET_ASIDE, "Исто", reason="abuse", listed=listed, member=ana, now=NOW)
    bulk.act(session, done, listed, member=ana, now=NOW)
    assert desk_of(session, session.get_one(Bulk, done).epoch) == "sever"
    states = {one: session.get_one(Report, one).handling.value for one in (report, national)}
    assert states == {report: "set_aside", national: "received"}
    assert bulk.result(session, done, member=vesna, now=NOW).comment == "Исто"
    with pytest.raises(bulk.NoSuchBulk):
        bulk.result(session, done, member=boris, now=NOW)


def test_nothing_is_done_with_many_of_another_desk(session: Session, boris: Member, report: UUID) -> None:
    listed = [Listed(report, 1)]
    done = bulk.begin(session, BulkKind.SET_ASIDE, "x", reason="abuse", listed=listed, member=boris, now=NOW)
    bulk.act(session, done, listed, member=boris, now=NOW)
    assert session.get_one(Report, report).handling.value == "received"
    assert bulk.result(session, done, member=boris, now=NOW).numbers == {}


def test_a_twin_of_another_desk_is_not_compared_ruled_out_or_settled_with(
    session: Session, settings: Settings, boris: Member, report: UUID
) -> None:
    national = here(session, settings)
    version = take(session, national, boris)
    values = {"version": version, "member": boris, "now": NOW}
    with pytest.raises(NoSuchReport):
        twins.note_comparing(session, national, report, **values)
    with pytest.raises(NoSuchReport):
        twins.rule_out(session, national, report, pepper=settings.pepper, **values)
    with pytest.raises(NoSuchReport):
        twins.propose_together(session, national, a_settlement(), [Seen(report, 1)], **values, **WHERE)


def test_what_both_sides_say_is_sealed_to_the_desk_of_the_report(
    session: Session, settings: Settings, vesna: Member, report: UUID, code: ReceiptCode
) -> None:
    version = take(session, report, vesna)
    moderation.ask(session, report, "Када?", version=version, member=vesna, now=NOW)
    keys.rotate(session, actor=vesna.name, now=NOW, reason="yearly", desk="sever")
    receipts.say(
        session,
        code,
        MessageKind.ANSWER,
        "У петак.",
        nonce=builders.a_nonce(),
        today=NOW.date(),
        pepper=settings.pepper,
    )
    assert [desk_of(session, one) for one in session.scalars(sa.select(Message.epoch))] == ["sever", "sever"]
    read = moderation.read_report(session, report, member=vesna, now=NOW)
    assert [one.text for one in read.messages] == ["Када?", "У петак."]


def proposed(session: Session, report: UUID, member: Member) -> tuple[UUID, int]:
    """An incident on a report, and its version."""
    version = take(session, report, member)
    incident = settlement.propose_incident(
        session, report, a_settlement(), version=version, member=member, now=NOW, **WHERE
    )
    return incident, settled.show_incident(session, incident).version


def test_who_reads_none_of_its_reports_does_not_decide_on_an_incident(
    session: Session, ana: Member, boris: Member, vesna: Member, report: UUID
) -> None:
    incident, seen = proposed(session, report, ana)
    accept = partial(
        settlement.accept_incident, session, incident, version=seen, draw=NO_DRAW, today=NOW.date(), now=NOW, **WHERE
    )
    for act in (
        partial(accept, member=boris),
        partial(builders.send_back, session, incident, boris, version=seen, now=NOW, place="not_said"),
    ):
        with pytest.raises(settlement.AtAnotherDesk):
            act()
    accept(member=vesna)
    assert settled.show_incident(session, incident).decision is Decision.ACCEPTED


def test_what_is_written_on_returning_is_for_the_desk_of_the_reports(
    session: Session, ana: Member, boris: Member, vesna: Member, report: UUID
) -> None:
    incident, seen = proposed(session, report, ana)
    builders.send_back(session, incident, vesna, "Место није јасно", version=seen, now=NOW, place="not_said")
    assert desk_of(session, session.get_one(ReturnNote, incident).epoch) == "sever"
    read = [settled.return_note(session, incident, one) for one in (ana, boris, vesna)]
    assert read == ["Место није јасно", "", "Место није јасно"]


def test_who_leaves_a_desk_opens_nothing_that_lies_there(
    session: Session, settings: Settings, ana: Member, vesna: Member, report: UUID
) -> None:
    take(session, report, ana)
    desks.take_off(session, "sever", ana.id, actor=vesna.name, now=NOW, reason="moved")
    with pytest.raises(NoSuchReport):
        moderation.read_report(session, report, member=ana, now=NOW)
    assert builders.queue_of(session, ana, now=NOW) == []


def test_a_swapped_epoch_opens_nothing(session: Session, boris: Member, report: UUID) -> None:
    """Somebody who writes to the database lays a report on another desk: its key stays the one it was sealed to."""
    session.execute(sa.update(Report).where(Report.id == report).values(epoch=1))
    session.expire_all()
    take(session, report, boris)
    assert moderation.read_report(session, report, member=boris, now=NOW).content is None


def test_the_words_are_those_that_were_sent(session: Session, vesna: Member, report: UUID) -> None:
    take(session, report, vesna)
    content = moderation.read_report(session, report, member=vesna, now=NOW).content
    assert content == a_report()
