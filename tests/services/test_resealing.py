"""Sealing anew after a theft of keys: all of it, cut off and gone on with, and nothing left to the thief."""

from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import opening, sealing
from incidents.adapters.sealing import CannotOpen
from incidents.config import Settings
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.core.report import from_bytes
from incidents.db.bulk import Bulk, BulkKind
from incidents.db.coding import ReturnNote
from incidents.db.incident import Incident
from incidents.db.key import DeskKey, KeyGrant
from incidents.db.report import Message, Report, SentFile
from incidents.db.tables import METADATA
from incidents.services import keys, moderation, reporting, resealing
from incidents.services.accounts import Member
from tests import builders
from tests.conftest import NOW

WORDS = ["Викали су ми погрде", "Megfenyegettek a piacon", "Shanë derën time me bojë", "Gurnuli su me niz stepenice"]


@pytest.fixture
def stolen(session: Session, settings: Settings, ana: Member) -> bytes:
    """The desk key of epoch 1 in a thief's hands, after four reports and a question; the desk is at epoch 2."""
    for words in WORDS:
        builders.send(session, builders.a_report(words=words), settings, now=NOW)
    report = session.scalars(sa.select(Report.id).order_by(Report.id)).first()
    assert report is not None
    version = moderation.take_report(session, report, member=ana, now=NOW)
    moderation.ask(session, report, "Да ли је неко видео?", version=version, member=ana, now=NOW)
    private = keys.desk_private(session, 1, ana.id, ana.key)
    keys.rotate(session, actor=ana.name, now=NOW, reason="theft")
    return private


def reseal(session: Session, member: Member, kind: str, *, most: int = 100) -> tuple[int, int]:
    done, unopened, after = 0, 0, None
    while True:
        batch = resealing.reseal_batch(session, kind, after=after, most=most, member=member.id, key=member.key)
        done, unopened, after = done + batch.done, unopened + batch.unopened, batch.last
        if after is None:
            return done, unopened


def reseal_all(session: Session, member: Member) -> resealing.Finished:
    for kind in resealing.KINDS:
        reseal(session, member, kind)
    return resealing.destroy_keys_of_before(session, actor=member.name, now=NOW)


def opens(session: Session, private: bytes) -> int:
    """How many reports and messages the holder of this desk key can open."""
    sealed = [*session.scalars(sa.select(Report.sealed_key)), *session.scalars(sa.select(Message.sealed_for_desk))]
    count = 0
    for one in sealed:
        try:
            opening.open_key(one, private)
            count += 1
        except CannotOpen:
            continue
    return count


def test_everything_that_names_an_epoch_is_sealed_anew() -> None:
    sealed = {table.name for table in METADATA.tables.values() if "epoch" in table.columns}
    assert sealed - {"desk_key", "key_grant"} == {kind.table.name for kind in resealing.KINDS.values()}


def test_afterwards_the_desk_reads_all_and_the_thief_nothing(session: Session, stolen: bytes, ana: Member) -> None:
    assert opens(session, stolen) == 5
    assert reseal_all(session, ana).destroyed == [1]
    assert opens(session, stolen) == 0
    session.expire_all()
    private = keys.desk_private(session, 2, ana.id, ana.key)
    rows = session.scalars(sa.select(Report)).all()
    read = [opening.open_report(r.sealed, r.sealed_key, report=r.id, desk_private=private) for r in rows]
    assert sorted(from_bytes(one).words for one in read) == sorted(WORDS)
    question = session.scalars(sa.select(Message)).one()
    assert opening.open_message(question.sealed_for_desk, private) == "Да ли је неко видео?"


def test_files_comments_and_notes_are_sealed_anew_too(session: Session, stolen: bytes, ana: Member) -> None:
    old = session.scalars(sa.select(DeskKey.public).where(DeskKey.epoch == 1)).one()
    report = session.scalars(sa.select(Report.id)).first()
    key, sealed_key = sealing.new_file_key(old)
    file, bulk, incident = uuid4(), uuid4(), uuid4()
    session.add_all(
        [
            SentFile(
                id=file,
                report_id=report,
                received_on=NOW.date(),
                epoch=1,
                sealed_key=sealed_key,
                sealed_facts=b"x",
                pieces=0,
                content_tag=bytes(32),
            ),
            Bulk(
                id=bulk,
                kind=BulkKind.SET_ASIDE,
                member_id=ana.id,
                at=NOW,
                listed=1,
                epoch=1,
                sealed_comment=sealing.seal_to(old, "исти текст".encode()),
            ),
            Incident(
                id=incident,
                decision=Decision.RETURNED,
                verification=Verification.REPORTED_ONLY,
                bias_strength=BiasStrength.NONE,
                year=2026,
                place="80438",
                setting="street",
                vocabulary_version="2026-1",
                proposed_by=ana.id,
            ),
        ]
    )
    session.flush()
    note = sealing.seal_to(old, "Место није јасно".encode())
    session.add(ReturnNote(incident_id=incident, epoch=1, sealed=note))
    session.flush()
    assert reseal_all(session, ana).destroyed == [1]
    session.expire_all()
    private = keys.desk_private(session, 2, ana.id, ana.key)
    assert opening.open_key(session.get_one(SentFile, file).sealed_key, private) == key
    assert opening.open_message(session.get_one(Bulk, bulk).sealed_comment, private) == "исти текст"
    assert opening.open_message(session.get_one(ReturnNote, incident).sealed, private) == "Место није јасно"


