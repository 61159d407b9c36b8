"""The regular work of a site: forgets what is spent, mixes the order of rows, tells the operator what waits.

Every job is a unit of work of its own that may be done twice: two that run at once do no harm, and neither does an end
in the middle. What is printed tells of the machine, and of nobody who writes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from incidents.core.retention import Schedule
from incidents.core.upkeep import OVERDUE, SPENT_TOKENS_KEPT, words_of
from incidents.db import job as stored
from incidents.db import order
from incidents.db.database import Database
from incidents.db.report import Message, Report
from incidents.services import accounts, bulk, destruction, erased, invitations, passkeys, retention
from incidents.services.overdue import overdue

NOTE_FROM_HOUR = 7
"""The operator's note goes out at the first tick after this, every day at the same time."""
_CLOCK_MAY_BE_OFF = timedelta(minutes=5)


class NotSent(Exception):
    """The note could not be handed over; `reason` names the kind of fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotListed(Exception):
    """The list of what is gone could not be written; `reason` names the kind of fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Line:
    """What became of one job."""

    text: str
    is_fault: bool = False


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    now: datetime
    here: datetime
    """The same moment by the clocks of Serbia."""
    pepper: bytes
    schedule: Schedule = field(default_factory=Schedule)
    """How long reports are kept."""
    everything: bool = False
    """Also what was done today already."""
    list_erased: Callable[[Set[str]], int] | None = None
    """Keeps the tags of what is gone where no backup is, gives how many are new; raises NotListed. None for no list."""
    send_note: Callable[[Session], None] | None = None
    """Hands the operator's daily note over, raises NotSent; None where nobody wants one."""

    @property
    def today(self) -> date:
        return self.here.date()


def tick(database: Database, around: Surroundings) -> Iterator[Line]:
    """Do what is due, job by job. One that fails does not stop the others, and is due again the next time."""
    with database.alone_at("tick") as is_alone:
        if not is_alone:
            yield Line("Another one is at work just now; there is nothing to do.")
            return
        is_whole = True
        for about, job in _JOBS:
            try:
                line = job(database, around)
            except SQLAlchemyError as error:
                line = Line(f"{about}: not possible just now ({type(error).__name__}); tried again next time.", True)
            except NotListed as error:
                line = Line(f"{about}: the list could not be written ({error.reason}); tried again next time.", True)
            except NotSent as error:
                line = Line(f"{about}: not sent ({error.reason}); tried again next time.", True)
            if line is not None:
                is_whole = is_whole and not line.is_fault
                yield line
        if is_whole:
            with database.unit_of_work() as session:
                stored.remember(session, stored.TICK, on=around.today, at=around.now)


def _look_at_clock(database: Database, around: Surroundings) -> Line | None:
    """A clock that was set back makes nothing be deleted too early: what is due goes by the day, whichever way."""
    with database.reader() as session:
        last = stored.last_done(session, stored.TICK)
    if last is not None and last.done_at is not None and last.done_at > around.now + _CLOCK_MAY_BE_OFF:
        return Line("Clock: it is earlier than when this was last done. Please look after the machine's clock.")
    return None


def _forget(database: Database, around: Surroundings) -> Line:
    with database.unit_of_work() as session:
        accounts.forget_ended_sessions(session, now=around.now)
        invitations.forget_ended(session, now=around.now)
        passkeys.forget_spent(session, now=around.now)
        bulk.forget_rows(session, now=around.now)
    return Line("Sessions and invitations that ended, and undoing that is no longer possible: forgotten.")


def _let_go(database: Database, around: Surroundings) -> Line:
    """Who looked at a report, and when, is nothing to keep once the time to work on it has run out."""
    over = sa.update(Report).where(Report.lease_until < around.now)
    with database.unit_of_work() as session:
        session.execute(over.values(lease_member_id=None, lease_until=None))
    return Line("Reports that were taken and left: free for others.")


