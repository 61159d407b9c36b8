"""What a receipt code opens: where the report stands, the desk's questions, and a way to answer."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core.incident import HANDLING, Handling, step
from incidents.core.receipt import ReceiptCode
from incidents.core.report import plain_text
from incidents.db import report as stored
from incidents.db.key import current_desk_key
from incidents.db.report import Direction, Message, messages_of, report_by_verifier
from incidents.services.reporting import NoDeskKey

LONGEST_ANSWER = 5_000


class UnknownCode(Exception):
    """No report answers to this code: it never did, or the report was withdrawn or destroyed."""


class NotAnAnswer(Exception):
    """The answer is empty or too long; `reason` is "missing" or "too_long"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Status(enum.Enum):
    """The state of a report in six plain words."""

    WAITING = "waiting"
    BEING_READ = "being_read"
    QUESTION = "question"
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"
    CLOSED = "closed"


_STATUS = {
    Handling.RECEIVED: Status.WAITING,
    # A held report looks like any other from outside.
    Handling.QUARANTINED: Status.WAITING,
    Handling.IN_TRIAGE: Status.BEING_READ,
    Handling.AWAITING_REPORTER: Status.QUESTION,
    Handling.LINKED: Status.COUNTED,
    Handling.SET_ASIDE: Status.NOT_COUNTED,
    Handling.CLOSED: Status.CLOSED,
    Handling.DESTROYED: Status.CLOSED,
}


@dataclass(frozen=True)
class Exchange:
    """One message as the reporter sees it: questions with their text, own answers only with their date."""

    direction: Direction
    sent_on: date
    text: str | None


@dataclass(frozen=True)
class Opened:
    """What the holder of a code sees. Never the report itself."""

    received_on: date
    status: Status
    exchanges: list[Exchange]


def open_receipt(session: Session, code: ReceiptCode, *, pepper: bytes) -> Opened:
    """Raises UnknownCode."""
    row = _find(session, code, pepper)
    return Opened(
        row.received_on,
        _STATUS[row.handling],
        [_as_seen(message, row, code, pepper) for message in messages_of(session, row.id)],
    )


def answer(session: Session, code: ReceiptCode, typed: str, *, nonce: bytes, today: date, pepper: bytes) -> None:
    """Seal an answer to the desk. Sending the same form twice stores it once.

    Raises UnknownCode, NotAnAnswer, NoDeskKey.
    """
    text = plain_text(typed)
    if not text:
        raise NotAnAnswer("missing")
    if len(text) > LONGEST_ANSWER:
        raise NotAnAnswer("too_long")
    row = _find(session, code, pepper)
    desk_key = current_desk_key(session)
    if desk_key is None:
        raise NoDeskKey
    digest = sealing.digest_of_token(nonce, pepper)
    if session.scalar(sa.select(Message.id).where(Message.token_digest == digest)) is not None:
        return
    session.add(
        Message(
            id=uuid4(),
            report_id=row.id,
            number=len(messages_of(session, row.id)) + 1,
            direction=Direction.ANSWER,
            sent_on=today,
            epoch=desk_key.epoch,
            sealed_for_desk=sealing.seal_to(desk_key.public, text.encode()),
            token_digest=digest,
        )
    )
    if row.handling is Handling.AWAITING_REPORTER:
        row.handling = step(HANDLING, row.handling, Handling.IN_TRIAGE)
    session.flush()


def _find(session: Session, code: ReceiptCode, pepper: bytes) -> stored.Report:
    row = report_by_verifier(session, sealing.verifier_of(code, pepper))
    if row is None:
        raise UnknownCode
    return row


def _as_seen(message: Message, row: stored.Report, code: ReceiptCode, pepper: bytes) -> Exchange:
    text = None
    if message.sealed_for_reporter is not None:
        text = sealing.open_question(code, pepper, row.reporter_private_sealed, message.sealed_for_reporter)
    return Exchange(message.direction, message.sent_on, text)
