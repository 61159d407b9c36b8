from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files, sealing
from incidents.config import Settings
from incidents.core.incident import NO_PLACE, Decision, Handling, Settlement
from incidents.core.receipt import ReceiptCode
from incidents.core.shapes import neighbours
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.incident import Incident
from incidents.db.report import report_by_verifier
from incidents.db.twins import RuledOut
from incidents.services import keys, moderation, told, twins
from incidents.services.accounts import Member
from incidents.services.memory import Memory, Recall
from incidents.services.moderation import LEASE, NoSuchReport, NotTaken, StaleReport, content_of
from incidents.services.twins import Seen, Surroundings, Twins
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

SUBOTICA, NIS = "80438", "71331"
IN_SERBIAN = "У аутобусу број шест код болнице младић је пљунуо на мене јер сам мађарски причала телефоном."
IN_HUNGARIAN = "A hatos buszon a kórháznál egy fiatal fiú leköpött, mert magyarul beszéltem telefonon."
WITHIN = Surroundings(
    lexicon=data_files.lexicon(),
    vocabulary=data_files.vocabulary(),
    places=data_files.places(),
    geocoder=data_files.geocoder(),
    neighbours=neighbours(data_files.shapes()),
)


def arrives(session: Session, settings: Settings, **changes: Any) -> tuple[UUID, ReceiptCode]:
    values: dict[str, Any] = {"when": "exact", "month": "", "day": "2026-11-20", "words": IN_SERBIAN, **changes}
    code = builders.send(session, a_report(**values), settings, now=NOW)
    row = report_by_verifier(session, sealing.verifier_of(code, settings.pepper))
    assert row is not None
    return row.id, code


@pytest.fixture
def report(session: Session, settings: Settings, desk: list[Member]) -> UUID:
    return arrives(session, settings)[0]


@pytest.fixture
def twin(session: Session, settings: Settings, desk: list[Member]) -> tuple[UUID, ReceiptCode]:
    """The same in Hungarian, by somebody who is not sure of the day."""
    return arrives(
        session, settings, words=IN_HUNGARIAN, language="hu", place="Szabadka", when="approx_week", day="2026-11-18"
    )


def take(session: Session, report: UUID, member: Member) -> int:
    return moderation.take_report(session, report, member=member, now=NOW)


def found(session: Session, settings: Settings, report: UUID, member: Member, recall: Recall | None = None) -> Twins:
    """On the first page of a session, or on one that remembers."""
    recall = recall or Memory().of(b"c" * 32, now=NOW)
    return twins.likely_twins(
        session, report, member=member, within=WITHIN, recall=recall, pepper=settings.pepper, now=NOW
    )


def version(session: Session, report: UUID) -> int:
    return session.get_one(stored.Report, report).version


def settled(**changes: Any) -> Settlement:
    return builders.a_settlement(**({"month": 11, "place": SUBOTICA, "acts": frozenset({"verbal_insult"})} | changes))


def propose(session: Session, report: UUID, member: Member, *others: Seen, **changes: Any) -> UUID:
    return twins.propose_together(
        session,
        report,
        settled(**changes),
        others,
        version=take(session, report, member),
        member=member,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=NOW,
    )


