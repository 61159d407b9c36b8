from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.incident import OPEN, Handling
from incidents.db import report as stored
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW


def in_each_state(session: Session, settings: Settings) -> dict[Handling, UUID]:
    for _ in Handling:
        builders.send(session, a_report(), settings, now=NOW)
    rows = list(session.scalars(sa.select(stored.Report)))
    for row, handling in zip(rows, Handling, strict=True):
        row.handling = handling
    session.flush()
    return {row.handling: row.id for row in rows}


def test_those_that_stand_so_and_those_with_news_are_read_once_each(
    session: Session, settings: Settings, desk: object
) -> None:
    reports = in_each_state(session, settings)
    for handling in (Handling.RECEIVED, Handling.LINKED):
        session.get_one(stored.Report, reports[handling]).has_news = True
    session.flush()
    found = stored.standing(session, OPEN - {Handling.QUARANTINED})
    assert sorted(one.handling.value for one in found) == ["awaiting_reporter", "in_triage", "linked", "received"]
    assert {UUID(one.id): one.handling for one in found}.items() <= {each: how for how, each in reports.items()}.items()
    assert [one.handling.value for one in found if one.has_news] == ["received", "linked"]


def test_open_ones_are_read_from_their_index_alone(session: Session, settings: Settings, desk: object) -> None:
    """So a page of the queue takes as long with a million settled reports as with none."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_others: object) -> None:
        asked.append((statement, values))

    in_each_state(session, settings)
    session.execute(sa.text("ANALYZE report"))
    connection = session.connection()
    is_file = connection.dialect.name == "sqlite"
    if not is_file:  # of eight rows it would rather read all, by whatever index is small
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        session.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
        session.execute(sa.text("DROP INDEX ix_report_handling"))
    sa.event.listen(connection.engine, "before_cursor_execute", note)
    try:
        stored.standing(session, OPEN)
    finally:
        sa.event.remove(connection.engine, "before_cursor_execute", note)
    (statement, values), _of_news = asked
    explained = "EXPLAIN QUERY PLAN " if is_file else "EXPLAIN "
    plan = [str(row) for row in connection.exec_driver_sql(explained + statement, values)]
    assert ("USING COVERING INDEX ix_report_open" if is_file else "Index Only Scan using ix_report_open") in plan[0]