def test_cut_off_in_the_middle_it_goes_on_where_it_stopped(session: Session, stolen: bytes, ana: Member) -> None:
    first = resealing.reseal_batch(session, "reports", after=None, most=3, member=ana.id, key=ana.key)
    assert (first.done, resealing.left_over(session, "reports")) == (3, 1)
    # Killed here: nothing but the database is left. In between nobody is without a report, and no key is destroyed.
    finished = resealing.destroy_keys_of_before(session, actor=ana.name, now=NOW)
    assert (finished.destroyed, finished.kept) == ([], [1])
    assert opens(session, stolen) == 2
    assert reseal(session, ana, "reports") == (1, 0)
    assert reseal_all(session, ana).destroyed == [1]
    assert opens(session, keys.desk_private(session, 2, ana.id, ana.key)) == 5


@pytest.mark.parametrize("most", [1, 2, 4, 5])
def test_the_size_of_a_batch_changes_nothing(session: Session, stolen: bytes, ana: Member, most: int) -> None:
    assert reseal(session, ana, "reports", most=most) == (4, 0)


def test_what_the_member_cannot_open_stays_with_its_key(
    session: Session, settings: Settings, stolen: bytes, ana: Member
) -> None:
    late = builders.a_member(session, settings, now=NOW)
    keys.grant_to_member(session, late.id, {2: keys.desk_private(session, 2, ana.id, ana.key)})
    assert reseal(session, late, "reports") == (0, 4)
    assert resealing.destroy_keys_of_before(session, actor=late.name, now=NOW).kept == [1]
    assert opens(session, keys.desk_private(session, 1, ana.id, ana.key)) == 5


def test_a_report_that_was_tampered_with_does_not_stop_the_others(session: Session, stolen: bytes, ana: Member) -> None:
    session.execute(sa.update(Report).where(Report.id == _last(session)).values(sealed_key=b"x" * 80))
    assert reseal(session, ana, "reports") == (3, 1)
    assert resealing.destroy_keys_of_before(session, actor=ana.name, now=NOW).kept == [1]


def _last(session: Session):
    return session.scalars(sa.select(Report.id).order_by(Report.id.desc())).first()


def test_a_destroyed_key_has_no_grant_left_for_anybody(session: Session, stolen: bytes, ana: Member) -> None:
    reseal_all(session, ana)
    assert set(session.scalars(sa.select(KeyGrant.epoch))) == {2}
    assert set(session.scalars(sa.select(DeskKey.epoch))) == {2}


def test_a_report_sealed_to_a_key_that_is_destroyed_meanwhile_is_refused_not_lost(
    session: Session, settings: Settings, ana: Member
) -> None:
    from datetime import timedelta

    from incidents.adapters import data_files

    ready = reporting.make_ready(
        builders.a_report(),
        reporting.Sending(builders.a_nonce(), NOW - timedelta(minutes=5), False),
        desk_key=reporting.sealing_keys(session).national,
        vocabulary=data_files.vocabulary(),
        today=NOW.date(),
        now=NOW,
        shortest=timedelta(seconds=20),
        pepper=settings.pepper,
    )
    keys.rotate(session, actor=ana.name, now=NOW, reason="theft")
    reseal_all(session, ana)
    with pytest.raises(reporting.DeskKeyGone), session.begin_nested():
        reporting.keep(session, ready)
    assert session.scalars(sa.select(Report.id)).all() == []


def test_a_padded_text_stays_as_long_as_it_was(session: Session, ana: Member) -> None:
    first, second = opening.new_key_pair(), opening.new_key_pair()
    sealed = sealing.seal_to(first.public, b"kratko")
    anew = opening.sealed_anew(sealed, first.private, second.public)
    assert (len(anew), opening.open_message(anew, second.private)) == (len(sealed), "kratko")
