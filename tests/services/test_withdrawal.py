from datetime import UTC, datetime, time
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files
from incidents.config import Settings
from incidents.core.accounts import MemberId
from incidents.core.audit import first_break
from incidents.core.incident import Decision
from incidents.core.periods import Quarter
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.base import Base
from incidents.db.incident import Incident, SetAside
from incidents.db.release import Correction, CountedIncident, batches_of
from incidents.db.report import MessageKind
from incidents.services import moderation, published, receipts, releases, settlement
from incidents.services.accounts import Member
from incidents.services.published import ReleaseSummary
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import NO_DRAW, a_report
from tests.conftest import NOW

SETTLED = builders.a_settlement(grounds=frozenset({"religious_belief"}))
VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()


@pytest.fixture
def code(session: Session, settings: Settings, desk: list[Member]) -> ReceiptCode:
    return builders.send(session, a_report(), settings, now=NOW)


@pytest.fixture
def report(session: Session, code: ReceiptCode) -> UUID:
    return builders.only_report(session)


def withdraw(session: Session, settings: Settings, code: ReceiptCode) -> None:
    withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)


def propose(session: Session, report: UUID, ana: Member) -> UUID:
    version = moderation.take_report(session, report, member=ana, now=NOW)
    return settlement.propose_incident(
        session, report, SETTLED, version=version, member=ana, vocabulary=VOCABULARY, places=PLACES, now=NOW
    )


def accept(session: Session, incident: UUID, boris: Member) -> None:
    version = session.get_one(Incident, incident).version
    settlement.accept_incident(
        session,
        incident,
        version=version,
        member=boris,
        vocabulary=VOCABULARY,
        places=PLACES,
        draw=NO_DRAW,
        today=NOW.date(),
        now=NOW,
    )


def decision(session: Session, incident: UUID) -> Decision:
    return session.get_one(Incident, incident).decision


def build(session: Session, settings: Settings) -> ReleaseSummary:
    return releases.build_release(
        session,
        today=NOW.date(),
        vocabulary=VOCABULARY,
        places=PLACES,
        label=catalogues.label,
        pepper=settings.pepper,
        actor="operator",
        now=NOW,
    )


def sign(session: Session, draft: ReleaseSummary, member: Member) -> None:
    releases.sign_release(
        session, draft.number, digest=draft.digest, member=MemberId(member.id), today=NOW.date(), now=NOW
    )


def rows_left(session: Session) -> dict[str, int]:
    """How many rows each table of reports has."""
    tables = [table for name, table in Base.metadata.tables.items() if name in PARTS]
    return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


PARTS = ("report", "message", "sent_file", "file_piece")


def test_a_withdrawn_report_is_gone_with_everything_that_was_said(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID
) -> None:
    said = {"nonce": builders.a_nonce(), "today": NOW.date(), "pepper": settings.pepper}
    receipts.say(session, code, MessageKind.ADDITION, "И још нешто.", **said)
    withdraw(session, settings, code)
    assert rows_left(session) == dict.fromkeys(PARTS, 0)
    with pytest.raises(receipts.UnknownCode):
        receipts.open_receipt(session, code, pepper=settings.pepper)


def told_of(session: Session) -> list[tuple[str, str]]:
    return [(row.reason, row.quarter) for row in session.scalars(sa.select(SetAside))]


def test_releases_tell_how_many_were_withdrawn(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID
) -> None:
    withdraw(session, settings, code)
    assert told_of(session) == [("withdrawn", str(Quarter.of(NOW.date())))]


