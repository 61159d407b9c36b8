"""Takes a report: checks it, seals it, stores it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core import report as rules
from incidents.core.desks import happened_in
from incidents.core.incident import Handling
from incidents.core.places import Places
from incidents.core.receipt import ReceiptCode
from incidents.core.report import Problem, Report
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.key import DeskKey, current_desk_key, keys_by_municipality

_KEPT_S = 2.0


class DeskKeyGone(Exception):
    """The desk key was destroyed after the report was sealed to it: it has to be sealed again, to the newer one."""


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
    opened_at: datetime | None
    """None where nobody knows: an app has its own form."""
    trap_is_filled: bool
    """A field that people do not see was filled."""
    is_in_flood: bool = False
    """Far more reports arrive just now than usual."""


@dataclass(frozen=True)
class SealingKey:
    """The public half of the desk key: all that it takes to seal."""

    epoch: int
    public: bytes


@dataclass(frozen=True)
class SealingKeys:
    """What reports are sealed to just now, each to one of these."""

    national: SealingKey
    regional: Mapping[str, SealingKey]
    """By municipality, where reports from there go to a desk of their own."""

    def of(self, report: Report, places: Places) -> SealingKey:
        """The key of the one desk whose area the report's place lies in; else that of the national one."""
        found = {self.regional.get(one, self.national) for one in happened_in(report, places)}
        return found.pop() if len(found) == 1 else self.national


@dataclass(frozen=True)
class Ready:
    """A report sealed and ready to be stored; no word of it can be read from this."""

    row: Mapping[str, Any]
    code: ReceiptCode


def make_ready(
    report: Report,
    sending: Sending,
    *,
    desk_key: SealingKey,
    vocabulary: Vocabulary,
    today: date,
    now: datetime,
    shortest: timedelta,
    pepper: bytes,
) -> Ready:
    """Check and seal a report; nothing is stored yet, so that nobody waits for the database meanwhile.

    One that may come from a machine, or comes in a flood, is held for a check.

    Raises Rejected.
    """
    if found := rules.problems(report, vocabulary, today=today):
        raise Rejected(found)
    content = rules.to_bytes(report)
    code = sealing.code_of_token(sending.nonce)
    report_id = uuid4()
    sealed = sealing.seal_report(content, report=report_id, desk_public=desk_key.public)
    lock = sealing.lock_for_reporter(code, pepper)
    too_fast = sending.opened_at is not None and now - sending.opened_at < shortest
    is_suspect = sending.trap_is_filled or sending.is_in_flood or too_fast
    row = {
        "id": report_id,
        "received_on": today,
        "handling": Handling.QUARANTINED if is_suspect else Handling.RECEIVED,
        "sealed": sealed.blob,
        "epoch": desk_key.epoch,
        "sealed_key": sealed.sealed_key,
        "verifier": lock.verifier,
        "reporter_public": lock.public,
        "reporter_private_sealed": lock.private_sealed,
        "token_digest": sealing.digest_of_token(sending.nonce, pepper),
        "content_tag": sealing.tag_of_content(content, sending.nonce),
    }
    return Ready(row, code)


def keep(session: Session, ready: Ready) -> ReceiptCode:
    """Store a report that was made ready; its receipt code opens the answers to it.

    The same form sent twice, by whatever process, gives the same code and stores nothing more.

    Raises AlreadySent, and DeskKeyGone, after which the unit of work can do nothing more.
    """
    try:
        is_new = stored.add_once(session, ready.row)
    except IntegrityError as error:
        raise DeskKeyGone from error
    if not is_new:
        earlier = session.scalars(
            sa.select(stored.Report.content_tag).where(stored.Report.token_digest == ready.row["token_digest"])
        ).one()
        if earlier != ready.row["content_tag"]:
            raise AlreadySent
    return ready.code


def intake_is_open(session: Session) -> bool:
    return current_desk_key(session) is not None


def sealing_keys(session: Session) -> SealingKeys:
    """What to seal to just now. Raises NoDeskKey."""
    national = current_desk_key(session)
    if national is None:
        raise NoDeskKey
    regional = keys_by_municipality(session)
    return SealingKeys(_public_of(national), {one: _public_of(key) for one, key in regional.items()})


def _public_of(key: DeskKey) -> SealingKey:
    return SealingKey(key.epoch, key.public)


class Intake:
    """The keys that this process seals to, looked up anew every two seconds; that there are none is never kept.

    Reports sealed to a key that was replaced meanwhile stay open to whoever holds the newer one too; one that was
    destroyed is refused by the database (DeskKeyGone).
    """

    def __init__(self) -> None:
        self._kept: tuple[SealingKeys, float] | None = None

    def keys(self, reader: Callable[[], AbstractContextManager[Session]], *, clock_s: float) -> SealingKeys:
        """`clock_s` is of a clock that nobody sets. Raises NoDeskKey."""
        kept = self._kept
        if kept is None or not 0 <= clock_s - kept[1] < _KEPT_S:
            with reader() as session:
                kept = self._kept = sealing_keys(session), clock_s
        return kept[0]

    def forget(self) -> None:
        self._kept = None
