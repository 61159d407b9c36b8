"""A copy of the database and a list of receipt codes, without the pepper: nothing is learned of one from the other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from incidents.adapters import sealing
from incidents.config import Settings
from incidents.core.receipt import ReceiptCode, grouped
from incidents.db.database import Database
from incidents.db.report import Message, MessageKind, Report
from incidents.db.tables import METADATA
from incidents.services import moderation, receipts
from tests import builders
from tests.conftest import NOW

PERSONS = (b"", b"verifier", b"reporter key", b"receipt code", b"token", b"idempotency key", b"file", b"batch")
"""All that our own hashes are told apart by: the source is public."""
OTHER_PEPPERS = (b"", bytes(32), b"pepper", b"\xff" * 32, bytes(range(1, 33)))


@pytest.fixture
def book(database: Database, settings: Settings) -> list[ReceiptCode]:
    """Codes of reports with a question and an answer."""
    with database.unit_of_work() as session:
        ana = builders.a_desk(session, settings, now=NOW)[0]
        codes = [builders.send(session, builders.a_report(), settings, now=NOW) for _ in range(5)]
    with database.unit_of_work() as session:
        for report in session.scalars(sa.select(Report.id)).all():
            version = moderation.take_report(session, report, member=ana, now=NOW)
            moderation.ask(session, report, "Када?", version=version, member=ana, now=NOW)
        for code in codes:
            nonce, today = builders.a_nonce(), NOW.date()
            receipts.say(session, code, MessageKind.ANSWER, "Јуче.", nonce=nonce, today=today, pepper=settings.pepper)
    return codes


def stored(database: Database) -> bytes:
    """Every value of every table."""
    with database.reader() as session:
        rows = [row for table in METADATA.sorted_tables for row in session.execute(sa.select(table))]
    return b"\n".join(_bytes_of(value) for row in rows for value in row)


def _bytes_of(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def guesses(code: ReceiptCode, pepper: bytes | None = None) -> Iterator[bytes]:
    """What may stand for a code: written in any way, by any hash, under any key that somebody may try; or this one."""
    written = [code.encode(), grouped(code).encode(), code.encode("utf-16-le"), int(code).to_bytes(12, "big")]
    keys = OTHER_PEPPERS if pepper is None else (pepper,)
    yield from written
    for one in written:
        for name in sorted(hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}):
            yield hashlib.new(name, one).digest()
            yield from (hmac.digest(key, one, name) for key in keys)
        yield from (hashlib.blake2b(one, digest_size=32, key=k, person=p).digest() for k in keys for p in PERSONS)


def test_no_hash_that_can_be_made_of_a_code_without_the_pepper_stands_anywhere(
    database: Database, settings: Settings, book: list[ReceiptCode]
) -> None:
    everything = stored(database)
    written = everything + everything.hex().encode()
    for code in book:
        assert any(guess in everything for guess in guesses(code, settings.pepper)), "with the pepper it does"
        assert not any(guess in written or guess.hex().encode() in written for guess in guesses(code))


@pytest.mark.parametrize("pepper", OTHER_PEPPERS)
def test_another_pepper_finds_no_report_and_opens_no_question(
    database: Database, settings: Settings, book: list[ReceiptCode], pepper: bytes
) -> None:
    with database.reader() as session:
        reports = session.scalars(sa.select(Report)).all()
        asked = sa.select(Message.sealed_for_reporter).where(Message.kind == MessageKind.QUESTION)
        questions = session.scalars(asked).all()
        assert (len(reports), len(questions)) == (5, 5)
        for code in book:
            assert receipts.open_receipt(session, code, pepper=settings.pepper).exchanges[0].text == "Када?"
            with pytest.raises(receipts.UnknownCode):
                receipts.open_receipt(session, code, pepper=pepper)
            for report, question in ((report, question) for report in reports for question in questions):
                assert question is not None
                with pytest.raises(sealing.CannotOpen):
                    sealing.open_question(code, pepper, report.reporter_private_sealed, question)
