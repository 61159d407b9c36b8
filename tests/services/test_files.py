import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters.remaking import Remade
from incidents.config import Settings
from incidents.core.files import PIECE, FilePart, Kind
from incidents.core.incident import Handling
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.report import FilePiece, SentFile
from incidents.services import evidence, files, moderation, receipts
from incidents.services.accounts import Member
from incidents.services.files import NoRoom, TooManyFiles
from incidents.services.moderation import NoSuchReport, NotTaken
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

SENT = b"\x89PNG as it was sent, made in Futoska 7"
REMADE = Remade(Kind.PICTURE, "image/jpeg", b"\xff\xd8\xff the copy", b"\xff\xd8\xff blurred")
SOUND = Remade(Kind.SOUND, "audio/wav", b"RIFF the copy", None)


@pytest.fixture
def code(session: Session, settings: Settings, desk: list[Member]) -> ReceiptCode:
    return builders.send(session, a_report(), settings, now=NOW)


@pytest.fixture
def report(session: Session, code: ReceiptCode) -> UUID:
    return builders.only_report(session)


def add(
    session: Session, settings: Settings, code: ReceiptCode, content: bytes = SENT, remade: Remade = REMADE
) -> None:
    files.add_file(session, code, content, remade, today=NOW.date(), pepper=settings.pepper)


def may_add(session: Session, settings: Settings, code: ReceiptCode, content: bytes, most_bytes: int = 10**9) -> bool:
    return files.may_add(session, code, content, pepper=settings.pepper, most_bytes=most_bytes)


def only_file(session: Session) -> UUID:
    return session.scalars(sa.select(SentFile.id)).one()


