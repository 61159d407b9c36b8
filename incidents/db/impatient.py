"""Asking a PostgreSQL server that may not answer at all.

A server that is only asked for what is published may fail in every way without a page waiting for it: one that accepts
connections and never answers as well, which limits that the server itself keeps would not end.
"""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy import event

from incidents.db.database import for_server

CONNECT_S = 2
ANSWER_S = 5
"""The longest that a statement is waited for."""


class _Impatient(psycopg.Connection[Any]):
    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, ANSWER_S if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()  # the answer may come later, and would be taken for that of another question
            raise


def impatient(url: str | sa.URL) -> sa.Engine:
    """An engine for statements that each stand alone, and that raise OperationalError rather than wait for long."""
    given = for_server(sa.make_url(url), ANSWER_S)
    given["connect_args"]["connect_timeout"] = CONNECT_S
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **given)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> Any:
        return _Impatient.connect(*arguments, **named)

    return engine