def test_an_account_in_another_language_is_found(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    take(session, report, ana)
    [one] = found(session, settings, report, ana).reports
    assert (one.id, one.content.words, one.like.days_apart) == (twin[0], IN_HUNGARIAN, None)
    assert one.like.concepts >= {"bus", "hospital", "spit"}


def test_what_came_and_went_between_two_pages_of_a_session_is_known_on_the_next(
    session: Session, settings: Settings, report: UUID, ana: Member
) -> None:
    take(session, report, ana)
    recall = Memory().of(b"c" * 32, now=NOW)
    assert found(session, settings, report, ana, recall).reports == []
    other, code = arrives(session, settings, words=IN_HUNGARIAN, language="hu", place="Szabadka")
    assert [one.id for one in found(session, settings, report, ana, recall).reports] == [other]
    withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    assert found(session, settings, report, ana, recall).reports == []


def test_what_a_member_may_open_no_more_is_no_twin_from_memory(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member, boris: Member
) -> None:
    take(session, report, ana)
    recall = Memory().of(b"c" * 32, now=NOW)
    assert len(found(session, settings, report, ana, recall).reports) == 1
    epoch = keys.make_desk_key(session, [boris.id], today=NOW.date())
    session.execute(sa.update(stored.Report).where(stored.Report.id == twin[0]).values(epoch=epoch))
    assert found(session, settings, report, ana, recall).reports == []


def test_in_a_flood_of_likely_ones_no_more_are_opened_than_are_shown(
    session: Session, settings: Settings, report: UUID, ana: Member, monkeypatch
) -> None:
    monkeypatch.setattr(twins, "_MOST", 2)
    others = {arrives(session, settings)[0] for _ in range(5)}
    version = take(session, report, ana)
    [ruled_out, *_] = others
    twins.rule_out(session, report, ruled_out, version=version, member=ana, pepper=settings.pepper, now=NOW)
    recall = Memory().of(b"c" * 32, now=NOW)
    first = found(session, settings, report, ana, recall)
    assert len(first.reports) == 2
    assert {one.id for one in first.reports} < others - {ruled_out}
    assert [one.id for one in first.ruled_out] == [ruled_out]
    opened = []
    monkeypatch.setattr(twins, "content_of", lambda row, private: opened.append(row.id) or content_of(row, private))
    assert found(session, settings, report, ana, recall) == first
    assert sorted(opened) == sorted([report, ruled_out, *(one.id for one in first.reports)])


def test_on_the_next_page_only_the_likely_ones_are_opened(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member, monkeypatch
) -> None:
    for _ in range(3):
        arrives(session, settings, place="Ниш")
    arrives(session, settings, words="Шеф ми је дао отказ у фабрици.", acts=frozenset({"unequal_work"}))
    take(session, report, ana)
    recall = Memory().of(b"c" * 32, now=NOW)
    opened: list[UUID] = []

    def noted(row: Any, private: Any) -> Any:
        opened.append(row.id)
        return content_of(row, private)

    for module in (twins, told):
        monkeypatch.setattr(module, "content_of", noted)
    first = found(session, settings, report, ana, recall)
    assert len(opened) == 1 + 5 + 1
    opened.clear()
    assert found(session, settings, report, ana, recall) == first
    assert opened == [report, twin[0]]


@pytest.mark.parametrize(
    "changes",
    [
        {"place": "Ниш"},
        {"day": "2026-10-01"},
        {"grounds": frozenset({"disability"})},
        {
            "words": "Шеф ми је рекао да Мађари не могу на руководеће место и дао ми отказ у фабрици.",
            "acts": frozenset({"unequal_work"}),
            "setting": "workplace",
        },
    ],
    ids=["elsewhere", "at another time", "on another ground", "something else"],
)
def test_what_is_another_event_is_not_shown(
    session: Session, settings: Settings, report: UUID, ana: Member, changes: dict[str, Any]
) -> None:
    arrives(session, settings, **changes)
    take(session, report, ana)
    assert found(session, settings, report, ana).reports == []


def test_twins_are_for_whoever_has_taken_the_report(
    session: Session, settings: Settings, report: UUID, ana: Member, boris: Member
) -> None:
    take(session, report, ana)
    with pytest.raises(NotTaken):
        found(session, settings, report, boris)


def test_looking_for_twins_stores_nothing(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    take(session, report, ana)
    session.flush()
    before = len(list(entries(session)))
    found(session, settings, report, ana)
    assert not session.new
    assert not session.dirty
    assert len(list(entries(session))) == before


# Incidents, by their codes.


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "incidents"),
        ({"grounds": frozenset({"national_ethnic", "language"})}, "incidents"),
        ({"place": "80071"}, "near"),
        ({"place": data_files.places().district_of(SUBOTICA)}, "near"),
        ({"place": NO_PLACE}, "near"),
        ({"place": NIS}, ""),
        ({"month": None}, "near"),
        ({"month": 8}, ""),
        ({"year": 2024}, ""),
        ({"acts": frozenset({"arson"})}, "near"),
        ({"setting": "shop"}, "near"),
        ({"grounds": frozenset({"language"})}, "near"),
        ({"grounds": frozenset({"disability"})}, ""),
    ],
)
def test_an_incident_is_likely_or_only_near_in_place_time_and_ground(
    session: Session, settings: Settings, report: UUID, ana: Member, changes: dict[str, Any], shown: str
) -> None:
    incident = propose(session, arrives(session, settings)[0], ana, **changes)
    take(session, report, ana)
    seen = found(session, settings, report, ana)
    ids = {name: [one.incident.id for one in getattr(seen, name)] for name in ("incidents", "near")}
    assert ids == {"incidents": [], "near": []} | ({shown: [incident]} if shown else {})
    assert seen.reports == []


def test_of_those_that_are_near_one_with_the_same_act_stands_first(
    session: Session, settings: Settings, report: UUID, ana: Member
) -> None:
    other = propose(session, arrives(session, settings)[0], ana, acts=frozenset({"arson"}), place=NO_PLACE)
    same = propose(session, arrives(session, settings)[0], ana, place=NO_PLACE)
    take(session, report, ana)
    assert [one.incident.id for one in found(session, settings, report, ana).near] == [same, other]


def test_an_incident_that_is_only_near_can_be_ruled_out_too(
    session: Session, settings: Settings, report: UUID, ana: Member
) -> None:
    incident = propose(session, arrives(session, settings)[0], ana, place=NO_PLACE)
    take(session, report, ana)
    rule_out(session, settings, report, incident, ana)
    seen = found(session, settings, report, ana)
    assert (seen.near, len(seen.ruled_out)) == ([], 1)


# One incident from several reports.