def test_the_desk_opens_each_part_of_a_file(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    add(session, settings, code)
    moderation.take_report(session, report, member=ana, now=NOW)
    file, by = only_file(session), {"member": ana, "now": NOW}
    assert evidence.open_preview(session, report, file, **by) == evidence.Opened(REMADE.preview, "image/jpeg", "jpg")
    assert evidence.open_copy(session, report, file, **by) == evidence.Opened(REMADE.content, "image/jpeg", "jpg")
    original = evidence.open_original(session, report, file, "copy_unclear", **by)
    assert original == evidence.Opened(SENT, "application/octet-stream", "png")


@pytest.mark.parametrize(
    ("sent", "remade", "ending"),
    [
        (b"RIFF1234WEBP", REMADE, "webp"),
        (b"\xff\xd8\xff", REMADE, "jpg"),
        (b"RIFF1234WAVE", SOUND, "wav"),
        (b"%PDF-", Remade(Kind.DOCUMENT, "application/pdf", b"%PDF-", None), "pdf"),
    ],
)
def test_an_original_is_saved_with_the_ending_of_what_it_is(
    session: Session, settings: Settings, code, report: UUID, ana: Member, sent: bytes, remade: Remade, ending: str
) -> None:
    add(session, settings, code, sent, remade)
    moderation.take_report(session, report, member=ana, now=NOW)
    opened = evidence.open_original(session, report, only_file(session), "for_reporter", member=ana, now=NOW)
    assert opened.ending == ending


def test_the_list_tells_kind_and_size_and_nothing_else(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    add(session, settings, code, remade=SOUND)
    moderation.take_report(session, report, member=ana, now=NOW)
    [listed] = evidence.list_files(session, report, member=ana, now=NOW)
    assert listed.facts is not None
    assert (listed.facts.kind, listed.facts.original_bytes, listed.facts.has_preview) == (Kind.SOUND, len(SENT), False)
    with pytest.raises(NoSuchReport):
        evidence.open_preview(session, report, listed.id, member=ana, now=NOW)


def test_each_opening_is_in_the_trail_with_its_reason(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    add(session, settings, code)
    moderation.take_report(session, report, member=ana, now=NOW)
    file = only_file(session)
    evidence.open_preview(session, report, file, member=ana, now=NOW)
    evidence.open_copy(session, report, file, member=ana, now=NOW)
    evidence.open_original(session, report, file, "for_authority", member=ana, now=NOW)
    seen = [(entry.actor, entry.action, entry.after, entry.reason) for entry, _ in entries(session)][-2:]
    assert seen == [
        (ana.name, "open_copy", f"file:{file}", ""),
        (ana.name, "open_original", f"file:{file}", "for_authority"),
    ]


@pytest.mark.parametrize("reason", ["", "curious", "Futoska 7"])
def test_no_original_without_a_reason_of_the_list(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, reason: str
) -> None:
    add(session, settings, code)
    moderation.take_report(session, report, member=ana, now=NOW)
    with pytest.raises(ValueError):
        evidence.open_original(session, report, only_file(session), reason, member=ana, now=NOW)


def test_only_who_has_the_report_sees_its_files(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member, boris: Member
) -> None:
    add(session, settings, code)
    file = only_file(session)
    moderation.take_report(session, report, member=ana, now=NOW)
    for who, when in ((boris, NOW), (ana, NOW + moderation.LEASE + timedelta(seconds=1))):
        for opened in (evidence.open_preview, evidence.open_copy):
            with pytest.raises(NotTaken):
                opened(session, report, file, member=who, now=when)
        with pytest.raises(NotTaken):
            evidence.open_original(session, report, file, "copy_unclear", member=who, now=when)
        with pytest.raises(NotTaken):
            evidence.list_files(session, report, member=who, now=when)


def test_a_file_of_another_report_is_not_there(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    other_code = builders.send(session, a_report(words="друго"), settings, now=NOW)
    add(session, settings, other_code)
    moderation.take_report(session, report, member=ana, now=NOW)
    for file in (only_file(session), uuid4()):
        with pytest.raises(NoSuchReport):
            evidence.open_copy(session, report, file, member=ana, now=NOW)


def test_pieces_that_changed_places_in_the_database_do_not_open(
    session: Session, settings: Settings, code: ReceiptCode, report: UUID, ana: Member
) -> None:
    add(session, settings, code, content=b"x" * PIECE * 3)
    moderation.take_report(session, report, member=ana, now=NOW)
    original = FilePiece.part == FilePart.ORIGINAL
    for before, after in ((0, 99), (1, 0), (99, 1)):
        session.execute(sa.update(FilePiece).where(original, FilePiece.number == before).values(number=after))
    with pytest.raises(NoSuchReport):
        evidence.open_original(session, report, only_file(session), "copy_unclear", member=ana, now=NOW)


def test_a_new_file_is_news_for_the_desk(session: Session, settings: Settings, code: ReceiptCode, report: UUID) -> None:
    session.execute(sa.update(stored.Report).values(handling=Handling.AWAITING_REPORTER))
    session.expire_all()
    add(session, settings, code)
    row = session.get_one(stored.Report, report)
    assert (row.has_news, row.handling) == (True, Handling.IN_TRIAGE)
    assert receipts.open_receipt(session, code, pepper=settings.pepper).files == 1


def test_a_file_that_comes_again_is_kept_once(session: Session, settings: Settings, code: ReceiptCode) -> None:
    assert may_add(session, settings, code, SENT)
    for _ in range(2):
        add(session, settings, code)
    assert not may_add(session, settings, code, SENT)
    assert len(session.scalars(sa.select(SentFile)).all()) == 1


def test_a_sixth_file_is_refused(session: Session, settings: Settings, code: ReceiptCode) -> None:
    for number in range(5):
        add(session, settings, code, content=b"picture %d" % number)
    with pytest.raises(TooManyFiles):
        may_add(session, settings, code, b"a sixth")
    with pytest.raises(TooManyFiles):
        add(session, settings, code, content=b"a sixth")
    assert not may_add(session, settings, code, b"picture 3")


def test_files_wait_when_the_disk_that_they_may_take_is_full(session: Session, settings, code: ReceiptCode) -> None:
    add(session, settings, code)
    assert may_add(session, settings, code, b"another", most_bytes=3 * PIECE + 1)
    with pytest.raises(NoRoom):
        may_add(session, settings, code, b"another", most_bytes=3 * PIECE)


def test_a_code_that_nobody_has_adds_nothing(session: Session, settings: Settings, code: ReceiptCode) -> None:
    withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    with pytest.raises(receipts.UnknownCode):
        may_add(session, settings, code, SENT)
    with pytest.raises(receipts.UnknownCode):
        add(session, settings, code)


def test_withdrawing_deletes_the_files(session: Session, settings: Settings, code: ReceiptCode) -> None:
    add(session, settings, code)
    withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    for table in (SentFile, FilePiece):
        assert session.scalars(sa.select(table)).all() == []


def test_files_of_like_size_are_of_equal_length_where_they_are_stored(
    session: Session, settings: Settings, code: ReceiptCode
) -> None:
    for length in (0, 1, 4_000, 60_000):
        add(session, settings, code, content=bytes([length % 251]) * length)
    sizes = session.execute(
        sa.select(
            SentFile.id,
            sa.func.count(),
            sa.func.sum(sa.func.length(FilePiece.sealed)),
            sa.func.max(sa.func.length(SentFile.sealed_facts)),
        )
        .join(FilePiece, FilePiece.file_id == SentFile.id)
        .group_by(SentFile.id)
    ).all()
    assert len(sizes) == 4
    assert len({tuple(size[1:]) for size in sizes}) == 1


def test_nothing_of_a_file_is_stored_in_plain(session: Session, settings: Settings, code: ReceiptCode) -> None:
    add(session, settings, code)
    rows = [session.execute(sa.select(table.__table__)).mappings().all() for table in (SentFile, FilePiece)]
    plain = json.dumps([dict(row) for table in rows for row in table], default=repr)
    for mark in ("Futoska", "the copy", "blurred", "image/jpeg", "picture"):
        assert mark not in plain
