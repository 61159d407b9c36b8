"""The engine, and the two ways to use it: reading, and units of work."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import RLock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

_CONNECT_S = 5


class Database:
    def __init__(self, url: str, *, patience_s: int | None = None) -> None:
        """`patience_s` is how long PostgreSQL may take for one statement; commands have all the time that they need."""
        given = for_server(sa.make_url(url), patience_s)
        self.engine = sa.create_engine(url, **given)
        if self.engine.dialect.name == "sqlite":
            _take_over_transactions(self.engine)
        self._single = self.engine
        """For statements that each stand alone. A reader sees what is committed when it asks. PostgreSQL does that in
        a transaction too, unless asked for more (`snapshot`): without one, a page goes to the server once, not thrice.
        Connections of their own, because changing one there and back costs as much as asking something."""
        if self.engine.dialect.name == "postgresql":
            self._single = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **given)
            _break_together(self.engine, self._single)
            _break_together(self._single, self.engine)
        self._reads = orm.sessionmaker(self._single, expire_on_commit=False)
        self._writes = orm.sessionmaker(self.engine.execution_options(begin="IMMEDIATE"), expire_on_commit=False)
        file = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        self._queue: AbstractContextManager[Any] = _WriterQueue(file) if file else nullcontext()

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()

    @property
    def engines(self) -> list[sa.Engine]:
        """All that ask the database: one, or two with connections of their own."""
        return [self.engine] if self._single is self.engine else [self.engine, self._single]

    def reader(self) -> orm.Session:
        """A session for reading; use it in a ``with``."""
        return self._reads()

    @contextmanager
    def unit_of_work(self) -> Iterator[orm.Session]:
        """A session for writing: commits when the block ends, rolls back on any exception.

        On SQLite writers queue up here.
        """
        with self._queue, self._writes.begin() as session:
            yield session

    @contextmanager
    def unit_of_one(self) -> Iterator[orm.Session]:
        """As `unit_of_work`, for one statement that writes: PostgreSQL makes a transaction of it by itself.

        So a report goes to the server once instead of three times.
        """
        if self.engine.dialect.name == "postgresql":
            with self._reads.begin() as session:
                yield session
        else:
            with self.unit_of_work() as session:
                yield session

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection for reading that sees one moment, however long it reads; writers go on meanwhile."""
        engine = self.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def alone_at(self, work: str) -> Iterator[bool]:
        """Whether nobody else is at this work just now; nobody may begin it until the block ends.

        The hold goes with its process, however that ends.
        """
        if self.engine.dialect.name == "postgresql":
            # Without a transaction: an open one keeps deleted rows from being cleaned away.
            number = sa.func.hashtext(f"incidents {work}")
            with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                is_held = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number))))
                try:
                    yield is_held
                finally:
                    if is_held:
                        connection.scalar(sa.select(sa.func.pg_advisory_unlock(number)))
            return
        held_by = _opened_beside(str(self.engine.url.database), work)
        try:
            yield _is_locked(held_by)
        finally:
            os.close(held_by)

    @contextmanager
    def without_transaction(self) -> Iterator[sa.Connection]:
        """A connection for what no transaction may hold; on SQLite no writer is at work meanwhile."""
        if self.engine.dialect.name == "postgresql":
            engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        else:
            engine = self.engine.execution_options(begin="")
        with self._queue, engine.connect() as connection:
            try:
                yield connection
            finally:
                connection.invalidate()  # settings of this work shall not outlive it

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Put everything inside on one connection and undo it at the end, commits too (for tests).

        Raises RuntimeError inside another one: on PostgreSQL its writers would wait for one another for ever.
        """
        if isinstance(self._writes.kw["bind"], sa.Connection):
            raise RuntimeError("everything is on one connection already")
        kept = dict(self._reads.kw), dict(self._writes.kw)
        with self.engine.connect() as connection:
            whole = connection.begin()
            for maker in (self._reads, self._writes):
                maker.configure(bind=connection, join_transaction_mode="create_savepoint")
            try:
                yield
            finally:
                self._reads.kw, self._writes.kw = kept
                whole.rollback()


class _WriterQueue:
    """One writer after another, of all threads and processes on this machine.

    SQLite has no queue: there each waiter looks again after a pause that grows, and under load some look too late
    every time (with 4 processes the slowest report took 3.2 s, in a queue 0.7 s). The file stays empty. SQLite's own
    locks hold without it: who may not open it goes without, rather than refuse a report.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._thread = RLock()
        self._depth = 0
        self._file = -1

    def __enter__(self) -> None:
        self._thread.acquire()
        try:
            if self._depth == 0:
                self._line_up()
        except BaseException:
            self._thread.release()
            raise
        self._depth += 1

    def __exit__(self, *_raised: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._file >= 0:
            os.close(self._file)
        self._thread.release()

    def _line_up(self) -> None:
        self._file = -1
        with suppress(PermissionError):
            self._file = _opened_beside(self._database, "queue")
            fcntl.flock(self._file, fcntl.LOCK_EX)


def for_server(url: sa.URL, patience_s: int | None) -> dict[str, Any]:
    """How a server is asked: nobody waits without end for one that does not answer, or for another's lock.

    A process has as many connections as threads that ask at once, so nobody waits for one either.
    """
    if url.get_backend_name() != "postgresql":
        return {}
    given: dict[str, Any] = {"connect_timeout": _CONNECT_S}
    if patience_s is not None and "options" not in url.query:  # those of the operator's address go before ours
        limits = {
            "statement_timeout": f"{patience_s}s",
            "lock_timeout": f"{patience_s // 2}s",
            "idle_in_transaction_session_timeout": f"{2 * patience_s}s",
        }
        given["options"] = " ".join(f"-c {name}={value}" for name, value in limits.items())
    return {"connect_args": given, "max_overflow": -1}


def _break_together(engine: sa.Engine, other: sa.Engine) -> None:
    """Whoever notices that the server is gone says so for both: the next one of the other shall not find out again."""

    @event.listens_for(engine, "handle_error")
    def _gone(context: sa.ExceptionContext) -> None:
        if context.is_disconnect:
            other.dispose()


def _opened_beside(database: str, name: str) -> int:
    """An empty file beside the database, to hold a lock on.

    A command that the administrator runs shall not shut the site out: the file is whose the database is.
    """
    file = os.open(f"{database}-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0 and os.path.exists(database):
        own = os.stat(database)
        os.fchown(file, own.st_uid, own.st_gid)
    return file


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take_over_transactions(engine: sa.Engine) -> None:
    # The sqlite3 driver begins late and commits before DDL: savepoints and rollbacks then lie.
    # IMMEDIATE for writers: a transaction that reads first and writes later loses against
    # another writer at once, whatever the busy timeout (186 of 200 failed in a trial, then 0).
    # secure_delete: what is deleted is overwritten, not only forgotten.
    @event.listens_for(engine, "connect")
    def _connected(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in (
            "foreign_keys = ON",
            "journal_mode = WAL",
            "synchronous = FULL",
            "busy_timeout = 20000",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        if kind := connection.get_execution_options().get("begin", "DEFERRED"):
            connection.exec_driver_sql(f"BEGIN {kind}")