def test_a_report_and_its_twin_make_one_incident(
    session: Session, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    incident = propose(session, report, ana, Seen(twin[0], version(session, twin[0])))
    assert set(moderation.reports_of(session, incident)) == {report, twin[0]}
    assert session.get_one(stored.Report, twin[0]).handling is Handling.LINKED
    assert session.get_one(Incident, incident).decision is Decision.PROPOSED


def test_a_twin_that_changed_since_it_was_shown_is_not_linked(
    session: Session, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    with pytest.raises(StaleReport) as stale, session.begin_nested():
        propose(session, report, ana, Seen(twin[0], 7))
    assert stale.value.report == twin[0]
    assert session.scalars(sa.select(Incident.id)).all() == []


def test_a_twin_that_a_colleague_has_is_not_taken_from_them(
    session: Session, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member, boris: Member
) -> None:
    seen = Seen(twin[0], take(session, twin[0], boris))
    with pytest.raises(NotTaken) as taken, session.begin_nested():
        propose(session, report, ana, seen)
    assert taken.value.holder == boris.name


def test_a_twin_that_is_gone_is_said_to_be(session: Session, report: UUID, ana: Member) -> None:
    with pytest.raises(NoSuchReport):
        propose(session, report, ana, Seen(uuid4(), 1))


# Not the same.


def rule_out(session: Session, settings: Settings, report: UUID, other: UUID, member: Member) -> None:
    twins.rule_out(
        session, report, other, version=version(session, report), member=member, pepper=settings.pepper, now=NOW
    )


def test_what_is_not_the_same_is_remembered_from_both_sides_and_can_be_taken_back(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member, boris: Member
) -> None:
    take(session, report, ana)
    rule_out(session, settings, report, twin[0], ana)
    take(session, twin[0], boris)
    for one, other, member in ((report, twin[0], ana), (twin[0], report, boris)):
        seen = found(session, settings, one, member)
        assert (seen.reports, [each.id for each in seen.ruled_out]) == ([], [other])
    twins.think_again(
        session,
        twin[0],
        report,
        version=version(session, twin[0]),
        member=boris,
        pepper=settings.pepper,
        now=NOW,
    )
    assert [one.id for one in found(session, settings, report, ana).reports] == [twin[0]]


def test_an_incident_can_be_ruled_out_too(session: Session, settings: Settings, report: UUID, ana: Member) -> None:
    incident = propose(session, arrives(session, settings)[0], ana)
    take(session, report, ana)
    rule_out(session, settings, report, incident, ana)
    seen = found(session, settings, report, ana)
    assert (seen.incidents, len(seen.ruled_out)) == ([], 1)


def test_neither_table_nor_trail_tells_which_reports_are_alike(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    take(session, report, ana)
    for _ in range(2):
        rule_out(session, settings, report, twin[0], ana)
    [kept] = session.scalars(sa.select(RuledOut)).all()
    assert twin[0].bytes not in kept.tag
    assert kept.tag != sealing.tag_of_pair(report, twin[0], bytes(32))
    told = [entry for entry, _ in entries(session, subject=f"report:{report}")]
    assert all(str(twin[0]) not in entry.reason for entry in told)
    assert [entry.action for entry in told][-1] == "rule_out"


@pytest.mark.parametrize("withdrawn", ["either", "other"])
def test_what_was_ruled_out_goes_with_either_report(
    session: Session, settings: Settings, twin: tuple[UUID, ReceiptCode], ana: Member, withdrawn: str
) -> None:
    report, code = arrives(session, settings)
    another, _ = arrives(session, settings)
    take(session, report, ana)
    rule_out(session, settings, report, twin[0], ana)
    take(session, another, ana)
    rule_out(session, settings, another, report if withdrawn == "either" else twin[0], ana)
    withdraw_report(session, code if withdrawn == "either" else twin[1], today=NOW.date(), pepper=settings.pepper)
    assert session.scalars(sa.select(RuledOut)).all() == []


@pytest.mark.parametrize("other", ["itself", "nothing"])
def test_only_another_record_can_be_ruled_out(
    session: Session, settings: Settings, report: UUID, ana: Member, other: str
) -> None:
    take(session, report, ana)
    with pytest.raises(NoSuchReport):
        rule_out(session, settings, report, report if other == "itself" else uuid4(), ana)


def test_whoever_let_the_report_go_rules_nothing_out(
    session: Session, settings: Settings, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    take(session, report, ana)
    with pytest.raises(NotTaken):
        twins.rule_out(
            session,
            report,
            twin[0],
            version=version(session, report),
            member=ana,
            pepper=settings.pepper,
            now=NOW + 2 * LEASE,
        )


def test_whoever_reads_a_twin_stands_in_its_history(
    session: Session, report: UUID, twin: tuple[UUID, ReceiptCode], ana: Member
) -> None:
    seen = take(session, report, ana)
    twins.note_comparing(session, report, twin[0], version=seen, member=ana, now=NOW + timedelta(minutes=1))
    [entry] = [entry for entry, _ in entries(session, subject=f"report:{twin[0]}")]
    assert (entry.actor, entry.action, entry.reason) == (ana.name, "compare", "")
