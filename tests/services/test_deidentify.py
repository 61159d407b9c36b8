from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.adapters.sealing import CannotOpen
from incidents.config import Settings
from incidents.core.deidentify.mark import Kind
from incidents.core.deidentify.rulings import NotInText, Ruling, State
from incidents.db import report as stored
from incidents.db.deidentify import Deidentification
from incidents.services import deidentify, keys, moderation
from incidents.services.accounts import Member
from incidents.services.deidentify import Deidentified, SummaryTooLong
from incidents.services.moderation import LEASE, NotTaken, StaleReport
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

WORDS = "Комшија Драган Петровић ми прети. Зове са 064/123-4567. Шушкавац је све видео."
NAME = Ruling(8, 23, Kind.NAME, State.ACCEPTED)
PHONE = Ruling(42, 54, Kind.PHONE, State.STRUCK)


@pytest.fixture
def report(session: Session, settings: Settings, desk: list[Member]) -> UUID:
    builders.send(session, a_report(words=WORDS), settings, now=NOW)
    return builders.only_report(session)


def take(session: Session, report: UUID, member: Member) -> int:
    return moderation.take_report(session, report, member=member, now=NOW)


def read(session: Session, report: UUID, member: Member) -> Deidentified:
    return deidentify.read(session, report, member=member, known=data_files.known_names())


def save(session: Session, report: UUID, member: Member, *rulings: Ruling, **changes) -> None:
    values = {"also": "", "summary": None, "version": session.get_one(stored.Report, report).version, **changes}
    deidentify.save(session, report, rulings, member=member, now=NOW, **values)


def marked(found: Deidentified) -> list[tuple[str, State]]:
    return [(part.text, part.state) for part in found.parts if part.kind]


def test_before_anybody_decides_every_mark_is_open(session: Session, report: UUID, ana: Member) -> None:
    found = read(session, report, ana)
    assert marked(found) == [("Драган Петровић", State.OPEN), ("064/123-4567", State.OPEN)]
    assert (found.summary, found.may_undo) == (None, False)


def test_what_one_member_decides_the_next_one_sees(session: Session, report: UUID, ana: Member, boris: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME, PHONE)
    assert marked(read(session, report, boris)) == [("Драган Петровић", State.ACCEPTED), ("064/123-4567", State.STRUCK)]


def test_words_that_the_machine_missed_are_taken_out_by_hand(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME, also="Шушкавац")
    assert ("Шушкавац", State.ACCEPTED) in marked(read(session, report, ana))
    with pytest.raises(NotInText):
        save(session, report, ana, also="Миле")


def test_summaries_are_read_without_the_report_by_whoever_has_a_key(
    session: Session, settings: Settings, report: UUID, ana: Member, boris: Member
) -> None:
    assert deidentify.summaries_of(session, [report], boris) == {}
    take(session, report, ana)
    save(session, report, ana, NAME, summary="Комшија прети.")
    assert deidentify.summaries_of(session, [report], boris) == {report: "Комшија прети."}
    late = builders.a_member(session, settings, now=NOW)
    assert deidentify.summaries_of(session, [report], late) == {}


def test_each_step_is_undone_and_the_summary_stays(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME)
    save(session, report, ana, NAME, PHONE, summary="Комшија прети.")
    version = session.get_one(stored.Report, report).version
    deidentify.undo(session, report, summary="Комшија прети.", version=version, member=ana, now=NOW)
    found = read(session, report, ana)
    assert marked(found) == [("Драган Петровић", State.ACCEPTED), ("064/123-4567", State.OPEN)]
    assert (found.summary, found.may_undo) == ("Комшија прети.", True)


def test_the_report_stays_as_it_was_sent(session: Session, report: UUID, ana: Member) -> None:
    before = session.get_one(stored.Report, report).sealed
    take(session, report, ana)
    save(session, report, ana, NAME, PHONE, also="Шушкавац", summary="Прети му комшија.")
    assert session.get_one(stored.Report, report).sealed == before
    opened = moderation.read_report(session, report, member=ana, now=NOW)
    assert opened.content is not None
    assert opened.content.words == WORDS


def test_nothing_of_it_is_stored_in_the_clear(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME, summary="Прети му комшија.")
    row = session.get_one(Deidentification, report)
    assert row.sealed_rulings is not None
    assert row.sealed_summary is not None
    for sealed in (row.sealed_rulings, row.sealed_summary):
        assert b"accepted" not in sealed
        assert "комшија".encode() not in sealed
        assert len(sealed) % 4096 == 24 + 16  # padded, beside nonce and tag


def test_sealed_bytes_open_in_their_own_place_only(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME, summary="Прети му комшија.")
    row = session.get_one(Deidentification, report)
    row.sealed_summary = row.sealed_rulings
    with pytest.raises(CannotOpen):
        read(session, report, ana)


def test_who_holds_no_key_of_the_desk_reads_nothing(session: Session, settings: Settings, report: UUID) -> None:
    late = builders.a_member(session, settings, now=NOW)
    with pytest.raises(keys.NoGrant):
        read(session, report, late)


def test_only_who_has_the_report_decides(session: Session, report: UUID, ana: Member, boris: Member) -> None:
    take(session, report, ana)
    with pytest.raises(NotTaken):
        save(session, report, boris, NAME)


def test_of_two_pages_the_older_one_is_refused(session: Session, report: UUID, ana: Member) -> None:
    seen = take(session, report, ana)
    save(session, report, ana, NAME, version=seen)
    with pytest.raises(StaleReport):
        save(session, report, ana, PHONE, version=seen)


def test_who_works_on_it_keeps_the_report(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    later, version = NOW + timedelta(minutes=15), session.get_one(stored.Report, report).version
    deidentify.save(session, report, [NAME], also="", summary=None, version=version, member=ana, now=later)
    assert session.get_one(stored.Report, report).lease_until == later + LEASE


def test_the_trail_tells_that_it_was_done_and_no_word(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME, summary="Прети му комшија.")
    last = moderation.read_report(session, report, member=ana, now=NOW).history[-1]
    assert (last.actor, last.action, last.before, last.after, last.reason) == (
        ana.name,
        "mark",
        "in_triage",
        "in_triage",
        "",
    )


@pytest.mark.parametrize(
    ("summary", "left"),
    [
        ("Комшија му прети.", []),
        ("Прети му Драган Петровић.", ["Драган Петровић"]),
        ("Зове са 064/123-4567.", []),  # struck: it tells nothing
        ("Пише са ana@primer.rs.", ["ana@primer.rs"]),
        ("Видео је и шушкавац.", ["Шушкавац"]),
        ("Шушкавацца није видео.", []),
    ],
)
def test_a_summary_tells_what_it_still_holds(
    session: Session, report: UUID, ana: Member, summary: str, left: list[str]
) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME, PHONE, also="Шушкавац", summary=summary)
    assert read(session, report, ana).left_in_summary == left


def test_an_emptied_summary_is_not_written_any_more(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, summary="Прети му комшија.")
    save(session, report, ana, summary="  ")
    assert read(session, report, ana).summary is None


def test_a_summary_that_is_too_long_is_refused(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    with pytest.raises(SummaryTooLong):
        save(session, report, ana, summary="x" * 10_001)


def test_it_goes_when_the_report_goes(session: Session, report: UUID, ana: Member) -> None:
    take(session, report, ana)
    save(session, report, ana, NAME)
    session.execute(sa.delete(stored.Report).where(stored.Report.id == report))
    assert session.scalar(sa.select(sa.func.count()).select_from(Deidentification)) == 0
