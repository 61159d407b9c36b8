from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from incidents.adapters import opening, sealing
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.db.report import Message, MessageKind
from incidents.services import keys, moderation, receipts
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW


@pytest.fixture
def code(database: Database, settings: Settings) -> ReceiptCode:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        return builders.send(session, a_report(), settings, now=NOW)


def answer(
    database: Database,
    settings: Settings,
    code: ReceiptCode,
    text: str,
    nonce: bytes | None = None,
    kind: MessageKind = MessageKind.ANSWER,
) -> None:
    with database.unit_of_work() as session:
        receipts.say(
            session, code, kind, text, nonce=nonce or builders.a_nonce(), today=NOW.date(), pepper=settings.pepper
        )


def open_(database: Database, settings: Settings, code: ReceiptCode) -> receipts.Opened:
    with database.reader() as session:
        return receipts.open_receipt(session, code, pepper=settings.pepper)


def test_a_code_shows_where_the_report_stands(database: Database, settings: Settings, code: ReceiptCode) -> None:
    assert open_(database, settings, code) == receipts.Opened(NOW.date(), receipts.Status.WAITING, [], 0)


def test_an_unknown_code_opens_nothing(database: Database, settings: Settings, code: ReceiptCode) -> None:
    with pytest.raises(receipts.UnknownCode):
        open_(database, settings, sealing.code_of_token(b"another token 16"))


def test_every_handling_has_a_plain_word(database: Database, settings: Settings, code: ReceiptCode) -> None:
    for handling in Handling:
        with database.unit_of_work() as session:
            session.execute(sa.update(stored.Report).values(handling=handling))
        assert open_(database, settings, code).status in receipts.Status


def test_an_answer_is_sealed_and_opens_for_the_desk(database: Database, settings: Settings, code: ReceiptCode) -> None:
    with database.unit_of_work() as session:
        vesna = builders.a_member(session, settings, now=NOW)
        keys.make_desk_key(session, [vesna.id], today=NOW.date())
    answer(database, settings, code, " То је било у уторак. ")
    with database.reader() as session:
        message = session.scalars(sa.select(Message)).one()
        private = keys.desk_private(session, message.epoch, vesna.id, vesna.key)
    assert opening.open_message(message.sealed_for_desk, private) == "То је било у уторак."
    assert message.sealed_for_reporter is None


def test_an_answer_is_never_shown_again(database: Database, settings: Settings, code: ReceiptCode) -> None:
    answer(database, settings, code, "тајна")
    assert open_(database, settings, code).exchanges == [receipts.Exchange(MessageKind.ANSWER, NOW.date(), None)]


def test_the_same_answer_form_sent_twice_is_stored_once(
    database: Database, settings: Settings, code: ReceiptCode
) -> None:
    nonce = builders.a_nonce()
    for _ in range(2):
        answer(database, settings, code, "да", nonce)
    assert len(open_(database, settings, code).exchanges) == 1


def test_an_answer_to_a_question_puts_the_report_back_to_work(
    database: Database, settings: Settings, code: ReceiptCode
) -> None:
    with database.unit_of_work() as session:
        session.execute(sa.update(stored.Report).values(handling=Handling.AWAITING_REPORTER))
    answer(database, settings, code, "да")
    assert open_(database, settings, code).status is receipts.Status.BEING_READ


@pytest.mark.parametrize(("text", "reason"), [("  \n ", "missing"), ("а" * 5001, "too_long")])
def test_an_empty_or_endless_answer_is_refused(
    database: Database, settings: Settings, code: ReceiptCode, text: str, reason: str
) -> None:
    with pytest.raises(receipts.NotAMessage) as refused:
        answer(database, settings, code, text)
    assert refused.value.reason == reason


@pytest.mark.parametrize("kind", [MessageKind.ADDITION, MessageKind.CORRECTION])
@pytest.mark.parametrize("handling", list(Handling))
def test_what_is_added_or_corrected_is_work_for_the_desk_wherever_the_report_stands(
    database: Database, settings: Settings, kind: MessageKind, handling: Handling
) -> None:
    with database.unit_of_work() as session:
        [ana, _] = builders.a_desk(session, settings, now=NOW)
        code = builders.send(session, a_report(), settings, now=NOW)
        session.execute(sa.update(stored.Report).values(handling=handling))
    answer(database, settings, code, "Није била среда него уторак.", kind=kind)
    with database.reader() as session:
        [waiting] = builders.queue_of(session, ana, now=NOW)
    assert waiting.has_news
    with database.unit_of_work() as session:
        moderation.take_report(session, waiting.id, member=ana, now=NOW)
    with database.reader() as session:
        opened = moderation.read_report(session, waiting.id, member=ana, now=NOW)
    assert (opened.has_news, opened.messages[0].kind, opened.messages[0].text) == (
        False,
        kind,
        "Није била среда него уторак.",
    )


def test_who_has_not_seen_the_newest_message_cannot_settle_over_it(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        [ana, _] = builders.a_desk(session, settings, now=NOW)
        code = builders.send(session, a_report(), settings, now=NOW)
        report = builders.only_report(session)
        version = moderation.take_report(session, report, member=ana, now=NOW)
    for text in ("прво", "друго"):
        answer(database, settings, code, text, kind=MessageKind.ADDITION)
        with pytest.raises(moderation.StaleReport) as stale, database.unit_of_work() as session:
            moderation.set_aside(session, report, "abuse", version=version, member=ana, now=NOW)
        assert stale.value.has_news
        with database.reader() as session:
            seen = moderation.read_report(session, report, member=ana, now=NOW)
        assert seen.has_news
        version = seen.version
    with database.unit_of_work() as session:
        moderation.set_aside(session, report, "abuse", version=version, member=ana, now=NOW)
    with database.reader() as session:
        assert builders.queue_of(session, ana, now=NOW) == []


def test_messages_that_come_in_one_moment_all_arrive_with_numbers_of_their_own(
    own_database: Database, settings: Settings
) -> None:
    with own_database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        code = builders.send(session, a_report(), settings, now=NOW)
    nonces = [builders.a_nonce() for _ in range(12)]
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda nonce: answer(own_database, settings, code, "да", nonce), nonces * 2))
    with own_database.reader() as session:
        numbers = session.scalars(sa.select(Message.number).order_by(Message.number)).all()
    assert numbers == list(range(1, 13))