def _forget_tokens(database: Database, around: Surroundings) -> Line:
    """Reports keep theirs: an app may ask much later whether a report of its has arrived."""
    spent = sa.update(Message).where(
        Message.token_digest.is_not(None), Message.sent_on < around.today - SPENT_TOKENS_KEPT
    )
    with database.unit_of_work() as session:
        session.execute(spent.values(token_digest=None))
    return Line("Tokens of forms that can no longer be sent: forgotten.")


def _note_changes(database: Database, around: Surroundings) -> Line:
    with database.reader() as session:
        changed = retention.changed(session)
    for start in range(0, len(changed), retention.STEP):
        with database.unit_of_work() as session:
            retention.note_changes(session, changed[start : start + retention.STEP], today=around.today)
    return Line("Since when reports have been as they are: noted.")


def _destroy(database: Database, around: Surroundings) -> Line | None:
    """Nothing but what two members signed."""
    with database.reader() as session:
        batches = destruction.signed(session)
        is_any = bool(batches) or destruction.uncleaned(session)
    for batch in batches:
        is_more = True
        while is_more:
            try:
                with database.unit_of_work() as session:
                    is_more = destruction.carry_out(
                        session, batch, around.schedule, today=around.today, now=around.now, pepper=around.pepper
                    )
            except destruction.OtherList:
                return Line("Destruction: a list is not the one that was signed. Please look who changed it.", True)
    return clean(database, today=around.today) if is_any else None


def clean(database: Database, *, today: date, everything: bool = False) -> Line:
    """Write the files of the database anew, so that nothing of what was destroyed is left in them."""
    if not order.write_anew(database, everything=everything):
        return Line(
            "Destruction: done, and its traces are still in the files of the database. Where a table is larger than "
            "500 MB, run `retention clean` at a quiet hour; else it is tried again next time.",
            True,
        )
    with database.unit_of_work() as session:
        destruction.mark_cleaned(session, today=today)
    return Line("Destruction: done, and the files of the database are written anew.")


def _list_erased(database: Database, around: Surroundings) -> Line | None:
    """Reporters withdraw by themselves, so this asks the trail each time."""
    if around.list_erased is None:
        return None
    with database.reader() as session:
        gone = erased.tags(session, around.pepper)
    if not around.list_erased(gone):
        return None
    return Line("Reports that are gone for good: listed outside the database.")


def _mix(database: Database, around: Surroundings) -> Line | None:
    with database.reader() as session:
        last = stored.last_done(session, "order")
        newest = session.scalar(sa.select(sa.func.max(Report.received_on)))
    is_of_today = last is not None and last.done_on == around.today
    if is_of_today and not around.everything and (newest != around.today or not order.is_small(database)):
        return None
    # A day more than needed: rows that somebody held the last time were left alone. A clock that ran ahead: all.
    since = last.done_on - timedelta(days=1) if last is not None and last.done_on <= around.today else None
    order.mix(database, None if around.everything else since)
    with database.unit_of_work() as session:
        stored.remember(session, "order", on=around.today)
    return Line("Order of rows on the disk: mixed.")


def _look_for_overdue(database: Database, around: Surroundings) -> Line | None:
    with database.reader() as session:
        number = overdue(session, today=around.today)
    return Line(f"Waiting for longer than {OVERDUE.days} days: {words_of(number)} reports.") if number else None


def _send_note(database: Database, around: Surroundings) -> Line | None:
    if around.send_note is None:
        return None
    with database.reader() as session:
        last = stored.last_done(session, "note")
        is_done = last is not None and last.done_on == around.today
        if not around.everything and (is_done or around.here.hour < NOTE_FROM_HOUR):
            return None
        around.send_note(session)
    with database.unit_of_work() as session:
        stored.remember(session, "note", on=around.today)
    return Line("Daily note: sent.")


_JOBS: tuple[tuple[str, Callable[[Database, Surroundings], Line | None]], ...] = (
    ("Clock", _look_at_clock),
    ("Sessions and undoing", _forget),
    ("Reports that were taken", _let_go),
    ("Tokens of forms", _forget_tokens),
    ("Days of reports", _note_changes),
    ("Destruction", _destroy),
    ("Reports that are gone", _list_erased),
    ("Order of rows", _mix),
    ("What waits", _look_for_overdue),
    ("Daily note", _send_note),
)
