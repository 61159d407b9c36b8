"""What a receipt code opens: where the report stands, the desk's questions, and a way to say more."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from incidents.adapters import sealing
from incidents.core.incident import HANDLING, Handling, step
from incidents.core.receipt import ReceiptCode
from incidents.core.report import plain_text
from incidents.db import report as stored
from incidents.db.key import key_beside
from incidents.db.report import Message, MessageKind, looked_up, messages_unsealed, next_number, report_by_verifier
from incidents.services.reporting import NoDeskKey

LONGEST_MESSAGE = 5_000


class UnknownCode(Exception):
    """No report answers to this code: it never did, or the report was withdrawn or destroyed."""


class NotAMessage(Exception):
    """The text is empty or too long; `reason` is "missing" or "too_long"."""

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
    """One message as the reporter sees it: questions with their text, their own only with the date."""

    kind: MessageKind
    sent_on: date
    text: str | None


@dataclass(frozen=True)
class Opened:
    """What the holder of a code sees. Never the report itself."""

    received_on: date
    status: Status
    exchanges: list[Exchange]
    files: int
    """How many came with it. Which, is not shown."""


def open_receipt(session: Session, code: ReceiptCode, *, pepper: bytes) -> Opened:
    """Raises UnknownCode."""
    row = looked_up(session, sealing.verifier_of(code, pepper))
    if row is None:
        raise UnknownCode
    messages = messages_unsealed(session, row.id) if row.has_messages else []
    return Opened(
        row.received_on,
        _STATUS[row.handling],
        [_as_seen(message, row.reporter_private_sealed, code, pepper) for message in messages],
        row.files,
    )


def say(
    session: Session,
    code: ReceiptCode,
    kind: MessageKind,
    typed: str,
    *,
    nonce: bytes,
    today: date,
    pepper: bytes,
) -> None:
    """Seal what a reporter answers, adds or corrects, for the desk. Sending the same form twice stores it once.

    Raises UnknownCode, NotAMessage, NoDeskKey.
    """
    text = plain_text(typed)
    if not text:
        raise NotAMessage("missing")
    if len(text) > LONGEST_MESSAGE:
        raise NotAMessage("too_long")
    row = row_of(session, code, pepper=pepper, to_change=True)
    desk_key = key_beside(session, row.epoch)
    if desk_key is None:
        raise NoDeskKey
    digest = sealing.digest_of_token(nonce, pepper)
    if session.scalar(sa.select(Message.id).where(Message.token_digest == digest)) is not None:
        return
    session.add(
        Message(
            id=uuid4(),
            report_id=row.id,
            number=next_number(session, row.id),
            kind=kind,
            sent_on=today,
            epoch=desk_key.epoch,
            sealed_for_desk=sealing.seal_to(desk_key.public, text.encode()),
            token_digest=digest,
        )
    )
    bring_news(row)
    session.flush()


def row_of(session: Session, code: ReceiptCode, *, pepper: bytes, to_change: bool = False) -> stored.Report:
    """Raises UnknownCode."""
    row = report_by_verifier(session, sealing.verifier_of(code, pepper), to_change=to_change)
    if row is None:
        raise UnknownCode
    return row


def bring_news(row: stored.Report) -> None:
    """The desk finds the report in its queue again, wherever it stands. An answer that was waited for has come."""
    row.has_news = True
    # A second message changes nothing else: a page that does not show it would still count as the newest.
    flag_modified(row, "has_news")
    if row.handling is Handling.AWAITING_REPORTER:
        row.handling = step(HANDLING, row.handling, Handling.IN_TRIAGE)


def _as_seen(message: Message, private_sealed: bytes, code: ReceiptCode, pepper: bytes) -> Exchange:
    text = None
    if message.sealed_for_reporter is not None:
        text = sealing.open_question(code, pepper, private_sealed, message.sealed_for_reporter)
    return Exchange(message.kind, message.sent_on, text)
