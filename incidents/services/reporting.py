"""Takes a report: checks it, seals it, stores it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core import report as rules
from incidents.core.incident import Handling
from incidents.core.receipt import ReceiptCode
from incidents.core.report import Problem, Report
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.key import current_desk_key


class NoDeskKey(Exception):
    """There is no key to seal to, so nothing may be taken."""


class Rejected(Exception):
    """The report breaks rules that its sender can mend."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__([problem.message for problem in problems])
        self.problems = problems


class AlreadySent(Exception):
    """This form was sent before with other answers."""


@dataclass(frozen=True)
class Sending:
    """How a report came: by which form, and whether a machine may have sent it."""

    nonce: bytes
    opened_at: datetime
    trap_is_filled: bool
    """A field that people do not see was filled."""


def file_report(
    session: Session,
    report: Report,
    sending: Sending,
    *,
    vocabulary: Vocabulary,
    today: date,
    now: datetime,
    shortest: timedelta,
    pepper: bytes,
) -> ReceiptCode:
    """Seal and store a report; its receipt code opens the answers to it.

    The same form sent twice gives the same code and stores nothing more. A report that may come from a machine
    is stored all the same, held for a check: its sender gets a code like everybody.

    Raises Rejected, AlreadySent, NoDeskKey.
    """
    if found := rules.problems(report, vocabulary, today=today):
        raise Rejected(found)
    content = rules.to_bytes(report)
    code = sealing.code_of_token(sending.nonce)
    tag = sealing.tag_of_content(content, sending.nonce)
    earlier = _sent_with(session, sending.nonce, pepper)
    if earlier is None:
        earlier = _store(session, content, sending, tag, code, today=today, now=now, shortest=shortest, pepper=pepper)
    if earlier != tag:
        raise AlreadySent
    return code


def intake_is_open(session: Session) -> bool:
    return current_desk_key(session) is not None


def _sent_with(session: Session, nonce: bytes, pepper: bytes) -> bytes | None:
    return session.scalar(
        sa.select(stored.Report.content_tag).where(stored.Report.token_digest == sealing.digest_of_token(nonce, pepper))
    )


def _store(
    session: Session,
    content: bytes,
    sending: Sending,
    tag: bytes,
    code: ReceiptCode,
    *,
    today: date,
    now: datetime,
    shortest: timedelta,
    pepper: bytes,
) -> bytes:
    """Add the row and give its content tag, or that of a twin which another process stored in this moment."""
    desk_key = current_desk_key(session)
    if desk_key is None:
        raise NoDeskKey
    report_id = uuid4()
    sealed = sealing.seal_report(content, report=report_id, desk_public=desk_key.public)
    lock = sealing.lock_for_reporter(code, pepper)
    is_suspect = sending.trap_is_filled or now - sending.opened_at < shortest
    row = stored.Report(
        id=report_id,
        received_on=today,
        handling=Handling.QUARANTINED if is_suspect else Handling.RECEIVED,
        sealed=sealed.blob,
        epoch=desk_key.epoch,
        sealed_key=sealed.sealed_key,
        verifier=lock.verifier,
        reporter_public=lock.public,
        reporter_private_sealed=lock.private_sealed,
        token_digest=sealing.digest_of_token(sending.nonce, pepper),
        content_tag=tag,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except sa.exc.IntegrityError:
        twin = _sent_with(session, sending.nonce, pepper)
        if twin is None:
            raise
        return twin
    return tag