def test_a_report_that_was_set_aside_before_is_told_of_once(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    version = moderation.take_report(session, report, member=ana, now=NOW)
    moderation.set_aside(session, report, "too_little", version=version, member=ana, now=NOW)
    withdraw(session, settings, code)
    assert [reason for reason, _ in told_of(session)] == ["too_little"]


def test_a_withdrawn_report_whose_incident_goes_too_is_told_of(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    propose(session, report, ana)
    withdraw(session, settings, code)
    assert [reason for reason, _ in told_of(session)] == ["withdrawn"]


def test_a_withdrawn_report_whose_incident_is_published_is_counted_there(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, boris: Member
) -> None:
    accept(session, propose(session, report, ana), boris)
    draft = build(session, settings)
    sign(session, draft, ana)
    sign(session, draft, boris)
    withdraw(session, settings, code)
    assert told_of(session) == []


def test_the_trail_tells_that_one_was_withdrawn_and_the_day_but_no_time(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    moderation.take_report(session, report, member=ana, now=NOW)
    withdraw(session, settings, code)
    *_, (last, _) = entries(session, subject=f"report:{report}")
    assert (last.actor, last.action, last.before, last.after) == ("reporter", "withdraw_report", "in_triage", "")
    assert last.at == datetime.combine(NOW.date(), time.min, UTC)
    assert first_break(entries(session)) is None


def test_who_had_it_open_is_told_that_it_was_withdrawn(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    version = moderation.take_report(session, report, member=ana, now=NOW)
    withdraw(session, settings, code)
    with pytest.raises(moderation.Withdrawn) as told:
        moderation.ask(session, report, "Где?", version=version, member=ana, now=NOW)
    assert told.value.on == NOW.date()
    with pytest.raises(moderation.Withdrawn):
        moderation.read_report(session, report, member=ana, now=NOW)


def test_the_desk_sees_how_many_were_withdrawn_since_a_day(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    propose(session, report, ana)
    withdraw(session, settings, code)
    assert moderation.withdrawals(session, since=datetime(2026, 11, 1, tzinfo=UTC)) == [NOW.date()]
    assert moderation.withdrawals(session, since=datetime(2026, 11, 25, tzinfo=UTC)) == []


def test_withdrawing_twice_finds_nothing_the_second_time(
    session: Session, settings: Settings, code: ReceiptCode
) -> None:
    withdraw(session, settings, code)
    with pytest.raises(receipts.UnknownCode):
        withdraw(session, settings, code)


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_incident_that_rested_on_it_alone_is_withdrawn_too(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, boris: Member, is_accepted: bool
) -> None:
    incident = propose(session, report, ana)
    if is_accepted:
        accept(session, incident, boris)
    withdraw(session, settings, code)
    assert decision(session, incident) is Decision.WITHDRAWN
    *_, (last, _) = entries(session, subject=f"incident:{incident}")
    assert (last.actor, last.after) == ("reporter", "withdrawn")


def test_an_incident_that_another_report_rests_on_stays(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    incident = propose(session, report, ana)
    builders.send(session, a_report(words="Видео сам исто."), settings, now=NOW)
    [other] = session.scalars(sa.select(stored.Report.id).where(stored.Report.id != report))
    version = moderation.take_report(session, other, member=ana, now=NOW)
    settlement.link_report(session, other, incident, version=version, member=ana, now=NOW)
    withdraw(session, settings, code)
    assert decision(session, incident) is Decision.PROPOSED
    assert moderation.reports_of(session, incident) == [other]
    *_, (last, _) = entries(session, subject=f"incident:{incident}")
    assert (last.action, last.before, last.after) == ("withdraw_report", "proposed", "proposed")


def test_an_incident_that_a_published_release_counts_stays_as_it_is(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, boris: Member
) -> None:
    incident = propose(session, report, ana)
    accept(session, incident, boris)
    draft = build(session, settings)
    for member in (ana, boris):
        sign(session, draft, member)
    withdraw(session, settings, code)
    assert decision(session, incident) is Decision.ACCEPTED
    assert session.scalars(sa.select(CountedIncident.incident_id)).all() == [incident]
    assert session.scalars(sa.select(Correction)).all() == []
    assert rows_left(session)["report"] == 0


def test_a_draft_that_counts_it_falls(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, boris: Member
) -> None:
    incident = propose(session, report, ana)
    accept(session, incident, boris)
    build(session, settings)
    withdraw(session, settings, code)
    assert decision(session, incident) is Decision.WITHDRAWN
    assert published.list_releases(session) == []
    assert batches_of(session, [incident]) == {}
    build(session, settings)
    assert session.scalars(sa.select(CountedIncident)).all() == []
