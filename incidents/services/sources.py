"""Where what is published is read: from a replica of the database while it keeps up, else from the database itself.

Only what is published. Everything else, and everything that is written, goes to the database itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from incidents.adapters.breaker import Breaker
from incidents.config import Door, Settings
from incidents.db import job
from incidents.db.database import Database
from incidents.db.release import Release
from incidents.db.replica import reached, written
from incidents.services.published import NotFound

FRESH_S = 30
"""While the database itself answers, nothing that is shown is older than this."""
ALONE = timedelta(days=1)
"""So long a replica is shown while the database itself does not answer, counted from the last regular work on it."""
_LOOK_S = 5
"""Between two looks at how far the replica has come."""
_FAILURES, _PAUSE_S = 2, 10
_TRIES, _BETWEEN_S = 10, 0.1

Answer = TypeVar("Answer")
Reader = Callable[[], AbstractContextManager[Session]]


class NotKnownNow(Exception):
    """The replica does not know it, and the database itself, which may, cannot be asked."""


class Source:
    """A server that answers, or is left in peace for a while."""

    def __init__(self, reader: Reader, *, is_replica: bool = False) -> None:
        self.is_replica = is_replica
        self._reader = reader
        self._breaker = Breaker(failures=_FAILURES, pause_s=_PAUSE_S, clock=time.monotonic)

    def lets_through(self) -> bool:
        return self._breaker.lets_through()

    def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """Raises what the question raises, and DBAPIError of a server that is gone, hangs or cannot say."""
        try:
            with self._reader() as session:
                answer = question(session)
        except DBAPIError:
            self._breaker.failed()
            raise
        except NotFound:
            self._breaker.worked()
            raise
        self._breaker.worked()
        return answer


class Chain:
    """The sources of one request, in the order in which they are asked.

    A request that was answered by one never goes back to another before it, nor from the database itself to a replica:
    a page that knows of a release has its files too.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = list(sources)

    def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """Raises NotFound, NotKnownNow, and DBAPIError where no source answers."""
        while True:
            source, *others = self._sources
            if not others:
                return self._asked(source, question)
            if source.lets_through():
                try:
                    return self._asked(source, question)
                except (DBAPIError, NotFound):
                    self._sources = others
            else:
                self._sources = others

    def _asked(self, source: Source, question: Callable[[Session], Answer]) -> Answer:
        try:
            answer = source.ask(question)
        except NotFound:
            if source.is_replica and len(self._sources) == 1:
                raise NotKnownNow from None
            raise
        if not source.is_replica:
            self._sources = [source]
        return answer


@dataclass(frozen=True)
class _Shown:
    """How far a replica has come."""

    reached: int | None
    worked_at: datetime | None
    """When the regular work was last done, as the replica knows it."""


class _Progress:
    """What is known of a replica, looked at now and then by one request for all.

    Each look asks the database itself how much it has written. Once the replica shows as much, it shows all that there
    was at that look. Its own clock says less: it stands still on a quiet day, and on a replica that is cut off.
    """

    def __init__(self, itself: Source, replica: Source) -> None:
        self._itself, self._replica = itself, replica
        self._turn = Lock()
        self._looked_at: float | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=1000)
        self._whole_at: float | None = None
        self._worked_at: datetime | None = None

    @property
    def behind_s(self) -> float | None:
        """The replica shows everything of so many seconds ago; None where that is not known."""
        return None if self._whole_at is None else time.monotonic() - self._whole_at

    @property
    def is_fresh(self) -> bool:
        return self.behind_s is not None and self.behind_s <= FRESH_S

    def may_stand_alone(self, now: datetime) -> bool:
        return self._worked_at is not None and now - self._worked_at <= ALONE

    def look(self) -> None:
        """Requests that come while another one looks go by what is known; before the first look they wait for it."""
        if not self._turn.acquire(blocking=self._looked_at is None):
            return
        try:
            if self._looked_at is None or time.monotonic() - self._looked_at >= _LOOK_S:
                self._look()
        finally:
            self._turn.release()

    def keeps_up(self) -> bool:
        """Whether the replica answers now and is fresh."""
        with self._turn:
            began = time.monotonic()
            for _ in range(_TRIES):
                if not self._look():
                    return False
                if self._whole_at is not None and self._whole_at >= began:
                    break
                time.sleep(_BETWEEN_S)  # what was written in this moment is on its way
            return self.is_fresh

    def _look(self) -> bool:
        """Whether the replica answered."""
        began = time.monotonic()
        wanted = _answer(self._itself, written)
        if wanted is not None:
            self._marks.append((began, wanted))
        shown = _answer(self._replica, lambda session: _Shown(reached(session), _last_work(session)))
        self._looked_at = time.monotonic()
        if shown is None or shown.reached is None:
            return False
        self._worked_at = shown.worked_at
        while self._marks and self._marks[0][1] <= shown.reached:
            self._whole_at = self._marks.popleft()[0]
        return True


class Sources:
    def __init__(
        self,
        itself: Source,
        replica: Source | None = None,
        *,
        now: Callable[[], datetime],
        engines: Sequence[sa.Engine] = (),
    ) -> None:
        """`engines` are those that nobody else closes."""
        self._itself, self._replica, self._now, self._engines = itself, replica, now, engines
        self._progress = _Progress(itself, replica) if replica else None

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()

    def chain(self) -> Chain:
        """For one request."""
        if self._replica is None or self._progress is None:
            return Chain([self._itself])
        self._progress.look()
        if self._progress.is_fresh:
            return Chain([self._replica, self._itself])
        if self._progress.may_stand_alone(self._now()):
            return Chain([self._itself, self._replica])
        return Chain([self._itself])

    def checks(self) -> dict[str, bool]:
        """Whether the replica answers and keeps up, by the name of the check; nothing where there is none."""
        if self._progress is None:
            return {}
        return {"replica": self._progress.keeps_up()}

    @property
    def behind_s(self) -> float | None:
        """As `_Progress.behind_s`; None without a replica."""
        return None if self._progress is None else self._progress.behind_s


def sources_of(settings: Settings, database: Database, *, now: Callable[[], datetime]) -> Sources:
    """The database's own reader, unless the settings name a replica. Those who look ahead never read from one."""
    if not settings.replica_url or settings.door is Door.DESK:
        return Sources(Source(database.reader), now=now)
    from incidents.db.impatient import impatient  # a site on SQLite has no use for its driver

    engines = [impatient(url) for url in (database.engine.url, settings.replica_url)]
    itself, replica = map(sessionmaker, engines)
    return Sources(Source(itself), Source(replica, is_replica=True), now=now, engines=engines)


def _answer(source: Source, question: Callable[[Session], Answer]) -> Answer | None:
    """None of a source that is left in peace, or that fails now."""
    if not source.lets_through():
        return None
    try:
        return source.ask(question)
    except DBAPIError:
        return None


def _last_work(session: Session) -> datetime | None:
    session.scalar(sa.select(sa.func.max(Release.number)))  # that it may be read belongs to the answer
    last = job.last_done(session, job.TICK)
    return last.done_at if last else None
